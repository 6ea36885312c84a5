"""The arrays that a history is stored as: its columns are read back from them, and they can be cut at a step.

Names: `step`, `epoch`, `layers`, `nodes`, `edges`, `run`, `began`, `seconds`, `event/...`, `change/...`; `value/NAME`
for each column, `at/NAME` with its steps where they are not those of all, `kept/NAME` where it is watched now and then;
`every` or `every/NAME` (length of a stretch, first step), `low/NAME` and `high/NAME` where a step stands for several;
`histogram/NAME/...`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.checked_arrays import check_increasing, checked
from deepviz.training.column import ThinnedColumn, is_watched, watched_column
from deepviz.training.histogram_column import HistogramColumn
from deepviz.training.named_rows import NamedRows
from deepviz.training.step_table import StepColumn, StepTable

Arrays = Mapping[str, npt.NDArray[Any]]
Column = StepColumn | ThinnedColumn


def table_arrays(table: StepTable, suffix: str, epoch: str) -> dict[str, npt.NDArray[Any]]:
    """The steps of a run and their epochs."""
    return {"step": _stays(table, table.steps), epoch: _stays(table, table.view(epoch))} | _every(table, suffix)


def column_arrays(column: Column, name: str, *, is_apart: bool) -> dict[str, npt.NDArray[Any]]:
    """What a column is stored as; with its steps if they are not those of all."""
    if isinstance(column, ThinnedColumn):
        kept = np.array([column.every, column.count], np.int64)
        return {f"value/{name}": column.view.copy(), f"at/{name}": column.steps.copy(), f"kept/{name}": kept}
    table = column.table
    arrays = {f"value/{name}": _stays(table, column.view)}
    if is_apart:
        arrays |= {f"at/{name}": _stays(table, column.steps)} | _every(table, f"/{name}")
    if not column.is_whole:
        arrays |= {f"low/{name}": column.low.copy(), f"high/{name}": column.high.copy()}
    return arrays


def read_names(arrays: Arrays) -> NamedRows:
    """The layers, nodes and edges of the network.

    Raises
    ------
    ValueError
        If they are missing or not of the right kind.
    """
    layers = tuple(checked(arrays, "layers", "U", None).tolist())
    nodes = tuple(checked(arrays, "nodes", "U", None).tolist()) if "nodes" in arrays else ()
    if "edges" not in arrays:
        return NamedRows(layers, nodes)
    rows = checked(arrays, "edges", "U", None, dimensions=(2,))
    if rows.shape[1] != 3 or not all(row[2].isascii() and row[2].isdigit() for row in rows.tolist()):
        raise ValueError("The history is damaged: 'edges' are not source, target and number.")
    return NamedRows(layers, nodes, [(source, target, int(slot)) for source, target, slot in rows.tolist()])


def read_time(arrays: Arrays, name: str) -> float:
    """A time in seconds; 0 if it is not there, or is none.

    Raises
    ------
    ValueError
        If it is not a single number.
    """
    seconds = float(checked(arrays, name, "f", 1)[0]) if name in arrays else 0.0
    return seconds if 0.0 < seconds < math.inf else 0.0


def read_columns(arrays: Arrays, epoch: str) -> tuple[StepTable, dict[str, Column]]:
    """The table of the steps, and the columns that there are.

    Raises
    ------
    ValueError
        If something is missing or does not fit together.
    """
    steps = checked(arrays, "step", "i", None)
    check_increasing(steps, "steps")
    epochs = checked(arrays, epoch, "i", len(steps))
    if len(epochs) and (epochs[0] < 1 or (np.diff(epochs) < 0).any()):
        raise ValueError("The history is damaged: its epochs do not count upwards.")
    table = _new_table(arrays, "every", steps)
    table.add_column(epoch, np.int64, (), is_plain=True)
    columns: dict[str, Column] = {}
    shared = {epoch: epochs}
    for name in [key.removeprefix("value/") for key in arrays if key.startswith("value/")]:
        is_apart = f"at/{name}" in arrays
        at = checked(arrays, f"at/{name}", "i", None) if is_apart else steps
        values = checked(arrays, f"value/{name}", "f", len(at), dimensions=(1, 2))
        if is_apart:
            check_increasing(at, f"steps of {name}")
            # Of thinned steps it need not be one that is kept; cut at a step, it may be in the stretch after the last.
            end = max([0, *steps[-1:]]) + (table.every if table.every > 1 else 0)
            if (table.every == 1 and not np.isin(at, steps).all()) or (len(at) and at[-1] > end):
                raise ValueError(f"The history is damaged: {name} has values at steps that never were.")
        if not len(values):
            continue
        if is_watched(name):
            columns[name] = _read_watched(arrays, name, at, values)
        elif is_apart:
            own = _new_table(arrays, f"every/{name}", at)
            own.add_column(name, values.dtype, values.shape[1:])
            _load(own, arrays, at, {name: values})
            columns[name] = StepColumn(own, name)
        else:
            table.add_column(name, values.dtype, values.shape[1:])
            shared[name] = values
            columns[name] = StepColumn(table, name)
    _load(table, arrays, steps, shared)
    return table, columns


def read_histograms(arrays: Arrays) -> dict[str, HistogramColumn]:
    """The histograms that there are, by name.

    Raises
    ------
    ValueError
        If something is missing or does not fit together.
    """
    names = [key.split("/")[1] for key in arrays if key.startswith("histogram/") and key.endswith("/step")]
    found = {name: HistogramColumn.from_arrays(arrays, f"histogram/{name}/") for name in names}
    return {name: histograms for name, histograms in found.items() if len(histograms.counts.view)}


def until(arrays: Arrays, step: int) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a history without what came after a step."""
    cut: dict[str, npt.NDArray[Any]] = {}
    for name, array in arrays.items():
        kind, _, column = name.partition("/")
        if kind in ("layers", "nodes", "edges", "every", "run", "began", "seconds") or name == "event/left_out":
            cut[name] = array
        elif kind in ("step", "epoch"):
            cut[name] = array[: _count(arrays["step"], step)]
        elif kind in ("event", "change"):
            cut[name] = array[arrays[f"{kind}/step"] <= step]
        elif kind in ("at", "value", "low", "high"):
            cut[name] = array[: _count(arrays.get(f"at/{column}", arrays["step"]), step)]
        elif kind == "kept":
            cut[name] = _kept(array, arrays[f"at/{column}"], step)
        elif kind == "histogram":
            at = arrays[f"{name.rpartition('/')[0]}/step"]
            cut[name] = _kept(array, at, step) if name.endswith("/kept") else array[: _count(at, step)]
    return cut


