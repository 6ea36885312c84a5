"""A session: one run in a thread of its own, commanded from outside and reporting through a mailbox.

The thread owns trainer and weights. What crosses the boundary is a frozen plan at the start, small commands read
between steps, records, and copies of the weights on request. Nothing in here can import Qt.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Literal, TypeVar

import numpy as np

from deepviz.engine.interruption import Interrupted, break_off_if
from deepviz.engine.trainer import Diverged, StepRecord, Trainer, TrainerState
from deepviz.training.checkpoint_files import is_due, next_due
from deepviz.training.ending import Ending
from deepviz.training.failure import Failure as Failure
from deepviz.training.overhead import Overhead
from deepviz.training.run_plan import RunPlan
from deepviz.training.tempo import Tempo
from deepviz.training.timeline import Timeline
from deepviz.training.watching import Watching

Status = Literal["starting", "running", "paused", "finished", "diverged", "failed", "stopped"]

SWITCH_INTERVAL = 0.0002
"""Seconds that the training thread may keep others waiting, while a run is on."""

Answer = TypeVar("Answer")
Sections = Sequence[tuple[int, RunPlan]]
"""After how many steps a run goes by which plan."""


class Session:
    """One run of a project.

    Parameters
    ----------
    plan
        What to train.
    state
        Where to go on from; None starts with fresh weights. A run that a stopping rule had ended there goes on all the
        same, without that rule: somebody wants it to.
    paused
        Whether to wait for a command before the first step.
    timeline
        Where whole states of the run are kept while somebody watches; a new one by default.
    later
        For a run that is made again: by which plans it goes on after how many steps, unless somebody has it follow
        another plan before. Where a stopping rule ended the first one and it went on, it does so again.

    Attributes
    ----------
    plan, began_with
        By which plan it goes, and by which it began.
    status
        What the run is doing. "finished", "diverged", "failed" and "stopped" are final.
    failure
        What went wrong, once the status is "diverged" or "failed".
    ending
        How the run ended, once the status is "finished".
    edges
        The network's connections in the order of the ``gradient_flow`` values, once the run is under way.
    layers
        The nodes with parameters in the order of the ``gradient_norm`` values, once the run is under way.
    nodes
        All nodes in the order of the network, that of the ``activations`` values, once the run is under way.
    """

    def __init__(
        self,
        plan: RunPlan,
        state: TrainerState | None = None,
        paused: bool = False,
        timeline: Timeline | None = None,
        later: Sections | None = None,
    ) -> None:
        self.plan = self.began_with = plan
        self.timeline = Timeline() if timeline is None else timeline
        self.status: Status = "starting"
        self.failure: Failure | None = None
        self.ending: Ending | None = None
        self.edges: tuple[tuple[str, str, int], ...] = ()
        self.layers: tuple[str, ...] = ()
        self.nodes: tuple[str, ...] = ()
        self._first_state = state
        self._paused = paused
        self._steps_left: int | None = None
        self._until_epoch_end = False
        self._stopping = False
        self._commands: queue.SimpleQueue[Callable[[Trainer | None], None]] = queue.SimpleQueue()
        self._mailbox: deque[StepRecord] = deque()
        self._followed: deque[tuple[int, RunPlan, bool]] = deque()
        self._later, self._is_again = list(later or ()), later is not None
        self._trainer: Trainer | None = None
        self._watching = Watching()
        self._overhead, self._tempo = Overhead(), Tempo()
        self._served = 0.0
        """Seconds spent on commands since the overhead was noted last: copies of weights, most of all."""
        self._ended = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="deepviz-training", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    # Commands, from any other thread. They are obeyed before the next step.

    def pause(self) -> None:
        """Make one more step, which is watched so that all that is shown belongs to one step, then stop."""
        self._send(lambda trainer: self._set_pause(False, 1) if not self._paused else None)

    def resume(self) -> None:
        """Go on."""
        self._send(lambda trainer: self._set_pause(False))

    def step(self, count: int = 1) -> None:
        """Make some steps, then pause."""
        self._send(lambda trainer: self._set_pause(False, count))

    def step_epoch(self) -> None:
        """Go on to the end of the epoch, then pause."""
        self._send(lambda trainer: self._set_pause(False, until_epoch_end=True))

    def run_to(self, step: int) -> None:
        """Go on until so many steps have been made, counted from the first, then pause; at once if they have been."""

        def set_goal(trainer: Trainer) -> None:
            if step > trainer.step:
                self._set_pause(False, step - trainer.step)
            else:
                self._set_pause(True)

        self._send(set_goal)

    def slow_down(self, limit: float | None) -> None:
        """Make at most so many steps a second from now on; None: as many as possible."""

        def set_limit(trainer: Trainer) -> None:
            self._tempo.limit = limit
            self._overhead.begin(trainer.step)

        self._send(set_limit)

    def follow(self, plan: RunPlan) -> None:
        """Go on by another plan of the same run (see `same_run`) from the next step on; also when the run has ended."""
        self.plan = plan
        with self._ended:
            if not self._is_final():
                self._commands.put(lambda trainer: None if trainer is None else self._follow(trainer, plan))
            elif self._trainer is not None:
                self._follow(self._trainer, plan)

    @property
    def best(self) -> tuple[int, float] | None:
        """The step of the best weights so far and the loss they had, if they are kept and an epoch is over."""
        best = None if self._trainer is None else self._trainer.best
        return None if best is None else (best.step, best.value)

    @property
    def length(self) -> tuple[int, int] | None:
        """How many steps an epoch has and the run has in all, as far as that is known now."""
        return None if self._trainer is None else (self._trainer.steps_per_epoch, self._trainer.total_steps)

    def watch(self, keys: Iterable[str] | None = None) -> None:
        """Have a step report what open views need besides what every step reports; to be called again and again.

        The next step that can afford it reads those probes that are due: each at most as often as its `rate`, and all
        so seldom that watching takes a small share of the time. The last step before a pause or the end reads all of
        them. So what no view needs is never computed; an empty list ends the watching.

        Parameters
        ----------
        keys
            Keys of `deepviz.engine.probes`; None for those of the last call, at first ``gradient_flow``.

        Raises
        ------
        DefinitionError
            If there is no such probe.
        """
        self._watching.ask(keys)

    @property
    def overhead(self) -> float | None:
        """Which share of the time of training was lost to being watched lately, from 0 to 1; None if slowed down."""
        return self._overhead.share if self._tempo.limit is None else None

    def snapshot(self) -> Future[TrainerState]:
        """A copy of the weights and all that is needed to go on, as soon as the step that is being made is done.

        The future fails with RuntimeError if the run failed before there were any weights.
        """
        return self._asked(lambda trainer: trainer.state())

    def weights(self) -> Future[tuple[int, dict[str, np.ndarray]]]:
        """After which step they are, and a copy of the weights alone; as `snapshot`, but cheaper."""
        return self._asked(lambda trainer: (trainer.step, trainer.network.weights()))

    def stop(self, timeout: float = 5.0) -> bool:
        """End the run and wait for the thread. Returns whether it ended in time (seconds)."""
        self._stopping = True
        self._send(lambda trainer: None)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def drain(self) -> list[StepRecord]:
        """Take all records that have come in since the last call."""
        taken = []
        while self._mailbox:
            taken.append(self._mailbox.popleft())
        return taken

    def drain_changes(self) -> list[tuple[int, RunPlan, bool]]:
        """Take the plans that were followed since the last call.

        Returns
        -------
        The number of steps made before, the plan, and whether it was one of those to be followed later.
        """
        taken = []
        while self._followed:
            taken.append(self._followed.popleft())
        return taken

    # The thread

    def _run(self) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL)
        break_off_if(lambda: self._stopping)
        status: Status = "failed"
        try:
            # Overflow on the way to divergence is reported by the trainer, in words; NumPy's warnings add nothing.
            with np.errstate(all="ignore"):
                status = self._train()
        except Interrupted:
            status = "stopped"
        except Exception as error:  # whatever a layer raises must reach the user in words, not end the application
            status = "diverged" if isinstance(error, Diverged) else "failed"
            self.failure = Failure.of(error, None if self._trainer is None else self._trainer.fault)
        finally:
            sys.setswitchinterval(interval)
            with self._ended:
                self.status = status
                while not self._commands.empty():
                    self._obey()

    def _train(self) -> Status:
        trainer = self._trainer = self.plan.trainer(state=self._first_state)
        self.edges = trainer.network.edges
        self.layers = tuple(node.id for node in trainer.network.trained_nodes)
        if trainer.stopped_by is not None:
            trainer.go_on()
        self.nodes = tuple(node.id for node in trainer.network.nodes)
        steps, watching, timeline = trainer.steps(), self._watching, self.timeline
        # What was kept there stays as it was: what another plan makes of it is not what the run knew.
        if timeline.at(trainer.step) is None:
            timeline.keep(lambda: self._first_state or trainer.state())
        self.status = "paused" if self._paused else "running"
        while True:
            while self._paused or not self._commands.empty():
                if self._stopping:
                    return "stopped"
                self._obey()
            if self._stopping:
                return "stopped"
            if wait := self._tempo.seconds_to_wait:
                self._obey(wait)
                continue
            self._hurry(steps, trainer)
            if not self._commands.empty():
                continue
            if self._later and self._later[0][0] <= trainer.step:
                self.plan = self._later.pop(0)[1]
                self._follow(trainer, self.plan, was_planned=True)
            ends_epoch = trainer.ends_epoch
            is_last, watched, is_kept = self._is_last_step(trainer, ends_epoch), False, False
            is_copied = ends_epoch and is_due(trainer.epochs_done + 1, self.plan.project.plan.run.checkpoint_every)
            if is_last or watching.asked or trainer.step + 1 >= timeline.next_step:
                # A step whose state is kept is looked at from all sides, so that all views show one step afterwards.
                is_kept = is_last or timeline.is_due(trainer.step + 1)
                trainer.watch_next = watching.begin(trainer.step, is_last=is_kept)
                watched = bool(trainer.watch_next)
            self._tempo.note()
            record = next(steps, None)
            if watched:
                watching.end(trainer.step)
            if (is_kept or is_copied) and record is not None:
                timeline.keep(trainer.state, pinned=is_copied, extra=watching.extra)
            if watched and self._tempo.limit is None:
                extra = watching.extra + self._served + (timeline.seconds if is_kept else 0.0)
                self._overhead.note(extra, trainer.step, trainer.reading_seconds)
                self._served = 0.0
            if record is None and self._is_again and trainer.stopped_by is not None and self._steps_left:
                trainer.go_on()
                steps = trainer.steps()
                continue
            if record is None:
                self.ending = Ending.of(trainer, self.plan.data.validation is not None)
                return "finished"
            self._mailbox.append(record)
            if self._steps_left is not None or self._until_epoch_end:
                self._count_down(ends_epoch)

    def _hurry(self, steps: Iterator[StepRecord], trainer: Trainer) -> None:
        """Make steps that need no care until somebody wants something, but not the last one before a pause or the end.

        A small network makes tens of thousands of them a second, so nothing else is done here.
        """
        first, put, wants_nothing, watching = trainer.step, self._mailbox.append, self._commands.empty, self._watching
        if self._until_epoch_end or self._tempo.limit is not None:
            return
        most = (trainer.steps_to_go if self._steps_left is None else self._steps_left) - 1
        most = min(most, self.timeline.next_step - trainer.step - 1)
        if self._later:
            most = min(most, self._later[0][0] - trainer.step)
        copied = next_due(trainer.epochs_done, self.plan.project.plan.run.checkpoint_every)
        if copied is not None:
            most = min(most, trainer.steps_to(copied) - 1)
        if not watching.asked and wants_nothing():
            for record in islice(steps, max(0, most)):
                put(record)
                if watching.asked or not wants_nothing():
                    break
        if self._steps_left is not None:
            self._steps_left -= trainer.step - first

    def _follow(self, trainer: Trainer, plan: RunPlan, was_planned: bool = False) -> None:
        if not was_planned:
            self._later.clear()
        plan.steer(trainer)
        self._followed.append((trainer.step, plan, was_planned))

    def _is_last_step(self, trainer: Trainer, ends_epoch: bool) -> bool:
        """Whether the next step is the last one before a pause or the end."""
        if self._steps_left == 1:
            return True
        return ends_epoch and (self._until_epoch_end or trainer.steps_to_go == 1)

    def _obey(self, patience: float | None = None) -> None:
        """Carry out the next command; if there is none, wait for one, so many seconds at the most."""
        try:
            command = self._commands.get(timeout=patience)
        except queue.Empty:
            return
        start = time.perf_counter()
        command(self._trainer)
        self._served += time.perf_counter() - start

    def _set_pause(self, paused: bool, steps: int | None = None, until_epoch_end: bool = False) -> None:
        self._paused, self._steps_left, self._until_epoch_end = paused, steps, until_epoch_end
        self._watching.rest()
        self._tempo.rest()
        self._overhead.begin(0 if self._trainer is None else self._trainer.step)
        if not self._is_final():
            self.status = "paused" if paused else "running"

    def _count_down(self, epoch_ended: bool) -> None:
        if self._steps_left is not None:
            self._steps_left -= 1
        if self._steps_left == 0 or (self._until_epoch_end and epoch_ended):
            self._set_pause(True)

    def _send(self, command: Callable[[Trainer], None]) -> None:
        with self._ended:
            if not self._is_final():
                self._commands.put(lambda trainer: None if trainer is None else command(trainer))

    def _asked(self, make: Callable[[Trainer], Answer]) -> Future[Answer]:
        """What the thread makes of the trainer, after the step that is being made."""
        future: Future[Answer] = Future()

        def answer(trainer: Trainer | None) -> None:
            if not future.set_running_or_notify_cancel():
                return
            if trainer is None:
                future.set_exception(RuntimeError("The run failed before there were any weights."))
            else:
                future.set_result(make(trainer))

        with self._ended:
            if self._is_final():
                answer(self._trainer)
            else:
                self._commands.put(answer)
        return future

    def _is_final(self) -> bool:
        return self.status in ("finished", "diverged", "failed", "stopped")
