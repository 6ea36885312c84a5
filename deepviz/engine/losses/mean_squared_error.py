"""Mean squared error: the average of the squared distances between outputs and targets."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.tape import Tape, Tensor


class MeanSquaredError(Loss):
    """Fits numbers: the mean of the squared differences between outputs and targets.

    Over all ``n`` numbers of the batch: ``L = sum((y - t)^2) / n`` and ``dL/dy = 2 (y - t) / n``.
    """

    label: ClassVar[str] = "Squared error"
    synonyms: ClassVar[tuple[str, ...]] = (
        "mse",
        "least squares",
        "l2",
        "regression",
        "output",
        "mean squared error",
        "MSELoss",
    )
    formula: ClassVar[str] = "L = mean((y − t)²)"
    shape_rule: ClassVar[str] = "one output for each class or target number → one number"

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        difference = tape.subtract(outputs, targets)
        value = tape.multiply(ops.squared_norm(tape, difference), 1.0 / difference.size)
        return value, tape.multiply(difference, 2.0 / difference.size)
