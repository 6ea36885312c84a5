"""Mean absolute error: how far outputs are from targets on average."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.metric import NumberMetric


class MAE(NumberMetric):
    """Mean distance between outputs and targets over all numbers, in the unit of the targets."""

    label: ClassVar[str] = "Mean absolute error"
    synonyms: ClassVar[tuple[str, ...]] = ("l1",)
    formula: ClassVar[str] = "mean(|y − t|)"

    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return np.array([np.abs(outputs - targets).sum(), outputs.size])

    def value(self, sums: np.ndarray) -> float:
        total, numbers = sums
        return float(total / numbers)
