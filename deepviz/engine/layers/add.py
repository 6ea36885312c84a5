"""Add: sums its inputs number by number. It is where a skip connection joins the main path again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor


class Add(Layer):
    """Sums two or more inputs of one shape, number by number.

    ``y = x_1 + x_2 + ...``; the gradient goes to every input unchanged: ``dL/dx_i = dL/dy``.
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("sum", "skip", "residual", "merge", "plus")
    formula: ClassVar[str] = "y = x₁ + x₂ + …"
    minimum_inputs: ClassVar[int] = 2
    maximum_inputs: ClassVar[int | None] = None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        for shape in inputs[1:]:
            if shape != inputs[0]:
                raise ShapeError(
                    f"Add needs inputs of one shape; it gets {shape_text(inputs[0])} and {shape_text(shape)}."
                )
        return inputs[0]

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        y = tape.add(inputs[0], inputs[1])
        for x in inputs[2:]:
            y = tape.add(y, x)
        return y, len(inputs)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad] * kept

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,), (4,)]), (cls(), [(2, 3), (2, 3), (2, 3)])]
