"""What was measured during a run, by quantity and step.

What is measured at every step is in one table, what is measured at the end of an epoch in tables of its own. Of what is
looked at now and then a bounded number of steps is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.column import ThinnedColumn, is_watched, watched_column
from deepviz.training.histogram_column import HistogramColumn
from deepviz.training.named_rows import Edge, NamedRows
from deepviz.training.record_rows import Record, Rows
from deepviz.training.step_table import StepColumn, StepTable

EPOCH = "epoch"
LEAST_OF_SOME = 1024
"""Of a quantity that is measured once an epoch an eighth as many steps are kept, but at least so many."""


class Measured(NamedRows):
    """The quantities of one run.

    Parameters
    ----------
    layers, nodes, edges
        As for `NamedRows`.
    most_steps
        From how many steps on fewer are kept; None keeps all. An attribute too.

    Attributes
    ----------
    rewritten
        How often values came between others, by `take_in`.

    Raises
    ------
    ValueError
        If two layers have the same name.
    """

    def __init__(
        self,
        layers: Sequence[str],
        nodes: Sequence[str] = (),
        most_steps: int | None = None,
        edges: Sequence[Edge] = (),
    ) -> None:
        super().__init__(layers, nodes, edges)
        self._table = StepTable(most_steps)
        self._table.add_column(EPOCH, np.int64, (), is_plain=True)
        self._columns: dict[str, StepColumn | ThinnedColumn] = {}
        self._histograms: dict[str, HistogramColumn] = {}
        self._revision = self.rewritten = 0

    def __len__(self) -> int:
        """How many steps are kept."""
        return len(self._table)

    def __contains__(self, name: object) -> bool:
        """Whether a column of this name has at least one value."""
        return name in self._columns

    @property
    def revision(self) -> int:
        """A number that changes whenever something is added; equal numbers mean that nothing new is to be drawn."""
        return self._revision

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """The number of each step that is kept, a read-only view of shape (n,)."""
        return self._table.steps

    @property
    def epochs(self) -> npt.NDArray[np.int64]:
        """The epoch of each step, a read-only view of shape (n,)."""
        return self._table.view(EPOCH)

    @property
    def all_steps(self) -> npt.NDArray[np.int64]:
        """Each step of which anything is kept, shape (m,): those of `steps`, and others of columns of their own."""
        if self.every == 1:
            return self.steps
        return np.unique(np.concatenate([self.steps, *(column.steps for column in self._columns.values())]))

    @property
    def epoch(self) -> int:
        """The epoch of the last step, or 0 before the first."""
        return int(self.epochs[-1]) if len(self) else 0

    @property
    def first_step(self) -> int:
        """The first step that was made, kept or not; 0 before it."""
        return self._table.first

    @property
    def every(self) -> int:
        """How many steps one that is kept stands for: 1 until there are more than `most_steps`, then 2, 4, 8, ..."""
        return self._table.every

    @property
    def most_steps(self) -> int | None:
        """From how many steps on fewer are kept; None keeps all that come. Steps beyond a new limit go at once."""
        return self._table.most

    @most_steps.setter
    def most_steps(self, most: int | None) -> None:
        for table in self._tables():
            table.most = most if table is self._table else _of_some_steps(most)
        self._revision += 1

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in the order in which they first had a value."""
        return tuple(self._columns)

    @property
    def nbytes(self) -> int:
        """Memory taken by all columns, in bytes."""
        watched = sum(column.nbytes for column in self._columns.values() if isinstance(column, ThinnedColumn))
        tables = sum(table.nbytes for table in self._tables())
        return tables + watched + sum(histograms.nbytes for histograms in self._histograms.values())

    def column(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """The steps at which a quantity was measured, and its values.

        Returns
        -------
        steps, values
            Read-only views of shapes (n,) and (n,), or (n, layers) for a quantity of each layer; see `row_names`. They
            do not grow. Where fewer steps are kept than there were (`every` is more than 1, or the quantity was looked
            at now and then), the last row may be another one when more is appended.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        column = self._columns[name]
        return column.steps, column.view

    def after(
        self, name: str, step: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        """What a quantity was after a step, for a picture that has drawn it up to there.

        Returns
        -------
        steps, values, low, high
            As `column`, and the smallest and the largest value of the steps that each one stands for, which are the
            values themselves (the same object) where every step is kept.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        column = self._columns[name]
        steps, values = column.steps, column.view
        start = int(np.searchsorted(steps, step, "right"))
        if column.is_whole:
            return steps[start:], (newer := values[start:]), newer, newer
        return steps[start:], values[start:], column.low[start:], column.high[start:]

    def extremes(self, name: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The smallest and the largest value of the steps that each row of a column stands for, as `column`.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        column = self._columns[name]
        return column.low, column.high

    def set_extremes(self, name: str, low: npt.NDArray[Any], high: npt.NDArray[Any]) -> None:
        """Have each value of a column stand for all steps since the one before it, of which these are the extremes.

        Raises
        ------
        ValueError
            If the column is not one of steps, or they do not enclose its values.
        """
        column = self._columns[name]
        if not isinstance(column, StepColumn):
            raise ValueError(f"{name} is looked at now and then")
        column.table.set_extremes(name, low, high)
        self._revision += 1

    def stretch(self, name: str, row: int) -> tuple[int, int]:
        """The first and the last of the steps that a row of a column stands for; most often the same one.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        return self._columns[name].stretch(row)

    def at(self, name: str, step: int) -> Any:
        """What a quantity was at a step, or at the last one before it that has a value.

        Returns
        -------
        A float, or an array of shape (layers,); None if there is none so early.
        """
        if name not in self._columns:
            return None
        column = self._columns[name]
        row = int(np.searchsorted(column.steps, step, "right")) - 1
        return _plain(column.view[row]) if row >= 0 else None

    @property
    def histograms(self) -> tuple[str, ...]:
        """The names of all kinds of histograms there are."""
        return tuple(self._histograms)

    def histogram(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
        """Histograms over time, such as ``weight_histogram``, of at most 256 steps; see `HistogramColumn`.

        Returns
        -------
        steps, counts, ranges
            Read-only views of shapes (n,), (n, rows, bins) and (n, rows, 2), as in `deepviz.engine.histogram`.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        column = self._histograms[name]
        return column.counts.steps, column.counts.view, column.ranges.view

    def latest(self, name: str) -> Any:
        """The last value of a column: a float, or an array of shape (layers,); None if there is none yet."""
        return _plain(self._columns[name].view[-1]) if name in self._columns else None

    def latest_numbers(self) -> dict[str, float]:
        """The last value of each column of single numbers."""
        views = {name: column.view for name, column in self._columns.items()}
        return {name: float(view[-1]) for name, view in views.items() if view.ndim == 1}

    def append(self, records: Iterable[Record]) -> None:
        """Add what a trainer reported.

        Parameters
        ----------
        records
            One for each step, in order. A value is a number, a 1-D array that has the same length each time (one value
            for each layer), or `Histograms`. A name may be missing from some records.

        Raises
        ------
        ValueError
            If a step does not come after those before it, or a value is not of that kind. Nothing is added then.
        """
        records = list(records)
        if not records:
            return
        rows = Rows(records)
        steps = rows.steps
        last = int(self.steps[-1]) if len(self) else 0
        if steps[0] <= last or (np.diff(steps) <= 0).any():
            raise ValueError(f"Step {steps[0]} does not come after those recorded before it.")
        self._check(rows)
        for name, column in self._columns.items():
            if isinstance(column, StepColumn) and column.table is self._table and name not in rows.values:
                self._columns[name] = StepColumn(self._table.without(name), name)
        for name, values in rows.values.items():
            if name not in self._columns:
                self._columns[name] = self._new_column(name, values, is_apart=len(self) > 0)
        self._table.extend(steps, rows.values | {EPOCH: rows.epochs})
        for name, values in rows.values.items():
            self._extend_apart(name, steps, values)
        for name, (places, values) in rows.some.items():
            if name not in self._columns:
                self._columns[name] = self._new_column(name, values, is_apart=True)
            self._extend_apart(name, steps[places], values)
        for name, (places, entries) in rows.histograms.items():
            if name not in self._histograms:
                self._histograms[name] = HistogramColumn(*entries[0].counts.shape)
            self._histograms[name].extend(steps[places], entries)
        self._revision += 1

    def take_in(self, name: str, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add values of what is looked at now and then at steps that are found out later, in between the others.

        `rewritten` grows when some come before what there was, so that a picture that has summed that up begins anew.
        """
        self._revision += 1
        if name in self._columns and steps[0] > self._columns[name].steps[-1]:
            self._extend_apart(name, steps, values)
            return
        column = watched_column(values)
        if name in self._columns:
            self.rewritten += 1
            old_steps, old_values = self.column(name)
            steps, values = np.concatenate([old_steps, steps]), np.concatenate([old_values, values])
            steps, places = np.unique(steps, return_index=True)  # of two at a step the one that was there
            values = values[places]
        column.extend(steps, values)
        self._columns[name] = column

    def _tables(self) -> list[StepTable]:
        """That of the steps, and those of quantities that are not measured at every step."""
        apart = [column for column in self._columns.values() if self._is_apart(column)]
        return [self._table, *(column.table for column in apart if isinstance(column, StepColumn))]

    def _is_apart(self, column: StepColumn | ThinnedColumn) -> bool:
        """Whether a column has steps of its own."""
        return isinstance(column, ThinnedColumn) or column.table is not self._table

    def _extend_apart(self, name: str, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add values to a column that has steps of its own; the others have theirs already."""
        column = self._columns[name]
        if isinstance(column, ThinnedColumn):
            column.extend(steps, values)
        elif column.table is not self._table:
            column.table.extend(steps, {name: values})

    def _new_column(self, name: str, values: npt.NDArray[Any], *, is_apart: bool) -> StepColumn | ThinnedColumn:
        """A column for values of this kind, without any."""
        if is_watched(name):
            return watched_column(values)
        table = StepTable(_of_some_steps(self.most_steps)) if is_apart else self._table
        table.add_column(name, values.dtype, values.shape[1:])
        return StepColumn(table, name)

    def _check(self, rows: Rows) -> None:
        """Raise ValueError if values are of another kind than those before, or not one for each layer."""
        found = [(name, 0, values) for name, values in rows.values.items()]
        found += [(name, int(places[0]), values) for name, (places, values) in rows.some.items()]
        for name, place, values in found:
            known = self._columns[name].view.shape[1:] if name in self._columns else values.shape[1:]
            if values.shape[1:] != known or not self.fits(name, values):
                raise ValueError(f"{name} after step {rows.steps[place]} does not have one value for each layer.")
        for name, (_, entries) in rows.histograms.items():
            known = self._histograms[name].counts.view.shape[1:] if name in self._histograms else ()
            for entry in entries:
                shape = entry.counts.shape
                if shape != (known or entries[0].counts.shape) or not self.fits(name, entry.ranges.T):
                    raise ValueError(f"{name} does not have a histogram for each layer.")


def _of_some_steps(most: int | None) -> int | None:
    """How many steps are kept of a quantity that is not measured at every step, such as once an epoch."""
    return None if most is None else min(most, max(LEAST_OF_SOME, most // 8))


def _plain(value: Any) -> Any:
    """A float, or the array that it is."""
    return value if value.ndim else float(value)
