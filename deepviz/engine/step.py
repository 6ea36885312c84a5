"""One training step as a tape, for one size of batch: forward, loss, backward, what is watched, update.

That is one step of minibatch gradient descent: outputs y = f(x; p), their loss L(y, t), the gradient dL/dp by
backpropagation, and the optimizer's update of the parameters p. It is written down once and then only replayed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from deepviz.engine import ops
from deepviz.engine.fault import BROKEN_OFF
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizer_state import OptimizerState, chunks
from deepviz.engine.probe import Moment, Probe
from deepviz.engine.reading import Reading
from deepviz.engine.recording import Recording
from deepviz.engine.replay import replay
from deepviz.engine.samples import Encoded
from deepviz.engine.step_recording import StepRecording
from deepviz.engine.tape import Phase, Record, Tape, Tensor
from deepviz.engine.team.part import Part, Team

COMPUTING: tuple[Phase, ...] = ("forward", "loss", "backward")
TRIALS, TAKEN = 64, 0.0005
"""How often it is read at most, and for how many seconds about, to find out how long reading takes."""


class Step:
    """A training step that can be replayed for any batch of its size, or the part of one that is computed here.

    Parameters
    ----------
    network, loss, optimizer, state
        What is trained, by what measure and how; `state` is read and written at each replay.
    part
        Which part of the batch is computed here. Where a team shares the batch, all of it make this step together:
        loss, gradients and what is watched are those of the whole batch for each of them.
    probes
        What is read from the step.
    classification
        Whether targets are classes.
    tape
        An empty tape for this part of the batch, to write the step down on: whoever gives it sees how far that comes.

    Attributes
    ----------
    x, targets, classes
        Arrays that each replay begins with; `classes` is None where no probe reads them.
    noise
        Where the step's random numbers come from, to be started before each replay; None if it draws none.
    update_calls
        What to replay at the end of a step, if all that was computed is finite.
    broken_at
        The call that raised, if one has.
    nbytes
        Memory for everything that the step computes, in bytes.
    """

    broken_at: Record | None = None

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        state: OptimizerState,
        part: Part,
        probes: Sequence[Probe],
        classification: bool,
        tape: Tape | None = None,
    ) -> None:
        tape = Tape(network.dtype, training=True, part=part) if tape is None else tape
        team, is_first = part.team, part.team is None or part.team.number == 0
        forward, recording, square = record_passes(tape, network, loss, part, state, optimizer.clips, classification)
        guard, gradients = record_guard(tape, square), recording.gradients

        self._readings: list[tuple[str, Reading]] = []
        self._tables: list[tuple[tuple[str, ...], Reading]] = []
        self._measuring: list[Record] = []
        fitting = [probe for probe in probes if probe.fits(recording)]
        self._add(fitting, "computed", recording)
        if team is not None and optimizer.clips:
            tape.run(team.wait)  # until all have seen the gradients as they are
        tape.phase = "update"
        with state.limited_to(slice(0, gradients.size) if team is None else team.own):
            optimizer.record_clipping(tape, gradients, square, state)
            self._add(fitting, "clipped", recording)
            optimizer.record(tape, network.parameters.vector, gradients, state)
        if team is not None:
            tape.run(team.wait)
        if is_first:
            forward.record_limits()
        self._add(fitting, "updated", recording)

        self.noise = tape.noise if tape.is_random else None
        self._tape = compiled = tape.compile(keep=[recording.value, guard])
        self.x, self.targets = compiled[forward.input], compiled[recording.targets]
        classes = recording.classes
        self.classes = compiled[classes] if classes is not None and compiled.reads(classes) else None
        self._value, self._guard, self._gradients = compiled[recording.value], compiled[guard], gradients
        self._tame_square = optimizer.tame_square
        # In a team they wait for each other, so they cannot be made alone.
        self._measuring_calls = compiled.calls_of(self._measuring) if team is None else []
        self._compute_calls = compiled.part(*COMPUTING, "watch")
        # What layers keep from step to step is kept once, by the first of a team.
        self.update_calls = compiled.part("update", of_nodes=is_first)
        self.nbytes = compiled.nbytes

    def make(self, samples: Encoded, chosen: np.ndarray, seed: int, number: int) -> bool:
        """Make the step: compute, and update if all numbers are tame.

        Parameters
        ----------
        samples
            All samples with their targets and classes.
        chosen
            The numbers of those that are computed here.
        seed, number
            The seed of the run and how many steps came before: what the step's random numbers depend on.

        Returns
        -------
        Whether loss and gradients are finite and so far from overflow that every update is finite too. If not, the
        update has not been made.
        """
        x, targets, classes = samples
        x.take(chosen, 0, self.x, "clip")  # "clip" because checking every index would double the time
        targets.take(chosen, 0, self.targets, "clip")
        if self.classes is not None and classes is not None:
            classes.take(chosen, 0, self.classes, "clip")
        if self.noise is not None:
            self.noise.start(seed, number)
        try:
            for function, arguments in self._compute_calls:
                function(*arguments)
            if not (self._guard.item() < self._tame_square and math.isfinite(self._value.item())):
                return False
            for function, arguments in self.update_calls:
                function(*arguments)
        except BROKEN_OFF:  # whatever it is, it goes on; only where it came up is noted
            self.broken_at = self._tape.record_of(function, arguments)
            raise
        return True

    def read(self) -> dict[str, Any]:
        """What the probes have read from the step that was made last, by their names."""
        values = {key: read() for key, read in self._readings}
        for names, read in self._tables:
            values.update(zip(names, read(), strict=True))
        return values

    def reading_seconds(self, clock: Callable[[], float] = time.thread_time) -> float:
        """For how long all makes this thread compute that only probes need, in seconds.

        It is done again, with what the last step has left, so what is read then means nothing. In a run what was read
        is kept, so each time needs memory of its own; it is the same here. The mean counts of all times but the first:
        that one comes after other work than a step, and takes up to three times as long as it does in a run.
        """
        began = clock()
        replay(self._measuring_calls)
        kept = [self.read()]
        first = clock() - began
        count = min(TRIALS, int(TAKEN / max(first, TAKEN / TRIALS)))
        began = clock()
        for _ in range(count):
            replay(self._measuring_calls)
            kept.append(self.read())
        return (clock() - began) / count if count else first

    def _add(self, probes: Sequence[Probe], moment: Moment, recording: StepRecording) -> None:
        """Write down what some probes read at this moment of the step."""
        first = len(recording.tape.records)
        for probe in probes:
            if probe.moment == moment:
                read = probe.record(recording)
                if probe.statistics:
                    self._tables.append((probe.names, read))
                else:
                    self._readings.append((probe.key, read))
        self._measuring += recording.tape.records[first:]

    @property
    def loss(self) -> float:
        """The mean loss of the batch, with penalties."""
        return float(self._value)

    def is_finite(self) -> bool:
        """Whether loss and gradients are all finite."""
        return math.isfinite(self._value.item()) and bool(np.isfinite(self._gradients).all())

    def first_non_finite(self) -> Record | None:
        """The first call of forward, loss and backward that gives NaN or Inf for the batch that is loaded."""
        return self._tape.first_non_finite(COMPUTING)


def record_passes(
    tape: Tape,
    network: Network,
    loss: Loss,
    part: Part,
    state: OptimizerState,
    clips: bool,
    classification: bool,
) -> tuple[Recording, StepRecording, Tensor]:
    """Write down everything up to the gradients: forward pass, loss, backward pass, penalties on weights.

    Returns
    -------
    forward
        The forward pass, with the batch that it begins with.
    recording
        What probes may look at.
    square
        The squared norm of the gradient of all parameters, of shape ``()``.
    """
    batch, team = part.stop - part.start, part.team
    x, targets = tape.input((batch, *network.input_shape)), tape.input((batch, *network.output_shape))
    classes = tape.external(np.zeros((batch, *network.output_shape[:-1]), np.intp)) if classification else None
    forward = network.record_forward(tape, x)
    tape.phase, tape.node = "loss", "loss"
    value, output_grad = loss.record(tape, forward.output, targets)
    if part.share != 1:  # what is a mean over a part becomes that part's share of the mean over the batch
        value, output_grad = tape.multiply(value, part.share), tape.multiply(output_grad, part.share)
    backward = forward.record_backward(output_grad)
    value = forward.record_penalties(value)
    tape.phase = "watch"
    if team is None:
        gradients = network.gradients.vector
        square = ops.squared_norm(tape, tape.external(gradients), out=tape.input(()))
    else:
        gradients = team.gradients[0]
        value, square = record_sums(tape, team, value)
    recording = StepRecording(
        tape=tape,
        network=network,
        outputs=forward.output,
        targets=targets,
        classes=classes,
        value=tape.settle(value),
        output_grad=output_grad,
        edge_grads=backward.edge_grads,
        activations=forward.outputs,
        activation_grads=backward.node_grads,
        gradients=gradients,
        clips=clips,
        optimizer_state=state,
    )
    return forward, recording, square


def record_guard(tape: Tape, square: Tensor) -> Tensor:
    """Write down the number that has to be small and finite for an update to be safe, of shape ``()``.

    It is the squared norm of the gradients, `square`, and added to it that of what layers will take over in the update:
    a batch whose variance is infinite can have a finite loss and finite gradients, and must be refused all the same.
    """
    computed = {record.write.storage for record in tape.records if record.phase in COMPUTING and record.write}
    updates = [record for record in tape.records if record.phase == "update"]
    for tensor in dict.fromkeys(tensor for record in updates for tensor in record.reads):
        if tensor.storage in computed:
            square = tape.add(square, ops.squared_norm(tape, tensor))
    return square


def record_sums(tape: Tape, team: Team, value: Tensor) -> tuple[Tensor, Tensor]:
    """Write down that the gradients of all parts are summed up, each process its own slice of them (a reduce-scatter).

    Returns
    -------
    The loss of the whole batch, from those of its parts, and the square of the norm of its gradient.
    """
    tape.run(team.wait)
    first, *others = team.gradients
    for portion in chunks([team.own]):
        total = tape.external(first[portion])
        for other in others:
            tape.add(total, tape.external(other[portion]), out=total)
    found = tape.empty((2,))
    tape.copy(value, out=found[0])
    ops.squared_norm(tape, tape.external(first[team.own]), out=found[1])
    totals = tape.over_batch(found)
    return totals[0], totals[1]
