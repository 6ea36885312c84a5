"""Fields for whole and for decimal numbers, with arrows, whose text stands as far from the border as in other fields.

Qt does not give the text of such a field the padding that its style sheet asks for.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QWidget

MARGIN = 7
"""Pixels between the border and the text, besides the 2 that Qt leaves itself."""


class NumberBox(QSpinBox):
    """A field for a whole number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())  # as all other numbers here; elsewhere 6.25 may mean 625
        self.lineEdit().setTextMargins(MARGIN, 0, 0, 0)


class DecimalBox(QDoubleSpinBox):
    """A field for any number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())  # as all other numbers here; elsewhere 6.25 may mean 625
        self.lineEdit().setTextMargins(MARGIN, 0, 0, 0)
