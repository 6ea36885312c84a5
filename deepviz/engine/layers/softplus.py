"""Softplus: a ReLU with its corner rounded off. Always positive, and its slope is the sigmoid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class Softplus(Activation):
    """Smooth version of ReLU: near 0 for negative numbers, near ``x`` for positive ones.

    ``y = log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))``, the second form because it cannot overflow;
    ``dL/dx = dL/dy / (1 + exp(-x))`` (Dugas et al. 2001).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("smooth relu", "rectifier", "nonlinearity")
    formula: ClassVar[str] = "y = log(1 + exp(x))"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        exponential = tape.unary(np.exp, tape.unary(np.negative, tape.unary(np.abs, x)))
        return tape.add(ops.relu(tape, x), tape.unary(np.log1p, exponential)), x

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        slope = curves.logistic(tape, kept)
        return [tape.multiply(grad, slope)]
