"""The trainer: a generator that makes one training step each time it is asked for the next record.

Whoever consumes it is in command: not asking for the next step is a pause. Window, command line, tests and benchmarks
all consume this one generator.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from typing import Any, NamedTuple, NoReturn

import numpy as np

from deepviz.engine.course import Course
from deepviz.engine.diverged import Diverged as Diverged
from deepviz.engine.diverged import Origin, origin_in_update, origin_in_weights, origin_of_call
from deepviz.engine.evaluation import Evaluation, evaluate
from deepviz.engine.loss import Loss
from deepviz.engine.metric import Metric
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.samples import Samples, encoded
from deepviz.engine.schedule import Progress, Schedule
from deepviz.engine.schedules.constant import Constant
from deepviz.engine.step import Step
from deepviz.engine.steps import Steps, Watched
from deepviz.engine.stopping_rule import StoppingRule
from deepviz.engine.team.colleagues import ColleagueGoneError
from deepviz.engine.team.crew import Crew
from deepviz.engine.threads import one_blas_thread
from deepviz.engine.trainer_state import Best as Best
from deepviz.engine.trainer_state import TrainerState as TrainerState
from deepviz.engine.validation import Validation


class StepRecord(NamedTuple):
    """What was read from one step.

    Attributes
    ----------
    step
        Counted from 1 over the whole run.
    epoch
        Counted from 1.
    values
        What each probe read, by its key; at the end of an epoch also ``validation_loss``, for classification
        ``validation_accuracy``, and each metric by its name, such as ``validation_F1``.
    """

    step: int
    epoch: int
    values: dict[str, Any]


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
        Start of the order in which samples are seen, and of all random numbers that layers draw.
    workers
        Processes that share a batch. It pays for steps of over a millisecond: the result is the same up to rounding.
        They are started with the first step; `close` lets them go.
    probes
        What is read from each step, by key.
    schedule
        How the learning rate changes while training; None leaves it as it is.
    stopping
        Reasons to end the run before its last epoch.
    keep_best
        Whether the best weights are kept: those of the lowest validation loss, or of the lowest training loss of an
        epoch where there are no validation data.
    metrics
        What else is computed from the validation data after each epoch: metrics, or their keys.
    clock
        Gives the time in seconds, for rules that want it.

    Attributes
    ----------
    watch_next
        Keys of further probes: set it to have the next record hold what they read, which costs too much for every step.

    Raises
    ------
    ValueError
        If something does not fit, naming what it is for.
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
        schedule: Schedule | None = None,
        stopping: Sequence[StoppingRule] = (),
        keep_best: bool = False,
        metrics: Sequence[str | Metric] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        counts = (("workers", workers, 1), ("batch_size", batch_size, 1), ("epochs", epochs, 0), ("seed", seed, 0))
        for name, value, least in counts:
            if not isinstance(value, (int, np.integer)) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}.")
        one_blas_thread()
        self.network, self.loss, self.optimizer = network, loss, optimizer
        self.schedule, self.epochs, self.seed = schedule or Constant(), epochs, seed
        self._samples = encoded(network, loss, data, "training")
        self._count = len(self._samples[0])
        self._validation = Validation(network, loss, validation, metrics)
        self.batch_size = min(batch_size, self._count)
        self._rate = optimizer.learning_rate
        self._state = optimizer.start(network.parameters.vector, network.trained_spans)
        self._probes, self._steps = tuple(probes), self._new_steps(probes)
        self._vector = network.parameters.vector
        self.workers = workers
        self._crew: Crew | None = None
        self._clock = clock
        self._course = Course(self.schedule, stopping, keep_best)
        self._course.check(("loss", *self._validation.numbers), self._validation.names)
        self.watch_next: Sequence[str] = ()
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
        return -(-self._count // self.batch_size)

    @property
    def learning_rate(self) -> float:
        """The learning rate that the schedule starts from; may be set between any two steps."""
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._rate = type(self.optimizer).checked({"learning_rate": value}).learning_rate
        self._state.learning_rate = self.current_learning_rate

    @property
    def current_learning_rate(self) -> float:
        """The learning rate of the next step: `learning_rate` times the factor of the schedule."""
        per_epoch = self.steps_per_epoch
        progress = Progress(self._state.step, per_epoch, max(1, self.epochs * per_epoch))
        return self._rate * self._course.factor(progress)

    @property
    def stopped_by(self) -> str | None:
        """Why a stopping rule has ended the run before its last epoch, in words; None if none has."""
        return self._course.stopped_by

    @property
    def best(self) -> Best | None:
        """The best weights so far, if they are kept and an epoch is over."""
        return self._course.best

    def steps(self) -> Iterator[StepRecord]:
        """Make steps until all epochs are done or a stopping rule ends the run, one for each record that is asked for.

        Raises
        ------
        Diverged
            If a number is not finite any more.
        ValueError
            If a layer refuses what is in the batch.
        ColleagueGoneError
            If a process that shares the batches has ended. It says so if that was in the middle of an update.
        """
        per_epoch, size, shuffled = self.steps_per_epoch, self.batch_size, -1
        state, course = self._state, self._course
        run_quietly, make_step = self._context.run, self._make_step
        while state.step < self.epochs * per_epoch and course.stopped_by is None:
            epoch, batch = divmod(state.step, per_epoch)
            if epoch != shuffled:
                self._refuse_what_is_not_finite()
                order, shuffled = np.random.default_rng((self.seed, epoch)).permutation(self._count), epoch
            began = self._clock() if course.has_rules else 0.0
            if course.is_scheduled:
                state.learning_rate = self.current_learning_rate
            values = run_quietly(make_step, order[batch * size : (batch + 1) * size])
            measured = None
            if batch == per_epoch - 1:
                values |= (found := self._validation.values())
                if course.is_followed:
                    measured = course.end_epoch(state.step, found, self.network)
            if course.has_rules:
                course.end_step(state.step, self._clock() - began, measured)
            yield StepRecord(state.step, epoch + 1, values)

    def evaluate(self, x: np.ndarray, targets: np.ndarray) -> Evaluation:
        """Loss, accuracy for classes, and metrics over any samples, with the weights as they are."""
        return evaluate(self.network, self.loss, x, targets, self._validation.metrics)

    def restore_best(self) -> None:
        """Put the best weights back into the network. Counts and what the optimizer keeps stay as they are.

        Raises
        ------
        ValueError
            If there are none.
        """
        if self.best is None:
            raise ValueError(
                "There are no best weights: they are kept with keep_best=True, from the end of an epoch on."
            )
        self.network.load_weights(self.best.weights)

    def go_on(self) -> None:
        """Let `steps` go on after a stopping rule has ended the run.

        The rules that have ended it are left out from then on, also after a resume; the others begin anew.
        """
        self._course.go_on()

    def follow(
        self,
        schedule: Schedule | None = None,
        stopping: Sequence[StoppingRule] = (),
        keep_best: bool = False,
        metrics: Sequence[str | Metric] = (),
    ) -> None:
        """Go on with another schedule, other rules and other metrics from the next step on, as after a `restore`.

        Rules with the same settings as before go on counting, others begin anew. No weight is touched.

        Raises
        ------
        ValueError
            If something does not fit; all goes on as before then.
        """
        before, schedule = self._validation.metrics, schedule or Constant()
        self._validation.measure(metrics)
        try:
            Course(schedule, stopping, keep_best).check(("loss", *self._validation.numbers), self._validation.names)
        except ValueError:
            self._validation.measure(before)
            raise
        self.schedule = schedule
        self._course.follow(schedule, stopping, keep_best)
        self._state.learning_rate = self.current_learning_rate

    def state(self) -> TrainerState:
        """A copy of all that is needed to go on from here."""
        arena = self.network.parameters
        vectors = {}
        for name, vector in self._state.vectors.items():
            twin = arena.twin()
            twin.vector[:] = vector
            vectors[name] = dict(twin)
        return TrainerState(
            self.step, self.learning_rate, arena.copied(), vectors, self.network.state.copied(), self._course.state()
        )

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
        self.network.load_weights(state.weights)
        for name, twin in twins.items():
            self._state.vectors[name][:] = twin.vector
        self._state.step, self._rate = state.step, state.learning_rate
        self._course.restore(state.course)
        self._state.learning_rate = self.current_learning_rate

    def close(self) -> None:
        """Let the processes go that share the batches, if there are any. A later step gets new ones."""
        if self._crew is not None:
            self._crew.close()
            self._crew = None

    def _make_step(self, chosen: np.ndarray) -> dict[str, Any]:
        """One step on the samples with these numbers. Returns what the probes read."""
        watched, self.watch_next = tuple(self.watch_next), ()
        if self.network.parameters.vector is not self._vector:  # the crew of another trainer has moved it
            self.close()
            self._record_anew()
        step = None
        if self.workers > 1 and len(chosen) >= self.workers:
            step = self._step_together(chosen, watched)
        if step is None:
            step = self._steps[len(chosen), watched]
            if not step.make(self._samples, chosen, self.seed, self._state.step):
                self._update_with_care(step)
        if self._course.is_followed:
            self._course.add_step(step.loss, len(chosen))
        return step.read()

    def _step_together(self, chosen: np.ndarray, watched: Watched) -> Step | None:
        """A step whose batch is shared. None if its numbers are so large that it has to be made again with care."""
        crew = self._crew = self._crew or self._hired()
        number = self._state.step
        try:
            crew.begin(chosen, self._state.step, watched, self._state.learning_rate)
            part = crew.part(len(chosen))
            step = self._steps[part, watched]
            if not step.make(self._samples, chosen[part.start : part.stop], self.seed, self._state.step):
                return None  # all see the same numbers, so nobody has updated
        except ColleagueGoneError as error:
            reason = crew.reason(error)
            self.close()
            if self._state.step != number:  # it is counted when the update begins
                raise ColleagueGoneError(
                    f"{reason} The update of step {number + 1} is half made: some weights have changed and others have "
                    "not. Restore a state from before, or reset the network."
                ) from None
            raise reason from None
        except BaseException:  # the others wait at a place of the step that this process has left
            self.close()
            raise
        return step

    def _hired(self) -> Crew:
        made_of = self.network, self.loss, self.optimizer, self._state, self._probes
        crew = Crew(self.workers, *made_of, self.seed, self._samples, self.batch_size)
        self._samples = crew.samples
        self._record_anew()
        return crew

    def _record_anew(self) -> None:
        """Forget the recorded steps, because the vectors are elsewhere now."""
        self._vector, self._steps = self.network.parameters.vector, self._new_steps(self._probes)

    def _new_steps(self, probes: Sequence[str]) -> Steps:
        return Steps(self.network, self.loss, self.optimizer, self._state, probes, self._samples[2] is not None)

    def _refuse_what_is_not_finite(self) -> None:
        """Raise `Diverged` if weights, or what the optimizer keeps, are not finite.

        No step can make them so, because gradients are looked at before each update; but others may write to them.
        """
        vectors = (self.network.parameters.vector, self.network.state.vector, *self._state.vectors.values())
        # The product of a vector with itself is the fastest way to see that all of it is finite.
        if not all(math.isfinite(self._context.run(vector.dot, vector)) for vector in vectors):
            origin = origin_in_weights(self.network) or origin_in_update(self.network, self._state.vectors)
            if origin is not None:
                self._diverge(origin)

    def _update_with_care(self, step: Step) -> None:
        """Update when numbers are huge or not finite: keep a copy, and go back to it if the update overflows."""
        network, number = self.network, self._state.step
        if not step.is_finite():
            origin = origin_in_weights(network)
            if origin is None:
                if step.noise is not None:
                    step.noise.start(self.seed, number)
                origin = origin_of_call(network, step.first_non_finite())
            self._diverge(origin)
        vectors = [network.parameters.vector, network.state.vector, *self._state.vectors.values()]
        before = [vector.copy() for vector in vectors]
        for function, arguments in step.update_calls:
            function(*arguments)
        origin = origin_in_update(network, self._state.vectors)
        if origin is not None:
            for vector, values in zip(vectors, before, strict=True):
                vector[:] = values
            self._state.step = number
            self._diverge(origin)

    def _diverge(self, origin: Origin) -> NoReturn:
        raise Diverged(self._state.step + 1, origin, self.learning_rate)
