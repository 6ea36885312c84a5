"""AveragePool2D: of each window of an image, the mean remains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deepviz.engine.families.pooling import AveragePooling, Pooling2D
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape


class AveragePool2D(AveragePooling, Pooling2D):
    """Leaves the mean of each window of an image, each channel by itself.

    With ``x`` of shape (batch, rows, columns, channels)::

        y[n, r, c, k]     = sum over i, j of x[n, r stride + i, c stride + j, k] / size
        dL/dx[n, p, q, k] = sum of dL/dy / size of all windows in which x[n, p, q, k] is

    The size of a window is how many numbers it holds; at the edges, what lies beyond them is not counted.
    """

    synonyms: ClassVar[tuple[str, ...]] = (
        "mean pooling",
        "downsample",
        "subsample",
        "image",
        "cnn",
        "AvgPool2d",
        "AveragePooling2D",
    )

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(4, 6, 2)]),
            (cls(pool_size=(2, 3), strides=(1, 2), padding="same"), [(3, 5, 2)]),
            (cls(pool_size=3, strides=2), [(5, 6, 1)]),
            (cls(pool_size=(1, 2), strides=(2, 3)), [(4, 6, 2)]),
            (cls(pool_size=(2, 3), padding="explicit", explicit_padding=(1, 0, 1, 2)), [(3, 4, 1)]),
        ]
