"""Accuracy: the share of samples that are classified right."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.metric import ClassMetric


class Accuracy(ClassMetric):
    """Share of the samples whose predicted class is the right one, from 0 to 1."""

    synonyms: ClassVar[tuple[str, ...]] = ("hit rate", "share right")
    formula: ClassVar[str] = "right / all"

    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        right = np.count_nonzero(Loss.predicted_classes(outputs) == targets)
        return np.array([right, targets.size], np.float64)

    def value(self, sums: np.ndarray) -> float:
        right, samples = sums
        return float(right / samples)
