"""GaussianNoise: while training, every number is shaken a little, so that the network does not trust single digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class GaussianNoise(Layer):
    """While training, a random number of mean 0 is added to each number.

    With ``noise`` from the normal distribution with standard deviation 1, anew in each step::

        y     = x + stddev noise
        dL/dx = dL/dy

    When the network is not training, all numbers pass as they are. It smooths what is learned (Bishop 1995).
    """

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = ("regularization", "random", "jitter", "augmentation")
    formula: ClassVar[str] = "y = x + noise"
    shape_rule: ClassVar[str] = "any shape → the same shape"

    stddev: float = Field(0.1, ge=0, le=100, title="Size", description="Standard deviation of what is added.")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        if not tape.training or not self.stddev:
            return x, None
        return tape.add(x, tape.multiply(tape.normal(x.shape), self.stddev)), None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(5,)]), (cls(stddev=2.0), [(4, 3, 2)])]

    def headline(self) -> str:
        return f"{self.stddev:g}"
