"""How edges are drawn: plain, or coloured and as wide as the gradient that flows back over them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from deepviz.gui.canvas.gradients import GREATEST_WIDTH, LEVELS, GradientScale, width_at
from deepviz.gui.canvas.route import Route
from deepviz.gui.theme import Theme, readable, viridis

HALO = 5.0
"""How much wider than the widest edge the outline of a selected edge is."""

MARGIN = (GREATEST_WIDTH + HALO) / 2 + 1.0
"""How far from the middle of its way an edge is painted at most."""


@dataclass(frozen=True)
class EdgeStyle:
    """Colour, width and dashes of an edge."""

    color: str
    width: float
    is_dashed: bool = False


_NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)

LEAST_CONTRAST = 2.2
"""How much a line of any gradient stands out from the window. The darkest colours of viridis would vanish in the dark
theme and the lightest in the light one; they are moved just far enough."""


@lru_cache(maxsize=4 * LEVELS)
def level_color(level: int, theme: Theme) -> str:
    """The colour of a step of the gradient scale, as `#rrggbb`."""
    red, green, blue = viridis()[round(level * 255 / (LEVELS - 1))].tolist()
    return readable(f"#{red:02x}{green:02x}{blue:02x}", theme.window, LEAST_CONTRAST)


def plain_style(theme: Theme) -> EdgeStyle:
    """An edge of which no gradient is known."""
    return EdgeStyle(theme.faint, 2.0)


def gradient_style(value: float | None, scale: GradientScale, theme: Theme) -> EdgeStyle:
    """An edge with a gradient. None (not computed), zero, and what is not a finite number look like no size at all."""
    if value is None:
        return plain_style(theme)
    if value == 0:
        return EdgeStyle(theme.faint, 1.5, is_dashed=True)
    if not isfinite(value) or value < 0:
        return EdgeStyle(theme.bad, 3.0, is_dashed=True)
    level = scale.level(value)
    return EdgeStyle(level_color(level, theme), width_at(level))


@lru_cache(maxsize=1024)
def pen(style: EdgeStyle) -> QPen:
    """The pen of a style."""
    made = QPen(QColor(style.color), style.width)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if style.is_dashed:
        made.setCapStyle(Qt.PenCapStyle.FlatCap)
        made.setDashPattern([3.0, 2.5])
    return made


def path_of(way: Route) -> QPainterPath:
    """A route as Qt draws it."""
    start = way.curves[0][0]
    path = QPainterPath(QPointF(*start))
    for _, first, second, end in way.curves:
        path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
    return path


def paint_edge(painter: QPainter, path: QPainterPath, style: EdgeStyle, halo: str = "") -> None:
    """Paint an edge, with an outline in the colour `halo` if there is one."""
    painter.setBrush(_NO_BRUSH)
    if halo:
        painter.setPen(QPen(QColor(halo), style.width + HALO, c=Qt.PenCapStyle.FlatCap))
        painter.drawPath(path)
    painter.setPen(pen(style))
    painter.drawPath(path)
