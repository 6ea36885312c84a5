"""A few words on a small plate that lies above everything on the canvas and keeps its size whatever the zoom."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.gui.canvas.geometry import Point
from deepviz.gui.theme import Theme, number_font

SIZE = 11
PADDING = 7.0
LABEL_HEIGHT = 17.0


class Label(QGraphicsItem):
    """The plate. It stands to the left of a point, or in the middle above or below it, and lets every click through."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._theme: Theme | None = None
        self._area = QRectF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(20)

    def say(self, text: str, place: Point, aside: QPointF, theme: Theme) -> None:
        """Say something at a place of the scene, so many pixels aside."""
        self.prepareGeometryChange()
        self.text, self._theme = text, theme
        width = QFontMetricsF(number_font(SIZE)).horizontalAdvance(text) + 2 * PADDING
        left = aside.x() - (width if aside.x() < 0 else width / 2)
        self._area = QRectF(left, aside.y() - LABEL_HEIGHT / 2, width, LABEL_HEIGHT)
        self.setPos(QPointF(*place))
        self.update()

    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.outline), 1.0))
        painter.setBrush(QColor(self._theme.raised))
        painter.drawRoundedRect(self._area, 5.0, 5.0)
        painter.setFont(number_font(SIZE))
        painter.setPen(QColor(self._theme.text))
        painter.drawText(self._area, Qt.AlignmentFlag.AlignCenter, self.text)
