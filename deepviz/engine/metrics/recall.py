"""Recall: of what is of a class, how much was found."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.metric import ConfusionMetric, macro_average


class Recall(ConfusionMetric):
    """Of the samples of a class, the share that is taken for this class; the mean over the classes, from 0 to 1.

    A class that has no samples, but that some are taken for, has recall 0. One that is neither among the right classes
    nor among the predicted ones is left out of the mean. Both as in scikit-learn with
    ``average="macro", zero_division=0``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("sensitivity", "true positive rate")
    formula: ClassVar[str] = "mean over classes of right / all of the class"

    def value(self, sums: np.ndarray) -> float:
        true, predicted = sums.sum(axis=1), sums.sum(axis=0)
        return macro_average(sums.diagonal(), true, true + predicted > 0)
