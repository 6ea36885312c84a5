"""What every layer gives for samples of one's choice, as when the network is used: nothing is trained or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from deepviz.engine.network import Network
from deepviz.engine.replay import PHASES_OF_PASSES
from deepviz.engine.tape import CompiledTape, Tape, Tensor

PORTION = 512
MOST_TAPES = 8


class _Passes:
    """Forward passes of one network, recorded for the sizes of batch and the nodes that were asked for."""

    def __init__(self) -> None:
        self.tapes: dict[tuple[int, tuple[str, ...]], tuple[CompiledTape, Tensor, list[Tensor]]] = {}


_passes: WeakKeyDictionary[Network, _Passes] = WeakKeyDictionary()


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
        for function, arguments in tape.part("forward"):
            function(*arguments)
        for array, output in zip(found, outputs, strict=True):
            array[start : start + len(batch)] = tape[output]
    return found


def _recorded(network: Network, batch: int, nodes: tuple[str, ...]) -> tuple[CompiledTape, Tensor, list[Tensor]]:
    """The forward pass for a size of batch that leaves the outputs of these nodes in place."""
    tapes = _passes.setdefault(network, _Passes()).tapes
    if (batch, nodes) not in tapes:
        if len(tapes) >= MOST_TAPES:
            tapes.pop(next(iter(tapes)))
        tape = Tape(network.dtype, training=False)
        x = tape.input((batch, *network.input_shape))
        recording = network.record_forward(tape, x)
        outputs = [recording.outputs[node] for node in nodes]
        tapes[batch, nodes] = tape.compile(outputs, phases=PHASES_OF_PASSES), x, outputs
    return tapes[batch, nodes]
