"""What a view says while it has nothing to show, with a button where another view fits better.

Words that end with "Open Residuals instead." offer that view by its title. Where there is too little room, they end
earlier, after a sentence, and a tip has all of them.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

SENTENCE_END = re.compile(r"(?<=\.) ")
UNBOUNDED = 10_000
OFFER = re.compile(r"Open ([^.]+) instead")


class WordsPage(QWidget):
    """Words in the middle, and below them the button of what they offer.

    Attributes
    ----------
    label
        The words.
    button
        Opens the view that they offer; hidden where they offer none.
    """

    view_wanted = Signal(str)
    """The title of a view that is to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        self.label.setMinimumWidth(80)
        self.label.setMargin(12)
        self.label.setProperty("role", "dim")
        self.button = QPushButton()
        self.button.setProperty("field", True)
        self.button.hide()
        self._words = self._offered = ""
        self.button.clicked.connect(lambda: self.view_wanted.emit(self._offered))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self.label)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def say(self, words: str) -> None:
        """Say something else, and offer what it names."""
        self._words = words
        found = OFFER.search(words)
        self._offered = found.group(1) if found else ""
        self.button.setText(f"Show {self._offered}")
        self.button.setVisible(bool(found))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Say as many sentences as there is room for. What the button says is left out first."""
        below = 0 if self.button.isHidden() else self.button.sizeHint().height()
        room, whole = self.height() - below, self._words
        sentences = SENTENCE_END.split(whole)
        without_offer = sentences[:-1] if self._offered else sentences
        cut = (f"{' '.join(without_offer[:number])} …" for number in range(len(without_offer) - 1, 0, -1))
        tried = whole, " ".join(without_offer), *cut
        # Until it is seen, nobody knows how much room there will be.
        said = next((each for each in tried if self._height_of(each) <= room), "") if self.isVisible() else whole
        if said != self.label.text():
            self.label.setText(said)
        tip = "" if said == whole else whole
        self.label.setToolTip(tip)
        self.label.setAccessibleName(tip)

    def _height_of(self, words: str) -> int:
        """How many pixels the label needs for words, its margins included."""
        margins = 2 * self.label.margin()
        area = QRect(0, 0, max(self.width() - margins, 1), UNBOUNDED)
        return self.label.fontMetrics().boundingRect(area, Qt.TextFlag.TextWordWrap, words).height() + margins


def offering(words: str, title: str) -> str:
    """Words that say why a view shows nothing, with another view that fits better; empty as they were."""
    return words and f"{words} Open {title} instead."
