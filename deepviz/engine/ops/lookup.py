"""Compound calls that look up rows of a table by whole numbers, and add gradients up in the rows that they belong to.

Both are one NumPy call in principle; what is written here is the fast way.
"""

from __future__ import annotations

import numpy as np

from deepviz.engine.tape import Tape, Tensor

FEW = 4
"""So many gradients of each row are added up for all rows at a time. Most rows have no more."""


def indices(tape: Tape, x: Tensor, count: int) -> Tensor:
    """The numbers of a batch as indices of a table with `count` rows.

    When the batch is computed, a number that is no such index raises a ValueError that names the layer.
    """
    return tape.call(_Indices(tape.node, count), (x,), x.shape, dtype=np.dtype(np.intp))


def rows(tape: Tape, table: Tensor, indices: Tensor) -> Tensor:
    """The row of the table for each index: of the shape of the indices and then that of a row."""
    return tape.call(_take, (table, indices), (*indices.shape, table.shape[1]))


def add_up(tape: Tape, indices: Tensor, grad: Tensor, out: Tensor) -> None:
    """For each row of a table, the sum of the gradients of all indices that are its own.

    To add them one by one, as `np.add.at` does, is slow. Here gradients of one row are brought next to each other by
    sorting: then the first of all rows are added in one call, then the second ones, and few are left.
    """
    gradients = tape.in_order(grad).reshape(-1, out.shape[1])
    tape.call(_add_up, (indices.reshape(-1), gradients), out.shape, out)


class _Indices:
    """The call that makes indices of numbers and refuses what is none."""

    def __init__(self, node: str, count: int) -> None:
        self._node, self._count = node or "Embedding", count

    def __call__(self, x: np.ndarray, out: np.ndarray) -> None:
        bad = ~((x >= 0) & (x < self._count) & (x == np.floor(x)))  # NaN is bad, too
        if bad.any():
            number = str(x[bad][0]).removesuffix(".0")
            raise ValueError(f"{self._node} takes whole numbers from 0 to {self._count - 1}; the batch holds {number}.")
        np.copyto(out, x, casting="unsafe")


def _take(table: np.ndarray, indices: np.ndarray, out: np.ndarray) -> None:
    np.take(table, indices, axis=0, out=out, mode="clip")  # they are checked; other modes copy the result


def _add_up(indices: np.ndarray, gradients: np.ndarray, out: np.ndarray) -> None:
    short = indices.astype(np.uint16) if len(out) <= 65_536 else indices  # NumPy sorts short integers in linear time
    order = np.argsort(short, kind="stable")
    ordered = indices[order]
    out.fill(0)
    starts, lengths = _runs(ordered)
    for rank in range(FEW):
        places = starts[lengths > rank] + rank
        out[ordered[places]] += gradients[order[places]]
    rest = np.flatnonzero(np.arange(len(ordered)) - np.repeat(starts, lengths) >= FEW)
    if len(rest):
        starts, _ = _runs(ordered[rest])
        out[ordered[rest][starts]] += np.add.reduceat(gradients[order[rest]], starts, axis=0)


def _runs(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where runs of equal numbers start, and how long they are."""
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return starts, np.diff(starts, append=len(ordered))
