"""Reshape: gives the numbers of a sample another shape and leaves their order as it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor

Length = Annotated[int, Field(ge=-1, le=10_000_000)]


class Reshape(Layer):
    """Gives the numbers of a sample another shape; their order, the last axis fastest, stays.

    784 becomes 28 × 28 × 1. The gradient takes the shape of the input again: ``dL/dx`` has the numbers of ``dL/dy``.
    Nothing is computed or copied.
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("view", "image", "sequence", "unflatten")
    formula: ClassVar[str] = "the same numbers in another shape"
    shape_rule: ClassVar[str] = "any shape → target shape; −1 stands for what is left"

    target_shape: tuple[Length, ...] = Field(
        (-1, 1),
        min_length=1,
        max_length=4,
        title="Shape",
        description="The new shape of a sample; one length may be -1, it then follows from the others.",
    )

    @field_validator("target_shape")
    @classmethod
    def _one_open_length(cls, shape: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in shape or shape.count(-1) > 1:
            raise ValueError("Lengths are 1 or more; one of them may be -1")
        return shape

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        size, known = math.prod(inputs[0]), math.prod(length for length in self.target_shape if length != -1)
        if -1 in self.target_shape and size % known == 0:
            return tuple(size // known if length == -1 else length for length in self.target_shape)
        if size != known or -1 in self.target_shape:
            raise ShapeError(
                f"{self.label} cannot make {shape_text(self.target_shape)} out of {shape_text(inputs[0])}, "
                f"which has {size} numbers."
            )
        return self.target_shape

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        return tape.in_order(x).reshape(x.shape[0], *self.output_shape([x.shape[1:]])), x.shape

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [tape.in_order(grad).reshape(*kept)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,)]), (cls(target_shape=(2, -1, 3)), [(4, 6)]), (cls(target_shape=(6,)), [(3, 2)])]

    def headline(self) -> str:
        return shape_text(self.target_shape)
