"""Two ways to draw samples for the preview of the data: a target over the only feature, and sequences step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from deepviz.gui.class_colors import class_color
from deepviz.gui.theme import Theme, body_font, number_font

MOST_LINES = 4
"""Features of a sequence that are still told apart when drawn over each other; with more, it is drawn as an image."""

PANE_HEIGHT = 44
PANES = 3
"""In a row, and as many rows."""

_MARGIN = 12.0
_AXIS = 18.0
_GAP = 8


def draw_plane(
    painter: QPainter, area: QRectF, x: NDArray[np.float32], y: NDArray[np.float32], name: str, theme: Theme
) -> None:
    """The target over the only feature, as points.

    Parameters
    ----------
    area
        Where, in pixels.
    x, y
        Float arrays, shape (n,).
    name
        What the feature is called.
    """
    painter.setPen(QColor(theme.line))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(area, 6, 6)
    painter.setFont(body_font(11))
    painter.setPen(QColor(theme.dim))
    inside = area.adjusted(_MARGIN, _MARGIN + _AXIS - 4, -_MARGIN, -_AXIS - 4)
    above = QRectF(area.left() + _MARGIN, area.top() + 4, area.width() - 2 * _MARGIN, _AXIS)
    below = QRectF(area.left() + _MARGIN, area.bottom() - _AXIS - 2, area.width() - 2 * _MARGIN, _AXIS)
    painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "target")
    painter.drawText(below, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.curve(0).color))
    radius = 2.2 if len(x) < 800 else 1.6
    for across, up in zip(_share(x), _share(y), strict=True):
        place = QPointF(inside.left() + across * inside.width(), inside.bottom() - up * inside.height())
        painter.drawEllipse(place, radius, radius)


def sequences_height(count: int, has_captions: bool) -> int:
    """Pixels needed for so many sequences."""
    rows = min(PANES, -(-count // PANES))
    return rows * (PANE_HEIGHT + _GAP + _caption_height(has_captions)) - _GAP


def draw_sequences(
    painter: QPainter,
    width: float,
    sequences: NDArray[np.float32],
    captions: list[str],
    numbers: NDArray[np.int64],
    theme: Theme,
) -> None:
    """The first sequences, each in a pane of its own with its class below it, all on one scale.

    Parameters
    ----------
    sequences
        Float array, shape (n, steps, features).
    captions
        What stands below each; empty for no captions.
    numbers
        Which colour each has, shape (n,).
    """
    shown = sequences[: PANES * PANES]
    low, high = float(shown.min()), float(shown.max())
    pane, caption = (width - _GAP * (PANES - 1)) / PANES, _caption_height(bool(captions))
    painter.setFont(number_font(11))
    metrics = QFontMetricsF(painter.font())
    for number, sequence in enumerate(shown):
        row, column = divmod(number, PANES)
        area = QRectF(column * (pane + _GAP), row * (PANE_HEIGHT + _GAP + caption), pane, PANE_HEIGHT)
        painter.fillRect(area, QColor(theme.raised))
        inside = area.adjusted(3, 4, -3, -4)
        steps = np.linspace(inside.left(), inside.right(), len(sequence))
        for feature, values in enumerate(sequence.T):
            color = class_color(theme, int(numbers[number]) + feature)
            painter.setPen(QPen(QColor(color), 1.2))
            heights = inside.bottom() - (values - low) / max(high - low, 1e-12) * inside.height()
            line = QPolygonF([QPointF(float(a), float(b)) for a, b in zip(steps, heights, strict=True)])
            painter.drawPolyline(line)
        if captions:
            painter.setPen(QColor(theme.dim))
            words = metrics.elidedText(captions[number], Qt.TextElideMode.ElideRight, pane)
            below = QRectF(area.left(), area.bottom(), pane, caption)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)


def _caption_height(has_captions: bool) -> int:
    return 16 if has_captions else 0


def _share(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far each value is on the way from the smallest to the largest."""
    low, high = float(values.min()), float(values.max())
    return (values.astype(np.float64) - low) / max(high - low, 1e-12)
