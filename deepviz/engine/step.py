"""One training step as a tape: forward, loss, backward, what is watched, update; for one size of batch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.network import EdgeKey, Network
from deepviz.engine.optimizer import Optimizer, OptimizerState
from deepviz.engine.part import Part
from deepviz.engine.tape import Phase, Record, Tape, Tensor

if TYPE_CHECKING:
    from deepviz.engine.probe import Probe

COMPUTING: tuple[Phase, ...] = ("forward", "loss", "backward")


@dataclass(frozen=True)
class StepRecording:
    """What a probe may look at: the tensors of a step that has been written down up to the end of backward.

    Attributes
    ----------
    outputs, targets
        What the network gives and what it should give, of shape ``(batch, *output_shape)``.
    classes
        The right class of each sample, of shape ``(batch,)``, or None where the targets are no classes.
    value, output_grad
        The loss, which is there to the end of the step, and its gradient with respect to the outputs.
    edge_grads
        Gradient with respect to what went over each edge.
    """

    tape: Tape
    network: Network
    outputs: Tensor
    targets: Tensor
    classes: Tensor | None
    value: Tensor
    output_grad: Tensor
    edge_grads: Mapping[EdgeKey, Tensor]


class Step:
    """A training step that can be replayed for any batch of its size, or the part of one that is computed here.

    Attributes
    ----------
    x, targets, classes
        Arrays to fill before each replay.
    readings
        For each probe that fits, its key and the function that reads its value.
    noise
        Where the step's random numbers come from, to be started before each replay; None if it draws none.
    compute_calls, update_calls
        What to replay: first forward, loss, backward and what is watched; then, if all is finite, the update.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        state: OptimizerState,
        batch: int,
        probes: Sequence[Probe],
        classification: bool,
        part: Part | None = None,
    ) -> None:
        tape = Tape(network.dtype, training=True, part=part)
        x, targets = tape.input((batch, *network.input_shape)), tape.input((batch, *network.output_shape))
        classes = tape.external(np.zeros(batch, np.intp)) if classification else None
        forward = network.record_forward(tape, x)
        tape.phase, tape.node = "loss", "loss"
        value, output_grad = loss.record(tape, forward.output, targets)
        if part is not None:  # what is a mean over a part becomes that part's share of the mean over the batch
            value, output_grad = tape.multiply(value, part.share), tape.multiply(output_grad, part.share)
        backward = forward.record_backward(output_grad)
        value = forward.record_penalties(value)
        recording = StepRecording(
            tape, network, forward.output, targets, classes, value, output_grad, backward.edge_grads
        )
        tape.phase = "watch"
        self.readings = [(probe.key, probe.record(recording)) for probe in probes if probe.fits(recording)]
        gradients = tape.external(network.gradients.vector)
        square = ops.squared_norm(tape, gradients, out=tape.input(()))
        tape.phase = "update"
        optimizer.record(tape, network.parameters.vector, network.gradients.vector, state)
        forward.record_limits()
        self.noise = tape.noise if tape.is_random else None
        self._tape = tape.compile(keep=[value])
        self.x, self.targets = self._tape[x], self._tape[targets]
        self.classes = None if classes is None else self._tape[classes]
        self._value, self._square, self._gradients = self._tape[value], self._tape[square], network.gradients.vector
        self.compute_calls = self._tape.part(*COMPUTING, "watch")
        self.update_calls = self._tape.part("update")
        self.nbytes = self._tape.nbytes

    def is_tame(self) -> bool:
        """Whether loss and gradients are finite and so far from overflow that no update can leave the finite numbers.

        With the square of the gradient's norm below 1e30 no gradient exceeds 1e15, and a learning rate of at most 1e6
        moves no parameter by more than 1e21 in one step, far from the 3e38 where float32 ends.
        """
        return self._square.item() < 1e30 and math.isfinite(self._value.item())

    def is_finite(self) -> bool:
        """Whether loss and gradients are all finite."""
        return math.isfinite(self._value.item()) and bool(np.isfinite(self._gradients).all())

    def first_non_finite(self) -> Record | None:
        """The first call of forward, loss and backward that gives NaN or Inf for the batch that is loaded."""
        return self._tape.first_non_finite(COMPUTING)
