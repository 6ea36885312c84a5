"""SELU: an ELU with two fixed numbers, chosen so that mean 0 and variance 1 keep themselves from layer to layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine import curves, ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor

ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


class SELU(Activation):
    """Scaled exponential linear unit: an ELU whose outputs keep mean 0 and variance 1 through many layers.

    ``y = scale x`` where ``x > 0`` and ``scale alpha (exp(x) - 1)`` elsewhere; ``dL/dx = scale dL/dy`` where ``x > 0``
    and ``dL/dy scale alpha exp(x) = dL/dy (y + scale alpha)`` elsewhere. The two numbers are the ones for which mean 0
    and variance 1 are a stable fixed point (Klambauer et al. 2017); it wants weights drawn by LeCun's rule.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("scaled exponential linear", "self-normalizing", "nonlinearity")
    formula: ClassVar[str] = "y = s ELU(x)"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        bent = tape.unary(np.expm1, curves.negative_part(tape, x))
        y = tape.add(tape.multiply(ops.relu(tape, x), SCALE), tape.multiply(bent, SCALE * ALPHA))
        return y, y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        y = kept
        above, below = curves.halves(tape, y, grad)
        slope_below = tape.add(curves.negative_part(tape, y), SCALE * ALPHA)
        return [tape.add(tape.multiply(above, SCALE), tape.multiply(below, slope_below))]
