"""What a trainer reports of one step after another, put together quantity by quantity.

A small network makes tens of thousands of steps a second: nothing is done for each of them but to list its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deepviz.engine.histogram import Histograms

Array = npt.NDArray[Any]
Places = npt.NDArray[np.int64]


class Record(Protocol):
    """What a trainer reports of one step: `deepviz.engine.step_record.StepRecord` is one."""

    @property
    def step(self) -> int:
        """The number of the step, from 1."""

    @property
    def epoch(self) -> int:
        """The epoch it belongs to, from 1."""

    @property
    def values(self) -> Mapping[str, object]:
        """Numbers, and arrays of one number for each layer, by name."""


class Rows:
    """Steps one after another, and what each quantity was.

    Parameters
    ----------
    records
        One for each step, in order; at least one.

    Attributes
    ----------
    steps, epochs
        The number and the epoch of each step, shape (n,).
    values
        By name what every step reported, where it is numbers: an array of shape (n,) or (n, width).
    some
        By name what only some of them reported: the places of these in `steps`, shape (m,), and the numbers.
    histograms
        By name the places of the steps with histograms, and these.

    Raises
    ------
    ValueError
        If something is neither a number, nor a row of numbers as long as the others, nor histograms.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.steps = np.array(list(map(attrgetter("step"), records)), np.int64)
        self.epochs = np.array(list(map(attrgetter("epoch"), records)), np.int64)
        self.values: dict[str, Array] = {}
        self.some: dict[str, tuple[Places, Array]] = {}
        self.histograms: dict[str, tuple[Places, list[Histograms]]] = {}
        found = list(map(attrgetter("values"), records))
        everywhere = self._add_what_all_have(found)
        # Most steps have no more than that: only one in an epoch is validated, and few are watched.
        more = [place for place, count in enumerate(map(len, found)) if count > len(everywhere)]
        names = dict.fromkeys(name for place in more for name in found[place] if name not in everywhere)
        for name in names:
            places = [place for place in more if name in found[place]]
            self._add(name, np.array(places, np.int64), [found[place][name] for place in places])

    def _add_what_all_have(self, found: Sequence[Mapping[str, Any]]) -> set[str]:
        """Put the columns together that have a value in each step; returns their names."""
        everywhere = set()
        for name in min(found, key=len):
            try:
                entries = [values[name] for values in found]
            except KeyError:
                continue
            everywhere.add(name)
            self._add(name, None, entries)
        return everywhere

    def _add(self, name: str, places: Places | None, entries: list[Any]) -> None:
        if isinstance(entries[0], Histograms):
            if not all(isinstance(entry, Histograms) for entry in entries):
                raise ValueError(f"{name} does not have a histogram for each layer.")
            self.histograms[name] = (np.arange(len(entries)) if places is None else places), entries
            return
        values = _as_rows(name, int(self.steps[0 if places is None else places[0]]), entries)
        if places is None:
            self.values[name] = values
        else:
            self.some[name] = places, values


def _as_rows(name: str, step: int, entries: Sequence[Any]) -> Array:
    """The values of one name: shape (n,), or (n, width) where each is an array."""
    try:
        if isinstance(entries[0], np.ndarray) and entries[0].ndim == 1:
            if len(set(map(len, entries))) > 1:
                raise ValueError
            values: Array = np.concatenate(entries).reshape(len(entries), -1)
            values = values if values.dtype.kind == "f" else values.astype(np.float64)
        else:
            values = np.array(entries, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} after step {step} is not a number or a row of numbers.") from None
    if values.ndim > 2:
        raise ValueError(f"{name} after step {step} has more than one dimension.")
    return values
