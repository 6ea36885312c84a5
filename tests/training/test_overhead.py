"""What is lost to being watched is measured by two clocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepviz.training import overhead as overhead_module
from deepviz.training.overhead import SPAN, Overhead


class Clocks:
    def __init__(self) -> None:
        self.wall = self.own = 50.0
        self.delayed = 7.0

    def pass_by(self, seconds: float, computing: float, without_core: float = 0.0) -> None:
        self.wall += seconds
        self.own += computing
        self.delayed += without_core


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def measured(clocks: Clocks) -> Overhead:
    overhead = Overhead(lambda: clocks.wall, lambda: clocks.own, lambda: clocks.delayed)
    overhead.begin()
    return overhead


def test_who_computes_all_the_time_loses_nothing(clocks: Clocks) -> None:
    overhead = measured(clocks)
    clocks.pass_by(1.0, 1.0)
    overhead.note(0.0)
    assert overhead.share == 0.0


def test_waiting_and_watched_steps_are_lost(clocks: Clocks) -> None:
    overhead = measured(clocks)
    clocks.pass_by(SPAN, 0.7 * SPAN)
    overhead.note(0.1 * SPAN)
    assert overhead.share == pytest.approx(0.4)


def test_it_is_a_mean_over_the_last_seconds(clocks: Clocks) -> None:
    overhead = measured(clocks)
    for _ in range(200):
        clocks.pass_by(0.1, 0.075)
        overhead.note(0.0)
    assert overhead.share == pytest.approx(0.25, abs=1e-3)
    clocks.pass_by(0.5 * SPAN, 0.0)
    overhead.note(0.0)
    assert overhead.share == pytest.approx(0.5 * 0.25 + 0.5, abs=1e-3)


def test_an_interruption_does_not_count(clocks: Clocks) -> None:
    overhead = measured(clocks)
    clocks.pass_by(100.0, 0.0)
    overhead.begin()
    clocks.pass_by(1.0, 1.0)
    overhead.note(0.0)
    assert overhead.share == 0.0


def test_it_is_never_more_than_all_or_less_than_nothing(clocks: Clocks) -> None:
    overhead = measured(clocks)
    clocks.pass_by(SPAN, 1.01 * SPAN)
    overhead.note(0.0)
    assert overhead.share == 0.0
    clocks.pass_by(SPAN, 0.0)
    overhead.note(SPAN)
    assert overhead.share == 1.0


def test_waiting_for_a_core_is_the_fault_of_others(clocks: Clocks) -> None:
    overhead = measured(clocks)
    clocks.pass_by(SPAN, 0.5 * SPAN, 0.3 * SPAN)
    overhead.note(0.0)
    assert overhead.share == pytest.approx(0.2)


def test_where_the_system_does_not_tell_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overhead_module, "WAITED", Path("/nowhere/schedstat"))
    assert overhead_module.seconds_without_a_core() == 0.0


@pytest.mark.skipif(not overhead_module.WAITED.exists(), reason="only Linux tells")
def test_linux_tells_how_long_a_thread_waited() -> None:
    assert overhead_module.seconds_without_a_core() >= 0.0
