"""The trainer: a generator that makes one training step each time it is asked for the next record.

Whoever consumes it is in command: not asking for the next step is a pause. Window, command line, tests and benchmarks
all consume this one generator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from deepviz.engine import probes as probe_package
from deepviz.engine.evaluation import Evaluation, evaluate
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.step import Step
from deepviz.engine.threads import one_blas_thread

Samples = tuple[np.ndarray, np.ndarray]


class StepRecord(NamedTuple):
    """What was read from one step.

    Attributes
    ----------
    step
        Counted from 1 over the whole run.
    epoch
        Counted from 1.
    values
        What each probe read, by its key; at the end of an epoch also ``validation_loss`` and, for classification,
        ``validation_accuracy``.
    """

    step: int
    epoch: int
    values: dict[str, Any]


class Diverged(ArithmeticError):  # noqa: N818 (it is what happened, not a mistake)
    """Training met NaN or Inf. The update was not applied: the network holds the last finite weights.

    Attributes
    ----------
    step
        The step that could not be made.
    node, phase
        Where the first such number came up: the layer, and "forward", "loss", "backward" or "update". In the loss
        the node is "loss", in the update it is empty.
    """

    def __init__(self, step: int, node: str, phase: str, learning_rate: float) -> None:
        where = f"in the {phase} pass of {node}" if phase in ("forward", "backward") else f"in the {phase}"
        super().__init__(
            f"Training diverged at step {step}: the first number that is not finite came up {where}. "
            f"The weights from before this step are kept. "
            f"Try a smaller learning rate than {learning_rate:g}."
        )
        self.step, self.node, self.phase = step, node, phase


@dataclass(frozen=True)
class TrainerState:
    """All that a trainer needs to go on exactly where it was.

    Attributes
    ----------
    step
        How many steps have been made.
    learning_rate
        As it is now.
    parameters
        Every trained array by name.
    optimizer_vectors
        The optimizer's vectors, each cut into named arrays like the parameters: ``m`` -> ``dense_1/W`` -> array.
    """

    step: int
    learning_rate: float
    parameters: Mapping[str, np.ndarray]
    optimizer_vectors: Mapping[str, Mapping[str, np.ndarray]]


class Trainer:
    """Trains a network on samples.

    Parameters
    ----------
    network, loss, optimizer
        What is trained, by what measure, and how.
    data
        Samples ``(n, *input_shape)`` and their targets: class numbers ``(n,)`` or numbers ``(n, *output_shape)``.
    validation
        Samples that are not trained on but evaluated after each epoch.
    batch_size
        Samples in one step. The last batch of an epoch may be smaller.
    epochs
        How often all samples are seen, counted from the first step, also after a resume.
    seed
        Start of the order in which samples are seen.
    workers
        Processes that share a batch. Only 1 so far.
    probes
        What is read from each step, by key.

    Raises
    ------
    ValueError
        If samples and targets do not fit each other, the network or the loss.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        data: Samples,
        *,
        validation: Samples | None = None,
        batch_size: int = 32,
        epochs: int = 1,
        seed: int = 0,
        workers: int = 1,
        probes: Sequence[str] = ("loss",),
    ) -> None:
        if workers != 1:
            raise ValueError("Only one worker is supported so far.")
        if batch_size < 1 or epochs < 0:
            raise ValueError(f"batch_size must be at least 1 and epochs at least 0, not {batch_size} and {epochs}.")
        one_blas_thread()
        self.network, self.loss, self.optimizer = network, loss, optimizer
        self.epochs, self.seed = epochs, seed
        self._x, self._targets, self._classes = _encoded(network, loss, data, "training")
        self.validation = validation
        if validation is not None:
            _encoded(network, loss, validation, "validation")
        self.batch_size = min(batch_size, len(self._x))
        self._state = optimizer.start(network.parameters.vector)
        self._probes = tuple(probe_package.registry[key]() for key in probes)
        self._steps: dict[tuple[int, bool], Step] = {}
        self.watch_next = False
        # Steps run in a context in which NumPy does not warn of overflow: every step looks for it anyway.
        self._context = copy_context()
        self._context.run(np.seterr, all="ignore")

    @property
    def step(self) -> int:
        """How many steps have been made."""
        return self._state.step

    @property
    def steps_per_epoch(self) -> int:
        """How many steps it takes to see every sample once."""
        return -(-len(self._x) // self.batch_size)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step; may be set between any two steps."""
        return self._state.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._state.learning_rate = type(self.optimizer).checked({"learning_rate": value}).learning_rate

    def steps(self) -> Iterator[StepRecord]:
        """Make steps until all epochs are done, one for each record that is asked for.

        Set `watch_next` to have the next record hold ``gradient_flow`` as well, which is too costly for every step.

        Raises
        ------
        Diverged
            If a number is not finite any more.
        """
        per_epoch, size, shuffled = self.steps_per_epoch, self.batch_size, -1
        while self._state.step < self.epochs * per_epoch:
            epoch, batch = divmod(self._state.step, per_epoch)
            if epoch != shuffled:
                order, shuffled = np.random.default_rng((self.seed, epoch)).permutation(len(self._x)), epoch
            values = self._context.run(self._make_step, order[batch * size : (batch + 1) * size])
            if batch == per_epoch - 1 and self.validation is not None:
                result = self.evaluate(*self.validation)
                values["validation_loss"] = result.loss
                if result.accuracy is not None:
                    values["validation_accuracy"] = result.accuracy
            yield StepRecord(self._state.step, epoch + 1, values)

    def evaluate(self, x: np.ndarray, targets: np.ndarray) -> Evaluation:
        """Loss and, for classes, accuracy over any samples, with the weights as they are."""
        return evaluate(self.network, self.loss, x, targets)

    def state(self) -> TrainerState:
        """A copy of all that is needed to go on from here."""
        arena = self.network.parameters
        vectors = {}
        for name, vector in self._state.vectors.items():
            twin = arena.twin()
            twin.vector[:] = vector
            vectors[name] = dict(twin)
        return TrainerState(self.step, self.learning_rate, arena.copied(), vectors)

    def restore(self, state: TrainerState) -> None:
        """Go on from a state that `state` gave.

        Raises
        ------
        ValueError
            If it belongs to another network or optimizer; nothing is changed then.
        """
        if state.optimizer_vectors.keys() != self._state.vectors.keys():
            raise ValueError(f"The saved state is not one of {self.optimizer.label} with these settings.")
        twins = {}
        for name, arrays in state.optimizer_vectors.items():
            twins[name] = self.network.parameters.twin()
            twins[name].load(arrays)
        self.network.parameters.load(state.parameters)
        for name, twin in twins.items():
            self._state.vectors[name][:] = twin.vector
        self._state.step, self._state.learning_rate = state.step, state.learning_rate

    def _make_step(self, chosen: np.ndarray) -> dict[str, Any]:
        """One step on the samples with these numbers. Returns what the probes read."""
        step = self._step_for(len(chosen))
        self._x.take(chosen, 0, step.x, "clip")  # "clip" because checking every index would double the time
        self._targets.take(chosen, 0, step.targets, "clip")
        if step.classes is not None and self._classes is not None:
            self._classes.take(chosen, 0, step.classes, "clip")
        for function, arguments in step.compute_calls:
            function(*arguments)
        if step.is_tame():
            for function, arguments in step.update_calls:
                function(*arguments)
        else:
            self._update_with_care(step)
        return {key: read() for key, read in step.readings}

    def _step_for(self, batch: int) -> Step:
        watched, self.watch_next = self.watch_next, False
        step = self._steps.get((batch, watched))
        if step is None:
            probes = (*self._probes, probe_package.registry["gradient_flow"]()) if watched else self._probes
            step = self._steps[batch, watched] = Step(
                self.network, self.loss, self.optimizer, self._state, batch, probes, self._classes is not None
            )
        return step

    def _update_with_care(self, step: Step) -> None:
        """Update when numbers are huge or not finite: keep a copy, and go back to it if the update overflows."""
        number, parameters = self.step + 1, self.network.parameters.vector
        if not step.is_finite():
            record = step.first_non_finite()
            node, phase = (record.node, record.phase) if record else ("", "update")
            raise Diverged(number, node, phase, self.learning_rate)
        vectors = [parameters, *self._state.vectors.values()]
        before = [vector.copy() for vector in vectors]
        for function, arguments in step.update_calls:
            function(*arguments)
        if not all(np.isfinite(vector).all() for vector in vectors):
            for vector, values in zip(vectors, before, strict=True):
                vector[:] = values
            self._state.step = number - 1
            raise Diverged(number, "", "update", self.learning_rate)


def _encoded(
    network: Network, loss: Loss, samples: Samples, which: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Samples, targets and classes (if the targets are classes) as the step wants them.

    Raises
    ------
    ValueError
        If they do not fit, naming what they are for.
    """
    x, targets = samples
    if len(x) != len(targets):
        raise ValueError(f"{which.capitalize()} data: {len(x)} samples but {len(targets)} targets.")
    try:
        checked = np.ascontiguousarray(network.checked_batch(x))
        encoded = loss.encode_targets(targets, network.output_shape, network.dtype)
    except ValueError as error:
        raise ValueError(f"{which.capitalize()} data: {error}") from None
    return checked, encoded, loss.class_numbers(targets, network.output_shape)
