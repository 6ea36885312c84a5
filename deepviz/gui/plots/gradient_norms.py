"""The gradient magnitude of every layer over time, on a log axis: of its parameters or of what it gives.

A frozen layer has no curve while it is frozen, but a hatched bar with its name; the Input is named as not computed in
runs of earlier versions, which left out the gradient with respect to the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from deepviz.gui.plots.curve_plot import Line
from deepviz.gui.plots.layer_curves import LayerCurves, said_of
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.magnitude import NOT_COMPUTED
from deepviz.gui.plots.magnitude_choice import ChoosesMagnitude
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.stretches import Stretch
from deepviz.gui.settings import GRADIENT_CURVES
from deepviz.training.history import History


class GradientNorms(ChoosesMagnitude, LayerCurves):
    """One curve for each layer with parameters, or for each node."""

    key = "gradient_norms"
    title = "Gradients"
    heading = "‖∂L/∂θ‖ by layer"
    explanation = "How strongly the loss pulls at each layer: the size of its gradient at every step."
    heading_of = "{} by layer"
    remembered = GRADIENT_CURVES
    order = 30
    category = "Gradients"
    is_default = True
    invitation = "Press Run to see the gradient of each layer"

    @property
    def column(self) -> str:  # type: ignore[override]  # others have the same column always
        return self.choice.column

    @property
    def names(self) -> Sequence[str]:
        return () if self.history is None else self.choice.names(self.history)

    def column_name(self, line: Line) -> str:
        return f"{line.name} {self.choice.column_words}"

    @property
    def word(self) -> str:
        return self.choice.no_number

    @property
    def rows(self) -> Sequence[int]:
        return [row for row in range(len(self.names)) if self._is_computed(row)]

    @property
    def _not_computed(self) -> list[str]:
        return [name for row, name in enumerate(self.names) if not self._is_computed(row)]

    def _is_computed(self, row: int) -> bool:
        return self.history is not None and self.choice.is_computed(self.history, row)

    def _gaps(self, history: History, measured: npt.NDArray[np.int64]) -> Sequence[Stretch]:
        return self.choice.gaps(history, measured, self.last_step)

    def facts(self, most_named: int) -> list[Entry]:
        missing = said_of(self._not_computed, NOT_COMPUTED, self.theme.faint, max(most_named, 1))
        return [*super().facts(most_named), *missing]

    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        pointer = super()._pointer_at(step, height)
        if pointer is None or not self._not_computed:
            return pointer
        missing = (Reading(name, NOT_COMPUTED, self.theme.faint) for name in self._not_computed)
        return Pointer(pointer.step, pointer.heading, (*pointer.readings, *missing))
