"""The loss of each batch, and that of the validation data at the end of each epoch."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.gui.plots.curve_plot import CurvePlot, Line


class LossPlot(CurvePlot):
    """Training and validation loss."""

    key = "loss"
    title = "Loss"
    order = 10
    slot = "loss"
    invitation = "Press Run to see the loss fall"

    def lines(self) -> Sequence[Line]:
        return self.train_and_validation("loss")
