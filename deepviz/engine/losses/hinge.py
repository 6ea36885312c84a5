"""Hinge loss: an output that is on the right side by a margin costs nothing, as in a support vector machine."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class Hinge(Loss):
    """Wants outputs above 1 for the right class and below -1 for all others, and nothing more.

    For targets ``t`` of 1 or -1, over all ``n`` numbers of the batch: ``L = sum(max(1 - t y, 0)) / n`` and
    ``dL/dy = -t / n`` where ``t y < 1``, otherwise 0. It is the loss of support vector machines (Cortes & Vapnik 1995).

    Targets of 0 stand for -1, as in Keras. Two classes may also have a single output, which is to be above 1 for class
    1 and below -1 for class 0; otherwise classes become rows with a 1 in the place of their class and -1 elsewhere.
    """

    label: ClassVar[str] = "Hinge"
    synonyms: ClassVar[tuple[str, ...]] = (
        "svm",
        "support vector machine",
        "margin",
        "classification",
        "output",
        "HingeEmbeddingLoss",
    )
    formula: ClassVar[str] = "L = mean(max(1 − t y, 0))"
    shape_rule: ClassVar[str] = "one output for each class, or one for two classes → one number"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    tells_yes_from_no: ClassVar[bool] = True

    def encode_targets(self, targets: Any, output_shape: Shape, dtype: Any) -> np.ndarray:
        encoded = super().encode_targets(targets, output_shape, dtype)
        wrong = np.argwhere((encoded != 0) & (np.abs(encoded) != 1))
        if len(wrong):
            place = tuple(wrong[0])
            raise ValueError(f"{self.label}: target {place[0]} is {encoded[place]:g}; wanted 0 or 1, or -1 or 1.")
        if (encoded == 0).any() and (encoded == -1).any():
            raise ValueError(f"{self.label}: targets hold both 0 and -1; wanted 0 or 1, or -1 or 1.")
        return np.where(encoded == 0, encoded.dtype.type(-1), encoded)

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        missing = ops.relu(tape, tape.subtract(1.0, tape.multiply(outputs, targets)))
        value = tape.multiply(tape.dot(missing, tape.constant(1.0, like=missing)), 1.0 / missing.size)
        return value, ops.relu_grad(tape, missing, tape.multiply(targets, -1.0 / missing.size))
