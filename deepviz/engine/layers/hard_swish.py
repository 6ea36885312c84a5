"""Hard swish: a SiLU made of straight lines and a parabola, the choice of small networks for phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine import curves
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class HardSwish(Activation):
    """SiLU without exponentials: each number times its own hard sigmoid.

    With ``h = min(max(x + 3, 0), 6) / 6``: ``y = x h``; ``dL/dx = dL/dy h``, and ``dL/dy x / 6`` in addition where
    ``-3 < x < 3``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("hard silu", "mobilenet", "nonlinearity")
    formula: ClassVar[str] = "y = x min(max(x + 3, 0), 6) / 6"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        ramp = curves.ramp(tape, x)
        h = tape.divide(ramp, 6.0)
        return tape.multiply(x, h), (x, ramp, h)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, ramp, h = kept
        through_ramp = curves.ramp_grad(tape, ramp, tape.divide(tape.multiply(grad, x), 6.0))
        return [tape.add(tape.multiply(grad, h), through_ramp)]
