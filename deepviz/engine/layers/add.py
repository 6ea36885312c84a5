"""Add: sums its inputs number by number. It is where a skip connection joins the main path again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.families.merge import Merge
from deepviz.engine.layer import Kept
from deepviz.engine.tape import Tape, Tensor


class Add(Merge):
    """Sums two or more inputs of one shape, number by number.

    ``y = x_1 + x_2 + ...``; the gradient goes to every input unchanged: ``dL/dx_i = dL/dy``. So a skip
    connection carries it past any number of layers undiminished (He et al. 2016).
    """

    synonyms: ClassVar[tuple[str, ...]] = ("sum", "skip", "residual", "merge", "plus", "shortcut", "resnet")
    formula: ClassVar[str] = "y = x₁ + x₂ + …"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        y = tape.add(inputs[0], inputs[1])
        for x in inputs[2:]:
            y = tape.add(y, x)
        return y, len(inputs)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad] * kept
