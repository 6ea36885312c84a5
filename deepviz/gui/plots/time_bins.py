"""Long curves summed up in a bounded number of bins along the steps, so that drawing costs the same at any length.

Steps that come later only touch the last bins; when these run out, neighbours are merged in pairs and become twice as
wide. Nothing here is a measurement: exact values are always read from the history.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

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
    width
        How many steps the first bins have: as many as each measurement stands for, a power of two.

    Attributes
    ----------
    width
        Steps in one bin: a power of two.
    origin
        The first step of the first bin.
    """

    def __init__(
        self,
        columns: int,
        capacity: int = CAPACITY,
        logarithmic: bool = False,
        nan_is_missing: bool = False,
        width: int = 1,
    ) -> None:
        self.columns, self.capacity = columns, capacity
        self.logarithmic, self.nan_is_missing = logarithmic, nan_is_missing
        self.width = width
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

    def extend(
        self,
        steps: npt.NDArray[np.int64],
        values: npt.NDArray[Any],
        low: npt.NDArray[Any] | None = None,
        high: npt.NDArray[Any] | None = None,
    ) -> None:
        """Add measurements that come after all earlier ones.

        Parameters
        ----------
        steps
            Increasing whole numbers, shape (n,).
        values
            Shape (n,) or (n, columns). Infinite values and those that are no number are counted, not summed up.
        low, high
            The extremes of the steps that each one stands for, of the shape of `values`, as `History.after` gives them.
            They widen `low` and `high`, and count among `zeros` and `bad`, but not in `mean`. None: the values.
        """
        if not len(steps):
            return
        if self._length == 0:
            # So that a bin holds all the steps that a measurement stands for.
            self.origin = (int(steps[0]) - 1) // self.width * self.width + 1
        shape = (len(steps), self.columns)
        # The same object three times says that each value stands for itself.
        extremes = None if low is None or high is None or low is values else (low.reshape(shape), high.reshape(shape))
        values = values.reshape(shape)
        for start in range(0, len(steps), ROWS_AT_A_TIME):
            part = slice(start, start + ROWS_AT_A_TIME)
            self._add(steps[part], values[part], None if extremes is None else (extremes[0][part], extremes[1][part]))

    def coarser(self, limit: int) -> TimeBins:
        """These bins merged in pairs until there are no more than `limit`; the same object if there are already."""
        coarse = self
        while len(coarse) > max(limit, 1):
            used = coarse._length + coarse._length % 2
            coarse = coarse._halved(used, used // 2 + used // 2 % 2)  # nothing will be added to these
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

    def _add(
        self,
        steps: npt.NDArray[np.int64],
        values: npt.NDArray[Any],
        extremes: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None,
    ) -> None:
        while (int(steps[-1]) - self.origin) // self.width >= self.capacity:
            self._take(self._halved(self.capacity, self.capacity))
        bins = (steps - self.origin) // self.width
        starts = np.flatnonzero(np.diff(bins, prepend=-1))
        at = bins[starts]
        is_finite = np.isfinite(values)
        is_zero = (values <= 0 if self.logarithmic else values == 0) & is_finite
        is_bad = np.isinf(values) if self.nan_is_missing else ~is_finite
        is_used = is_finite & ~is_zero if self.logarithmic else is_finite
        numbers = self._numbers(values)
        low, high = np.where(is_used, numbers, np.inf), np.where(is_used, numbers, -np.inf)
        if extremes is not None:
            least, most = extremes
            is_bad |= np.isinf(least) | np.isinf(most)
            is_zero |= np.isfinite(least) & (least <= 0 if self.logarithmic else (least == 0) | (most == 0))
            low, high = _widened(low, high, self._numbers(least), self._numbers(most))
        self._rows[at] += np.diff(starts, append=len(steps))
        self._steps[at] += np.add.reduceat((steps - self.origin).astype(np.float64), starts)
        self._count[at] += np.add.reduceat(is_used, starts, axis=0, dtype=np.int64)
        self._zeros[at] += np.add.reduceat(is_zero, starts, axis=0, dtype=np.int64)
        self._bad[at] += np.add.reduceat(is_bad, starts, axis=0, dtype=np.int64)
        self._total[at] += np.add.reduceat(np.where(is_used, numbers, 0.0), starts, axis=0)
        self._low[at] = np.minimum(self._low[at], np.minimum.reduceat(low, starts, axis=0))
        self._high[at] = np.maximum(self._high[at], np.maximum.reduceat(high, starts, axis=0))
        self._length = int(at[-1]) + 1

    def _numbers(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """The values, or their logarithms."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log10(values, dtype=np.float64) if self.logarithmic else values.astype(np.float64)

    def _halved(self, used: int, capacity: int) -> TimeBins:
        """A copy with the first `used` bins (an even number) merged in pairs, and room for so many."""
        half = TimeBins(self.columns, capacity, self.logarithmic, self.nan_is_missing, 2 * self.width)
        half.origin, half._length = self.origin, (self._length + 1) // 2
        rest = used // 2
        for name in ("_rows", "_steps", "_count", "_zeros", "_bad", "_total"):
            mine = getattr(self, name)
            getattr(half, name)[:rest] = mine[0:used:2] + mine[1:used:2]
        half._low[:rest] = np.minimum(self._low[0:used:2], self._low[1:used:2])
        half._high[:rest] = np.maximum(self._high[0:used:2], self._high[1:used:2])
        return half

    def _take(self, other: TimeBins) -> None:
        self.__dict__.update(other.__dict__)


def _widened(low: Numbers, high: Numbers, least: Numbers, most: Numbers) -> tuple[Numbers, Numbers]:
    """Ranges widened to extremes, as far as these are finite: the logarithm of a zero is not."""
    low = np.fmin(low, np.where(np.isfinite(least), least, np.inf))
    high = np.fmax(high, np.where(np.isfinite(most), most, -np.inf))
    # Where only one of both is finite, it is the other one too.
    return np.where(np.isfinite(high), np.minimum(low, high), low), np.where(
        np.isfinite(low), np.maximum(low, high), high
    )
