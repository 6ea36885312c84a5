"""Runs that differ in their seed alone: the mean at each step between the smallest and the largest value, as a band.

Beside it stand the final results: mean and standard deviation over the runs, smallest and largest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepviz.gui.amounts import THIN_SPACE
from deepviz.gui.plots.header import Entry
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.run_curves import Numbers, RunCurves, nearest_place, smoothed
from deepviz.gui.plots.ticks import format_integer, format_value
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font, number_font
from deepviz.training.run_figures import PREFIX, spread
from deepviz.training.run_settings import differing, label_of

SEED = "plan.run.seed"
BAND_OPACITY = 0.26
ROW, PADDING = 20.0, 12.0


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


@dataclass(frozen=True)
class Result:
    """The last value of a quantity over several runs: mean, standard deviation (n - 1), smallest and largest."""

    name: str
    mean: float
    deviation: float | None
    low: float
    high: float


class SeedBand(RunCurves):
    """Mean, smallest and largest value over runs of one project with different seeds."""

    key = "seed_band"
    title = "Seeds"
    heading = "Spread over seeds"
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
        return ["data", "step", "minimum", "mean", "maximum", "runs"], rows

    def _unsuitable(self) -> str:
        if len(self.runs) < 2:
            return "Choose at least two runs: a spread needs several"
        others = [path for path in differing([each.summary.settings for each in self.runs]) if path != SEED]
        if others:
            words = ", ".join(label_of(path) for path in others[:3]) + (", …" if len(others) > 3 else "")
            return f"These runs differ in more than their seed: {words}. Choose runs that differ in nothing else"
        if not any(self.band(is_validation) for is_validation in (False, True)):
            return f"Not all of these runs have a curve of {self.quantity}. The menu offers others"
        return ""

    def _make_content(self) -> QWidget:
        area = super()._make_content()
        self._results = _ResultTable()
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(area, 1)
        row.addWidget(self._results)
        return content

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        width = self._results.width()
        self.area.paint_into(painter, rect.adjusted(0, 0, -width, 0))
        self._results.paint_into(painter, QRectF(rect.right() - width, rect.top(), width, rect.height()))

    def _draw(self) -> None:
        self._bands = []
        for number, name in enumerate(("train", "validation")):
            band = self.band(bool(number))
            if band is not None and len(band.steps):
                self._bands.append((name, number, band))
        run = self.runs[0]
        heights: list[Numbers] = []
        entries = []
        for curve, (name, number, band) in zip(self._set_curves(len(self._bands)), self._bands, strict=True):
            look = self.theme.curve(number)
            low, high = self.to_axis(band.low), self.to_axis(band.high)
            mean = smoothed(band.steps, band.mean, self.smoothing) if self.smoothing and not number else band.mean
            curve.set_look(look.color, look.dashes, BAND_OPACITY)
            curve.set_points(self.places(run, band.steps), self.to_axis(mean), (low, high))
            heights += [low, high]
            entries.append(
                Entry(f"{name}, mean", self.value_text(float(band.mean[-1]), False), look.color, look.dashes)
            )
        self._fit([self.places(run, band.steps) for _, _, band in self._bands], heights)
        self.header.set_entries(entries)
        self.header.set_note(f"{len(self.runs)} runs")
        self._results.show_results(self.results, len(self.runs), self.theme)

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        if not self._bands:
            return None
        scale = self.scale(self.runs[0])
        nearest = [float(band.steps[nearest_place(band.steps * scale, step)]) for _, _, band in self._bands]
        here = min(nearest, key=lambda place: abs(place * scale - step))
        readings = []
        for name, number, band in self._bands:
            index = nearest_place(band.steps, here)
            at = int(band.steps[index])
            words = name if at == here else f"{name} (step {format_integer(at)})"
            color = self.theme.curve(number).color
            mean = self.to_axis(band.mean[index : index + 1])[0]
            place = float(mean) if np.isfinite(mean) and at == here and not self.smoothing else None
            for what, value, top in (
                ("mean", band.mean[index], place),
                ("min", band.low[index], None),
                ("max", band.high[index], None),
            ):
                readings.append(Reading(f"{words} {what}", self.value_text(float(value)), color, top))
        return Pointer(here * scale, f"{self.quantity} at step {format_integer(int(here))}", tuple(readings))

    def _nudge(self, by: int) -> None:
        """Move the cross-hair to the next step that all runs have."""
        if not self._bands:
            return
        _, _, band = max(self._bands, key=lambda each: len(each[2].steps))
        places = band.steps * self.scale(self.runs[0])
        here = self._step_under_pointer
        index = len(places) - 1 if here is None else nearest_place(places, here) + by
        pointer = self._pointer_at(float(places[min(max(index, 0), len(places) - 1)]), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)


class _ResultTable(QWidget):
    """The final results as a small table, painted, so that it is part of saved pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, str, str]] = []
        self._theme: Theme = DARK
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Final results over the seeds")

    def show_results(self, results: Sequence[Result], runs: int, theme: Theme) -> None:
        """Show these results of so many runs."""
        self._theme = theme
        self.rows = [("last epoch", f"mean ± s, n = {runs}", "min", "max")]
        for each in results:
            deviation = "" if each.deviation is None else f" ± {_text(each.name, each.deviation)}"
            middle = f"{_text(each.name, each.mean)}{deviation}"
            self.rows.append((_words(each.name), middle, _text(each.name, each.low), _text(each.name, each.high)))
        self.setAccessibleDescription("\n".join(", ".join(row) for row in self.rows))
        self.setToolTip(
            "Of each run the last epoch: of training data the mean over its steps, of validation data as measured "
            "after it.\ns is the standard deviation over the runs, with n - 1."
        )
        self.setFixedWidth(round(sum(self._widths()) + 5 * PADDING))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 80)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_into(QPainter(self), QRectF(self.rect()))

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the table into a rectangle."""
        painter.fillRect(rect, QColor(self._theme.panel))
        widths, y = self._widths(), rect.top() + 4
        for number, row in enumerate(self.rows):
            x = rect.left() + PADDING
            for column, (text, width) in enumerate(zip(row, widths, strict=True)):
                is_number = number > 0 and column > 0
                painter.setFont(number_font(SMALL_SIZE - 1) if is_number else body_font(SMALL_SIZE - 1))
                painter.setPen(QColor(self._theme.text if number > 0 else self._theme.dim))
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                painter.drawText(QRectF(x, y, width, ROW), side | Qt.AlignmentFlag.AlignVCenter, text)
                x += width + PADDING
            y += ROW

    def _widths(self) -> list[float]:
        numbers, words = QFontMetricsF(number_font(SMALL_SIZE - 1)), QFontMetricsF(body_font(SMALL_SIZE - 1))
        return (
            [
                max(
                    ((words if place == 0 or column == 0 else numbers).horizontalAdvance(row[column]) + 2)
                    for place, row in enumerate(self.rows)
                )
                for column in range(4)
            ]
            if self.rows
            else []
        )


def _words(name: str) -> str:
    return f"validation {name.removeprefix(PREFIX)}" if name.startswith(PREFIX) else f"train {name}"


def _text(name: str, value: float) -> str:
    if name.removeprefix(PREFIX) == "accuracy" and np.isfinite(value):
        return f"{100 * value:.2f}{THIN_SPACE}%"
    return format_value(value, 4)
