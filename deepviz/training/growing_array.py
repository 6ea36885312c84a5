"""An array that rows are added to at the end, as a curve grows while a network trains.

Room is doubled when it runs out, so adding n rows costs a time proportional to n, and what was handed out stays valid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FIRST_ROOM = 16


class GrowingArray:
    """Rows of equal shape and type, kept in one block of memory.

    Parameters
    ----------
    dtype
        The type of the values.
    row_shape
        The shape of one row: `()` for a plain column, `(layers,)` for one value of each layer.
    """

    def __init__(self, dtype: npt.DTypeLike, row_shape: tuple[int, ...] = ()) -> None:
        self._block = np.empty((FIRST_ROOM, *row_shape), dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def view(self) -> npt.NDArray[Any]:
        """All rows so far, read-only and without a copy. It does not grow; ask again for rows that came later."""
        view = self._block[: self._length]
        view.flags.writeable = False
        return view

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes, with the room kept for rows to come."""
        return self._block.nbytes

    def extend(self, rows: npt.ArrayLike) -> None:
        """Add rows at the end.

        Parameters
        ----------
        rows
            An array of shape (n, *row_shape). The type of the whole grows when a value needs it: float64 rows turn a
            float32 array into float64, so that every value is given back exactly.
        """
        rows = np.asarray(rows)
        dtype = np.promote_types(self._block.dtype, rows.dtype)
        needed = self._length + len(rows)
        if needed > len(self._block) or dtype != self._block.dtype:
            room = max(needed, 2 * len(self._block)) if needed > len(self._block) else len(self._block)
            block = np.empty((room, *self._block.shape[1:]), dtype)
            block[: self._length] = self._block[: self._length]
            self._block = block
        self._block[self._length : needed] = rows
        self._length = needed

    def drop_last(self) -> None:
        """Let the last row go: the next one takes its place, also in what was handed out."""
        self._length -= 1

    def replace(self, rows: npt.NDArray[Any]) -> None:
        """Hold other rows from now on, in memory of their own, so that what was handed out stays as it is."""
        block = np.empty((max(FIRST_ROOM, 2 * len(rows)), *rows.shape[1:]), rows.dtype)
        block[: len(rows)] = rows
        self._block, self._length = block, len(rows)
