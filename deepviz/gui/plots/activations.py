"""What the layers give, over time: mean and spread, how much of it is zero or saturated, and how many units are dead.

The band about a mean reaches one standard deviation to both sides. The curve under the pointer, or that of the layer
selected on the canvas, stands out and alone has a band; where none does, each layer with a colour of its own has one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.amounts import percent
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.activation_figures import (
    ALL_PASS_ON,
    DEAD,
    DEVIATION,
    MEAN,
    NOT_YET,
    PROBE,
    SATURATED,
    UNITS,
    ZEROS,
    Figures,
    measured_at,
    rows_of_interest,
)
from deepviz.gui.plots.curve import Curve, Points
from deepviz.gui.plots.curve_plot import BAND_OPACITY, LARGEST, Line, _Points, ends_of
from deepviz.gui.plots.layer_curves import MOST_BANDS, MOST_LABELS, LayerCurves
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.plot import nearest
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import Tick, format_integer, format_value, linear_ticks
from deepviz.gui.settings import ACTIVATION_ALL, ACTIVATION_FIGURE, Settings


class Figure(NamedTuple):
    """One of the things that can be shown: its name, its column, and whether it is a share."""

    name: str
    column: str
    is_share: bool = False


FIGURES = {
    "mean": Figure("Mean ± spread", MEAN),
    "spread": Figure("Spread", DEVIATION),
    "zeros": Figure("Zeros", ZEROS, is_share=True),
    "saturated": Figure("Saturated", SATURATED, is_share=True),
    "dead": Figure("Dead units", DEAD),
}

MEANINGS = {
    "mean": "Mean of all outputs of a layer in the batch, and one standard deviation to both sides",
    "spread": "Standard deviation of all outputs of a layer in the batch",
    "zeros": "Share of the outputs that are exactly 0",
    "saturated": "Share of the outputs within 2 % of their range of one of its ends",
    "dead": "How many units were 0 for every sample of the batch",
}

MEAN_OF_MANY = "Mean, ± of one"
"""What the first of `FIGURES` is called where there are too many layers for all of them to have a band."""

CANNOT_SATURATE = (
    "No layer of this network can saturate: none gives numbers between two ends, as Sigmoid and Tanh do. "
    "Choose another figure above."
)


class ActivationCurves(LayerCurves):
    """One curve for each layer."""

    key = "activations"
    title = "Activations"
    explanation = "What each layer gives: mean and spread of its outputs, and how much is zero, saturated or dead."
    order = 50
    category = "Activations"
    probes = (PROBE,)
    invitation = "Press Run to see what the layers give"
    has_log_axis = False
    has_smoothing = False

    def __init__(self, parent: QWidget | None = None) -> None:
        self.figure = "mean"
        self.shows_all = False
        self._selected = ""
        self._settings: Settings | None = None
        self._deviations: _Points | None = None
        self._spreads: dict[str, Points] = {}
        super().__init__(parent)
        self.set_logarithmic(False)
        self.choice = ChoiceBox(self.header)
        self.choice.setAccessibleName("What is shown of the activations")
        for key, figure in FIGURES.items():
            self.choice.addItem(figure.name, key)
        self.choice.setToolTip(MEANINGS[self.figure])
        self.choice.activated.connect(lambda _: self.choose_figure(self.choice.currentData()))
        self.header.add(self.choice)

    # What is chosen

    def take_settings(self, settings: Settings) -> None:
        self._settings = None
        self.choose_figure(settings.get(ACTIVATION_FIGURE))
        self.show_all(settings.get(ACTIVATION_ALL))
        self._settings = settings

    def choose_figure(self, figure: str) -> None:
        """Show one of `FIGURES`."""
        if figure == self.figure:
            return
        self.figure = figure
        self.choice.setCurrentIndex(self.choice.findData(figure))
        self.choice.setToolTip(MEANINGS[figure])
        if self._settings is not None:
            self._settings.set(ACTIVATION_FIGURE, figure)
        self.area.y_is_free = False
        self._choose_anew()

    def show_all(self, on: bool) -> None:
        """Show all layers, or leave out those that only pass on what they get."""
        if on == self.shows_all:
            return
        self.shows_all = on
        self._all_action.setChecked(on)
        if self._settings is not None:
            self._settings.set(ACTIVATION_ALL, on)
        self._choose_anew()

    def choose_node(self, node_id: str) -> None:
        """Draw the curve of this layer heavier than the others."""
        before, self._selected = self._resting, node_id
        self.emphasise(None)
        if self.figure == "mean" and before != self._resting:  # other bands are shown, which the range has to follow
            self._draw_again()

    def _choose_anew(self) -> None:
        self._point(None)
        self._start()
        self._say_what_is_missing()
        self._draw_again()

    # Which numbers

    @property
    def column(self) -> str:  # type: ignore[override]  # it depends on what is chosen
        return FIGURES[self.figure].column

    @property
    def names(self) -> Sequence[str]:
        return () if self.history is None else self.history.row_names(MEAN)

    @property
    def word(self) -> str:
        return "NaN"

    @property
    def rows(self) -> Sequence[int]:
        if self.history is None:
            return ()
        rows = rows_of_interest(self.history, self.shows_all)
        if self.figure == "saturated" and SATURATED in self.history:
            latest = self.history.latest(SATURATED)
            rows = [row for row in rows if not math.isnan(latest[row])]
        return rows

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if missing or self.history is None:
            return missing
        if MEAN not in self.history:
            return f"{NOT_YET} Or look at one step: Open Layers now instead."
        if self.rows:
            return ""
        return CANNOT_SATURATE if self.figure == "saturated" else ALL_PASS_ON

    def figures_text(self, figures: Figures) -> str:
        """What is shown of a layer, as text."""
        if self.figure == "mean":
            return f"{format_value(figures.mean, 6)} ± {format_value(figures.deviation, 6)}"
        if self.figure == "spread":
            return format_value(figures.deviation, 6)
        if self.figure == "dead":
            return figures.dead_text
        return percent(figures.zeros if self.figure == "zeros" else figures.saturated, 4)

    def value_text(self, value: float, is_exact: bool) -> str:
        if FIGURES[self.figure].is_share:
            return percent(value, 4 if is_exact else 2)
        if self.figure == "dead" and math.isfinite(value):
            return format_integer(int(value))
        return super().value_text(value, is_exact)

    def table(self) -> tuple[Sequence[str], Iterator[Sequence[object]]]:
        """As with all layers; beside a mean stands its deviation, beside the dead units how many there are."""
        if self.history is None or self.figure not in ("mean", "dead"):
            return super().table()
        beside, word = (DEVIATION, "deviation") if self.figure == "mean" else (UNITS, "units")
        names, rows = super().table()
        if beside not in self.history:
            return names, rows
        heads = [f"{line.name} {part}" for line in self._lines for part in (self.figure, word)]
        return ["step", *heads], self._rows_beside(rows, beside)

    def column_name(self, line: Line) -> str:
        return f"{line.name} {self.figure}"

    def _rows_beside(self, rows: Iterator[Sequence[object]], beside: str) -> Iterator[Sequence[object]]:
        assert self.history is not None
        steps, values = self.measured(beside)
        place = {step: index for index, step in enumerate(steps.tolist())}
        for step, *cells in rows:
            others = [values[place[step], line.index].item() for line in self._lines]
            yield [step, *(each for pair in zip(cells, others, strict=True) for each in pair)]

    def paint_picture(self, painter: QPainter) -> None:
        """As every view; but what is chosen in the header has to be said, since a picture has no choices."""
        title, self.header.title = self.header.title, f"{self.title}: {FIGURES[self.figure].name.lower()}"
        super().paint_picture(painter)
        self.header.title = title

    # How they are drawn

    def y_limits(self, low: float, high: float) -> tuple[float, float]:
        if FIGURES[self.figure].is_share:
            return -0.02, 1.02
        if self.figure == "dead":
            top = max(high, 1.0)
            return -0.02 * top, 1.05 * top
        if self.figure == "spread":
            return -0.02 * high, (1.05 * high) or 1.0
        margin = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
        return low - margin, high + margin

    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        ticks = linear_ticks(low, high, room, FIGURES[self.figure].is_share)
        if self.figure == "dead":  # half a unit is none
            ticks = [
                Tick(place, format_integer(round(place))) for place, _ in ticks if abs(place - round(place)) < 1e-6
            ]
        return ticks

    @property
    def _resting(self) -> str | None:
        """The curve that stands out while none is pointed at."""
        return self._selected if any(line.name == self._selected for line in self._lines) else None

    def emphasise(self, name: str | None) -> None:
        before, name = self._emphasised, name or self._resting
        super().emphasise(name)
        if before != name:
            for each, curve in self.curves.items():
                if each in self._spreads:
                    self._set_band(curve, each)
            self._say_step()

    def _draw(self) -> None:
        self._spreads = {}
        super()._draw()
        name = MEAN_OF_MANY if len(self._lines) > MOST_LABELS else FIGURES["mean"].name
        if self.choice.itemText(0) != name:
            self.choice.setItemText(0, name)
        self.emphasise(self._emphasised)
        self._say_step()

    @property
    def step_in_words(self) -> str:
        """Also how to see the spread, where there are too many layers for all of them to have a band."""
        is_hidden = self.figure == "mean" and len(self._lines) > MOST_LABELS and self._emphasised is None
        return ", ".join(filter(None, (super().step_in_words, "point at a layer for ±" if is_hidden else "")))

    def _take_in(self) -> None:
        super()._take_in()
        if self.figure == "mean" and self._lines:
            bins = self._bins[MEAN]
            assert self.history is not None
            if DEVIATION not in self._bins:
                self._bins[DEVIATION] = type(bins)(bins.columns, width=self.history.every)
            steps, values, *extremes = self.measured_after(DEVIATION, self._seen.get(DEVIATION, 0))
            if len(steps):
                self._bins[DEVIATION].extend(steps, values, *extremes)
                self._seen[DEVIATION] = int(steps[-1])

    def _set_curves(self, points: dict[str, _Points], first: float, last: float) -> tuple[float, float]:
        self._deviations = points.get(DEVIATION)
        return super()._set_curves(points, first, last)

    def _set_curve(self, curve: Curve, line: Line, points: _Points, first: float, last: float) -> tuple[float, float]:
        ends = super()._set_curve(curve, line, points, first, last)
        if self._deviations is None:
            return ends
        # Both were measured at the same steps, so their bins are the same.
        _, self._spreads[line.name] = self._broken(points.x, self._deviations.mean[:, line.index])
        self._set_band(curve, line.name)
        # Of those that are there while nothing is pointed at: pointing must not move what is pointed at.
        if not self._has_band(line.name, self._resting):
            return ends
        inside = (curve.x >= first - points.width) & (curve.x <= last + points.width)
        return ends_of(inside, curve.y, *self._band_of(curve, line.name))

    def _has_band(self, name: str, emphasised: str | None) -> bool:
        """Whether a curve has a band: the one that stands out, or, where none does, each with a colour of its own."""
        return len(self._lines) <= MOST_LABELS if emphasised is None else name == emphasised

    def _band_of(self, curve: Curve, name: str) -> tuple[Points, Points]:
        mean, spread = (np.clip(each, -LARGEST, LARGEST) for each in (curve.y, self._spreads[name]))
        return mean - spread, mean + spread

    def _set_band(self, curve: Curve, name: str) -> None:
        band = self._band_of(curve, name) if self._has_band(name, self._emphasised) else None
        curve.set_points(curve.x, curve.y, band, None, curve.has_marks, curve.is_far)

    def _dress(self, curve: Curve, line: Line) -> None:
        super()._dress(curve, line)
        if line.name == self._emphasised and len(self._lines) > 1:
            curve.set_look(line.color, line.dashes, BAND_OPACITY, True)
        elif MOST_BANDS < len(self._lines) <= MOST_LABELS:  # the more there are the fainter, lest they hide the lines
            curve.set_look(line.color, line.dashes, self.band_opacity * MOST_BANDS / len(self._lines))

    def _entries(self) -> list[Entry]:
        """The ends of the scale of depths; of few layers what each is now."""
        if self.has_many:
            return [Entry("first", "", self._lines[0].color), Entry("last", "", self._lines[-1].color)]
        return []

    def _ends(self) -> list[tuple[Line, float, str]]:
        ends, values = super()._ends(), self.values_now()
        if self.moment is None or values is None:
            return ends
        return [(line, y, f"{line.name}  {self.value_text(float(values[line.index]), False)}") for line, y, _ in ends]

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        if self.history is None or not self._lines:
            return None
        steps, _ = self.measured(self.column)
        here = int(steps[nearest(steps, step)])
        found = measured_at(self.history, here)
        assert found is not None
        _, values = self.measured(self.column)
        row = values[nearest(steps, step)]
        shown = self.shown_at(here, height)
        readings = [
            Reading(
                line.name, self.figures_text(found.rows[line.index]), line.color, self.to_axis(float(row[line.index]))
            )
            for line in shown
        ]
        readings += self.unsaid(shown)
        readings += [Reading(text, "", self.theme.dim) for text in self._notes_near(here, step)]
        return self._with_unknown(Pointer(float(here), self._step_heading(here), tuple(readings)), step)

    def _nudge(self, by: int) -> None:
        """Move the cross-hair to a neighbour among the steps that were looked at."""
        if self.history is None or not self._lines:
            return
        steps, _ = self.measured(self.column)
        here = self._step_under_pointer
        index = nearest(steps, min(self.area.x_range[1], float(steps[-1])) if here is None else here)
        index = min(max(index + (0 if here is None else by), 0), len(steps) - 1)
        pointer = self._pointer_at(float(steps[index]), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        self._all_action = QAction("All layers", self, checkable=True)
        self._all_action.setToolTip("Also layers that only pass on what they get, such as Flatten and Dropout")
        self._all_action.toggled.connect(self.show_all)
        menu.addAction(self._all_action)
