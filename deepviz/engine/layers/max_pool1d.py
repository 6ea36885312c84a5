"""MaxPool1D: of each window of a sequence, the largest number remains, wherever in the window it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deepviz.engine.families.pooling import MaxPooling, Pooling1D
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape


class MaxPool1D(MaxPooling, Pooling1D):
    """Leaves the largest number of each window of a sequence, each feature by itself.

    With ``x`` of shape (batch, steps, features)::

        y[n, t, f]     = max over i of x[n, t stride + i, f]
        dL/dx[n, s, f] = sum of dL/dy of all windows in which x[n, s, f] is the largest

    Of several equally large numbers of a window the first gets its gradient. Beyond the edge there is nothing that
    could be the largest.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("max pooling", "downsample", "subsample", "sequence", "MaxPooling1D")

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(6, 3)]),
            (cls(pool_size=3, strides=2, padding="same"), [(6, 2)]),
            (cls(pool_size=2, strides=3), [(6, 2)]),
            (cls(pool_size=3, strides=2, padding="explicit", explicit_padding=(2, 1)), [(5, 2)]),
        ]
