"""Concatenate: puts its inputs side by side along the last axis, so that what follows sees all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import ClassVar

import numpy as np

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor


class Concatenate(Layer):
    """Puts two or more inputs side by side along the last axis: features of flat inputs, channels of images.

    ``y = [x_1, x_2, ...]``; each input gets its own part of the gradient back.
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = ("join", "stack", "skip", "merge")
    formula: ClassVar[str] = "y = [x₁, x₂, …]"
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
        shape = (*inputs[0].shape[:-1], sum(x.shape[-1] for x in inputs))
        return tape.call(_concatenate, inputs, shape), [x.shape for x in inputs]

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        ends = accumulate((shape[-1] for shape in kept), initial=0)
        parts = [_Part(start, end) for start, end in pairwise(ends)]
        return [tape.call(part, (grad,), shape) for part, shape in zip(parts, kept, strict=True)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [(cls(), [(4,), (2,)]), (cls(), [(2, 3), (2, 1), (2, 2)])]


class _Part:
    """The call that copies a part of the last axis."""

    def __init__(self, start: int, end: int) -> None:
        self._where = (..., slice(start, end))

    def __call__(self, x: np.ndarray, out: np.ndarray) -> None:
        np.copyto(out, x[self._where])


def _concatenate(*arrays: np.ndarray) -> None:
    *parts, out = arrays
    np.concatenate(parts, axis=-1, out=out)
