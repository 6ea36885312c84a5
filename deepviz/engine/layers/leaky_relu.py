"""Leaky ReLU: a ReLU that lets a little of the negative side through, so that no unit stops learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class LeakyReLU(Activation):
    """Leaky rectified linear unit: positive numbers pass, negative ones are made smaller.

    ``y = s x`` and ``dL/dx = s dL/dy``, where the slope s is 1 for ``x > 0`` and `negative_slope` elsewhere
    (Maas, Hannun & Ng 2013).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("leaky rectifier", "rectified linear", "nonlinearity", "lrelu")
    formula: ClassVar[str] = "y = max(x, a x)"

    negative_slope: float = Field(
        0.3, ge=0, le=1, title="Negative slope", description="What negative numbers are multiplied by."
    )

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        slope = curves.step(tape, x, self.negative_slope, 1.0)
        return tape.multiply(x, slope), slope

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        slope = kept
        return [tape.multiply(grad, slope)]

    def headline(self) -> str:
        return f"{self.negative_slope:g}"
