"""Softmax: turns the numbers along the last axis into probabilities. For showing them; the loss wants logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class Softmax(Activation):
    """Turns the numbers along the last axis into probabilities that sum to 1.

    With ``m`` the largest number along the last axis, which keeps ``exp`` from overflowing::

        y     = exp(x - m) / sum(exp(x - m))
        dL/dx = y (dL/dy - sum(y dL/dy))

    It comes from Bridle 1990. Each output depends on every number of its row, so each gradient does too: that is the
    sum.

    Cross-entropy contains a softmax already and wants what comes before this layer.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("probabilities", "normalized exponential", "attention")
    formula: ClassVar[str] = "y = exp(x) / Σ exp(x)"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = ops.rows(tape, inputs[0])
        exponentials = tape.unary(np.exp, tape.subtract(x, ops.row_maximum(tape, x)))
        y = tape.divide(exponentials, ops.row_sums(tape, exponentials))
        return y.reshape(*inputs[0].shape), y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        y = kept
        g = tape.in_order(grad).reshape(*y.shape)
        common = ops.row_sums(tape, tape.multiply(y, g))
        return [tape.multiply(y, tape.subtract(g, common)).reshape(*grad.shape)]
