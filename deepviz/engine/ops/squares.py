"""Sums of squares, from which norms are made.

A sum in single precision rounds at each addition: after millions of them three or four digits are left. Long vectors
are therefore cut into rows, and what the rows give is added up in double precision.
"""

from __future__ import annotations

import numpy as np

from deepviz.engine.tape import Tape, Tensor

ROW = 4096
"""So many squares are added up in single precision and lose no digit that is shown."""


def squared_norm(tape: Tape, x: Tensor, out: Tensor | None = None) -> Tensor:
    """Sum of the squares of all elements: one number, of shape ``()``."""
    if x.size < 2 * ROW:
        return tape.dot(x, x, out)
    return tape.call(_write, (tape.in_order(x.in_memory_order()).reshape(-1),), (), out)


def sum_of_squares(vector: np.ndarray) -> float:
    """The product of a flat array with itself; infinite where squares are too large for the type of the array."""
    if vector.size < 2 * ROW:
        return float(vector.dot(vector))
    end = vector.size // ROW * ROW
    rows, rest = vector[:end].reshape(-1, ROW), vector[end:]
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.vecdot(rows, rows).sum(dtype=np.float64) + rest.dot(rest))


def _write(vector: np.ndarray, out: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        out[()] = sum_of_squares(vector)
