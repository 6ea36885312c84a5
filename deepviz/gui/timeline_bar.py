"""The row with which a moment of the run is chosen: all views go back to a step whose weights were kept.

At the right end it follows the run. From any other step a new run can branch off, with the weights as they were; what
can be done there shows only while an earlier step is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QWidget

from deepviz.gui.announcement import announce
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.steady_label import SteadyLabel
from deepviz.gui.theme import Theme, number_font
from deepviz.gui.timeline_slider import TimelineSlider

HEIGHT = 34
HINT, EMPTY_HINT = "Drag back to see an earlier step", "While you train, steps to go back to appear here"
NARROW, NARROW_HINT, NARROW_EMPTY_HINT = 640, "Drag back", "Train first"
"""Below which width in pixels less is said beside the slider, and what: the slider is what the room is for."""
RETURNED, NARROW_RETURNED = "Back at now: training goes on there", "Now"
"""What is said after a run was told to go on while an earlier step was shown."""
LIVE, NARROW_LIVE = "Back to now", "Now"
BRANCH, NARROW_BRANCH = "Branch from here", "Branch"


class TimelineBar(QWidget):
    """Chooses one of the kept steps. While there are fewer than two it says what it is for."""

    moment_chosen = Signal(object)
    """A kept step was chosen, or (None) the newest."""
    branch_wanted = Signal(int)
    """A new run is to go on from this step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[int, ...] = ()
        self._moment: int | None = None
        self._last = 0
        self._has_returned = False
        self.slider = TimelineSlider(self)
        self.slider.setAccessibleName("Step of the run that is shown")
        self.slider.setToolTip("Go back to an earlier step: all views follow. The right end is now")
        self.slider.valueChanged.connect(self._choose)
        self.label = SteadyLabel(self)
        self.label.setFont(number_font(11))
        self.live_button = QPushButton(LIVE, self)
        self.live_button.setProperty("field", True)
        self.live_button.setAccessibleName(LIVE)
        self.live_button.setToolTip("Follow the run again")
        self.live_button.clicked.connect(lambda: self.slider.setValue(self.slider.maximum()))
        self.branch_button = QPushButton(BRANCH, self)
        self.branch_button.setProperty("field", True)
        self.branch_button.setAccessibleName(BRANCH)
        self.branch_button.setToolTip("Begin a new run with the weights and settings of this step")
        self.branch_button.clicked.connect(self._branch)
        self.hint = QLabel(HINT, self)
        self.hint.setProperty("role", "small")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        buttons = QWidget(self)
        beside = QHBoxLayout(buttons)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        beside.addWidget(self.live_button)
        beside.addWidget(self.branch_button)
        # One place for both, so that the slider does not change its width while somebody drags it.
        self._right = QStackedWidget(self)
        self._right.addWidget(self.hint)
        self._right.addWidget(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 2)
        row.setSpacing(10)
        row.addWidget(self.label)
        row.addWidget(self.slider, 1)
        row.addWidget(self._right)
        self.setFixedHeight(HEIGHT)
        self._show_places()
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
        # Wide enough for all that it will say, so that the slider stays where it is.
        widest = max(f"step {format_integer(last)} of {format_integer(last)}", "step 0 · now", key=len)
        self.label.setFixedWidth(QFontMetrics(self.label.font()).horizontalAdvance(widest) + 4)
        self._show_places()
        self._tell()

    def show_moment(self, step: int | None) -> None:
        """Show which moment is shown, without telling anybody: a kept step, or None for the newest."""
        self._moment = step if step in self._steps else None
        self._has_returned = False
        self._show_places()
        self._tell()

    def say_returned(self) -> None:
        """Say that now is shown again because training goes on from there, until another moment is chosen."""
        self._has_returned = True
        self._say_what_fits()
        announce(self, RETURNED)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.slider.apply_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say less where there is little room."""
        super().resizeEvent(event)
        self._say_what_fits()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    def _say_what_fits(self) -> None:
        is_narrow, has_choice = self.width() < NARROW, len(self._steps) > 1
        full, narrow = (HINT, NARROW_HINT) if has_choice else (EMPTY_HINT, NARROW_EMPTY_HINT)
        if self._has_returned and has_choice:
            full, narrow = RETURNED, NARROW_RETURNED
        self.hint.setText(narrow if is_narrow else full)
        self.hint.setToolTip(full)
        self.live_button.setText(NARROW_LIVE if is_narrow else LIVE)
        self.branch_button.setText(NARROW_BRANCH if is_narrow else BRANCH)

    def _show_places(self) -> None:
        """Kept steps where they are in the run; the place behind them is the present."""
        shares = [step / max(1, self._last) for step in self._steps]
        here = len(shares) if self._moment is None else self._steps.index(self._moment)
        self.slider.show_places([*shares, 1.0], here)

    def _choose(self, place: int) -> None:
        moment = self._steps[place] if place < len(self._steps) else None
        if moment != self._moment:
            self._moment, self._has_returned = moment, False
            self._tell()
            self.moment_chosen.emit(moment)

    def _branch(self) -> None:
        if self._moment is not None:
            self.branch_wanted.emit(self._moment)

    def _tell(self) -> None:
        has_choice = len(self._steps) > 1
        self.slider.setEnabled(has_choice)
        self._say_what_fits()
        shown = self._last if self._moment is None else self._moment
        words = f"step {format_integer(shown)}"
        self.label.setText(f"{words} · now" if self._moment is None else f"{words} of {format_integer(self._last)}")
        self.slider.setAccessibleDescription(self.label.text())
        is_past = self._moment is not None
        if not is_past and (self.live_button.hasFocus() or self.branch_button.hasFocus()):
            self.slider.setFocus(Qt.FocusReason.OtherFocusReason)  # else the keyboard goes on to some other part
        self._right.setCurrentIndex(int(is_past))
        self.live_button.setEnabled(is_past)
        self.branch_button.setEnabled(is_past)
