"""What is lost to being watched is measured by several clocks."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from deepviz.training import overhead as overhead_module
from deepviz.training.overhead import ENOUGH, SPAN, Clocks, Overhead, clocks


class Clock:
    def __init__(self) -> None:
        self.now = Clocks(50.0, 40.0, 7.0, 3.0)

    def pass_by(self, seconds: float, computing: float, without_core: float = 0.0, others: float = 0.0) -> None:
        wall, own, waited, elsewhere = self.now
        self.now = Clocks(wall + seconds, own + computing, waited + without_core, elsewhere + others)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def measured(clock: Clock) -> Overhead:
    overhead = Overhead(lambda: clock.now)
    overhead.begin(0)
    return overhead


def note(overhead: Overhead, extra: float = 0.0, step: int = 0, reading: float = 0.0, slower: float = 0.0) -> None:
    overhead.note(extra, step, lambda: reading, slower)


def test_who_computes_all_the_time_loses_nothing(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(1.0, 1.0)
    note(overhead)
    assert overhead.share == 0.0


def test_waiting_and_watched_steps_are_lost(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, 0.7 * SPAN)
    note(overhead, 0.1 * SPAN)
    assert overhead.share == pytest.approx(0.4)


def test_what_every_step_reads_is_lost(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, SPAN)
    note(overhead, step=1000, reading=0.2 * SPAN / 1000)
    assert overhead.share == pytest.approx(0.2)


def test_how_long_reading_takes_is_measured_now_and_then(clock: Clock) -> None:
    overhead, asked = measured(clock), []
    for step in range(1, 1 + 10 * round(SPAN / 0.1)):
        clock.pass_by(0.1, 0.1)
        overhead.note(0.0, step, lambda: float(asked.append(clock.now.wall) or 0.03))
    assert len(asked) == 10
    assert overhead.share == pytest.approx(0.3, abs=1e-3)


def test_one_time_of_reading_that_was_disturbed_does_not_count(clock: Clock) -> None:
    overhead, times = measured(clock), iter([0.03, 0.03, 0.9, 0.03, 0.03, *[0.06] * 99])
    for step in range(1, 1 + 5 * round(SPAN / 0.1)):
        clock.pass_by(0.1, 0.1)
        overhead.note(0.0, step, lambda: next(times))
    assert overhead.share == pytest.approx(0.3, abs=1e-3)
    for step in range(101, 101 + 10 * round(SPAN / 0.1)):
        clock.pass_by(0.1, 0.1)
        overhead.note(0.0, step, lambda: next(times))
    assert overhead.share == pytest.approx(0.6, abs=1e-2), "it follows what stays"


def test_it_is_a_mean_over_the_last_seconds(clock: Clock) -> None:
    overhead = measured(clock)
    for _ in range(200):
        clock.pass_by(0.1, 0.075)
        note(overhead)
    assert overhead.share == pytest.approx(0.25, abs=1e-3)
    clock.pass_by(0.5 * SPAN, 0.0)
    note(overhead)
    assert overhead.share == pytest.approx(0.5 * 0.25 + 0.5, abs=1e-3)


def test_nothing_is_said_before_there_is_something_to_say(clock: Clock) -> None:
    overhead = measured(clock)
    assert overhead.share is None
    clock.pass_by(0.9 * ENOUGH, 0.0)
    note(overhead)
    assert overhead.share is None
    clock.pass_by(0.3 * ENOUGH, 0.3 * ENOUGH)
    note(overhead)
    kept = 1 - 0.3 * ENOUGH / SPAN
    assert overhead.share == pytest.approx(kept * 0.9 / (kept * 0.9 + 0.3)), "right at once, and not on its way up"


def test_what_all_steps_lose_while_others_compute_is_lost(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, 0.8 * SPAN)
    note(overhead, 0.1 * SPAN, slower=0.25)
    # 0.2 waited, 0.1 watched, and of the 0.7 that plain steps computed a quarter.
    assert overhead.share == pytest.approx(0.2 + 0.1 + 0.25 * 0.7)


def test_a_steady_share_is_found_whatever_other_programs_do(clock: Clock) -> None:
    shares = []
    for alien in (0.0, 0.1, 0.4):
        overhead = measured(clock)
        for _ in range(200):
            had = 0.1 * (1 - alien)
            clock.pass_by(0.1, 0.8 * had, without_core=0.1 - had)
            note(overhead)
        shares.append(overhead.share)
    assert shares == pytest.approx([0.2, 0.2, 0.2])


def test_time_without_any_core_is_no_time_of_training(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, 0.0, without_core=SPAN)
    note(overhead)
    assert overhead.share is None


def test_an_interruption_does_not_count(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(100.0, 0.0)
    overhead.begin(5000)
    clock.pass_by(1.0, 1.0)
    note(overhead, step=5000, reading=0.1)
    assert overhead.share == 0.0


def test_it_is_never_more_than_all_or_less_than_nothing(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, 1.01 * SPAN)
    note(overhead)
    assert overhead.share == 0.0
    clock.pass_by(SPAN, 0.0)
    note(overhead, SPAN)
    assert overhead.share == 1.0


def test_waiting_for_a_core_is_the_fault_of_other_programs(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, 0.5 * SPAN, without_core=0.3 * SPAN)
    note(overhead)
    assert overhead.share == pytest.approx(0.2 / 0.7), "nor is that time one that the run had"


def test_but_not_as_far_as_other_threads_have_computed(clock: Clock) -> None:
    overhead = measured(clock)
    clock.pass_by(SPAN, 0.7 * SPAN, without_core=0.3 * SPAN, others=0.1 * SPAN)
    note(overhead)
    assert overhead.share == pytest.approx(0.1 / 0.8), "at most that long they had the core"
    overhead = measured(clock)
    clock.pass_by(SPAN, 0.9 * SPAN, without_core=0.1 * SPAN, others=0.6 * SPAN)
    note(overhead)
    assert overhead.share == pytest.approx(0.1), "and who has a core has lost nothing"


def test_where_the_system_does_not_tell_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overhead_module, "WAITED", Path("/nowhere/schedstat"))
    assert overhead_module.seconds_without_a_core() == 0.0


@pytest.mark.skipif(not overhead_module.WAITED.exists(), reason="only Linux tells")
def test_linux_tells_how_long_a_thread_waited() -> None:
    assert overhead_module.seconds_without_a_core() >= 0.0


def test_what_another_thread_computes_is_not_ones_own() -> None:
    def work() -> None:
        begun = clocks().own
        while clocks().own - begun < 0.05:
            pass

    before = clocks()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    after = clocks()
    assert after.others - before.others >= 0.05
    assert after.own - before.own < after.others - before.others, "this one has only waited"
