"""The small buttons at the right end of the line above a picture, drawn so that they have the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from deepviz.gui.theme import DARK


class DotsButton(QToolButton):
    """A button with three dots, drawn because not every font has them in the middle of the line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.color = DARK.dim
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFixedSize(26, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        centre = QPointF(self.width() / 2, self.height() / 2)
        for shift in (-5, 0, 5):
            painter.drawEllipse(centre + QPointF(shift, 0), 1.6, 1.6)


class CrossButton(QToolButton):
    """A button with a cross, drawn so that it has the colours of the theme."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.color = DARK.dim
        self.setFixedSize(26, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.color), 1.4))
        x, y = self.width() / 2, self.height() / 2
        painter.drawLine(QLineF(x - 4, y - 4, x + 4, y + 4))
        painter.drawLine(QLineF(x - 4, y + 4, x + 4, y - 4))


class ResumeButton(QToolButton):
    """A button with a triangle: on with what was paused. It takes little room, for it comes when that is taken."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.color = DARK.accent
        self.setFixedSize(26, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        x, y = self.width() / 2, self.height() / 2
        painter.drawPolygon([QPointF(x - 3.5, y - 5), QPointF(x + 5, y), QPointF(x - 3.5, y + 5)])


class BackButton(QToolButton):
    """A button with a small frame in a larger one: back into the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.color = DARK.dim
        self.setFixedSize(26, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(QColor(self.color), 1))
        left, top = self.width() // 2 - 6, self.height() // 2 - 5
        painter.drawRect(QRectF(left, top, 11, 9))
        painter.fillRect(QRectF(left + 5, top + 4, 5, 4), QColor(self.color))
