"""Concatenate: puts its inputs side by side along the last axis, so that what follows sees all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import ClassVar

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor


class Concatenate(Layer):
    """Puts two or more inputs side by side along the last axis: features of flat inputs, channels of images.

    ``y = [x_1, x_2, ...]``; each input gets its own part of the gradient back: ``[dL/dx_1, dL/dx_2, ...] = dL/dy``.
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("join", "stack", "skip", "merge", "concat", "cat")
    formula: ClassVar[str] = "y = [x₁, x₂, …]"
    shape_rule: ClassVar[str] = "inputs that differ in the last length → the last lengths added up"
    minimum_inputs: ClassVar[int] = 2
    maximum_inputs: ClassVar[int | None] = None

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        for shape in inputs[1:]:
            if shape[:-1] != inputs[0][:-1]:
                raise ShapeError(
                    f"{self.label} needs inputs that differ along the last axis only; "
                    f"it gets {shape_text(inputs[0])} and {shape_text(shape)}."
                )
        return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        starts = list(accumulate((x.shape[-1] for x in inputs), initial=0))
        y = tape.empty((*inputs[0].shape[:-1], starts[-1]), like=inputs[0])
        for x, (start, end) in zip(inputs, pairwise(starts), strict=True):
            tape.copy(x, out=y[..., start:end])
        return y, starts

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad[..., start:end] for start, end in pairwise(kept)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,), (2,)]), (cls(), [(2, 3), (2, 1), (2, 2)])]
