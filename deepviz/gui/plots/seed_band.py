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
from deepviz.gui.plots.run_curves import Numbers, RunCurves, ShownRun, nearest_place, smoothed
from deepviz.gui.plots.ticks import format_integer
from deepviz.training.history import VALIDATION
from deepviz.training.run_figures import spread
from deepviz.training.run_settings import differing, label_of
from deepviz.training.run_summary import RunSummary

SEED = "plan.run.seed"
BAND_OPACITY = 0.26
MOST_STRETCHES = 4
"""Of how many stretches, each with fewer runs, the length is said."""


@dataclass(frozen=True, eq=False)
class Band:
    """A quantity over several runs, each array of shape (n,).

    Attributes
    ----------
    steps
        Those that all runs have which came so far.
    low, mean, high
        Smallest, mean and largest value of the runs at each.
    counts
        Of how many runs that is.
    """

    steps: npt.NDArray[np.int64]
    low: Numbers
    mean: Numbers
    high: Numbers
    counts: npt.NDArray[np.int64]

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """The indices before which a run has ended, so that there are fewer from there on."""
        return np.flatnonzero(np.diff(self.counts)) + 1

    @property
    def together(self) -> int:
        """The index of the last step that most runs have; it must have one."""
        return int(np.flatnonzero(self.counts == self.counts.max())[-1])


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
        counts = np.full(len(steps), len(table), np.int64)
        return Band(steps, table.min(axis=0), table.mean(axis=0), table.max(axis=0), counts)


