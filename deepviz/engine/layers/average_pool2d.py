"""AveragePool2D: of each window of an image, the mean remains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import pooling
from deepviz.engine.ops.pooling_window import Pooling2D
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class AveragePool2D(Pooling2D):
    """Leaves the mean of each window of an image, each channel by itself.

    With ``x`` of shape (batch, rows, columns, channels)::

        y[n, r, c, k] = sum over i, j of x[n, r stride + i, c stride + j, k] / (size of the window)

    Every number of a window gets the same part of its gradient. What lies beyond the edge is not counted.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("mean pooling", "downsample", "subsample", "image", "cnn")
    formula: ClassVar[str] = "y = mean of each window"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        windows = self.windows(x.shape[1:])
        return pooling.mean(tape, x, windows), (x, windows)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, windows = kept
        return [pooling.mean_grad(tape, x.shape, windows, grad, like=x)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(4, 6, 2)]),
            (cls(pool_size=(2, 3), strides=(1, 2), padding="same"), [(3, 5, 2)]),
            (cls(pool_size=3, strides=2), [(5, 6, 1)]),
            (cls(pool_size=(1, 2), strides=(2, 3)), [(4, 6, 2)]),
        ]
