"""Subtract: the first input minus the second, number by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.families.merge import Merge
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class Subtract(Merge):
    """Takes the second input off the first, number by number.

    ``y = x_1 - x_2``; ``dL/dx_1 = dL/dy`` and ``dL/dx_2 = -dL/dy``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("minus", "difference", "merge")
    formula: ClassVar[str] = "y = x₁ − x₂"
    maximum_inputs: ClassVar[int | None] = 2

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        return tape.subtract(inputs[0], inputs[1]), None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad, tape.unary(np.negative, grad)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,), (4,)]), (cls(), [(2, 3), (2, 3)])]
