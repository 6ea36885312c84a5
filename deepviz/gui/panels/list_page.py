"""A page that is a list, or, while there is nothing to list, words about what will stand there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from deepviz.gui.panels.side_panel import MARGIN, Words
from deepviz.gui.theme import Theme

RADIUS = 5.0


class ListPage(QWidget):
    """Shows a list or words.

    Parameters
    ----------
    name
        What it is called for those who do not see it.
    nothing
        What is said while there is nothing to list.
    """

    def __init__(self, name: str, nothing: str) -> None:
        super().__init__()
        words = Words(nothing, "dim")
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        words.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self._pages)
        self.setAccessibleName(name)

    def add_list(self, view: QAbstractItemView) -> None:
        """Have the list that belongs here; there is one."""
        self._pages.addWidget(view)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to list."""
        return self._pages.currentIndex() == 0

    def show_list(self, has_rows: bool) -> None:
        """Show the list, or the words if it has no rows."""
        self._pages.setCurrentIndex(1 if has_rows else 0)


def paint_ground(
    painter: QPainter, area: QRectF, option: QStyleOptionViewItem, theme: Theme, is_strong: bool, has_keys: bool
) -> None:
    """Paint what lies behind the words of a row.

    Parameters
    ----------
    is_strong
        Whether the row stands out from all others; one below the pointer does so a little.
    has_keys
        Whether keys go to it.
    """
    if is_strong or option.state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.selected if is_strong else theme.hover))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
    if has_keys:
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(0.75, 0.75, -0.75, -0.75), RADIUS, RADIUS)
