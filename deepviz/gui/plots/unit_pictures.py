"""How the answers of a layer's units are shown: over two inputs as maps in colours, along a single one as curves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from deepviz.gui.canvas.response_tiles import largest_of
from deepviz.gui.plots.color_bar import MARGIN as BAR_MARGIN
from deepviz.gui.plots.color_bar import paint_color_bar
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.plane_area import RIGHT, PlaneArea
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.plots.unit_sheet import UnitTile
from deepviz.gui.response_curves import beyond_color, heights_in_words, heights_of, paint_beyond, paint_curve, roomy
from deepviz.gui.signed_colors import ABOVE, BELOW, image_of, signed_colors, signed_pixels
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window
from deepviz.insight.unit_responses import UnitResponses


class UnitPictures(ABC):
    """The pictures of all units of one answer.

    Parameters
    ----------
    answer
        What was found out about the units of one layer.
    is_own
        Whether each has its own scale, and not all that of the layer.
    theme
        The colours.
    """

    right_margin: ClassVar[float]
    """Pixels to the right of the frame of the large picture."""

    def __init__(self, answer: UnitResponses, is_own: bool, theme: Theme) -> None:
        self.answer, self.theme = answer, theme
        self.maps = next(iter(answer.maps.values()))

    @property
    @abstractmethod
    def entries(self) -> list[Entry]:
        """What the colours mean."""

    @abstractmethod
    def tiles(self) -> list[UnitTile]:
        """A tile for each unit."""

    @abstractmethod
    def window_of(self, unit: int) -> Window:
        """What the large picture of a unit shows, as long as nobody zooms."""

    @abstractmethod
    def y_title(self, unit: int, names: list[str]) -> str:
        """What the vertical axis of the large picture is called."""

    @abstractmethod
    def paint_large(self, painter: QPainter, area: PlaneArea, unit: int) -> None:
        """Paint the large picture of a unit into the frame of an area."""

    @abstractmethod
    def paint_beside(self, painter: QPainter, area: PlaneArea, unit: int) -> None:
        """Paint what stands beside it."""

    @abstractmethod
    def nearest(self, unit: int, x: float, y: float) -> tuple[tuple[float, ...], float, float]:
        """The computed place that is nearest to a point of the large picture.

        Returns
        -------
        Where it is on the axes of the inputs, what the unit gives there, and how high the cross-hair stands.
        """

    def mark(self, unit: int, x: float) -> tuple[int, float, float] | None:
        """Where on its tile the value is that a unit gives at a place, as shares from the left and from below."""
        return None


class UnitMaps(UnitPictures):
    """Maps in colours, each over the plane of two inputs."""

    right_margin = BAR_MARGIN

    def __init__(self, answer: UnitResponses, is_own: bool, theme: Theme) -> None:
        super().__init__(answer, is_own, theme)
        own = largest_of(self.maps)
        self._largest = own if is_own else np.full_like(own, own.max(initial=0.0))
        self._large: tuple[int, QImage] | None = None

    @property
    def entries(self) -> list[Entry]:
        patches = ((BELOW, "< 0"), (self.theme.panel, "0"), (ABOVE, "> 0"))
        return [Entry(words, "", color, is_patch=True) for color, words in patches]

    def tiles(self) -> list[UnitTile]:
        tops, pixels = np.ravel(self._largest).tolist(), signed_pixels(self.maps, self._largest, self.theme)
        return [
            UnitTile(
                partial(_paint_image, image=image_of(tile)), str(unit), f"±{format_value(tops[unit], 3, trim=False)}"
            )
            for unit, tile in enumerate(pixels)
        ]

    def window_of(self, unit: int) -> Window:
        return self.answer.window

    def y_title(self, unit: int, names: list[str]) -> str:
        return names[self.answer.features[1]]

    def paint_large(self, painter: QPainter, area: PlaneArea, unit: int) -> None:
        if self._large is None or self._large[0] != unit:
            self._large = unit, image_of(signed_pixels(self.maps[unit], self._largest[unit], self.theme))
        _paint_image(painter, area.rect_of(self.answer.window), self._large[1])

    def paint_beside(self, painter: QPainter, area: PlaneArea, unit: int) -> None:
        top = float(self._largest[unit].item()) or 1.0
        paint_color_bar(painter, area.frame, signed_colors(self.theme), -top, top, self.theme)

    def nearest(self, unit: int, x: float, y: float) -> tuple[tuple[float, ...], float, float]:
        xs, ys = self.answer.xs, self.answer.ys
        column, row = int(np.abs(xs - x).argmin()), int(np.abs(ys - y).argmin())
        place = float(xs[column]), float(ys[row])
        return place, float(self.maps[unit, row, column]), place[1]


class UnitCurves(UnitPictures):
    """Curves, each along a single input."""

    right_margin = RIGHT

    def __init__(self, answer: UnitResponses, is_own: bool, theme: Theme) -> None:
        super().__init__(answer, is_own, theme)
        self._curves = self.maps[:, 0]
        self.heights = heights_of(self._curves, is_own)

    @property
    def entries(self) -> list[Entry]:
        patches = (
            (BELOW, "< 0", ""),
            (ABOVE, "> 0", ""),
            (beyond_color(self.theme), "beyond the training samples", "beyond"),
        )
        return [Entry(words, "", color, is_patch=True, short=short) for color, words, short in patches]

    def tiles(self) -> list[UnitTile]:
        return [
            UnitTile(partial(self._paint_tile, unit=unit), str(unit), heights_in_words(heights))
            for unit, heights in enumerate(self.heights)
        ]

    def window_of(self, unit: int) -> Window:
        return Window(self.answer.window.left, self.answer.window.right, *roomy(self.heights[unit]))

    def y_title(self, unit: int, names: list[str]) -> str:
        return f"answer of unit {unit}"

    def paint_large(self, painter: QPainter, area: PlaneArea, unit: int) -> None:
        paint_beyond(painter, area.frame, area.window_shown, self.answer.seen, self.theme)
        paint_curve(
            painter, area.rect_of(self.window_of(unit)), self._curves[unit], roomy(self.heights[unit]), self.theme, 2.0
        )

    def paint_beside(self, painter: QPainter, area: PlaneArea, unit: int) -> None:
        """Nothing: no colour stands for a number."""

    def nearest(self, unit: int, x: float, y: float) -> tuple[tuple[float, ...], float, float]:
        column = int(np.abs(self.answer.xs - x).argmin())
        value = float(self._curves[unit, column])
        return (float(self.answer.xs[column]),), value, value if np.isfinite(value) else y

    def mark(self, unit: int, x: float) -> tuple[int, float, float] | None:
        (place,), value, _ = self.nearest(unit, x, 0.0)
        if not np.isfinite(value):
            return None
        window, heights = self.answer.window, roomy(self.heights[unit])
        across = (place - window.left) / (window.right - window.left)
        return unit, across, (value - heights.low) / (heights.high - heights.low)

    def _paint_tile(self, painter: QPainter, place: QRectF, unit: int) -> None:
        painter.fillRect(place, QColor(self.theme.panel))
        paint_beyond(painter, place, self.answer.window, self.answer.seen, self.theme)
        paint_curve(painter, place, self._curves[unit], roomy(self.heights[unit]), self.theme, 1.5)


def pictures_of(answer: UnitResponses, is_own: bool, theme: Theme) -> UnitPictures:
    """The pictures that suit an answer."""
    return (UnitCurves if answer.is_curve else UnitMaps)(answer, is_own, theme)


def _paint_image(painter: QPainter, place: QRectF, image: QImage) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)
