"""The gradient magnitude of every layer over time: the L2 norm of each layer's parameter gradient, on a log axis.

Up to eight layers have a colour, dashes and a label at the end of their curve; more are coloured by depth, first layer
darkest, and those at the ends and under the pointer are named. A frozen layer has no curve; the header names it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import RIGHT, TICK_SIZE
from deepviz.gui.plots.curve_plot import CurvePlot, Line
from deepviz.gui.plots.header import Entry
from deepviz.gui.plots.plot import nearest
from deepviz.gui.plots.ticks import spread
from deepviz.gui.theme import body_font, readable, viridis
from deepviz.training.history import FROZEN, GRADIENT_NORM

MOST_LABELS = 8
MOST_BANDS = 5
MOST_FROZEN = 2
"""Up to how many frozen layers the header names; of more it says how many there are."""
LABEL_GAP = 13.0
LABEL_WIDTH = 96.0
READINGS_OF_MANY = 6


class GradientNorms(CurvePlot):
    """One curve for each layer with parameters."""

    key = "gradient_norms"
    title = "Gradients"
    heading = "‖∂L/∂θ‖ by layer"
    order = 30
    invitation = "Press Run to see the gradient of each layer"
    band_opacity = 0.12  # several lie over each other

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_logarithmic(True)
        self._label_width = 0.0
        self.area.decorations.append(self._paint_labels)
        self.area.pointed.connect(self._emphasise_nearest)

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if not missing and self.history is not None and GRADIENT_NORM not in self.history:
            return "No gradient was measured in this run"
        return missing

    @property
    def has_many(self) -> bool:
        """Whether there are too many layers to label each."""
        return self.history is not None and len(self.history.layers) > MOST_LABELS

    def has_bands(self) -> bool:
        """Only with few layers: many bands would hide the lines."""
        return self.history is not None and len(self.history.layers) <= MOST_BANDS

    def lines(self) -> Sequence[Line]:
        assert self.history is not None
        layers = self.history.layers if GRADIENT_NORM in self.history else ()
        found = []
        for index, name in enumerate(layers):
            look = self.theme.curve(index)
            color, ink, dashes = look.color, look.ink, look.dashes
            if self.has_many:
                depth = round(255 * index / (len(layers) - 1))
                color = "#" + bytes(viridis()[depth]).hex()
                color, ink, dashes = readable(color, self.theme.panel, 1.8), self.theme.ink(color), ()
            found.append(Line(name, GRADIENT_NORM, index, color, ink, dashes))
        return found

    def shown_at(self, step: int, height: float | None) -> Sequence[Line]:
        """Of many layers those whose curves are nearest to the pointer (or the first and the last), in their order."""
        if not self.has_many or not self._lines:
            return self._lines
        chosen = [0, len(self._lines) - 1] if height is None else self._nearest_lines(step, height)
        return [self._lines[index] for index in sorted(chosen[:READINGS_OF_MANY])]

    def _nearest_lines(self, step: int, height: float) -> list[int]:
        """The layers that have a value near a step, beginning with the one nearest to a height of the axis."""
        assert self.history is not None
        steps, norms = self.history.column(GRADIENT_NORM)
        heights = [self.to_axis(norm) for norm in norms[nearest(steps, step)].tolist()]
        distances = [math.inf if each is None else abs(each - height) for each in heights]
        return sorted(range(len(distances)), key=distances.__getitem__)

    def _emphasise_nearest(self, numbers: QPointF | None) -> None:
        name = None
        if numbers is not None and self._lines and (step := self._nearest_step(numbers.x())) is not None:
            name = self._lines[self._nearest_lines(step, numbers.y())[0]].name
        self.emphasise(name)

    def _draw(self) -> None:
        assert self.history is not None
        bold = body_font(TICK_SIZE)
        bold.setBold(True)
        metrics = QFontMetricsF(bold)
        widest = max((metrics.horizontalAdvance(name) for name in self.history.layers), default=0.0)
        self._label_width = min(widest, LABEL_WIDTH, 0.28 * self.area.width())
        self.area.set_right_margin(RIGHT + 4 + math.ceil(self._label_width))
        super()._draw()

    def value_text(self, value: float, is_exact: bool) -> str:
        return FROZEN if math.isnan(value) else super().value_text(value, is_exact)

    def _entries(self) -> list[Entry]:
        entries = []
        if self.has_many and self._lines:
            entries = [Entry("first", "", self._lines[0].color), Entry("last", "", self._lines[-1].color)]
        frozen = [self.history.layers[number] for number in np.flatnonzero(self.history.frozen)] if self.history else []
        if len(frozen) > MOST_FROZEN:
            return [*entries, Entry(f"{len(frozen)} layers {FROZEN}", "", self.theme.dim)]
        return [*entries, *(Entry(f"{name} {FROZEN}", "", self.theme.dim) for name in frozen)]

    def _labelled(self) -> list[Line]:
        if not self.has_many:
            return list(self._lines)
        chosen = [self._lines[0], self._lines[-1]] if self._lines else []
        return chosen + [line for line in self._lines[1:-1] if line.name == self._emphasised]

    def _paint_labels(self, painter: QPainter) -> None:
        """Name curves where they end, moved apart where they would overlap."""
        frame = self.area.frame
        ends = []
        for line in self._labelled():
            curve = self.curves[line.name]
            visible = np.flatnonzero(np.isfinite(curve.y) & (curve.x <= self.area.x_range[1]))
            if len(visible):
                y = self.area.y_pixel(float(curve.y[visible[-1]]))
                if frame.top() - 1 <= y <= frame.bottom() + 1:
                    ends.append((line, y))
        places = spread([y for _, y in ends], LABEL_GAP, frame.top(), frame.bottom())
        font = body_font(TICK_SIZE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (line, y), place in zip(ends, places, strict=True):
            font.setBold(line.name == self._emphasised)
            painter.setFont(font)
            left = frame.right() + 10
            if abs(place - y) > 2:
                painter.setPen(QPen(QColor(self.theme.outline), 1))
                painter.drawLine(QLineF(frame.right() + 1, y, left - 2, place))
            room = self.area.width() - left - 2
            name = QFontMetricsF(font).elidedText(line.name, Qt.TextElideMode.ElideMiddle, room)
            painter.setPen(QColor(line.ink))
            painter.drawText(QRectF(left, place - 8, room, 16), Qt.AlignmentFlag.AlignVCenter, name)
