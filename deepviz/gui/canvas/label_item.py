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
TO_SIDE = 4.0
"""Pixels that stay between a label and the side of the view."""


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
        left = aside.x() - width if aside.x() < 0 else self._in_sight(place, aside.x() - width / 2, width)
        self._area = QRectF(left, aside.y() - LABEL_HEIGHT / 2, width, LABEL_HEIGHT)
        self.setPos(QPointF(*place))
        self.update()

    def _in_sight(self, place: Point, left: float, width: float) -> float:
        """Where a label begins that would be cut off at a side of the view, in pixels from its place."""
        scene = self.scene()
        views = scene.views() if scene is not None else []
        if not views:
            return left
        start = views[0].viewportTransform().map(QPointF(*place)).x()
        kept = min(start + left, views[0].viewport().width() - width - TO_SIDE)
        return max(kept, TO_SIDE) - start

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
