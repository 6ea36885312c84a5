"""The loss around the present weights, along one or two random directions, worked out when somebody asks for it.

The cross-hair stands only where a loss was computed, and says it exactly; lines of equal loss are drawn in between.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QAction, QActionGroup, QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton, QSizePolicy, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.amounts import some_of
from deepviz.gui.plots.landscape_painting import LandscapePainter
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import (
    LANDSCAPE_FORM,
    LANDSCAPE_LOG,
    LANDSCAPE_POINTS,
    LANDSCAPE_REACH,
    LANDSCAPE_SAMPLES,
    Settings,
)
from deepviz.gui.theme import Theme
from deepviz.insight.landscape import Landscape as Ask
from deepviz.insight.landscape import Surface

CHOICES: dict[str, tuple[str, Sequence[tuple[Any, str]]]] = {
    "directions": ("Directions", ((2, "Two: a map"), (1, "One: a curve"))),
    "resolution": ("Points along a direction", ((11, "11, coarse"), (21, "21"), (31, "31"), (51, "51, fine"))),
    "reach": ("Reach", tuple((each, f"−{each:g} to {each:g}") for each in (0.1, 0.25, 0.5, 1.0, 2.0))),
    "samples": ("Samples", tuple((each, f"At most {each:,}") for each in (128, 512, 2048, 8192))),
}
"""What can be chosen: the field of the question, its heading, and its values."""

SMALL = 230
"""Pixels of height below which less is said around the picture."""
METHOD = (
    "<p>The loss along random directions. In each, every filter (the weights of one unit) is as long as that filter of "
    "the present weights, so that landscapes can be compared (Li et al. 2018).</p><p>Biases, normalisations with their "
    "kept means and variances, and frozen layers stay as they are. Nothing is dropped out; penalties on weights are "
    "part of the loss.</p>"
)


class Landscape(Look):
    """A slice of the loss around the present weights."""

    key = "landscape"
    title = "Loss landscape"
    explanation = "The loss if all weights moved along random directions, the present weights in the middle."
    order = 75
    category = "Inside"
    is_live = False
    invitation = "Press Compute to see the loss around the present weights. That takes a while"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Surface | None = None
        self.wanted = Ask()
        self.is_computing = False
        self._attempts = 0
        self._begun = 0.0
        self._graph: object = None
        self._shown_data: PreparedData | None = None
        self._settings: Settings | None = None
        self._is_zoomed = False
        super().__init__(parent)
        self._column.insertWidget(1, self._make_row())
        self.header.follow_button.setText("Whole")
        self.header.follow_button.setToolTip("Show all that was computed again (Home)")
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.window_changed.connect(self._zoom)
        self.area.reset_requested.connect(self.reset_view)
        self.area.pointed.connect(self._point)
        self.area.nudged.connect(self._nudge)
        self.area.menu_requested.connect(self._open_menu)

    # What is asked

    def question(self) -> Ask | None:
        return self.wanted if self.is_computing and self.data is not None else None

    def compute(self) -> None:
        """Have it worked out for the present weights, or for those of the moment that is looked at."""
        if self.button.isEnabled():
            self._attempts += 1
            self.wanted = self._changed(attempt=self._attempts)
            self._set_computing(True)
            self.ask_again()

    def cancel(self) -> None:
        """Leave it at what there is."""
        if self.is_computing:
            self._set_computing(False)
            self.ask_again()

    def show_progress(self, share: float) -> None:
        if not self.is_computing:
            return
        if not self._begun:
            self._begun = perf_counter()
        self.progress.setValue(round(1000 * share))
        passed = perf_counter() - self._begun
        left = passed * (1 - share) / share if share > 0.01 else math.nan
        self.time_left.setText("" if math.isnan(left) else f"{time_in_words(left)} left")

    def show_answer(self, answer: Any) -> None:
        self._set_computing(False)
        self.answer = answer
        self.paint.show_surface(answer)
        self.reset_view()

    def take_refusal(self, words: str) -> None:
        self._set_computing(False)
        self.answer = None
        super().take_refusal(words)

    def choose(self, field: str, value: Any) -> None:
        """Choose one of `CHOICES`, or a seed; it counts from the next time that somebody presses Compute."""
        self.wanted = self._changed(**{field: value})
        if field in self._actions:
            self._actions[field][value].setChecked(True)
        if self._settings is not None:
            self._settings.set(LANDSCAPE_FORM, "map" if self.wanted.directions == 2 else "curve")
            self._settings.set(LANDSCAPE_POINTS, self.wanted.resolution)
            self._settings.set(LANDSCAPE_REACH, self.wanted.reach)
            self._settings.set(LANDSCAPE_SAMPLES, self.wanted.samples)

    def set_logarithmic(self, on: bool) -> None:
        """Show logarithms of the loss, or the loss itself."""
        self._log_action.setChecked(on)
        if on != self.paint.is_logarithmic:
            self.paint.is_logarithmic = on
            if self._settings is not None:
                self._settings.set(LANDSCAPE_LOG, on)
            if self.answer is not None:
                self.paint.show_surface(self.answer)
                self.reset_view()

    def take_settings(self, settings: Settings) -> None:
        """Begin with what was chosen the last time, and remember what will be."""
        self._settings = None
        self.choose("directions", 2 if settings.get(LANDSCAPE_FORM) == "map" else 1)
        for field, setting in (("resolution", LANDSCAPE_POINTS), ("samples", LANDSCAPE_SAMPLES)):
            self.choose(field, settings.get(setting))
        self.choose("reach", settings.get(LANDSCAPE_REACH))
        self.set_logarithmic(settings.get(LANDSCAPE_LOG))
        self._settings = settings

    # How it looks

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

    def reset_view(self) -> None:
        """Show all that was computed."""
        self._is_zoomed = False
        self.header.follow_button.hide()
        if self.answer is not None:
            self.area.show_window(self.paint.whole)
            self.area.right_margin = self.paint.right_margin
            self._say_words(self.answer)
            self.area.set_pointer(None)
            self.area.update()

    def apply_theme(self, theme: Theme) -> None:
        self.area.apply_theme(theme)
        self.paint.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.area.paint_into(painter, rect)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        places = np.ndindex(answer.losses.shape)
        if len(answer.losses) == 1:
            return ["a", "loss"], ([float(answer.steps[x]), float(answer.losses[y, x])] for y, x in places)
        return ["a", "b", "loss"], (
            [float(answer.steps[x]), float(answer.steps[y]), float(answer.losses[y, x])] for y, x in places
        )

    # Inside

    def what_is_missing(self) -> str:
        if self.is_computing and self.answer is None and self.data is not None:
            return "Working it out: the loss is computed at every point of a grid"
        return super().what_is_missing()

    def _make_content(self) -> QWidget:
        self.area = PlaneArea(self)
        self.area.setToolTip(METHOD)
        self.paint = LandscapePainter(self.area)
        return self.area

    def _make_row(self) -> QWidget:
        row = QWidget(self)
        self.button = QPushButton("Compute", row)
        self.button.setToolTip("Work out the loss around the present weights")
        self.button.clicked.connect(lambda: self.cancel() if self.is_computing else self.compute())
        self.button.setEnabled(False)
        self.progress = QProgressBar(row)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the landscape")
        self.time_left = QLabel(row)
        self.time_left.setProperty("role", "dim")
        for each in (self.progress, self.time_left):
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(row)
        line.setContentsMargins(10, 2, 8, 2)
        line.setSpacing(8)
        line.addWidget(self.button)
        line.addWidget(self.progress, 2)
        line.addWidget(self.time_left, 3)
        self._set_computing(False)
        return row

    def _build_choices(self, menu: QMenu) -> None:
        self._actions: dict[str, dict[Any, QAction]] = {}
        for field, (heading, values) in CHOICES.items():
            offered, group = menu.addMenu(heading), QActionGroup(self)
            self._actions[field] = {}
            for value, words in values:
                action = QAction(words, self, checkable=True, checked=value == getattr(self.wanted, field))
                action.triggered.connect(self._chooser(field, value))
                group.addAction(action)
                offered.addAction(action)
                self._actions[field][value] = action
        menu.addAction("Other directions").triggered.connect(lambda: self.choose("seed", self.wanted.seed + 1))
        self._log_action = QAction("Logarithm of the loss", self, checkable=True)
        self._log_action.toggled.connect(self.set_logarithmic)
        menu.addAction(self._log_action)

    def _chooser(self, field: str, value: Any) -> Callable[[], None]:
        return lambda: self.choose(field, value)

    def _changed(self, **fields: Any) -> Ask:
        known = {name: getattr(self.wanted, name) for name in self.wanted.__dataclass_fields__}
        return Ask(**(known | fields))

    def _project_changed(self) -> None:
        assert self.project is not None
        if self._graph is not self.project.graph or self._shown_data is not self.data:
            self._graph, self._shown_data = self.project.graph, self.data
            self.answer, self.step, self._unanswerable = None, None, ""
            self._set_computing(False)
        self.button.setEnabled(self.data is not None and self.report is not None and not self.report.problems)

    def _show_moment(self, step: int | None) -> None:
        """A landscape is of the step that it was computed for, and says so."""

    def _set_computing(self, on: bool) -> None:
        self.is_computing, self._begun = on, 0.0
        self.button.setText("Cancel" if on else "Compute")
        self.progress.setValue(0)
        self.progress.setVisible(on)
        self.time_left.setText("")
        self._say_what_is_missing()

    def _say_words(self, answer: Surface) -> None:
        self.area.say(self._caption(answer), "first direction, a", self.paint.y_title)

    def _caption(self, answer: Surface) -> str:
        if self.height() < SMALL:
            return f"loss {format_value(answer.centre, 6)} here (+)"
        return (
            f"Loss {format_value(answer.centre, 6)} at the present weights (+), of "
            f"{some_of(answer.samples, answer.total)} training samples. Seed {answer.seed}: "
            f"{some_of(answer.moved, answer.parameters)} parameters move."
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.answer is not None:
            self._say_words(self.answer)

    def _zoom(self) -> None:
        self._is_zoomed = True
        self.header.follow_button.show()

    def _point(self, here: QPointF | None) -> None:
        answer = self.answer
        if here is None or answer is None:
            self.area.set_pointer(None)
            return
        column = int(np.abs(answer.steps - here.x()).argmin())
        row = int(np.abs(answer.steps - here.y()).argmin()) if len(answer.losses) > 1 else 0
        self._point_at(row, column)

    def _point_at(self, row: int, column: int) -> None:
        answer = self.answer
        assert answer is not None
        a, loss = float(answer.steps[column]), float(answer.losses[row, column])
        heading, height = f"a {format_value(a)}", self.paint.height(loss)
        if len(answer.losses) > 1:
            height = float(answer.steps[row])
            heading += f" · b {format_value(height)}"
        readings = (
            Reading("loss", format_value(loss, 6), self.paint.color(loss)),
            Reading("more than at +", format_value(loss - answer.centre, 6), self.theme.dim),
        )
        self.area.set_pointer(Pointer(a, heading, readings), height)

    def _nudge(self, right: int, up: int) -> None:
        """Move the cross-hair by points of the grid, from the present weights if there was none."""
        answer, pointer = self.answer, self.area.pointer
        if answer is None:
            return
        column = row = len(answer.steps) // 2
        if pointer is not None:
            column = int(np.abs(answer.steps - pointer.step).argmin()) + right
            row = int(np.abs(answer.steps - self.area.pointer_height).argmin()) + up
        last = len(answer.steps) - 1
        column, row = min(max(column, 0), last), min(max(row, 0), last)
        self._point_at(row if len(answer.losses) > 1 else 0, column)


def time_in_words(seconds: float) -> str:
    """About how long something takes: `8 s`, `3 min`."""
    return f"{max(1, math.ceil(seconds))} s" if seconds < 100 else f"{math.ceil(seconds / 60)} min"
