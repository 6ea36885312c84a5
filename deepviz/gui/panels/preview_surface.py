"""Two features as a plane for the preview of the data, where the colour of a point may say its target.

The colours are those of the view Fit, and a scale below the plane says which target has which.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import Theme, body_font, number_font, readable, viridis

SCALE_HEIGHT = 26
"""Pixels that the scale needs, with the gap above it."""

_MARGIN = 12.0
_GAP = 8.0
_BAR_HEIGHT = 8
_MANY = 800
_RIM, _CONTRAST = 0.8, 2.0
"""Pixels of the rim of a point, and how far it stands out from the ground at least."""


def paint_plane(painter: QPainter, plane: QRectF, theme: Theme) -> None:
    """The ground that points stand on."""
    painter.setPen(QColor(theme.line))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(plane, 6, 6)


def places_in(plane: QRectF, x: NDArray[np.float32]) -> list[QPointF]:
    """Where points are drawn, as long along one feature as along the other.

    Parameters
    ----------
    plane
        Where, in pixels.
    x
        Float array, shape (n, 2).
    """
    low, high = x.min(axis=0).astype(float), x.max(axis=0).astype(float)
    extent = max(float((high - low).max()), 1e-12)
    scale = (min(plane.width(), plane.height()) + 1.0 - 2 * _MARGIN) / extent
    right, up = ((x.astype(float) - (low + high) / 2) * scale).T.tolist()
    return [plane.center() + QPointF(a, -b) for a, b in zip(right, up, strict=True)]


def radius_of(count: int) -> float:
    """Pixels from the middle of a point to its edge, where there are so many."""
    return 2.2 if count < _MANY else 1.6


def colors_of(targets: NDArray[np.float32]) -> list[str]:
    """A colour for each target, from the least to the greatest.

    Parameters
    ----------
    targets
        Float array, shape (n,).
    """
    low, high = float(targets.min()), float(targets.max())
    shares = (targets.astype(float) - low) / ((high - low) or 1.0)
    table = viridis_names()
    return [table[place] for place in np.clip(shares * len(table), 0, len(table) - 1).astype(int).tolist()]


def viridis_names() -> list[str]:
    """The colours of the scale from low to high, as `#rrggbb`."""
    return ["#" + bytes(color).hex() for color in viridis()]


def draw_surface(
    painter: QPainter, plane: QRectF, x: NDArray[np.float32], targets: NDArray[np.float32], name: str, theme: Theme
) -> None:
    """Points in the colours of their targets, and below them the scale.

    Parameters
    ----------
    plane
        Where the points go, in pixels.
    x, targets
        Float arrays of shape (n, 2) and (n,).
    name
        What the target is called.
    """
    paint_plane(painter, plane, theme)
    radius = radius_of(len(x)) + _RIM / 2
    # A rim, because the lowest colour is as dark as one theme and the highest as bright as the other.
    rims = {color: QPen(QColor(readable(color, theme.raised, _CONTRAST)), _RIM) for color in viridis_names()}
    for place, color in zip(places_in(plane, x), colors_of(targets), strict=True):
        painter.setPen(rims[color])
        painter.setBrush(QColor(color))
        painter.drawEllipse(place, radius, radius)
    _draw_scale(painter, plane, name, float(targets.min()), float(targets.max()), theme)


def _draw_scale(painter: QPainter, plane: QRectF, name: str, low: float, high: float, theme: Theme) -> None:
    """The name of the target, its least, the colours, its greatest, in one line."""
    line = QRectF(plane.left(), plane.bottom() + _GAP, plane.width(), SCALE_HEIGHT - _GAP)
    centred = Qt.AlignmentFlag.AlignVCenter
    painter.setPen(QColor(theme.dim))
    painter.setFont(body_font(12))
    words = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, line.width() / 3)
    painter.drawText(line, centred, words)
    left = line.left() + QFontMetricsF(painter.font()).horizontalAdvance(words) + _GAP
    painter.setFont(number_font(11))
    metrics = QFontMetricsF(painter.font())
    least, greatest = format_value(low, 3), format_value(high, 3)
    right = line.right() - metrics.horizontalAdvance(greatest)
    painter.drawText(QRectF(left, line.top(), line.width(), line.height()), centred, least)
    painter.drawText(QRectF(right, line.top(), line.width(), line.height()), centred, greatest)
    left += metrics.horizontalAdvance(least) + _GAP
    # On whole pixels, lest its ends are mixed with the ground.
    left, right = math.ceil(left), math.floor(right - _GAP)
    bar = QRect(left, round(line.center().y() - _BAR_HEIGHT / 2), max(right - left, 1), _BAR_HEIGHT)
    table = np.ascontiguousarray(viridis()[None])
    painter.drawImage(bar, QImage(table.data, table.shape[1], 1, 3 * table.shape[1], QImage.Format.Format_RGB888))
