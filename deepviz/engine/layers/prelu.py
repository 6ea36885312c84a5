"""PReLU: a leaky ReLU whose slope below zero is trained along with the weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept, Layer
from deepviz.engine.ops import curves
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Trained

Axis = Annotated[int, Field(ge=1, le=4)]


class PReLU(Trained, Activation):
    """Parametric rectified linear unit: positive numbers pass, negative ones are multiplied by a trained slope.

    With ``alpha`` of the shape of one sample, of length 1 along the shared axes::

        y         = max(x, 0) + alpha min(x, 0)
        dL/dalpha = sum of dL/dy min(x, 0) over the batch and the shared axes
        dL/dx     = dL/dy where x > 0 and alpha dL/dy elsewhere

    It comes from He et al. 2015.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("parametric relu", "rectifier", "leaky", "nonlinearity")
    formula: ClassVar[str] = "y = max(x, 0) + α min(x, 0)"

    shared_axes: tuple[Axis, ...] | None = Field(
        None,
        min_length=1,
        max_length=4,
        title="Shared axes",
        description="Axes along which one slope serves all, counted from 1: 1 × 2 gives an image a slope per channel.",
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        if max(self.shared_axes or (1,)) > len(inputs[0]):
            raise ShapeError(
                f"{self.label} shares its slopes along axis {max(self.shared_axes or ())}, "
                f"which {shape_text(inputs[0])} does not have."
            )
        return inputs[0]

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        shared = self.shared_axes or ()
        return {"alpha": tuple(1 if axis in shared else n for axis, n in enumerate(self.output_shape(inputs), 1))}

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {name: np.zeros(shape) for name, shape in self.parameter_shapes(inputs).items()}

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        above, below = ops.relu(tape, inputs[0]), curves.negative_part(tape, inputs[0])
        return tape.add(above, tape.multiply(below, params["alpha"])), (above, below)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        above, below = kept
        self._sum(tape, tape.multiply(grad, below), grads["alpha"])
        grad_above = ops.relu_grad(tape, above, grad)
        grad_below = tape.subtract(grad, grad_above)
        return [tape.add(grad_above, tape.multiply(grad_below, params["alpha"]))]

    def _sum(self, tape: Tape, x: Tensor, out: Tensor) -> None:
        """Sum over the batch and the shared axes."""
        axes = sorted({0, *(self.shared_axes or ())})
        if axes == list(range(len(axes))):  # the first ones: then it is the sum of the columns of a matrix
            columns = math.prod(out.shape)
            tape.column_sums(tape.in_order(x).reshape(-1, columns), out=out.reshape(columns))
        else:
            lengths = [length for axis, length in enumerate(x.shape) if axis not in axes]
            tape.sum(x, tuple(axes), out=out.reshape(*lengths))

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(5,)]),
            (cls(shared_axes=(1, 2)), [(4, 3, 2)]),
            (cls(shared_axes=(2,)), [(4, 3)]),
        ]
