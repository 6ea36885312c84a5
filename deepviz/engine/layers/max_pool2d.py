"""MaxPool2D: of each window of an image, the largest number remains, wherever in the window it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deepviz.engine.families.pooling import MaxPooling, Pooling2D
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape


class MaxPool2D(MaxPooling, Pooling2D):
    """Leaves the largest number of each window of an image, each channel by itself.

    With ``x`` of shape (batch, rows, columns, channels)::

        y[n, r, c, k]     = max over i, j of x[n, r stride + i, c stride + j, k]
        dL/dx[n, p, q, k] = sum of dL/dy of all windows in which x[n, p, q, k] is the largest

    Of several equally large numbers of a window the first gets its gradient. Beyond the edge there is nothing that
    could be the largest.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("max pooling", "downsample", "subsample", "image", "cnn", "MaxPooling2D")

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(4, 6, 2)]),
            (cls(pool_size=(2, 3), strides=(1, 2), padding="same"), [(3, 5, 2)]),
            (cls(pool_size=3, strides=2), [(5, 6, 1)]),
            (cls(pool_size=(1, 2), strides=(2, 3)), [(4, 6, 2)]),
            (cls(pool_size=(2, 3), padding="explicit", explicit_padding=(1, 0, 1, 2)), [(3, 4, 1)]),
        ]
