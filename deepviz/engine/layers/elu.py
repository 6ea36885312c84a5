"""ELU: like ReLU above zero, and an exponential below that flattens out, so that outputs are around zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import curves, ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class ELU(Activation):
    """Exponential linear unit: positive numbers pass, negative ones level off at ``-alpha``.

    ``y = x`` where ``x > 0`` and ``alpha (exp(x) - 1)`` elsewhere; ``dL/dx = dL/dy`` where ``x > 0`` and
    ``dL/dy alpha exp(x) = dL/dy (y + alpha)`` elsewhere.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("exponential linear", "rectifier", "nonlinearity")
    formula: ClassVar[str] = "y = max(x, 0) + α (exp(min(x, 0)) − 1)"

    alpha: float = Field(
        1.0,
        ge=0,
        le=100,
        title="Alpha",
        description="How far below zero the output can get: it levels off at minus this.",
    )

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        bent = tape.unary(np.expm1, curves.negative_part(tape, x))
        y = tape.add(ops.relu(tape, x), tape.multiply(bent, self.alpha))
        return y, y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        y = kept
        above, below = curves.halves(tape, y, grad)
        slope_below = tape.add(curves.negative_part(tape, y), self.alpha)
        return [tape.add(above, tape.multiply(below, slope_below))]

    def headline(self) -> str:
        return f"{self.alpha:g}"
