"""GELU: weighs each number by how likely a normal variable is to be below it. The choice of most transformers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.layer import Activation, Kept, Layer
from deepviz.engine.ops.erf import erf
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor

CUBIC = 0.044715
"""Weight of the cube in the approximation (Hendrycks & Gimpel 2016)."""


class GELU(Activation):
    """Gaussian error linear unit: each number times the probability that a normal variable is below it.

    With ``Phi(x) = (1 + erf(x / sqrt(2))) / 2``, the distribution function of the normal distribution, and ``phi`` its
    slope, the bell curve::

        y     = x Phi(x)
        dL/dx = dL/dy (Phi(x) + x phi(x)),    phi(x) = exp(-x^2 / 2) / sqrt(2 pi)

    The approximation is ``Phi(x) = (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2``. Both come from Hendrycks & Gimpel
    2016.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("gaussian error linear", "transformer", "nonlinearity", "bert", "gpt")
    formula: ClassVar[str] = "y = x Φ(x)"

    approximate: bool = Field(
        False,
        title="Approximate",
        description="Whether to compute the curve by tanh, as GPT-2 does; it differs by at most 0.0005.",
    )

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        distribution, bell = (self._approximation if self.approximate else self._exact)(tape, x)
        return tape.multiply(x, distribution), (x, distribution, bell)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, distribution, bell = kept
        slope = tape.add(tape.multiply(x, bell), distribution)
        return [tape.multiply(grad, slope)]

    @staticmethod
    def _exact(tape: Tape, x: Tensor) -> tuple[Tensor, Tensor]:
        """Phi and its slope, phi."""
        area, bell = erf(tape, tape.multiply(x, math.sqrt(0.5)))
        distribution = tape.add(tape.multiply(area, 0.5), 0.5)
        return distribution, tape.multiply(bell, 1.0 / math.sqrt(2.0 * math.pi))

    @staticmethod
    def _approximation(tape: Tape, x: Tensor) -> tuple[Tensor, Tensor]:
        """The approximation of Phi and its slope, ``(1 - tanh^2) / 2`` times the slope of what is in the tanh."""
        scale = math.sqrt(2.0 / math.pi)
        squared = tape.multiply(x, x)
        inner = tape.multiply(x, tape.add(tape.multiply(squared, scale * CUBIC), scale))
        area = tape.unary(np.tanh, inner)
        distribution = tape.add(tape.multiply(area, 0.5), 0.5)
        inner_slope = tape.add(tape.multiply(squared, 1.5 * scale * CUBIC), 0.5 * scale)  # and the half of (1 - tanh^2)
        return distribution, tape.multiply(tape.subtract(1.0, tape.multiply(area, area)), inner_slope)

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(5,)]), (cls(approximate=True), [(4, 3, 2)])]
