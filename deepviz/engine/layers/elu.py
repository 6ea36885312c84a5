"""ELU: like ReLU above zero, and an exponential below that flattens out, so that outputs are around zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class ELU(Activation):
    """Exponential linear unit: positive numbers pass, negative ones level off at ``-alpha``.

    ``y = x`` where ``x > 0`` and ``alpha (exp(x) - 1)`` elsewhere. With the factor ``a = 1`` where ``x > 0`` and
    ``alpha`` elsewhere: ``dL/dx = dL/dy a exp(min(x, 0))``. If alpha is 1, as usual, there is no such factor.
    It comes from Clevert, Unterthiner & Hochreiter 2016.
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
        bent = curves.exp_minus_one(tape, curves.negative_part(tape, x))
        below = bent if self.alpha == 1 else tape.multiply(bent, self.alpha)
        return tape.add(ops.relu(tape, x), below), (x, bent)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, bent = kept
        slope = tape.add(bent, 1.0)
        if self.alpha != 1:
            slope = tape.multiply(slope, curves.step(tape, x, self.alpha, 1.0))
        return [tape.multiply(grad, slope)]

    def headline(self) -> str:
        return f"{self.alpha:g}"
