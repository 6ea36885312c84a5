"""CELU: an ELU that is smooth for any alpha, because its slope at zero is 1 from both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class CELU(Activation):
    """Continuously differentiable exponential linear unit: an ELU without a kink, whatever ``alpha`` is.

    ``y = max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1)``; ``dL/dx = dL/dy exp(min(x, 0) / alpha)``
    (Barron 2017).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("continuously differentiable", "exponential linear", "nonlinearity")
    formula: ClassVar[str] = "y = max(x, 0) + α (exp(min(x, 0) / α) − 1)"

    alpha: float = Field(
        1.0,
        ge=0.01,
        le=100,
        title="Alpha",
        description="How far below zero the output can get: it levels off at minus this.",
    )

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        negative = curves.negative_part(tape, x)
        if self.alpha == 1:
            bent = below = curves.exp_minus_one(tape, negative)
        else:
            bent = curves.exp_minus_one(tape, tape.divide(negative, self.alpha))
            below = tape.multiply(bent, self.alpha)
        return tape.add(ops.relu(tape, x), below), bent

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        slope = tape.add(kept, 1.0)
        return [tape.multiply(grad, slope)]

    def headline(self) -> str:
        return f"{self.alpha:g}"
