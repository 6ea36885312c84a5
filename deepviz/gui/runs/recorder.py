"""Notes runs that have ended, in a thread: the window never waits for a disk."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal

from deepviz.datasets.prepared import PreparedData
from deepviz.document.archive import FileError
from deepviz.gui.late_news import tell_if_there
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import Marks, RunSummary


class RunRecorder(QObject):
    """Puts runs into a store, one after another."""

    noted = Signal(object)
    """Sent with the `RunSummary` of a run that is on the list now."""
    dropped = Signal(int)
    """So many old runs had to go."""
    failed = Signal(str)
    """A run could not be kept; the argument says why."""
    _told = Signal(object)

    def __init__(self, store: RunStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._waiting: queue.SimpleQueue[tuple[Callable[[], RunSummary | None], str]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_working = False
        self._guard = threading.Lock()
        self._writing: Counter[str] = Counter()
        self.marks_of: Callable[[str], Marks | None] = lambda run: None
        """What people made of a run, by its id, before it was noted; asked in the thread."""
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def note(
        self,
        checkpoint: Checkpoint,
        ended: str,
        run: str = "",
        *,
        reason: str = "",
        data: PreparedData | None = None,
        samples: int = 0,
        home: str = "",
    ) -> str:
        """Keep a run that has ended; nothing if it made no step. Returns its id, by which it can be noted again.

        Parameters
        ----------
        checkpoint
            What it has come to. Its history may go on to grow: the present one is kept.
        ended
            A key of `run_summary.ENDINGS`.
        run
            The id of a run that goes on since it was noted; empty for another run.
        reason
            Why it ended, if there is more to say.
        data, samples
            What it was trained on; or how many samples, where only that is known.
        home
            Of which project it is; empty for what its project is called.
        """
        run = run or self._store.new_id()
        if checkpoint.state.step < 1:
            return run
        arrays = checkpoint.history.to_arrays()
        best = checkpoint.history.best

        def work() -> RunSummary | None:
            history = History.from_arrays(arrays)
            history.best = best
            kept, marks = replace(checkpoint, history=history), self.marks_of(run)
            return self._store.note(
                kept, ended, run=run, reason=reason, data=data, samples=samples, marks=marks, home=home
            )

        self._writing[run] += 1
        self._do(work, run)
        return run

    def is_writing(self, run: str) -> bool:
        """Whether a run was given to be kept, and it was not told yet what became of that."""
        return self._writing[run] > 0

    def _do(self, work: Callable[[], RunSummary | None], run: str = "") -> None:
        with self._guard:
            self._waiting.put((work, run))
            if not self._is_working:
                self._is_working = True
                self._thread = threading.Thread(target=self._work, name="deepviz-runs", daemon=True)
                self._thread.start()

    def tidy(self) -> None:
        """Let go of what is too old or too much."""
        self._do(lambda: None)

    def finish(self, timeout: float = 10.0) -> bool:
        """Wait until all is written, at most so many seconds. Returns whether it is."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._guard:
                if self._waiting.empty():
                    self._is_working = False
                    return
                work, run = self._waiting.get()
            try:
                summary = work()
                tell_if_there(self._told, (run, summary, len(self._store.prune()), ""))
            except (OSError, FileError, ValueError, MemoryError) as error:
                why = str(getattr(error, "strerror", None) or error or type(error).__name__)
                tell_if_there(self._told, (run, None, 0, why))

    def _tell(self, what: tuple[str, RunSummary | None, int, str]) -> None:
        run, summary, dropped, error = what
        self._writing[run] -= 1
        if self._writing[run] <= 0:
            del self._writing[run]
        if error:
            self.failed.emit(f"This run could not be put on the list of runs: {error}")
        elif summary is not None:
            self.noted.emit(summary)
        if dropped:
            self.dropped.emit(dropped)
