"""Progress on standard error: a bar with the time left on a terminal, a plain line now and then elsewhere.

For programs there are JSON lines: ``{"step", "steps", "epoch", "epochs", "loss", "epoch_loss", "seconds",
"seconds_left"}`` and, once an epoch is over, ``"validation_loss"`` and other figures of the validation data. ``loss``
is that of the step, ``epoch_loss`` the mean over the samples of the epoch so far. Null is what is unknown or not
finite.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from types import TracebackType
from typing import Any

from deepviz.engine.trainer import StepRecord
from deepviz.numerals import thousands
from deepviz.training.epoch_loss import EpochLoss
from deepviz.training.history import VALIDATION

BAR_WIDTH, WIDE = 16, 100
"""From so many columns on, a terminal has room for a bar of this width and for the step; otherwise the bar is half."""

BETWEEN_BARS, BETWEEN_LINES, BETWEEN_OBJECTS = 0.1, 1.0, 0.2
"""Seconds from one to the next."""


class Progress:
    """Shows how far a run is. A context manager, so that the terminal's line is ended whatever happens.

    Parameters
    ----------
    first, last
        The step before the first one of the job, and its last one.
    epochs
        How many epochs there are in all.
    quiet
        Whether to show nothing.
    """

    def __init__(self, first: int, last: int, epochs: int, quiet: bool = False) -> None:
        self._first, self._last, self._epochs, self._quiet = first, last, epochs, quiet
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()
        self._next = self._began + (BETWEEN_BARS if self._terminal else BETWEEN_LINES)
        self._validation = ""
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._terminal:
            sys.stderr.write("\n")

    def show(self, record: StepRecord) -> None:
        """Show that a step is done; most calls do nothing, so it is called for each step."""
        if self._quiet:
            return
        if "validation_loss" in record.values:
            self._validation = _validation(record.values)
        now = time.monotonic()
        if now < self._next and record.step < self._last:
            return
        self._next = now + (BETWEEN_BARS if self._terminal else BETWEEN_LINES)
        self._shown = True
        done = record.step - self._first
        left = (now - self._began) / done * (self._last - record.step)
        pace = f"{duration(left)} left" if record.step < self._last else f"done in {duration(now - self._began)}"
        sys.stderr.write(self._bar(done, pace, record) if self._terminal else f"{self._words(record)}  {pace}\n")
        sys.stderr.flush()

    def _words(self, record: StepRecord, with_step: bool = True) -> str:
        step = f"  step {thousands(record.step)}/{thousands(self._last)}" if with_step else ""
        epoch = f"epoch {thousands(record.epoch)}/{thousands(self._epochs)}"
        return f"{epoch}{step}  loss {record.values['loss']:.4f}{self._validation}"

    def _bar(self, done: int, pace: str, record: StepRecord) -> str:
        """The line of a terminal, drawn over the last one and never wider than it: what matters comes first."""
        columns = _columns()
        width = BAR_WIDTH if columns >= WIDE else BAR_WIDTH // 2
        filled = width * done // (self._last - self._first)
        line = f"[{'#' * filled}{'.' * (width - filled)}] {pace}  {self._words(record, columns >= WIDE)}"
        return f"\r{line[: columns - 1]}\x1b[K"


class JsonProgress(Progress):
    """The same for programs: one JSON object a line, the first right after the first step.

    Parameters
    ----------
    first, last, epochs
        As `Progress` takes them.
    epoch_loss
        Of the run, as far as it has come.
    """

    def __init__(self, first: int, last: int, epochs: int, epoch_loss: EpochLoss) -> None:
        super().__init__(first, last, epochs)
        self._next = self._began
        self._figures: dict[str, float | None] = {}
        self._epoch_loss = epoch_loss

    def show(self, record: StepRecord) -> None:
        """Show that a step is done; most calls show nothing, so it is called for each step."""
        self._epoch_loss.add(record)
        if "validation_loss" in record.values:
            figures = {name: value for name, value in record.values.items() if name.startswith(VALIDATION)}
            self._figures = {name: _finite(value) for name, value in figures.items() if isinstance(value, float)}
        now = time.monotonic()
        if now < self._next and record.step < self._last:
            return
        self._next = now + BETWEEN_OBJECTS
        seconds = now - self._began
        values = {
            "step": record.step,
            "steps": self._last,
            "epoch": record.epoch,
            "epochs": self._epochs,
            "loss": _finite(record.values["loss"]),
            "epoch_loss": _finite(self._epoch_loss.value),
            **self._figures,
            "seconds": round(seconds, 3),
            "seconds_left": None,
        }
        if record.step > self._first + 1:  # the first step takes longer than all others
            values["seconds_left"] = round(seconds / (record.step - self._first) * (self._last - record.step), 3)
        sys.stderr.write(f"{json.dumps(values, allow_nan=False)}\n")
        sys.stderr.flush()


def duration(seconds: float) -> str:
    """A time as people say it: ``12 s``, ``3:05``, ``1:02:30``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _columns() -> int:
    """Width of the terminal that standard error goes to; standard output may go elsewhere."""
    try:
        return int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _validation(values: dict[str, Any]) -> str:
    accuracy = values.get("validation_accuracy")
    return f"  validation {values['validation_loss']:.4f}" + (f" ({accuracy:.1%})" if accuracy is not None else "")
