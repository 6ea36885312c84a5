"""Progress on standard error: a bar with the time left on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from deepviz.engine.trainer import StepRecord

BAR_WIDTH = 24
BETWEEN_BARS, BETWEEN_LINES = 0.1, 1.0


class Progress:
    """Shows how far a job is. A context manager, so that the terminal's line is ended whatever happens.

    Parameters
    ----------
    total
        How many steps the job has.
    quiet
        Whether to show nothing.
    """

    def __init__(self, total: int, quiet: bool = False) -> None:
        self._total, self._quiet = max(total, 1), quiet
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()
        self._next = self._began + (BETWEEN_BARS if self._terminal else BETWEEN_LINES)
        self._latest: dict[str, Any] = {}
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._terminal:
            sys.stderr.write("\n")

    def show(self, done: int, record: StepRecord) -> None:
        """Show that some steps are done; most calls do nothing, so it may be called for each step."""
        if "validation_loss" in record.values:
            self._latest = record.values
        now = time.monotonic()
        if self._quiet or (now < self._next and done < self._total):
            return
        self._next = now + (BETWEEN_BARS if self._terminal else BETWEEN_LINES)
        self._shown = True
        left = (now - self._began) / done * (self._total - done)
        words = f"epoch {record.epoch}  step {record.step}  loss {record.values['loss']:.4f}{self._validation()}  {left:.0f} s left"
        if self._terminal:
            filled = BAR_WIDTH * done // self._total
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {words}\x1b[K")
        else:
            sys.stderr.write(words + "\n")
        sys.stderr.flush()

    def _validation(self) -> str:
        if not self._latest:
            return ""
        accuracy = self._latest.get("validation_accuracy")
        return f"  validation {self._latest['validation_loss']:.4f}" + (f" ({accuracy:.1%})" if accuracy is not None else "")
