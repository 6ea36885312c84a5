"""Gradient magnitude as a map: one row for each layer, first layer at the top, and time to the right.

Colours are viridis on a log scale. What is infinite is red, what is exactly zero grey, and what was never computed is
left empty, so that a vanished gradient cannot be taken for a small one. The row of a frozen layer says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import TICK_SIZE
from deepviz.gui.plots.curve_plot import FEWEST_STEPS_SHOWN
from deepviz.gui.plots.header import Entry
from deepviz.gui.plots.plot import Plot, nearest
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import Tick, format_integer, format_value, logarithmic_ticks
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.gui.theme import body_font, viridis
from deepviz.training.history import FROZEN, GRADIENT_NORM

CAPACITY = 600
MOST_SEPARATED_ROWS = 16
LEAST_ROW = 12.0
"""Height in pixels of a row that a word fits in."""
BAR_WIDTH, BAR_MARGIN = 8.0, 58.0
NAME_WIDTH = 80.0

Cells = npt.NDArray[np.uint8]


class GradientMap(Plot):
    """Layer by time."""

    key = "gradient_map"
    title = "Gradient map"
    heading = "Layer × time"
    order = 40
    invitation = "Press Run to see gradients travel through the layers"
    has_log_axis = False
    has_smoothing = False

    _bins: TimeBins | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.area.box.addItem(self.image, ignoreBounds=True)
        self.area.box.invertY(True)
        self.area.has_grid = False
        self.area.can_zoom_y = False
        self.area.set_right_margin(BAR_MARGIN)
        self.area.decorations.append(self._paint_bar)
        self.area.decorations.append(self._paint_frozen)
        self.levels = (-1.0, 0.0)
        self._given_levels: tuple[float, float] | None = None
        self._rows_seen = 0
        self._shown: TimeBins | None = None
        self._separators = _Separators(self)
        self.area.box.addItem(self._separators, ignoreBounds=True)

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if not missing and self.history is not None and GRADIENT_NORM not in self.history:
            return "No gradient was measured in this run"
        return missing

    def show_scale(self, first: int, last: int) -> None:
        """Colour from 10**first to 10**last, values beyond as at the ends; without this, all values of the run fit."""
        levels = (float(first), float(max(last, first + 1)))
        if levels != self._given_levels:
            self._given_levels = levels
            self._draw_again()

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        assert self.history is not None
        return ["from_step", "to_step", *self.history.layers], self._table_rows()

    def _table_rows(self) -> Iterable[Sequence[object]]:
        """One row for each column of the map: the geometric mean of its steps, empty where none was computed."""
        bins = self._shown
        if bins is None:
            return
        low, high = self.area.x_range
        means = bins.mean
        for number, start in enumerate(bins.starts.tolist()):
            if start + bins.width > low and start <= high:
                cells = [_cell(bins, means, number, layer) for layer in range(bins.columns)]
                yield [start, start + bins.width - 1, *cells]

    def _start(self) -> None:
        self._bins, self._shown, self._rows_seen = None, None, 0

    def _draw(self) -> None:
        assert self.history is not None
        steps, norms = self.history.column(GRADIENT_NORM)
        layers = norms.shape[1]
        if self._bins is None:
            self._bins = TimeBins(layers, CAPACITY, logarithmic=True, nan_is_missing=True)
        self._bins.extend(steps[self._rows_seen :], norms[self._rows_seen :])
        self._rows_seen = len(steps)
        self.levels = self._given_levels or _levels(self._bins)
        first, last = int(self.history.steps[0]), int(self.history.steps[-1])
        x_range = self.area.x_range
        if self.is_following:
            x_range = (first - 1.0, float(max(last, first - 1 + FEWEST_STEPS_SHOWN)))
        bins = self._shown = self._bins_for(*x_range)
        self.image.setImage(self._cells(bins), autoLevels=False, levels=None)
        # What was measured at a step fills the stretch from the step before to it, as on the axes of the curves.
        self.image.setRect(QRectF(bins.origin - 1, 0, len(bins) * bins.width, layers))
        self._separators.set_size(bins.origin - 1, int(steps[-1]), layers)
        self.area.set_range(x_range, (0.0, float(layers)))
        self.header.set_entries(self._entries(bins))

    def _bins_for(self, low: float, high: float) -> TimeBins:
        """Bins no narrower than a pixel between two steps, finer than those kept if the view is so narrow."""
        assert self.history is not None
        assert self._bins is not None
        bins = self._bins
        pixels = max(self.area.frame.width(), 50.0)
        if bins.width > 1 and (high - low) / bins.width < pixels / 4:
            steps, norms = self.history.column(GRADIENT_NORM)
            first, past = np.searchsorted(steps, (low, high + 1))
            bins = TimeBins(bins.columns, CAPACITY, logarithmic=True, nan_is_missing=True)
            bins.extend(steps[first:past], norms[first:past])
        span = len(bins) * bins.width
        return bins.coarser(math.ceil(pixels * max(span / (high - low), 1.0)))

    def _cells(self, bins: TimeBins) -> Cells:
        """Red, green, blue and opacity of each cell: shape (layers, bins, 4)."""
        low, high = self.levels
        count, zeros, bad = bins.count.T, bins.zeros.T, bins.bad.T
        mean = np.where(count > 0, bins.mean.T, low)
        # A new array, not a transposed one: pyqtgraph shows nothing of one row with the strides of a column.
        cells = np.empty((*mean.shape, 4), np.uint8)
        cells[..., :3] = viridis()[np.clip((mean - low) * (256 / (high - low)), 0, 255).astype(np.uint8)]
        cells[..., 3] = np.where(count + zeros + bad > 0, 255, 0)
        cells[(count == 0) & (zeros > 0), :3] = list(bytes.fromhex(self.theme.dim[1:]))
        cells[bad > 0, :3] = list(bytes.fromhex(self.theme.bad[1:]))
        return cells

    def _entries(self, bins: TimeBins) -> list[Entry]:
        """What grey and red mean, where they occur."""
        entries = []
        if ((bins.count == 0) & (bins.zeros > 0)).any():
            entries.append(Entry("zero", "", self.theme.dim, is_patch=True))
        if bins.bad.any():
            entries.append(Entry("∞", "", self.theme.bad, is_patch=True))
        return entries

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        bins, history = self._shown, self.history
        if bins is None or history is None or not len(bins):
            return None
        here = self._nearest_step(math.ceil(step))
        if here is None:
            return None
        layer = 0 if height is None else min(max(math.floor(height), 0), len(history.layers) - 1)
        steps, norms = history.column(GRADIENT_NORM)
        index = nearest(steps, here)
        name = history.layers[layer]
        if steps[index] != here:
            return Pointer(float(here), self._step_heading(here), (Reading(name, "not computed", self.theme.dim),))
        value = float(norms[index, layer])
        text = FROZEN if math.isnan(value) else format_value(value, 6)
        readings = [Reading(name, text, self._color_of(value), layer + 0.5)]
        cell = (here - bins.origin) // bins.width
        if bins.width > 1 and bins.count[cell, layer]:
            start = int(bins.starts[cell])
            end = min(start + bins.width - 1, int(steps[-1]))
            label = f"mean of {format_integer(start)}–{format_integer(end)}"
            mean = 10.0 ** float(bins.mean[cell, layer])
            readings.append(Reading(label, format_value(mean, 6), self._color_of(mean)))
        return Pointer(float(here), self._step_heading(here), tuple(readings))

    def _color_of(self, norm: float) -> str:
        """The colour of a cell with this value."""
        if math.isinf(norm):
            return self.theme.bad
        if not norm > 0:  # zero, or not a number: frozen
            return self.theme.dim
        low, high = self.levels
        place = min(max((math.log10(norm) - low) * 256 / (high - low), 0), 255)
        return "#" + bytes(viridis()[int(place)]).hex()

    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        """The names of layers, as many as there is room for: the first, then every second, fifth, tenth, ..."""
        layers = self.history.layers if self.history is not None else ()
        room = max(1, int(self.area.frame_height / 13)) if layers else 1
        strides = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
        stride = next(each for each in strides if each * room >= len(layers))
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        elide = Qt.TextElideMode.ElideMiddle
        limit = min(NAME_WIDTH, 0.3 * self.area.width())
        return [
            Tick(number + 0.5, metrics.elidedText(layers[number], elide, limit))
            for number in range(0, len(layers), stride)
        ]

    def _paint_bar(self, painter: QPainter) -> None:
        """The colour bar, with the decades it spans."""
        if self._shown is None:
            return
        frame = self.area.frame
        bar = QRectF(frame.right() + 14, frame.top(), BAR_WIDTH, frame.height())
        colors = np.ascontiguousarray(viridis()[::-1, None, :])
        painter.drawImage(bar, QImage(colors.data, 1, 256, 3, QImage.Format.Format_RGB888))
        painter.setFont(body_font(TICK_SIZE))
        low, high = self.levels
        for position, label in logarithmic_ticks(low, high, max(2, int(bar.height() / 24))):
            y = bar.bottom() - (position - low) / (high - low) * bar.height()
            painter.setPen(QPen(QColor(self.theme.dim), 1))
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
            line = QRectF(bar.right() + 6, min(max(y - 8, frame.top() - 4), frame.bottom() - 12), 40, 16)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)

    def _paint_frozen(self, painter: QPainter) -> None:
        """Say of each row that is empty because its layer is frozen why it is so, if the row is high enough."""
        history, frame = self.history, self.area.frame
        if history is None or self._shown is None or frame.height() < LEAST_ROW * len(history.layers):
            return
        painter.setFont(body_font(TICK_SIZE))
        painter.setPen(QColor(self.theme.dim))
        for number in np.flatnonzero(history.frozen).tolist():
            y = self.area.y_pixel(number + 0.5)
            row = QRectF(frame.left() + 8, y - 8, frame.width() - 16, 16)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, FROZEN)


class _Separators(pg.GraphicsObject):
    """Thin lines between the rows, as long as rows are high enough to stay visible between them."""

    def __init__(self, plot: GradientMap) -> None:
        super().__init__()
        self._plot = plot
        self._rect = QRectF()

    def set_size(self, left: float, right: float, layers: int) -> None:
        self.prepareGeometryChange()
        self._rect = QRectF(left, 0, right - left, layers if 1 < layers <= MOST_SEPARATED_ROWS else 0)

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        pen = QPen(QColor(self._plot.theme.panel), painter.device().devicePixelRatio())
        pen.setCosmetic(True)
        painter.setPen(pen)
        for row in range(1, int(self._rect.height())):
            painter.drawLine(QPointF(self._rect.left(), row), QPointF(self._rect.right(), row))


def _cell(bins: TimeBins, means: npt.NDArray[np.float64], number: int, layer: int) -> float | str:
    """What a cell stands for, as it is written to a file."""
    if bins.bad[number, layer]:
        return "inf"
    if bins.count[number, layer]:
        return float(10.0 ** means[number, layer])
    return 0.0 if bins.zeros[number, layer] else ""


def _levels(bins: TimeBins) -> tuple[float, float]:
    """The decades from the smallest to the largest mean: whole numbers, so that colours rarely change their meaning."""
    means = bins.mean[bins.count > 0]
    if not len(means):
        return -1.0, 0.0
    low, high = math.floor(float(means.min())), math.ceil(float(means.max()))
    return float(low), float(max(high, low + 1))
