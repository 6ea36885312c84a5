"""Loads data beside the window: what is quick is there at once, what takes longer can be waited for or cancelled.

Its thread hands over finished, read-only data and knows nothing of Qt.
"""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import DataChoice
from deepviz.training.run_plan import prepared

PATIENCE = 0.08
"""Seconds to wait before the window is told that loading takes longer."""

LOOK_AGAIN = 30
"""Milliseconds between two looks whether a longer one is done."""


class DataLoader(QObject):
    """Loads the data of one choice at a time."""

    loaded = Signal(object, object)
    """Sent with the choice and its `PreparedData`."""

    failed = Signal(object, str)
    """Sent with the choice and the reason, in words for the user."""

    busy_changed = Signal(bool)
    """Sent when loading turns out to take longer, and when that is over."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: _Job | None = None
        self._timer = QTimer(self, interval=LOOK_AGAIN)
        self._timer.timeout.connect(self._look)

    @property
    def is_busy(self) -> bool:
        """Whether something is being loaded."""
        return self._job is not None

    def load(self, choice: DataChoice) -> None:
        """Load the data of a choice; whatever was being loaded is forgotten."""
        self.cancel()
        self._job = _Job(choice)
        self._job.start()
        self._job.join(PATIENCE)
        if self._job.is_alive():
            self._timer.start()
            self.busy_changed.emit(True)
        else:
            self._deliver()

    def cancel(self) -> None:
        """Forget what is being loaded. A file that is just being read is read to its end, to no effect."""
        self._job = None
        if self._timer.isActive():
            self._timer.stop()
            self.busy_changed.emit(False)

    def _look(self) -> None:
        if self._job is not None and not self._job.is_alive():
            self._timer.stop()
            self.busy_changed.emit(False)
            self._deliver()

    def _deliver(self) -> None:
        job, self._job = self._job, None
        if job is None:
            return
        if job.data is None:
            self.failed.emit(job.choice, job.error)
        else:
            self.loaded.emit(job.choice, job.data)


class _Job(threading.Thread):
    """One loading: its thread and what has come of it."""

    def __init__(self, choice: DataChoice) -> None:
        super().__init__(name="deepviz-data", daemon=True)
        self.choice = choice
        self.data: PreparedData | None = None
        self.error = ""

    def run(self) -> None:
        try:
            self.data = prepared(self.choice)
        except DatasetError as error:
            self.error = str(error)
        except MemoryError:
            self.error = "There is not enough memory for this data."
        except Exception as error:  # a source of whatever kind must not leave the person waiting for ever
            self.error = f"The data could not be loaded: {error or type(error).__name__}."
