"""Permute: puts the axes of a sample in another order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor

Axis = Annotated[int, Field(ge=1, le=4)]


class Permute(Layer):
    """Puts the axes of a sample in another order.

    With ``dims = (2, 1)`` a sequence of shape (steps, features) becomes one of shape (features, steps).

    Axis ``i`` of the output is axis ``dims[i]`` of the input; the gradient takes the way back. Nothing is computed or
    copied.
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("transpose", "swap axes", "channels first", "channels last")
    formula: ClassVar[str] = "yᵢⱼ = xⱼᵢ"
    shape_rule: ClassVar[str] = "any shape → the same lengths in the order of dims"

    dims: tuple[Axis, ...] = Field(
        (2, 1),
        min_length=1,
        max_length=4,
        title="Axes",
        description="Which axis comes first, which second and so on; the axes of the input are counted from 1.",
    )

    @field_validator("dims")
    @classmethod
    def _each_axis_once(cls, dims: tuple[int, ...]) -> tuple[int, ...]:
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(f"Each of the axes 1 to {len(dims)} must come once")
        return dims

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if len(inputs[0]) != len(self.dims):
            raise ShapeError(
                f"{self.label} needs an input of {len(self.dims)} axes, as many as it puts in order; "
                f"it gets {shape_text(inputs[0])}."
            )
        return tuple(inputs[0][axis - 1] for axis in self.dims)

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        return inputs[0].transpose(0, *self.dims), None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        back = (self.dims.index(axis) + 1 for axis in range(1, len(self.dims) + 1))
        return [grad.transpose(0, *back)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(3, 4)]), (cls(dims=(3, 1, 2)), [(2, 3, 4)])]

    def headline(self) -> str:
        return shape_text(self.dims)
