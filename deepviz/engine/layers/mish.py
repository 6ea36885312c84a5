"""Mish: each number times the tanh of its softplus. A smooth curve with a small dip below zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor

ONE_FROM_HERE = 40.0
"""Above it t is 1 to the last bit, in float64 too, and ``exp(2x)`` still far from too large for float32."""


class Mish(Activation):
    """Smooth curve much like SiLU: each number times the tanh of its softplus.

    ``y = x tanh(log(1 + exp(x)))``. With ``n = exp(x)`` and ``w = n (n + 2)`` the tanh is ``t = w / (w + 2)``, which
    loses no digits, and the slope of the softplus is ``s = n / (n + 1)``: ``dL/dx = dL/dy (t + x s (1 - t^2))``
    (Misra 2020).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("self-regularized", "softplus", "nonlinearity")
    formula: ClassVar[str] = "y = x tanh(log(1 + exp(x)))"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        n = tape.unary(np.exp, tape.minimum(x, tape.constant(ONE_FROM_HERE, like=x)))
        w = tape.multiply(n, tape.add(n, 2.0))
        t = tape.divide(w, tape.add(w, 2.0))
        return tape.multiply(x, t), (x, n, t)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, n, t = kept
        softplus_slope = tape.divide(n, tape.add(n, 1.0))
        tanh_slope = tape.subtract(1.0, tape.multiply(t, t))
        slope = tape.add(t, tape.multiply(x, tape.multiply(softplus_slope, tanh_slope)))
        return [tape.multiply(grad, slope)]
