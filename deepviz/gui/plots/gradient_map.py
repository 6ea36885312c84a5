"""Gradient magnitude as a map: one row for each layer, first layer at the top, and time to the right.

Colours are viridis on a log scale. What is infinite is red, what is exactly zero grey, what was not computed says why.
What was not measured looks as in all views, which `stretches` says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import TICK_SIZE
from deepviz.gui.plots.curve_plot import FEWEST_STEPS_SHOWN
from deepviz.gui.plots.event_marks import notes_near
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.magnitude import NOT_COMPUTED, Magnitude
from deepviz.gui.plots.magnitude_choice import ChoosesMagnitude
from deepviz.gui.plots.map_cells import Kind, MapCells, color_of, kind_colors, levels_of
from deepviz.gui.plots.map_marks import MapMarks
from deepviz.gui.plots.plot import nearest
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.stretches import NOT_MEASURED, gaps
from deepviz.gui.plots.ticks import Tick, format_integer, format_value, logarithmic_ticks
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.gui.settings import GRADIENT_MAP
from deepviz.gui.theme import body_font, viridis
from deepviz.training.column import is_watched
from deepviz.training.divergence import divergences
from deepviz.training.history import FROZEN, GRADIENT_NORM

CAPACITY = 600
BAR_WIDTH, BAR_GAP, LABEL_GAP = 8.0, 14.0, 6.0
"""Pixels across the colour bar, between the map and it, and between it and its numbers."""
NAME_WIDTH = 80.0

Steps = npt.NDArray[np.int64]


class GradientMap(ChoosesMagnitude):
    """Layer by time."""

    key = "gradient_map"
    title = "Gradient map"
    heading = "Layer × time"
    explanation = "The size of the gradient of each layer as a colour: first layer on top, time from left to right."
    heading_of = "{}, layer × time"
    remembered = GRADIENT_MAP
    order = 40
    category = "Gradients"
    is_default = True
    invitation = "Press Run to see gradients travel through the layers"
    has_log_axis = False
    has_smoothing = False

    _bins: TimeBins | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.area.box.addItem(self.image, ignoreBounds=True)
        self.area.box.invertY(True)
        self.levels = (-1.0, 0.0)
        self.area.has_grid = False
        self.area.can_zoom_y = False
        self.area.set_right_margin(self._bar_margin())
        self.area.decorations.append(self._paint_bar)
        self._given_levels: tuple[float, float] | None = None
        self._seen = 0
        """Up to which step the run has been summed up."""
        self.cells: MapCells | None = None
        self.marks = MapMarks(self.area, lambda: self.theme)

    @property
    def names(self) -> Sequence[str]:
        """What the rows are called, from top to bottom."""
        return () if self.history is None else self.choice.names(self.history)

    def show_scale(self, first: int, last: int) -> None:
        """Colour from 10**first to 10**last, values beyond as at the ends; without this, all values of the run fit.

        It is the scale of what is measured at every step; other magnitudes have one of their own.
        """
        levels = (float(first), float(max(last, first + 1)))
        if levels != self._given_levels:
            self._given_levels = levels
            self._draw_again()

    def table(self) -> tuple[Sequence[str], Iterator[Sequence[object]]]:
        """A row for each column of the map: geometric means of its steps, or why there is none."""
        return [
            "from_step",
            "to_step",
            *(f"{name} {self.choice.column_words}" for name in self.names),
        ], self._table_rows()

    def _table_rows(self) -> Iterator[Sequence[object]]:
        if self.cells is None:
            return
        bins, means, (low, high) = self.cells.bins, self.cells.means, self.area.x_range
        words: dict[int, object] = {int(kind): text for kind, text in self._words.items()}
        words[Kind.ZERO] = 0.0
        words[Kind.BAD] = "inf" if self.choice.no_number == FROZEN else "NaN or inf"  # as Python writes the others
        kinds = np.where(self.cells.is_carried[:, None], np.uint8(Kind.NOT_MEASURED), self.cells.kinds)
        for number, start in enumerate(bins.starts.tolist()):
            if start + bins.width > low and start <= high:
                row = zip(kinds[number].tolist(), means[number].tolist(), strict=True)
                cells = [10.0**mean if kind == Kind.NUMBER else words[kind] for kind, mean in row]
                yield [start, min(start + bins.width - 1, self.last_step), *cells]

    @property
    def _words(self) -> dict[Kind, str]:
        """What is written into cells of each kind."""
        return {
            Kind.NOT_MEASURED: NOT_MEASURED,
            Kind.ZERO: "0",
            Kind.BAD: "∞" if self.choice.no_number == FROZEN else "NaN or ∞",
            Kind.FROZEN: FROZEN,
            Kind.NOT_COMPUTED: NOT_COMPUTED,
        }

    def _start(self) -> None:
        self._bins, self.cells, self._seen = None, None, 0

    def _draw(self) -> None:
        assert self.history is not None
        choice = self.choice
        steps, values = self.measured(choice.column)
        self._take_in(choice, steps, values)
        assert self._bins is not None
        self.levels = levels_of(self._bins)
        if choice.column == GRADIENT_NORM and self._given_levels is not None:
            self.levels = self._given_levels
        self.area.set_right_margin(self._bar_margin())
        first, last = self.history.first_step, self.last_step
        x_range = self.area.x_range
        if self.is_following:
            first = self._followed_from(steps)
            x_range = (first - 1.0, float(max(last, first - 1 + FEWEST_STEPS_SHOWN)))
        is_computed = np.array([self._is_computed(row) for row in range(values.shape[1])])
        unseen = choice.gaps(self.history, steps, self.last_step) if is_watched(choice.column) else None
        cells = self.cells = MapCells.of(self._bins_for(*x_range), is_computed, unseen)
        self.image.setImage(cells.pixels(self.levels, self.theme), autoLevels=False, levels=None)
        # What was measured at a step fills the stretch from the step before to it, as on the axes of the curves.
        bins = cells.bins
        self.image.setRect(QRectF(bins.origin - 1, 0, len(bins) * bins.width, bins.columns))
        self.area.set_range(x_range, (0.0, float(bins.columns)))
        self.marks.divergences = self._divergences()
        self.marks.gaps, self.marks.events = unseen or (), self.history.events
        self.marks.show_cells(cells, self._words, self._moment_texts(), self.moment)
        self.header.set_entries(self._entries(cells))

    def _take_in(self, choice: Magnitude, steps: Steps, values: npt.NDArray[Any]) -> None:
        """Sum up what is new. Of what is looked at now and then only some is kept, so that is summed up anew."""
        assert self.history is not None
        is_watched_one = is_watched(choice.column)
        if self._bins is None or is_watched_one:
            self._bins, self._seen = self._new_bins(values.shape[1]), 0
        if is_watched_one:
            self._bins.extend(steps, values)
        else:
            self._bins.extend(*self.measured_after(choice.column, self._seen))
            self._seen = int(steps[-1]) if len(steps) else self._seen

    def _new_bins(self, rows: int) -> TimeBins:
        assert self.history is not None
        every = 1 if is_watched(self.choice.column) else self.history.every
        return TimeBins(rows, CAPACITY, logarithmic=True, nan_is_missing=self.choice.no_number == FROZEN, width=every)

    def _bins_for(self, low: float, high: float) -> TimeBins:
        """Bins no narrower than a pixel between two steps, finer than those kept if the view is so narrow."""
        assert self.history is not None
        assert self._bins is not None
        bins = self._bins
        pixels = max(self.area.frame.width(), 50.0)
        finer = self._new_bins(bins.columns)
        if bins.width > finer.width and (high - low) / bins.width < pixels / 4:
            first, last = self._needed(math.ceil(low), math.floor(high) + 1)
            steps, *measured = self.measured_after(self.choice.column, first - 1)
            past = np.searchsorted(steps, last, "right")
            finer.extend(steps[:past], *(part[:past] for part in measured))
            bins = finer
        span = len(bins) * bins.width
        return bins.coarser(math.ceil(pixels * max(span / (high - low), 1.0)))

    def _needed(self, first: int, last: int) -> tuple[int, int]:
        """From which step to which measurements are needed to show some steps: those around them, if that is usual."""
        assert self.history is not None
        if not is_watched(self.choice.column):
            return first, last
        steps, _ = self.measured(self.choice.column)
        before, after = np.searchsorted(steps, first) - 1, np.searchsorted(steps, last, "right")
        unseen = gaps(steps, self.history.first_step, self.last_step)
        if before >= 0 and not any(gap.first <= first <= gap.last for gap in unseen):
            first = int(steps[before])
        if after < len(steps) and not any(gap.first <= last <= gap.last for gap in unseen):
            last = int(steps[after])
        return first, last

    def _entries(self, cells: MapCells) -> list[Entry]:
        """What grey, red and empty rows mean, where they occur."""
        colors, words = kind_colors(self.theme), {**self._words, Kind.ZERO: "zero"}
        found = [kind for kind in colors if (cells.kinds == kind).any()]
        entries = [Entry(words[kind], "", colors[kind], is_patch=True) for kind in found]
        return entries if self.header.has_room_for(entries) else []

    def _divergences(self) -> list[tuple[int, int | None]]:
        """After which steps the run met a number that is not finite, and in which row if it has one."""
        assert self.history is not None
        rows = {name: row for row, name in enumerate(self.names)}
        return [(found.step, rows.get(found.node)) for found in divergences(self.history)]

    def _moment_texts(self) -> list[str]:
        """The value of each row at the moment that is shown, or measured last before it."""
        if self.moment is None or self.history is None:
            return []
        if any(gap.first <= self.moment <= gap.last for gap in self.marks.gaps):
            return [NOT_MEASURED] * len(self.names)
        values = self.history.at(self.choice.column, self.moment)
        return [] if values is None else [self._text(row, value, 4) for row, value in enumerate(values.tolist())]

    def _text(self, row: int, value: float, digits: int = 6) -> str:
        if not self._is_computed(row):
            return NOT_COMPUTED
        return self.choice.no_number if math.isnan(value) else format_value(value, digits)

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        cells, history = self.cells, self.history
        here = self._nearest_step(math.ceil(step))
        if cells is None or history is None or here is None or not len(cells.bins):
            return None
        row = 0 if height is None else min(max(math.floor(height), 0), cells.bins.columns - 1)
        steps, values = self.measured(self.choice.column)
        if not len(steps):
            return None
        index, name = nearest(steps, here), self.names[row]
        if steps[index] == here:
            value = float(values[index, row])
            readings = [Reading(name, self._text(row, value), self._color(row, value), row + 0.5)]
            readings += self._mean_at(cells, here, row)
        else:
            readings = [Reading(name, NOT_MEASURED, self.theme.dim, row + 0.5)]
            before = int(np.searchsorted(steps, here)) - 1
            if before >= 0 and is_watched(self.choice.column):
                value = float(values[before, row])
                label = f"last at step {format_integer(int(steps[before]))}"
                readings.append(Reading(label, self._text(row, value), self._color(row, value)))
        low, high = self.area.x_range
        notes = notes_near(history.events, here, step, self.area.frame.width() / (high - low))
        readings += [Reading(text, "", self.theme.dim) for text in notes]
        return Pointer(float(here), self._step_heading(here), tuple(readings))

    def _mean_at(self, cells: MapCells, step: int, row: int) -> list[Reading]:
        """The mean that a cell shows, where it stands for several steps that were measured."""
        bins = cells.bins
        cell = (step - bins.origin) // bins.width
        if not (0 <= cell < len(bins)) or bins.width == 1 or bins.rows[cell] < 2 or not bins.count[cell, row]:
            return []
        start, mean = int(bins.starts[cell]), 10.0 ** float(bins.mean[cell, row])
        end = min(start + bins.width - 1, self.last_step)
        label = f"mean of {format_integer(start)}–{format_integer(end)}"
        return [Reading(label, format_value(mean, 6), color_of(mean, self.levels, self.theme))]

    def _is_computed(self, row: int) -> bool:
        return self.history is not None and self.choice.is_computed(self.history, row)

    def _color(self, row: int, value: float) -> str:
        if math.isnan(value) and self._is_computed(row) and self.choice.no_number != FROZEN:
            return self.theme.bad
        return color_of(value, self.levels, self.theme)

    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        """The names of layers, as many as there is room for: the first, then every second, fifth, tenth, ..."""
        names = self.names
        room = max(1, int(self.area.frame_height / 13)) if names else 1
        strides = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
        stride = next(each for each in strides if each * room >= len(names))
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        elide = Qt.TextElideMode.ElideMiddle
        limit = min(NAME_WIDTH, 0.3 * self.area.width())
        return [
            Tick(number + 0.5, metrics.elidedText(names[number], elide, limit))
            for number in range(0, len(names), stride)
        ]

    def _bar_labels(self, height: float) -> list[Tick]:
        """The decades that are written beside the colour bar."""
        return logarithmic_ticks(*self.levels, max(2, int(height / 24)))

    def _bar_margin(self) -> float:
        """Room for the colour bar and the widest of its numbers."""
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        labels = self._bar_labels(self.area.frame_height)
        widest = max((metrics.horizontalAdvance(each.label) for each in labels), default=0.0)
        return BAR_GAP + BAR_WIDTH + LABEL_GAP + 2 + math.ceil(widest)

    def _paint_bar(self, painter: QPainter) -> None:
        """The colour bar, with the decades it spans."""
        if self.cells is None:
            return
        frame = self.area.frame
        bar = QRectF(frame.right() + BAR_GAP, frame.top(), BAR_WIDTH, frame.height())
        colors = np.ascontiguousarray(viridis()[::-1, None, :])
        painter.drawImage(bar, QImage(colors.data, 1, 256, 3, QImage.Format.Format_RGB888))
        painter.setFont(body_font(TICK_SIZE))
        low, high = self.levels
        for position, label in self._bar_labels(bar.height()):
            y = bar.bottom() - (position - low) / (high - low) * bar.height()
            painter.setPen(QPen(QColor(self.theme.dim), 1))
            painter.drawLine(QLineF(bar.right(), y, bar.right() + 3, y))
            left = bar.right() + LABEL_GAP
            line = QRectF(left, min(max(y - 8, frame.top() - 4), frame.bottom() - 12), self.area.width() - left, 16)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
