"""RMSNorm: brings the numbers of each position to a mean square of 1. Half the work of LayerNorm, in large models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.families.normalization import inverse_root, times_row
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import ADVANCED, Trained


class RMSNorm(Trained):
    """Root mean square normalisation: the numbers along the last axis get a mean square of 1.

    With means taken over the numbers along the last axis::

        z         = x / sqrt(mean(x^2) + epsilon)
        y         = gamma z
        dL/dz     = gamma dL/dy
        dL/dgamma = sum(dL/dy z)   over all positions of all samples
        dL/dx     = (dL/dz - z mean(z dL/dz)) / sqrt(mean(x^2) + epsilon)

    The mean is left as it is (Zhang & Sennrich 2019).
    """

    category: ClassVar[str] = "Normalisation"
    synonyms: ClassVar[tuple[str, ...]] = ("root mean square", "rms normalization", "transformer", "normalise")
    formula: ClassVar[str] = "y = γ x / √mean(x²)"
    shape_rule: ClassVar[str] = "any shape → the same shape"

    epsilon: float = Field(
        1e-6,
        gt=0,
        le=1,
        title="Epsilon",
        description="Added to the mean square, so that nothing is divided by zero.",
        json_schema_extra=ADVANCED,
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        return {"gamma": (inputs[0][-1],)}

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"gamma": np.ones(inputs[0][-1])}

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = ops.rows(tape, inputs[0])
        mean_square = tape.multiply(ops.row_sums(tape, tape.multiply(x, x)), 1.0 / x.shape[1])
        inverse = inverse_root(tape, mean_square, self.epsilon)
        z = tape.multiply(x, inverse)
        return times_row(tape, z, params["gamma"]).reshape(*inputs[0].shape), (z, inverse)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        z, inverse = kept
        g, n, gamma = ops.rows(tape, grad), z.shape[1], params["gamma"]
        product = tape.multiply(g, z)
        tape.column_sums(product, out=grads["gamma"])
        # As dL/dz is gamma dL/dy, the sum of z dL/dz along a row is a product with gamma.
        product_mean = tape.multiply(tape.matmul(product, gamma.reshape(n, 1)), 1.0 / n)
        rest = tape.subtract(times_row(tape, g, gamma), tape.multiply(z, product_mean))
        return [tape.multiply(rest, inverse).reshape(*grad.shape)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,)]), (cls(epsilon=0.1), [(3, 5)]), (cls(), [(3, 2, 4)])]
