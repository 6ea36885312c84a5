"""What is painted over the curves or the map of a plot, in pixels of its area, and words that stay readable there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from deepviz.gui.plots.area import TICK_SIZE, PlotArea
from deepviz.gui.theme import body_font

ABOVE_ALL = 1000.0
WORD_HEIGHT = 13.0
GROUND_OPACITY = 0.72


class Overlay(pg.GraphicsObject):
    """Calls functions that paint, in this order, over everything else in the frame and clipped to it.

    Parameters
    ----------
    area
        What it lies over; it is added to it.
    """

    def __init__(self, area: PlotArea, *paints: Callable[[QPainter], None]) -> None:
        super().__init__()
        self._area, self._paints = area, paints
        self._rect = QRectF()
        self.setZValue(ABOVE_ALL)
        area.box.addItem(self, ignoreBounds=True)

    def fit(self) -> None:
        """Cover the frame again after its ranges have changed."""
        (left, right), (low, high) = self._area.x_range, self._area.y_range
        rect = QRectF(left, low, right - left, high - low)
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        inverse, _ = self.sceneTransform().inverted()
        painter.save()
        painter.setTransform(inverse, True)
        for paint in self._paints:
            painter.save()
            paint(painter)
            painter.restore()
        painter.restore()


def room_of(words: str) -> float:
    """How wide words are with the ground they stand on, in pixels."""
    return QFontMetricsF(body_font(TICK_SIZE)).horizontalAdvance(words) + 8


def write(
    painter: QPainter,
    rect: QRectF,
    words: str,
    ink: str,
    ground: str,
    *,
    in_the_middle: bool = False,
    over_hatching: bool = False,
) -> QRectF:
    """Write words into a rectangle, on a ground that lets little through; nothing of a hatching that they lie over.

    Returns
    -------
    Where they are; empty if there is no room for them, and nothing is written.
    """
    width = room_of(words)
    if not words or rect.height() < WORD_HEIGHT or width > rect.width() + 0.5:
        return QRectF()
    left = rect.center().x() - width / 2 if in_the_middle else rect.left()
    place = QRectF(left, rect.center().y() - 7, width, 14)
    faint = QColor(ground)
    faint.setAlphaF(1.0 if over_hatching else GROUND_OPACITY)
    painter.fillRect(place, faint)
    painter.setFont(body_font(TICK_SIZE))
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
    return place
