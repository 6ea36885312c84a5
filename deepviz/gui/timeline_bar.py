"""The row with which a moment of the run is chosen: all views go back to a step whose weights were kept.

At the right end it follows the run. From any other step a new run can branch off, with the weights as they were.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import Theme, number_font

HEIGHT = 32


class TimelineBar(QWidget):
    """Chooses one of the kept steps. Hidden while there are fewer than two."""

    moment_chosen = Signal(object)
    """A kept step was chosen, or (None) the newest."""
    branch_wanted = Signal(int)
    """A new run is to go on from this step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[int, ...] = ()
        self._moment: int | None = None
        self._last = 0
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName("Step of the run that is shown")
        self.slider.setToolTip("Go back to an earlier step: all views follow. The right end is now")
        self.slider.valueChanged.connect(self._choose)
        self.label = QLabel(self)
        self.label.setFont(number_font(11))
        self.label.setMinimumWidth(190)
        self.live_button = QPushButton("Now", self)
        self.live_button.setProperty("field", "true")
        self.live_button.setToolTip("Follow the run again")
        self.live_button.clicked.connect(lambda: self.slider.setValue(self.slider.maximum()))
        self.branch_button = QPushButton("Branch from here", self)
        self.branch_button.setProperty("field", "true")
        self.branch_button.setToolTip("Begin a new run with the weights and settings of this step")
        self.branch_button.clicked.connect(self._branch)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 2)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.live_button)
        row.addWidget(self.branch_button)
        self.setFixedHeight(HEIGHT)
        self.hide()
        self._tell()

    @property
    def moment(self) -> int | None:
        """The step that is shown; None for the newest."""
        return self._moment

    def show_steps(self, steps: Sequence[int], last: int) -> None:
        """Offer these kept steps.

        Parameters
        ----------
        steps
            The numbers of the steps whose weights were kept, increasing.
        last
            The last step of the run.
        """
        steps = tuple(steps)
        if (steps, last) == (self._steps, self._last):
            return
        self._steps, self._last = steps, last
        if self._moment is not None and self._moment not in steps:
            self._moment = steps[int(np.argmin(np.abs(np.array(steps) - self._moment)))] if steps else None
            self.moment_chosen.emit(self._moment)
        self.slider.blockSignals(True)
        # The place behind the last kept step is the present.
        self.slider.setRange(0, len(steps))
        self.slider.setValue(len(steps) if self._moment is None else steps.index(self._moment))
        self.slider.blockSignals(False)
        self.setVisible(len(steps) > 1)
        self._tell()

    def show_moment(self, step: int | None) -> None:
        """Show which moment is shown, without telling anybody: a kept step, or None for the newest."""
        self._moment = step if step in self._steps else None
        self.slider.blockSignals(True)
        self.slider.setValue(len(self._steps) if self._moment is None else self._steps.index(self._moment))
        self.slider.blockSignals(False)
        self._tell()

    def apply_theme(self, theme: Theme) -> None:
        """Nothing is painted here: the widgets follow the style sheet."""

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    def _choose(self, place: int) -> None:
        moment = self._steps[place] if place < len(self._steps) else None
        if moment != self._moment:
            self._moment = moment
            self._tell()
            self.moment_chosen.emit(moment)

    def _branch(self) -> None:
        if self._moment is not None:
            self.branch_wanted.emit(self._moment)

    def _tell(self) -> None:
        shown = self._last if self._moment is None else self._moment
        words = f"step {format_integer(shown)}"
        self.label.setText(f"{words} · now" if self._moment is None else f"{words} of {format_integer(self._last)}")
        self.slider.setAccessibleDescription(self.label.text())
        self.live_button.setEnabled(self._moment is not None)
        self.branch_button.setEnabled(self._moment is not None)
