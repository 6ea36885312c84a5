"""Dense: every output is a weighted sum of every input. The workhorse of the multilayer perceptron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.initializers import InitializerName, initial
from deepviz.engine.layer import Kept, Layer, flat_length
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class Dense(Layer):
    """Fully connected layer: each unit weighs all inputs, sums them up and adds a bias.

    With ``x`` of shape (batch, in), ``W`` of shape (in, units) and ``b`` of shape (units,)::

        y     = x W + b
        dL/dW = x^T dL/dy
        dL/db = sum of dL/dy over the batch
        dL/dx = dL/dy W^T
    """

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = ("fully connected", "linear", "affine", "perceptron", "fc")
    formula: ClassVar[str] = "y = x W + b"

    units: int = Field(16, ge=1, le=65_536, title="Units", description="How many outputs the layer has.")
    use_bias: bool = Field(True, title="Bias", description="Whether a trained number is added to each output.")
    kernel_initializer: InitializerName = Field(
        "glorot_uniform",
        title="Initializer",
        description="How the first weights are drawn. He suits ReLU; Glorot suits tanh and sigmoid.",
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        flat_length(self, inputs[0])
        return (self.units,)

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        weights: dict[str, Shape] = {"W": (flat_length(self, inputs[0]), self.units)}
        return weights | ({"b": (self.units,)} if self.use_bias else {})

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        shapes = self.parameter_shapes(inputs)
        fan_in, fan_out = shapes["W"]
        weights = {"W": initial(self.kernel_initializer, shapes["W"], rng, fan_in, fan_out)}
        return weights | ({"b": np.zeros(shapes["b"])} if self.use_bias else {})

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        y = tape.matmul(x, params["W"])
        if self.use_bias:
            y = tape.add(y, params["b"])
        return y, x

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x = kept
        tape.matmul(x.T, grad, out=grads["W"])
        if self.use_bias:
            tape.column_sums(grad, out=grads["b"])
        return [tape.matmul(grad, params["W"].T)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(units=3), [(4,)]), (cls(units=5, use_bias=False, kernel_initializer="he_normal"), [(2,)])]

    def headline(self) -> str:
        return str(self.units)
