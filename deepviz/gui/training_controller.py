"""Starts, steers and ends runs for the window, and collects what they report.

One timer empties the session's mailbox into the history every 33 ms; `grew` is sent as often as drawing can be
afforded. Nothing here computes: the session's thread does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.document.project import Project
from deepviz.engine.trainer import StepRecord, TrainerState
from deepviz.gui.answerer import Weights
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.editor import Editor
from deepviz.gui.moments import Moments
from deepviz.gui.pace import SHORTEST, Rhythm
from deepviz.gui.run_changes import followed, with_epochs_to_go
from deepviz.gui.run_picture import CANVAS_PROBES
from deepviz.gui.run_progress import RunProgress
from deepviz.gui.run_records import RunRecords
from deepviz.training.changes import applied, change_of
from deepviz.training.checkpoint import Checkpoint, why_no_copy
from deepviz.training.ending import Ending
from deepviz.training.history import History
from deepviz.training.replay import Replay
from deepviz.training.run_plan import RunPlan, same_run
from deepviz.training.session import Sections, Session
from deepviz.training.timeline import Timeline


class TrainingController(QObject):
    """The run of the open project.

    Signals
    -------
    status_changed(str)
        "idle" (fresh weights, nothing trained), or a session's status.
    grew()
        The history has new records.
    restarted()
        There is another history: a run has begun, was reset, or another project was opened.
    failed(object)
        A run ended too early; the argument is a `Failure`.
    ended(object)
        A run came to its end, or was ended by a stopping rule; the argument is an `Ending`.
    blocked()
        A run was asked for, but the project has problems.
    leaving(object, str)
        A run is about to be left for good: its `Checkpoint`, and how: "reset", "edited", "branched" or "closed".
    set_aside(str)
        The run's weights do not fit the project any more; the argument says so in words.
    """

    status_changed = Signal(str)
    grew = Signal()
    restarted = Signal()
    failed = Signal(object)
    ended = Signal(object)
    blocked = Signal()
    leaving = Signal(object, str)
    set_aside = Signal(str)

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._session: Session | None = None
        self._checkpoint: Checkpoint | None = None
        self._shelved: tuple[Checkpoint, Timeline] | None = None
        self._status, self.moments = "idle", Moments(self)
        self._wanted_probes: tuple[str, ...] = CANVAS_PROBES
        self.progress = RunProgress(editor, lambda: self._session, self._left_state)
        self._again = "", ""
        """What edits are called that a run makes because it is made again, and their merge key."""
        self._rhythm, self._records, self._shows_plan = Rhythm(), RunRecords(), False
        self._timer = QTimer(self, interval=SHORTEST)
        self._timer.timeout.connect(self._tick)
        editor.project_changed.connect(self._follow_project)

    @property
    def history(self) -> History:
        """The course of the run."""
        return self._records.history

    @property
    def status(self) -> str:
        """What the run is doing; "idle" if there is none."""
        return self._status

    @property
    def is_running(self) -> bool:
        """Whether steps are being made now."""
        return self._status in ("starting", "running")

    @property
    def step_count(self) -> int:
        """How many steps the weights have been trained for."""
        if self._checkpoint is not None and self._session is None:
            return self._checkpoint.state.step
        return int(self.history.steps[-1]) if len(self.history) else 0

    @property
    def ending(self) -> Ending | None:
        """How the run has ended, if it has come to an end and did not fail."""
        return self._session.ending if self._session is not None and self._status == "finished" else None

    @property
    def result_step(self) -> int:
        """After which step the weights were that Export takes."""
        return self.step_count if self.history.best is None else self.history.best[0]

    # Commands

    def run(self) -> None:
        """Start, or go on: after the last epoch for as many again, and without the rule that has ended the run."""
        if (session := self._living_session()) is not None:
            session.resume()
            self._went_on()
        else:
            self._start(paused=False)

    def pause(self) -> None:
        """Stop after the step that is being made."""
        if self._session is not None:
            self._session.pause()

    def step(self, count: int = 1) -> None:
        """Make some steps, then pause."""
        self._go(lambda session: session.step(count))

    def run_to(self, step: int) -> Future[int] | None:
        """Go on until so many steps have been made, then pause; how many had been, if it can go on."""
        return self._go(lambda session: session.run_to(step))

    def step_epoch(self) -> None:
        """Go on to the end of the epoch, then pause."""
        self._go(lambda session: session.step_epoch())

    def stop(self) -> None:
        """End the run and keep its weights; Run goes on from them."""
        if self._session is None or not self._session.stop():
            return
        self._checkpoint = self.checkpoint()
        self._end_session()
        self.grew.emit()
        self._set_status("stopped")

    def reset(self, how: str = "reset") -> None:
        """End the run and go back to fresh weights; `how` is told to whoever keeps what is left."""
        self._leave(how)
        self._end_session()
        self._checkpoint = self._shelved = None
        self._begin_history(History(()))
        self._set_status("idle")

    def load(self, checkpoint: Checkpoint | None, how: str = "closed", timeline: Timeline | None = None) -> None:
        """Leave the present run, and go on from a checkpoint at the next one; None: from fresh weights."""
        self.reset(how)
        if checkpoint is not None:
            self._checkpoint = checkpoint
            self._begin_history(checkpoint.history, timeline, checkpoint)
            self._tell_growth()
            self._set_status("paused")

    def train_again(self, run: Replay, label: str, merge_key: str) -> None:
        """Make a run again, from its first step to where it stood, with its changes, edits of this label, and pause."""
        self.reset()
        self._again = label, merge_key
        if (session := self._start(paused=True, later=run.sections[1:])) is not None:
            session.run_to(run.steps_made)

    def want_probes(self, keys: Iterable[str]) -> None:
        """Have these probes read while the run goes on, besides what every step measures and the canvas shows."""
        self._wanted_probes = tuple(dict.fromkeys((*CANVAS_PROBES, *keys)))
        if self._session is not None:
            self._session.watch(self._wanted_probes)

    def halt(self) -> bool:
        """End the thread and keep the run as it is. Returns whether it ended in time."""
        return self._session is None or self._session.stop()

    def shut_down(self) -> bool:
        """End the thread. Returns whether it ended in time."""
        return self._end_session()

    # What there is

    def checkpoint(self, timeout: float = 5.0) -> Checkpoint | None:
        """The weights as they are now, or None if nothing has been trained.

        Raises
        ------
        TimeoutError
            If a step takes longer than `timeout` seconds, or there is no memory for a copy; in words.
        """
        if self._session is not None:
            try:
                state = self._session.snapshot().result(timeout)
            except (TimeoutError, MemoryError) as error:
                raise TimeoutError(why_no_copy(error)) from None
            except RuntimeError:
                return self._checkpoint
            self._collect()
            return Checkpoint(self._session.plan.project, state, self.history)
        return self._checkpoint

    @property
    def weights_version(self) -> object:
        """Equal as long as `weights_later` gives the same weights. The present may be further than the window knows."""
        return id(self.history), self.moments.chosen, self.step_count if self.moments.chosen is None else None

    def weights_later(self) -> Future[tuple[int, Weights]]:
        """The weights of the moment that is shown and after which step they were; None for fresh ones."""
        state = self.moments.state or self._left_state()
        if self._session is not None and self.moments.chosen is None:
            return cast("Future[tuple[int, Weights]]", self._session.weights())
        found: Future[tuple[int, Weights]] = Future()
        found.set_result((0, None) if state is None else (state.step, state.weights))
        return found

    def state_later(self) -> Future[TrainerState] | None:
        """The state after the step that is being made, without waiting for it; None if no run goes on."""
        return self._session.snapshot() if self._session is not None and self.is_running else None

    def checkpoint_with(self, state: TrainerState) -> Checkpoint | None:
        """A checkpoint of what `state_later` has given; None if the run has ended meanwhile."""
        self._collect()
        return None if self._session is None else Checkpoint(self._session.plan.project, state, self.history)

    def gradient_picture(self) -> GradientPicture:
        """What the canvas shows of the gradients at the moment that is shown."""
        return self._records.picture(self._editor.project.graph, self.moments.chosen)

    def _left_state(self) -> TrainerState | None:
        """The weights that the last run has left."""
        return None if self._checkpoint is None else self._checkpoint.state

    def _living_session(self) -> Session | None:
        """The session, if its thread still takes commands."""
        session = self._session
        return session if session is not None and session.status in ("starting", "running", "paused") else None

    def _go(self, command: Callable[[Session], Future[int] | None]) -> Future[int] | None:
        """Have the run go on for a while, from the start if there is none."""
        if (session := self._living_session() or self._start(paused=True)) is None:
            return None
        answer = command(session)
        self._went_on()
        return answer

    def _start(self, paused: bool, later: Sections | None = None) -> Session | None:
        """Start a thread: from the checkpoint if it fits the project, otherwise from fresh weights."""
        if self._editor.report.problems or self._editor.data is None:
            self.blocked.emit()
            return None
        checkpoint = self._checkpoint = self.checkpoint()
        diverged = self._status == "diverged"
        self._end_session()
        project, state = self._editor.project, None
        if checkpoint is not None and not diverged and same_run(checkpoint.project, project):
            project = with_epochs_to_go(project, self.progress.epochs_done)
            state = replace(checkpoint.state, learning_rate=project.plan.optimizer.learning_rate)
            self._records.went_by(project, state.step)
        self._checkpoint = None
        if state is None:
            self._begin_history(History(()))
        plan, seconds = RunPlan(project, self._editor.data), self.history.seconds
        self._session = Session(plan, state, paused, self.moments.timeline, later, seconds)
        self._session.watch(self._wanted_probes)
        self._session.slow_down(self.progress.limit)
        self._session.start()
        self._set_status("starting")  # it may be over before anybody looks, with the status of the run before it
        self._went_on()
        return self._session

    def _went_on(self) -> None:
        self.progress.pace.clear()
        self._rhythm.rest()
        self._timer.start(SHORTEST)
        self._tick()

    def _tick(self) -> None:
        """Empty the mailbox, and tell the views."""
        if (session := self._session) is None:
            self._timer.stop()
            return
        status = session.status
        is_shown = status != "running" or self._rhythm.is_due(self.progress.pace.steps_per_second, session.overhead)
        self._rhythm.collect(self._collect, at_once=is_shown)
        if is_shown:
            self._tell_growth()
        self._set_status(status)
        if status == "running":
            session.watch(self._wanted_probes)
        if status == "paused" and self.progress.is_complete(self.step_count):
            session.resume()  # nothing is left to rest before: it ends, and says so
        if status in ("finished", "diverged", "failed"):
            self._timer.stop()
            self._records.end(session)
            self._tell_growth()
            if session.failure is not None:
                self.failed.emit(session.failure)
            elif session.ending is not None:
                self.ended.emit(session.ending)

    def _collect(self) -> None:
        """Put what is in the mailbox into the history."""
        if self._session is None:
            return
        changes, records = self._session.drain_changes(), self._session.drain()
        if records:
            self._append(self._session, records)
        self.history.seconds = self._session.seconds
        for step, plan, was_planned in changes:
            self._records.changed(plan.project, step)
            if was_planned:  # the window shows what the run goes by; it may have gone on by now
                self._shows_plan, change = True, change_of(plan.project, step)
                self._editor.apply(self._again[0], partial(applied, change=change), self._again[1])
                self._shows_plan = False

    def _append(self, session: Session, records: list[StepRecord]) -> None:
        if self.history.layers != session.layers:
            self._begin_history(History(session.layers), session.timeline)
            self._records.went_by(session.began_with.project, 0)
        self._records.append(session, records)
        self.progress.pace.note(records[-1].step)

    def _tell_growth(self) -> None:
        """Let everybody know if there is anything new in the history, and the history which weights are the best."""
        kept = None if self._checkpoint is None else self._checkpoint.best
        of_checkpoint = None if kept is None else (kept.step, kept.value)
        self.history.best = of_checkpoint if self._session is None else self._session.best
        if self._records.has_news:
            self.grew.emit()

    def _follow_project(self, before: Project, after: Project) -> None:
        """Keep the run in step with an edit: pass a setting on, or set weights aside that do not fit any more."""
        session = self._session
        if self._shows_plan:
            return
        present = self._checkpoint if session is None else session.plan
        if present is not None and same_run(present.project, after):
            self._follow_plan(present.project, before, after)
        elif (held := self._halted()) is not None:
            timeline = self.moments.timeline
            self.reset("edited")
            self._shelved = held, timeline
            self.set_aside.emit("The network, its data or its settings have changed, so training starts anew.")
        elif session is not None:
            self.reset("edited")
        elif self._shelved is not None and same_run(self._shelved[0].project, after):
            self.load(self._shelved[0], timeline=self._shelved[1])

    def _follow_plan(self, present: Project, before: Project, after: Project) -> None:
        """Let the run, or the weights that it has left, go on by the plan as it is now."""
        project = followed(present, before, after, self._editor.facts)
        if change_of(project, 0) == change_of(present, 0):
            return
        self._records.expect(project, self._editor.merge_key)
        if self._session is not None:
            self._session.follow(RunPlan(project, self._session.plan.data))
            self._collect()
        elif self._checkpoint is not None:
            self._records.changed(project, self._checkpoint.state.step)
            self._checkpoint = replace(self._checkpoint, project=project)
        self._tell_growth()

    def _leave(self, how: str) -> None:
        if (checkpoint := self._halted()) is not None and checkpoint.state.step:
            self.leaving.emit(checkpoint, how)

    def _halted(self) -> Checkpoint | None:
        """The weights of the run, which is ended here; None also if a step takes too long, or no copy can be had."""
        if self._session is None or self._session.stop():
            with suppress(TimeoutError):
                return self.checkpoint()
        return None

    def _end_session(self) -> bool:
        self._timer.stop()
        session, self._session = self._session, None
        return True if session is None else session.stop()

    def _begin_history(self, history: History, kept: Timeline | None = None, left: Checkpoint | None = None) -> None:
        self._records.begin(history, None if left is None else left.project)
        self.moments.begin(kept, left)
        self.progress.pace.clear()
        self.restarted.emit()

    def _set_status(self, status: str) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit(status)
