"""SELU: an ELU with two fixed numbers, chosen so that mean 0 and variance 1 keep themselves from layer to layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor

ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805


class SELU(Activation):
    """Scaled exponential linear unit: an ELU whose outputs keep mean 0 and variance 1 through many layers.

    ``y = scale x`` where ``x > 0`` and ``scale alpha (exp(x) - 1)`` elsewhere. With the factor ``a = scale`` where
    ``x > 0`` and ``scale alpha`` elsewhere: ``y = a (max(x, 0) + exp(min(x, 0)) - 1)``, of which one part is always 0,
    and ``dL/dx = dL/dy a exp(min(x, 0))``. The two numbers are the ones for which mean 0 and variance 1 are a stable
    fixed point (Klambauer et al. 2017); it wants weights drawn by LeCun's rule.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("scaled exponential linear", "self-normalizing", "nonlinearity")
    formula: ClassVar[str] = "y = s ELU(x)"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        bent = curves.exp_minus_one(tape, curves.negative_part(tape, x))
        factor = curves.step(tape, x, SCALE * ALPHA, SCALE)
        return tape.multiply(factor, tape.add(ops.relu(tape, x), bent)), (factor, bent)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        factor, bent = kept
        slope = tape.multiply(factor, tape.add(bent, 1.0))
        return [tape.multiply(grad, slope)]
