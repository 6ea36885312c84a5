"""The bar beside a map that says which colour stands for which number."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.plots.ticks import linear_ticks
from deepviz.gui.theme import Theme, body_font

WIDTH, MARGIN = 8.0, 62.0
"""Pixels across the bar, and pixels to leave beside the frame for it and its numbers."""


def paint_color_bar(painter: QPainter, frame: QRectF, table: np.ndarray, low: float, high: float, theme: Theme) -> None:
    """Paint a bar to the right of a frame.

    Parameters
    ----------
    table
        Colours from the lowest number to the highest, uint8 of shape ``(n, 3)``.
    low, high
        The numbers at its ends.
    """
    bar = QRectF(frame.right() + 12, frame.top(), WIDTH, frame.height())
    colors = np.ascontiguousarray(table[::-1, None, :])
    painter.drawImage(bar, QImage(colors.data, 1, len(table), 3, QImage.Format.Format_RGB888))
    painter.setPen(QPen(QColor(theme.outline), 1))
    painter.drawRect(bar)
    painter.setFont(body_font(TEXT_SIZE))
    painter.setPen(QPen(QColor(theme.dim), 1))
    for position, label in linear_ticks(low, high, max(2, int(bar.height() / 28))):
        y = bar.bottom() - (position - low) / (high - low) * bar.height()
        painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
        line = QRectF(bar.right() + 5, min(max(y - 8, frame.top() - 4), frame.bottom() - 12), MARGIN - 26, 16)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
