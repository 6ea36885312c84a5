"""SiLU, also called Swish: each number times its own sigmoid. Smooth, and slightly negative below zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine import curves
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class SiLU(Activation):
    """Sigmoid linear unit: each number times its own sigmoid.

    With ``s = 1 / (1 + exp(-x))``: ``y = x s``; ``dL/dx = dL/dy (s + y (1 - s))``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("swish", "sigmoid linear", "nonlinearity")
    formula: ClassVar[str] = "y = x / (1 + exp(−x))"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        sigmoid = curves.logistic(tape, x)
        y = tape.multiply(x, sigmoid)
        return y, (sigmoid, y)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        sigmoid, y = kept
        slope = tape.add(sigmoid, tape.multiply(y, tape.subtract(1.0, sigmoid)))
        return [tape.multiply(grad, slope)]
