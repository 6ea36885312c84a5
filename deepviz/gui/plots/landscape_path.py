"""Paints the path of training into a landscape, with its start, its end and the moment that is shown.

Above the curve along a single direction it lies on the lower border: there it has a place and no loss.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import DARK, Theme, body_font
from deepviz.insight.landscape import Surface

INK, RIM = "#ff3d2e", "#ffffff"
"""The colour of the path, which viridis has nowhere, and of what is around it."""
DOT, LARGE = 4.0, 9.0
"""Pixels across a kept state, and across start, end and the moment shown."""
NEAR = 8.0
"""Pixels within which the pointer means a kept state."""
LEAST_WIDTH, LEAST_HEIGHT = 220.0, 110.0
"""Of a picture in which the dots have names: in a smaller one these would hide it, and the pointer says them."""
BELOW = 8.0
"""Pixels that the path lies above the border, where there is one direction."""


class LandscapePath:
    """Paints the path of a surface.

    Attributes
    ----------
    is_shown
        Whether it is to be painted at all.
    moment
        The step that is shown; None where the picture is not of the run that is shown.
    """

    def __init__(self, area: PlaneArea) -> None:
        self.area = area
        self.theme: Theme = DARK
        self.is_shown = True
        self.moment: int | None = None
        self._surface: Surface | None = None
        area.layers.append(self._paint)

    def show_surface(self, surface: Surface | None) -> None:
        """Paint the path of this one from now on."""
        self._surface = surface
        self.area.update()

    def places(self) -> np.ndarray:
        """Where the kept states are, in pixels of the area: shape ``(n, 2)``; none where no path is painted."""
        surface = self._surface
        if surface is None or surface.path is None or not self.is_shown:
            return np.empty((0, 2))
        places = surface.path.places
        xs, ys = self.area.pixels(places[:, 0], places[:, 1] if surface.is_map else np.zeros(len(places)))
        return np.stack([xs, ys if surface.is_map else np.full(len(xs), self.area.frame.bottom() - BELOW)], axis=1)

    def near(self, pixel: QPointF) -> int | None:
        """The number of the state that is painted nearest to a point, if one is near."""
        places = self.places()
        if not len(places):
            return None
        away = np.hypot(places[:, 0] - pixel.x(), places[:, 1] - pixel.y())
        # Of several in one place, the last one is on top.
        nearest = len(away) - 1 - int(away[::-1].argmin())
        return nearest if away[nearest] <= NEAR else None

    def number_of(self, step: int | None) -> int | None:
        """Which of the states is that of a step."""
        if self._surface is None or self._surface.path is None or step is None:
            return None
        found = np.flatnonzero(self._surface.path.steps == step)
        return int(found[0]) if len(found) else None

    def _paint(self, painter: QPainter) -> None:
        points = [QPointF(x, y) for x, y in self.places().tolist()]
        if len(points) < 2 or self._surface is None or self._surface.path is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPolygonF(points)
        for width, color in ((3.0, RIM), (1.5, INK)):
            pen = QPen(QColor(color), width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(line)
        painter.setPen(QPen(QColor(INK), DOT, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(line)
        steps = self._surface.path.steps.tolist()
        shown = self.number_of(self.moment)
        named = [(0, "start", RIM), (len(points) - 1, "end", INK)]
        named += [] if shown is None else [(shown, "shown", self.theme.accent)]
        for number, _, color in named:
            painter.setPen(QPen(QColor(INK if color == RIM else RIM), 1.5))
            painter.setBrush(QColor(color))
            painter.drawEllipse(points[number], LARGE / 2, LARGE / 2)
        frame = self.area.frame
        if frame.width() < LEAST_WIDTH or frame.height() < LEAST_HEIGHT:
            return
        taken: list[QRectF] = []
        for number, name, _ in reversed(named):  # the moment that is shown has its name in any case
            self._paint_name(painter, f"{name}, step {format_integer(steps[number])}", points[number], taken)

    def _paint_name(self, painter: QPainter, name: str, point: QPointF, taken: list[QRectF]) -> None:
        """Say what a dot is, where there is room beside it."""
        painter.setFont(body_font(TEXT_SIZE))
        width, frame = QFontMetricsF(painter.font()).horizontalAdvance(name) + 8, self.area.frame
        if not frame.contains(point):
            return
        for left in (point.x() + LARGE, point.x() - LARGE - width):
            for top in (point.y() - 8, point.y() - 26, point.y() + 10):
                box = QRectF(left, top, width, 16)
                if frame.contains(box) and not any(box.intersects(other) for other in taken):
                    taken.append(box)
                    painter.setPen(Qt.PenStyle.NoPen)
                    ground = QColor(self.theme.panel)
                    ground.setAlphaF(0.8)
                    painter.setBrush(ground)
                    painter.drawRoundedRect(box, 4, 4)
                    painter.setPen(QColor(self.theme.text))
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
                    return
