"""How well a network tells one class from the others at every threshold: ROC, precision and recall.

Samples of equal score fall together on one side of any threshold, so they make one point of a curve (T. Fawcett, An
introduction to ROC analysis, Pattern Recognition Letters 27, 2006). Where there are probabilities, samples are ordered
by their log-odds, which still differ where a float no longer tells probabilities from 1. Average precision is the sum
of steps, not the area under straight lines, as in scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.insight.outputs import outputs_of
from deepviz.insight.probabilities import class_log_odds, class_scores, sigmoid
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError
from deepviz.numerals import thousands


@dataclass(frozen=True, eq=False)
class ThresholdCurves:
    """The answer. A sample is taken for the class where its score is at least the threshold.

    Attributes
    ----------
    part, total, samples
        Which samples were looked at, how many of them there are in all, and how many were looked at.
    positive
        The class that is to be told from all others.
    is_probability
        Whether scores are probabilities; otherwise they are what the network gives.
    thresholds
        From infinite, at which nothing is taken for the class, down through all scores, float64 ``(points,)``.
        Probabilities that are the same to the last digit have a point each where the outputs still differ.
    true_positives, false_positives
        How many are taken for the class rightly and wrongly at each threshold, int64 ``(points,)``.
    positives, negatives
        How many samples are of the class, and of others. Both are at least 1.
    """

    part: str
    total: int
    positive: int
    is_probability: bool
    thresholds: np.ndarray
    true_positives: np.ndarray
    false_positives: np.ndarray
    positives: int
    negatives: int

    @property
    def samples(self) -> int:
        """How many samples were looked at."""
        return self.positives + self.negatives

    @property
    def true_rate(self) -> np.ndarray:
        """Share of the class that is found: also called recall, sensitivity, TPR."""
        return self.true_positives / self.positives

    @property
    def false_rate(self) -> np.ndarray:
        """Share of the others that are taken for the class: FPR."""
        return self.false_positives / self.negatives

    @property
    def precision(self) -> np.ndarray:
        """Share of what is taken for the class that is it; 1 where nothing is taken, as in scikit-learn."""
        taken = self.true_positives + self.false_positives
        share: np.ndarray = np.divide(self.true_positives, taken, out=np.ones(len(taken)), where=taken > 0)
        return share

    @property
    def area(self) -> float:
        """The area under the ROC curve, by trapezoids: how often a sample of the class has the higher score."""
        return float(np.trapezoid(self.true_rate, self.false_rate))

    @property
    def average_precision(self) -> float:
        """The sum over thresholds of precision times the recall that is gained there."""
        return float(np.sum(np.diff(self.true_rate) * self.precision[1:]))


@dataclass(frozen=True)
class Thresholds(Question):
    """How well class number `positive` is told from all others in a part of the data."""

    part: str = "validation"
    positive: int = 1

    def answer(self, subject: Subject, progress: Progress) -> ThresholdCurves:
        data = subject.data
        if data.task != "classification":
            raise UnanswerableError(
                "These data have numbers to fit and no classes. Residuals show how far predictions are off."
            )
        if not 0 <= self.positive < data.outputs:
            raise UnanswerableError(f"These data have {data.outputs} classes. Choose one of them.")
        outputs = outputs_of(subject, self.part, progress)
        log_odds = class_log_odds(subject.loss, outputs.values, self.positive)
        scores = class_scores(outputs.values)[:, self.positive] if log_odds is None else log_odds
        is_positive = outputs.targets == self.positive
        positives = int(is_positive.sum())
        if not 0 < positives < len(scores):
            name = data.class_names[self.positive]
            which = f"All {thousands(len(scores))}" if positives else f"None of the {thousands(len(scores))}"
            raise UnanswerableError(
                f"{which} {self.part} samples are of the class {name}, so there is nothing to tell apart. "
                "Choose another class or another part of the data."
            )
        thresholds, true_positives, false_positives = threshold_counts(scores, is_positive)
        if log_odds is not None:
            thresholds[1:] = sigmoid(thresholds[1:])
        return ThresholdCurves(
            self.part,
            outputs.total,
            self.positive,
            log_odds is not None,
            thresholds,
            true_positives,
            false_positives,
            positives,
            len(scores) - positives,
        )


def threshold_counts(scores: np.ndarray, is_positive: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many samples of the class, and how many others, have at least each score.

    Parameters
    ----------
    scores
        Float64, shape ``(n,)``, at least one.
    is_positive
        Truth values, shape ``(n,)``.

    Returns
    -------
    thresholds
        Infinity and then the different scores in descending order.
    true_positives, false_positives
        Int64 arrays of the same length, 0 at infinity.
    """
    order = np.argsort(-scores, kind="stable")
    descending = scores[order]
    last = np.append(np.flatnonzero(descending[1:] != descending[:-1]), len(scores) - 1)
    found = np.cumsum(is_positive[order])[last]
    thresholds = np.concatenate([[np.inf], descending[last]])
    return thresholds, np.concatenate([[0], found]), np.concatenate([[0], last + 1 - found])
