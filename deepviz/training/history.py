"""Everything that was measured during a run, step by step, in columns.

What is measured at every step is kept of every step, never averaged: curves, heat-maps and files on disk read these
columns, and only painting is thinned out. Of what is looked at now and then, a bounded number of steps is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deepviz.engine import probes
from deepviz.engine.histogram import Histograms
from deepviz.training import history_file
from deepviz.training.checked_arrays import check_increasing, checked
from deepviz.training.column import Column, ThinnedColumn, new_column
from deepviz.training.growing_array import GrowingArray
from deepviz.training.histogram_column import HistogramColumn
from deepviz.training.history_arrays import read_column

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
    nodes
        The names of all nodes in the order of the network; an attribute too, to be set where a file does not know them.

    Attributes
    ----------
    best
        The step of the best weights and the loss they had, if they are kept; it is part of the weights' file, not of
        this one's.

    Raises
    ------
    ValueError
        If two layers have the same name.
    """

    def __init__(self, layers: Sequence[str], nodes: Sequence[str] = ()) -> None:
        self.layers, self.nodes = tuple(layers), tuple(nodes)
        if len(set(self.layers)) < len(self.layers):
            raise ValueError("Two layers of a history have the same name.")
        self._step = GrowingArray(np.int64)
        self._epoch = GrowingArray(np.int64)
        self._columns: dict[str, Column | ThinnedColumn] = {}
        self._histograms: dict[str, HistogramColumn] = {}
        self._events: list[tuple[int, str]] = []
        self._best: tuple[int, float] | None = None
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
        return self._columns[GRADIENT_NORM].view

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
    def best(self) -> tuple[int, float] | None:
        return self._best

    @best.setter
    def best(self, value: tuple[int, float] | None) -> None:
        if value != self._best:
            self._best = value
            self._revision += 1

    @property
    def nbytes(self) -> int:
        """Memory taken by all columns, in bytes."""
        own = self._step.nbytes + self._epoch.nbytes
        return own + sum(column.nbytes for column in (*self._columns.values(), *self._histograms.values()))

    def column(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """The steps at which a quantity was measured, and its values.

        Returns
        -------
        steps, values
            Read-only views of shapes (n,) and (n,), or (n, layers) for a quantity of each layer; see `row_names`. They
            do not grow. A table's statistics, such as ``gradients/l2``, are those of the steps that a `ThinnedColumn`
            keeps: of those the last row is another one when more is appended.

        Raises
        ------
        KeyError
            If nothing of this name was measured so far.
        """
        column = self._columns[name]
        return self.steps if column.steps is None else column.steps, column.view

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

    def row_names(self, name: str) -> tuple[str, ...]:
        """What the values of a quantity belong to: names of layers or nodes; empty for single numbers or if unknown."""
        key = name.partition("/")[0]
        rows = probes.registry[key].rows if key in probes.registry else ""
        return {"layers": self.layers, "nodes": self.nodes}.get(rows, ())

    def latest(self, name: str) -> Any:
        """The last value of a column: a float, or an array of shape (layers,); None if there is none yet."""
        if name not in self._columns:
            return None
        value = self._columns[name].view[-1]
        return value if value.ndim else float(value)

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
        its steps where a column lacks some; `nodes`; `kept/NAME` and `histogram/NAME/...` for what is thinned.
        """
        arrays: dict[str, npt.NDArray[Any]] = {
            "step": self.steps,
            "epoch": self.epochs,
            "layers": np.array(self.layers, dtype=np.str_),
            "nodes": np.array(self.nodes, dtype=np.str_),
            "event/step": np.array([step for step, _ in self._events], dtype=np.int64),
            "event/text": np.array([text for _, text in self._events], dtype=np.str_),
        }
        for name, column in self._columns.items():
            arrays[f"value/{name}"] = column.view
            if column.steps is not None:
                arrays[f"at/{name}"] = column.steps
            if isinstance(column, ThinnedColumn):
                arrays[f"kept/{name}"] = np.array([column.every, column.count], np.int64)
        for name, histograms in self._histograms.items():
            arrays |= {f"histogram/{name}/{part}": array for part, array in histograms.to_arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> History:
        """Read back what `to_arrays` gave. The arrays are copied, so the history can grow.

        Raises
        ------
        ValueError
            If something is missing or does not fit together.
        """
        names = [checked(arrays, key, "U", None).tolist() if key in arrays else [] for key in ("layers", "nodes")]
        checked(arrays, "layers", "U", None)
        history = cls(*names)
        step = checked(arrays, "step", "i", None)
        check_increasing(step, "steps")
        epoch = checked(arrays, "epoch", "i", len(step))
        if len(epoch) and (epoch[0] < 1 or (np.diff(epoch) < 0).any()):
            raise ValueError("The history is damaged: its epochs do not count upwards.")
        history._step.extend(step)
        history._epoch.extend(epoch)
        for name in (key.removeprefix("value/") for key in arrays if key.startswith("value/")):
            column = read_column(arrays, name, step)
            if not history._fits(name, column.view):
                raise ValueError(f"The history is damaged: {name} does not have one value for each layer.")
            if len(column.view):
                history._columns[name] = column
        for name in (key.split("/")[1] for key in arrays if key.startswith("histogram/") and key.endswith("/step")):
            histograms = HistogramColumn.from_arrays(arrays, f"histogram/{name}/")
            if not history._fits(name, histograms.counts.view[:, :, 0]):
                raise ValueError(f"The history is damaged: {name} does not have a histogram for each layer.")
            if len(histograms.counts.view):
                history._histograms[name] = histograms
        event_step = checked(arrays, "event/step", "i", None)
        event_text = checked(arrays, "event/text", "U", len(event_step))
        history._events = [(int(at), str(text)) for at, text in zip(event_step, event_text, strict=True)]
        history._revision = len(history) + len(history._events)
        return history

    def _append_alike(self, records: Sequence[Record]) -> None:
        """Add records that all have the same names: everything is checked first, then stored."""
        steps = np.array([record.step for record in records], dtype=np.int64)
        last = self._step.view[-1:] if len(self) else np.zeros(1, np.int64)
        if (np.diff(np.concatenate([last, steps])) <= 0).any():
            raise ValueError(f"Step {steps[0]} does not come after those recorded before it.")
        found: dict[str, list[Any]] = {name: [record.values[name] for record in records] for name in records[0].values}
        pictures = {name: entries for name, entries in found.items() if isinstance(entries[0], Histograms)}
        for name, entries in pictures.items():
            self._check_histograms(name, entries)
        rows = {name: self._as_rows(name, steps, found[name]) for name in found.keys() - pictures.keys()}
        before = len(self)
        self._step.extend(steps)
        self._epoch.extend(np.array([record.epoch for record in records], dtype=np.int64))
        for name, column in self._columns.items():
            if name not in rows:
                column.lack(self._step.view[:before])
        for name in (name for name in found if name in rows):
            if name not in self._columns:
                self._columns[name] = new_column(name, rows[name], None if before == 0 else steps[:0])
            self._columns[name].extend(steps, rows[name])
        for name, entries in pictures.items():
            if name not in self._histograms:
                self._histograms[name] = HistogramColumn(*entries[0].counts.shape)
            self._histograms[name].extend(steps, entries)
        self._revision += 1

    def _as_rows(self, name: str, steps: npt.NDArray[np.int64], entries: Sequence[Any]) -> npt.NDArray[Any]:
        """The values of one name: shape (n,), or (n, width) where each is an array."""
        try:
            if isinstance(entries[0], np.ndarray) and entries[0].ndim == 1:
                values: npt.NDArray[Any] = np.concatenate(entries).reshape(len(entries), -1)
                if any(len(entry) != values.shape[1] for entry in entries):
                    raise ValueError
                values = values if values.dtype.kind == "f" else values.astype(np.float64)
            else:
                values = np.array(entries, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name} after step {steps[0]} is not a number or a row of numbers.") from None
        if values.ndim > 2:
            raise ValueError(f"{name} after step {steps[0]} has more than one dimension.")
        known = self._columns[name].view.shape[1:] if name in self._columns else values.shape[1:]
        if values.shape[1:] != known or not self._fits(name, values):
            raise ValueError(f"{name} after step {steps[0]} does not have one value for each layer.")
        return values

    def _check_histograms(self, name: str, entries: Sequence[Any]) -> None:
        known = self._histograms[name].counts.view.shape[1:] if name in self._histograms else entries[0].counts.shape
        for entry in entries:
            if not isinstance(entry, Histograms) or entry.counts.shape != known or not self._fits(name, entry.ranges.T):
                raise ValueError(f"{name} does not have a histogram for each layer.")

    def _fits(self, name: str, values: npt.NDArray[Any]) -> bool:
        """Whether there is a value for each layer or node, where it is known how many there are."""
        names = self.row_names(name)
        return values.shape[1:] == (len(names),) if names or name == GRADIENT_NORM else True