def whole_band_of(courses: Sequence[tuple[npt.NDArray[np.int64], Numbers]]) -> Band:
    """The band of some curves to the end of the longest: from where one ends on, it is that of the others.

    Parameters
    ----------
    courses
        As `band_of` wants them, at least one of them with a step.
    """
    parts, before = [], 0
    for end in sorted({int(steps[-1]) for steps, _ in courses if len(steps)}):
        band = band_of([each for each in courses if len(each[0]) and each[0][-1] >= end])
        parts.append((band, (band.steps > before) & (band.steps <= end)))
        before = end
    names = ("steps", "low", "mean", "high", "counts")
    return Band(*(np.concatenate([getattr(band, name)[chosen] for band, chosen in parts]) for name in names))


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
        """The band of the training or the validation data, where all runs have a value; None if there is none."""
        courses = self._courses(is_validation)
        return band_of(courses) if courses else None

    def whole_band(self, is_validation: bool) -> Band | None:
        """The same to the end of the longest run, of fewer of them from where the first ended on."""
        courses = self._courses(is_validation)
        return whole_band_of(courses) if courses and any(len(steps) for steps, _ in courses) else None

    def _courses(self, is_validation: bool) -> list[tuple[npt.NDArray[np.int64], Numbers]]:
        """The curves of all runs; none if one of them has none."""
        column = f"{VALIDATION}{self.quantity}" if is_validation else self.quantity
        courses = [self.values(run, column) for run in self.runs]
        known = [each for each in courses if each is not None]
        return known if len(known) == len(courses) else []

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        rows = (
            ("validation" if number else "train", step, low, mean, high, count)
            for _, number, band in self._bands
            for step, low, mean, high, count in zip(
                *(each.tolist() for each in (band.steps, band.low, band.mean, band.high, band.counts)), strict=True
            )
        )
        return ["data", "step", *(f"{each} {self.quantity}" for each in ("minimum", "mean", "maximum")), "runs"], rows

    def _unsuitable(self) -> str:
        if len(self.runs) < 2:
            return "Choose at least two runs: a spread needs several"
        others = [path for path in differing([each.summary.whole_settings for each in self.runs]) if path != SEED]
        if others:
            words = ", ".join(label_of(path) for path in others[:3]) + (" and others" if len(others) > 3 else "")
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
            band = self.whole_band(bool(number))
            if band is not None and len(band.steps):
                self._bands.append((name, number, band))
        drawn, entries = list[tuple[Numbers, tuple[Numbers, ...]]](), []
        for curve, (name, number, band) in zip(self._set_curves(len(self._bands)), self._bands, strict=True):
            look = self.theme.curve(number)
            curve.set_look(look.color, look.dashes, BAND_OPACITY)
            places = self.places(self._longest, band.steps)
            # Where a run has ended there is a gap: the mean of fewer is another one.
            places = np.insert(places, band.ends, places[band.ends])
            low, mean, high = (
                np.insert(self.to_axis(values), band.ends, np.nan)
                for values in (band.low, self._drawn(band, number), band.high)
            )
            curve.set_points(places, mean, (low, high))
            drawn.append((places, (low, high)))
            # The results beside it are means over the last epoch of each, which is not the same.
            here = band.together
            value, at = self.value_text(float(band.mean[here]), False), format_integer(int(band.steps[here]))
            told, short = f"{value} at step {at}", f"{'val.' if number else name} mean"
            brief = told if len(band.ends) else value  # without its step it would look like the last one
            told += f" of {band.counts[here]} runs" if len(band.ends) else ""
            entries.append(Entry(f"{name}, mean", told, look.color, look.dashes, short=short, brief=brief))
        self._fit(drawn)
        self.header.set_entries(entries)
        self.header.set_note(self._note())
        self._results.show_results(self.results, self.quantity, len(self.runs), self.theme, self._stretches())

    @property
    def _longest(self) -> ShownRun:
        """The run that came farthest: it knows where all steps are."""
        return max(self.runs, key=lambda each: each.summary.steps)

    def _drawn(self, band: Band, number: int) -> Numbers:
        """The mean as it is drawn: that of training smoothed, each stretch of as many runs by itself."""
        if not self.smoothing or number:
            return band.mean
        stretches = zip(np.split(band.steps, band.ends), np.split(band.mean, band.ends), strict=True)
        return np.concatenate([smoothed(steps, mean, self.smoothing) for steps, mean in stretches])

    def _note(self) -> str:
        """What the band is; and where it ends, if some runs went on."""
        lasts = [int(run.history.steps[-1]) for run in self.runs if len(run.history)]
        words = f"{len(self.runs)} runs, min to max shaded"
        return (
            words
            if len(set(lasts)) < 2
            else f"{words}; all to step {format_integer(min(lasts))}, where the first ended"
        )

    def _stretches(self) -> str:
        """How many runs the curves are of, and how far; nothing where all end together."""
        band = self._bands[0][2]
        if not len(band.ends):
            return ""
        lasts = [*(band.ends - 1).tolist(), len(band.steps) - 1]
        told = [f"{band.counts[last]} to step {format_integer(int(band.steps[last]))}" for last in lasts]
        if len(told) > MOST_STRETCHES:
            told = [*told[: MOST_STRETCHES - 1], "…", told[-1]]
        return f"Curves are of the runs that still went on: {', '.join(told)}."

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        if not self._bands:
            return None
        placed = [(self.places(self._longest, band.steps), band.steps) for _, _, band in self._bands]
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
            drawn = float(self._drawn(band, number)[index])
            fewer = f" of {band.counts[index]}" if band.counts[index] < len(self.runs) else ""
            height = float(self.to_axis(np.array([drawn]))[0])
            place = height if np.isfinite(height) and at == here else None
            smooth = f"{SMOOTHED}{self.value_text(drawn)}" if is_smooth and np.isfinite(drawn) else ""
            for what, value, more, top in (
                ("mean", band.mean[index], smooth, place),
                ("min", band.low[index], "", None),
                ("max", band.high[index], "", None),
            ):
                readings.append(Reading(f"{words} {what}{fewer}", self.value_text(float(value)) + more, color, top))
        return Pointer(where, f"{self.quantity} at step {format_integer(here)}", tuple(readings))

    def _nudge(self, by: int) -> None:
        """Move the cross-hair to the next step that the band has."""
        if not self._bands:
            return
        _, _, band = max(self._bands, key=lambda each: len(each[2].steps))
        places = self.places(self._longest, band.steps)
        here = self._step_under_pointer
        index = len(places) - 1 if here is None else nearest_place(places, here) + by
        pointer = self._pointer_at(float(places[min(max(index, 0), len(places) - 1)]), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)
