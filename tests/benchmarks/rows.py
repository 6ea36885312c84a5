"""A row of the result: what was measured of one workload, what was wanted, and whether it was met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.benchmarks.memory import Memory
from tests.benchmarks.workloads import Workload

Row = dict[str, Any]

MOST_GROWTH = 5.0
"""Megabytes by which the peak may rise after many steps: Linux fills up pages of 2 MB when it comes round to it."""
LEAST_TRAINING = 1.0
"""Megabytes below which what training takes cannot be told from what the interpreter does."""


def row_of(
    workload: Workload, seconds: Mapping[str, float], memory: Mapping[str, Memory], loss_difference: float | None
) -> Row:
    """The row of a workload.

    Parameters
    ----------
    seconds
        Time of a step: "deepviz", "deepviz_2" with two processes, "torch_1" and "torch_2" with so many threads. Only
        "deepviz" must be there.
    memory
        Of "deepviz" and "torch"; may be empty.
    loss_difference
        How far the losses of the first steps are apart.
    """
    row: Row = {"name": workload.name, "batch": workload.batch, "deepviz_us": _microseconds(seconds["deepviz"])}
    if "deepviz_2" in seconds:
        row["deepviz_2_us"] = _microseconds(seconds["deepviz_2"])
    torch = {name: time for name, time in seconds.items() if name.startswith("torch")}
    met: dict[str, bool] = {}
    if torch:
        fastest = min(torch, key=lambda name: torch[name])
        row |= {"torch_us": _microseconds(torch[fastest]), "torch_threads": int(fastest.removeprefix("torch_"))}
        row |= {"ratio": round(torch[fastest] / seconds["deepviz"], 2), "bar": workload.bars.one}
        best = min(seconds["deepviz"], seconds.get("deepviz_2", seconds["deepviz"]))
        row |= {"best_ratio": round(torch[fastest] / best, 2), "best_bar": workload.bars.best}
        if workload.bars.one is not None:
            met["ratio"] = row["ratio"] >= workload.bars.one
        if workload.bars.best is not None:
            met["best_ratio"] = row["best_ratio"] >= workload.bars.best
    if loss_difference is not None:
        row["loss_difference"] = float(f"{loss_difference:.1e}")
    if "deepviz" in memory:
        ours = memory["deepviz"]
        row |= {"deepviz_mb": round(ours.peak, 1), "deepviz_training_mb": round(ours.training, 1)}
        row |= {"growth_mb": round(ours.growth, 2), "growth_steps": ours.steps}
        met["growth"] = ours.growth <= MOST_GROWTH
    if {"deepviz", "torch"} <= memory.keys():
        ours, theirs = memory["deepviz"], memory["torch"]
        row |= {"torch_mb": round(theirs.peak, 1), "torch_training_mb": round(theirs.training, 1)}
        row |= {"memory_ratio": round(ours.peak / theirs.peak, 2), "memory_bar": workload.bars.memory}
        met["memory"] = row["memory_ratio"] <= workload.bars.memory
        met["training_memory"] = ours.training <= max(theirs.training, LEAST_TRAINING)
    return {**row, "met": met}


def scaling_row(name: str, sizes: tuple[int, ...], seconds: Mapping[str, float], bar: float) -> Row:
    """The row of a scaling: times by size, and how far each is from proportional to that of the smallest."""
    times = [seconds[str(size)] for size in sizes]
    of_proportional = [round(time / times[0] * sizes[0] / size, 3) for time, size in zip(times, sizes, strict=True)]
    row: Row = {"name": name, "sizes": list(sizes), "deepviz_us": [_microseconds(time) for time in times]}
    met = {"proportional": all(abs(share - 1) <= bar for share in of_proportional)}
    return {**row, "of_proportional": of_proportional, "bar": bar, "met": met}


def _microseconds(seconds: float) -> float:
    return round(seconds * 1e6, 2)
