"""A session: one run in a thread of its own, commanded from outside and reporting through a mailbox.

The thread owns trainer and weights, see `Loop`. What crosses the boundary is a frozen plan at the start, small commands
read between steps, records, and copies of the weights on request. Nothing in here can import Qt.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Literal, TypeVar

import numpy as np

from deepviz.engine.fault import BROKEN_OFF
from deepviz.engine.interruption import Interrupted, break_off_if
from deepviz.engine.schedule import Memory, Schedule
from deepviz.engine.trainer import Diverged, StepRecord, Trainer, TrainerState
from deepviz.training.ending import Ending
from deepviz.training.failure import Failure as Failure
from deepviz.training.loop import Loop
from deepviz.training.loop import Sections as Sections
from deepviz.training.run_plan import RunPlan
from deepviz.training.timeline import Timeline

Outcome = Literal["finished", "diverged", "failed", "stopped"]
Status = Literal["starting", "running", "paused"] | Outcome

SWITCH_INTERVAL = 0.0002
"""Seconds that the training thread may keep others waiting, while a run is on."""

Answer = TypeVar("Answer")


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
    seconds
        For how long the run had trained before, if it goes on.

    Attributes
    ----------
    began_with
        By which plan it began.
    failure
        What went wrong, once the status is "diverged" or "failed".
    """

    def __init__(
        self,
        plan: RunPlan,
        state: TrainerState | None = None,
        paused: bool = False,
        timeline: Timeline | None = None,
        later: Sections | None = None,
        seconds: float = 0.0,
    ) -> None:
        self.began_with = plan
        self.timeline = Timeline() if timeline is None else timeline
        self.failure: Failure | None = None
        self._loop = Loop(plan, state, self.timeline, paused, later, seconds)
        self._wanted: RunPlan | None = None
        """What somebody wants it to follow, which ends all that was planned; None if nobody did yet."""
        self._outcome: Outcome | None = None
        self._ended = threading.Lock()
        """Held by whoever leaves a command and by the thread when it ends, so that none is left lying."""
        self._thread = threading.Thread(target=self._run, name="deepviz-training", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    # What is known of the run, by any thread

    @property
    def status(self) -> Status:
        """What the run is doing. "finished", "diverged", "failed" and "stopped" are final."""
        return self._outcome or self._loop.status

    @property
    def plan(self) -> RunPlan:
        """By which plan it goes, or is to go from the next step on."""
        return self._loop.plan if self._wanted is None else self._wanted

    @property
    def ending(self) -> Ending | None:
        """How the run ended, once the status is "finished"."""
        return self._loop.ending

    @property
    def edges(self) -> tuple[tuple[str, str, int], ...]:
        """Connections in the order of the ``gradient_flow`` values, once the run is under way."""
        return self._loop.edges

    @property
    def layers(self) -> tuple[str, ...]:
        """The nodes with parameters in the order of the ``gradient_norm`` values, once the run is under way."""
        return self._loop.layers

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes in the order of the network, that of the ``activations`` values, once the run is under way."""
        return self._loop.nodes

    @property
    def best(self) -> tuple[int, float] | None:
        """The step of the best weights so far and the loss they had, if they are kept and an epoch is over."""
        best = None if self._loop.trainer is None else self._loop.trainer.best
        return None if best is None else (best.step, best.value)

    @property
    def length(self) -> tuple[int, int] | None:
        """How many steps an epoch has and the run has in all, as far as that is known now."""
        trainer = self._loop.trainer
        return None if trainer is None else (trainer.steps_per_epoch, trainer.total_steps)

    @property
    def steps_made(self) -> int:
        """How many steps have been made, also those that nobody has been told of yet; 0 before it is under way."""
        return 0 if self._loop.trainer is None else self._loop.trainer.step

    @property
    def epochs(self) -> int:
        """To which epoch it goes: at least to the end of the one that is under way."""
        wanted, trainer = self.plan.project.plan.run.epochs, self._loop.trainer
        return wanted if trainer is None else max(wanted, trainer.epochs_begun)

    @property
    def seconds(self) -> float:
        """For how long the run has trained in all; pauses do not count."""
        return self._loop.stopwatch.seconds

    def memory_for(self, schedule: Schedule) -> Memory:
        """What a schedule would know of the run so far if the next step went by it."""
        trainer = self._loop.trainer
        return schedule.start() if trainer is None else trainer.memory_for(schedule)

    @property
    def overhead(self) -> float | None:
        """Which share of the time of training was lost to being watched lately, from 0 to 1; None if slowed down.

        Also None until so much of it has gone by since the start that it can be told.
        """
        return self._loop.overhead.share if self._loop.tempo.limit is None else None

    # Commands, from any other thread. They are obeyed before the next step.

    def pause(self) -> None:
        """Make one more step, which is watched so that all that is shown belongs to one step, then stop."""
        self._send(lambda loop: loop.pause())

    def resume(self) -> None:
        """Go on."""
        self._send(lambda loop: loop.go_on())

    def step(self, count: int = 1) -> None:
        """Make some steps, then pause."""
        self._send(lambda loop: loop.go_on(count))

    def step_epoch(self) -> None:
        """Go on to the end of the epoch, then pause."""
        self._send(lambda loop: loop.go_on(until_epoch_end=True))

    def run_to(self, step: int) -> Future[int]:
        """Go on until so many steps have been made, counted from the first, then pause; at once if they have been.

        The future says how many had been made when this was obeyed; a run that ends before leaves it open.
        """
        made: Future[int] = Future()

        def go(loop: Loop) -> None:
            made.set_result(self.steps_made)  # before the run can be seen to rest
            loop.run_to(step)

        self._send(go)
        return made

    def hold(self, is_held: bool) -> None:
        """Make no step until it is no longer held, and then go on as if nothing had been; a pause stays a pause.

        What is asked for meanwhile, such as a snapshot, is of the step at which it is held.
        """
        self._send(lambda loop: loop.hold(is_held))

    def slow_down(self, limit: float | None) -> None:
        """Make at most so many steps a second from now on; None: as many as possible."""
        self._send(lambda loop: loop.slow_down(limit))

    def follow(self, plan: RunPlan) -> None:
        """Go on by another plan of the same run (see `same_run`) from the next step on; also when the run has ended."""
        self._wanted = plan
        with self._ended:
            if self._outcome is None:
                self._loop.commands.put(lambda loop: loop.follow(plan))
            else:
                self._loop.follow(plan)

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
        self._loop.watching.ask(keys)

    def snapshot(self) -> Future[TrainerState]:
        """A copy of the weights and all that is needed to go on, as soon as the step that is being made is done.

        The future fails with RuntimeError if the run failed before there were any weights, and with MemoryError if
        there is no room for the copy.
        """
        return self._asked(lambda trainer: trainer.state())

    def weights(self) -> Future[tuple[int, dict[str, np.ndarray]]]:
        """After which step they are, and a copy of the weights alone; as `snapshot`, but cheaper."""
        return self._asked(lambda trainer: (trainer.step, trainer.network.weights()))

    def stop(self, timeout: float = 5.0) -> bool:
        """End the run and wait for the thread. Returns whether it ended in time (seconds).

        If it did not, it keeps no state any more: its timeline may belong to another run by then.
        """
        self._loop.is_stopping = True
        self._send(lambda loop: None)  # so that a run that is paused wakes up
        if self._thread.is_alive():
            self._thread.join(timeout)
        self._loop.is_left = self._thread.is_alive()
        return not self._loop.is_left

    # The mailbox, for one other thread

    def drain(self) -> list[StepRecord]:
        """Take all records that have come in since the last call."""
        taken, records = [], self._loop.records
        while records:
            taken.append(records.popleft())
        return taken

    def drain_changes(self) -> list[tuple[int, RunPlan, bool]]:
        """Take the plans that were followed since the last call.

        Returns
        -------
        The number of steps made before, the plan, and whether it was one of those to be followed later.
        """
        taken, followed = [], self._loop.followed
        while followed:
            taken.append(followed.popleft())
        return taken

    # The thread

    def _run(self) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL)
        loop = self._loop
        break_off_if(lambda: loop.is_stopping)
        outcome: Outcome = "failed"
        try:
            # Overflow on the way to divergence is reported by the trainer, in words; NumPy's warnings add nothing.
            with np.errstate(all="ignore"):
                outcome = loop.run()
        except Interrupted:
            outcome = "stopped"
        except BROKEN_OFF as error:  # whatever a layer raises must reach the user in words, not end the application
            outcome = "diverged" if isinstance(error, Diverged) else "failed"
            self.failure = Failure.of(error, None if loop.trainer is None else loop.trainer.fault, loop.plan)
            loop.keep_what_is_left(is_whole=isinstance(error, Diverged))
        finally:
            sys.setswitchinterval(interval)
            loop.stopwatch.go(False)
            with self._ended:
                self._outcome = outcome
                while not loop.commands.empty():
                    loop.obey()

    def _send(self, command: Callable[[Loop], None]) -> None:
        """Have the thread do something, unless the run has ended or failed before there was a trainer."""
        with self._ended:
            if self._outcome is None:
                self._loop.commands.put(lambda loop: None if loop.trainer is None else command(loop))

    def _asked(self, make: Callable[[Trainer], Answer]) -> Future[Answer]:
        """What the thread makes of the trainer, after the step that is being made."""
        future: Future[Answer] = Future()

        def answer(loop: Loop) -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                if loop.trainer is None:
                    raise RuntimeError("The run failed before there were any weights.")
                future.set_result(make(loop.trainer))
            except BROKEN_OFF as error:  # there may be no memory for a copy: who asked is told, and the run goes on
                future.set_exception(error)

        with self._ended:
            if self._outcome is None:
                self._loop.commands.put(answer)
            else:
                answer(self._loop)
        return future
