"""Timetables of settings that change while a run goes on, and a trainer that follows one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deepviz.engine import Trainer

STEPS = 24
Settings = dict[str, Any]
Timetable = dict[int, Settings]
"""What is changed after how many steps: settings of the optimizer, ``frozen`` and ``batch_size``."""


def set_all(run: Trainer, changes: Settings) -> None:
    changes = dict(changes)
    if "batch_size" in changes:
        run.batch_size = changes.pop("batch_size")
    if "frozen" in changes:
        run.frozen = changes.pop("frozen")
    if "clipnorm" in changes:
        changes["global_clipnorm"] = changes.pop("clipnorm")
    if changes:
        run.optimizer = run.optimizer.changed(**changes)


def steps_of(run: Trainer, timetable: Timetable, count: int = STEPS) -> Iterator[Any]:
    """Make steps, changing settings on the way."""
    records = run.steps()
    for _ in range(count):
        set_all(run, timetable.get(run.step, {}))
        yield next(records)


DESCENT: Settings = {"learning_rate": 0.2, "momentum": 0.0, "batch_size": 5}
OF_DESCENT: Timetable = {
    3: {"momentum": 0.9},
    4: {"clipnorm": 0.3},
    6: {"batch_size": 7, "learning_rate": 0.1},
    8: {"frozen": ("dense_2",)},
    11: {"momentum": 0.5, "batch_size": 23, "clipnorm": None},
    12: {"frozen": (), "clipvalue": 0.05},
    14: {"momentum": 0.0, "batch_size": 1},
    15: {"momentum": 0.8, "frozen": ("dense_1",)},
    20: {"batch_size": 4, "frozen": ()},
}
SHRINKING: Settings = {"learning_rate": 0.2, "momentum": 0.5, "weight_decay": 0.1, "batch_size": 5}
OF_SHRINKING: Timetable = {
    **OF_DESCENT,
    5: {"weight_decay": 0.0},
    7: {"weight_decay": 0.3},
    16: {"weight_decay": 0.02},
}
MOMENTS: Settings = {
    "learning_rate": 0.02, "beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-7, "weight_decay": 0.0, "batch_size": 5,
    "frozen": ("dense_1",),
}  # fmt: skip
OF_MOMENTS: Timetable = {
    2: {"weight_decay": 0.5},
    5: {"frozen": ()},
    7: {"beta_1": 0.5, "batch_size": 8},
    9: {"beta_2": 0.8, "frozen": ("dense_2",)},
    13: {"beta_1": 0.0, "beta_2": 0.999, "weight_decay": 0.1, "epsilon": 1e-3},
    14: {"frozen": (), "batch_size": 3, "clipnorm": 0.2},
    18: {"beta_1": 0.95, "frozen": ("dense_1", "dense_2")},
    20: {"frozen": ()},
}
