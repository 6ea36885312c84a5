"""Softsign: squeezes every number into -1..1 like tanh, but flattens out far more slowly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class Softsign(Activation):
    """Squeezes every number into the range from -1 to 1, without an exponential.

    With ``d = 1 + |x|``: ``y = x / d``; ``dL/dx = dL/dy / d^2`` (Bergstra et al. 2009).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("squashing", "rational", "nonlinearity")
    formula: ClassVar[str] = "y = x / (1 + |x|)"

    @property
    def output_range(self) -> tuple[float, float]:
        return -1.0, 1.0

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        d = tape.add(tape.unary(np.abs, x), 1.0)
        return tape.divide(x, d), d

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        d = kept
        return [tape.divide(tape.divide(grad, d), d)]  # twice, because d^2 may be too large for the type
