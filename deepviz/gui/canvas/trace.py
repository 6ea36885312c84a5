"""The live part of a card: the course of its gradient as a small curve, its present size, or the value of the loss.

The curve is broken where nothing was computed. What is exactly zero is a dashed line at the lower edge, and what is no
finite number a cross at the upper one, as in the curves of the views.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
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
_DROP = 5.0
"""Pixels between the lowest point of a curve and the line of zero, and between the highest and the crosses."""
_CROSS, _DOT = 2.5, 2.5
"""Half the width of a cross, and the width of the dot of a value without neighbours."""


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
    is_nan_bad
        Whether NaN in the history is a number that went wrong; if not, nothing was computed then.
    """

    color: str
    value: str
    headline: str = ""
    history: np.ndarray | None = None
    is_bad: bool = False
    is_nan_bad: bool = False


@dataclass(frozen=True)
class Sparkline:
    """A small curve, in pixels.

    Attributes
    ----------
    lines
        Stretches of positive numbers that follow each other, in order; some may be of one point.
    zeros
        Stretches of zeros, from the first to the last of them.
    crosses
        What is no finite number.
    """

    lines: tuple[tuple[QPointF, ...], ...] = ()
    zeros: tuple[tuple[QPointF, QPointF], ...] = ()
    crosses: tuple[QPointF, ...] = ()


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
        _paint_sparkline(painter, sparkline_of(trace.history, area, is_nan_bad=trace.is_nan_bad), trace.color, theme)


def _paint_sparkline(painter: QPainter, sparkline: Sparkline, color: str, theme: Theme) -> None:
    pen = QPen(QColor(color), 1.5, j=Qt.PenJoinStyle.RoundJoin)
    for line in sparkline.lines:
        painter.setPen(pen)
        if len(line) > 1:
            painter.drawPolyline(line)
        else:
            painter.setPen(QPen(QColor(color), _DOT, c=Qt.PenCapStyle.RoundCap))
            painter.drawPoint(line[0])
    for first, last in sparkline.zeros:
        if first == last:
            painter.setPen(QPen(QColor(theme.dim), _DOT, c=Qt.PenCapStyle.RoundCap))
            painter.drawPoint(first)
        else:
            dashed = QPen(QColor(theme.dim), 1.5, c=Qt.PenCapStyle.FlatCap)
            dashed.setDashPattern([3.0, 2.0])
            painter.setPen(dashed)
            painter.drawLine(first, last)
    painter.setPen(QPen(QColor(theme.bad), 1.5))
    for place in sparkline.crosses:
        for way in (QPointF(_CROSS, _CROSS), QPointF(_CROSS, -_CROSS)):
            painter.drawLine(place - way, place + way)


def sparkline_of(history: np.ndarray, area: QRectF, *, is_nan_bad: bool = False) -> Sparkline:
    """The curve of a history, on a logarithmic axis that fits its finite, positive values.

    Of a long one some values are drawn. A zero, a number that is not finite, and a value that was not computed are
    never left out: each stands for all values up to the next one that is drawn.

    Parameters
    ----------
    history
        1-D array, oldest value first.
    area
        Where the curve has to fit in.
    is_nan_bad
        Whether NaN is a number that went wrong; if not, nothing was computed.
    """
    if len(history) < 2:
        return Sparkline()
    places = np.arange(len(history)) if len(history) <= _POINTS else _places(len(history))
    is_nan = np.isnan(history)
    bad = np.isinf(history) | (history < 0) | (is_nan & is_nan_bad)
    special = (bad, is_nan & ~bad, history == 0)
    is_bad, is_gap, is_zero = (np.logical_or.reduceat(mask, places) if mask.any() else mask[places] for mask in special)
    is_zero &= ~is_bad & ~is_gap
    shown = ~(is_bad | is_gap | is_zero)
    xs = _across(area.left(), area.right(), len(places))
    if is_zero.any():
        area = area.adjusted(0, 0, 0, -_DROP)
    if is_bad.any():
        area = area.adjusted(0, _DROP, 0, 0)
    heights = np.log10(history[places].astype(np.float64), where=shown, out=np.full(len(places), np.nan))
    low, high = (heights[shown].min(), heights[shown].max()) if shown.any() else (0.0, 0.0)
    ys = area.center().y() - (heights - (low + high) / 2) / max(high - low, _LEAST_SPAN) * area.height()
    floor = area.bottom() + _DROP
    return Sparkline(
        tuple(
            tuple(QPointF(x, y) for x, y in zip(xs[part].tolist(), ys[part].tolist(), strict=True))
            for part in _runs(shown)
        ),
        tuple((QPointF(xs[part][0], floor), QPointF(xs[part][-1], floor)) for part in _runs(is_zero)),
        tuple(QPointF(x, area.top() - _DROP) for x in xs[is_bad].tolist()),
    )


def _runs(mask: npt.NDArray[np.bool_]) -> list[slice]:
    """The stretches in which a mask is set."""
    if mask.all() or not mask.any():  # nearly always
        return [slice(0, len(mask))] if len(mask) and mask[0] else []
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False)).tolist()
    return [slice(first, past) for first, past in zip(edges[::2], edges[1::2], strict=True)]


@cache  # a history has at most as many values as a sparkline goes back, and all cards have those of the same steps
def _places(count: int) -> npt.NDArray[np.intp]:
    """Which of so many values are shown."""
    return np.linspace(0, count - 1, _POINTS).astype(np.intp)


@cache
def _across(left: float, right: float, count: int) -> npt.NDArray[np.float64]:
    """So many places from one edge to the other."""
    return np.linspace(left, right, count)
