"""The arrays that a history is stored as: its columns are read back from them, and they can be cut at a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.checked_arrays import check_increasing, checked
from deepviz.training.column import Column, ThinnedColumn, new_column

Arrays = Mapping[str, npt.NDArray[Any]]


def read_column(arrays: Arrays, name: str, steps: npt.NDArray[np.int64]) -> Column | ThinnedColumn:
    """The column called `name` of a history with these steps.

    Raises
    ------
    ValueError
        If something is missing or does not fit together.
    """
    at = checked(arrays, f"at/{name}", "i", None) if f"at/{name}" in arrays else None
    values = checked(arrays, f"value/{name}", "f", len(steps if at is None else at), dimensions=(1, 2))
    if at is not None:
        check_increasing(at, f"steps of {name}")
        if not np.isin(at, steps).all():
            raise ValueError(f"The history is damaged: {name} has values at steps that never were.")
    column = new_column(name, values, at)
    if not isinstance(column, ThinnedColumn) or f"kept/{name}" not in arrays:
        column.extend(steps if at is None else at, values)
        return column
    every, count = checked(arrays, f"kept/{name}", "i", 2).tolist()
    try:
        column.resume(every, count, steps if at is None else at, values)
    except ValueError as error:
        raise ValueError(f"The history is damaged: {name}: {error}") from None
    return column


def until(arrays: Arrays, step: int) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a history without what came after a step."""
    cut: dict[str, npt.NDArray[Any]] = {}
    for name, array in arrays.items():
        kind, _, column = name.partition("/")
        if kind in ("layers", "nodes"):
            cut[name] = array
        elif kind in ("step", "epoch"):
            cut[name] = array[: _count(arrays["step"], step)]
        elif kind == "event":
            cut[name] = array[arrays["event/step"] <= step]
        elif kind in ("at", "value"):
            cut[name] = array[: _count(arrays.get(f"at/{column}", arrays["step"]), step)]
        elif kind == "kept":
            cut[name] = _kept(array, arrays[f"at/{column}"], step)
        elif kind == "histogram":
            at = arrays[f"{name.rpartition('/')[0]}/step"]
            cut[name] = _kept(array, at, step) if name.endswith("/kept") else array[: _count(at, step)]
    return cut


def _count(steps: npt.NDArray[np.int64], step: int) -> int:
    """How many of these steps are not after a step."""
    return int(np.searchsorted(steps, step, side="right"))


def _kept(kept: npt.NDArray[np.int64], steps: npt.NDArray[np.int64], step: int) -> npt.NDArray[np.int64]:
    """What a `ThinnedColumn` says of itself, when of its values those after a step are cut off.

    How many had come by then is not known any more; so that what is left stays as it is, as few as can be.
    """
    left, every = _count(steps, step), int(kept[0])
    return kept if left == len(steps) else np.array([every, max(0, (left - 1) * every + 1)], np.int64)
