"""Keeps what is open, soon after each edit and while training: neither a crash nor a quit without a file loses it.

The project is a value and the weights are copies, so all of the writing is done by a thread of its own.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.document.file_format import FileError, Trained
from deepviz.document.kept_states import KeptStates
from deepviz.document.project import Project
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.failures import log
from deepviz.gui.session_store import Notes, Slot
from deepviz.gui.session_view import view_of
from deepviz.training.checkpoint import Checkpoint, trained_of

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench

SOON, REGULARLY = 2_000, 20_000
"""Milliseconds from an edit to its being kept, and between two looks at how far a run has come."""
REST = 20
"""How many times as long as writing took the disk is left alone after it: large weights take their time."""


class SessionKeeper(QObject):
    """Writes the session of one window.

    Parameters
    ----------
    fresh
        The project of a first start. As long as there is nothing else, there is nothing to keep.

    Attributes
    ----------
    slot
        Where the session is kept; None for nowhere.
    """

    trouble = Signal(str)
    """Sent with the reason when the session cannot be kept; not again until it could."""

    _written = Signal(object)
    _snapshot = Signal(object)

    def __init__(self, bench: Workbench, fresh: Project) -> None:
        super().__init__(bench)
        self._bench, self._fresh = bench, fresh
        self.slot: Slot | None = None
        self._kept: tuple[object, ...] | None = None
        self._kept_for_good: tuple[object, ...] | None = None
        """What was kept as of a window that was closed, if it was."""
        self._writer: threading.Thread | None = None
        self._waits_for_state = False
        self._rests_until = 0.0
        self._is_urgent = False
        self._is_in_trouble = False
        self._soon = QTimer(self, interval=SOON, singleShot=True)
        self._soon.timeout.connect(self.keep)
        self._regularly = QTimer(self, interval=REGULARLY)
        self._regularly.timeout.connect(self.keep)
        self._written.connect(self._end_writing)
        self._snapshot.connect(self._keep_state)

    def begin(self, slot: Slot) -> None:
        """Keep the session in a slot from now on."""
        self.slot, self._kept = slot, None
        self._bench.editor.project_changed.connect(self.keep_soon)
        self._bench.editor.saved_changed.connect(self.keep_soon)
        self._bench.controller.status_changed.connect(self.keep_soon)
        self._regularly.start()

    def move_to(self, slot: Slot) -> Slot | None:
        """Leave the present slot as it is, and keep the session in another. Returns the one that was left."""
        before, self.slot = self.slot, slot
        self._kept = None
        return before

    @property
    def is_worth_keeping(self) -> bool:
        """Whether there is anything that the next start would not show by itself."""
        editor = self._bench.editor
        return editor.path is not None or editor.project != self._fresh or self._bench.controller.step_count > 0

    def keep_soon(self, *_: object) -> None:
        """Something has changed; keep it when a moment has passed, with what comes in that moment."""
        if not self._soon.isActive() and self.slot is not None:
            self._soon.start()

    def keep(self) -> None:
        """Keep the session now if it has changed. Nothing waits for that."""
        if self.slot is None or self._writer is not None or self._waits_for_state or self._state() == self._kept:
            return
        wait = self._rests_until - time.monotonic()
        if wait > 0:
            self._soon.start(max(SOON, round(1000 * wait)))
            return
        later = self._bench.controller.state_later()
        if later is None:
            self._write_what_is_left()
        else:
            self._waits_for_state = True
            later.add_done_callback(self._snapshot.emit)

    def keep_urgently(self) -> None:
        """Something has gone wrong: keep the session without a rest, and once more after what is being written."""
        self._is_urgent = self._writer is not None
        self._rests_until = 0.0
        self.keep()

    def keep_at_once(self, was_closed: bool = False) -> bool:
        """Keep the session before this returns. Returns whether that worked."""
        self._finish_writing()
        if self.slot is None:
            return False
        try:
            checkpoint = self._bench.controller.checkpoint()
        except TimeoutError:
            checkpoint = None
            if self._is_only_behind():
                return True  # the weights kept are some steps old, which is better than none
        outcome = self._write(self._job(checkpoint, was_closed))
        self._take_note(outcome)
        return not outcome.reason

    def end(self, is_kept: bool) -> None:
        """Keep the session for the last time, or forget it."""
        if self.slot is None:
            return
        self._soon.stop()
        self._regularly.stop()
        self._finish_writing()
        if is_kept and self.is_worth_keeping:
            if self._kept_for_good != self._state():  # it was kept already when it was asked whether that is possible
                self.keep_at_once(was_closed=True)
        else:
            self.slot.clear()
        self.slot.release()
        self.slot = None

    # How it is done

    def _state(self) -> tuple[object, ...]:
        """What a session is told from another by."""
        editor, files, steps = self._bench.editor, self._bench.files, self._bench.controller.step_count
        return editor.project, editor.path, files.is_saved, steps, files.saved_steps, editor.origin

    def _is_only_behind(self) -> bool:
        return self._kept is not None and self._kept[:3] == self._state()[:3]

    def _keep_state(self, future: Future[TrainerState]) -> None:
        """The run has come to the end of a step, and its weights are there."""
        self._waits_for_state = False
        if self.slot is None or self._writer is not None:
            return
        if future.cancelled() or future.exception() is not None:
            self._write_without_weights()
        elif (checkpoint := self._bench.controller.checkpoint_with(future.result())) is not None:
            self._write_in_thread(checkpoint)
        else:
            self._write_what_is_left()

    def _write_what_is_left(self) -> None:
        """Write the session with the weights of a run that rests."""
        try:
            checkpoint = self._bench.controller.checkpoint()
        except TimeoutError:  # there may be no memory for a copy
            self._write_without_weights()
        else:
            self._write_in_thread(checkpoint)

    def _write_without_weights(self) -> None:
        """Write the session, unless that would only lose weights that are some steps old."""
        if not self._is_only_behind():
            self._write_in_thread(None)

    def _job(self, checkpoint: Checkpoint | None, was_closed: bool) -> _Job:
        """All that is to be written, as it is now."""
        assert self.slot is not None
        editor, files = self._bench.editor, self._bench.files
        if not self.is_worth_keeping:
            return _Job(self.slot, self._state())
        notes = Notes(
            editor.title,
            "" if editor.path is None else str(Path(editor.path).absolute()),
            not editor.is_saved and not files.was_discarded,
            files.saved_steps,
            time.time(),
            was_closed,
            view_of(self._bench),
            "" if editor.origin is None else str(editor.origin.file.absolute()),
            0 if editor.origin is None else editor.origin.epoch,
        )
        moments, run = self._bench.controller.moments, self._bench.controller.history.run
        kept = KeptStates() if checkpoint is None else moments.timeline.selected(checkpoint.state.step)
        if editor.path is not None and (files.is_saved or files.was_discarded):
            # Its file has it all, but less of a long timeline.
            return _Job(self.slot, self._state(), notes, kept=kept, run=run)
        trained = None if checkpoint is None else trained_of(checkpoint, editor.data)
        return _Job(self.slot, self._state(), notes, editor.project, trained, kept, run)

    def _write(self, job: _Job) -> _Outcome:
        """Write, in whatever thread."""
        started = time.monotonic()
        try:
            if job.notes is None:
                job.slot.clear()
            else:
                job.slot.write(job.notes, job.project, job.trained)
                job.slot.write_timeline(job.kept, job.run)
        except (OSError, FileError) as error:
            return _Outcome(job, str(getattr(error, "strerror", None) or error), 0.0)
        return _Outcome(job, "", time.monotonic() - started)

    def _write_in_thread(self, checkpoint: Checkpoint | None) -> None:
        job = self._job(checkpoint, was_closed=False)
        self._writer = threading.Thread(target=lambda: self._written.emit(self._write(job)), name="keeps the session")
        self._writer.start()

    def _end_writing(self, outcome: _Outcome) -> None:
        """The thread is done."""
        self._finish_writing()
        self._take_note(outcome)
        if self._is_urgent:
            self.keep_urgently()

    def _take_note(self, outcome: _Outcome) -> None:
        if outcome.job.slot is not self.slot:
            return  # it was about a session that this window has left
        if not outcome.reason:
            self._kept, self._is_in_trouble = outcome.job.state, False
            notes = outcome.job.notes
            self._kept_for_good = outcome.job.state if notes is not None and notes.was_closed else None
            self._rests_until = time.monotonic() + REST * outcome.seconds
        elif not self._is_in_trouble:
            self._is_in_trouble = True
            log.error("The session cannot be kept: %s", outcome.reason)
            self.trouble.emit(outcome.reason)

    def _finish_writing(self) -> None:
        """Wait for the thread, if there is one."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.join()


@dataclass(frozen=True, eq=False)
class _Job:
    """What is to be written where; without notes the slot is to be emptied."""

    slot: Slot
    state: tuple[object, ...]
    notes: Notes | None = None
    project: Project | None = None
    trained: Trained | None = None
    kept: KeptStates = field(default_factory=KeptStates)
    run: str = ""


@dataclass(frozen=True, eq=False)
class _Outcome:
    """How that went: why not, if it did not, and how long it took."""

    job: _Job
    reason: str
    seconds: float
