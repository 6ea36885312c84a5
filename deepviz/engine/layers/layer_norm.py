"""LayerNorm: brings the numbers of each position to mean 0 and variance 1, for every sample by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine import ops
from deepviz.engine.families.normalization import Normalization, inverse_root, plus_row, times_row
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class LayerNorm(Normalization):
    """Layer normalisation: the numbers along the last axis get mean 0 and variance 1.

    With the mean and the variance of the ``n`` numbers along the last axis, and all other means taken likewise::

        z         = (x - mean) / sqrt(variance + epsilon)
        y         = gamma z + beta
        dL/dz     = gamma dL/dy
        dL/dgamma = sum(dL/dy z),   dL/dbeta = sum(dL/dy)   over all positions of all samples
        dL/dx     = (dL/dz - mean(dL/dz) - z mean(z dL/dz)) / sqrt(variance + epsilon)

    Nothing depends on the other samples, or on whether the network is training (Ba, Kiros & Hinton 2016).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("layer normalization", "ln", "transformer", "normalise")
    formula: ClassVar[str] = "y = γ (x − mean) / deviation + β"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = ops.rows(tape, inputs[0])
        n = x.shape[1]
        deviation = tape.subtract(x, tape.multiply(ops.row_sums(tape, x), 1.0 / n))
        variance = tape.multiply(ops.row_sums(tape, tape.multiply(deviation, deviation)), 1.0 / n)
        inverse = inverse_root(tape, variance, self.epsilon)
        z = tape.multiply(deviation, inverse)
        y = times_row(tape, z, params["gamma"]) if self.scale else z
        y = plus_row(tape, y, params["beta"]) if self.center else y
        return y.reshape(*inputs[0].shape), (z, inverse)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        z, inverse = kept
        g, n = ops.rows(tape, grad), z.shape[1]
        product = tape.multiply(g, z)
        if self.center:
            tape.column_sums(g, out=grads["beta"])
        if self.scale:
            tape.column_sums(product, out=grads["gamma"])
        # As dL/dz is gamma dL/dy, the sums of dL/dz and of z dL/dz along a row are products with gamma.
        gamma = params["gamma"].reshape(n, 1) if self.scale else tape.constant(1.0, (n, 1))
        mean = tape.multiply(tape.matmul(g, gamma), 1.0 / n)
        product_mean = tape.multiply(tape.matmul(product, gamma), 1.0 / n)
        grad_z = times_row(tape, g, params["gamma"]) if self.scale else g
        rest = tape.subtract(tape.subtract(grad_z, mean), tape.multiply(z, product_mean))
        return [tape.multiply(rest, inverse).reshape(*grad.shape)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(4,)]),
            (cls(), [(3, 5)]),
            (cls(center=False, epsilon=0.1), [(3, 2, 4)]),
            (cls(scale=False), [(2, 4)]),
        ]
