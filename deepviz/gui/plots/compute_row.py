"""The row above a picture that is worked out when somebody asks: a button, how far it is, and how long it still takes.

While it is worked out, the same button cancels it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

PADDING = 34
"""Pixels beside the words of the button, which may become longer than there is room for."""
LEAST_SHARE = 0.01
"""With less of the work done, nobody can say how long the rest takes."""


class ComputeRow(QWidget):
    """The row.

    Parameters
    ----------
    what
        What is worked out, for those who hear the window.
    tip
        What the button does, in a sentence.
    clock
        Gives the time in seconds.
    """

    compute_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(
        self, what: str, tip: str, parent: QWidget | None = None, clock: Callable[[], float] = perf_counter
    ) -> None:
        super().__init__(parent)
        self._tip, self._clock = tip, clock
        self._offer = "Compute"
        self._begun: float | None = None
        self.is_busy = False
        self.button = QPushButton(self._offer, self)
        self.button.setAccessibleName(f"Compute the {what}")
        self.button.setMinimumWidth(self.button.fontMetrics().horizontalAdvance(self._offer) + PADDING)
        self.button.clicked.connect(lambda: (self.cancel_wanted if self.is_busy else self.compute_wanted).emit())
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(f"Progress of the {what}")
        self.time_left = QLabel(self)
        self.time_left.setProperty("role", "dim")
        for each in (self.progress, self.time_left):
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(12, 4, 12, 2)
        self._line.setSpacing(8)
        self._line.addWidget(self.button)
        self._line.addWidget(self.progress, 2)
        self._line.addWidget(self.time_left, 3)
        self._line.addStretch(0)
        self.set_possible(False)
        self.set_busy(False)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put something at the right end."""
        self._line.addWidget(widget, stretch)

    def add_beside(self, widget: QWidget, stretch: int = 0) -> None:
        """Put something beside the button."""
        self._line.insertWidget(self._line.indexOf(self.button) + 1, widget, stretch)

    def offer(self, words: str) -> None:
        """Have the button say these words while nothing is being worked out."""
        if words != self._offer:
            self._offer = words
            if not self.is_busy:
                self.button.setText(words)

    def set_possible(self, on: bool) -> None:
        """Let it be worked out, or not: there is no network to ask."""
        self.button.setEnabled(on)

    def set_busy(self, on: bool) -> None:
        """Show that it is being worked out, or is not."""
        self.is_busy, self._begun = on, None
        self.button.setText("Cancel" if on else self._offer)
        self.button.setToolTip("Leave it at what there is" if on else self._tip)
        self.progress.setValue(0)
        self.progress.setVisible(on)
        self.time_left.setText("")
        self.time_left.setVisible(on)

    def show_progress(self, share: float) -> None:
        """Show how much of the work is done, from 0 to 1."""
        if not self.is_busy:
            return
        now = self._clock()
        self._begun = now if self._begun is None else self._begun
        self.progress.setValue(round(1000 * share))
        left = (now - self._begun) * (1 - share) / share if share > LEAST_SHARE else math.nan
        self.time_left.setText("" if math.isnan(left) else f"{time_in_words(left)} left")


def time_in_words(seconds: float) -> str:
    """About how long something takes: `8 s`, `3 min`."""
    return f"{max(1, math.ceil(seconds))} s" if seconds < 100 else f"{math.ceil(seconds / 60)} min"
