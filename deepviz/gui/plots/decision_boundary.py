"""The regions of the plane that the network gives to each class, where they meet, and the samples that lie in them.

Colours grow stronger where one class is farther ahead of the next; the line is where the winning class changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.gui.class_colors import class_color
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.painted_layer import PaintedLayer
from deepviz.gui.plots.plane_look import NEAR, PlaneLook
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.sample_points import (
    PART_WORDS,
    nearest_sample,
    paint_crosses,
    paint_samples,
    samples_in_words,
)
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.plots.words_page import offering
from deepviz.gui.signed_colors import image_of
from deepviz.gui.theme import Theme
from deepviz.insight.plane import why_no_plane
from deepviz.insight.response import Response, ResponseQuestion
from deepviz.insight.scatter import Scatter

FAINTEST, STRONGEST = 0.12, 0.62
"""Opacity of a region where two classes are even, and where one is certain."""
MOST_CLASSES_TOLD = 6
"""So many classes the box beside the cross-hair names, the likeliest first."""


class DecisionBoundary(PlaneLook):
    """Which class wins where."""

    key = "decision_boundary"
    title = "Decisions"
    explanation = "Which class the network gives to each point of the plane of two inputs; at the line it changes."
    order = 50

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Response | None = None
        self._image: QImage | None = None
        super().__init__(parent)
        self._points = PaintedLayer(self.area, self._paint_points)
        self.area.layers += [self._paint_regions, self._paint_boundary, self._points.paint, self._paint_crosses]

    @classmethod
    def suits(cls, project: Project, data: PreparedData) -> bool:
        return data.task == "classification" and data.sample_shape == (2,)

    def why_not(self, data: PreparedData) -> str:
        if data.task != "classification":
            other = "Residuals" if why_no_plane(data.sample_shape, 1) else "Fit"
            return f"These data are numbers to fit, not classes. Open {other} instead."
        return offering(why_no_plane(data.sample_shape), "Projection")

    def question(self) -> ResponseQuestion | None:
        if self.data is None or self.why_not(self.data):
            return None
        return ResponseQuestion(self.features, self.zoomed, self.resolution, self.parts)

    def show_answer(self, answer: Any) -> None:
        if self.answer is None or not _are_same_points(self.answer.samples, answer.samples):
            self._points.forget()
        self.answer = answer
        self._image = self._regions(answer)
        if self.zoomed is None:
            self.area.show_window(answer.window)
        names = self.input_names()
        words = (samples_in_words(answer.samples, True), self._held_in_words(), self._scores_in_words())
        self.area.say(
            ". ".join(each.rstrip(".") for each in words if each), names[answer.features[0]], names[answer.features[1]]
        )
        self.header.set_entries(
            [Entry(name, "", self._color(number), is_patch=True) for number, name in enumerate(self._class_names())]
        )
        self.area.update()

    def apply_theme(self, theme: Theme) -> None:
        super().apply_theme(theme)
        if self.answer is not None:
            self.show_answer(self.answer)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        names = self.input_names()
        values, kind = answer.outputs, "output"
        columns = [f"{kind} {number + 1}" for number in range(values.shape[-1])]
        if answer.probabilities is not None:
            values = answer.probabilities
            columns = [f"probability of {name}" for name in self._class_names()]
        return [*(names[each] for each in answer.features), "class", *columns], self._table_rows(answer, values)

    def _table_rows(self, answer: Response, values: np.ndarray) -> Iterable[Sequence[object]]:
        assert answer.winners is not None
        names = self._class_names()
        for row, y in enumerate(answer.ys.tolist()):
            for column, x in enumerate(answer.xs.tolist()):
                winner = int(answer.winners[row, column])
                yield [x, y, names[winner] if winner >= 0 else "", *values[row, column].tolist()]

    def _forget(self) -> None:
        self.answer = self._image = None
        self._points.forget()

    def _class_names(self) -> Sequence[str]:
        return self.data.class_names if self.data is not None else ()

    def _color(self, number: int) -> str:
        return class_color(self.theme, number)

    def _scores_in_words(self) -> str:
        """What there is instead, where the loss makes no probabilities."""
        assert self.answer is not None
        return "" if self.answer.probabilities is not None else "This loss gives scores, not probabilities"

    def _regions(self, answer: Response) -> QImage:
        """One pixel for each point that was computed; without colour where nothing finite came out."""
        assert answer.winners is not None
        assert answer.confidence is not None
        inks = [QColor(self._color(number)) for number in range(len(self._class_names()))]
        colors = np.array([(ink.red(), ink.green(), ink.blue()) for ink in inks])
        alpha = np.where(answer.winners >= 0, FAINTEST + (STRONGEST - FAINTEST) * answer.confidence, 0.0)
        shares = colors[np.maximum(answer.winners, 0)] * alpha[..., None]
        red, green, blue = np.moveaxis(np.rint(shares), -1, 0).astype(np.uint32)
        opacity = np.rint(255 * alpha).astype(np.uint32)
        return image_of(opacity << np.uint32(24) | red << np.uint32(16) | green << np.uint32(8) | blue)

    def _paint_regions(self, painter: QPainter) -> None:
        if self.answer is not None and self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.area.rect_of(self.answer.window), self._image)

    def _paint_boundary(self, painter: QPainter) -> None:
        if self.answer is None or not len(self.answer.boundary):
            return
        segments = self.answer.boundary
        xs, ys = self.area.pixels(segments[..., 0], segments[..., 1])
        ends = np.stack([xs[:, 0], ys[:, 0], xs[:, 1], ys[:, 1]], axis=1).tolist()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.text), 1.5, c=Qt.PenCapStyle.RoundCap))
        painter.drawLines([QLineF(*each) for each in ends])

    def _paint_points(self, painter: QPainter) -> None:
        if self.answer is None:
            return
        palette = [self._color(number) for number in range(len(self._class_names()))]
        for part in self.answer.samples:
            colors = [palette[number] for number in part.targets.tolist()]
            paint_samples(painter, self.area, part, part.places[:, 1], colors, self.theme)

    def _paint_crosses(self, painter: QPainter) -> None:
        for part in () if self.answer is None else self.answer.samples:
            paint_crosses(painter, self.area, part, part.places[:, 1], self.theme)

    def _cell(self) -> tuple[float, float]:
        window = self.area.window_shown if self.answer is None else self.answer.window
        return (window.right - window.left) / self.resolution, (window.high - window.low) / self.resolution

    def _pointer_at(self, x: float, y: float) -> tuple[Pointer, float] | None:
        answer = self.answer
        if answer is None or answer.winners is None:
            return None
        column, row = int(np.abs(answer.xs - x).argmin()), int(np.abs(answer.ys - y).argmin())
        x, y = float(answer.xs[column]), float(answer.ys[row])
        names = self.input_names()
        heading = " · ".join(
            f"{names[feature]} {format_value(value)}" for feature, value in zip(answer.features, (x, y), strict=True)
        )
        classes = self._class_names()
        readings = []
        if answer.winners[row, column] < 0:
            readings.append(Reading("outputs", "not finite", self.theme.bad))
        elif answer.probabilities is not None:
            shares = answer.probabilities[row, column]
            readings += [
                Reading(classes[number], share_in_words(float(shares[number])), self._color(number))
                for number in np.argsort(-shares, kind="stable")[:MOST_CLASSES_TOLD].tolist()
            ]
        elif answer.outputs.shape[-1] == 1:
            winner = int(answer.winners[row, column])
            score = format_value(float(answer.outputs[row, column, 0]))
            readings.append(Reading(f"{classes[winner]}, by the output", score, self._color(winner)))
        else:
            scores = answer.outputs[row, column]
            for number in np.argsort(-scores, kind="stable")[:MOST_CLASSES_TOLD].tolist():
                score = format_value(float(scores[number]))
                readings.append(Reading(f"{classes[number]}: score", score, self._color(number)))
        found = nearest_sample(self.area, x, y, answer.samples, self._heights(answer), np.inf)
        if found is not None:
            part = answer.samples[found[0]]
            target, predicted = int(part.targets[found[1]]), int(part.predicted[found[1]])
            words = classes[target] + ("" if target == predicted else f", taken for {classes[predicted]}")
            readings.append(Reading(f"nearest {PART_WORDS[part.part]} sample", words, self._color(target)))
        return Pointer(x, heading, tuple(readings)), y

    def _choose(self, point: QPointF) -> None:
        answer = self.answer
        if answer is None:
            return
        found = nearest_sample(self.area, point.x(), point.y(), answer.samples, self._heights(answer), NEAR)
        if found is not None:
            part = answer.samples[found[0]]
            self.sample_chosen.emit(part.part, int(part.numbers[found[1]]))

    def _heights(self, answer: Response) -> list[np.ndarray]:
        return [part.places[:, 1] for part in answer.samples]


def _are_same_points(before: Sequence[Scatter], after: Sequence[Scatter]) -> bool:
    """Whether the same samples stand in the same places with the same classes, whatever the network says of them."""
    return len(before) == len(after) and all(
        one.part == other.part
        and np.array_equal(one.targets, other.targets)
        and np.array_equal(one.places, other.places)
        for one, other in zip(before, after, strict=True)
    )


def share_in_words(share: float) -> str:
    """A probability as a percentage, exact to its last digit and never rounded to certainty."""
    percent = 100 * share
    if 0 < percent < 0.05:
        return f"{percent:.1e} %" if percent < 1e-3 else f"{percent:.3f} %"
    if 99.95 <= percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %"
