"""The bar beside a map that says which colour stands for which number."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.plots.ticks import Tick, linear_ticks, logarithmic_ticks, written_alike
from deepviz.gui.theme import Theme, body_font

WIDTH, MARGIN = 8.0, 62.0
"""Pixels across the bar, and the fewest to leave beside the frame for it and its numbers."""
BESIDE = 26.0
"""Pixels of the margin that are not for numbers."""
MOST_MARKS = 12
LEAST_APART = 18.0
"""Pixels between a mark and the end of the bar, where that is said too."""


def bar_margin(low: float, high: float, is_logarithmic: bool = False) -> float:
    """How many pixels to leave beside a frame for a bar with these ends, so that all of its numbers can be read.

    In jumps of 8 pixels, lest the frame trembles while numbers change.
    """
    metrics = QFontMetricsF(body_font(TEXT_SIZE))
    labels = [tick.label for room in range(2, MOST_MARKS, 3) for tick in _ticks(low, high, room, is_logarithmic)]
    # Where the ends are said as well, all numbers may need a place more.
    inside = [] if is_logarithmic else [tick.position for tick in linear_ticks(low, high, MOST_MARKS)]
    labels += [] if is_logarithmic else [tick.label for tick in written_alike([low, *inside, high])]
    widest = max((metrics.horizontalAdvance(label) for label in labels), default=0.0) + 2
    return MARGIN + 8 * max(0, math.ceil((widest - (MARGIN - BESIDE)) / 8))


def paint_color_bar(
    painter: QPainter,
    frame: QRectF,
    table: np.ndarray,
    low: float,
    high: float,
    theme: Theme,
    is_logarithmic: bool = False,
    says_ends: bool = False,
) -> None:
    """Paint a bar to the right of a frame.

    Parameters
    ----------
    table
        Colours from the lowest number to the highest, uint8 of shape ``(n, 3)``.
    low, high
        The numbers at its ends.
    is_logarithmic
        Whether these are decimal logarithms of the numbers that are said.
    says_ends
        Whether the numbers at the ends, which are round then, are said whatever is marked between them.
    """
    bar = QRectF(frame.right() + 12, frame.top(), WIDTH, frame.height())
    colors = np.ascontiguousarray(table[::-1, None, :])
    painter.drawImage(bar, QImage(colors.data, 1, len(table), 3, QImage.Format.Format_RGB888))
    painter.setPen(QPen(QColor(theme.outline), 1))
    painter.drawRect(bar)
    painter.setFont(body_font(TEXT_SIZE))
    painter.setPen(QPen(QColor(theme.dim), 1))
    room = bar_margin(low, high, is_logarithmic) - BESIDE
    ticks = _ticks(low, high, max(2, int(bar.height() / 28)), is_logarithmic)
    if says_ends:
        near = LEAST_APART / max(bar.height(), 1.0) * (high - low)
        inside = [tick.position for tick in ticks if low + near <= tick.position <= high - near]
        ticks = written_alike([low, *inside, high])
    for position, label in ticks:
        y = bar.bottom() - (position - low) / (high - low) * bar.height()
        painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
        line = QRectF(bar.right() + 5, min(max(y - 8, frame.top() - 4), frame.bottom() - 12), room, 16)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)


def _ticks(low: float, high: float, room: int, is_logarithmic: bool) -> list[Tick]:
    return logarithmic_ticks(low, high, room) if is_logarithmic else linear_ticks(low, high, room)
