"""A frame around what has the keyboard, shown only to those who have come to it with keys.

It goes before the widget among the bases of a class, so that its events come first.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from deepviz.gui.theme import Theme

COME_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class KeyFocus:
    """What a widget needs to show that it has the keyboard."""

    theme: Theme
    _shows_focus = False

    @property
    def surface(self) -> QWidget:
        """What is painted on: the widget, or the part of it that is scrolled."""
        widget: object = self
        assert isinstance(widget, QWidget)
        return widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() in COME_BY_KEYS
        self.surface.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        self.surface.update()

    def _paint_focus(self, painter: QPainter) -> None:
        """The frame around all of it, if it has the keyboard."""
        if self._shows_focus:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawRoundedRect(QRectF(self.surface.rect()).adjusted(1, 1, -1, -1), 4, 4)
