"""Hard swish: a SiLU made of straight lines and a parabola, the choice of small networks for phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class HardSwish(Activation):
    """SiLU without exponentials: each number times its own hard sigmoid.

    With ``h = min(max(x + 3, 0), 6) / 6``: ``y = x h``; ``dL/dx = dL/dy h``, and ``dL/dy x / 6`` in addition where
    ``-3 < x < 3`` (Howard et al. 2019).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("hard silu", "mobilenet", "nonlinearity")
    formula: ClassVar[str] = "y = x min(max(x + 3, 0), 6) / 6"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        h = tape.divide(curves.ramp(tape, x), 6.0)
        return tape.multiply(x, h), (x, h)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, h = kept
        slope_of_h = tape.divide(curves.ramp_slope(tape, x), 6.0)
        slope = tape.add(h, tape.multiply(x, slope_of_h))
        return [tape.multiply(grad, slope)]
