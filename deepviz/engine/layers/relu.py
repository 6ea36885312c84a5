"""ReLU: keeps positive numbers and sets negative ones to zero. Its slope is 1 or 0: gradients do not fade in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine import ops
from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class ReLU(Activation):
    """Rectified linear unit: positive numbers pass, negative ones become 0.

    ``y = max(x, 0)``; ``dL/dx = dL/dy`` where ``x > 0`` and 0 elsewhere (Nair & Hinton 2010). At 0 itself, where there
    is no slope, 0 is taken, as everywhere in the field.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("rectifier", "rectified linear", "nonlinearity", "ramp")
    formula: ClassVar[str] = "y = max(x, 0)"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        y = ops.relu(tape, inputs[0])
        return y, y

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [ops.relu_grad(tape, kept, grad)]
