"""MaxPool1D: of each window of a sequence, the largest number remains, wherever in the window it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import pooling
from deepviz.engine.ops.pooling_window import Pooling1D
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class MaxPool1D(Pooling1D):
    """Leaves the largest number of each window of a sequence, each feature by itself.

    With ``x`` of shape (batch, steps, features)::

        y[n, t, f] = max over i of x[n, t stride + i, f]

    The gradient of a window goes to its largest number; of several equal ones, to the first. Beyond the edge there is
    nothing that could be the largest.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("max pooling", "downsample", "subsample", "sequence")
    formula: ClassVar[str] = "y = max of each window"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        windows = self.windows(x.shape[1:])
        y, wins = pooling.largest(tape, x, windows)
        return y, (x, windows, wins)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, windows, wins = kept
        return [pooling.largest_grad(tape, x.shape, windows, wins, grad, like=x)]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(6, 3)]),
            (cls(pool_size=3, strides=2, padding="same"), [(6, 2)]),
            (cls(pool_size=2, strides=3), [(6, 2)]),
        ]
