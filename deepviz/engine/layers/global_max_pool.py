"""GlobalMaxPool: the largest number of the whole image or sequence, one for each channel or feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.families.pooling import GlobalPooling
from deepviz.engine.layer import Kept
from deepviz.engine.tape import Tape, Tensor


class GlobalMaxPool(GlobalPooling):
    """Leaves one number of each channel of an image, or each feature of a sequence: the largest of all positions.

    With ``x`` of shape (batch, positions, channels)::

        y[n, k]        = max over p of x[n, p, k]
        dL/dx[n, p, k] = dL/dy[n, k] where x[n, p, k] is the largest and 0 elsewhere

    Of several that are the largest, the first gets the gradient.
    """

    synonyms: ClassVar[tuple[str, ...]] = (
        "max pooling",
        "largest",
        "image",
        "sequence",
        "flatten",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "AdaptiveMaxPool2d",
    )
    formula: ClassVar[str] = "y = max over all positions"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = inputs[0]
        batch, channels = x.shape[0], x.shape[-1]
        rows = tape.in_order(x).reshape(batch, -1, channels)
        first = tape.call(_first_largest, (rows,), (batch, channels), dtype=np.dtype(np.intp))
        y = tape.call(_taken, (rows, first), (batch, channels))
        return y, (x.shape, rows.shape, first)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        shape, rows_shape, first = kept
        return [tape.call(_put, (grad, first), rows_shape).reshape(*shape)]


def _first_largest(x: np.ndarray, out: np.ndarray) -> None:
    """The position of the largest number of each channel, of several the first."""
    np.argmax(x, axis=1, out=out)


def _taken(x: np.ndarray, positions: np.ndarray, out: np.ndarray) -> None:
    out[...] = np.take_along_axis(x, positions[:, None], axis=1)[:, 0]


def _put(grad: np.ndarray, positions: np.ndarray, out: np.ndarray) -> None:
    out.fill(0)
    np.put_along_axis(out, positions[:, None], grad[:, None], axis=1)
