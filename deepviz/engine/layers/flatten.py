"""Flatten: lays the numbers of an image or a sequence out in one row, so that a Dense layer can take them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class Flatten(Layer):
    """Lays all numbers of a sample out in one row.

    Row by row, the last axis fastest: 28 × 28 × 1 becomes 784. The gradient takes the shape of the
    input again: ``dL/dx`` has the numbers of ``dL/dy``. Nothing is computed or copied.
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("reshape", "vector", "unroll")
    formula: ClassVar[str] = "rows × columns × channels → one row"
    shape_rule: ClassVar[str] = "any shape → n; n = the product of all lengths"

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return (math.prod(inputs[0]),)

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        return tape.in_order(x).reshape(x.shape[0], -1), x.shape

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [tape.in_order(grad).reshape(*kept)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(3, 4, 2)]), (cls(), [(5,)])]
