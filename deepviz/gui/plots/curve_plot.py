"""Pictures made of curves over the steps of a run: what loss, accuracy and gradient norms have in common.

Curves are drawn from bins of about two pixels; a band shows the extremes within each, so no spike is lost.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.curve import Curve
from deepviz.gui.plots.divergence_marks import DivergenceMarks
from deepviz.gui.plots.event_marks import marks_of, notes_near, paint_marks
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.plot import Plot
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.smoothing import smoothed_at
from deepviz.gui.plots.ticks import ZERO_DROP, Tick, format_integer, format_value, linear_ticks, logarithmic_ticks
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.training.column import is_watched
from deepviz.training.divergence import divergences
from deepviz.training.history import VALIDATION

FEWEST_STEPS_SHOWN = 10
PIXELS_PER_MARK = 16
LARGEST = 1e300
BAND_OPACITY = 0.26
PIXELS_PER_BIN, PIXELS_PER_BIN_OF_MANY = 1.6, 3.2
MANY_CURVES = 8
MOST_RANGES = 2
"""Of how many curves the box beside the cross-hair also says between what values they were."""
ROUNDING = 1e-13
"""Numbers that differ by a smaller share are the same but for rounding."""
ROWS_AT_A_TIME = 4096
SMOOTHED = ", smoothed "
"""Between what was measured and what the smoothed line says."""


@dataclass(frozen=True)
class Line:
    """One curve: where its numbers are in the history, and how it is told from the others.

    Attributes
    ----------
    name
        What it is called in the picture.
    column, index
        The column of the history, and which of its numbers where there are several.
    color, ink
        Colour of the curve and of its name, as `#rrggbb`.
    dashes
        Strokes and gaps in pen widths; empty for an unbroken line.
    is_sparse
        Measured now and then, not at every step: it is marked with dots and never smoothed.
    """

    name: str
    column: str
    index: int
    color: str
    ink: str
    dashes: tuple[float, ...] = ()
    is_sparse: bool = False


class CurvePlot(Plot):
    """A picture made of curves. Subclasses say which in `lines`, and may change `y_limits` and `value_text`."""

    band_opacity: ClassVar[float] = BAND_OPACITY
    marks_divergences: ClassVar[bool] = True
    """Whether crosses stand where the run diverged or a number is not finite; not where others say so besides."""
    _zero: float | None = None
    """Where a logarithmic axis shows zero; None if there is none to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: dict[str, Curve] = {}
        self._lines: tuple[Line, ...] = ()
        self._bins: dict[str, TimeBins] = {}
        self._seen: dict[str, int] = {}
        """Up to which step each column has been summed up."""
        self._emphasised: str | None = None
        self.area.decorations.append(self._paint_events)
        self.divergence_marks = DivergenceMarks(self.area, lambda: self.theme)

    @abstractmethod
    def lines(self) -> Sequence[Line]:
        """The curves that the history has something for."""

    def train_and_validation(self, metric: str) -> list[Line]:
        """The curve of a metric of the batches, and that of the validation data, as far as they were measured."""
        assert self.history is not None
        found = []
        for number, (column, name) in enumerate(((metric, "train"), (f"{VALIDATION}{metric}", "validation"))):
            if column in self.history:
                look = self.theme.curve(number)
                found.append(Line(name, column, 0, look.color, look.ink, look.dashes, is_sparse=number == 1))
        return found

    def y_limits(self, low: float, high: float) -> tuple[float, float]:
        """The vertical range that shows values from `low` to `high` well, on the present axis."""
        span = high - low if high - low > ROUNDING * max(abs(low), abs(high)) else 0.0
        if self.is_logarithmic:
            margin = max(0.04 * span, (0.4 - span) / 2)
            return low - margin, high + margin
        if 0 <= low < 0.5 * high:
            return 0.0, high + 0.05 * span
        margin = 0.06 * span or 0.5 * abs(high) or 0.5
        return low - margin, high + margin

    def value_text(self, value: float, is_exact: bool) -> str:
        """A measured value, exact for the box beside the cross-hair or short for the header."""
        return format_value(value, 6) if is_exact else format_value(value, 4, trim=False)

    def shown_at(self, step: int, height: float | None) -> Sequence[Line]:
        """The curves that the box beside the cross-hair has values of."""
        return self._lines

    def unsaid(self, shown: Sequence[Line]) -> list[Reading]:
        """What the box says of curves that are not among those that it has values of."""
        return []

    def has_bands(self) -> bool:
        """Whether a band shows the extremes where a point of the line stands for several steps."""
        return True

    def to_axis(self, value: float) -> float | None:
        """Where a value is on the vertical axis, or None if it cannot be shown."""
        if not math.isfinite(value):
            return None
        if not self.is_logarithmic:
            return value
        return math.log10(value) if value > 0 else self._zero

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        return ["step", *(self.column_name(line) for line in self._lines)], self._table_rows()

    def column_name(self, line: Line) -> str:
        """What the numbers of a curve are called in a table: who they belong to and what they are, without commas."""
        return line.name

    def _table_rows(self) -> Iterator[Sequence[object]]:
        assert self.history is not None
        low, high = self.area.x_range
        steps = self.history.all_steps[: self._shown(self.history.all_steps)]
        first, past = np.searchsorted(steps, (math.ceil(low), math.floor(high) + 1)).tolist()
        for start in range(first, past, ROWS_AT_A_TIME):
            chunk = steps[start : min(start + ROWS_AT_A_TIME, past)]
            rows: list[list[object]] = [[step, *("" for _ in self._lines)] for step in chunk.tolist()]
            for place, line in enumerate(self._lines, start=1):
                at, values = self._values(line)
                begin, end = np.searchsorted(at, (chunk[0], chunk[-1] + 1))
                inside = zip(np.searchsorted(chunk, at[begin:end]).tolist(), values[begin:end].tolist(), strict=True)
                for row, value in inside:
                    rows[row][place] = value
            yield from rows

    def emphasise(self, name: str | None) -> None:
        """Draw one curve heavier than the others, or none."""
        if name == self._emphasised:
            return
        self._emphasised = name
        for depth, line in enumerate(self._lines):
            if line.name in self.curves:
                self.curves[line.name].setZValue(1 if line.name == name else -depth)
                self._dress(self.curves[line.name], line)
        self.area.viewport().update()

    def _dress(self, curve: Curve, line: Line) -> None:
        is_emphasised = line.name == self._emphasised
        # Among many curves a heavier line is not enough to stand out.
        color = self.theme.text if is_emphasised and len(self._lines) > MANY_CURVES else line.color
        opacity = BAND_OPACITY if is_emphasised else self.band_opacity
        curve.set_look(color, line.dashes, opacity, is_emphasised, len(self._lines) > MANY_CURVES)

    def _values(self, line: Line) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """The steps and values of one curve, each of shape (n,)."""
        steps, values = self.measured(line.column)
        return steps, values if values.ndim == 1 else values[:, line.index]

    def _start(self) -> None:
        self._bins, self._seen, self._zero = {}, {}, None
        self.divergence_marks.begin()
        self._lines = ()  # those of another history know no values of this one

    def _draw(self) -> None:
        assert self.history is not None
        self._lines = tuple(self.lines())
        self._take_in()
        x_range = self.area.x_range
        if self.is_following:
            is_partly_known = bool(self._lines) and all(is_watched(line.column) for line in self._lines)
            start = self._followed_from(self.measured(self._lines[0].column)[0] if is_partly_known else None) - 1
            x_range = (float(start), float(max(self.last_step, start + FEWEST_STEPS_SHOWN)))
        points = {column: _Points(self._bins_for(column, *x_range), self.smoothing) for column in self._bins}
        low, high = self._set_curves(points, *x_range)
        y_range = self.area.y_range
        if not self.area.y_is_free:
            y_range = self.y_limits(low, high) if low <= high else (0.0, 1.0)
        self.area.set_range(x_range, y_range)
        lines = [(line.name, line.column, line.index) for line in self._lines]
        self.divergence_marks.show(divergences(self.history) if self.marks_divergences else (), lines)
        entries, more = self._entries(), self.divergence_marks.entries(self.told_step)
        self.header.set_entries([*entries, *more] if self.header.has_room_for([*entries, *more]) else entries)

    def _take_in(self) -> None:
        """Sum up the steps that are new."""
        assert self.history is not None
        for column in dict.fromkeys(line.column for line in self._lines):
            steps, values, *extremes = self.measured_after(column, self._seen.get(column, 0))
            if column not in self._bins:
                width = 1 if values.ndim == 1 else values.shape[1]
                self._bins[column] = TimeBins(width, logarithmic=self.is_logarithmic, width=self.history.every)
            if len(steps):
                self._bins[column].extend(steps, values, *extremes)
                self._seen[column] = int(steps[-1])
                if self.marks_divergences:
                    self.divergence_marks.take_in(column, steps, values)
        self._zero = None
        if self.is_logarithmic and any(bins.zeros.any() for bins in self._bins.values()):
            smallest = min(float(bins.low.min()) for bins in self._bins.values())
            self._zero = (math.floor(smallest) if math.isfinite(smallest) else 0) - ZERO_DROP

    def _bins_for(self, column: str, low: float, high: float) -> TimeBins:
        """Bins of about two pixels between two steps, finer than those kept if the view is so narrow."""
        assert self.history is not None
        bins = self._bins[column]
        pixels = PIXELS_PER_BIN if len(self._lines) <= MANY_CURVES else PIXELS_PER_BIN_OF_MANY
        places = max(self.area.frame.width() / pixels, 30.0)
        every = self.history.every
        if bins.width > every and (high - low) / bins.width < places / 2:
            # What a smoothed line still remembers at the left edge lies before it.
            first = math.ceil(low - 6 * self.smoothing - bins.width)
            steps, *measured = self.measured_after(column, first - 1)
            past = np.searchsorted(steps, high + bins.width)
            bins = TimeBins(bins.columns, logarithmic=bins.logarithmic, width=every)
            bins.extend(steps[:past], *(part[:past] for part in measured))
        span = len(bins) * bins.width
        return bins.coarser(math.ceil(places * max(span / (high - low), 1.0)))

    def _set_curves(self, points: dict[str, _Points], first: float, last: float) -> tuple[float, float]:
        """Give each curve its points; returns the smallest and largest height that is drawn between two steps."""
        for name in [name for name in self.curves if name not in {line.name for line in self._lines}]:
            self.area.box.removeItem(self.curves.pop(name))
        lowest, highest = math.inf, -math.inf
        # The first curves lie on top of the later ones.
        for depth, line in enumerate(self._lines):
            if line.name not in self.curves:
                self.curves[line.name] = Curve()
                self.area.box.addItem(self.curves[line.name], ignoreBounds=True)
            curve = self.curves[line.name]
            curve.setZValue(1 if line.name == self._emphasised else -depth)
            self._dress(curve, line)
            low, high = self._set_curve(curve, line, points[line.column], first, last)
            lowest, highest = min(lowest, low), max(highest, high)
        return lowest, highest

    def _set_curve(self, curve: Curve, line: Line, points: _Points, first: float, last: float) -> tuple[float, float]:
        x, index = points.x, line.index
        count, zeros = points.count[:, index], points.zeros[:, index]
        has_values = np.isfinite(points.low[:, index])
        low = np.where(has_values, np.clip(points.low[:, index], -LARGEST, LARGEST), np.nan)
        high = np.where(has_values, np.clip(points.high[:, index], -LARGEST, LARGEST), np.nan)
        # Rounding may put the mean of equal numbers a little beside them, which is not to be seen as a change.
        y = np.where(has_values, np.clip(points.mean[:, index], low, high), points.mean[:, index])
        is_summed_up = not line.is_sparse and self.has_bands() and bool(((count + zeros > 1) | (low < high)).any())
        raw = None
        if points.smooth is not None and not line.is_sparse:
            raw = None if is_summed_up else y
            y = np.where(count > 0, points.smooth[:, index], np.nan)
        if self._zero is not None:
            is_zero = (count == 0) & (zeros > 0)
            low, high = np.where(zeros > 0, self._zero, low), np.where(has_values | (zeros == 0), high, self._zero)
            y = np.where(is_zero, self._zero, y)
        inside = (x >= first - points.width) & (x <= last + points.width)
        is_sparse = line.is_sparse and len(self._lines) <= MANY_CURVES
        has_marks = is_sparse and int(inside.sum()) * PIXELS_PER_MARK <= self.area.frame.width()
        band = (low, high) if is_summed_up else None
        curve.set_points(x, y, band, raw, has_marks)
        return ends_of(inside, y, raw, *(band or ()))

    def _entries(self) -> list[Entry]:
        short, found = {"validation": "val."}, []
        for line in self._lines:
            value = self._latest_text(line)
            brief = value.partition(SMOOTHED)[0]
            found.append(Entry(line.name, value, line.color, line.dashes, short=short.get(line.name, ""), brief=brief))
        return found

    def _latest_text(self, line: Line) -> str:
        row = int(np.searchsorted(self._values(line)[0], self.told_step, "right"))
        return self._text_at(line, row - 1, is_exact=False) if row else ""

    def _text_at(self, line: Line, row: int, is_exact: bool) -> str:
        """What was measured, and where a smoothed line is drawn, what that says: `0.1109, smoothed 0.1205`."""
        measured, smooth = self.value_text(float(self._values(line)[1][row]), is_exact), self._smoothed(line, row)
        return measured if smooth is None else f"{measured}{SMOOTHED}{self.value_text(smooth, is_exact)}"

    def _height_at(self, line: Line, row: int) -> float | None:
        """Where the dot of the cross-hair is: at what was measured, or on the smoothed line as it is drawn."""
        steps, values = self._values(line)
        smooth = self._smoothed(line, row)
        if smooth is None:
            return self.to_axis(float(values[row]))
        curve = self.curves[line.name]
        drawn = float(np.interp(steps[row], curve.x, curve.y))
        return drawn if math.isfinite(drawn) else self.to_axis(smooth)

    def _smoothed(self, line: Line, row: int) -> float | None:
        if not self.smoothing or line.is_sparse:
            return None
        return smoothed_at(*self._values(line), row, self.smoothing, self.is_logarithmic)

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        here = self._nearest_step(step)
        if here is None:
            return None
        readings = []
        shown = self.shown_at(here, height)
        for line in shown:
            steps, _ = self._values(line)
            index = int(np.searchsorted(steps, here, "right")) - 1
            if index < 0:  # what was measured later was not known here
                continue
            name = line.name if steps[index] == here else f"{line.name} (step {format_integer(int(steps[index]))})"
            on_line = self._height_at(line, index) if steps[index] == here else None
            readings.append(Reading(name, self._text_at(line, index, is_exact=True), line.color, on_line, line.dashes))
            if len(shown) <= MOST_RANGES:
                readings += self._range_at(line, index)
        readings += self.unsaid(shown)
        readings += [Reading(text, "", self.theme.dim) for text in self._notes_near(here, step)]
        return Pointer(float(here), self._step_heading(here), tuple(readings))

    def _range_at(self, line: Line, row: int) -> list[Reading]:
        """Between what values the steps were that a row stands for, if it stands for several that differ."""
        assert self.history is not None
        first, _ = self.history.stretch(line.column, row)
        low, high = (self._of_line(part[row], line) for part in self.history.extremes(line.column))
        if not low < high:
            return []
        text = " – ".join(self.value_text(each, is_exact=False) for each in (low, high))
        return [Reading(f"since {format_integer(first)}", text, self.theme.dim)]

    @staticmethod
    def _of_line(row: Any, line: Line) -> float:
        """The number of one curve in a row of its column."""
        return float(row if row.ndim == 0 else row[line.index])

    def _notes_near(self, here: int, step: float) -> list[str]:
        """What was changed by hand or happened at the step of the box, or near where the pointer is."""
        assert self.history is not None
        return notes_near(self.history.events, here, step, self._pixels)

    @property
    def _pixels(self) -> float:
        """How many pixels a step is wide."""
        low, high = self.area.x_range
        return self.area.frame.width() / (high - low)

    def _paint_events(self, painter: QPainter) -> None:
        """A thin upright line where something was changed by hand, with words where there is room."""
        if self.history is not None:
            frame = self.area.frame
            paint_marks(painter, marks_of(self.history.events, self.area.x_pixel, frame), frame, self.theme)

    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        if self.is_logarithmic:
            return logarithmic_ticks(low, high, room, self._zero)
        return linear_ticks(low, high, room)


def ends_of(inside: npt.NDArray[np.bool_], *drawn: npt.NDArray[np.float64] | None) -> tuple[float, float]:
    """The smallest and largest of the numbers that are drawn at some places, infinities if there are none.

    What a curve sums up without drawing it has no part in the range that is shown.
    """
    parts = [each[inside & np.isfinite(each)] for each in drawn if each is not None]
    joined = np.clip(np.concatenate(parts), -LARGEST, LARGEST)
    return (float(joined.min()), float(joined.max())) if len(joined) else (math.inf, -math.inf)


class _Points:
    """What the curves of one column are drawn from: bins in which something was measured, each array (n, columns)."""

    def __init__(self, bins: TimeBins, smoothing: int) -> None:
        measured = bins.rows > 0
        self.width = bins.width
        self.x = bins.positions[measured]
        self.count, self.zeros = bins.count[measured], bins.zeros[measured]
        self.mean, self.low, self.high = bins.mean[measured], bins.low[measured], bins.high[measured]
        self.smooth = bins.smoothed(smoothing)[measured] if smoothing else None
