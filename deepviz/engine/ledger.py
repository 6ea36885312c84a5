"""The ledger of stored intermediates: what each node leaves in memory for the backward pass, in bytes.

Nothing is estimated and nothing is run: a training step is written down, and the tape knows who writes what and who
reads it last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deepviz.engine.graph import GraphLike
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.storage import Storage
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.wiring import wired

BEFORE, AFTER = ("forward", "loss"), ("backward", "update")
"""Phases before and after the moment at which the backward pass begins."""


@dataclass(frozen=True)
class Ledger:
    """A step that has been written down up to the end of its backward pass.

    Attributes
    ----------
    tape
        Where it is written down.
    x, targets
        What the step begins with: the batch, and what the network should give.
    held
        Every piece of memory that is kept until the backward pass, in the order in which they are written, with the
        id of the node that writes it first; an empty id stands for the loss.
    """

    tape: Tape
    x: Tensor
    targets: Tensor
    held: Mapping[Storage, str]


class Sketch(Network):
    """A network that is only written down: its weights are never drawn."""

    def reset(self, seed: int) -> None:
        """Draw nothing."""
        self.seed, self._passes = seed, 0


def stored_bytes(graph: GraphLike, batch: int, loss: Loss | None = None) -> dict[str, int]:
    """Bytes that lie in memory at the moment when the backward pass of a training step begins, by who wrote them.

    Counted is what was written before that moment and is read after it, in the backward pass or the update: each
    piece once, at the node that wrote it first, in float32. The batch itself counts for the Input if anybody reads it
    after that moment. Parameters, gradients and constants do not count, nor does what a call overwrites at once.

    Parameters
    ----------
    graph
        Layers and connections, without the loss.
    batch
        Samples in a step.
    loss
        What the outputs are judged by. Without one, the gradient that the backward pass begins with is given.

    Returns
    -------
    Bytes of the whole batch by node id, each node of the graph with an entry; under the empty name what the loss
    keeps: the gradient with respect to the outputs.

    Raises
    ------
    GraphError, ShapeError
        If the graph is no network.
    """
    network = Sketch(wired(graph), seed=0, dtype="float32")
    found = dict.fromkeys([node.id for node in network.nodes], 0) | {"": 0}
    for storage, node_id in ledger(network, batch, loss).held.items():
        found[node_id] += storage.room
    return found


def ledger(network: Network, batch: int, loss: Loss | None) -> Ledger:
    """Write a step of a network down and see what is kept until the backward pass. Parameters as in `stored_bytes`."""
    tape = Tape(network.dtype, training=True)
    x, targets = tape.input((batch, *network.input_shape)), tape.input((batch, *network.output_shape))
    forward = network.record_forward(tape, x)
    tape.phase = "loss"
    output_grad = targets if loss is None else loss.record(tape, forward.output, targets)[1]
    forward.record_backward(output_grad)
    records = tape.needed()
    read = {tensor.storage for record in records if record.phase in AFTER for tensor in record.reads}
    held = {x.storage: network.nodes[0].id} if x.storage in read else {}
    early = [(record.node, record.write) for record in records if record.phase in BEFORE]
    for node_id, written in early:
        if written is not None and written.storage in read and not written.storage.outside:
            held.setdefault(written.storage, node_id)
    return Ledger(tape, x, targets, held)
