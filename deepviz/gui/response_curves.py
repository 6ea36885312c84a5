"""What a unit answers along a single input, as a curve that is filled down to zero: orange below, blue above.

The ends of the vertical axis are round numbers, so that they stay while the weights move a little.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from deepviz.gui.signed_colors import ABOVE, BELOW
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window

ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
SMALL_SIDE = 0.25
"""How high one side of zero is, as a share of the other, where hardly anything of any unit of the layer is there."""
OPACITY = 0.42
ROOM = 0.05
"""Above and below a curve as a share of its axis, so that none of its line is cut off at the ends."""
FARTHEST = 1e5
"""Pixels; farther out, a painter's own numbers overflow."""


class Heights(NamedTuple):
    """The ends of a vertical axis. Zero is one of them or lies between them."""

    low: float
    high: float


def heights_of(curves: np.ndarray, is_own: bool) -> list[Heights]:
    """The vertical axis of each unit of a layer: round numbers that hold its finite answers.

    Parameters
    ----------
    curves
        What the units give, shape ``(units, places)``.
    is_own
        Whether each has its own, and not all that of the layer. The sides of zero that there are, are in any case
        those of the layer: a row of units reads more easily where zero is at one height.
    """
    finite = np.where(np.isfinite(curves), curves, 0.0).astype(np.float64)
    highest, lowest = finite.max(axis=1, initial=0.0), finite.min(axis=1, initial=0.0)
    above, below = _sides(float(highest.max(initial=0.0)), float(-lowest.min(initial=0.0)))
    if not is_own:
        highest, lowest = np.full_like(highest, highest.max(initial=0.0)), np.full_like(lowest, lowest.min(initial=0.0))
    found = []
    for high, low in zip(highest.tolist(), lowest.tolist(), strict=True):
        # A side that is not there holds nothing of any unit.
        top = round_up(max(high / above if above else 0.0, -low / below if below else 0.0))
        found.append(Heights(-below * top if below else 0.0, above * top))
    return found


def roomy(heights: Heights) -> Heights:
    """An axis with a little room above and below, as it is painted."""
    margin = ROOM * (heights.high - heights.low)
    return Heights(heights.low - margin, heights.high + margin)


def heights_in_words(heights: Heights) -> str:
    """From where to where a vertical axis runs."""
    if heights.low == -heights.high:
        return f"±{heights.high:g}"
    return f"{heights.low:g} … {heights.high:g}"


def round_up(value: float) -> float:
    """The next round number that is not smaller, such as 1.5, 20 or 0.7; 1 for zero."""
    if value <= 0:
        return 1.0
    power = math.floor(math.log10(value))
    digit = next((each for each in ROUND if each * 10.0**power >= value * (1 - 1e-6)), ROUND[-1])
    return float(f"{digit:g}e{power}")  # 0.005, and nothing near it


def paint_curve(
    painter: QPainter, place: QRectF, curve: np.ndarray, heights: Heights, theme: Theme, width: float = 1.0
) -> None:
    """Paint a curve into a rectangle, from its left to its right side, with the line of zero.

    Where it is not finite it is broken, and a line in the colour of what is bad runs along the bottom.

    Parameters
    ----------
    curve
        Evenly spaced values, shape ``(places,)``.
    width
        Pixels of the line.
    """
    span = heights.high - heights.low
    zero = place.bottom() + heights.low / span * place.height()
    xs = place.left() + np.linspace(0.0, 1.0, len(curve)) * place.width()
    finite = np.isfinite(curve)
    values = np.where(finite, curve, 0.0).astype(np.float64)
    ys = np.clip(place.bottom() - (values - heights.low) / span * place.height(), -FARTHEST, FARTHEST)
    painter.save()
    breaks = np.flatnonzero(finite[1:] != finite[:-1]) + 1
    for piece in np.split(np.arange(len(curve)), breaks):
        points = [QPointF(x, y) for x, y in zip(xs[piece].tolist(), ys[piece].tolist(), strict=True)]
        if not finite[piece[0]]:
            painter.setPen(QPen(QColor(theme.bad), 2 * width))
            painter.drawLine(QLineF(points[0].x(), place.bottom() - width, points[-1].x(), place.bottom() - width))
            continue
        # The line hides the edge of what is filled, so that it need not be smooth; smooth, it takes twice as long.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for color, side in ((ABOVE, np.minimum(ys[piece], zero)), (BELOW, np.maximum(ys[piece], zero))):
            if (side != zero).any():
                _fill(painter, xs[piece], side, zero, color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPen(QColor(theme.text), width)
        line.setCapStyle(Qt.PenCapStyle.FlatCap)  # others would reach beyond the rectangle
        painter.setPen(line)
        painter.drawPolyline(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(theme.dim), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QLineF(place.left(), zero, place.right(), zero))
    painter.restore()


def paint_beyond(painter: QPainter, place: QRectF, window: Window, seen: tuple[float, float], theme: Theme) -> None:
    """Shade what of a rectangle lies beyond the training samples.

    Parameters
    ----------
    window
        Which stretch of the input the rectangle shows.
    seen
        From where to where there are training samples.
    """
    scale = place.width() / (window.right - window.left)
    left, right = (min(max(place.left() + (end - window.left) * scale, place.left()), place.right()) for end in seen)
    for start, end in ((place.left(), left), (right, place.right())):
        painter.fillRect(QRectF(start, place.top(), end - start, place.height()), QColor(beyond_color(theme)))


def beyond_color(theme: Theme) -> str:
    """What is shaded beyond the training samples."""
    return theme.hover


def _fill(painter: QPainter, xs: np.ndarray, ys: np.ndarray, zero: float, color: str) -> None:
    """Fill what lies between a side of the curve and zero."""
    ink = QColor(color)
    ink.setAlphaF(OPACITY)
    painter.setBrush(ink)
    outline = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    painter.drawPolygon(QPolygonF([QPointF(float(xs[0]), zero), *outline, QPointF(float(xs[-1]), zero)]))


def _sides(high: float, low: float) -> tuple[float, float]:
    """How high both sides of zero are, above and below, as shares of the higher one."""
    larger = max(high, low)
    if not larger:
        return 1.0, 1.0
    shares = [0.0 if not each else SMALL_SIDE if each <= SMALL_SIDE * larger / 2 else 1.0 for each in (high, low)]
    return shares[0], shares[1]
