"""Which classes a network takes for which: a row for each true class, a column for each predicted one.

What is on the diagonal is right. Of each class it is also told how much of it is found, and how much of what is taken
for it is it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.insight.outputs import outputs_of
from deepviz.insight.probabilities import ONE_CLASS
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

SCALES = ("count", "row", "column")
"""What a cell shows: how many samples, or their share of the true class (row) or of the predicted class (column)."""


@dataclass(frozen=True, eq=False)
class ConfusionCounts:
    """The answer.

    Attributes
    ----------
    part, total
        Which samples were looked at, and how many of them there are in all.
    true, predicted
        The class numbers of those that were looked at, shape ``(n,)``.
    counts
        Int64 array of shape ``(classes, classes)``: row the true class, column the predicted one.
    """

    part: str
    total: int
    true: np.ndarray
    predicted: np.ndarray
    counts: np.ndarray

    @property
    def samples(self) -> int:
        """How many samples were looked at."""
        return len(self.true)

    @property
    def accuracy(self) -> float:
        """Share of the samples whose predicted class is the true one."""
        return float(np.trace(self.counts) / self.samples)

    @property
    def recall(self) -> np.ndarray:
        """Of each true class, the share that is found, shape ``(classes,)``; NaN where the class has no samples."""
        return _ratio(self.counts.diagonal(), self.counts.sum(axis=1))

    @property
    def precision(self) -> np.ndarray:
        """Of what is taken for each class, the share that is it, shape ``(classes,)``; NaN where nothing is."""
        return _ratio(self.counts.diagonal(), self.counts.sum(axis=0))

    def scaled(self, scale: str) -> np.ndarray:
        """The cells as shares, float64, from 0 to 1.

        Parameters
        ----------
        scale
            One of `SCALES`: "row" divides by the samples of the true class, "column" by those of the predicted class.
            "count" divides by the samples of the largest true class, which stay the same while a network is trained.

        Returns
        -------
        Shares of shape ``(classes, classes)``; NaN where there is nothing to divide by.
        """
        rows = self.counts.sum(axis=1, keepdims=True)
        of = {"count": rows.max(), "row": rows}
        return _ratio(self.counts, np.asarray(of.get(scale, self.counts.sum(axis=0, keepdims=True))))

    def members(self, true: int, predicted: int) -> np.ndarray:
        """The numbers in the part of the samples of one class that were taken for another, in ascending order."""
        return np.flatnonzero((self.true == true) & (self.predicted == predicted))


@dataclass(frozen=True)
class Confusion(Question):
    """Which classes are taken for which in a part of the data."""

    part: str = "validation"

    def answer(self, subject: Subject, progress: Progress) -> ConfusionCounts:
        if subject.data.task != "classification":
            raise UnanswerableError(
                "These data have numbers to fit and no classes. Residuals show how far predictions are off."
            )
        classes = subject.data.outputs
        if classes < 2:
            raise UnanswerableError(ONE_CLASS)
        outputs = outputs_of(subject, self.part, progress)
        true = outputs.targets.astype(np.intp)
        predicted = Loss.predicted_classes(outputs.values)
        counts = np.bincount(true * classes + predicted, minlength=classes**2).reshape(classes, classes)
        return ConfusionCounts(self.part, outputs.total, true, predicted, counts.astype(np.int64))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part / whole`, NaN where that is 0 / 0."""
    whole = np.broadcast_to(whole, part.shape)
    ratio: np.ndarray = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return ratio
