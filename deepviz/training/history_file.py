"""The course of a run as a table on disk: one line for each step that is kept, as CSV or as JSON lines.

Files are written a few thousand steps at a time, and take the place of an older one only once they are complete.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from deepviz.training.history import History

ROWS_AT_A_TIME = 4096


def write_csv(history: History, path: Path) -> None:
    """Write a heading and one line for each step; see `History.write_csv`."""
    with replacing(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        names = ["step", "epoch", *(part for name in history.columns for part in column_names(history, name))]
        names += ["event"] if history.events else []
        writer.writerow(names)
        for row in rows(history):
            writer.writerow([row.get(name, "") for name in names])


def write_jsonl(history: History, path: Path) -> None:
    """Write one JSON object for each step; see `History.write_jsonl`."""
    with replacing(path) as file:
        for row in rows(history):
            strict = {name: _json_number(value) for name, value in row.items()}
            file.write(json.dumps(strict, ensure_ascii=False, allow_nan=False) + "\n")


def column_names(history: History, name: str) -> list[str]:
    """What the column `name` is called in a file: one name, or one for each layer (`gradient_norm/dense_1`)."""
    values = history.column(name)[1]
    if values.ndim == 1:
        return [name]
    width = values.shape[1]
    names = history.row_names(name) or history.layers
    parts = names if width == len(names) else [str(number) for number in range(1, width + 1)]
    return [f"{name}/{part}" for part in parts]


def rows(history: History) -> Iterator[dict[str, Any]]:
    """One dictionary for each step, from what is called what in a file to its value; what is missing is left out."""
    notes: dict[int, list[str]] = {}
    everything = history.all_steps
    for after, text in history.events:
        # A change made before the first step stands in the first line.
        notes.setdefault(max(0, int(np.searchsorted(everything, after, side="right")) - 1), []).append(text)
    for start in range(0, len(everything), ROWS_AT_A_TIME):
        steps = everything[start : start + ROWS_AT_A_TIME]
        chunk: list[dict[str, Any]] = [{"step": step} for step in steps.tolist()]
        for line, epoch in zip(chunk, _epochs(history, steps), strict=True):
            line.update({} if epoch is None else {"epoch": epoch})
        for name in history.columns:
            at, values = history.column(name)
            first, past = np.searchsorted(at, (steps[0], steps[-1] + 1))
            names = column_names(history, name)
            table = values[first:past].reshape(past - first, len(names)).tolist()
            for place, row in zip(np.searchsorted(steps, at[first:past]).tolist(), table, strict=True):
                cells = zip(names, row, strict=True)
                # A layer without a number is a frozen one: there is nothing to tell. A loss that is none is a disaster.
                chunk[place].update(cells if values.ndim == 1 else ((key, cell) for key, cell in cells if cell == cell))
        for number, texts in notes.items():
            if start <= number < start + len(chunk):
                chunk[number - start]["event"] = "; ".join(texts)
        yield from chunk


def _epochs(history: History, steps: npt.NDArray[np.int64]) -> Iterator[int | None]:
    """The epoch of each of these steps, as far as it is known where not every step is kept."""
    before = np.searchsorted(history.steps, steps, side="right") - 1
    after = np.minimum(np.searchsorted(history.steps, steps), len(history) - 1)
    for first, last in zip(history.epochs[before].tolist(), history.epochs[after].tolist(), strict=True):
        yield first if first == last else None


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that takes the place of `path` once it is complete; a terminal or pipe is written directly."""
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    goal = Path(os.path.realpath(path))
    draft = goal.with_name(f".{goal.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, goal)
    finally:
        draft.unlink(missing_ok=True)


def _json_number(value: Any) -> Any:
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
