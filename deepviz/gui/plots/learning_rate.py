"""The learning rate of each step: what was chosen by hand, times what the schedule makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deepviz.gui.plots.curve_plot import CurvePlot, Line
from deepviz.gui.plots.legend import Entry

COLUMN = "learning_rate"


class LearningRatePlot(CurvePlot):
    """The learning rate that each step was made with."""

    key = "learning_rate"
    title = "Learning rate"
    explanation = "How large the steps are that the optimizer takes."
    order = 200
    invitation = "Press Run to see the learning rate of each step"
    has_smoothing = False

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if not missing and self.history is not None and COLUMN not in self.history:
            return "The learning rate of each step was not recorded in this run"
        return missing

    def _entries(self) -> list[Entry]:
        """The one line has the name of the view: only what it is now is worth being said."""
        return [replace(each, name="") for each in super()._entries()]

    def lines(self) -> Sequence[Line]:
        assert self.history is not None
        look = self.theme.curve(0)
        line = Line("learning rate", COLUMN, 0, look.color, look.ink, look.dashes)
        return [line] if COLUMN in self.history else []
