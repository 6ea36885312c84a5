"""Huber loss: the squared error near the target, the distance far from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class Huber(Loss):
    """Fits numbers: like the squared error near the target, like the distance beyond delta (Huber 1964).

    With ``d = y - t``, and ``c`` being ``d`` limited to the range from ``-delta`` to ``delta``, over all ``n`` numbers
    of the batch::

        L     = sum(c (d - c / 2)) / n         that is d^2 / 2 within delta, and delta (|d| - delta / 2) beyond
        dL/dy = c / n
    """

    label: ClassVar[str] = "Huber"
    synonyms: ClassVar[tuple[str, ...]] = ("smooth l1", "robust", "regression", "output", "SmoothL1Loss", "HuberLoss")
    formula: ClassVar[str] = "L = mean(d²/2, or δ(|d| − δ/2) for |d| > δ)"
    shape_rule: ClassVar[str] = "one output for each class or target number → one number"

    delta: float = Field(
        1.0,
        ge=1e-6,
        le=1e6,
        title="Delta",
        description="The distance from the target where it becomes straight.",
        json_schema_extra={"logarithmic": True},
    )

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        difference = tape.subtract(outputs, targets)
        bounds = tape.constant(-self.delta), tape.constant(self.delta)
        limited = tape.call(_limited, (difference, *bounds), difference.shape, elementwise=True)
        rest = tape.subtract(difference, tape.multiply(limited, 0.5))
        value = tape.multiply(tape.dot(limited, rest), 1.0 / difference.size)
        return value, tape.multiply(limited, 1.0 / difference.size)

    @classmethod
    def examples(cls) -> Sequence[tuple[Loss, Shape]]:
        return [(cls(), (3,)), (cls(delta=2.5), (5,))]


def _limited(x: np.ndarray, lowest: np.ndarray, highest: np.ndarray, out: np.ndarray) -> None:
    np.maximum(x, lowest, out=out)
    np.minimum(out, highest, out=out)
