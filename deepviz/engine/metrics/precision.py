"""Precision: of what was taken for a class, how much was it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.metric import ConfusionMetric, macro_average


class Precision(ConfusionMetric):
    """Of the samples taken for a class, the share that is of this class; the mean over the classes, from 0 to 1.

    A class that no sample is taken for has precision 0. One that is neither among the right classes nor among the
    predicted ones is left out of the mean. Both as in scikit-learn with ``average="macro", zero_division=0``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("positive predictive value",)
    formula: ClassVar[str] = "mean over classes of right / predicted"

    def value(self, sums: np.ndarray) -> float:
        true, predicted = sums.sum(axis=1), sums.sum(axis=0)
        return macro_average(sums.diagonal(), predicted, true + predicted > 0)
