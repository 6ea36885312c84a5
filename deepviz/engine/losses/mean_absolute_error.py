"""Mean absolute error: the average distance between outputs and targets, which far-off targets do not dominate."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.tape import Tape, Tensor


class MeanAbsoluteError(Loss):
    """Fits numbers, undisturbed by a few far-off targets: the mean distance between outputs and targets.

    Over all ``n`` numbers of the batch: ``L = sum(|y - t|) / n`` and ``dL/dy = sign(y - t) / n``, which is 0 where
    ``y = t``.
    """

    label: ClassVar[str] = "Absolute error"
    synonyms: ClassVar[tuple[str, ...]] = (
        "mae",
        "l1",
        "least absolute deviations",
        "regression",
        "output",
        "mean absolute error",
        "L1Loss",
    )
    formula: ClassVar[str] = "L = mean(|y − t|)"
    shape_rule: ClassVar[str] = "one output for each class or target number → one number"

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        difference = tape.subtract(outputs, targets)
        sign = tape.unary(np.sign, difference)
        value = tape.multiply(tape.dot(sign, difference), 1.0 / difference.size)
        return value, tape.multiply(sign, 1.0 / difference.size)
