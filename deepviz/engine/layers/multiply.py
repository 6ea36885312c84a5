"""Multiply: the product of its inputs, number by number. It makes gates: one input says how much of another passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.families.merge import Merge
from deepviz.engine.layer import Kept
from deepviz.engine.tape import Tape, Tensor


class Multiply(Merge):
    """Multiplies two or more inputs of one shape, number by number.

    ``y = x_1 x_2 ...``; ``dL/dx_i = dL/dy`` times the product of all other inputs. That product is never made by
    dividing, so that zeros do no harm.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("product", "gate", "times", "merge", "hadamard", "elementwise")
    formula: ClassVar[str] = "y = x₁ x₂ …"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        products = [inputs[0]]  # of the first input, of the first two, ...
        for x in inputs[1:]:
            products.append(tape.multiply(products[-1], x))
        return products[-1], (tuple(inputs), products[:-1])

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        inputs, products = kept
        backwards = []
        for x, product_before in zip(inputs[:0:-1], products[::-1], strict=True):
            backwards.append(tape.multiply(grad, product_before))
            grad = tape.multiply(grad, x)  # now dL/dy times the product of this input and all later ones
        return [grad, *backwards[::-1]]
