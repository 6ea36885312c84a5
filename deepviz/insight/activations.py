"""What every layer gives for samples of one's choice, as when the network is used: nothing is trained or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from deepviz.engine.network import Network
from deepviz.engine.replay import PHASES_OF_PASSES
from deepviz.engine.tape import CompiledTape, Tape, Tensor

PORTION = 512
MOST_TAPES, MOST_BYTES = 8, 64 << 20
"""Of one network so many recorded passes are kept for the next time, as long as they take no more memory than that."""

Passes = dict[tuple[int, tuple[str, ...]], tuple[CompiledTape, Tensor, list[Tensor]]]
"""Recorded forward passes by the size of the batch and the nodes: what to replay, the samples, and the outputs."""

_passes: WeakKeyDictionary[Network, Passes] = WeakKeyDictionary()


def activations(network: Network, x: np.ndarray, nodes: Sequence[str], portion: int = PORTION) -> list[np.ndarray]:
    """What some nodes give for samples.

    Parameters
    ----------
    network
        Its weights are read as they are; it is not changed.
    x
        Samples of shape ``(n, *input_shape)``.
    nodes
        Ids of nodes of the network.
    portion
        How many samples are computed at once.

    Returns
    -------
    For each of the nodes an array of shape ``(n, *output_shape)``, a copy.

    Raises
    ------
    KeyError
        If there is no such node.
    ValueError
        If the samples do not fit the network.
    """
    wanted = tuple(nodes)
    samples = network.checked_batch(x)
    shapes = {node.id: node.output_shape for node in network.nodes}
    found = [np.empty((len(samples), *shapes[node]), network.dtype) for node in wanted]
    for start in range(0, len(samples), portion):
        batch = samples[start : start + portion]
        tape, arriving, outputs = _recorded(network, len(batch), wanted)
        tape[arriving][...] = batch
        with np.errstate(all="ignore"):  # what diverged weights give is not finite; that is shown, not warned of
            for function, arguments in tape.part("forward"):
                function(*arguments)
        for array, output in zip(found, outputs, strict=True):
            array[start : start + len(batch)] = tape[output]
    return found


def _recorded(network: Network, batch: int, nodes: tuple[str, ...]) -> tuple[CompiledTape, Tensor, list[Tensor]]:
    """The forward pass for a size of batch that leaves the outputs of these nodes in place."""
    passes = _passes.setdefault(network, {})
    if (batch, nodes) not in passes:
        tape = Tape(network.dtype, training=False)
        x = tape.input((batch, *network.input_shape))
        recording = network.record_forward(tape, x)
        outputs = [recording.outputs[node] for node in nodes]
        passes[batch, nodes] = tape.compile(outputs, phases=PHASES_OF_PASSES), x, outputs
        while len(passes) > 1 and (len(passes) > MOST_TAPES or _nbytes(passes) > MOST_BYTES):
            del passes[next(iter(passes))]  # the oldest
    return passes[batch, nodes]


def _nbytes(passes: Passes) -> int:
    return sum(compiled.nbytes for compiled, _, _ in passes.values())
