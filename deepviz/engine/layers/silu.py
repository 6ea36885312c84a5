"""SiLU, also called Swish: each number times its own sigmoid. Smooth, and slightly negative below zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class SiLU(Activation):
    """Sigmoid linear unit: each number times its own sigmoid.

    With ``d = 1 + exp(-x)``: ``y = x / d``; ``dL/dx = dL/dy (1 + x - y) / d`` (Elfwing, Uchibe & Doya 2018).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("swish", "sigmoid linear", "nonlinearity")
    formula: ClassVar[str] = "y = x / (1 + exp(−x))"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        d = curves.one_plus_exp(tape, tape.unary(np.negative, x))
        y = tape.divide(x, d)
        return y, (x, d, y)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, d, y = kept
        slope = tape.divide(tape.add(tape.subtract(x, y), 1.0), d)
        return [tape.multiply(grad, slope)]
