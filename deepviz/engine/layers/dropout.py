"""Dropout: while training, numbers are left out at random, so that the network does not rely on any single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class Dropout(Layer):
    """While training, each number is set to 0 with probability `rate`; the others grow, so that the mean stays.

    With ``mask`` 0 or 1 at random, anew in each step::

        y     = x mask / (1 - rate)
        dL/dx = dL/dy mask / (1 - rate)

    When the network is not training, all numbers pass as they are (Srivastava et al. 2014).
    """

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = ("regularization", "random", "noise", "overfitting", "drop")
    formula: ClassVar[str] = "y = x · mask / (1 − rate)"
    shape_rule: ClassVar[str] = "any shape → the same shape"

    rate: float = Field(
        0.5, ge=0, le=0.99, title="Rate", description="Which part of the numbers is left out, on average."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        if not tape.training or not self.rate:
            return x, None
        chances, mask = tape.uniform(x.shape), tape.empty(x.shape, np.dtype(bool), like=x)
        tape.call(np.greater_equal, (chances, tape.constant(self.rate)), x.shape, mask)
        return self._masked(tape, x, mask), mask

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad if kept is None else self._masked(tape, grad, kept)]

    def _masked(self, tape: Tape, x: Tensor, mask: Tensor) -> Tensor:
        return tape.multiply(tape.multiply(x, mask), 1.0 / (1.0 - self.rate))

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(5,)]), (cls(rate=0.2), [(4, 3, 2)]), (cls(rate=0.0), [(5,)])]

    def headline(self) -> str:
        return f"{self.rate:g}"
