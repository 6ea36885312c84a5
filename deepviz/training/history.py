"""Everything that is known of the course of a run: what was measured, step by step, and what was done to it.

What is measured at every step is kept of every step, or of one in 2, 4, 8, ... of a run that is so long that memory
matters, with the extremes between them; nothing is ever averaged. Of what is looked at now and then, some is kept.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training import history_arrays, history_file
from deepviz.training.checked_arrays import checked
from deepviz.training.measured import EPOCH, Measured
from deepviz.training.named_rows import GRADIENT_NORM, Edge
from deepviz.training.notes import Note, Notes

__all__ = ["FROZEN", "GRADIENT_NORM", "MOST_STEPS", "VALIDATION", "History"]

FROZEN = "frozen"
"""What is said of a layer whose gradient is not computed, because training leaves it as it is."""

VALIDATION = "validation_"
"""What the name of a quantity begins with that is measured of the validation data, after each epoch."""

MOST_STEPS = 1 << 17
"""So many steps a window keeps of what is measured at every step, about 20 MB of a small network."""


class History(Measured):
    """The course of one run.

    Parameters
    ----------
    layers
        The names of the nodes with parameters, first layer first: the columns of `gradient_norms`.
    nodes, most_steps, edges
        As for `Measured`.

    Attributes
    ----------
    run
        By what the list of runs knows it; empty if it is not to be on one.
    began
        When it began, in seconds since 1970; 0 if that is not known.
    seconds
        For how long it has trained; 0 if that is not known.
    best
        The step of the best weights and the loss they had, if they are kept; it is part of the weights' file, not of
        this one's.

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
        super().__init__(layers, nodes, most_steps, edges)
        self._notes = Notes()
        self._best: tuple[int, float] | None = None
        self.run, self.began, self.seconds = "", 0.0, 0.0

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
    def events(self) -> tuple[Note, ...]:
        """What was changed during the run and after which step, for instance `(500, "learning rate 0.01 → 0.003")`.

        If there are very many, the first one says how many earlier ones there were.
        """
        return self._notes.events

    @property
    def changes(self) -> tuple[Note, ...]:
        """The changes that a repetition of the run has to make, as JSON, and after which step."""
        return self._notes.changes

    @property
    def best(self) -> tuple[int, float] | None:
        return self._best

    @best.setter
    def best(self, value: tuple[int, float] | None) -> None:
        if value != self._best:
            self._best = value
            self._revision += 1

    def add_event(self, step: int, text: str) -> None:
        """Note a change made by hand, such as a new learning rate, after `step` steps."""
        self._notes.add_event(step, text)
        self._revision += 1

    def drop_events(self, count: int) -> None:
        """Forget the newest events, because others say the same better: a slider has moved on, for instance."""
        self._notes.drop_events(count)
        self._revision += 1

    def add_change(self, step: int, json_text: str) -> None:
        """Note a change as JSON, so that a repetition of the run can make it after as many steps.

        Raises
        ------
        ValueError
            If it is not JSON.
        """
        self._notes.add_change(step, json_text)
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

        See `history_arrays` for their names. They do not change when the history grows.
        """
        arrays = history_arrays.table_arrays(self._table, "", EPOCH) | self._notes.to_arrays()
        arrays |= {"layers": np.array(self.layers, np.str_), "nodes": np.array(self.nodes, np.str_)}
        if self.edges:
            arrays["edges"] = np.array(self.edges, np.str_)
        if self.run:
            arrays["run"] = np.array([self.run], np.str_)
        for name, seconds in (("began", self.began), ("seconds", self.seconds)):
            if seconds:
                arrays[name] = np.array([seconds])
        for name, column in self._columns.items():
            arrays |= history_arrays.column_arrays(column, name, is_apart=self._is_apart(column))
        for name, histograms in self._histograms.items():
            arrays |= {f"histogram/{name}/{part}": array for part, array in histograms.to_arrays().items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], most_steps: int | None = None) -> History:
        """Read back what `to_arrays` gave. The arrays are copied, so the history can grow.

        Raises
        ------
        ValueError
            If something is missing or does not fit together.
        """
        names = history_arrays.read_names(arrays)
        history = cls(names.layers, names.nodes, edges=names.edges)
        history._table, columns = history_arrays.read_columns(arrays, EPOCH)
        history._histograms = history_arrays.read_histograms(arrays)
        for name, values in [(name, column.view) for name, column in columns.items()] + [
            (name, histograms.counts.view[:, :, 0]) for name, histograms in history._histograms.items()
        ]:
            if not history.fits(name, values):
                raise ValueError(f"The history is damaged: {name} does not have one value for each layer.")
        if "run" in arrays:
            history.run = checked(arrays, "run", "U", 1).tolist()[0]
        history.began, history.seconds = (history_arrays.read_time(arrays, name) for name in ("began", "seconds"))
        history._columns = columns
        history._notes = Notes.from_arrays(arrays)
        history._revision = len(history) + len(history._notes)
        if most_steps is not None:
            history.most_steps = most_steps
        return history
