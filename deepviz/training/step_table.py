"""Quantities that are measured at the same steps: every step is kept, or from a limit on one of 2, 4, 8, ...

What is kept is exact. Of the steps that it stands for the smallest and the largest value are kept too, so no spike is
lost from a picture, however long the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.growing_array import GrowingArray

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
"""Of several columns, by their names."""

LEAST_KEPT, MOST_BYTES = 1024, 32 << 20
"""A table of many layers is kept at fewer steps, so that it takes about 32 MiB, but never at fewer than 1024."""


class StepTable:
    """Columns over common steps.

    Where there are more than `most` steps, `every` is doubled until there are not. Then of the steps 1 to `every`, of
    the next `every` and so on only the last is kept that was measured: as a rule the multiples of `every`, and the
    newest. It stands for all of its stretch that were.

    Parameters
    ----------
    most
        How many steps are kept at most, at least 2; None for all.
    first, every
        How a table that is read from a file had been thinned out.

    Attributes
    ----------
    first
        The first step that was measured, kept or not; 0 as long as there is none.
    every
        The length of the stretches: a power of two.
    """

    def __init__(self, most: int | None = None, first: int = 0, every: int = 1) -> None:
        self.first, self.every = first, every
        self._most = most
        self._limit = most
        self._steps = GrowingArray(np.int64)
        self._values: dict[str, GrowingArray] = {}
        self._low: dict[str, GrowingArray] = {}
        self._high: dict[str, GrowingArray] = {}
        self._plain: set[str] = set()

    def __len__(self) -> int:
        """How many steps are kept."""
        return len(self._steps)

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """The steps that are kept, a read-only view of shape (n,)."""
        return self._steps.view

    @property
    def most(self) -> int | None:
        """How many steps are kept at most; None for all. It may be set, and what is too much goes at once."""
        return self._most

    @most.setter
    def most(self, most: int | None) -> None:
        self._most = most
        self._set_limit()
        self._thin_out()

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes."""
        parts = (self._values, self._low, self._high)
        return self._steps.nbytes + sum(array.nbytes for part in parts for array in part.values())

    def view(self, name: str) -> Array:
        """The values of a column, read-only, of shape (n, *row_shape). The last row may change when more comes."""
        return self._values[name].view

    def low(self, name: str) -> Array:
        """The smallest value of the steps that each one stands for, as `view`: NaN only where all of them are."""
        return self._low[name].view if name in self._low else self._values[name].view

    def high(self, name: str) -> Array:
        """The largest value of the steps that each one stands for."""
        return self._high[name].view if name in self._high else self._values[name].view

    def has_extremes(self, name: str) -> bool:
        """Whether smallest and largest values of a column are kept beside its values."""
        return name in self._low

    def set_extremes(self, name: str, low: Array, high: Array) -> None:
        """Have each value of a column stand for the steps since the one before it, in a table that keeps every step.

        Raises
        ------
        ValueError
            If they do not enclose the values.
        """
        values = self._values[name].view
        if self.every > 1 or low.shape != values.shape or high.shape != values.shape:
            raise ValueError(f"{name} takes no extremes of shape {low.shape}")
        if ((low > values) | (values > high)).any():
            raise ValueError("a value is not between the smallest and the largest")
        for part, array in ((self._low, low), (self._high, high)):
            part[name] = GrowingArray(values.dtype, values.shape[1:])
            part[name].extend(array)

    def stretch(self, row: int, name: str = "") -> tuple[int, int]:
        """The first and the last of the steps that a row stands for, in a column or in those without extremes."""
        step = int(self._steps.view[row])
        if self.every == 1 and name in self._low:
            return (int(self._steps.view[row - 1]) + 1 if row % len(self) else self.first), step
        return max(self.first, (step - 1) // self.every * self.every + 1), step

    def add_column(
        self, name: str, dtype: npt.DTypeLike, row_shape: tuple[int, ...], *, is_plain: bool = False
    ) -> None:
        """Add a column to a table that has no steps yet.

        With `is_plain` only the values of kept steps are kept, and no extremes: of numbers of epochs nobody wants any.
        """
        self._values[name] = GrowingArray(dtype, row_shape)
        if is_plain:
            self._plain.add(name)
        elif self.every > 1:
            self._low[name], self._high[name] = GrowingArray(dtype, row_shape), GrowingArray(dtype, row_shape)
        self._set_limit()

    def extend(self, steps: npt.NDArray[np.int64], values: Arrays) -> None:
        """Add the steps that come next, with values for each column."""
        if not len(steps):
            return
        self.first = self.first or int(steps[0])
        if self.every > 1:
            self._extend_thinned(steps, values)
        else:
            self._steps.extend(steps)
            for part in (self._values, self._low, self._high):
                for name, column in part.items():
                    column.extend(values[name])
        self._thin_out()

    def load(self, steps: npt.NDArray[np.int64], values: Arrays, low: Arrays, high: Arrays) -> None:
        """Take over what another table had kept, into one that is empty, and thin it out where it is too much.

        Raises
        ------
        ValueError
            If no table can have kept that.
        """
        places = self._places(steps)
        if self.every & (self.every - 1) or (np.diff(places) <= 0).any():
            raise ValueError(f"these steps are not one of {self.every}")
        if len(steps) and not (1 <= self.first <= steps[0] and self._places(np.array([self.first]))[0] == places[0]):
            raise ValueError(f"the first step cannot have been {self.first}")
        for name in low:
            if name not in self._low:
                shape = self._values[name].view.shape[1:]
                self._low[name], self._high[name] = (GrowingArray(low[name].dtype, shape) for _ in range(2))
            if ((low[name] > values[name]) | (values[name] > high[name])).any():
                raise ValueError("a value is not between the smallest and the largest")
        self._steps.extend(steps)
        for part, arrays in ((self._values, values), (self._low, low), (self._high, high)):
            for name, column in part.items():
                column.extend(arrays[name])
        self._thin_out()

    def without(self, name: str) -> StepTable:
        """Take a column out, into a table of its own."""
        alone = StepTable(self._most, self.first, self.every)
        alone._steps.extend(self.steps)
        for mine, other in ((self._values, alone._values), (self._low, alone._low), (self._high, alone._high)):
            if name in mine:
                other[name] = mine.pop(name)
        alone._set_limit()
        self._set_limit()
        return alone

    def _places(self, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The number of the stretch that each step lies in."""
        return (steps - 1) // self.every

    def _set_limit(self) -> None:
        if self._most is None:
            self._limit = None
            return
        row = sum(column.view.itemsize * int(np.prod(column.view.shape[1:])) for column in self._values.values())
        # Three times: values, smallest and largest.
        self._limit = max(2, min(self._most, max(LEAST_KEPT, MOST_BYTES // (3 * row + 8))))

    def _extend_thinned(self, steps: npt.NDArray[np.int64], values: Arrays) -> None:
        places = self._places(steps)
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        ends = np.append(starts[1:], len(steps)) - 1
        # The newest step so far gives its place to a newer one of its stretch.
        goes_on = len(self) > 0 and int(self._places(self.steps[-1:])[0]) == int(places[0])
        for name, column in self._values.items():
            if name not in self._plain:
                low = np.fmin.reduceat(values[name], starts, axis=0)
                high = np.fmax.reduceat(values[name], starts, axis=0)
                if goes_on:
                    low[0] = np.fmin(low[0], self._low[name].view[-1])
                    high[0] = np.fmax(high[0], self._high[name].view[-1])
                    self._low[name].drop_last()
                    self._high[name].drop_last()
                self._low[name].extend(low)
                self._high[name].extend(high)
            if goes_on:
                column.drop_last()
            column.extend(values[name][ends])
        if goes_on:
            self._steps.drop_last()
        self._steps.extend(steps[ends])

    def _thin_out(self) -> None:
        """Double the stretches until there are no more steps than may be."""
        while self._limit is not None and len(self) > self._limit:
            self.every *= 2
            places = self._places(self.steps)
            starts = np.flatnonzero(np.diff(places, prepend=-1))
            ends = np.append(starts[1:], len(places)) - 1
            for name, column in self._values.items():
                values = column.view
                if name not in self._plain:
                    low, high = self.low(name), self.high(name)
                    self._low.setdefault(name, GrowingArray(values.dtype, values.shape[1:]))
                    self._high.setdefault(name, GrowingArray(values.dtype, values.shape[1:]))
                    self._low[name].replace(np.fmin.reduceat(low, starts, axis=0))
                    self._high[name].replace(np.fmax.reduceat(high, starts, axis=0))
                column.replace(values[ends])
            self._steps.replace(self.steps[ends])


class StepColumn:
    """One column of a `StepTable`.

    Attributes
    ----------
    table, name
        Where it is.
    """

    def __init__(self, table: StepTable, name: str) -> None:
        self.table, self.name = table, name

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """The step of each value, read-only."""
        return self.table.steps

    @property
    def view(self) -> Array:
        """The values, read-only."""
        return self.table.view(self.name)

    @property
    def is_whole(self) -> bool:
        """Whether each value stands for itself only."""
        return self.table.every == 1 and not self.table.has_extremes(self.name)

    @property
    def low(self) -> Array:
        """The smallest value of the steps that each one stands for, read-only."""
        return self.table.low(self.name)

    @property
    def high(self) -> Array:
        """The largest value of the steps that each one stands for, read-only."""
        return self.table.high(self.name)

    def stretch(self, row: int) -> tuple[int, int]:
        """The first and the last of the steps that a row stands for."""
        return self.table.stretch(row, self.name)
