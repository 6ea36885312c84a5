"""What stands above a landscape: the row to work it out, with the directions, and of which step it is if not of this.

Directions can be chosen while nothing is being worked out; they count from the next time on.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.compute_row import ComputeRow
from deepviz.gui.plots.landscape_words import METHOD
from deepviz.gui.plots.plane_look import make_narrow

DIRECTIONS = {"random": "Random", "path": "Path (PCA)"}
AROUND = 32
"""Pixels beside the button and the choice: margins and the gap between them."""
BUSY_ROOM = 220
"""Pixels of width below which progress and time left stand below the button."""
WIDEST_CHOICE = 220
"""Pixels; in a large window there is no use for more."""


class LandscapeRow(ComputeRow):
    """The row."""

    along_chosen = Signal(str)
    """Somebody has chosen one of `DIRECTIONS`."""

    def __init__(self, parent: QWidget) -> None:
        self.along_choice = ChoiceBox()
        super().__init__("landscape", "Work out the loss around the weights of the step that is shown", parent)
        self.along_choice.setAccessibleName("Directions of the landscape")
        self.along_choice.setToolTip(METHOD)  # and not the picture, which it would hide
        for key, words in DIRECTIONS.items():
            self.along_choice.addItem(words, key)
        make_narrow(self.along_choice)
        self.along_choice.activated.connect(lambda _: self.along_chosen.emit(self.along_choice.currentData()))
        self.along_choice.setMaximumWidth(WIDEST_CHOICE)
        self.add_beside(self.along_choice, 6)

    def show_along(self, key: str) -> None:
        """Show one of `DIRECTIONS` as chosen."""
        with QSignalBlocker(self.along_choice):
            self.along_choice.setCurrentIndex(self.along_choice.findData(key))

    def set_busy(self, on: bool) -> None:
        super().set_busy(on)
        self.along_choice.setVisible(not on)
        self._fit()

    def offer(self, words: str) -> None:
        super().offer(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Have the directions below the button where they could not be read beside it."""
        needed = self.button.sizeHint().width() + self.along_choice.sizeHint().width() + AROUND
        is_narrow = self.width() < (BUSY_ROOM if self.is_busy else needed)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._line.setDirection(down if is_narrow else right)


class Age(QLabel):
    """Says of which step a picture is; there is nothing to be seen while it is of the step that is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setContentsMargins(12, 0, 8, 2)
        self.hide()

    def say(self, words: str, role: str) -> None:
        """Say these words with the looks of a role of the theme; cheap if it says so already."""
        if words == self.text():
            return
        self.setText(words)
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setVisible(bool(words))
