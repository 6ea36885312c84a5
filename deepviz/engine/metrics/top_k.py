"""Top-k accuracy: the share of samples whose right class is among the k largest outputs."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.metric import ClassMetric


class TopK(ClassMetric):
    """Share of the samples whose right class is among the k that the network finds most likely, from 0 to 1.

    Of equally large outputs the first counts as larger, so that ``k = 1`` is the accuracy. With k classes or fewer it
    is always 1. It needs an output for each class.
    """

    label: ClassVar[str] = "Top-k accuracy"
    synonyms: ClassVar[tuple[str, ...]] = ("top-5", "best guesses")
    formula: ClassVar[str] = "right class among the k largest / all"

    k: int = Field(5, ge=1, le=100_000, title="k", description="How many guesses the network has.")

    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        classes = outputs.shape[-1]
        if classes == 1:
            raise ValueError(f"{self.label} needs an output for each class; there is a single one.")
        of_target = np.take_along_axis(outputs, targets[..., None].astype(np.intp), axis=-1)
        comes_later = np.arange(classes) >= targets[..., None]
        not_above = (of_target > outputs) | ((of_target == outputs) & comes_later)  # the class itself among them
        hits = np.count_nonzero(classes - np.count_nonzero(not_above, axis=-1) < self.k)
        return np.array([hits, targets.size], np.float64)

    def value(self, sums: np.ndarray) -> float:
        hits, samples = sums
        return float(hits / samples)
