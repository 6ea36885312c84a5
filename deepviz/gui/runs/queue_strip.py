"""The line about the queue below the list of runs, while there is one: how it stands, and what can be done about it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.runs.bars import FoldingRow
from deepviz.gui.short_label import ShortLabel

SIDE_BY_SIDE = 460
"""Pixels of width that the words about the queue and its buttons need beside each other."""


class QueueStrip(QWidget):
    """One line about the queue below the list, while there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ShortLabel()
        self.words.setProperty("role", "small")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(40)
        self.bar.setMaximumWidth(120)
        self.bar.setAccessibleName("Progress of the queue")
        self.show_button, self.cancel_button = QPushButton("Show queue"), QPushButton("Cancel all")
        how_far, buttons = QWidget(), QWidget()
        for part, widgets in ((how_far, (self.bar, self.words)), (buttons, (self.cancel_button, self.show_button))):
            line = QHBoxLayout(part)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(8)
            for widget in widgets:
                line.addWidget(widget)
            line.addStretch(0)
        for button in (self.cancel_button, self.show_button):
            button.setProperty("field", True)
        row = FoldingRow(SIDE_BY_SIDE)
        row.row.addWidget(how_far, 1)
        row.row.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.addWidget(row)

    def follow(self, words: str, share: float, is_busy: bool) -> None:
        """Say how the queue stands."""
        self.words.say(words)
        self.bar.setValue(round(1000 * share))
        self.cancel_button.setVisible(is_busy)
