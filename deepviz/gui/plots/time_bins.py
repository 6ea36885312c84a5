"""Long curves summed up in a bounded number of bins along the steps, so that drawing costs the same at any length.

Steps that come later only touch the last bins; when these run out, neighbours are merged in pairs and become twice as
wide. Nothing here is a measurement: exact values are always read from the history.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

CAPACITY = 1024
ROWS_AT_A_TIME = 65536


class TimeBins:
    """What happened within each of a number of equally long stretches of steps.

    Parameters
    ----------
    columns
        How many quantities are measured at each step.
    capacity
        The largest number of bins, an even number.
    logarithmic
        Sum up the decimal logarithms of the values, as a logarithmic axis shows them: means are geometric means.
    nan_is_missing
        Take a value that is no number for one that was not measured, and not for one that went wrong.

    Attributes
    ----------
    width
        Steps in one bin: a power of two.
    origin
        The first step of the first bin.
    """

    def __init__(
        self, columns: int, capacity: int = CAPACITY, logarithmic: bool = False, nan_is_missing: bool = False
    ) -> None:
        self.columns, self.capacity = columns, capacity
        self.logarithmic, self.nan_is_missing = logarithmic, nan_is_missing
        self.width = 1
        self.origin = 1
        self._length = 0
        self._rows = np.zeros(capacity, np.int64)
        self._steps = np.zeros(capacity)
        self._count = np.zeros((capacity, columns), np.int64)
        self._zeros = np.zeros((capacity, columns), np.int64)
        self._bad = np.zeros((capacity, columns), np.int64)
        self._total = np.zeros((capacity, columns))
        self._low = np.full((capacity, columns), np.inf)
        self._high = np.full((capacity, columns), -np.inf)

    def __len__(self) -> int:
        """How many bins there are from the first step to the last."""
        return self._length

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """The first step of each bin, shape (n,)."""
        return self.origin + self.width * np.arange(self._length)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """How many steps of each bin were measured, shape (n,): 0 where nothing was."""
        return self._rows[: self._length]

    @property
    def positions(self) -> npt.NDArray[np.float64]:
        """The mean of the steps measured in each bin, shape (n,); NaN where there is none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.origin + self._steps[: self._length] / self.rows

    @property
    def count(self) -> npt.NDArray[np.int64]:
        """How many values are summed up in `mean`, `low` and `high`, shape (n, columns)."""
        return self._count[: self._length]

    @property
    def zeros(self) -> npt.NDArray[np.int64]:
        """How many values were 0, or below 0 where logarithms are taken, shape (n, columns)."""
        return self._zeros[: self._length]

    @property
    def bad(self) -> npt.NDArray[np.int64]:
        """How many values were infinite, or not a number unless that means missing, shape (n, columns)."""
        return self._bad[: self._length]

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """The mean of the values (of their logarithms), shape (n, columns); NaN where there is none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self._total[: self._length] / self.count

    @property
    def low(self) -> npt.NDArray[np.float64]:
        """The smallest value (logarithm) of each bin, shape (n, columns); infinite where there is none."""
        return self._low[: self._length]

    @property
    def high(self) -> npt.NDArray[np.float64]:
        """The largest value (logarithm) of each bin, shape (n, columns); minus infinite where there is none."""
        return self._high[: self._length]

    def extend(self, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add measurements that come after all earlier ones.

        Parameters
        ----------
        steps
            Increasing whole numbers, shape (n,).
        values
            Shape (n,) or (n, columns). Infinite values and those that are no number are counted, not summed up.
        """
        values = values.reshape(len(steps), self.columns)
        if len(steps) and self._length == 0:
            self.origin = int(steps[0])
        for start in range(0, len(steps), ROWS_AT_A_TIME):
            self._add(steps[start : start + ROWS_AT_A_TIME], values[start : start + ROWS_AT_A_TIME])

    def coarser(self, limit: int) -> TimeBins:
        """These bins merged in pairs until there are no more than `limit`; the same object if there are already."""
        coarse = self
        while len(coarse) > max(limit, 1):
            coarse = coarse._halved(coarse._length + coarse._length % 2)
        return coarse

    def smoothed(self, time_constant: float) -> npt.NDArray[np.float64]:
        """The mean over the steps before, each weighing less the longer ago it is.

        Parameters
        ----------
        time_constant
            After how many steps a value weighs 1/e of what it did.

        Returns
        -------
        array
            Shape (n, columns); NaN until there is a value.
        """
        total, count = self._total[: self._length].copy(), self.count.astype(np.float64)
        # Shifting by 1, 2, 4, ... and adding gives the whole geometric sum in log2(n) passes.
        reach = 1
        while reach < self._length:
            decay = np.exp(-self.width * reach / time_constant)
            for sums in (total, count):
                sums[reach:] += decay * sums[:-reach].copy()
            reach *= 2
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(count > 0, total / count, np.nan)

    def _add(self, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        while (int(steps[-1]) - self.origin) // self.width >= self.capacity:
            self._take(self._halved(self.capacity))
        bins = (steps - self.origin) // self.width
        starts = np.flatnonzero(np.diff(bins, prepend=-1))
        at = bins[starts]
        with np.errstate(invalid="ignore", divide="ignore"):
            numbers = values.astype(np.float64)
            numbers = np.log10(numbers) if self.logarithmic else numbers
            is_zero = values <= 0 if self.logarithmic else values == 0
            is_finite = np.isfinite(values)
        is_bad = np.isinf(values) if self.nan_is_missing else ~is_finite
        is_zero &= is_finite
        is_used = is_finite & ~is_zero if self.logarithmic else is_finite
        self._rows[at] += np.diff(starts, append=len(steps))
        self._steps[at] += np.add.reduceat((steps - self.origin).astype(np.float64), starts)
        self._count[at] += np.add.reduceat(is_used, starts, axis=0, dtype=np.int64)
        self._zeros[at] += np.add.reduceat(is_zero, starts, axis=0, dtype=np.int64)
        self._bad[at] += np.add.reduceat(is_bad, starts, axis=0, dtype=np.int64)
        self._total[at] += np.add.reduceat(np.where(is_used, numbers, 0.0), starts, axis=0)
        low = np.minimum.reduceat(np.where(is_used, numbers, np.inf), starts, axis=0)
        high = np.maximum.reduceat(np.where(is_used, numbers, -np.inf), starts, axis=0)
        self._low[at] = np.minimum(self._low[at], low)
        self._high[at] = np.maximum(self._high[at], high)
        self._length = int(at[-1]) + 1

    def _halved(self, used: int) -> TimeBins:
        """A copy with the first `used` bins (an even number) merged in pairs."""
        half = TimeBins(self.columns, self.capacity, self.logarithmic, self.nan_is_missing)
        half.width, half.origin, half._length = 2 * self.width, self.origin, (self._length + 1) // 2
        rest = used // 2
        for name in ("_rows", "_steps", "_count", "_zeros", "_bad", "_total"):
            mine = getattr(self, name)
            getattr(half, name)[:rest] = mine[0:used:2] + mine[1:used:2]
        half._low[:rest] = np.minimum(self._low[0:used:2], self._low[1:used:2])
        half._high[:rest] = np.maximum(self._high[0:used:2], self._high[1:used:2])
        return half

    def _take(self, other: TimeBins) -> None:
        self.__dict__.update(other.__dict__)
