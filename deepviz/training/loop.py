"""The loop of a run: how the next step is made, when the run rests, and when it is over.

One thread runs it and owns trainer and weights. Others leave commands, which the loop carries out between two steps.
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Literal

from deepviz.engine.trainer import StepRecord, Trainer, TrainerState
from deepviz.training.checkpoint_files import is_due, next_due
from deepviz.training.ending import Ending
from deepviz.training.overhead import Overhead
from deepviz.training.run_plan import RunPlan
from deepviz.training.stopwatch import Stopwatch
from deepviz.training.stretches import Stretches
from deepviz.training.tempo import Tempo
from deepviz.training.timeline import Timeline
from deepviz.training.watching import Watching

Sections = Sequence[tuple[int, RunPlan]]
"""After how many steps a run goes by which plan."""


class Loop:
    """Makes the steps of a run, and does what it is told between them.

    Parameters
    ----------
    plan
        What to train.
    state
        Where to go on from; None starts with fresh weights.
    timeline
        Where whole states are kept while somebody watches.
    paused
        Whether to wait for a command before the first step.
    later
        For a run that is made again: by which plans it goes on after how many steps.
    seconds
        For how long the run had trained before.

    Attributes
    ----------
    plan
        By which plan it goes.
    trainer
        What makes the steps, once it is built.
    status
        What the loop is doing, as long as it runs.
    ending
        How the run ended, once it is finished.
    edges, layers, nodes
        The network's connections, its nodes with parameters, and all of its nodes, once the run is under way.
    commands
        What others want of it. Each is called with the loop before the next step.
    records, followed
        For others to take: what was read from each step; and the plans that were followed, each with the number of
        steps made before, and whether it was one of those to be followed later.
    watching, overhead, tempo
        Which steps are looked at closely, what that costs, and how fast steps may come.
    stopwatch
        For how long the run has trained in all.
    is_stopping
        Set to end the run before the next step.
    is_left
        Set when nobody waits for that any more: another run may have taken the timeline over.
    """

    def __init__(
        self,
        plan: RunPlan,
        state: TrainerState | None,
        timeline: Timeline,
        paused: bool,
        later: Sections | None,
        seconds: float,
    ) -> None:
        self.plan = plan
        self.trainer: Trainer | None = None
        self.status: Literal["starting", "running", "paused"] = "starting"
        self.ending: Ending | None = None
        self.edges: tuple[tuple[str, str, int], ...] = ()
        self.layers: tuple[str, ...] = ()
        self.nodes: tuple[str, ...] = ()
        self.commands: queue.SimpleQueue[Callable[[Loop], None]] = queue.SimpleQueue()
        self.records: deque[StepRecord] = deque()
        self.followed: deque[tuple[int, RunPlan, bool]] = deque()
        self.watching, self.overhead, self.tempo = Watching(), Overhead(), Tempo()
        self.stopwatch = Stopwatch(seconds)
        self.is_stopping, self.is_left = False, False
        self._first_state, self._timeline = state, timeline
        self._later, self._is_again = list(later or ()), later is not None
        self._paused = paused
        self._steps_left: int | None = None
        self._until_epoch_end = False
        self._is_held = False
        self._stretches = Stretches()
        self._served = 0.0
        """Seconds spent on commands since the overhead was noted last: copies of weights, most of all."""

    def run(self) -> Literal["finished", "stopped"]:
        """Train until the run is over or somebody wants it to end."""
        trainer = self._begun()
        steps = trainer.steps()
        while True:
            while self._paused or self._is_held or not self.commands.empty():
                if self.is_stopping:
                    return "stopped"
                self.obey()
            if self.is_stopping:
                return "stopped"
            if wait := self.tempo.seconds_to_wait:
                self.obey(wait)
                continue
            self._hurry(steps, trainer)
            if not self.commands.empty():
                continue
            if self._later and self._later[0][0] <= trainer.step:
                self.follow(self._later.pop(0)[1], was_planned=True)
            if self._take_care(steps, trainer):
                continue
            if self._is_again and trainer.stopped_by is not None and self._steps_left:
                trainer.go_on()
                steps = trainer.steps()
                continue
            self.ending = Ending.of(trainer, self.plan.data.validation is not None)
            return "finished"

    # What commands do

    def obey(self, patience: float | None = None) -> None:
        """Carry out the next command; if there is none, wait for one, so many seconds at the most."""
        try:
            command = self.commands.get(timeout=patience)
        except queue.Empty:
            return
        start = time.perf_counter()
        command(self)
        self._served += time.perf_counter() - start

    def pause(self) -> None:
        """Make one more step, which is watched so that all that is shown belongs to one step, then rest."""
        if not self._paused:
            self.go_on(1)

    def go_on(self, steps: int | None = None, *, until_epoch_end: bool = False) -> None:
        """Go on, and rest after so many steps or with the end of the epoch, if that is wanted."""
        self._set_pause(False, steps, until_epoch_end)

    def run_to(self, step: int) -> None:
        """Go on until so many steps have been made, counted from the first, then rest; at once if they have been.

        Past that step it is a pause like any other.
        """
        if step > self._step:
            self._set_pause(False, step - self._step)
        elif step == self._step:
            self._set_pause(True)
        else:
            self.pause()

    def hold(self, is_held: bool) -> None:
        """Make no step, or go on to where it was going: how far that is, and whether it rests, stays as it is."""
        if is_held != self._is_held:
            self._is_held = is_held
            self._begin_stretch()

    def slow_down(self, limit: float | None) -> None:
        """Make at most so many steps a second from now on; None: as many as possible."""
        self.tempo.limit = limit
        self.overhead.begin(self._step)

    def follow(self, plan: RunPlan, was_planned: bool = False) -> None:
        """Go on by another plan of the same run from the next step on, if there is a trainer."""
        self.plan = plan
        if self.trainer is None:
            return
        if not was_planned:
            self._later.clear()
        plan.steer(self.trainer)
        self._stretches.forget()
        self.followed.append((self.trainer.step, plan, was_planned))

    # Steps

    def keep_what_is_left(self, is_whole: bool) -> None:
        """Keep the state of the last step that was made: the one after it has broken off.

        Parameters
        ----------
        is_whole
            Whether it is known to be that of the last step; otherwise what broke off has to say so.
        """
        trainer = self.trainer
        if trainer is None or self.is_left or self._timeline.at(trainer.step) is not None:
            return
        fault = trainer.fault
        if is_whole or (fault is not None and fault.phase != "update"):  # an update would be half made
            with suppress(MemoryError):  # it may be the reason
                self._timeline.keep(trainer.state)

    def _begun(self) -> Trainer:
        """The trainer, ready for its next step."""
        trainer = self.trainer = self.plan.trainer(state=self._first_state)
        self.edges = trainer.network.edges
        self.layers = tuple(node.id for node in trainer.network.trained_nodes)
        if trainer.stopped_by is not None:
            trainer.go_on()
        self.nodes = tuple(node.id for node in trainer.network.nodes)
        # What was kept there stays as it was: what another plan makes of it is not what the run knew.
        if self._timeline.at(trainer.step) is None:
            self._timeline.keep(lambda: self._first_state or trainer.state())
        self.stopwatch.go(not self._paused)
        self.status = "paused" if self._paused else "running"
        return trainer

    def _hurry(self, steps: Iterator[StepRecord], trainer: Trainer) -> None:
        """Make steps that need no care until somebody wants something, but not the last one before a pause or the end.

        A small network makes tens of thousands of them a second, so nothing else is done here, and clocks are read
        only between stretches of them.
        """
        first, put, wants_nothing, watching = trainer.step, self.records.append, self.commands.empty, self.watching
        if self._until_epoch_end or self.tempo.limit is not None:
            return
        most = (trainer.steps_to_go if self._steps_left is None else self._steps_left) - 1
        most = min(most, self._timeline.next_step - first - 1)
        if self._later:
            most = min(most, self._later[0][0] - first)
        copied = next_due(trainer.epochs_done, self.plan.project.plan.run.checkpoint_every)
        if copied is not None:
            most = min(most, trainer.steps_to(copied) - 1)
        last, stretches = first + most, self._stretches
        if not watching.asked and wants_nothing() and first < last:
            stretches.begin(trainer)
            is_needed = False
            while not is_needed and trainer.step < last:
                # Where a stopping rule has ended the run, no step comes, and somebody else has to see that.
                is_needed = True
                for record in islice(steps, min(stretches.length(trainer), last - trainer.step)):
                    put(record)
                    if is_needed := watching.asked or not wants_nothing():
                        break
                stretches.end(trainer)
        if self._steps_left is not None:
            self._steps_left -= trainer.step - first

    def _take_care(self, steps: Iterator[StepRecord], trainer: Trainer) -> bool:
        """Make one step, looked at and kept as is due. Returns whether there was one left."""
        watching, timeline = self.watching, self._timeline
        ends_epoch = trainer.ends_epoch
        is_last, watched, is_kept = self._is_last_step(trainer, ends_epoch), False, False
        is_copied = ends_epoch and is_due(trainer.epochs_done + 1, self.plan.project.plan.run.checkpoint_every)
        if is_last or watching.asked or trainer.step + 1 >= timeline.next_step:
            # A step whose state is kept is looked at from all sides, so that all views show one step afterwards.
            is_kept = is_last or timeline.is_due(trainer.step + 1)
            trainer.watch_next = watching.begin(trainer.step, is_last=is_kept)
            watched = bool(trainer.watch_next)
        self.tempo.note()
        record = next(steps, None)
        if watched:
            watching.end(trainer.step)
        if (is_kept or is_copied) and record is not None and not self.is_left:
            timeline.keep(trainer.state, pinned=is_copied, extra=watching.extra)
        if watched and self.tempo.limit is None:
            extra = watching.extra + self._served + (timeline.seconds if is_kept else 0.0)
            self.overhead.note(extra, trainer.step, trainer.reading_seconds, self._stretches.lost)
            self._served = 0.0
        if record is None:
            return False
        self.records.append(record)
        self._count_down(ends_epoch)
        return True

    @property
    def _step(self) -> int:
        """How many steps have been made."""
        return 0 if self.trainer is None else self.trainer.step

    def _is_last_step(self, trainer: Trainer, ends_epoch: bool) -> bool:
        """Whether the next step is the last one before a pause or the end."""
        if self._steps_left == 1:
            return True
        return ends_epoch and (self._until_epoch_end or trainer.steps_to_go == 1)

    def _set_pause(self, paused: bool, steps: int | None = None, until_epoch_end: bool = False) -> None:
        self._paused, self._steps_left, self._until_epoch_end = paused, steps, until_epoch_end
        self._begin_stretch()
        self.status = "paused" if paused else "running"

    def _begin_stretch(self) -> None:
        """Training goes on or rests from here on: what measures its time begins anew."""
        self.watching.rest()
        self.tempo.rest()
        self.overhead.begin(self._step)
        self.stopwatch.go(not self._paused and not self._is_held)

    def _count_down(self, epoch_ended: bool) -> None:
        if self._steps_left is not None:
            self._steps_left -= 1
        if self._steps_left == 0 or (self._until_epoch_end and epoch_ended):
            self._set_pause(True)
