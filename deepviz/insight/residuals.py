"""How far predicted numbers are from the true ones, in the units of the target: residuals, and what sums them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.insight.outputs import outputs_of
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError


@dataclass(frozen=True, eq=False)
class Residuals:
    """The answer. Targets are never scaled, so every number is in the units of the data.

    Attributes
    ----------
    part, total
        Which samples were looked at, and how many of them there are in all.
    output, outputs
        Which of the target numbers this is about, counted from 0, and how many there are.
    true, predicted
        Float64, shape ``(n,)``.
    """

    part: str
    total: int
    output: int
    outputs: int
    true: np.ndarray
    predicted: np.ndarray

    @property
    def samples(self) -> int:
        """How many samples were looked at."""
        return len(self.true)

    @property
    def errors(self) -> np.ndarray:
        """Predicted minus true: above 0 where the network says too much."""
        errors: np.ndarray = self.predicted - self.true
        return errors

    @property
    def bias(self) -> float:
        """The mean of the residuals."""
        return float(self.errors.mean())

    @property
    def mean_absolute(self) -> float:
        """MAE, the mean distance."""
        return float(np.abs(self.errors).mean())

    @property
    def root_mean_square(self) -> float:
        """RMSE, the root of the mean squared distance."""
        return float(np.sqrt(np.square(self.errors).mean()))

    @property
    def explained(self) -> float:
        """R², how much better this is than always saying the mean: 1 − Σ (y − t)² / Σ (t − mean t)².

        NaN where all targets are the same, for which it is not defined.
        """
        apart = self.true - self.true[0]  # exactly 0 where all are the same, though the mean of them may be rounded
        spread = float(np.square(apart - apart.mean()).sum())
        if spread == 0.0:
            return float("nan")
        return 1.0 - float(np.square(self.errors).sum()) / spread


@dataclass(frozen=True)
class ResidualsOf(Question):
    """How far one target number is off in a part of the data."""

    part: str = "validation"
    output: int = 0

    def answer(self, subject: Subject, progress: Progress) -> Residuals:
        if subject.data.task != "regression":
            raise UnanswerableError(
                "These data have classes and no numbers to fit. The confusion matrix shows which are mistaken."
            )
        count = subject.data.outputs
        if not 0 <= self.output < count:
            raise UnanswerableError(f"These data have {count} target{'s' * (count > 1)}. Choose one of them.")
        found = outputs_of(subject, self.part, progress)
        true = found.targets[:, self.output].astype(np.float64)
        return Residuals(self.part, found.total, self.output, found.values.shape[1], true, found.values[:, self.output])
