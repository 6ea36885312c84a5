"""Rows as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.rows import Row

WIDTHS = (13, 11, 11, 8, 14, 11, 8, 14, 14, 14)
"""Of the columns: name, PyTorch, one process, ratio, bar, two processes, best ratio, bar, memory, bar."""


def heading(machine: Mapping[str, Any]) -> str:
    """What the figures were taken on, and what each column holds."""
    here = "{processor}, {cores} cores; {blas} for {blas_core}; NumPy {numpy}, PyTorch {torch}".format(**machine)
    columns = ("", "PyTorch", "1 process", "ratio", "bar", "2 processes", "best", "bar", "MB of", "bar")
    return f"{here}\n{_columns(columns)}"


def line(row: Row) -> str:
    """One row."""
    if "sizes" in row:
        return _scaling(row)
    met = row["met"]
    cells = [row["name"], *(_time(row, key) for key in ("torch_us", "deepviz_us"))]
    cells += [_ratio(row, "ratio"), _bar(row.get("bar"), "≥", met.get("ratio"))]
    cells += [_time(row, "deepviz_2_us"), _ratio(row, "best_ratio")]
    cells += [_bar(row.get("best_bar"), "≥", met.get("best_ratio"))]
    if "deepviz_mb" in row:
        cells += [f"{row['deepviz_mb']:.0f}" + (f" of {row['torch_mb']:.0f}" if "torch_mb" in row else "")]
        cells += [_bar(row.get("memory_bar"), "≤", met.get("memory"))]
    return _columns(cells) + _memory_remarks(row)


def summary(rows: Sequence[Row]) -> str:
    """How many bars are met, and which are not."""
    verdicts = [(f"{row['name']} {what}", met) for row in rows for what, met in row.get("met", {}).items()]
    missed = [name for name, met in verdicts if not met]
    text = f"{len(verdicts) - len(missed)} of {len(verdicts)} bars met."
    return text if not missed else f"{text} Missed: {', '.join(missed).replace('_', ' ')}."


def duration(microseconds: float) -> str:
    """A time with a unit that suits it."""
    return f"{microseconds:.1f} µs" if microseconds < 1000 else f"{microseconds / 1000:.2f} ms"


def _scaling(row: Row) -> str:
    sizes = ", ".join(f"{size:,}" for size in row["sizes"])
    times = ", ".join(map(duration, row["deepviz_us"]))
    shares = ", ".join(f"{share:.2f}" for share in row["of_proportional"])
    verdict = "met" if row["met"]["proportional"] else "missed"
    return f"{row['name']:{WIDTHS[0]}}{sizes} take {times}: {shares} of proportional, ±{row['bar']:.0%} {verdict}"


def _memory_remarks(row: Row) -> str:
    """What else there is to say about memory, only where a bar is missed."""
    remarks = []
    if row["met"].get("training_memory") is False:
        remarks.append(f"training takes {row['deepviz_training_mb']} MB against {row['torch_training_mb']}")
    if row["met"].get("growth") is False:
        remarks.append(f"{row['growth_mb']} MB more after {row['growth_steps']} steps")
    return "  " + "; ".join(remarks) if remarks else ""


def _columns(cells: Sequence[str]) -> str:
    first, *others = cells
    padded = (f"{cell:>{width}}" for cell, width in zip(others, WIDTHS[1:], strict=False))
    return f"{first:{WIDTHS[0]}}{''.join(padded)}".rstrip()


def _time(row: Row, key: str) -> str:
    return duration(row[key]) if key in row else "-"


def _ratio(row: Row, key: str) -> str:
    return f"{row[key]:.2f}x" if key in row else ""


def _bar(bar: float | None, sign: str, met: bool | None) -> str:
    return "" if bar is None or met is None else f"{sign} {bar:g} {'met' if met else 'missed'}"
