"""Leaky ReLU: a ReLU that lets a little of the negative side through, so that no unit stops learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine import curves
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class LeakyReLU(Activation):
    """Leaky rectified linear unit: positive numbers pass, negative ones are made smaller.

    ``y = max(x, a x)`` with ``a`` the negative slope; ``dL/dx = dL/dy`` where ``x > 0`` and ``a dL/dy`` elsewhere.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("leaky rectifier", "rectified linear", "nonlinearity")
    formula: ClassVar[str] = "y = max(x, a x)"

    negative_slope: float = Field(
        0.3, ge=0, le=1, title="Negative slope", description="What negative numbers are multiplied by."
    )

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        y = curves.larger(tape, x, tape.multiply(x, self.negative_slope))
        return y, y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        y = kept
        above, below = curves.halves(tape, y, grad)
        return [tape.add(above, tape.multiply(below, self.negative_slope))]

    def headline(self) -> str:
        return f"{self.negative_slope:g}"
