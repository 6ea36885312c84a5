"""The small buttons at the right end of the line above a picture, drawn so that they have the colours of the theme."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from deepviz.gui.theme import DARK


class HeaderButton(QToolButton):
    """A button with a sign that is drawn. Subclasses draw it in `_draw`.

    Attributes
    ----------
    color
        Of the sign.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.color = DARK.dim
        self.setFixedSize(26, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        self._draw(painter, QPointF(self.width() / 2, self.height() / 2))
        painter.end()

    @abstractmethod
    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        """Draw the sign, filled with its colour and without an outline unless something else is set."""


class DotsButton(HeaderButton):
    """A button with three dots, drawn because not every font has them in the middle of the line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        for shift in (-5, 0, 5):
            painter.drawEllipse(centre + QPointF(shift, 0), 1.6, 1.6)


class CrossButton(HeaderButton):
    """A button with a cross."""

    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        painter.setPen(QPen(QColor(self.color), 1.4))
        for down in (-4, 4):
            painter.drawLine(QLineF(centre - QPointF(4, down), centre + QPointF(4, down)))


class ResumeButton(HeaderButton):
    """A button with a triangle: on with what was paused. It takes little room, for it comes when that is taken."""

    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        corners = QPointF(-3.5, -5), QPointF(5, 0), QPointF(-3.5, 5)
        painter.drawPolygon([centre + corner for corner in corners])


class BackButton(HeaderButton):
    """A button with a small frame in a larger one: back into the window."""

    def _draw(self, painter: QPainter, centre: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left, top = int(centre.x()) - 6, int(centre.y()) - 5
        painter.fillRect(QRectF(left + 5, top + 4, 5, 4), QColor(self.color))
        painter.setPen(QPen(QColor(self.color), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(left, top, 11, 9))
