"""Confusion matrix: how often each class was taken for each class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.metric import ConfusionMetric


class ConfusionMatrix(ConfusionMetric):
    """How many samples of each class were taken for each class: a row for each true class, a column a predicted one.

    A single output gives two rows and two columns. What is on the diagonal is right.
    """

    label: ClassVar[str] = "Confusion matrix"
    synonyms: ClassVar[tuple[str, ...]] = ("contingency table", "mistakes")
    is_number: ClassVar[bool] = False
    formula: ClassVar[str] = "counts: true class × predicted class"

    def value(self, sums: np.ndarray) -> np.ndarray:
        return sums.astype(np.int64)
