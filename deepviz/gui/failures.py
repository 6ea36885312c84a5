"""What happens to an exception that nobody expected: it is written to a log and told in one quiet message.

Exceptions in slots, paint events and threads do not end a Qt application; they reach the hooks installed here.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QStandardPaths, Signal

log = logging.getLogger("deepviz")


class FailureHooks(QObject):
    """Hooks for exceptions of the main thread and of others. Signals cross threads, so the window can listen.

    Signals
    -------
    failed(str)
        What happened, in a sentence, and where the details are. Sent once for each kind of failure.
    """

    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: set[str] = set()
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take the hooks over."""
        sys.excepthook = self._report
        threading.excepthook = lambda args: self._report(args.exc_type, args.exc_value, args.exc_traceback)

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _report(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error or kind(), trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("Unexpected error\n%s", details)
        where = "".join(traceback.format_tb(trace)[-1:])
        if where not in self._told:
            self._told.add(where)
            self.failed.emit(
                f"Something went wrong inside DeepViz ({kind.__name__}: {error}). Details are in {log_file()}."
            )


def log_file() -> Path:
    """Where unexpected errors are written down."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
    return Path(folder) / "deepviz.log"


def start_log() -> None:
    """Write errors to the log file; to standard error where that cannot be written."""
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(log_file(), encoding="utf-8", delay=True)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
