"""Maximum: the largest of its inputs at each place. Only the input that won gets a gradient there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.families.merge import Merge
from deepviz.engine.layer import Kept
from deepviz.engine.ops import curves
from deepviz.engine.tape import Tape, Tensor


class Maximum(Merge):
    """Takes the largest of two or more inputs of one shape, number by number.

    ``y = max(x_1, x_2, ...)``; ``dL/dx_i = dL/dy`` where ``x_i`` is the largest and 0 elsewhere. Where several
    are equally large, the first of them gets all of the gradient.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("max", "largest", "maxout", "merge")
    formula: ClassVar[str] = "y = max(x₁, x₂, …)"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        largest = [inputs[0]]  # of the first input, of the first two, ...
        for x in inputs[1:]:
            largest.append(tape.maximum(largest[-1], x))
        return largest[-1], (tuple(inputs), largest[:-1])

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        inputs, largest = kept
        backwards = []
        for x, largest_before in zip(inputs[:0:-1], largest[::-1], strict=True):
            won, grad = curves.halves(tape, tape.subtract(x, largest_before), grad)
            backwards.append(won)  # where x rises above all before it; the rest is theirs
        return [grad, *backwards[::-1]]
