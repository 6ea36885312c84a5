"""What layers that merge have in common: they take several inputs of one shape and give one output of that shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text


class Merge(Layer):
    """A layer that combines two or more inputs of one shape, number by number."""

    category: ClassVar[str] = "Merge and shape"
    shape_rule: ClassVar[str] = "inputs of one shape → that shape"
    minimum_inputs: ClassVar[int] = 2
    maximum_inputs: ClassVar[int | None] = None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        for shape in inputs[1:]:
            if shape != inputs[0]:
                raise ShapeError(
                    f"{self.label} needs inputs of one shape; it gets {shape_text(inputs[0])} and {shape_text(shape)}."
                )
        return inputs[0]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,), (4,)]), (cls(), [(2, 3), (2, 3), (2, 3)])]
