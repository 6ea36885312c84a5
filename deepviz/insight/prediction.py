"""What a network says of one sample that somebody has made up or drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.insight.outputs import NOT_FINITE
from deepviz.insight.probabilities import class_probabilities
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError


@dataclass(frozen=True, eq=False)
class Predicted:
    """The answer.

    Attributes
    ----------
    outputs
        What the network gives, float64, shape ``(outputs,)``.
    winner
        The class that this stands for; None for numbers to fit.
    probabilities
        Of each class, float64, shape ``(classes,)``; None where the loss makes none.
    """

    outputs: np.ndarray
    winner: int | None
    probabilities: np.ndarray | None


@dataclass(frozen=True)
class Prediction(Question):
    """What is said of a sample. Make one with `of`.

    Attributes
    ----------
    numbers, shape
        The sample as the network gets it, scaled like the data: the bytes of a float32 array of this shape.
    """

    numbers: bytes
    shape: tuple[int, ...]

    @classmethod
    def of(cls, sample: np.ndarray) -> Prediction:
        """Ask about a sample, an array of the network's input shape, already scaled."""
        return cls(np.ascontiguousarray(sample, np.float32).tobytes(), sample.shape)

    @property
    def sample(self) -> np.ndarray:
        """The sample, a read-only float32 array."""
        return np.frombuffer(self.numbers, np.float32).reshape(self.shape)

    def answer(self, subject: Subject, progress: Progress) -> Predicted:
        if self.shape != subject.network.input_shape:
            raise UnanswerableError("This sample is of another shape than the network's input. Start a new one.")
        try:
            with np.errstate(all="ignore"):
                outputs = subject.network.forward(self.sample[None]).astype(np.float64)
        except ValueError as error:  # an Embedding takes whole numbers alone
            raise UnanswerableError(f"This sample cannot go in. {error}") from error
        if not np.isfinite(outputs).all():
            raise UnanswerableError(NOT_FINITE)
        if subject.data.task != "classification" or subject.data.outputs < 2:  # one class is told from nothing
            return Predicted(outputs[0], None, None)
        probabilities = class_probabilities(subject.loss, outputs)
        winner = int(Loss.predicted_classes(outputs)[0])
        return Predicted(outputs[0], winner, None if probabilities is None else probabilities[0])
