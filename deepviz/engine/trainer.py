"""The trainer: a generator that makes one training step each time it is asked for the next record.

Whoever consumes it is in command: not asking for the next step is a pause. Window, command line, tests and benchmarks
all consume this one generator.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextvars import copy_context

import numpy as np

from deepviz.engine.course import Course
from deepviz.engine.diverged import Diverged as Diverged
from deepviz.engine.evaluation import Evaluation, evaluate
from deepviz.engine.fault import Fault as Fault
from deepviz.engine.interruption import to_its_end
from deepviz.engine.loss import Loss
from deepviz.engine.metric import Metric
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.order import Order, whole_number
from deepviz.engine.samples import Samples, encoded
from deepviz.engine.schedule import Memory, Schedule
from deepviz.engine.schedules.constant import Constant
from deepviz.engine.step_maker import StepMaker
from deepviz.engine.step_record import StepRecord as StepRecord
from deepviz.engine.stopping_rule import StoppingRule
from deepviz.engine.threads import one_blas_thread
from deepviz.engine.trainer_state import Best as Best
from deepviz.engine.trainer_state import TrainerState as TrainerState
from deepviz.engine.validation import Validation


class Trainer:
    """Trains a network on samples.

    Learning rate, optimizer, frozen layers, batch size and epochs may be set between any two steps, and `follow`
    changes what else may change while a run goes on. All of it counts from the next step on.

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
        whole_number("workers", workers, 1)
        whole_number("seed", seed, 0)
        one_blas_thread()
        self.network, self.loss, self.schedule = network, loss, schedule or Constant()
        self.epochs = whole_number("epochs", epochs, 0)
        samples = encoded(network, loss, data, "training")
        self._order = Order(len(samples[0]), batch_size, seed)
        self._validation = Validation(network, loss, validation, metrics)
        self._maker = StepMaker(network, loss, optimizer, samples, self.batch_size, seed, workers, probes)
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
        return self._maker.state.step

    @property
    def epochs_done(self) -> int:
        """How many epochs are over."""
        return self._order.epoch

    @property
    def samples_seen(self) -> int:
        """How many samples have been seen, each counted once for each epoch."""
        return self._order.epoch * self._order.count + self._order.seen

    @property
    def steps_per_epoch(self) -> int:
        """How many steps it takes to see every sample once, with the present batch size."""
        return self._order.batches_per_epoch

    @property
    def begins_epoch(self) -> bool:
        """Whether the next step is the first of its epoch, so the last one, if any, was the last of an epoch."""
        return self._order.seen == 0

    @property
    def ends_epoch(self) -> bool:
        """Whether the next step is the last of its epoch."""
        return self._order.batches_left == 1

    @property
    def steps_to_go(self) -> int:
        """How many steps there are to the end of the last epoch, if nothing changes and no rule ends the run before."""
        return self.steps_to(self.epochs)

    def steps_to(self, epoch: int) -> int:
        """How many steps there are to the end of an epoch, counted from 1, if nothing changes; 0 if that is behind."""
        return self._order.batches_to(epoch)

    @property
    def epochs_begun(self) -> int:
        """How many epochs are over or under way."""
        return self.epochs_done + (not self.begins_epoch)

    @property
    def total_steps(self) -> int:
        """How many steps the whole run has: those that are made and those to go."""
        return self.step + self.steps_to_go

    def end_with(self, step: int) -> None:
        """Set `epochs` such that the run ends with the epoch in which that step is made, if it is still to come."""
        if step > self.step:
            self.epochs = self._order.epochs_with(step - self.step)

    # What may be set between any two steps

    @property
    def optimizer(self) -> Optimizer:
        """How weights follow their gradients, with the learning rate.

        With other settings of the same kind, what it has kept of earlier steps stays; a velocity that is newly needed
        begins at zero. An optimizer of another kind begins as before the first step.
        """
        return self._maker.optimizer

    @optimizer.setter
    def optimizer(self, optimizer: Optimizer) -> None:
        self._maker.optimizer = optimizer
        self._maker.state.learning_rate = self.current_learning_rate

    @property
    def learning_rate(self) -> float:
        """The learning rate that the schedule starts from."""
        return self.optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self.optimizer = self.optimizer.changed(learning_rate=value)

    @property
    def current_learning_rate(self) -> float:
        """The learning rate of the next step: `learning_rate` times the factor of the schedule."""
        return self.learning_rate * self._course.factor(self._order.progress(self.step, self.epochs))

    def memory_for(self, schedule: Schedule) -> Memory:
        """What a schedule would know of the run so far if the next step went by it, as its `factor` takes it."""
        return self._course.memory_for(self.step, schedule)

    @property
    def frozen(self) -> frozenset[str]:
        """The ids of the layers that training leaves as they are.

        What the optimizer has kept of such a layer stays as it is too, and is as old when the layer learns again.
        """
        return self.network.frozen

    @frozen.setter
    def frozen(self, node_ids: Collection[str]) -> None:
        self.network.freeze(node_ids)

    @property
    def batch_size(self) -> int:
        """Samples in a step, at most all there are.

        In the middle of an epoch, what is left of it is cut into batches of the new size, so each sample is still seen
        once.
        """
        return self._order.batch_size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        self._order.batch_size = value
        self._maker.batch_size = self.batch_size

    # How it ends

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
        order, course, maker, state = self._order, self._course, self._maker, self._maker.state
        run_quietly, epoch, maker.fault = self._context.run, -1, None
        while order.epoch < self.epochs and course.stopped_by is None:
            if order.epoch != epoch:
                epoch = order.epoch
                run_quietly(maker.refuse_what_is_not_finite)
            began = self._clock() if course.has_rules else 0.0
            if course.is_scheduled:
                state.learning_rate = self.current_learning_rate
            chosen = order.batch()
            watched, self.watch_next = tuple(self.watch_next), ()
            values, measured = run_quietly(maker.make, chosen, watched), None
            if course.is_followed:
                course.add_step(maker.last.loss, len(chosen))
            if order.advance(len(chosen)):
                values |= (found := to_its_end(self._validation.values))
                if course.is_followed:
                    measured = course.end_epoch(state.step, epoch + 1, found, self.network)
            if course.has_rules:
                course.end_step(state.step, self._clock() - began, measured)
            yield StepRecord(state.step, epoch + 1, values)

    @property
    def fault(self) -> Fault | None:
        """Where the last step broke off, if something in it raised an exception other than `Diverged`."""
        return self._maker.fault

    def reading_seconds(self) -> float:
        """How long it takes to read what is read from every step, in seconds; see `Step.reading_seconds`."""
        return self._context.run(self._maker.reading_seconds)

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
        self._course.follow(self.step, schedule, stopping, keep_best)
        self._maker.state.learning_rate = self.current_learning_rate

    def state(self) -> TrainerState:
        """A copy of all that is needed to go on from here."""
        arena, maker = self.network.parameters, self._maker
        return TrainerState(
            step=self.step,
            learning_rate=self.learning_rate,
            parameters=arena.copied(),
            optimizer_vectors={name: arena.named(vector) for name, vector in maker.state.vectors.items()},
            network_state=self.network.state.copied(),
            course=self._course.state(),
            place=self._order.place,
            optimizer=maker.left_by,
            ages=maker.ages,
        )

    def restore(self, state: TrainerState) -> None:
        """Go on from a state that `state` gave, with the settings of this trainer.

        What differs from the settings that the state was left with is as if it was changed there: see `optimizer`.

        Raises
        ------
        ValueError
            If it belongs to another network or another kind of optimizer; nothing is changed then.
        """
        left_by, order = state.optimizer or self.optimizer, self._order
        if not left_by.is_kind_of(self.optimizer) or state.optimizer_vectors.keys() != set(left_by.keeps):
            raise ValueError(f"The saved state is not one of {self.optimizer.label} with these settings.")
        optimizer = self.optimizer.changed(learning_rate=state.learning_rate)
        arena = self.network.parameters
        vectors = {name: arena.vector_of(arrays) for name, arrays in state.optimizer_vectors.items()}
        place = order.checked(state.place_among(order.count, order.batch_size))
        self.network.load_weights(state.weights)
        order.place = place
        self._maker.restore(state.step, left_by, vectors, state.ages)
        self._course.restore(state.step, state.course)
        self.optimizer = optimizer

    def close(self) -> None:
        """Let the processes go that share the batches, if there are any. A later step gets new ones."""
        self._maker.close()
