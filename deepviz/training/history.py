"""Everything that was measured during a run, step by step, in columns.

No step is ever dropped or averaged: curves, heat-maps and files on disk all read these columns, and only painting is
thinned out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deepviz.training import history_file
from deepviz.training.growing_array import GrowingArray

GRADIENT_NORM = "gradient_norm"

FROZEN = "frozen"
"""What is said of a layer whose gradient is not computed, because training leaves it as it is."""


class Record(Protocol):
    """What a trainer reports of one step: `deepviz.engine.trainer.StepRecord` is one."""

    @property
    def step(self) -> int:
        """The number of the step, from 1."""

    @property
    def epoch(self) -> int:
        """The epoch it belongs to, from 1."""

    @property
    def values(self) -> Mapping[str, object]:
        """Numbers, and arrays of one number for each layer, by name."""


class History:
    """The course of one run.

    Parameters
    ----------
    layers
        The names of the nodes with parameters, first layer first: the columns of `gradient_norms`.

    Raises
    ------
    ValueError
        If two layers have the same name.
    """

    def __init__(self, layers: Sequence[str]) -> None:
        self.layers = tuple(layers)
        if len(set(self.layers)) < len(self.layers):
            raise ValueError("Two layers of a history have the same name.")
        self._step = GrowingArray(np.int64)
        self._epoch = GrowingArray(np.int64)
        self._columns: dict[str, _Column] = {}
        self._events: list[tuple[int, str]] = []
        self._revision = 0

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self._step)

    def __contains__(self, name: object) -> bool:
        """Whether a column of this name has at least one value."""
        return name in self._columns

    @property
    def revision(self) -> int:
        """A number that changes whenever something is added; equal numbers mean that nothing new is to be drawn."""
        return self._revision

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """The number of each step, a read-only view of shape (n,)."""
        return self._step.view

    @property
    def epochs(self) -> npt.NDArray[np.int64]:
        """The epoch of each step, a read-only view of shape (n,)."""
        return self._epoch.view

    @property
    def epoch(self) -> int:
        """The epoch of the last step, or 0 before the first."""
        return int(self._epoch.view[-1]) if len(self) else 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in the order in which they first had a value."""
        return tuple(self._columns)

    @property
    def gradient_norms(self) -> npt.NDArray[Any]:
        """The L2 norm of each layer's parameter gradient, a read-only view of shape (n, layers).

        Its steps are those of `column("gradient_norm")`; they are all steps unless some were not computed. It is NaN
        for a layer that is frozen.
        """
        if GRADIENT_NORM not in self._columns:
            return np.empty((0, len(self.layers)))
        return self._columns[GRADIENT_NORM].values.view

    @property
    def frozen(self) -> npt.NDArray[np.bool_]:
        """Which layers were frozen at the last step, shape (layers,): their gradient norm was not computed."""
        norms = self.gradient_norms
        return np.isnan(norms[-1]) if len(norms) else np.zeros(len(self.layers), bool)

    @property
    def events(self) -> tuple[tuple[int, str], ...]:
        """What was changed during the run and after which step, for instance `(500, "learning rate 0.01 → 0.003")`."""
        return tuple(self._events)

    @property
    def nbytes(self) -> int:
        """Memory taken by all columns, in bytes."""
        own = self._step.nbytes + self._epoch.nbytes
        return own + sum(column.nbytes for column in self._columns.values())

    def column(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """The steps at which a quantity was measured, and its values.

        Returns
        -------
        steps, values
            Read-only views of shapes (n,) and (n,), or (n, layers) for a quantity of each layer. They do not grow.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        column = self._columns[name]
        return (self._step if column.steps is None else column.steps).view, column.values.view

    def latest(self, name: str) -> Any:
        """The last value of a column: a float, or an array of shape (layers,); None if there is none yet."""
        if name not in self._columns:
            return None
        value = self._columns[name].values.view[-1]
        return value if value.ndim else float(value)

    def append(self, records: Iterable[Record]) -> None:
        """Add what a trainer reported.

        Parameters
        ----------
        records
            One for each step, in order. A value is a number, or a 1-D array that has the same length each time (one
            value for each layer). A name may be missing from some records.

        Raises
        ------
        ValueError
            If a step does not come after those before it, or a value is not of that kind. The records before the
            run of similar ones in which this happens have been added; later ones have not.
        """
        for _, group in groupby(records, key=lambda record: record.values.keys()):
            self._append_alike(list(group))

    def add_event(self, step: int, text: str) -> None:
        """Note a change made by hand, such as a new learning rate, after `step` steps."""
        self._events.append((int(step), text.replace("\0", " ").strip()))
        self._revision += 1

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line for each step, with a heading; a cell is empty where nothing was measured or computed.

        Gradient norms are columns such as `gradient_norm/dense_1`. If there are events, the last column has them.
        The file is complete or, after an error, as it was before.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        history_file.write_csv(self, Path(path))

    def write_jsonl(self, path: str | os.PathLike[str]) -> None:
        """Write one JSON object for each step, with the names of `write_csv`; what was not measured is left out.

        Numbers that JSON does not know are the strings "NaN", "Infinity" and "-Infinity". The file is complete or,
        after an error, as it was before.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        history_file.write_jsonl(self, Path(path))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write to a file in the format that its suffix names: `.csv` or `.jsonl`.

        Raises
        ------
        ValueError
            If the suffix is another.
        OSError
            If the file cannot be written.
        """
        writers = {".csv": self.write_csv, ".jsonl": self.write_jsonl}
        suffix = Path(path).suffix.lower()
        if suffix not in writers:
            raise ValueError(f"A history is written as .csv or .jsonl, not as {suffix or 'a file without a suffix'}.")
        writers[suffix](path)

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything as plain arrays, to be stored with `numpy.savez` and read back by `from_arrays`.

        Names: `step`, `epoch`, `layers`, `event/step`, `event/text`, `value/NAME` for each column, and `at/NAME` with
        its steps where a column lacks some.
        """
        arrays: dict[str, npt.NDArray[Any]] = {
            "step": self.steps,
            "epoch": self.epochs,
            "layers": np.array(self.layers, dtype=np.str_),
            "event/step": np.array([step for step, _ in self._events], dtype=np.int64),
            "event/text": np.array([text for _, text in self._events], dtype=np.str_),
        }
        for name, column in self._columns.items():
            arrays[f"value/{name}"] = column.values.view
            if column.steps is not None:
                arrays[f"at/{name}"] = column.steps.view
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> History:
        """Read back what `to_arrays` gave. The arrays are copied, so the history can grow.

        Raises
        ------
        ValueError
            If something is missing or does not fit together.
        """
        layers = _checked(arrays, "layers", "U", None)
        history = cls([str(name) for name in layers])
        step = _checked(arrays, "step", "i", None)
        _check_increasing(step, "steps")
        epoch = _checked(arrays, "epoch", "i", len(step))
        if len(epoch) and (epoch[0] < 1 or (np.diff(epoch) < 0).any()):
            raise ValueError("The history is damaged: its epochs do not count upwards.")
        history._step.extend(step)
        history._epoch.extend(epoch)
        for key in arrays:
            if not key.startswith("value/"):
                continue
            name = key.removeprefix("value/")
            at = _checked(arrays, f"at/{name}", "i", None) if f"at/{name}" in arrays else None
            values = _checked(arrays, key, "f", len(step) if at is None else len(at), dimensions=(1, 2))
            if at is not None:
                _check_increasing(at, f"steps of {name}")
                if not np.isin(at, step).all():
                    raise ValueError(f"The history is damaged: {name} has values at steps that never were.")
            if name == GRADIENT_NORM and values.shape[1:] != (len(history.layers),):
                raise ValueError(f"The history is damaged: {name} does not have one value for each layer.")
            if len(values):
                history._columns[name] = _Column(values, at)
        event_step = _checked(arrays, "event/step", "i", None)
        event_text = _checked(arrays, "event/text", "U", len(event_step))
        history._events = [(int(at), str(text)) for at, text in zip(event_step, event_text, strict=True)]
        history._revision = len(history) + len(history._events)
        return history

    def _append_alike(self, records: Sequence[Record]) -> None:
        """Add records that all have the same names: everything is checked first, then stored."""
        steps = np.array([record.step for record in records], dtype=np.int64)
        last = self._step.view[-1:] if len(self) else np.zeros(1, np.int64)
        if (np.diff(np.concatenate([last, steps])) <= 0).any():
            raise ValueError(f"Step {steps[0]} does not come after those recorded before it.")
        rows = {name: self._as_rows(name, records) for name in records[0].values}
        before = len(self)
        self._step.extend(steps)
        self._epoch.extend(np.array([record.epoch for record in records], dtype=np.int64))
        for name, column in self._columns.items():
            if name not in rows:
                column.lack(self._step.view[:before])
        for name, values in rows.items():
            if name not in self._columns:
                at = None if before == 0 else steps[:0]
                self._columns[name] = _Column(values[:0], at)
            column = self._columns[name]
            column.values.extend(values)
            if column.steps is not None:
                column.steps.extend(steps)
        self._revision += 1

    def _as_rows(self, name: str, records: Sequence[Record]) -> npt.NDArray[Any]:
        """The values of one name: shape (n,), or (n, width) where each is an array."""
        entries: list[Any] = [record.values[name] for record in records]
        try:
            if isinstance(entries[0], np.ndarray) and entries[0].ndim == 1:
                values: npt.NDArray[Any] = np.concatenate(entries).reshape(len(entries), -1)
                if any(len(entry) != values.shape[1] for entry in entries):
                    raise ValueError
                values = values if values.dtype.kind == "f" else values.astype(np.float64)
            else:
                values = np.array(entries, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name} after step {records[0].step} is not a number or a row of numbers.") from None
        if values.ndim > 2:
            raise ValueError(f"{name} after step {records[0].step} has more than one dimension.")
        width = values.shape[1:]
        known = self._columns[name].values.view.shape[1:] if name in self._columns else width
        if width != known or (name == GRADIENT_NORM and width != (len(self.layers),)):
            raise ValueError(f"{name} after step {records[0].step} does not have one value for each layer.")
        return values


class _Column:
    """One quantity. `steps` is None as long as it has a value at every step of the run."""

    def __init__(self, values: npt.NDArray[Any], steps: npt.NDArray[np.int64] | None) -> None:
        self.values = GrowingArray(values.dtype, values.shape[1:])
        self.values.extend(values)
        self.steps: GrowingArray | None = None
        if steps is not None:
            self.lack(steps)

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + (0 if self.steps is None else self.steps.nbytes)

    def lack(self, steps_so_far: npt.NDArray[np.int64]) -> None:
        """From now on keep the steps of this column apart, because there are some without a value."""
        if self.steps is None:
            self.steps = GrowingArray(np.int64)
            self.steps.extend(steps_so_far)


def _checked(
    arrays: Mapping[str, npt.NDArray[Any]], key: str, kind: str, length: int | None, dimensions: Sequence[int] = (1,)
) -> npt.NDArray[Any]:
    """The array called `key`, if it is there and is what it should be."""
    try:
        array = arrays[key]
    except KeyError:
        raise ValueError(f"The history is damaged: it has no {key!r}.") from None
    except ValueError:  # an array of Python objects in an .npz file
        raise ValueError(f"The history is damaged: {key!r} cannot be read.") from None
    if not isinstance(array, np.ndarray) or array.dtype.kind != kind or array.ndim not in dimensions:
        raise ValueError(f"The history is damaged: {key!r} is not of the right kind.")
    if length is not None and len(array) != length:
        raise ValueError(f"The history is damaged: {key!r} has {len(array)} values instead of {length}.")
    return array.astype(np.int64) if kind == "i" else array


def _check_increasing(steps: npt.NDArray[Any], what: str) -> None:
    if len(steps) and (steps[0] < 1 or (np.diff(steps) <= 0).any()):
        raise ValueError(f"The history is damaged: its {what} do not count upwards.")
