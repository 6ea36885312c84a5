"""Root mean squared error: how far outputs are from targets, where large distances weigh more."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from deepviz.engine.metric import NumberMetric


class RMSE(NumberMetric):
    """Square root of the mean squared distance between outputs and targets, in the unit of the targets.

    The mean is taken over all numbers and then the root, as in Keras.
    """

    label: ClassVar[str] = "Root mean squared error"
    synonyms: ClassVar[tuple[str, ...]] = ("standard error", "l2")
    formula: ClassVar[str] = "√mean((y − t)²)"

    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return np.array([np.square(outputs - targets).sum(), outputs.size])

    def value(self, sums: np.ndarray) -> float:
        total, numbers = sums
        return math.sqrt(total / numbers)
