"""How well one class is told from the others at every threshold: the ROC curve, and precision against recall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.amounts import fraction, thousands
from deepviz.gui.plots.part_look import PartLook
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_integer, format_value
from deepviz.gui.plots.two_planes import TwoPlanes
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window
from deepviz.insight.roc import ThresholdCurves, Thresholds

WHOLE = Window(-0.02, 1.02, -0.02, 1.02)
WIDTH = 1.8


class RocCurves(PartLook):
    """ROC, precision and recall."""

    key = "roc"
    title = "ROC"
    heading = "ROC and precision"
    explanation = "How well one class is told from all others at every threshold: the nearer to the corner, the better."
    order = 73
    task = "classification"
    other_view = "Residuals"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: ThresholdCurves | None = None
        self.positive = 1
        self._standing: dict[PlaneArea, int] = {}
        super().__init__(parent)
        self.class_choice = self.choice("The class to be told from all others", 104)
        self.class_choice.currentIndexChanged.connect(self.choose_class)
        self.header.add(self.class_choice)
        for area, paint in zip(self.planes.areas, (self._paint_roc, self._paint_precision), strict=True):
            area.whole = WHOLE
            area.show_window(WHOLE)
            area.layers.append(paint)
            area.pointed.connect(partial(self._point, area))
            area.nudged.connect(partial(self._nudge, area))
            area.reset_requested.connect(partial(area.show_window, WHOLE))
            area.menu_requested.connect(self._open_menu)

    def question(self) -> Thresholds | None:
        return Thresholds(self.part, self.positive) if self.can_ask else None

    def show_answer(self, answer: Any) -> None:
        if (answer.part, answer.positive) != (self.part, self.positive) or self.data is None:
            return
        self.answer = answer
        name = self.data.class_names[self.positive]
        score = "probability" if answer.is_probability else "output"
        count = self.count_in_words(answer.samples, answer.total)
        self.planes.first.say(
            f"AUC {fraction(answer.area, 4)} · {name}: {thousands(answer.positives)} of {count}, by {score}",
            "false positive rate",
            "true positive rate",
        )
        base = answer.positives / answer.samples
        self.planes.second.say(
            f"average precision {fraction(answer.average_precision, 4)} · guessing gives {fraction(base, 4)}",
            "recall",
            "precision",
        )
        for area in self.planes.areas:
            if area.pointer is not None:
                self._point(area, QPointF(area.pointer.step, area.pointer_height))
            area.update()

    def choose_class(self, number: int) -> None:
        """Tell this class from all others."""
        if number >= 0 and number != self.positive:
            self.positive = number
            with QSignalBlocker(self.class_choice):
                self.class_choice.setCurrentIndex(number)
            for area in self.planes.areas:
                area.set_pointer(None)
            self.ask_again()

    def reset_view(self) -> None:
        """Show all of both curves again."""
        for area in self.planes.areas:
            area.show_window(WHOLE)

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
        columns = {
            "threshold": answer.thresholds,
            "true positives": answer.true_positives,
            "false positives": answer.false_positives,
            "true positive rate": answer.true_rate,
            "false positive rate": answer.false_rate,
            "precision": answer.precision,
        }
        return list(columns), zip(*(each.tolist() for each in columns.values()), strict=True)

    def _make_content(self) -> QWidget:
        self.planes = TwoPlanes(("ROC curve", "Precision against recall"), ("ROC", "Precision"))
        return self.planes

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        menu.addAction("Reset view\tHome").triggered.connect(self.reset_view)
        self.planes.build_choices(menu)

    def _project_changed(self) -> None:
        if self.data is not self._shown_data:
            names = self.data.class_names if self.data is not None else ()
            # Of two classes, the second is what is looked for, as in most data sets; of several, the first.
            self.positive = 1 if len(names) == 2 else 0
            with QSignalBlocker(self.class_choice):
                self.class_choice.clear()
                self.class_choice.addItems(list(names))
                self.class_choice.setCurrentIndex(self.positive)
        super()._project_changed()

    def _forget(self) -> None:
        self.answer = None
        for area in self.planes.areas:
            area.set_pointer(None)
            area.show_window(WHOLE)

    # Painting

    def _paint_roc(self, painter: QPainter) -> None:
        if self.answer is None:
            return
        area = self.planes.first
        self._paint_guess(painter, QLineF(area.pixel(0, 0), area.pixel(1, 1)))
        self._paint_curve(painter, area, self.answer.false_rate, self.answer.true_rate, 0)

    def _paint_precision(self, painter: QPainter) -> None:
        if self.answer is None:
            return
        area, base = self.planes.second, self.answer.positives / self.answer.samples
        self._paint_guess(painter, QLineF(area.pixel(0, base), area.pixel(1, base)))
        # As average precision counts it: each gain of recall has the precision at its end.
        recall, precision = np.repeat(self.answer.true_rate, 2)[1:-1], np.repeat(self.answer.precision[1:], 2)
        self._paint_curve(painter, area, recall, precision, 1)

    def _paint_guess(self, painter: QPainter, line: QLineF) -> None:
        """What a network reaches that knows nothing."""
        painter.setPen(QPen(QColor(self.theme.outline), 1, Qt.PenStyle.DashLine))
        painter.drawLine(line)

    def _paint_curve(self, painter: QPainter, area: PlaneArea, x: np.ndarray, y: np.ndarray, number: int) -> None:
        xs, ys = area.pixels(x, y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.curve(number).color), WIDTH))
        points = zip(xs.tolist(), ys.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in points]))

    # The cross-hair

    def _places(self, area: PlaneArea) -> tuple[np.ndarray, np.ndarray]:
        """Where the thresholds are in one of the planes."""
        assert self.answer is not None
        answer = self.answer
        if area is self.planes.first:
            return answer.false_rate, answer.true_rate
        return answer.true_rate, answer.precision

    def _point(self, area: PlaneArea, numbers: QPointF | None) -> None:
        """Stand at the threshold that is nearest to the pointer, and say what it does."""
        if numbers is None or self.answer is None:
            area.set_pointer(None)
            return
        xs, ys = area.pixels(*self._places(area))
        here = area.pixel(numbers.x(), numbers.y())
        self._stand_at(area, int(np.hypot(xs - here.x(), ys - here.y()).argmin()))

    def _nudge(self, area: PlaneArea, right: int, up: int) -> None:
        """Go to the next threshold down (right, up) or up."""
        if self.answer is None:
            return
        last = len(self.answer.thresholds) - 1
        if area.pointer is None:
            self._stand_at(area, int(np.searchsorted(-self.answer.thresholds, -0.5)) if last else 0)
            return
        here = self._standing[area]
        self._stand_at(area, min(max(here + right + up, 0), last))

    def _stand_at(self, area: PlaneArea, number: int) -> None:
        answer = self.answer
        assert answer is not None
        number = min(number, len(answer.thresholds) - 1)
        self._standing[area] = number
        x, y = (float(each[number]) for each in self._places(area))
        color, threshold = self.theme.curve(area is self.planes.second).color, float(answer.thresholds[number])
        words = f"at least {format_value(threshold, 6)}" if number else "none is taken for it"
        right, wrong = int(answer.true_positives[number]), int(answer.false_positives[number])
        readings = (
            Reading("TPR = recall", fraction(float(answer.true_rate[number]), 4), color),
            Reading("FPR", fraction(float(answer.false_rate[number]), 4), color),
            Reading("precision", fraction(float(answer.precision[number]), 4), color),
            Reading("true positives", f"{format_integer(right)} of {format_integer(answer.positives)}", color),
            Reading("false positives", f"{format_integer(wrong)} of {format_integer(answer.negatives)}", color),
        )
        area.set_pointer(Pointer(x, words, readings), y)
