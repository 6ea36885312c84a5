"""UpSample2D: makes an image larger, by repeating its pixels or by drawing straight lines between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from deepviz.engine.families.image import Pair, check_image
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape, shape_text
from deepviz.engine.tape import Tape, Tensor


class UpSample2D(Layer):
    """Makes an image larger by a whole number of times.

    With ``x`` of shape (batch, rows, columns, channels), repeated (nearest)::

        y[n, r s + i, c t + j, k] = x[n, r, c, k]   for i = 0 .. s - 1, j = 0 .. t - 1
        dL/dx[n, r, c, k]         = sum over i, j of dL/dy[n, r s + i, c t + j, k]

    or with straight lines between the centres of the pixels (bilinear), where ``R`` and ``C`` hold the weights of the
    old rows and columns in the new ones::

        y     = R x C^T
        dL/dx = R^T dL/dy C
    """

    category: ClassVar[str] = "Merge and shape"
    synonyms: ClassVar[tuple[str, ...]] = (
        "resize",
        "enlarge",
        "unpool",
        "decoder",
        "image",
        "UpSampling2D",
        "Upsample",
        "interpolate",
        "bilinear",
    )
    formula: ClassVar[str] = "each pixel → size pixels"
    shape_rule: ClassVar[str] = "h × w × c → (size · h) × (size · w) × c"

    size: Pair = Field((2, 2), title="Times", description="How many times as many rows × columns there are afterwards.")
    interpolation: Literal["nearest", "bilinear"] = Field(
        "nearest",
        title="Interpolation",
        description="nearest: pixels are repeated. bilinear: numbers change evenly from pixel to pixel.",
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        check_image(self.label, inputs[0])
        rows, columns, channels = inputs[0]
        return (rows * self.size[0], columns * self.size[1], channels)

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        if self.interpolation == "bilinear":
            weights = [
                tape.external(line_weights(length, times).astype(tape.dtype))
                for length, times in zip(x.shape[1:3], self.size, strict=True)
            ]
            return _resized(tape, x, *weights), weights
        y = tape.empty((x.shape[0], *self.output_shape([x.shape[1:]])), like=x)
        for copy in self._copies(y):
            tape.copy(x, out=copy)
        return y, None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        if self.interpolation == "bilinear":
            of_rows, of_columns = kept
            return [_resized(tape, grad, of_rows.T, of_columns.T)]
        total, *others = self._copies(grad)
        for other in others:
            total = tape.add(total, other)
        return [total]

    def _copies(self, y: Tensor) -> list[Tensor]:
        """The enlarged images as images of the old size, of which each pixel of `y` belongs to one."""
        down, right = self.size
        return [y[:, i::down, j::right] for i in range(down) for j in range(right)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(3, 2, 2)]),
            (cls(size=(1, 3)), [(2, 2, 1)]),
            (cls(size=(3, 2), interpolation="bilinear"), [(3, 4, 2)]),
        ]

    def headline(self) -> str:
        return shape_text(self.size)


def line_weights(length: int, times: int) -> np.ndarray:
    """Weights of `length` pixels in a line that is `times` as long: array of shape ``(length * times, length)``.

    The centre of new pixel ``i`` lies at ``(i + 1/2) / times - 1/2`` on the old line. It is mixed of the two old pixels
    around it, the nearer the more; beyond the outermost centres there is only one.
    """
    centres = np.clip((np.arange(length * times) + 0.5) / times - 0.5, 0, length - 1)
    return np.maximum(0.0, 1.0 - np.abs(centres[:, None] - np.arange(length)))


def _resized(tape: Tape, x: Tensor, of_rows: Tensor, of_columns: Tensor) -> Tensor:
    """Mix rows and then columns: ``of_rows x of_columns^T`` for each sample and channel."""
    batch, rows, columns, channels = x.shape
    new_rows, new_columns = of_rows.shape[0], of_columns.shape[0]
    mixed = tape.matmul(of_rows, tape.in_order(x).reshape(batch, rows, columns * channels))
    mixed = tape.matmul(of_columns, mixed.reshape(batch * new_rows, columns, channels))
    return mixed.reshape(batch, new_rows, new_columns, channels)
