"""Paints the samples as one layer sees them into a plane: marks of classes, or colours of numbers to fit."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from deepviz.gui.class_colors import class_color
from deepviz.gui.plots.class_marks import paint_marks
from deepviz.gui.plots.cloud_strip import paint_points
from deepviz.gui.plots.color_bar import bar_margin, paint_color_bar
from deepviz.gui.plots.plane_area import RIGHT, PlaneArea
from deepviz.gui.plots.ticks import apart
from deepviz.gui.theme import DARK, Theme, viridis
from deepviz.insight.projection import Clouds, LayerCloud

DOT, SMALL_DOT = 6.5, 5.0
"""Pixels across a mark, and where there is little room."""
MOST_NUMBERED = 200
"""So many entries of an Embedding have their numbers beside them, at most."""
BEHIND = 0.25
"""How much of their colour dots keep that another class stands out from."""


class CloudPainter:
    """What is painted in the plane.

    Attributes
    ----------
    answer, cloud
        All layers, and the one that is seen large; None before there are any.
    singled
        The class that stands out from the others; None if all are alike.
    sample
        The place of the sample with a ring around it, or None.
    is_small
        Whether there is little room.
    """

    def __init__(self, area: PlaneArea) -> None:
        self.area = area
        self.theme: Theme = DARK
        self.answer: Clouds | None = None
        self.cloud: LayerCloud | None = None
        self.singled: int | None = None
        self.sample: int | None = None
        self.is_small = False
        area.layers.append(self._paint_points)
        area.decorations.append(self._paint_bar)

    @property
    def right_margin(self) -> float:
        """Pixels to the right of the frame: a bar of colours needs more of them."""
        has_bar = self.answer is not None and not self.answer.is_class and self.answer.is_colored
        return RIGHT if not has_bar else bar_margin(*self._levels()) + 8

    def class_colors(self) -> list[str]:
        """The colours of all classes up to the last one that there is a sample of."""
        assert self.answer is not None
        return [class_color(self.theme, number) for number in range(int(self.answer.targets.max()) + 1)]

    def colors(self, fades: bool = False) -> list[str]:
        """The colour of each sample; with `fades` those of other classes than the singled one are paler."""
        answer = self.answer
        assert answer is not None
        if answer.is_class:
            palette = self.class_colors()
            if fades and self.singled is not None:
                palette = [
                    color if number == self.singled else mixed(color, self.theme.raised, BEHIND)
                    for number, color in enumerate(palette)
                ]
            return [palette[number] for number in answer.targets.tolist()]
        if not answer.is_colored:
            return [self.theme.accent] * len(answer.targets)
        low, high = self._levels()
        places = np.clip((answer.targets - low) / (high - low) * 31, 0, 31).astype(np.intp) * 8
        return ["#" + bytes(viridis()[place]).hex() for place in places.tolist()]

    def _levels(self) -> tuple[float, float]:
        assert self.answer is not None
        return apart(float(self.answer.targets.min()), float(self.answer.targets.max()))

    def _paint_points(self, painter: QPainter) -> None:
        answer, cloud = self.answer, self.cloud
        if answer is None or cloud is None or not np.isfinite(cloud.points).all():
            return
        xs, ys = self.area.pixels(cloud.points[:, 0], cloud.points[:, 1])
        size, panel = SMALL_DOT if self.is_small else DOT, self.theme.panel
        if answer.is_class and not cloud.has_entries:
            classes, colors = answer.targets.astype(np.int64), self.class_colors()
            is_picture = self.area.is_picture
            paint_marks(painter, xs, ys, classes, colors, panel, size, singled=self.singled, is_picture=is_picture)
        else:
            colors = [self.theme.accent] * len(xs) if cloud.has_entries else self.colors()
            paint_points(painter, xs, ys, [panel] * len(xs), size + 2)
            paint_points(painter, xs, ys, colors, size)
        if cloud.has_entries and len(xs) <= MOST_NUMBERED:
            painter.setPen(QColor(self.theme.dim))
            for number, (x, y) in enumerate(zip(xs.tolist(), ys.tolist(), strict=True)):
                painter.drawText(QPointF(x + 5, y - 3), str(number))
        if self.sample is not None and self.sample < len(xs):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.theme.text), 1.5))
            painter.drawEllipse(QPointF(float(xs[self.sample]), float(ys[self.sample])), 6, 6)

    def _paint_bar(self, painter: QPainter) -> None:
        """Which colour means which number to fit."""
        if self.answer is not None and not self.answer.is_class and self.answer.is_colored:
            paint_color_bar(painter, self.area.frame, viridis(), *self._levels(), self.theme)


def mixed(color: str, behind: str, share: float) -> str:
    """So much of a colour on top of another one, as `#rrggbb`."""
    parts = zip(*(bytes.fromhex(each.lstrip("#")) for each in (color, behind)), strict=True)
    return "#" + bytes(round(share * over + (1 - share) * under) for over, under in parts).hex()
