"""The live part of a card: the course of its gradient as a small curve, its present size, or the value of the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from deepviz.gui.canvas.card_painter import LIVE_VALUE, MARGIN, NUMBERS
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH
from deepviz.gui.theme import Theme, number_font

CURVE = QRectF(MARGIN, 62.0, WIDTH - 2 * MARGIN - 52.0, 18.0)
AREA = QRectF(MARGIN, NUMBERS.top(), WIDTH - 2 * MARGIN, HEIGHT - NUMBERS.top() - 8.0)
"""What the live part may paint on, from the card's top left corner."""

_POINTS = 56
_LEAST_SPAN = 0.5


@dataclass(frozen=True, eq=False)
class Trace:
    """What is shown.

    Attributes
    ----------
    color
        `#rrggbb` of the curve.
    value
        Text at the right of the curve.
    headline
        Text in the row of numbers, such as "loss 0.118"; empty for none.
    history
        Past values, oldest first.
    is_bad
        Whether the value is not a finite number.
    """

    color: str
    value: str
    headline: str = ""
    history: np.ndarray | None = None
    is_bad: bool = False


def paint_trace(painter: QPainter, trace: Trace, theme: Theme) -> None:
    """Paint the live part of a card whose top left corner is at the origin."""
    alarm = QColor(theme.ink(theme.bad))
    if trace.headline:
        painter.setFont(number_font(12))
        painter.setPen(alarm if trace.is_bad else QColor(theme.text))
        painter.drawText(NUMBERS, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, trace.headline)
    if trace.value:
        painter.setFont(number_font(11))
        painter.setPen(alarm if trace.is_bad else QColor(theme.dim))
        painter.drawText(LIVE_VALUE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, trace.value)
    if trace.history is not None:
        area = CURVE if trace.value else QRectF(CURVE.left(), CURVE.top(), WIDTH - 2 * MARGIN, CURVE.height())
        points = curve_points(trace.history, area)
        if len(points) > 1:
            painter.setPen(QPen(QColor(trace.color), 1.5, j=Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(points)


def curve_points(history: np.ndarray, area: QRectF) -> list[QPointF]:
    """The curve of the finite, positive values of a history, on a logarithmic axis that fits them.

    Parameters
    ----------
    history
        1-D array, oldest value first.
    area
        Where the curve has to fit in.
    """
    chosen = history if len(history) <= _POINTS else history[np.linspace(0, len(history) - 1, _POINTS).astype(int)]
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = np.log10(chosen.astype(np.float64))
    shown = np.isfinite(heights)
    if shown.sum() < 2:
        return []
    low, high = heights[shown].min(), heights[shown].max()
    span = max(high - low, _LEAST_SPAN)
    middle = (low + high) / 2
    xs = np.linspace(area.left(), area.right(), len(chosen))[shown]
    ys = area.center().y() - (heights[shown] - middle) / span * area.height()
    return [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
