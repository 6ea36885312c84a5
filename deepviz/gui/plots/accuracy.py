"""The share of right answers: of each batch, smoothed because batches are small, and of the validation data."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from deepviz.gui.amounts import percent
from deepviz.gui.plots.curve_plot import CurvePlot, Line
from deepviz.gui.plots.ticks import Tick, linear_ticks

SMOOTHED_OVER = 30


class AccuracyPlot(CurvePlot):
    """Training and validation accuracy, in percent."""

    key = "accuracy"
    title = "Accuracy"
    explanation = "The share of samples whose class the network gets right, of each batch and of the validation data."
    order = 20
    invitation = "Press Run to see the accuracy rise"
    has_log_axis = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_smoothing(SMOOTHED_OVER)

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if not missing and self.history is not None and not self.lines():
            return "Accuracy is measured where classes are told apart; this run has none. Open Loss instead."
        return missing

    def lines(self) -> Sequence[Line]:
        return self.train_and_validation("accuracy")

    def column_name(self, line: Line) -> str:
        return f"{line.name} accuracy"

    def y_limits(self, low: float, high: float) -> tuple[float, float]:
        bottom, top = super().y_limits(low, high)
        return max(bottom, -0.02), min(top, 1.02) if high <= 1 else top

    def value_text(self, value: float, is_exact: bool) -> str:
        """As a percentage: 91.2 % at a glance, 91.1972 % where it should be exact."""
        if not math.isfinite(value):
            return super().value_text(value, is_exact)
        return percent(value, 4 if is_exact else 1)

    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        return [tick for tick in linear_ticks(low, high, room, percent=True) if tick.position <= 1 + 1e-9]
