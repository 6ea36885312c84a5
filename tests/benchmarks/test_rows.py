"""Rows and table say what made-up figures say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.benchmarks import table
from tests.benchmarks.memory import Memory
from tests.benchmarks.rows import row_of, scaling_row
from tests.benchmarks.workloads import WORKLOADS, Bars

DIGITS = replace(WORKLOADS["digits"], bars=Bars(8, 9, 0.25))
SECONDS = {"deepviz": 28e-6, "deepviz_2": 40e-6, "torch_1": 252e-6, "torch_2": 300e-6}
MEMORY = {"deepviz": Memory(50.04, 0.84, 0.0, 2000), "torch": Memory(320.0, 3.8, 0.0, 50)}


def digits(seconds: dict[str, float] | None = None, memory: dict[str, Memory] | None = None) -> dict[str, Any]:
    """A row with some figures changed."""
    return row_of(DIGITS, SECONDS | (seconds or {}), MEMORY | (memory or {}), 1.23e-7)


def test_a_row_compares_with_the_better_of_pytorch() -> None:
    row = digits()
    assert (row["torch_us"], row["torch_threads"], row["deepviz_us"], row["deepviz_2_us"]) == (252.0, 1, 28.0, 40.0)
    assert (row["ratio"], row["bar"], row["best_ratio"], row["best_bar"]) == (9.0, 8, 9.0, 9)
    assert (row["deepviz_mb"], row["torch_mb"], row["memory_ratio"], row["memory_bar"]) == (50.0, 320.0, 0.16, 0.25)
    assert (row["deepviz_training_mb"], row["torch_training_mb"]) == (0.8, 3.8)
    assert (row["growth_mb"], row["growth_steps"]) == (0.0, 2000)
    assert row["loss_difference"] == 1.2e-7
    assert set(row["met"]) == {"ratio", "best_ratio", "memory", "training_memory", "growth"}
    assert all(row["met"].values())


@pytest.mark.parametrize(
    ("seconds", "memory", "missed"),
    [
        ({"torch_2": 210e-6}, {}, {"ratio", "best_ratio"}),
        ({"torch_2": 238e-6}, {}, {"best_ratio"}),
        ({"deepviz": 40e-6, "deepviz_2": 20e-6}, {}, {"ratio"}),
        ({}, {"deepviz": Memory(81.0, 0.8, 0.0, 2000), "torch": Memory(320.0, 3.8, 0.0, 50)}, set()),
        ({}, {"deepviz": Memory(84.0, 0.8, 0.0, 2000), "torch": Memory(320.0, 3.8, 0.0, 50)}, {"memory"}),
        ({}, {"deepviz": Memory(50.0, 3.9, 0.0, 2000)}, {"training_memory"}),
        ({}, {"deepviz": Memory(50.0, 0.8, 5.1, 2000)}, {"growth"}),
    ],
)
def test_a_bar_is_met_or_missed(seconds: dict[str, float], memory: dict[str, Memory], missed: set[str]) -> None:
    met = digits(seconds, memory)["met"]
    assert {what for what in met if not met[what]} == missed


def test_only_what_was_measured_is_told() -> None:
    row = row_of(DIGITS, {"deepviz": 28e-6}, {}, None)
    assert row == {"name": "digits", "batch": 32, "deepviz_us": 28.0, "met": {}}
    assert table.line(row).split() == ["digits", "-", "28.0", "µs", "-"]


def test_without_a_bar_there_is_nothing_to_meet() -> None:
    row = row_of(replace(DIGITS, bars=Bars(None, None, 0.25)), SECONDS, {}, None)
    assert row["met"] == {}
    assert table.line(row).split() == ["digits", "252.0", "µs", "28.0", "µs", "9.00x", "40.0", "µs", "9.00x"]


def test_a_row_reads_well() -> None:
    cells = "digits 252.0 µs 28.0 µs 9.00x ≥ 8 met 40.0 µs 9.00x ≥ 9 met 50 of 320 ≤ 0.25 met"
    assert table.line(digits()).split() == cells.split()
    assert "5.25x    ≥ 8 missed" in table.line(digits({"torch_2": 147e-6}))
    assert table.duration(1234.5) == "1.23 ms"


def test_columns_stand_below_their_heading() -> None:
    machine = dict.fromkeys(("processor", "cores", "blas", "blas_core", "numpy", "torch"), "?")
    heading = table.heading(machine).splitlines()[1]
    line = table.line(digits())
    for name, cell in (("PyTorch", "252.0 µs"), ("1 process", "28.0 µs"), ("2 processes", "40.0 µs")):
        assert heading.index(name) + len(name) == line.index(cell) + len(cell)


def test_what_is_odd_about_memory_is_told() -> None:
    line = table.line(digits(memory={"deepviz": Memory(50.0, 4.2, 7.14, 2000)}))
    assert line.endswith("training takes 4.2 MB against 3.8; 7.14 MB more after 2000 steps")


@pytest.mark.parametrize(
    ("times", "of_proportional", "met"),
    [
        ((1e-3, 2.2e-3, 4.6e-3), [1.0, 1.1, 1.15], True),
        ((1e-3, 2.2e-3, 4.8e-3), [1.0, 1.1, 1.2], False),
        ((1e-3, 1.6e-3, 4e-3), [1.0, 0.8, 1.0], False),
    ],
)
def test_a_scaling_is_held_against_proportional(
    times: tuple[float, ...], of_proportional: list[float], met: bool
) -> None:
    sizes = (100, 200, 400)
    row = scaling_row("depth", sizes, dict(zip(map(str, sizes), times, strict=True)), 0.15)
    assert row["of_proportional"] == of_proportional
    assert row["met"] == {"proportional": met}
    shares = ", ".join(f"{share:.2f}" for share in of_proportional)
    assert f": {shares} of proportional, ±15% {'met' if met else 'missed'}" in table.line(row)
    assert table.line(row).startswith("depth        100, 200, 400 take 1.00 ms, ")


def test_the_summary_names_what_is_missed() -> None:
    assert table.summary([digits()]) == "5 of 5 bars met."
    slow = digits({"deepviz": 40e-6, "deepviz_2": 50e-6})
    assert table.summary([digits(), slow]) == "8 of 10 bars met. Missed: digits ratio, digits best ratio."
