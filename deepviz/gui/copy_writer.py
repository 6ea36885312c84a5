"""Writes the states that a run keeps for good beside the project's file, in a thread, so the window never waits.

The run keeps one after every so many epochs (`RunSettings.checkpoint_every`). Without a file they stay in its timeline.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from deepviz.datasets.prepared import PreparedData
from deepviz.document.archive import FileError
from deepviz.document.project import Project
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.editor import Editor
from deepviz.gui.late_news import tell_if_there
from deepviz.gui.training_controller import TrainingController
from deepviz.training.branching import branched, settings_at
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.checkpoint_files import MOST_COPIES, write_copy
from deepviz.training.history import History
from deepviz.training.history_arrays import Arrays

REST = 20
"""How many times as long as collecting copies takes it waits until it collects the next ones."""


@dataclass(frozen=True)
class _Job:
    """Copies to be written, and what all of them have in common."""

    file: Path
    project: Project
    data: PreparedData | None
    arrays: Arrays
    states: tuple[TrainerState, ...]


class CopyWriter(QObject):
    """Looks at the kept states of the open run and has those that are new written.

    Parameters
    ----------
    editor, controller
        The open project, and its run.
    """

    written = Signal(str)
    """Sent with the name of a file that was written."""
    failed = Signal(str)
    """A copy could not be written; the argument says why."""
    _told = Signal(object)

    def __init__(self, editor: Editor, controller: TrainingController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._controller = editor, controller
        self._seen: set[int] = set()
        self._waiting: list[TrainerState] = []
        self._jobs: list[_Job] = []
        self._thread: threading.Thread | None = None
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._write)
        controller.restarted.connect(self._begin)
        controller.leaving.connect(lambda _checkpoint, _how: self._leave())
        controller.grew.connect(self.look)
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def look(self) -> None:
        """See whether the run has kept further states."""
        timeline, history = self._controller.moments.timeline, self._controller.history
        last = int(history.steps[-1]) if len(history) else 0
        new = sorted(step for step in timeline.pinned - self._seen if step <= last)
        if not new:
            return
        self._seen.update(new)
        if self._editor.copies_beside is not None:
            states = (timeline.at(step) for step in new)
            # More than so many do not stay anyway.
            self._waiting = [*self._waiting, *(state for state in states if state is not None)][-MOST_COPIES:]
            self._write()

    def finish(self, timeout: float = 1.0) -> bool:
        """Write what is left, for at most so many seconds. Returns whether all of it is written."""
        until = time.monotonic() + timeout
        self._leave()
        while self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
            if self._thread.is_alive():
                return False
            self._thread = None
            self._start()
        return True

    def _begin(self) -> None:
        """There is another run, or one goes on from some step: what it keeps from there on is new."""
        history = self._controller.history
        last = int(history.steps[-1]) if len(history) else 0
        self._seen = {step for step in self._controller.moments.timeline.pinned if step <= last}

    def _leave(self) -> None:
        """Collect what is left while its run and its file are known."""
        self.look()
        self._rest.stop()
        self._collect()

    def _write(self) -> None:
        """Have what waits written, unless that is being done or was done just now."""
        if self._thread is None and not self._rest.isActive():
            self._collect()

    def _collect(self) -> None:
        file = self._editor.copies_beside
        if not self._waiting or file is None:
            return
        start = time.perf_counter()
        arrays = self._controller.history.to_arrays()
        self._jobs.append(_Job(file, self._editor.project, self._editor.data, arrays, tuple(self._waiting)))
        self._waiting = []
        self._rest.start(round(REST * 1000 * (time.perf_counter() - start)))
        self._start()

    def _start(self) -> None:
        if self._thread is None and self._jobs:
            self._thread = threading.Thread(target=self._work, args=(self._jobs,), name="deepviz-copies", daemon=True)
            self._jobs = []
            self._thread.start()

    def _work(self, jobs: list[_Job]) -> None:
        """In the thread: write copies, each with its project and history as they were then."""
        for job in jobs:
            for state in job.states:
                error = ""
                try:
                    history = branched(History.from_arrays(job.arrays), state.step)
                    checkpoint = Checkpoint(settings_at(job.project, history), state, history)
                    epoch = 0 if state.place is None else state.place.epoch
                    # What branches off is another run, but the copy is one of this.
                    run = str(job.arrays["run"][0]) if "run" in job.arrays else ""
                    name = write_copy(job.file, epoch, checkpoint, job.data, run=run).name
                except (OSError, FileError, ValueError, MemoryError) as failure:
                    name, error = job.file.name, str(getattr(failure, "strerror", None) or failure or type(failure))
                tell_if_there(self._told, (name, error))
        tell_if_there(self._told, None)

    def _tell(self, what: tuple[str, str] | None) -> None:
        if what is None:
            if self._thread is not None:
                self._thread.join()  # it has nothing left to do
                self._thread = None
            self._start()
            self._write()
        elif what[1]:
            self.failed.emit(f"A copy of the weights could not be written beside {what[0]}: {what[1]}")
        else:
            self.written.emit(what[0])
