"""The columns of a history: all values of a quantity, or a bounded choice of them if it is looked at now and then."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.growing_array import GrowingArray

FIRST_ROOM = 16

MOST_KEPT, LEAST_KEPT, MOST_BYTES = 2048, 256, 8 << 20
"""Of a table's statistics so many steps are kept at most: fewer where there are so many layers that they take 8 MiB."""


class Column:
    """All values of one quantity: no point of a curve is ever lost.

    Parameters
    ----------
    values
        Those so far.
    steps
        The steps they belong to; None as long as there is a value at every step of the run.
    """

    def __init__(self, values: npt.NDArray[Any], steps: npt.NDArray[np.int64] | None) -> None:
        self._values = GrowingArray(values.dtype, values.shape[1:])
        self._values.extend(values)
        self._steps: GrowingArray | None = None
        if steps is not None:
            self.lack(steps)

    @property
    def view(self) -> npt.NDArray[Any]:
        """All values, read-only."""
        return self._values.view

    @property
    def steps(self) -> npt.NDArray[np.int64] | None:
        """The step of each value, read-only; None if there is a value at every step of the run."""
        return None if self._steps is None else self._steps.view

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes."""
        return self._values.nbytes + (0 if self._steps is None else self._steps.nbytes)

    def extend(self, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add values at the end."""
        self._values.extend(values)
        if self._steps is not None:
            self._steps.extend(steps)

    def lack(self, steps_so_far: npt.NDArray[np.int64]) -> None:
        """From now on keep the steps of this column apart, because there are some without a value."""
        if self._steps is None:
            self._steps = GrowingArray(np.int64)
            self._steps.extend(steps_so_far)


class ThinnedColumn:
    """Values of one quantity at steps that were looked at, of which a bounded number is kept.

    At first all are. When there are `limit`, every second one is let go, and from then on only every second of those
    that come stays; when there are `limit` again, every fourth, and so on. So what is kept is always spread evenly over
    the whole run, at least `limit` / 2 values once there were as many. The newest is always there as well, until the
    next takes its place.

    Parameters
    ----------
    limit
        How many values are kept at most; an even number.
    dtype, row_shape
        Type and shape of a value.

    Attributes
    ----------
    every
        Of so many values that come one stays.
    count
        How many have come so far.
    """

    def __init__(self, limit: int, dtype: npt.DTypeLike, row_shape: tuple[int, ...]) -> None:
        self._limit, self._length = limit, 0
        self._steps = np.empty(FIRST_ROOM, np.int64)
        self._values = np.empty((FIRST_ROOM, *row_shape), dtype)
        self.every, self.count = 1, 0

    @property
    def view(self) -> npt.NDArray[Any]:
        """What is kept, read-only. The last row changes when another value comes."""
        return _read_only(self._values[: self._length])

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """The step of each value, read-only."""
        return _read_only(self._steps[: self._length])

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes."""
        return self._values.nbytes + self._steps.nbytes

    def extend(self, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add values; some of them, or some that are there, are let go."""
        for step, value in zip(steps, values, strict=True):
            self._append(step, value)

    def lack(self, steps_so_far: npt.NDArray[np.int64]) -> None:
        """Nothing to do: the steps are always kept."""

    def resume(self, every: int, count: int, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Take over what another column had kept.

        Raises
        ------
        ValueError
            If no column can have kept that.
        """
        kept = -(-count // every) if every > 0 else -1
        # The newest is there too, where it is not one of those that stay.
        newest = int(count > 0 and every > 0 and (count - 1) % every > 0)
        if every < 1 or every & (every - 1) or len(steps) != kept + newest or len(steps) > self._limit:
            raise ValueError(f"{len(steps)} values cannot be one of {every} of {count}.")
        room = max(FIRST_ROOM, len(steps))
        self._steps = np.empty(room, np.int64)
        self._values = np.empty((room, *self._values.shape[1:]), self._values.dtype)
        self._steps[: len(steps)], self._values[: len(steps)] = steps, values
        self.every, self.count, self._length = every, count, len(steps)

    def _append(self, step: int, value: npt.NDArray[Any]) -> None:
        if self.count and (self.count - 1) % self.every:
            self._length -= 1  # the newest so far is not one of those that stay
        if self._length == self._limit:
            self._resized(slice(None, None, 2), self._limit)
            self.every *= 2
        elif self._length == len(self._steps):
            self._resized(slice(None), min(2 * self._length, self._limit))
        self._steps[self._length], self._values[self._length] = step, value
        self._length += 1
        self.count += 1

    def _resized(self, chosen: slice, room: int) -> None:
        """Move some of what is kept to new memory, so that what was handed out stays as it is."""
        for name in ("_steps", "_values"):
            kept = getattr(self, name)[: self._length][chosen]
            block = np.empty((room, *kept.shape[1:]), kept.dtype)
            block[: len(kept)] = kept
            setattr(self, name, block)
        self._length = len(range(self._length)[chosen])


def limit_of(row_bytes: int, most: int, least: int, most_bytes: int) -> int:
    """How many rows of so many bytes a `ThinnedColumn` may keep: an even number from `least` to `most`."""
    return 2 * (min(most, max(least, most_bytes // max(1, row_bytes))) // 2)


def new_column(
    name: str, values: npt.NDArray[Any], steps: npt.NDArray[np.int64] | None = None
) -> Column | ThinnedColumn:
    """A column for values of this kind, without any: a bounded one for the statistics of a table (``gradients/l2``)."""
    if "/" not in name:
        return Column(values[:0], None if steps is None else steps[:0])
    row = values.shape[1:]
    row_bytes = values.itemsize * int(np.prod(row))
    return ThinnedColumn(limit_of(row_bytes, MOST_KEPT, LEAST_KEPT, MOST_BYTES), values.dtype, row)


def _read_only(view: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view.flags.writeable = False
    return view
