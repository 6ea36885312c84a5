"""How far predicted numbers are off, in the units of the target: predicted against true, and how the errors spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.plots.part_look import PartLook
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_integer, format_value, linear_ticks, step_ticks
from deepviz.gui.plots.two_planes import TwoPlanes
from deepviz.gui.settings import RESIDUALS_FORM, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window
from deepviz.insight.residuals import Residuals, ResidualsOf

FORMS = ("histogram", "against predicted")
MARGIN = 0.06
BINS = 31
"""Bins of the histogram, an odd number so that no error lies in the middle of one."""
NEAR = 14.0
"""Pixels within which a click means a sample."""


class ResidualPlots(PartLook):
    """Predicted against true, and residuals."""

    key = "residuals"
    title = "Residuals"
    explanation = "Predicted numbers against true ones, and how far they are off: the nearer to the line, the better."
    order = 74
    task = "regression"
    other_view = "Confusion"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Residuals | None = None
        self.output = 0
        self.form = FORMS[0]
        self.counts, self.edges = np.zeros(0, np.int64), np.zeros(1)
        super().__init__(parent)
        self.output_choice = self.choice("Which of the target numbers", 90)
        self.output_choice.currentIndexChanged.connect(self.choose_output)
        self.header.add(self.output_choice)
        for area, paint in zip(self.planes.areas, (self._paint_pairs, self._paint_residuals), strict=True):
            area.layers.append(paint)
            area.pointed.connect(partial(self._point, area))
            area.nudged.connect(partial(self._nudge, area))
            area.chosen.connect(partial(self._choose, area))
            area.reset_requested.connect(self._fit)
            area.menu_requested.connect(self._open_menu)

    def question(self) -> ResidualsOf | None:
        return ResidualsOf(self.part, self.output) if self.can_ask else None

    def show_answer(self, answer: Any) -> None:
        if (answer.part, answer.output) != (self.part, self.output):
            return
        is_first = self.answer is None
        self.answer = answer
        reach = float(np.abs(answer.errors).max()) or 1.0
        if is_first or not self._fits(answer):
            self._reach = 1.2 * reach
        self.counts, self.edges = np.histogram(answer.errors, BINS, (-self._reach, self._reach))
        if not self._is_zoomed:
            self._fit()
        self._say_numbers(answer)
        for area in self.planes.areas:
            area.set_pointer(None)
            area.update()

    def choose_output(self, number: int) -> None:
        """Look at another of the target numbers."""
        if number >= 0 and number != self.output:
            self.output = number
            with QSignalBlocker(self.output_choice):
                self.output_choice.setCurrentIndex(number)
            self._forget()
            self.ask_again()

    def choose_form(self, form: str) -> None:
        """Draw residuals as a histogram, or against what was predicted."""
        self.form = form
        self.remember(RESIDUALS_FORM, form)
        self._form_actions[form].setChecked(True)
        self._is_zoomed = False
        if self.answer is not None:
            self.show_answer(self.answer)

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self.choose_form(settings.get(RESIDUALS_FORM))

    @property
    def seconds_to_paint(self) -> float:
        return self.planes.seconds_to_paint

    def apply_theme(self, theme: Theme) -> None:
        self.planes.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.planes.paint_into(painter, rect)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        rows = zip(answer.true.tolist(), answer.predicted.tolist(), answer.errors.tolist(), strict=True)
        return ["sample", "true", "predicted", "residual"], ([number, *row] for number, row in enumerate(rows))

    def _make_content(self) -> QWidget:
        self._is_zoomed, self._reach = False, 1.0
        self.planes = TwoPlanes(("Predicted against true", "Residuals"), ("Predicted", "Residuals"), front=1)
        for area in self.planes.areas:
            area.window_changed.connect(self._zoom)
        return self.planes

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        menu.addAction("Reset view\tHome").triggered.connect(self._fit)
        self.planes.build_choices(menu)
        group, forms = QActionGroup(self), menu.addMenu("Residuals as")
        self._form_actions: dict[str, QAction] = {}
        for form in FORMS:
            action = QAction(form.capitalize(), self, checkable=True)
            action.setChecked(form == self.form)
            action.triggered.connect(lambda _, form=form: self.choose_form(form))
            group.addAction(action)
            forms.addAction(action)
            self._form_actions[form] = action

    def _project_changed(self) -> None:
        if self.data is not self._shown_data:
            count = self.data.outputs if self.data is not None and self.data.task == "regression" else 0
            self.output = 0
            with QSignalBlocker(self.output_choice):
                self.output_choice.clear()
                self.output_choice.addItems([f"Target {number + 1}" for number in range(count)])
        super()._project_changed()

    def _forget(self) -> None:
        self.answer, self._is_zoomed = None, False

    def _part_changed(self) -> None:
        self._forget()

    def _say_numbers(self, answer: Residuals) -> None:
        explained = "R² not defined" if np.isnan(answer.explained) else f"R² {format_value(answer.explained, 5)}"
        mae, rmse, bias = (
            format_value(each, 5) for each in (answer.mean_absolute, answer.root_mean_square, answer.bias)
        )
        count = self.count_in_words(answer.samples, answer.total)
        first = f"{explained} · MAE {mae} · RMSE {rmse} · {count}, in units of the target"
        self.planes.first.say(first, "true", "predicted")
        words = f"residual = predicted − true · mean {bias} · RMSE {rmse}"
        self.planes.second.y_marks = step_ticks if self.form == FORMS[0] else linear_ticks
        if self.form == FORMS[0]:
            self.planes.second.say(words, "residual", "samples")
        else:
            self.planes.second.say(words, "predicted", "residual")

    # What is shown

    def _zoom(self) -> None:
        self._is_zoomed = True

    def _fits(self, answer: Residuals) -> bool:
        """Whether the errors still fill a good part of the histogram and none is outside."""
        reach = float(np.abs(answer.errors).max())
        return self._reach / 4 < reach <= self._reach

    def _fit(self) -> None:
        """Show all samples."""
        self._is_zoomed = False
        if self.answer is None:
            return
        answer = self.answer
        low, high = _span(np.concatenate([answer.true, answer.predicted]))
        pairs = Window(low, high, low, high)
        if self.form == FORMS[0]:
            top = 1.1 * max(float(self.counts.max(initial=0)), 1.0)
            errors = Window(-self._reach, self._reach, 0.0, top)
        else:
            left, right = _span(answer.predicted)
            errors = Window(left, right, -self._reach, self._reach)
        for area, whole in zip(self.planes.areas, (pairs, errors), strict=True):
            area.whole = whole
            area.show_window(whole)

    def _points(self, area: PlaneArea) -> tuple[np.ndarray, np.ndarray]:
        """Where the samples are in a plane that shows them as points."""
        assert self.answer is not None
        if area is self.planes.first:
            return self.answer.true, self.answer.predicted
        return self.answer.predicted, self.answer.errors

    def _has_bars(self, area: PlaneArea) -> bool:
        return area is self.planes.second and self.form == FORMS[0]

    # Painting

    def _paint_pairs(self, painter: QPainter) -> None:
        if self.answer is not None:
            area, shown = self.planes.first, self.planes.first.window_shown
            low, high = min(shown.left, shown.low), max(shown.right, shown.high)
            self._paint_ideal(painter, QLineF(area.pixel(low, low), area.pixel(high, high)))
            self._paint_points(painter, area)

    def _paint_residuals(self, painter: QPainter) -> None:
        if self.answer is None:
            return
        area, shown = self.planes.second, self.planes.second.window_shown
        if self._has_bars(area):
            self._paint_bars(painter, area)
            self._paint_ideal(painter, QLineF(area.pixel(0, shown.low), area.pixel(0, shown.high)))
        else:
            self._paint_ideal(painter, QLineF(area.pixel(shown.left, 0), area.pixel(shown.right, 0)))
            self._paint_points(painter, area)

    def _paint_ideal(self, painter: QPainter, line: QLineF) -> None:
        """Where all samples would be if the network were always right."""
        painter.setPen(QPen(QColor(self.theme.dim), 1, Qt.PenStyle.DashLine))
        painter.drawLine(line)

    def _paint_points(self, painter: QPainter, area: PlaneArea) -> None:
        xs, ys = area.pixels(*self._points(area))
        points = QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])
        color = QColor(self.theme.curve(0).color)
        color.setAlphaF(1.0 if len(xs) <= 100 else 0.55)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 5.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(points)

    def _paint_bars(self, painter: QPainter, area: PlaneArea) -> None:
        color = QColor(self.theme.curve(0).color)
        for count, left, right in zip(self.counts.tolist(), self.edges[:-1], self.edges[1:], strict=True):
            bar = QRectF(area.pixel(float(left), float(count)), area.pixel(float(right), 0.0))
            painter.fillRect(bar.adjusted(0.5, 0, -0.5, 0), color)

    # The cross-hair

    def _point(self, area: PlaneArea, numbers: QPointF | None) -> None:
        if numbers is None or self.answer is None:
            area.set_pointer(None)
        elif self._has_bars(area):
            self._stand_on_bar(area, int(np.searchsorted(self.edges, numbers.x(), side="right")) - 1)
        else:
            xs, ys = area.pixels(*self._points(area))
            here = area.pixel(numbers.x(), numbers.y())
            self._stand_on_sample(area, int(np.hypot(xs - here.x(), ys - here.y()).argmin()))

    def _nudge(self, area: PlaneArea, right: int, up: int) -> None:
        """Go to the next bar or, from left to right, to the next sample."""
        if self.answer is None:
            return
        here = self._standing if area.pointer is not None else None
        if self._has_bars(area):
            self._stand_on_bar(area, BINS // 2 if here is None else here + right + up)
            return
        order = np.argsort(self._points(area)[0], kind="stable")
        place = len(order) // 2 if here is None else int(np.flatnonzero(order == here)[0]) + right + up
        self._stand_on_sample(area, int(order[min(max(place, 0), len(order) - 1)]))

    def _choose(self, area: PlaneArea, numbers: QPointF) -> None:
        """A click near a sample chooses it."""
        if self.answer is None or self._has_bars(area):
            return
        self._point(area, numbers)
        xs, ys = area.pixels(*self._points(area))
        here = area.pixel(numbers.x(), numbers.y())
        if np.hypot(xs[self._standing] - here.x(), ys[self._standing] - here.y()) <= NEAR:
            self.sample_chosen.emit(self.part, self._standing)

    _standing = 0
    """The bar or the sample at which the cross-hair stands."""

    def _stand_on_bar(self, area: PlaneArea, number: int) -> None:
        number = self._standing = min(max(number, 0), len(self.counts) - 1)
        low, high, count = float(self.edges[number]), float(self.edges[number + 1]), int(self.counts[number])
        heading = f"{format_value(low, 4)} to {format_value(high, 4)}"
        reading = Reading("samples", format_integer(count), self.theme.curve(0).color)
        area.set_pointer(Pointer((low + high) / 2, heading, (reading,)), float(count))

    def _stand_on_sample(self, area: PlaneArea, number: int) -> None:
        answer = self.answer
        assert answer is not None
        self._standing = number
        color = self.theme.curve(0).color
        values = (("true", answer.true), ("predicted", answer.predicted), ("residual", answer.errors))
        readings = tuple(Reading(name, format_value(float(each[number]), 6), color) for name, each in values)
        x, y = (float(each[number]) for each in self._points(area))
        area.set_pointer(Pointer(x, f"sample {number}", readings), y)


def _span(values: np.ndarray) -> tuple[float, float]:
    """From the smallest to the largest, and a little more."""
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) or max(abs(low), 1.0) * MARGIN
    return low - margin, high + margin
