"""Compound calls: short recordings that several layers share, each with the reason why it is done this way.

The shortest are here; what takes more than a few lines has a file of its own beside.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from deepviz.engine.ops.squares import squared_norm
from deepviz.engine.tape import Tape, Tensor

__all__ = ["LONG_SAMPLE", "relu", "relu_grad", "row_maximum", "row_sums", "rows", "squared_norm"]

LONG_SAMPLE = 4_096
"""Numbers of a sample from which on going from one sample to the next costs NumPy nothing worth mention."""


def relu(tape: Tape, x: Tensor) -> Tensor:
    """``max(x, 0)``. Against an array of zeros it is several times faster than against a single zero.

    Large samples (or whatever lies outermost in memory) are all compared with the same zeros, as many as one of them
    has: these stay in the cache, where as many zeros as numbers would be half of what is read from memory.

    The zeros come second: of two equal numbers `np.maximum` returns the second, so that -0 becomes +0. `relu_grad`
    relies on it.
    """
    outermost = x.memory_axes[0]
    is_long = x.size >= LONG_SAMPLE * x.shape[outermost]
    one = x[(slice(None),) * outermost + (slice(0, 1),)] if is_long else x
    return tape.maximum(x, tape.constant(0.0, like=one))


def relu_grad(tape: Tape, y: Tensor, grad: Tensor) -> Tensor:
    """`grad` where ``y > 0`` and 0 elsewhere, for ``y = max(x, 0)``.

    As y is never negative, the sign of its bits read as an integer is 1 where y > 0 and 0 where it is 0. Multiplying
    the bits of the gradient by that needs no branch and no comparison, unlike `np.where`.
    """
    integers = np.dtype(f"i{tape.dtype.itemsize}")
    mask = tape.call(np.sign, (y.as_integers(),), y.shape, elementwise=True, dtype=integers)
    result = tape.call(np.multiply, (grad.as_integers(), mask), y.shape, elementwise=True, dtype=integers)
    return result.as_type(tape.dtype)


def rows(tape: Tape, x: Tensor) -> Tensor:
    """What lies along the last axis, one row for each place of the others, in order in memory: ``(n, k)``."""
    return tape.in_order(x).reshape(-1, x.shape[-1])


def row_maximum(tape: Tape, x: Tensor) -> Tensor:
    """The largest number of each row of ``(n, k)``: ``(n, 1)``.

    NumPy compares whole rows much faster than it searches in each short row, so that it pays to swap the axes first.
    """
    rows, columns = x.shape
    if columns > 32 and x.in_order:
        return tape.call(_row_maximum, (x,), (rows, 1))
    swapped = tape.in_order(x.T)
    return tape.call(_column_maximum, (swapped,), (rows,)).reshape(rows, 1)


def row_sums(tape: Tape, x: Tensor) -> Tensor:
    """The sum of each row of ``(n, k)``: ``(n, 1)``; a matrix product, for the same reason as `Tape.column_sums`."""
    return tape.matmul(x, tape.constant(1.0, (x.shape[1], 1)))


def _column_maximum(x: np.ndarray, out: np.ndarray) -> Any:
    return np.maximum.reduce(x, 0, out=out)


def _row_maximum(x: np.ndarray, out: np.ndarray) -> Any:
    return np.maximum.reduce(x, 1, None, out, True)  # type: ignore[call-overload] # positional: keywords cost time
