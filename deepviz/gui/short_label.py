"""A label in one line that says with dots that there is more, which its tip has.

A stock label cuts words off in the middle of a letter.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

SHORTEST = 60
"""Pixels."""


class ShortLabel(QLabel):
    """Words in one line that end with dots where there is no room for them; the tip has all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Say something else."""
        if text != self.said:
            self.said = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.said) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(SHORTEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self.said, Qt.TextElideMode.ElideRight, self.width()))
