"""What a network makes of numbers to fit: its curve through the samples, or its surface over two of the inputs.

Of one input, targets are points and the network is a line; of more, the network is a map in colours, and the points
have the colours of their targets: where a point cannot be seen, the network has met it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.color_bar import bar_margin, paint_color_bar
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.plane_area import RIGHT
from deepviz.gui.plots.plane_look import NEAR, PlaneLook, make_narrow
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.sample_points import PART_WORDS, nearest_sample, paint_samples, samples_in_words
from deepviz.gui.plots.ticks import apart, format_value
from deepviz.gui.signed_colors import image_of
from deepviz.gui.theme import Theme, viridis
from deepviz.insight.fit import Fit, FitQuestion
from deepviz.insight.plane import MARGIN, Window, why_no_plane
from deepviz.insight.response import Response, ResponseQuestion
from deepviz.insight.subject import Question

CURVE_RESOLUTION = 400
MOST_OUTPUTS = 100
"""So many target numbers are offered."""


class RegressionFit(PlaneLook):
    """The fitted curve or surface."""

    key = "regression_fit"
    title = "Fit"
    explanation = "What the network gives for every value of the inputs, beside the numbers that it should give."
    order = 51

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Fit | Response | None = None
        self.output = 0
        self.levels = (0.0, 1.0)
        self._image: QImage | None = None
        self._marked: tuple[int, int] | None = None
        super().__init__(parent)
        self._outputs = ChoiceBox(self.row)
        self._outputs.setAccessibleName("Target number")
        self._outputs.setToolTip("Which of the target numbers is shown")
        self._outputs.activated.connect(self.choose_output)
        self._outputs.hide()
        make_narrow(self._outputs)
        self._row_line.addWidget(self._outputs, 1)
        self.area.layers += [self._paint_surface, self._paint_samples, self._paint_curve, self._paint_residual]
        self.area.decorations.append(self._paint_bar)

    @classmethod
    def suits(cls, project: Project, data: PreparedData) -> bool:
        return data.task == "regression" and data.sample_shape in ((1,), (2,))

    def why_not(self, data: PreparedData) -> str:
        if data.task == "classification":
            other = "Confusion" if why_no_plane(data.sample_shape) else "Decisions"
            return f"These data are classes, not numbers to fit. Open {other} instead."
        return why_no_plane(data.sample_shape, 1)

    def question(self) -> Question | None:
        if self.data is None or self.why_not(self.data):
            return None
        if self._is_curve:
            # How high it is shown changes nothing about a curve.
            window = None if self.zoomed is None else Window(self.zoomed.left, self.zoomed.right)
            return FitQuestion(window, CURVE_RESOLUTION, self.parts)
        return ResponseQuestion(self.features, self.zoomed, self.resolution, self.parts)

    def choose_output(self, number: int) -> None:
        """Show another one of several target numbers."""
        self.output = number
        with QSignalBlocker(self._outputs):
            self._outputs.setCurrentIndex(number)
        if self._is_curve:
            self.zoomed = None
        if self.answer is not None:
            self.show_answer(self.answer)

    def show_answer(self, answer: Any) -> None:
        self.answer, self._marked = answer, None
        self.area.right_margin = RIGHT if self._is_curve else bar_margin(*self.levels)
        names, target = self.input_names(), self._target_name()
        words = [samples_in_words(answer.samples, False)]
        if isinstance(answer, Fit):
            if self.zoomed is None:
                self.area.show_window(self._curve_window(answer))
            self.area.say(words[0], names[0], target)
            self.header.set_entries(
                [Entry("network", "", self._curve_color), Entry("targets", "", self._target_color, is_patch=True)]
            )
        else:
            self.levels = self._levels(answer)
            self._image = self._surface(answer)
            if self.zoomed is None:
                self.area.show_window(answer.window)
            words += [f"Colours: {target}, of points as it should be", self._held_in_words()]
            caption = ". ".join(each.rstrip(".") for each in words if each)
            self.area.say(caption, names[answer.features[0]], names[answer.features[1]])
            self.header.set_entries(())
        self.area.update()

    def apply_theme(self, theme: Theme) -> None:
        super().apply_theme(theme)
        if self.answer is not None:
            self.show_answer(self.answer)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer, names = self.answer, self.input_names()
        assert answer is not None
        if isinstance(answer, Fit):
            outputs = answer.outputs
            rows = ([x, *row] for x, row in zip(answer.xs.tolist(), outputs.tolist(), strict=True))
            return [names[0], *self._output_columns(outputs.shape[-1])], rows
        axes = [names[each] for each in answer.features]
        return [*axes, *self._output_columns(answer.outputs.shape[-1])], self._surface_rows(answer)

    def _surface_rows(self, answer: Response) -> Iterable[Sequence[object]]:
        for row, y in enumerate(answer.ys.tolist()):
            for column, x in enumerate(answer.xs.tolist()):
                yield [x, y, *answer.outputs[row, column].tolist()]

    def _output_columns(self, count: int) -> list[str]:
        return ["output"] if count == 1 else [f"output {number + 1}" for number in range(count)]

    def _is_about_this(self, answer: Any) -> bool:
        return answer.data is self.data if isinstance(answer, Fit) else super()._is_about_this(answer)

    @property
    def _is_curve(self) -> bool:
        return self.data is not None and self.data.sample_shape == (1,)

    def _forget(self) -> None:
        self.answer = self._image = self._marked = None
        self.output = 0
        count = min(self.data.outputs if self.data is not None and not self.why_not(self.data) else 0, MOST_OUTPUTS)
        with QSignalBlocker(self._outputs):
            self._outputs.clear()
            self._outputs.addItems([f"target {number + 1}" for number in range(count)])
        self._outputs.setVisible(count > 1)

    @property
    def _has_more_choices(self) -> bool:
        return self._outputs.count() > 1

    def _target_name(self) -> str:
        return "target" if self.data is None else self.data.target_words[self.output]

    @property
    def _curve_color(self) -> str:
        return self.theme.curve(1).color

    @property
    def _target_color(self) -> str:
        return self.theme.curve(0).color

    # The curve

    def _curve_window(self, answer: Fit) -> Window:
        """High enough for the curve and all targets."""
        heights = [answer.outputs[:, self.output], *(part.targets[:, self.output] for part in answer.samples)]
        seen = np.concatenate(heights).astype(np.float64)
        seen = seen[np.isfinite(seen)]
        low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
        margin = MARGIN * (high - low) or max(0.5 * abs(low), 0.5)
        return Window(answer.window.left, answer.window.right, low - margin, high + margin)

    def _paint_curve(self, painter: QPainter) -> None:
        answer = self.answer
        if not isinstance(answer, Fit):
            return
        heights = answer.outputs[:, self.output].astype(np.float64)
        finite = np.isfinite(heights)
        xs, ys = self.area.pixels(answer.xs, np.where(finite, heights, 0.0))
        ys = np.clip(ys, -1e5, 1e5)  # farther out, a painter's own numbers overflow
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._curve_color), 2))
        # Where it is not finite the curve is broken.
        for piece in np.split(np.arange(len(xs)), np.flatnonzero(np.diff(finite)) + 1):
            if finite[piece[0]]:
                points = [QPointF(x, y) for x, y in zip(xs[piece].tolist(), ys[piece].tolist(), strict=True)]
                painter.drawPolyline(QPolygonF(points))

    def _paint_residual(self, painter: QPainter) -> None:
        """Which sample is nearest to the pointer; of a curve also how far it is from what the network gives for it."""
        answer = self.answer
        if answer is None or self._marked is None or self.area.pointer is None:
            return
        part, place = answer.samples[self._marked[0]], self._marked[1]
        x = float(part.places[place, 0])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.text), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if isinstance(answer, Response):
            painter.drawEllipse(self.area.pixel(x, float(part.places[place, 1])), 5, 5)
            return
        target, given = (float(values[place, self.output]) for values in (part.targets, part.outputs))
        painter.drawLine(QLineF(self.area.pixel(x, target), self.area.pixel(x, given)))
        painter.drawEllipse(self.area.pixel(x, target), 5, 5)

    # The surface

    def _levels(self, answer: Response) -> tuple[float, float]:
        """The colours hold every target, and everything that the network gives."""
        values = [answer.outputs[..., self.output].ravel(), *(part.targets[:, self.output] for part in answer.samples)]
        seen = np.concatenate(values).astype(np.float64)
        seen = seen[np.isfinite(seen)]
        low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
        return apart(low, high)

    def _shades(self, values: np.ndarray) -> np.ndarray:
        """Places in the table of colours."""
        low, high = self.levels
        shares = (np.where(np.isfinite(values), values, low).astype(np.float64) - low) / (high - low)
        places: np.ndarray = np.clip(shares * 256, 0, 255).astype(np.intp)
        return places

    def _surface(self, answer: Response) -> QImage:
        values = answer.outputs[..., self.output]
        red, green, blue = viridis()[self._shades(values)].transpose(2, 0, 1).astype(np.uint32)
        pixels = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
        return image_of(np.where(np.isfinite(values), pixels, np.uint32(QColor(self.theme.bad).rgba())))

    def _paint_surface(self, painter: QPainter) -> None:
        if isinstance(self.answer, Response) and self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.area.rect_of(self.answer.window), self._image)

    def _paint_bar(self, painter: QPainter) -> None:
        if isinstance(self.answer, Response):
            paint_color_bar(painter, self.area.frame, viridis(), *self.levels, self.theme)

    # Samples and cross-hair

    def _paint_samples(self, painter: QPainter) -> None:
        answer = self.answer
        if answer is None:
            return
        for part, heights in zip(answer.samples, self._heights(answer), strict=True):
            colors = [self._target_color] * len(heights)
            if isinstance(answer, Response):
                # Every fourth of the colours: to change the pen takes longer than to paint a point.
                table = ["#" + bytes(color).hex() for color in viridis()[2::4]]
                colors = [table[shade // 4] for shade in self._shades(part.targets[:, self.output]).tolist()]
            paint_samples(painter, self.area, part, heights, colors, self.theme, is_on_map=isinstance(answer, Response))

    def _heights(self, answer: Fit | Response) -> list[np.ndarray]:
        if isinstance(answer, Fit):
            return [part.targets[:, self.output].astype(np.float64) for part in answer.samples]
        return [part.places[:, 1] for part in answer.samples]

    def _cell(self) -> tuple[float, float]:
        shown = self.area.window_shown if not isinstance(self.answer, Response) else self.answer.window
        columns = CURVE_RESOLUTION / 4 if self._is_curve else self.resolution
        return (shown.right - shown.left) / columns, (shown.high - shown.low) / self.resolution

    def _pointer_at(self, x: float, y: float) -> tuple[Pointer, float] | None:
        answer = self.answer
        if answer is None:
            return None
        if isinstance(answer, Fit):
            column = int(np.abs(answer.xs - x).argmin())
            x, given = float(answer.xs[column]), float(answer.outputs[column, self.output])
            places = [x]
        else:
            column, row = int(np.abs(answer.xs - x).argmin()), int(np.abs(answer.ys - y).argmin())
            x, y = float(answer.xs[column]), float(answer.ys[row])
            given = float(answer.outputs[row, column, self.output])
            places = [x, y]
        names = self.input_names()
        features = (0,) if isinstance(answer, Fit) else answer.features
        heading = " · ".join(
            f"{names[feature]} {format_value(value)}" for feature, value in zip(features, places, strict=True)
        )
        readings = [Reading("network", format_value(given), self._ink(given, self._curve_color))]
        self._marked = nearest_sample(self.area, x, y, answer.samples, self._heights(answer), np.inf)
        if self._marked is not None:
            part, place = answer.samples[self._marked[0]], self._marked[1]
            target, predicted = float(part.targets[place, self.output]), float(part.outputs[place, self.output])
            nearest = f"nearest {PART_WORDS[part.part]} sample"
            readings += [
                Reading(nearest, format_value(target), self._ink(target, self._target_color)),
                Reading("network for it", format_value(predicted), self._ink(predicted, self._curve_color)),
                Reading("residual (network − sample)", format_value(predicted - target), self.theme.text),
            ]
        return Pointer(x, heading, tuple(readings)), y

    def _ink(self, value: float, of_curve: str) -> str:
        """The colour that a number has here: of a surface its own, whatever it is of."""
        return of_curve if self._is_curve else "#" + bytes(viridis()[int(self._shades(np.array(value)))]).hex()

    def _choose(self, point: QPointF) -> None:
        answer = self.answer
        if answer is None:
            return
        found = nearest_sample(self.area, point.x(), point.y(), answer.samples, self._heights(answer), NEAR)
        if found is not None:
            part = answer.samples[found[0]]
            self.sample_chosen.emit(part.part, int(part.numbers[found[1]]))
