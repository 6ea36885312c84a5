"""What lies behind the cards: a grid of dots, and, while there is nothing else, what to do."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from deepviz.gui.theme import Theme, body_font

SPACING = 24.0
"""Distance of the dots in scene units at 100 %: three steps of the grid that cards snap to."""

LEAST_SPACING = 15.0
HINT_TITLE = "Drag a layer here"
HINT = "or double-click one in the palette. Data flows from an Input to a loss."


def paint_dots(painter: QPainter, exposed: QRectF, origin: QPointF, zoom: float, theme: Theme) -> None:
    """Fill an area with the window's colour and the grid.

    Parameters
    ----------
    exposed
        What to fill, in pixels of the viewport.
    origin
        Where the scene's origin is, in pixels of the viewport.
    """
    painter.fillRect(exposed, QColor(theme.window))
    spacing = SPACING * zoom
    while spacing < LEAST_SPACING:
        spacing *= 2
    device = painter.device()
    ratio = device.devicePixelRatio() if device is not None else 1.0
    painter.setBrushOrigin(origin)
    painter.fillRect(exposed, QBrush(_tile(round(spacing), ratio, theme.window, theme.line)))


@lru_cache(maxsize=64)
def _tile(size: int, ratio: float, ground: str, color: str) -> QPixmap:
    """One step of the grid with a dot in its corner. Whole pixels, so that Qt can copy it without any arithmetic."""
    tile = QPixmap(round(size * ratio), round(size * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(QColor(ground))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(QPointF(1.5, 1.5), 1.1, 1.1)
    painter.end()
    return tile


def paint_hint(painter: QPainter, area: QRect, theme: Theme) -> None:
    """Say, in the middle of an empty canvas, what to do with it."""
    title = body_font(15)
    title.setBold(True)
    middle = area.center().y()
    painter.setFont(title)
    painter.setPen(QColor(theme.text))
    painter.drawText(QRect(area.left(), middle - 26, area.width(), 24), Qt.AlignmentFlag.AlignCenter, HINT_TITLE)
    painter.setFont(body_font(13))
    painter.setPen(QColor(theme.dim))
    below = QRect(area.left() + 16, middle + 2, area.width() - 32, 44)
    painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, HINT)
