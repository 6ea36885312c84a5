"""AveragePool1D: of each window of a sequence, the mean remains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from deepviz.engine.families.pooling import AveragePooling, Pooling1D
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape


class AveragePool1D(AveragePooling, Pooling1D):
    """Leaves the mean of each window of a sequence, each feature by itself.

    With ``x`` of shape (batch, steps, features)::

        y[n, t, f]     = sum over i of x[n, t stride + i, f] / size
        dL/dx[n, s, f] = sum of dL/dy / size of all windows in which x[n, s, f] is

    The size of a window is `pool_size`; at the edges, what lies beyond them is not counted.
    """

    synonyms: ClassVar[tuple[str, ...]] = (
        "mean pooling",
        "downsample",
        "subsample",
        "sequence",
        "AvgPool1d",
        "AveragePooling1D",
    )

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(6, 3)]),
            (cls(pool_size=3, strides=2, padding="same"), [(6, 2)]),
            (cls(pool_size=2, strides=3), [(6, 2)]),
            (cls(pool_size=3, strides=2, padding="explicit", explicit_padding=(2, 1)), [(5, 2)]),
        ]
