"""Tanh: squeezes every number into -1..1. Where it is flat its slope is near 0, and the gradient fades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class Tanh(Activation):
    """Hyperbolic tangent: squeezes every number into the range from -1 to 1.

    ``y = tanh(x)``; ``dL/dx = dL/dy (1 - y^2)``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("hyperbolic tangent", "squashing", "nonlinearity")
    formula: ClassVar[str] = "y = tanh(x)"

    @property
    def output_range(self) -> tuple[float, float]:
        return -1.0, 1.0

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        y = tape.unary(np.tanh, inputs[0])
        return y, y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        y = kept
        slope = tape.subtract(1.0, tape.multiply(y, y))
        return [tape.multiply(grad, slope)]
