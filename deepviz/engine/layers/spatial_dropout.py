"""SpatialDropout: while training, whole channels are left out at random, since neighbours in an image are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor


class SpatialDropout(Layer):
    """While training, each channel of a sample is set to 0 with probability `rate`; the others grow, so the mean stays.

    With ``mask`` 0 or 1 at random, anew in each step, one for each sample and channel::

        y     = x mask / (1 - rate)
        dL/dx = dL/dy mask / (1 - rate)

    When the network is not training, all numbers pass as they are (Tompson et al. 2015).
    """

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = (
        "regularization",
        "random",
        "channels",
        "overfitting",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "Dropout2d",
    )
    formula: ClassVar[str] = "y = x · mask / (1 − rate)"
    shape_rule: ClassVar[str] = "… × c → … × c"

    rate: float = Field(
        0.5, ge=0, le=0.99, title="Rate", description="Which part of the channels is left out, on average."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if len(inputs[0]) < 2:
            raise ShapeError(
                f"{self.label} needs an image or a sequence; it gets {shape_text(inputs[0])}. "
                "Dropout leaves out single numbers."
            )
        return inputs[0]

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        if not tape.training or not self.rate:
            return x, None
        chances = tape.uniform((x.shape[0], *(1 for _ in x.shape[1:-1]), x.shape[-1]))
        mask = tape.call(np.greater_equal, (chances, tape.constant(self.rate)), chances.shape, dtype=np.dtype(bool))
        factor = tape.multiply(tape.constant(1.0 / (1.0 - self.rate), mask.shape), mask)
        return tape.multiply(x, factor), factor

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad if kept is None else tape.multiply(grad, kept)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4, 3, 5)]), (cls(rate=0.2), [(4, 6)])]

    def headline(self) -> str:
        return f"{self.rate:g}"
