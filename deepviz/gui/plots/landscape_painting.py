"""Paints a landscape: a map with lines of equal loss and its colour bar, or a curve; the present weights are marked."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from deepviz.gui.plots.color_bar import bar_margin, paint_color_bar
from deepviz.gui.plots.color_scale import ColorScale, image_from
from deepviz.gui.plots.landscape_scale import BY_ITSELF, is_logarithmic
from deepviz.gui.plots.plane_area import RIGHT, PlaneArea
from deepviz.gui.plots.ticks import apart, linear_ticks, logarithmic_ticks
from deepviz.gui.theme import DARK, Theme, viridis
from deepviz.insight.contours import contour
from deepviz.insight.landscape import Surface
from deepviz.insight.plane import Window

LINES = 12
"""Lines of equal loss on a map, about."""
CROSS = 8.0
"""Pixels from the middle of the plus to its ends: beyond the dot of a path that ends there."""


class LandscapePainter:
    """Paints a surface into the plane of an area.

    Attributes
    ----------
    scale
        What heights and colours stand for: one of `landscape_scale.WORDS`.
    is_logarithmic
        Whether that is now the decimal logarithm of the loss. What is zero is then at the smallest loss above zero.
    """

    def __init__(self, area: PlaneArea) -> None:
        self.area = area
        self.theme: Theme = DARK
        self.scale = BY_ITSELF
        self.is_logarithmic = False
        self._surface: Surface | None = None
        self._heights = np.zeros((1, 1))
        self._scale = ColorScale(0.0, 1.0, False)
        self._image: QImage | None = None
        self._lines: list[np.ndarray] = []
        area.layers.append(self._paint)
        area.decorations.append(self._paint_bar)

    def show_surface(self, surface: Surface) -> None:
        """Paint this one from now on."""
        self._surface = surface
        positive = surface.losses[np.isfinite(surface.losses) & (surface.losses > 0)]
        self._floor = float(positive.min()) if positive.size else 1.0
        self.is_logarithmic = is_logarithmic(self.scale, surface.losses)
        self._heights = self._heights_of(surface.losses)
        finite = self._heights[np.isfinite(self._heights)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        self._scale = ColorScale(*apart(low, high), False)
        self._lines = []
        if self.is_map:
            self._lines = [contour(self._heights, level, surface.xs, surface.ys) for level in self._levels()]
        self._make_image()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        if self._surface is not None:
            self._make_image()
        self.area.update()

    @property
    def is_map(self) -> bool:
        """Whether there are two directions."""
        return self._surface is not None and self._surface.is_map

    @property
    def right_margin(self) -> float:
        """Pixels that are needed to the right of the frame."""
        if not self.is_map:
            return RIGHT
        return bar_margin(self._scale.low, self._scale.high, self.is_logarithmic) + 8

    @property
    def y_title(self) -> str:
        """What the vertical axis shows."""
        if self.is_map:
            return "second direction, b"
        return "logarithm of the loss (base 10)" if self.is_logarithmic else "loss"

    @property
    def whole(self) -> Window:
        """The part of the plane in which all is that was computed."""
        assert self._surface is not None
        xs, ys = self._surface.xs, self._surface.ys
        if self.is_map:  # each point is in the middle of its square
            return Window(*_with_margin(xs, 0.5 / (len(xs) - 1)), *_with_margin(ys, 0.5 / (len(ys) - 1)))
        return Window(*_with_margin(xs, 0.015), *_with_margin(np.array([self._scale.low, self._scale.high]), 0.06))

    def height(self, loss: float) -> float:
        """Where a loss is on the vertical axis of a curve."""
        height = float(self._heights_of(np.array([loss]))[0])
        return height if math.isfinite(height) else self._scale.high

    def color(self, loss: float) -> str:
        """The colour of a loss, on a map."""
        if not self.is_map:
            return self.theme.curve(0).color
        pixel = int(self._scale.pixels(self._heights_of(np.array([loss])), self.theme)[0])
        return f"#{pixel & 0xFFFFFF:06x}"

    def _heights_of(self, losses: np.ndarray) -> np.ndarray:
        if not self.is_logarithmic:
            return losses
        heights: np.ndarray = np.log10(np.maximum(losses, self._floor))
        return heights

    def _make_image(self) -> None:
        self._image = image_from(self._scale.pixels(self._heights, self.theme)[::-1])

    def _levels(self) -> list[float]:
        """The heights of the lines: round losses, and so many to each power of ten where these are shown."""
        low, high = self._scale.low, self._scale.high
        if not self.is_logarithmic:
            return [tick.position for tick in linear_ticks(low, high, LINES)]
        powers = range(math.floor(low), math.ceil(high) + 1)
        levels = [power + math.log10(digit) for power in powers for digit in (1, 2, 5)]
        inside = [level for level in levels if low < level < high]
        if 3 <= len(inside) <= LINES + LINES // 2:
            return inside
        return [tick.position for tick in logarithmic_ticks(low, high, LINES)]

    def _paint(self, painter: QPainter) -> None:
        surface = self._surface
        if surface is None:
            return
        if self.is_map:
            self._paint_map(painter)
        else:
            self._paint_curve(painter, surface)

    def paint_centre(self, painter: QPainter) -> None:
        """The plus at the present weights, which captions speak of."""
        surface = self._surface
        if surface is None:
            return
        here = self.area.pixel(0.0, 0.0 if self.is_map else self.height(surface.centre))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for width, color in ((4.0, self.theme.panel), (2.0, self.theme.text)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLine(QLineF(here.x() - CROSS, here.y(), here.x() + CROSS, here.y()))
            painter.drawLine(QLineF(here.x(), here.y() - CROSS, here.x(), here.y() + CROSS))

    def _paint_map(self, painter: QPainter) -> None:
        assert self._image is not None
        painter.drawImage(self.area.rect_of(self.whole), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QColor("#ffffff")
        line.setAlphaF(0.55)
        painter.setPen(QPen(line, 1))
        for segments in self._lines:
            xs, ys = self.area.pixels(segments[..., 0], segments[..., 1])
            ends = np.stack([xs[:, 0], ys[:, 0], xs[:, 1], ys[:, 1]], axis=1).tolist()
            painter.drawLines([QLineF(*each) for each in ends])

    def _paint_curve(self, painter: QPainter, surface: Surface) -> None:
        """Points that were computed, joined; a gap where a loss is not finite."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        xs, ys = self.area.pixels(surface.xs, self._heights[0])
        finite = np.isfinite(ys)
        for stretch in np.split(np.arange(len(xs)), np.flatnonzero(np.diff(finite.astype(np.int8))) + 1):
            if finite[stretch[0]]:
                points = [QPointF(float(xs[each]), float(ys[each])) for each in stretch]
                painter.setPen(QPen(QColor(self.theme.curve(0).color), 1.5))
                painter.drawPolyline(QPolygonF(points))
                painter.setPen(QPen(QColor(self.theme.curve(0).color), 4, c=Qt.PenCapStyle.RoundCap))
                painter.drawPoints(QPolygonF(points))

    def _paint_bar(self, painter: QPainter) -> None:
        """Which colour means which loss."""
        if not self.is_map:
            return
        low, high = self._scale.low, self._scale.high
        paint_color_bar(painter, self.area.frame, viridis(), low, high, self.theme, self.is_logarithmic)


def _with_margin(places: np.ndarray, share: float) -> tuple[float, float]:
    """The first and the last of some numbers, moved outwards by a share of their span."""
    low, high = float(places[0]), float(places[-1])
    margin = share * (high - low)
    return low - margin, high + margin
