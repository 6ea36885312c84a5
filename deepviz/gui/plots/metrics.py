"""Whatever else is measured from the validation data after each epoch: one curve for each metric of the plan."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.gui.plots.curve_plot import CurvePlot, Line
from deepviz.training.history import VALIDATION

OWN_PICTURES = (f"{VALIDATION}loss", f"{VALIDATION}accuracy")
"""What is drawn beside the curve of the training data."""


class MetricsPlot(CurvePlot):
    """Metrics of the validation data."""

    key = "metrics"
    title = "Metrics"
    explanation = "More figures of the validation data, such as F1; the Training page has a choice of them."
    order = 210
    invitation = "Press Run to see the metrics of the validation data"
    has_smoothing = False

    @property
    def is_offered(self) -> bool:
        """Only where there is a metric: most runs have none."""
        return bool(self._columns())

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if not missing and not self.is_offered:
            return "No metric was measured in this run; the Training page can switch some on"
        return missing

    def lines(self) -> Sequence[Line]:
        found = []
        for number, column in enumerate(self._columns()):
            name, look = column.removeprefix(VALIDATION), self.theme.curve(number + 1)  # as validation curves begin
            found.append(Line(name, column, 0, look.color, look.ink, look.dashes, is_sparse=True))
        return found

    def column_name(self, line: Line) -> str:
        return f"validation {line.name}"

    def _columns(self) -> list[str]:
        if self.history is None:
            return []
        names = self.history.columns
        found = [name for name in names if name.startswith(VALIDATION) and name not in OWN_PICTURES]
        return [name for name in found if self.history.column(name)[1].ndim == 1]
