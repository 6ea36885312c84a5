"""How histograms over time are painted: as outlines one before the other, or from above as a map of colours.

Values go to the right and time goes down in both: the newest is at the bottom, and of outlines it is in front. This
is plain painting; what the user does is in `ridge_area`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from deepviz.gui.plots.rebinning import Floats, rebinned
from deepviz.gui.plots.ticks import Tick, format_integer, linear_ticks
from deepviz.gui.theme import Theme, body_font, viridis

PIXELS_PER_BIN, FEWEST_BINS, MOST_BINS = 4, 24, 128
LEAST_GAP = 5.0
"""Pixels between the base lines of two outlines; where they would be closer, every second, fourth, ... is drawn."""
LEAST_RISE, LARGEST_RISE = 0.34, 0.86
"""How high the tallest outline is, as a share of the frame: of very many, and of a single one."""
BAR_WIDTH = 8.0
FAINTEST, STRONGEST = 0.16, 0.62
"""How much of its colour is in the area of the oldest and of the newest outline; the lines have more."""


@dataclass(frozen=True)
class RidgeDrawing:
    """Histograms of one layer as they are painted into one frame.

    Attributes
    ----------
    steps, counts, ranges
        Those that were measured, oldest first: shapes (n,), (n, bins) and (n, 2).
    low, high
        The values at the left and right edge of the frame.
    frame
        Where they are painted.
    is_map, is_logarithmic
        Whether they are seen from above, and whether heights or colours are logarithms of the counts.
    """

    steps: npt.NDArray[np.int64]
    counts: npt.NDArray[np.uint32]
    ranges: Floats
    low: float
    high: float
    frame: QRectF
    is_map: bool = False
    is_logarithmic: bool = False
    _polygons: dict[int, QPolygonF] = field(default_factory=dict)

    # Places

    def x_pixel(self, value: float) -> float:
        """Where a value is."""
        return self.frame.left() + (value - self.low) / (self.high - self.low) * self.frame.width()

    def value_at(self, x: float) -> float:
        """The value at a pixel; the inverse of `x_pixel`."""
        return self.low + (x - self.frame.left()) / self.frame.width() * (self.high - self.low)

    def y_pixel(self, step: float) -> float:
        """Where the base line of a step is, or the middle of its row in the map."""
        first, last = int(self.steps[0]), int(self.steps[-1])
        top, bottom = self._ends
        return bottom if first == last else top + (step - first) / (last - first) * (bottom - top)

    @property
    def rise(self) -> float:
        """The height of the tallest outline, in pixels."""
        if self.is_map:
            return 0.0
        return self.frame.height() * max(LEAST_RISE, LARGEST_RISE / math.sqrt(len(self.steps)))

    @property
    def _ends(self) -> tuple[float, float]:
        """Where the first and the last step are."""
        if self.is_map:
            half = self.frame.height() / (2 * len(self.steps))
            return self.frame.top() + half, self.frame.bottom() - half
        return self.frame.top() + self.rise + 2, self.frame.bottom() - 1

    @cached_property
    def drawn(self) -> list[int]:
        """Which of the steps are painted: always the newest, and as many others as the height can show."""
        top, bottom = self._ends
        stride = 1
        while (len(self.steps) - 1) / stride * LEAST_GAP > max(bottom - top, LEAST_GAP):
            stride *= 2  # so that those that are painted stay while more come
        chosen = list(range(0, len(self.steps), stride))
        return chosen if chosen[-1] == len(self.steps) - 1 else [*chosen, len(self.steps) - 1]

    def step_at(self, point: QPointF) -> int:
        """Which of the steps is meant by a point: the outline in front of which there is none, or the nearest row."""
        if not self.is_map:
            column = self._column_at(point.x())
            for number in reversed(self.drawn):
                base = self.y_pixel(float(self.steps[number]))
                if base - self.heights[number, column] * self.rise - 1 <= point.y() <= base + 1:
                    return number
        chosen = list(range(len(self.steps))) if self.is_map else self.drawn
        return min(chosen, key=lambda number: abs(self.y_pixel(float(self.steps[number])) - point.y()))

    def top_of(self, number: int, value: float) -> float:
        """Where the outline of a step has a value, in pixels from above."""
        base = self.y_pixel(float(self.steps[number]))
        return base - float(self.heights[number, self._column_at(self.x_pixel(value))]) * self.rise

    def _column_at(self, x: float) -> int:
        columns = int(self.binned.shape[1])
        return min(max(int((x - self.frame.left()) / self.frame.width() * columns), 0), columns - 1)

    # Heights

    @cached_property
    def binned(self) -> Floats:
        """How many numbers of each step lie in each column of the frame, shape (n, columns)."""
        columns = min(max(int(self.frame.width() / PIXELS_PER_BIN), FEWEST_BINS), MOST_BINS)
        return rebinned(self.counts, self.ranges, np.linspace(self.low, self.high, columns + 1))

    @cached_property
    def levels(self) -> Floats:
        """What is drawn as height or colour: shares of the numbers of a step, or logarithms of counts plus 1."""
        if self.is_logarithmic:
            logarithms: Floats = np.log10(1 + self.binned)
            return logarithms
        totals = self.counts.sum(axis=1, dtype=np.float64)[:, None]
        shares: Floats = np.divide(self.binned, totals, out=np.zeros_like(self.binned), where=totals > 0)
        return shares

    @cached_property
    def largest(self) -> float:
        """The largest of `levels`; 1 if there is none above 0."""
        return float(self.levels.max()) or 1.0

    @cached_property
    def heights(self) -> Floats:
        """`levels` as parts of the largest."""
        heights: Floats = self.levels / self.largest
        return heights

    # Painting

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Paint everything inside the frame, and the bar of colours beside a map."""
        painter.save()
        painter.setClipRect(self.frame)
        if self.is_map:
            self._paint_map(painter, theme)
        else:
            for number in self.drawn:
                self._paint_outline(painter, theme, number)
        painter.restore()
        if self.is_map:
            self._paint_bar(painter, theme)

    def paint_emphasis(self, painter: QPainter, theme: Theme, number: int, color: str) -> None:
        """Make one step stand out: its whole outline in front of all others, or lines above and below its row."""
        painter.save()
        painter.setClipRect(self.frame)
        ink = QColor(color)
        if self.is_map:
            y, half = self.y_pixel(float(self.steps[number])), max(self.frame.height() / (2 * len(self.steps)), 2.0)
            painter.setPen(QPen(ink, 1))
            for edge in (y - half, y + half):
                painter.drawLine(QLineF(self.frame.left(), edge, self.frame.right(), edge))
        else:
            area = QColor(ink)
            area.setAlphaF(0.28)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(area)
            painter.setPen(QPen(ink, 1))
            painter.drawPolygon(self._polygon(number))
        painter.restore()

    def _paint_outline(self, painter: QPainter, theme: Theme, number: int) -> None:
        age = 1.0 if len(self.steps) == 1 else number / (len(self.steps) - 1)
        strength = FAINTEST + (STRONGEST - FAINTEST) * age
        polygon = self._polygon(number)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_mixed(theme.panel, theme.accent, strength))
        painter.drawPolygon(polygon)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_mixed(theme.panel, theme.accent, 0.36 + strength), 1))
        painter.drawPolyline(polygon)

    def _polygon(self, number: int) -> QPolygonF:
        """The outline of a step, from its first bin that is not empty to its last."""
        if number not in self._polygons:
            heights = self.heights[number]
            filled = np.flatnonzero(heights > 0)
            base = self.y_pixel(float(self.steps[number]))
            if not len(filled):
                self._polygons[number] = QPolygonF()
                return self._polygons[number]
            width = self.frame.width() / len(heights)
            first, past = int(filled[0]), int(filled[-1]) + 1
            left, right = self.frame.left() + first * width, self.frame.left() + past * width
            x = np.concatenate([[left], left + (np.arange(past - first) + 0.5) * width, [right]])
            y = np.concatenate([[base], base - heights[first:past] * self.rise, [base]])
            self._polygons[number] = pg.functions.arrayToQPolygonF(x, y)
        return self._polygons[number]

    def _paint_map(self, painter: QPainter, theme: Theme) -> None:
        rows = max(int(self.frame.height()), 1)
        top, bottom = self._ends
        first, last = int(self.steps[0]), int(self.steps[-1])
        pixels = self.frame.top() + np.arange(rows) + 0.5
        if first == last:
            nearest = np.zeros(rows, np.intp)
        else:
            at = first + (pixels - top) / (bottom - top) * (last - first)
            middles = (self.steps[1:] + self.steps[:-1]) / 2
            nearest = np.searchsorted(middles, at)
        cells = np.empty((len(self.steps), self.binned.shape[1], 3), np.uint8)
        cells[...] = viridis()[np.clip(self.heights * 255, 0, 255).astype(np.uint8)]
        cells[self.binned <= 0] = list(bytes.fromhex(theme.panel[1:]))
        picture = np.ascontiguousarray(cells[nearest])
        image = QImage(picture.data, picture.shape[1], rows, 3 * picture.shape[1], QImage.Format.Format_RGB888)
        painter.drawImage(self.frame, image)

    def _paint_bar(self, painter: QPainter, theme: Theme) -> None:
        """What the colours mean."""
        bar = QRectF(self.frame.right() + 14, self.frame.top(), BAR_WIDTH, self.frame.height())
        colors = np.ascontiguousarray(viridis()[::-1, None, :])
        painter.drawImage(bar, QImage(colors.data, 1, 256, 3, QImage.Format.Format_RGB888))
        painter.setFont(body_font(11))
        painter.setPen(QPen(QColor(theme.dim), 1))
        for position, label in self.bar_ticks(max(2, int(bar.height() / 24))):
            y = bar.bottom() - position * bar.height()
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
            line = QRectF(bar.right() + 6, min(max(y - 8, bar.top() - 4), bar.bottom() - 12), 44, 16)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)

    def bar_ticks(self, room: int) -> list[Tick]:
        """Marks of the bar of colours, at parts of its length: shares in percent, or counts."""
        if not self.is_logarithmic:
            return [Tick(place / self.largest, label) for place, label in linear_ticks(0, self.largest, room, True)]
        most = 10**self.largest - 1
        powers = range(math.floor(math.log10(most)) + 1) if most >= 1 else range(0)
        stride = max(1, math.ceil(len(powers) / room))
        numbers = [0, *(10**power for power in powers[::stride])]
        return [Tick(math.log10(1 + number) / self.largest, format_integer(number)) for number in numbers]


def _mixed(background: str, color: str, share: float) -> QColor:
    """A colour between two, with a share of the second."""
    share = min(share, 1.0)
    parts = zip(bytes.fromhex(background[1:]), bytes.fromhex(color[1:]), strict=True)
    return QColor(*(round(one + share * (other - one)) for one, other in parts))
