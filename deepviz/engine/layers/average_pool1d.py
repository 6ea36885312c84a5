"""AveragePool1D: of each window of a sequence, the mean remains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import pooling
from deepviz.engine.ops.pooling_window import Pooling1D
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class AveragePool1D(Pooling1D):
    """Leaves the mean of each window of a sequence, each feature by itself.

    With ``x`` of shape (batch, steps, features)::

        y[n, t, f] = sum over i of x[n, t stride + i, f] / pool_size

    Every number of a window gets the same part of its gradient. What lies beyond the edge is not counted.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("mean pooling", "downsample", "subsample", "sequence")
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
            (cls(), [(6, 3)]),
            (cls(pool_size=3, strides=2, padding="same"), [(6, 2)]),
            (cls(pool_size=2, strides=3), [(6, 2)]),
        ]