def _stays(table: StepTable, view: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view, or a copy of it where its last row changes when the table grows."""
    return view if table.every == 1 else view.copy()


def _every(table: StepTable, suffix: str) -> dict[str, npt.NDArray[Any]]:
    return {f"every{suffix}": np.array([table.every, table.first], np.int64)} if table.every > 1 else {}


def _new_table(arrays: Arrays, key: str, steps: npt.NDArray[np.int64]) -> StepTable:
    every, first = checked(arrays, key, "i", 2).tolist() if key in arrays else (1, int(steps[0]) if len(steps) else 0)
    if not 1 <= every <= 1 << 40:
        raise ValueError(f"The history is damaged: {key!r} is {every}.")
    return StepTable(None, first, every)


def _load(table: StepTable, arrays: Arrays, steps: npt.NDArray[np.int64], values: Arrays) -> None:
    """Fill a table with what was kept."""
    parts: list[dict[str, npt.NDArray[Any]]] = [{}, {}]
    for name, array in values.items():
        for part, kind in zip(parts, ("low", "high"), strict=True):
            if (table.every > 1 or f"low/{name}" in arrays) and name != "epoch":
                part[name] = checked(arrays, f"{kind}/{name}", "f", len(steps), dimensions=(array.ndim,))
                if part[name].shape != array.shape:
                    raise ValueError(f"The history is damaged: {kind} of {name} is not of the right shape.")
    try:
        table.load(steps, values, *parts)
    except ValueError as error:
        raise ValueError(f"The history is damaged: {', '.join(values)}: {error}.") from None


def _read_watched(arrays: Arrays, name: str, at: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> ThinnedColumn:
    """A column of what was looked at now and then."""
    column = watched_column(values)
    if f"kept/{name}" not in arrays:
        column.extend(at, values)
        return column
    every, count = checked(arrays, f"kept/{name}", "i", 2).tolist()
    try:
        column.resume(every, count, at, values)
    except ValueError as error:
        raise ValueError(f"The history is damaged: {name}: {error}") from None
    return column


def _count(steps: npt.NDArray[np.int64], step: int) -> int:
    """How many of these steps are not after a step."""
    return int(np.searchsorted(steps, step, side="right"))


def _kept(kept: npt.NDArray[np.int64], steps: npt.NDArray[np.int64], step: int) -> npt.NDArray[np.int64]:
    """What a `ThinnedColumn` says of itself, when of its values those after a step are cut off.

    How many had come by then is not known any more; so that what is left stays as it is, as few as can be.
    """
    left, every = _count(steps, step), int(kept[0])
    return kept if left == len(steps) else np.array([every, max(0, (left - 1) * every + 1)], np.int64)
