"""Runs that differ in their seed alone: the mean at each step between the smallest and the largest value, as a band.

Beside it stand the final results: mean and standard deviation over the runs, smallest and largest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.curve_plot import SMOOTHED
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.result_table import ROW, CurvesWithResults, Result, ResultTable
from deepviz.gui.plots.run_curves import Numbers, RunCurves, nearest_place, smoothed
from deepviz.gui.plots.ticks import format_integer
from deepviz.training.run_figures import PREFIX, spread
from deepviz.training.run_settings import differing, label_of
from deepviz.training.run_summary import RunSummary

SEED = "plan.run.seed"
BAND_OPACITY = 0.26


@dataclass(frozen=True, eq=False)
class Band:
    """A quantity over several runs, each array of shape (n,).

    Attributes
    ----------
    steps
        Those that all runs have.
    low, mean, high
        Smallest, mean and largest value of the runs at each.
    """

    steps: npt.NDArray[np.int64]
    low: Numbers
    mean: Numbers
    high: Numbers


def band_of(courses: Sequence[tuple[npt.NDArray[np.int64], Numbers]]) -> Band:
    """The band of some curves, exact at every step that all of them have.

    Parameters
    ----------
    courses
        Of each curve its steps, which increase, and its values, both of shape (n,).
    """
    steps = reduce(np.intersect1d, (steps for steps, _ in courses))
    table = np.array([values[np.searchsorted(at, steps)] for at, values in courses])
    with np.errstate(all="ignore"):
        return Band(steps, table.min(axis=0), table.mean(axis=0), table.max(axis=0))


def are_seeds(runs: Sequence[RunSummary]) -> bool:
    """Whether these are several runs that differ in nothing but their seed."""
    return len(runs) > 1 and set(differing([each.whole_settings for each in runs])) <= {SEED}


class SeedBand(RunCurves):
    """Mean, smallest and largest value over runs of one project with different seeds."""

    key = "seed_band"
    title = "Seeds"
    heading = "Spread over seeds"
    explanation = "Runs that differ in their seed alone, together: smallest, mean and largest value of each step."
    order = 720
    invitation = "Choose runs in the list that differ only in their seed; Repeat with seeds makes them"
    axes_offered = ("step", "epoch")

    def __init__(self) -> None:
        self._bands: list[tuple[str, int, Band]] = []
        super().__init__()

    @property
    def results(self) -> list[Result]:
        """The final results of all runs that are shown, by quantity; those that all of them have."""
        found = []
        for name in self.runs[0].summary.figures if self.runs else ():
            last = {each.summary.id: each.summary.figure(name) for each in self.runs}
            known = {run: value for run, value in last.items() if value is not None}
            if len(known) == len(last):
                found.append(Result(name, *spread(known)))
        return found

    def band(self, is_validation: bool) -> Band | None:
        """The band of the training or the validation data; None if there is none."""
        column = f"{PREFIX}{self.quantity}" if is_validation else self.quantity
        courses = [self.values(run, column) for run in self.runs]
        known = [each for each in courses if each is not None]
        return band_of(known) if known and len(known) == len(courses) else None

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        rows = (
            ("validation" if number else "train", step, low, mean, high, len(self.runs))
            for _, number, band in self._bands
            for step, low, mean, high in zip(
                band.steps.tolist(), band.low.tolist(), band.mean.tolist(), band.high.tolist(), strict=True
            )
        )
        return ["data", "step", *(f"{each} {self.quantity}" for each in ("minimum", "mean", "maximum")), "runs"], rows

    def _unsuitable(self) -> str:
        if len(self.runs) < 2:
            return "Choose at least two runs: a spread needs several"
        others = [path for path in differing([each.summary.whole_settings for each in self.runs]) if path != SEED]
        if others:
            words = ", ".join(label_of(path) for path in others[:3]) + (", …" if len(others) > 3 else "")
            return f"These runs differ in more than their seed: {words}. Choose runs that differ in nothing else"
        if not any(self.band(is_validation) for is_validation in (False, True)):
            return f"Not all of these runs have a curve of {self.quantity}. The menu offers others"
        return ""

    def _make_content(self) -> QWidget:
        self._results = ResultTable()
        return CurvesWithResults(super()._make_content(), self._results)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        width, height = (0, ROW) if self._results.is_line else (self._results.width(), 0)
        self.area.paint_into(painter, rect.adjusted(0, 0, -width, -height))
        corner = rect.bottomLeft() - QPointF(0, height) if height else rect.topRight() - QPointF(width, 0)
        self._results.paint_into(painter, QRectF(corner, QSizeF(width or rect.width(), height or rect.height())))

    def _draw(self) -> None:
        self._bands = []
        for number, name in enumerate(("train", "validation")):
            band = self.band(bool(number))
            if band is not None and len(band.steps):
                self._bands.append((name, number, band))
        run = self.runs[0]
        drawn, entries = list[tuple[Numbers, tuple[Numbers, ...]]](), []
        for curve, (name, number, band) in zip(self._set_curves(len(self._bands)), self._bands, strict=True):
            look = self.theme.curve(number)
            low, high = self.to_axis(band.low), self.to_axis(band.high)
            mean = smoothed(band.steps, band.mean, self.smoothing) if self.smoothing and not number else band.mean
            curve.set_look(look.color, look.dashes, BAND_OPACITY)
            places = self.places(run, band.steps)
            curve.set_points(places, self.to_axis(mean), (low, high))
            drawn.append((places, (low, high)))
            # The results beside it are means over the last epoch, which is not the same.
            value, at = self.value_text(float(band.mean[-1]), False), format_integer(int(band.steps[-1]))
            told, short = f"{value} at step {at}", f"{'val.' if number else name} mean"
            entries.append(Entry(f"{name}, mean", told, look.color, look.dashes, short=short, brief=value))
        self._fit(drawn)
        self.header.set_entries(entries)
        self.header.set_note(self._note())
        self._results.show_results(self.results, self.quantity, len(self.runs), self.theme)

    def _note(self) -> str:
        """What the band is; and where it ends, if some runs went on."""
        lasts = [int(run.history.steps[-1]) for run in self.runs if len(run.history)]
        words = f"{len(self.runs)} runs, min to max shaded"
        return words if len(set(lasts)) < 2 else f"{words}; to step {format_integer(min(lasts))}, where the first ended"

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        if not self._bands:
            return None
        placed = [(self.places(self.runs[0], band.steps), band.steps) for _, _, band in self._bands]
        nearest = [(nearest_place(places, step), places, steps) for places, steps in placed]
        where, here = min(
            ((float(places[index]), int(steps[index])) for index, places, steps in nearest),
            key=lambda found: abs(found[0] - step),
        )
        readings = []
        for name, number, band in self._bands:
            index = nearest_place(band.steps, here)
            at = int(band.steps[index])
            words = name if at == here else f"{name} (step {format_integer(at)})"
            color = self.theme.curve(number).color
            is_smooth = bool(self.smoothing) and not number
            drawn = float((smoothed(band.steps, band.mean, self.smoothing) if is_smooth else band.mean)[index])
            height = float(self.to_axis(np.array([drawn]))[0])
            place = height if np.isfinite(height) and at == here else None
            smooth = f"{SMOOTHED}{self.value_text(drawn)}" if is_smooth and np.isfinite(drawn) else ""
            for what, value, more, top in (
                ("mean", band.mean[index], smooth, place),
                ("min", band.low[index], "", None),
                ("max", band.high[index], "", None),
            ):
                readings.append(Reading(f"{words} {what}", self.value_text(float(value)) + more, color, top))
        return Pointer(where, f"{self.quantity} at step {format_integer(here)}", tuple(readings))

    def _nudge(self, by: int) -> None:
        """Move the cross-hair to the next step that all runs have."""
        if not self._bands:
            return
        _, _, band = max(self._bands, key=lambda each: len(each[2].steps))
        places = self.places(self.runs[0], band.steps)
        here = self._step_under_pointer
        index = len(places) - 1 if here is None else nearest_place(places, here) + by
        pointer = self._pointer_at(float(places[min(max(index, 0), len(places) - 1)]), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)
