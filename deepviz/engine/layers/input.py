"""Input: where the data comes in. It passes samples on unchanged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, shape_text
from deepviz.engine.tape import Tape, Tensor

Length = Annotated[int, Field(ge=1, le=100_000)]


class Input(Layer):
    """Where samples enter the network."""

    category: ClassVar[str] = "Input and output"
    synonyms: ClassVar[tuple[str, ...]] = ("data", "source", "features", "InputLayer", "start")
    formula: ClassVar[str] = "y = x"
    shape_rule: ClassVar[str] = "no input → shape"
    minimum_inputs: ClassVar[int] = 0
    maximum_inputs: ClassVar[int | None] = 0

    shape: tuple[Length, ...] = Field(
        (2,),
        min_length=1,
        max_length=4,
        title="Shape",
        description="Shape of one sample, without the batch: 2 for two features, 28 × 28 × 1 for a grey image.",
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return self.shape

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        return inputs[0], None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(shape=(4,)), []), (cls(shape=(3, 3, 2)), [])]

    def headline(self) -> str:
        return shape_text(self.shape)
