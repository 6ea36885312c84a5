"""F1: precision and recall of each class in one number, which is low if either is low."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.metric import ConfusionMetric, macro_average


class F1(ConfusionMetric):
    """The harmonic mean of a class's precision and recall; of that, the mean over the classes, from 0 to 1.

    For a class with ``r`` right ones among ``p`` predicted and ``n`` true ones it is ``2 r / (p + n)``. A class that is
    neither among the right classes nor among the predicted ones is left out of the mean, as in scikit-learn with
    ``average="macro", zero_division=0``.
    """

    label: ClassVar[str] = "F1 score"
    synonyms: ClassVar[tuple[str, ...]] = ("f-measure", "dice")
    formula: ClassVar[str] = "mean over classes of 2 right / (predicted + all of the class)"

    def value(self, sums: np.ndarray) -> float:
        both = sums.sum(axis=1) + sums.sum(axis=0)
        return macro_average(2 * sums.diagonal(), both, both > 0)
