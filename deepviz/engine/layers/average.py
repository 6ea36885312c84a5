"""Average: the mean of its inputs, number by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.families.merge import Merge
from deepviz.engine.layer import Kept
from deepviz.engine.tape import Tape, Tensor


class Average(Merge):
    """Averages two or more inputs of one shape, number by number.

    ``y = (x_1 + ... + x_n) / n``; ``dL/dx_i = dL/dy / n``.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("mean", "merge", "avg")
    formula: ClassVar[str] = "y = (x₁ + x₂ + …) / n"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        total = tape.add(inputs[0], inputs[1])
        for x in inputs[2:]:
            total = tape.add(total, x)
        return tape.divide(total, len(inputs)), len(inputs)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [tape.divide(grad, kept)] * kept
