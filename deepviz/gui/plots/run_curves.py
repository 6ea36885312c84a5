"""What views of finished runs have in common: runs instead of the present history, a metric, and what the axis counts.

They are told which runs to show by the list of runs, and when there is more of one that goes on.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.amounts import percent
from deepviz.gui.plots.area import FEWEST_STEPS
from deepviz.gui.plots.curve import Curve
from deepviz.gui.plots.plot import Plot
from deepviz.gui.plots.ticks import Tick, format_integer, format_value, linear_ticks, logarithmic_ticks, step_ticks
from deepviz.training.history import VALIDATION, History
from deepviz.training.run_epochs import epoch_places
from deepviz.training.run_summary import RunSummary

Numbers = npt.NDArray[np.float64]

AXES = {"step": "Steps", "epoch": "Epochs", "time": "Time, at each run's mean speed"}
"""What the horizontal axis may count."""

USUAL = ("loss", "accuracy")


@dataclass(frozen=True, eq=False)
class ShownRun:
    """A run with its curves."""

    summary: RunSummary
    history: History


class RunCurves(Plot):
    """A view of some runs of the list. Subclasses implement `_draw`, `_pointer_at`, `table` and `_unsuitable`.

    Attributes
    ----------
    runs
        Those that are shown.
    quantity
        What is drawn, such as ``loss``, of training and validation data.
    axis
        What the horizontal axis counts: a key of `AXES`.
    """

    category: ClassVar[str] = "Runs"
    axes_offered: ClassVar[tuple[str, ...]] = tuple(AXES)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.runs: tuple[ShownRun, ...] = ()
        self.quantity, self.axis = "loss", "step"
        self.curves: list[Curve] = []
        self._is_drawn = False
        self._marked = ""
        super().__init__(parent)
        self.area.setAccessibleName(self.heading or self.title)  # it stands in its content with something beside it

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these runs from now on. If they are shown already, such as with other names, the zoom stays."""
        are_others = {each.summary.id for each in runs} != {each.summary.id for each in self.runs}
        self.runs = tuple(runs)
        if self.quantity not in self.quantities and self.quantities:
            self.set_quantity(self.quantities[0])
        here = self._step_under_pointer
        self._point(None)
        if are_others:
            self._follow(True)
        self._fill_quantities()
        self._draw_again()
        if here is not None and not are_others and self.is_seen:  # a hand that holds still goes on to read
            pointer = self._pointer_at(here, None)
            self._step_under_pointer = None if pointer is None else pointer.step
            self.area.set_pointer(pointer)

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that the runs have curves of, the usual ones first."""
        names = (name for each in self.runs for name in each.history.columns)
        single = [name.removeprefix(VALIDATION) for name in names if name.startswith(VALIDATION) or name in USUAL]
        return tuple(sorted(dict.fromkeys(single), key=lambda name: (name not in USUAL, name != "loss", name)))

    def set_quantity(self, quantity: str) -> None:
        """Draw another quantity."""
        if quantity != self.quantity:
            self.quantity = quantity
            self.area.y_is_free = False
            self._fill_quantities()
            self._draw_again()

    def set_axis(self, axis: str) -> None:
        """Let the horizontal axis count something else.

        Raises
        ------
        KeyError
            If there is no such axis.
        """
        if axis != self.axis:
            AXES[axis]
            self.axis = axis
            self._follow(True)
            for action in self._axis_actions.actions():
                action.setChecked(action.data() == axis)
            self._draw_again()

    # Not the run that goes on

    def show_history(self, history: History | None) -> None:
        """Nothing: the list of runs tells what is to be shown of the run that goes on."""

    def show_moment(self, step: int | None) -> None:
        """Nothing: steps of the run that goes on are not those of others."""

    def refresh(self) -> None:
        """Draw if anything has changed since the last time, and if it can be seen."""
        if not self._is_drawn and self.is_seen:
            self.draw()

    def draw(self) -> None:
        """Bring the view up to date, visible or not."""
        self._is_drawn = True
        self._say_what_is_missing()
        if self._shows_content:
            self.area.x_name = self._axis_word()
            self.area.x_marks = step_ticks if self.axis == "step" else linear_ticks
            self.area.narrowest = FEWEST_STEPS if self.axis == "step" else 1e-3
            self._draw()

    def _draw_again(self) -> None:
        self._is_drawn = False
        self.refresh()

    def what_is_missing(self) -> str:
        if not self.runs:
            return self.invitation
        return self._unsuitable()

    @abstractmethod
    def _unsuitable(self) -> str:
        """Why these runs cannot be shown, in words; empty if they can."""

    # Numbers

    def values(self, run: ShownRun, column: str) -> tuple[npt.NDArray[np.int64], Numbers] | None:
        """Steps and values of a quantity of a run; None if it was not measured, or the axis does not know where."""
        if column not in run.history or not self._knows_places(run):
            return None
        steps, values = run.history.column(column)
        return (steps, values.astype(np.float64)) if values.ndim == 1 else None

    def places(self, run: ShownRun, steps: npt.NDArray[np.int64]) -> Numbers:
        """Where steps of a run are on the horizontal axis."""
        scale, found = 1.0, None
        if self.axis == "time":
            scale = run.summary.seconds / run.summary.steps
        elif self.axis == "epoch" and run.summary.steps_per_epoch:
            scale = 1 / run.summary.steps_per_epoch
        elif self.axis == "epoch":
            found = epoch_places(run.history, steps)
        return np.asarray(steps * scale if found is None else found, np.float64)

    def _knows_places(self, run: ShownRun) -> bool:
        """Whether it is known where steps of a run are on the horizontal axis."""
        if self.axis == "epoch":
            none = np.zeros(0, np.int64)
            return run.summary.steps_per_epoch > 0 or epoch_places(run.history, none) is not None
        return self.axis == "step" or run.summary.steps > 0

    def value_text(self, value: float, is_exact: bool = True) -> str:
        """A value of the metric, exact for the box beside the cross-hair or short for the header."""
        if self.quantity == "accuracy" and math.isfinite(value):
            return percent(value, 4 if is_exact else 1)
        return format_value(value, 6 if is_exact else 4)

    def to_axis(self, values: Numbers) -> Numbers:
        """Values where they are on the vertical axis; NaN where they cannot be shown."""
        with np.errstate(all="ignore"):
            return np.asarray(np.log10(values) if self.is_logarithmic else values, np.float64)

    def axis_text(self, place: float) -> str:
        """A place of the horizontal axis in words."""
        if self.axis == "step":
            return f"step {format_integer(round(place))}"
        if self.axis == "time":
            return f"{format_value(place) if place < 1e4 else format_integer(round(place))} s"
        return f"{self.axis} {place:.6g}"

    # Inside

    def _set_curves(self, count: int) -> list[Curve]:
        """So many curves, those that are there already first."""
        while len(self.curves) > count:
            self.area.box.removeItem(self.curves.pop())
        while len(self.curves) < count:
            self.curves.append(Curve())
            self.area.box.addItem(self.curves[-1], ignoreBounds=True)
        return self.curves

    def _fit(self, drawn: Sequence[tuple[Numbers, Sequence[Numbers]]]) -> None:
        """Show everything, unless somebody has chosen a part; of that, all heights.

        Parameters
        ----------
        drawn
            Of each curve where its points are, shape (n,), and all heights that are drawn there, each (n,).
        """
        last = max((float(places[-1]) for places, _ in drawn if len(places)), default=1.0)
        x_range = (0.0, last or 1.0) if self.is_following else self.area.x_range
        y_range = self.area.y_range
        if not self.area.y_is_free:
            finite = [
                each[np.isfinite(each) & seen_at(places, *x_range)] for places, heights in drawn for each in heights
            ]
            joined = np.concatenate([np.zeros(0), *finite])
            y_range = self._limits(float(joined.min()), float(joined.max())) if len(joined) else (0.0, 1.0)
        self.area.set_range(x_range, y_range)

    def _limits(self, low: float, high: float) -> tuple[float, float]:
        span = high - low
        if self.is_logarithmic:
            margin = max(0.04 * span, (0.4 - span) / 2)
            return low - margin, high + margin
        margin = 0.06 * span or 0.5 * abs(high) or 0.5
        if 0 <= low < 0.5 * high:
            return 0.0, high + 0.05 * span
        return low - margin, high + margin

    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        if self.is_logarithmic:
            return logarithmic_ticks(low, high, room)
        return linear_ticks(low, high, room, percent=self.quantity == "accuracy")

    def _axis_word(self) -> str:
        return "s" if self.axis == "time" else self.axis

    def _nudge(self, by: int) -> None:
        """Move the cross-hair by a hundredth of what is shown."""
        low, high = self.area.x_range
        here = self._step_under_pointer
        start = high if here is None else here + by * (high - low) / 100
        pointer = self._pointer_at(min(max(start, low), high), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)

    def _build_choices(self, menu: QMenu) -> None:
        self._quantity_menu = menu.addMenu("Show")
        self._fill_quantities()
        axes = menu.addMenu("Horizontal axis")
        self._axis_actions = QActionGroup(self)
        for key in self.axes_offered:
            action = QAction(AXES[key], self, checkable=True)
            action.setData(key)
            action.setChecked(key == self.axis)
            action.triggered.connect(lambda _, key=key: self.set_axis(key))
            self._axis_actions.addAction(action)
            axes.addAction(action)
        super()._build_choices(menu)

    def _fill_quantities(self) -> None:
        self._quantity_menu.clear()
        for metric in self.quantities or USUAL:
            action = self._quantity_menu.addAction(metric.capitalize() if metric in USUAL else metric)
            action.setCheckable(True)
            action.setChecked(metric == self.quantity)
            action.triggered.connect(lambda _, metric=metric: self.set_quantity(metric))


def smoothed(steps: npt.NDArray[np.int64], values: Numbers, time_constant: float) -> Numbers:
    """The mean over the steps before, each weighing 1/e of what it did after `time_constant` steps.

    As `TimeBins.smoothed`, for steps that need not follow each other. A value that is not finite counts as missing.
    """
    decay = np.exp(-np.diff(steps, prepend=steps[:1]) / time_constant)
    made = np.empty(len(values))
    total = weight = 0.0
    for place, (value, keep) in enumerate(zip(values.tolist(), decay.tolist(), strict=True)):
        total, weight = total * keep, weight * keep
        if math.isfinite(value):
            total, weight = total + value, weight + 1.0
        made[place] = total / weight if weight else math.nan
    return made


def seen_at(places: Numbers, left: float, right: float) -> npt.NDArray[np.bool_]:
    """Which points of a curve matter between two places: those between them, and one more to each side."""
    first, past = np.searchsorted(places, (left, right)).tolist()
    numbers = np.arange(len(places))
    return np.asarray((numbers >= first - 1) & (numbers <= past), np.bool_)


def nearest_place(places: npt.NDArray[Any], where: float) -> int:
    """The index of the place that is nearest to any number. They increase, and there is at least one."""
    after = int(np.searchsorted(places, where))
    if after == 0:
        return 0
    if after == len(places) or where - places[after - 1] <= places[after] - where:
        return after - 1
    return after
