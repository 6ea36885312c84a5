"""Curves of one quantity for every layer, on a log axis, with their names at the right end and nothing left unsaid.

Up to eight layers have a colour, dashes and a label of their own; more are coloured by depth, first layer darkest, and
those at the ends and under the pointer are named. Zero has a line of its own; what no curve can show has marks. Over
steps that were not measured lines are dotted, and where nobody looked for long there are none.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import RIGHT, TICK_SIZE
from deepviz.gui.plots.curve import Curve, Points
from deepviz.gui.plots.curve_plot import CurvePlot, Line, _Points
from deepviz.gui.plots.layer_marks import LayerMarks
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.plot import nearest
from deepviz.gui.plots.pointer import LINE_HEIGHT, Pointer, Reading
from deepviz.gui.plots.stretches import NOT_MEASURED, Stretch, Stretches, gaps, reach, usual_distance
from deepviz.gui.plots.ticks import format_integer, format_value, spread
from deepviz.gui.theme import body_font, readable, viridis
from deepviz.training.column import is_watched
from deepviz.training.divergence import divergences
from deepviz.training.history import FROZEN, History

MOST_LABELS = 8
MOST_BANDS = 5
MOST_NAMED = 2
"""Up to how many layers without a number the header names; of more it says how many there are."""
LABEL_GAP = 13.0
LABEL_WIDTH, VALUE_WIDTH = 96.0, 150.0
"""Room for labels at most, in pixels: of names, and of names with their values."""
READINGS_OF_MANY, MOST_READINGS = 6, 20
"""How many layers the box tells of where it cannot tell of all, and of how many at most where it can."""
BOX_REST = 70
"""Pixels of a picture that the box keeps for its heading and for what happened."""
ROOM_PER_LABEL = 1.5
"""Of many layers all have labels where there is room for so many times as many."""


class LayerCurves(CurvePlot):
    """One curve for each layer. Subclasses say where the numbers are in `column` and `names`.

    Attributes
    ----------
    column
        Which column of the history is shown; a property where that can be chosen.
    """

    band_opacity = 0.12  # several lie over each other
    marks_divergences = False  # its own crosses say in which layer
    column: str

    def __init__(self, parent: QWidget | None = None) -> None:
        self._stretches: Stretches | None = None
        self._stretched_to = self._rewritten = 0
        self._usual = 0.0
        self._breaks: tuple[Points, npt.NDArray[np.intp], Points] | None = None
        super().__init__(parent)
        self.set_logarithmic(True)
        self.marks = LayerMarks(self.area, lambda: self.theme)
        self.area.decorations.append(self._paint_labels)
        self.area.pointed.connect(self._emphasise_nearest)

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """What the numbers of a row belong to."""

    @property
    def word(self) -> str:
        """What NaN means in the present column."""
        return FROZEN

    @property
    def rows(self) -> Sequence[int]:
        """Which numbers of a row have a curve."""
        return range(len(self.names))

    @property
    def has_many(self) -> bool:
        """Whether there are too many layers to label each."""
        return len(self.rows) > MOST_LABELS

    def has_bands(self) -> bool:
        """Only with few layers: many bands would hide the lines."""
        return len(self._lines) <= MOST_BANDS

    def values_now(self) -> npt.NDArray[np.float64] | None:
        """The numbers of the step that is shown, the newest or that of the moment; None where nothing was measured.

        Of what is measured now and then they are those measured last before it, unless nobody was looking then.
        """
        assert self.history is not None
        at = self.told_step
        if self.moment is not None and any(gap.first <= at <= gap.last for gap in self.marks.gaps):
            return None
        found: npt.NDArray[np.float64] | None = self.history.at(self.column, at)
        return found

    def lines(self) -> Sequence[Line]:
        assert self.history is not None
        if self.column not in self.history:
            return ()
        names, rows, is_sparse = self.names, self.rows, is_watched(self.column)
        found, has_many = [], self.has_many
        for place, index in enumerate(rows):
            look = self.theme.curve(place)
            color, ink, dashes = look.color, look.ink, look.dashes
            if has_many:
                depth = round(255 * place / (len(rows) - 1))
                color = "#" + bytes(viridis()[depth]).hex()
                color, ink, dashes = readable(color, self.theme.panel, 3.0), self.theme.ink(color), ()
            found.append(Line(names[index], self.column, index, color, ink, dashes, is_sparse))
        return found

    def shown_at(self, step: int, height: float | None) -> Sequence[Line]:
        """Of more layers than the box has room for those nearest to the pointer, or the first and last; in order."""
        room = (self.area.height() - BOX_REST) // LINE_HEIGHT
        if not self.has_many or len(self._lines) <= min(room, MOST_READINGS):
            return self._lines
        chosen = [0, len(self._lines) - 1] if height is None else self._nearest_lines(step, height)
        return [self._lines[place] for place in sorted(chosen[:READINGS_OF_MANY])]

    def unsaid(self, shown: Sequence[Line]) -> list[Reading]:
        count = len(self._lines) - len(shown)
        text = f"and {format_integer(count)} more"
        return [Reading(text, "", self.theme.dim, stands_for=count)] if count else []

    def value_text(self, value: float, is_exact: bool) -> str:
        return self.word if math.isnan(value) else super().value_text(value, is_exact)

    def table(self) -> tuple[Sequence[str], Iterator[Sequence[object]]]:
        """One row for each step that was measured; a cell without a number says why."""
        return ["step", *(self.column_name(line) for line in self._lines)], self._measured_rows()

    def _measured_rows(self) -> Iterator[Sequence[object]]:
        assert self.history is not None
        steps, values = self.measured(self.column)
        low, high = self.area.x_range
        first, past = np.searchsorted(steps, (math.ceil(low), math.floor(high) + 1)).tolist()
        columns = [line.index for line in self._lines]
        for step, row in zip(steps[first:past].tolist(), values[first:past], strict=True):
            yield [step, *(self.word if math.isnan(each) else each for each in row[columns].tolist())]

    def y_limits(self, low: float, high: float) -> tuple[float, float]:
        low, high = super().y_limits(low, high)
        share = min(self.marks.room / max(self.area.frame_height, 1.0), 0.5)
        return low - (high - low) * share / (1 - share), high

    def _set_curve(self, curve: Curve, line: Line, points: _Points, first: float, last: float) -> tuple[float, float]:
        limits = super()._set_curve(curve, line, points, first, last)
        if is_watched(self.column):
            x, y = self._broken(curve.x, curve.y) if self.marks.gaps else (curve.x, curve.y)
            curve.set_points(x, y, marks=curve.has_marks, far=self._far(x, points.width))
        return limits

    def _far(self, x: Points, width: int) -> npt.NDArray[np.bool_]:
        """Of each point whether it is unusually far from the one before, by what is usual of measurements."""
        limit = reach(max(self._usual, width if width > 1 else 0.0))
        return np.asarray(np.diff(x, prepend=x[:1]) > limit, np.bool_)

    def _broken(self, x: Points, y: Points) -> tuple[Points, Points]:
        """Points with one more that is no number in each gap: no line goes across a time in which nobody looked."""
        if self._breaks is None or self._breaks[0] is not x:  # it is the same for all curves
            middles = [(gap.first + gap.last) / 2 for gap in self.marks.gaps]
            places = np.searchsorted(x, [gap.last for gap in self.marks.gaps])
            self._breaks = x, places, np.insert(x, places, middles)
        _, places, broken = self._breaks
        return broken, np.insert(y, places, math.nan)

    def _start(self) -> None:
        super()._start()
        self._stretches, self._stretched_to = None, 0
        self._rewritten = 0 if self.history is None else self.history.rewritten

    def _gaps(self, history: History, measured: npt.NDArray[np.int64]) -> Sequence[Stretch]:
        """The steps of which nothing is known."""
        return gaps(measured, history.first_step, self.last_step)

    def _draw(self) -> None:
        assert self.history is not None
        if self.column not in self.history:
            return
        if self.history.rewritten != self._rewritten:
            self._start()
        steps, values, *_ = self.measured_after(self.column, self._stretched_to)
        if self._stretches is None:
            self._stretches = Stretches(len(self.names))
        if len(steps):
            self._stretches.extend(steps, values)
            self._stretched_to = int(steps[-1])
        bold = body_font(TICK_SIZE)
        bold.setBold(True)
        metrics, limit = QFontMetricsF(bold), LABEL_WIDTH if self.moment is None else VALUE_WIDTH
        names = self.names
        widest = max((metrics.horizontalAdvance(names[row]) for row in self.rows), default=0.0)
        widest += 0 if self.moment is None else metrics.horizontalAdvance("  0.0000e-0")
        width = min(widest, limit, (0.28 if self.moment is None else 0.4) * self.area.width())
        self.area.set_right_margin(RIGHT + 4 + math.ceil(width))
        self.marks.layers = [(names[row], row) for row in self.rows]
        self.marks.stretches, self.marks.word = self._stretches, self.word
        self.marks.divergences = divergences(self.history)
        self.marks.gaps, self._breaks, self._usual = (), None, 0.0
        if is_watched(self.column):
            measured, _ = self.measured(self.column)
            self._usual = usual_distance(measured)
            self.marks.gaps = self._gaps(self.history, measured)
        super()._draw()
        self.marks.overlay.fit()

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        pointer = super()._pointer_at(step, height) if self._lines else None
        return None if pointer is None else self._with_unknown(pointer, step)

    def _with_unknown(self, pointer: Pointer, step: float) -> Pointer:
        """What the box says, and which steps around the pointer were not measured."""
        if not (unknown := self._not_measured_at(round(step))):
            return pointer
        return replace(pointer, readings=(*pointer.readings, Reading(NOT_MEASURED, unknown, self.theme.dim)))

    def _not_measured_at(self, step: int) -> str:
        """The steps around this one where nobody looked or that a dotted line crosses; empty for other steps."""
        if not is_watched(self.column):
            return ""
        steps, _ = self.measured(self.column)
        after = int(np.searchsorted(steps, step))
        unknown = next((gap for gap in self.marks.gaps if gap.first <= step <= gap.last), None)
        if unknown is None and 0 < after < len(steps) and steps[after] != step:
            between = Stretch(int(steps[after - 1]) + 1, int(steps[after]) - 1)
            unknown = between if steps[after] - steps[after - 1] > reach(self._usual) else None
        return "" if unknown is None else f"{format_integer(unknown.first)}–{format_integer(unknown.last)}"

    def _latest_text(self, line: Line) -> str:
        values = self.values_now()
        return "" if values is None else self.value_text(float(values[line.index]), is_exact=False)

    def _entries(self) -> list[Entry]:
        """The ends of the scale of depths, and what `facts` says, as far as there is room: words before colours."""
        ends: list[Entry] = []
        if self.has_many and self._lines:
            ends = [Entry("first", "", self._lines[0].color), Entry("last", "", self._lines[-1].color)]
        named, counted = self.facts(MOST_NAMED), self.facts(0)
        shorter = [counted[:size] for size in range(len(counted), 0, -1)]
        choices = ([*ends, *named], [*ends, *counted], named, *shorter)
        return next((entries for entries in choices if self.header.has_room_for(entries)), [])

    def facts(self, most_named: int) -> list[Entry]:
        """In words, which layers have no number at the step that is shown; more than `most_named` are counted."""
        assert self.history is not None
        values, at = self.values_now(), self.told_step
        if values is None:
            return []
        nodes = [found.node or "the step" for found in self.marks.divergences if found.step == at]
        entries = [Entry(f"NaN or ∞ in {node}", "", self.theme.bad, is_patch=True) for node in nodes]
        steps = self.measured(self.column)[0]
        measured = int(steps[np.searchsorted(steps, at, "right") - 1])
        if self.moment is not None and measured < at and is_watched(self.column):
            entries.append(Entry(f"measured at step {format_integer(measured)}", "", self.theme.faint, is_patch=True))
        for word, mask in ((self.word, np.isnan(values)), ("∞", np.isinf(values)), ("zero", values == 0)):
            names = [line.name for line in self._lines if mask[line.index]]
            color = self.theme.dim if word in (FROZEN, "zero") else self.theme.bad
            entries += said_of(names, word, color, most_named)
        return entries

    def _nearest_lines(self, step: int, height: float) -> list[int]:
        """The layers that have a value near a step, beginning with the one nearest to a height of the axis."""
        assert self.history is not None
        steps, values = self.measured(self.column)
        row = values[nearest(steps, step)].tolist()
        heights = [self.to_axis(row[line.index]) for line in self._lines]
        distances = [math.inf if each is None else abs(each - height) for each in heights]
        return sorted(range(len(distances)), key=distances.__getitem__)

    def _emphasise_nearest(self, numbers: QPointF | None) -> None:
        name = None
        if numbers is not None and self._lines and (step := self._nearest_step(numbers.x())) is not None:
            name = self._lines[self._nearest_lines(step, numbers.y())[0]].name
        self.emphasise(name)

    def _labelled(self) -> list[Line]:
        if not self.has_many or ROOM_PER_LABEL * LABEL_GAP * len(self._lines) <= self.area.frame_height:
            return list(self._lines)
        chosen = [self._lines[0], self._lines[-1]] if self._lines else []
        return chosen + [line for line in self._lines[1:-1] if line.name == self._emphasised]

    # Painting, in pixels of the area

    def _ends(self) -> list[tuple[Line, float, str]]:
        """Each labelled curve with the height that its label belongs to, and what that says."""
        frame, ends = self.area.frame, []
        values = None if self.moment is None else self.values_now()
        for line in self._labelled():
            text = line.name
            if self.moment is None:
                curve = self.curves[line.name]
                visible = np.flatnonzero(np.isfinite(curve.y) & (curve.x <= self.area.x_range[1]))
                height = float(curve.y[visible[-1]]) if len(visible) else None
            else:
                value = math.nan if values is None else float(values[line.index])
                height, text = self.to_axis(value), f"{line.name}  {format_value(value, 4)}"
            if height is not None and frame.top() - 1 <= (y := self.area.y_pixel(height)) <= frame.bottom() + 1:
                ends.append((line, y, text))
        return ends

    def _paint_labels(self, painter: QPainter) -> None:
        """Name curves where they end, moved apart where they would overlap; at a moment, with their values there."""
        frame, ends = self.area.frame, self._ends()
        places = spread([y for _, y, _ in ends], LABEL_GAP, frame.top(), frame.bottom())
        font = body_font(TICK_SIZE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (line, y, text), place in zip(ends, places, strict=True):
            font.setBold(line.name == self._emphasised)
            painter.setFont(font)
            left = frame.right() + 10
            if abs(place - y) > 2:
                painter.setPen(QPen(QColor(self.theme.outline), 1))
                painter.drawLine(QLineF(frame.right() + 1, y, left - 2, place))
            room, metrics = self.area.width() - left - 2, QFontMetricsF(font)
            name, gap, value = text.partition("  ")
            # A number is never cut short.
            room -= metrics.horizontalAdvance(gap + value)
            name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(room, 8.0))
            painter.setPen(QColor(line.ink))
            rect = QRectF(left, place - 8, self.area.width() - left, 16)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, name + gap + value)


def said_of(names: Sequence[str], words: str, color: str, most_named: int) -> list[Entry]:
    """Entries that say something of some layers by name, or how many they are where that is more than `most_named`."""
    if len(names) <= most_named:
        return [Entry(f"{name} {words}", "", color, is_patch=True) for name in names]
    return [Entry(f"{len(names)} {words}", "", color, is_patch=True)]
