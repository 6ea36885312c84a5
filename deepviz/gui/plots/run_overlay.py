"""Curves of several runs over each other: dotted those of the validation data, unbroken or dashed the others.

A band shows the extremes of the steps that a point stands for, so no peak of a long run is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.plots.curve_plot import SMOOTHED
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.run_curves import Numbers, RunCurves, ShownRun, nearest_place, smoothed
from deepviz.gui.plots.run_legend import CurvesWithLegend, RunLegend, told_apart
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import OKABE_ITO
from deepviz.training.history import VALIDATION

MOST_RUNS = 14
"""More curves cannot be told apart."""
PARTS = {"both": "Training and validation", "train": "Training only", "validation": "Validation only"}
DOTS = (1.5, 2.5)
STROKES: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = (((), DOTS), ((5.0, 2.5), (1.5, 6.0)))
"""Strokes and gaps of training and validation curves: of the runs that have a colour first, and of those after them."""
BAND_OPACITY, MOST_RANGES = 0.2, 4
"""How much of a band is seen, and of how many curves at most the box beside the cross-hair tells the extremes."""


@dataclass(frozen=True, eq=False)
class _Course:
    """One curve: of which run, of which data, and its points."""

    run: ShownRun
    name: str
    color: str
    dashes: tuple[float, ...]
    is_validation: bool
    steps: npt.NDArray[np.int64]
    places: Numbers
    values: Numbers
    drawn: Numbers
    low: Numbers
    high: Numbers

    @property
    def has_band(self) -> bool:
        """Whether its points stand for several steps that differ."""
        return bool((self.low < self.high).any())


class RunOverlay(RunCurves):
    """Loss, accuracy or another metric of the runs that are chosen in the list, over each other."""

    key = "run_overlay"
    title = "Runs compared"
    explanation = "The curves of the runs that are chosen in the list, over each other."
    order = 710
    invitation = "Choose runs in the list of runs to see their curves over each other"

    def __init__(self) -> None:
        self.part = "both"
        self._courses: list[_Course] = []
        super().__init__()

    def set_part(self, part: str) -> None:
        """Draw training and validation data, or one of them: a key of `PARTS`."""
        if part != self.part:
            self.part = part
            for action in self._part_actions:
                action.setChecked(action.data() == part)
            self._draw_again()

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """One row for each point that is shown, without smoothing."""
        low, high = self.area.x_range
        runs = [each.summary for each in self.runs]
        ids = [each.id for each in runs]
        names = dict(zip(ids, told_apart([each.name for each in runs], ids), strict=True))
        rows = (
            (names[course.run.summary.id], "validation" if course.is_validation else "train", step, place, value)
            for course in self._courses
            for step, place, value in zip(
                course.steps.tolist(), course.places.tolist(), course.values.tolist(), strict=True
            )
            if low <= place <= high
        )
        return ["run", "data", "step", self.axis if self.axis != "step" else "place", self.quantity], rows

    def _unsuitable(self) -> str:
        if not self._found():
            return f"None of these runs has a curve of {self.quantity} over this axis. The menu offers others"
        return ""

    def _found(self) -> list[_Course]:
        found = []
        for number, run in enumerate(self.runs[:MOST_RUNS]):
            look, strokes = self.theme.curve(number), STROKES[number // len(OKABE_ITO)]
            for is_validation in (False, True):
                if self.part == ("train" if is_validation else "validation"):
                    continue
                column = f"{VALIDATION}{self.quantity}" if is_validation else self.quantity
                values = self.values(run, column)
                if values is None or not len(values[0]):
                    continue
                steps, numbers = values
                drawn = smoothed(steps, numbers, self.smoothing) if self.smoothing and not is_validation else numbers
                places, heights = self.places(run, steps), self.to_axis(drawn)
                low, high = (np.asarray(each, np.float64) for each in run.history.extremes(column))
                curves = places, numbers, heights, low, high
                dashes = strokes[is_validation and self.part == "both"]
                found.append(_Course(run, run.summary.name, look.color, dashes, is_validation, steps, *curves))
        return found

    def _draw(self) -> None:
        self._courses, drawn = self._found(), list[tuple[Numbers, tuple[Numbers, ...]]]()
        for depth, (curve, course) in enumerate(zip(self._set_curves(len(self._courses)), self._courses, strict=True)):
            curve.setZValue(-depth)
            curve.set_look(course.color, course.dashes, BAND_OPACITY)
            band = (self.to_axis(course.low), self.to_axis(course.high)) if course.has_band else None
            curve.set_points(course.places, course.drawn, band)
            drawn.append((course.places, (course.drawn, *(band or ()))))
        self._fit(drawn)
        has_both = self.part == "both" and len({each.is_validation for each in self._courses}) == 2
        kinds = (Entry("training", "", self.theme.dim), Entry("validation", "", self.theme.dim, DOTS, short="val."))
        self.header.set_entries(kinds if has_both else ())
        first = {id(each.run): each for each in reversed(self._courses)}  # as the one of the training data is drawn
        last = {id(each.run): each for each in self._courses}  # the value is that of the validation data
        entries = [self._entry(each, first[run].dashes) for run, each in last.items()]
        self.legend.show_entries(entries, self.theme)
        left_out = len(self.runs) - MOST_RUNS
        notes = [f"smoothed over {self.smoothing}"] if self.smoothing and self.part != "validation" else []
        notes += [f"{left_out} more not shown"] if left_out > 0 else []
        self.header.set_note(", ".join(notes))

    def _entry(self, course: _Course, dashes: tuple[float, ...]) -> Entry:
        """A run in the legend, with the last epoch's value that the list of runs says too."""
        name = f"{VALIDATION}{self.quantity}" if course.is_validation else self.quantity
        figure = course.run.summary.figures.get(name)
        words = "val. " if course.is_validation else ""
        value = "" if figure is None else f"{words}{self.value_text(figure.last, False)}"
        return Entry(course.name, value, course.color, dashes)

    def _make_content(self) -> QWidget:
        self.legend = RunLegend()
        return CurvesWithLegend(super()._make_content(), self.legend)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        height = self.legend.height_for(rect.width())
        self.legend.paint_into(painter, QRectF(rect.left(), rect.top(), rect.width(), height))
        self.area.paint_into(painter, rect.adjusted(0, height, 0, 0))

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        if not self._courses:
            return None
        readings = []
        nearest = [float(course.places[nearest_place(course.places, step)]) for course in self._courses]
        here = min(nearest, key=lambda place: abs(place - step))
        for course in self._courses:
            index = nearest_place(course.places, here)
            distance = abs(float(course.places[index]) - here)
            if distance > self._reach() and here > course.places[-1]:
                continue  # this run was over by then
            name = f"{course.name}, {'validation' if course.is_validation else 'train'}"
            if distance > (self._reach() if self.axis == "time" else 1e-9):
                name += f" ({self.axis_text(float(course.places[index]))})"
            place, text = float(course.drawn[index]), self.value_text(float(course.values[index]))
            if self.smoothing and not course.is_validation and np.isfinite(place):
                text += f"{SMOOTHED}{self.value_text(10**place if self.is_logarithmic else place)}"
            readings.append(Reading(name, text, course.color, place if np.isfinite(place) else None))
            low, high = float(course.low[index]), float(course.high[index])
            if low < high and len(self._courses) <= MOST_RANGES:
                since = int(course.steps[index - 1]) + 1 if index else 1
                span = f"{self.value_text(low, False)} – {self.value_text(high, False)}"
                readings.append(Reading(f"since step {format_integer(since)}", span, self.theme.dim))
        return Pointer(here, f"{self.quantity} at {self.axis_text(here)}", tuple(readings))

    def _reach(self) -> float:
        low, high = self.area.x_range
        return 4 * (high - low) / max(self.area.frame.width(), 1.0)

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        parts = menu.addMenu("Data")
        self._part_actions: list[QAction] = []
        for key, text in PARTS.items():
            action = QAction(text, self, checkable=True)
            action.setData(key)
            action.setChecked(key == self.part)
            action.triggered.connect(lambda _, key=key: self.set_part(key))
            parts.addAction(action)
            self._part_actions.append(action)
