"""The columns of what is looked at now and then: a bounded choice of the values, evenly spread over the run.

What is measured at every step is in a `StepTable` instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.engine import probes
from deepviz.training.growing_array import FIRST_ROOM
from deepviz.training.run_plan import PROBES

MOST_KEPT, LEAST_KEPT, MOST_BYTES = 2048, 256, 8 << 20
"""Of a table's statistics so many steps are kept at most: fewer where there are so many layers that they take 8 MiB."""


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
    def low(self) -> npt.NDArray[Any]:
        """The smallest of the values that each one stands for: itself, as nobody looked at the steps between."""
        return self.view

    @property
    def high(self) -> npt.NDArray[Any]:
        """The largest of the values that each one stands for: itself."""
        return self.view

    @property
    def is_whole(self) -> bool:
        """Whether each value stands for itself only: always."""
        return True

    def stretch(self, row: int) -> tuple[int, int]:
        """The first and the last of the steps that a row stands for: its own."""
        return int(self._steps[row]), int(self._steps[row])

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes."""
        return self._values.nbytes + self._steps.nbytes

    def extend(self, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add values; some of them, or some that are there, are let go."""
        for step, value in zip(steps, values, strict=True):
            self._append(step, value)

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


def is_watched(name: str) -> bool:
    """Whether a quantity is read from some steps only, while somebody looks at it; a table's statistics always are."""
    key = name.partition("/")[0]
    return key != name or (key in probes.registry and key not in PROBES)


def watched_column(values: npt.NDArray[Any]) -> ThinnedColumn:
    """A column for values of this kind, without any."""
    row = values.shape[1:]
    row_bytes = values.itemsize * int(np.prod(row))
    return ThinnedColumn(limit_of(row_bytes, MOST_KEPT, LEAST_KEPT, MOST_BYTES), values.dtype, row)


def _read_only(view: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view.flags.writeable = False
    return view
