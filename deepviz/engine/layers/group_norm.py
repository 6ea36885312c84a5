"""GroupNorm: brings groups of channels to mean 0 and variance 1, for every sample by itself: it suits small batches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.families.normalization import Normalization, inverse_root
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops.channels import ChannelsOfSamples
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor


class GroupNorm(Normalization):
    """Group normalisation: in each sample, the channels of a group together get mean 0 and variance 1.

    With the mean and the variance of the ``n`` numbers of a group, at all positions, and other means taken likewise::

        z         = (x - mean) / sqrt(variance + epsilon)
        y         = gamma z + beta,   with one gamma and one beta for each channel
        dL/dz     = gamma dL/dy
        dL/dgamma = sum(dL/dy z),   dL/dbeta = sum(dL/dy)   over all positions of all samples
        dL/dx     = (dL/dz - mean(dL/dz) - z mean(z dL/dz)) / sqrt(variance + epsilon)

    Nothing depends on the other samples, or on whether the network is training (Wu & He 2018).
    """

    synonyms: ClassVar[tuple[str, ...]] = (
        "group normalization",
        "gn",
        "instance normalization",
        "normalise",
        "InstanceNorm2d",
    )
    formula: ClassVar[str] = "y = γ (x − mean) / deviation + β"
    shape_rule: ClassVar[str] = "any shape → the same shape; its last length a multiple of groups"

    groups: int = Field(
        32, ge=1, le=65_536, title="Groups", description="Into how many groups of neighbours the channels are divided."
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        channels = inputs[0][-1]
        if channels % self.groups:
            fitting = math.gcd(channels, self.groups)
            raise ShapeError(
                f"{self.label} divides channels into {self.groups} groups; {shape_text(inputs[0])} has {channels}. "
                f"Choose a number of groups that divides it, such as {fitting}.",
                change={"groups": fitting},
            )
        return inputs[0]

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = ChannelsOfSamples(tape, inputs[0])
        averages = self._averages(tape, x)
        mean = tape.matmul(x.sums(), averages)
        _, squares = x.sums_about(mean)
        inverse = inverse_root(tape, tape.matmul(squares, averages), self.epsilon)
        scale = tape.multiply(inverse, params["gamma"]) if self.scale else inverse
        shift = tape.multiply(tape.multiply(mean, scale), -1.0)
        shift = tape.add(shift, params["beta"]) if self.center else shift
        return x.scaled(x.x, scale, shift), (x, averages, mean, inverse, scale)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, averages, mean, inverse, scale = kept
        sums, products = x.products_about(mean, grad)
        products = tape.multiply(products, inverse)  # of dL/dy and z
        if self.center:
            tape.column_sums(sums, out=grads["beta"])
        if self.scale:
            tape.column_sums(products, out=grads["gamma"])
            sums, products = (tape.multiply(table, params["gamma"]) for table in (sums, products))
        grad_mean, product_mean = tape.matmul(sums, averages), tape.matmul(products, averages)
        # (dL/dz - grad_mean - z product_mean) inverse, sorted by dL/dy, x and what is the same at all positions
        of_x = tape.multiply(tape.multiply(tape.multiply(inverse, inverse), product_mean), -1.0)
        shift = tape.add(tape.multiply(grad_mean, inverse), tape.multiply(of_x, mean))
        return [x.mixed(scale, grad, of_x, tape.multiply(shift, -1.0))]

    def _averages(self, tape: Tape, x: ChannelsOfSamples) -> Tensor:
        """A matrix that makes sums of channels, in rows, averages over the group, for each of its channels."""
        in_group = x.channels // self.groups
        blocks = np.kron(np.eye(self.groups), np.ones((in_group, in_group)))
        return tape.external((blocks / (in_group * x.rows)).astype(tape.dtype))

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(groups=1), [(3,)]),
            (cls(groups=2), [(3, 2, 4)]),
            (cls(groups=3, center=False, scale=False), [(3, 6)]),
            (cls(groups=4, epsilon=0.1), [(2, 3, 4)]),
        ]

    def headline(self) -> str:
        return str(self.groups)
