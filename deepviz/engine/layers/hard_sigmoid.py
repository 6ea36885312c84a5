"""Hard sigmoid: a sigmoid made of three straight lines, for where exponentials cost too much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class HardSigmoid(Activation):
    """Sigmoid of three straight lines: 0 below -3, 1 above 3, and a ramp in between.

    ``y = min(max(x + 3, 0), 6) / 6``; ``dL/dx = dL/dy / 6`` where ``-3 < x < 3`` and 0 elsewhere
    (Howard et al. 2019).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("piecewise linear", "squashing", "nonlinearity")
    formula: ClassVar[str] = "y = min(max(x + 3, 0), 6) / 6"

    @property
    def output_range(self) -> tuple[float, float]:
        return 0.0, 1.0

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        return tape.divide(curves.ramp(tape, x), 6.0), x

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        slope = tape.divide(curves.ramp_slope(tape, kept), 6.0)
        return [tape.multiply(grad, slope)]
