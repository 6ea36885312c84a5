"""The samples on which a network does worst: those with the largest losses, and what it takes them for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.insight.outputs import outputs_of
from deepviz.insight.probabilities import ONE_CLASS, class_probabilities
from deepviz.insight.sample_losses import sample_losses
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

MOST_SHOWN = 60
"""How many samples are listed."""


@dataclass(frozen=True, eq=False)
class RankedSamples:
    """The answer: samples in the order of their losses, the largest first, ``k`` of them.

    Attributes
    ----------
    part, total, samples
        Which samples were looked at, how many of them there are in all, and how many were looked at.
    candidates
        How many of those looked at were to be listed: all, or the wrong ones.
    mean_loss
        Mean loss of all that were looked at, without penalties on weights.
    indices
        Their numbers in the part, shape ``(k,)``.
    losses
        Float64, shape ``(k,)``.
    outputs
        What the network gives, float64, shape ``(k, outputs)``.
    targets
        Class numbers ``(k,)``, or target numbers ``(k, outputs)``.
    predicted
        Class numbers ``(k,)``; None for numbers to fit.
    probabilities
        Of each class, ``(k, classes)``; None where the loss makes none.
    """

    part: str
    total: int
    samples: int
    candidates: int
    mean_loss: float
    indices: np.ndarray
    losses: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray
    predicted: np.ndarray | None
    probabilities: np.ndarray | None

    def __len__(self) -> int:
        """How many are listed."""
        return len(self.indices)


@dataclass(frozen=True)
class WorstPredictions(Question):
    """Which samples of a part lose most; `wrong_only` leaves out those whose class is right."""

    part: str = "validation"
    wrong_only: bool = False

    def answer(self, subject: Subject, progress: Progress) -> RankedSamples:
        is_class = subject.data.task == "classification"
        if is_class and subject.data.outputs < 2:
            raise UnanswerableError(ONE_CLASS)
        outputs = outputs_of(subject, self.part, lambda share: progress(share / 2))
        values, targets = outputs.values, outputs.targets
        losses = sample_losses(subject.loss, values, targets, lambda share: progress(0.5 + share / 2))
        predicted = Loss.predicted_classes(values) if is_class else None
        chosen = np.arange(len(outputs))
        if self.wrong_only and predicted is not None:
            chosen = np.flatnonzero(predicted != targets)
        # The sort is stable, so of equal losses the first samples come first, today and tomorrow.
        order = chosen[np.argsort(-losses[chosen], kind="stable")][:MOST_SHOWN]
        probabilities = None if predicted is None else class_probabilities(subject.loss, values[order])
        return RankedSamples(
            self.part,
            outputs.total,
            len(outputs),
            len(chosen),
            float(losses.mean()),
            order,
            losses[order],
            values[order],
            targets[order],
            None if predicted is None else predicted[order],
            probabilities,
        )
