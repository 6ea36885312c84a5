"""Sigmoid: squeezes every number into 0..1. Its slope is at most 1/4, so gradients shrink with every such layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class Sigmoid(Activation):
    """Logistic function: squeezes every number into the range from 0 to 1.

    ``y = 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2``, the second form because it cannot overflow;
    ``dL/dx = dL/dy y (1 - y)``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("logistic", "squashing", "nonlinearity")
    formula: ClassVar[str] = "y = 1 / (1 + exp(−x))"

    @property
    def output_range(self) -> tuple[float, float]:
        return 0.0, 1.0

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        half = tape.unary(np.tanh, tape.multiply(inputs[0], 0.5))
        y = tape.add(tape.multiply(half, 0.5), 0.5)
        return y, y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        y = kept
        slope = tape.multiply(y, tape.subtract(1.0, y))
        return [tape.multiply(grad, slope)]
