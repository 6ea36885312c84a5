"""Dense: every output is a weighted sum of every input. The workhorse of the multilayer perceptron."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops.affine import affine, affine_grads, arranged, product_like
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Weighted


class Dense(Weighted):
    """Fully connected layer: each unit weighs all inputs, sums them up and adds a bias.

    With ``x`` of shape (batch, in), ``W`` of shape (in, units) and ``b`` of shape (units,)::

        y     = x W + b
        dL/dW = x^T dL/dy
        dL/db = sum of dL/dy over the batch
        dL/dx = dL/dy W^T

    This is the step that backpropagation repeats (Goodfellow, Bengio & Courville 2016, algorithm 6.4): ``x^T dL/dy``
    sums, over the batch, the products of what each weight was multiplied by and the gradient that comes back to its
    unit; ``dL/dy W^T`` sends the gradient back along the weights by which the inputs went forward.

    It takes a flat input or a sequence of steps × features: in a sequence, of shape (batch, steps, in), every step is
    computed so, with the same weights. Anything with more axes is refused with an offer to make it flat, which is what
    is nearly always missing.
    """

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = (
        "fully connected",
        "linear",
        "affine",
        "perceptron",
        "fc",
        "mlp",
        "hidden",
        "feedforward",
        "neurons",
    )
    formula: ClassVar[str] = "y = x W + b"
    shape_rule: ClassVar[str] = "features → units; steps × features → steps × units"

    units: int = Field(16, ge=1, le=65_536, title="Units", description="How many outputs the layer has.")
    use_bias: bool = Field(True, title="Bias", description="Whether a trained number is added to each output.")

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if len(inputs[0]) > 2:
            raise ShapeError(
                f"{self.label} needs a flat input; it gets {shape_text(inputs[0])}. Insert Flatten.", "Flatten"
            )
        return (*inputs[0][:-1], self.units)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        weights: dict[str, Shape] = {"W": (inputs[0][-1], self.units)}
        return weights | ({"b": (self.units,)} if self.use_bias else {})

    def macs(self, inputs: Sequence[Shape]) -> int:
        return math.prod(inputs[0]) * self.units

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = arranged(tape, _rows(tape, inputs[0]), self.units)
        y = affine(tape, x, params)  # x W + b
        return y.reshape(*inputs[0].shape[:-1], self.units), x

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, rows = kept, _rows(tape, grad)
        affine_grads(tape, x, rows, grads)  # x^T dL/dy, and the sum of dL/dy over the batch
        return [product_like(tape, x, rows, params["W"].T).reshape(*grad.shape[:-1], x.shape[1])]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(units=3), [(4,)]),
            (cls(units=5, use_bias=False, kernel_initializer="he_normal"), [(2,)]),
            (cls(units=2), [(3, 4)]),
        ]

    def headline(self) -> str:
        return str(self.units)


def _rows(tape: Tape, x: Tensor) -> Tensor:
    """One row for each sample or step. Flat inputs stay as they lie, which may be side by side: see `affine`."""
    return x if len(x.shape) == 2 else ops.rows(tape, x)
