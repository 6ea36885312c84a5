"""What a view says while it has nothing to show, with a button where another view fits better.

Words that end with "Open Residuals instead." offer that view by its title.
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

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
        self._offered = ""
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
        self.label.setText(words)
        found = OFFER.search(words)
        self._offered = found.group(1) if found else ""
        self.button.setText(f"Show {self._offered}")
        self.button.setVisible(bool(found))


def offering(words: str, title: str) -> str:
    """Words that say why a view shows nothing, with another view that fits better; empty as they were."""
    return words and f"{words} Open {title} instead."
