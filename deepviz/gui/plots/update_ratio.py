"""Update-to-weight ratio of every layer: how far a step moves a layer's parameters, measured by their own size.

The rule is that of Karpathy's notes for Stanford's CS231n ("Neural Networks Part 3: Learning and Evaluation", ratio of
weights to updates): about 1e-3; if it is lower the learning rate may be too low, if it is higher it may be too high.
The limits of the alarm are a factor of ten to either side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.curve_plot import Line
from deepviz.gui.plots.curve_plot import _Points as Points
from deepviz.gui.plots.layer_curves import LayerCurves, said_of
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.overlay import Overlay, room_of, write
from deepviz.gui.plots.stretches import NOT_LOOKED_AT
from deepviz.training.history import GRADIENT_NORM

RULE, LOWEST, HIGHEST = 1e-3, 1e-4, 1e-2
TOO_LOW, TOO_HIGH, NO_GRADIENT = "too low", "too high", "without gradient"
ADVICE = {
    TOO_HIGH: "Learning rate may be too high: {}.",
    TOO_LOW: "Learning rate may be too low: {}.",
    NO_GRADIENT: "The gradient is zero: {}. A higher learning rate does not help; units may be dead. Start again with "
    "other weights (Reset) or a lower learning rate, or use LeakyReLU in place of ReLU.",
}
"""What an alarm may mean, and what can be done where that is less plain."""
MARGIN = 0.45
"""Decades to leave beyond the limits, so that what they say has room."""
BAND_OPACITY = 0.13


class UpdateRatio(LayerCurves):
    """One curve for each layer with parameters, with the rule of 1e-3 and the limits of the alarm."""

    key = "update_ratio"
    title = "Update ratio"
    heading = "‖Δθ‖ / ‖θ‖ by layer"
    explanation = "How far one step moves the weights of each layer, as a share of their size. About 1e-3 is healthy."
    order = 45
    category = "Gradients"
    invitation = "Press Run to see how far each step moves the weights"
    probes = ("updates",)
    column = "updates/ratio"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area.decorations.insert(0, self._paint_limits)
        self._overlay = Overlay(self.area, self._paint_words)
        self.marks.other_words = self._words_and_lines

    @property
    def names(self) -> Sequence[str]:
        return () if self.history is None else self.history.layers

    def column_name(self, line: Line) -> str:
        return f"{line.name} update ratio"

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if not missing and self.history is not None and self.column not in self.history:
            return NOT_LOOKED_AT
        return missing

    def alarms(self) -> dict[str, list[str]]:
        """The layers whose ratio is beyond a limit at the step that is shown, first layer first, by what it may mean.

        What is infinite has no weights to be compared with, and what is frozen is not moved: neither is an alarm. A
        layer whose gradient is exactly zero does not move at any learning rate, so that is not to blame.
        """
        values = self.values_now() if self.history is not None and len(self.history) else None
        found: dict[str, list[str]] = {TOO_HIGH: [], NO_GRADIENT: [], TOO_LOW: []}
        if values is not None:
            gradients = self._gradients_then()
            for name, value, gradient in zip(self.names, values.tolist(), gradients, strict=True):
                if math.isfinite(value) and not LOWEST <= value <= HIGHEST:
                    low = NO_GRADIENT if gradient == 0 else TOO_LOW
                    found[TOO_HIGH if value > HIGHEST else low].append(name)
        return found

    def _gradients_then(self) -> list[float]:
        """The L2 norm of each layer's gradient at the step that the ratios are of; NaN where it is not known."""
        assert self.history is not None
        steps, _ = self.measured(self.column)
        at = int(steps[np.searchsorted(steps, self.told_step, "right") - 1])
        if GRADIENT_NORM in self.history:
            known, norms = self.history.column(GRADIENT_NORM)
            row = int(np.searchsorted(known, at))
            if row < len(known) and known[row] == at:
                found: list[float] = norms[row].tolist()
                return found
        return [math.nan] * len(self.names)

    def y_limits(self, low: float, high: float) -> tuple[float, float]:
        if self.is_logarithmic:
            low, high = super().y_limits(low, high)
            return min(low, math.log10(LOWEST) - MARGIN), max(high, math.log10(HIGHEST) + MARGIN)
        return super().y_limits(min(low, 0.0), max(high, 1.4 * HIGHEST))

    def value_text(self, value: float, is_exact: bool) -> str:
        text = super().value_text(value, is_exact)
        return f"{text}, weights are 0" if is_exact and math.isinf(value) else text

    def _draw(self) -> None:
        super()._draw()
        self._overlay.fit()
        if not self._lines:
            return
        parts = [ADVICE[word].format(", ".join(names)) for word, names in self.alarms().items() if names]
        words = " ".join(parts) or "All layers are about right"
        if words != self.header.toolTip():
            self.header.setToolTip(words)
            self.header.setAccessibleDescription(words)

    def _set_curves(self, points: dict[str, Points], first: float, last: float) -> tuple[float, float]:
        low, high = super()._set_curves(points, first, last)
        if low <= high:
            return low, high
        return (math.log10(LOWEST), math.log10(HIGHEST)) if self.is_logarithmic else (0.0, HIGHEST)

    def facts(self, most_named: int) -> list[Entry]:
        """In words, which layers are beyond a limit, and which have no ratio."""
        entries = []
        for word, names in self.alarms().items():
            entries += said_of(names, word, self.theme.warning, most_named)
        values = self.values_now()
        if not entries and values is not None and np.isfinite(values).any():
            entries.append(Entry("about right", "", self.theme.good, is_patch=True))
        return [*entries, *(each for each in super().facts(most_named) if not each.name.endswith("zero"))]

    def _paint_limits(self, painter: QPainter) -> None:
        """The bands beyond the limits, and the line of the rule."""
        frame, places = self.area.frame, self._places()
        bands = (QRectF(frame.left(), frame.top(), frame.width(), places[HIGHEST] - frame.top()),
                 QRectF(frame.left(), places[LOWEST], frame.width(), frame.bottom() - places[LOWEST]))  # fmt: skip
        tint = QColor(self.theme.warning)
        tint.setAlphaF(BAND_OPACITY)
        for band in bands:
            if band.height() > 0:
                painter.fillRect(band.intersected(frame), tint)
        for value, color, style in (
            (HIGHEST, self.theme.warning, Qt.PenStyle.DashLine),
            (LOWEST, self.theme.warning, Qt.PenStyle.DashLine),
            (RULE, self.theme.good, Qt.PenStyle.SolidLine),
        ):
            if frame.top() <= places[value] <= frame.bottom():
                painter.setPen(QPen(QColor(color), 1, style))
                painter.drawLine(QLineF(frame.left(), places[value], frame.right(), places[value]))

    def _places(self) -> dict[float, float]:
        """Where rule and limits are, in pixels from the upper edge."""
        return {
            value: self.area.y_pixel(math.log10(value) if self.is_logarithmic else value)
            for value in (RULE, LOWEST, HIGHEST)
        }

    def band_words(self) -> list[tuple[QRectF, str, str]]:
        """What the bands mean, and the layers that are in them now: where it stands, the words, and their colour."""
        if not self._lines:
            return []
        places, alarms, theme, frame = self._places(), self.alarms(), self.theme, self.area.frame
        low = [(("gradient is zero (dead units?)", "gradient is zero"), alarms[NO_GRADIENT], theme.warning)]
        low.append((("learning rate may be too low", TOO_LOW), alarms[TOO_LOW], theme.warning))
        lower = [each for each in low if each[1]] or low[1:]
        found, taken = [], list[QRectF]()
        for y, (words, names, color) in (
            (places[HIGHEST] - 16, (("learning rate may be too high", TOO_HIGH), alarms[TOO_HIGH], theme.warning)),
            *((places[LOWEST] + 1 + 15 * row, each) for row, each in enumerate(lower)),
            (places[RULE] - 16, (("rule, about right: 1e-3", "about right: 1e-3", "1e-3"), [], theme.good)),
        ):
            rect = QRectF(frame.left() + 2, y, frame.width() - 4, 15)
            is_inside = rect.top() >= frame.top() - 1 and rect.bottom() <= frame.bottom() + 1
            if is_inside and not any(rect.intersects(each) for each in taken):
                text = with_names(words, names, rect.width())
                found.append((rect, text, color))
                if text:
                    taken.append(QRectF(rect.left(), rect.center().y() - 7, room_of(text), 14))
        return found

    def _words_and_lines(self) -> list[QRectF]:
        """Where something is written, and the lines of rule and limits from side to side."""
        frame = self.area.frame
        words = [QRectF(rect.left(), rect.top(), room_of(text), rect.height()) for rect, text, _ in self.band_words()]
        return words + [QRectF(frame.left(), y - 1, frame.width(), 2) for y in self._places().values()]

    def _paint_words(self, painter: QPainter) -> None:
        for rect, text, color in self.band_words():
            write(painter, rect, text, self.theme.ink(color), self.theme.panel)


def with_names(words: Sequence[str], names: Sequence[str], room: float) -> str:
    """Words, and after them as many names as fit into some pixels; how many there are where none does.

    Of `words`, which say the same ever shorter, the first with which that works; empty if there is none.
    """
    for said in words:
        for count in range(len(names), 0, -1):
            more = f" and {len(names) - count} more" if count < len(names) else ""
            text = f"{said}: {', '.join(names[:count])}{more}"
            if room_of(text) <= room:
                return text
        counted = f"{said}: {len(names)} layers" if names else said
        if room_of(counted) <= room:
            return counted
    return ""
