"""What is watched when: as often as asked, as the probes allow and as the budget affords; never two steps in a row."""

from __future__ import annotations

from itertools import pairwise

import pytest

from deepviz.engine import probes
from deepviz.registry import DefinitionError
from deepviz.training.watching import BUDGET, LONGEST, REMEMBERED, Watching

CHEAP, COSTLY = "gradients", "weight_histogram"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def run(watching: Watching, clock: Clock, seconds: float, plain: float, extra: dict[str, float]) -> dict[int, tuple]:
    """Steps for so long, of `plain` seconds each, with views that ask before each of them. What was read, by step."""
    end, step, read = clock.now + seconds, 0, {}
    while clock.now < end:
        watching.ask((CHEAP, COSTLY))
        keys = watching.begin(step, is_last=False)
        step += 1
        clock.now += plain + sum(extra[key] for key in keys)
        if keys:
            watching.end(step)
            read[step] = keys
    return read


def test_at_first_the_gradients_on_the_edges_are_wanted() -> None:
    watching = Watching(Clock())
    assert not watching.asked
    watching.ask()
    assert watching.asked
    assert watching.begin(0, is_last=False) == ("gradient_flow",)
    assert not watching.asked


def test_unknown_probes_are_refused_where_they_are_asked_for() -> None:
    with pytest.raises(DefinitionError, match="no_such"):
        Watching().ask(["no_such"])


def test_keys_come_in_the_order_of_the_registry() -> None:
    watching = Watching(Clock())
    watching.ask((COSTLY, CHEAP, COSTLY))
    assert watching.wanted == tuple(key for key in probes.registry if key in (CHEAP, COSTLY))


def test_each_probe_is_read_at_its_rate() -> None:
    clock = Clock()
    watching = Watching(clock, clock)
    read = run(watching, clock, 10, plain=0.001, extra={CHEAP: 1e-6, COSTLY: 1e-6})
    cheap, costly = (sum(key in keys for keys in read.values()) for key in (CHEAP, COSTLY))
    assert 250 < cheap < 350
    assert 19 <= costly <= 24


@pytest.mark.parametrize(("costly", "most"), [(0.008, 1.1), (0.05, 2.1)])
def test_watching_takes_no_more_than_its_budget_or_twice_of_it_where_that_takes_seconds(
    costly: float, most: float
) -> None:
    clock = Clock()
    watching = Watching(clock, clock)
    extra = {CHEAP: 0.004, COSTLY: costly}
    began = clock.now
    read = run(watching, clock, 60, plain=0.002, extra=extra)
    spent = sum(extra[key] for keys in read.values() for key in keys)
    assert 0.5 * BUDGET < spent / (clock.now - began) < most * BUDGET


def test_what_takes_up_to_twice_the_budget_a_second_is_read_every_second() -> None:
    clock = Clock()
    read = run(Watching(clock, clock), clock, 60, plain=0.002, extra={CHEAP: 2 * BUDGET * LONGEST, COSTLY: 0.0})
    assert 55 < len(read) < 62


def test_a_step_that_is_held_up_keeps_no_later_one_from_being_read() -> None:
    clock, own = Clock(), Clock()
    watching = Watching(clock, own)
    read = []
    for step in range(2000):
        watching.ask((CHEAP,))
        keys = watching.begin(step, is_last=False)
        clock.now, own.now = clock.now + 0.004, own.now + 0.004
        if keys:
            clock.now, own.now = clock.now + 0.03, own.now + 0.0002  # another program has the core meanwhile
            watching.end(step + 1)
            read.append(step)
    assert max(later - earlier for earlier, later in pairwise(read)) * 0.004 < 0.1
    assert watching.extra == pytest.approx(0.0002, rel=0.01)


def test_a_single_step_that_takes_long_says_little_of_what_probes_cost() -> None:
    clock = Clock()
    watching = Watching(clock, clock)
    run(watching, clock, 2, plain=0.002, extra={CHEAP: 1e-6, COSTLY: 1e-6})
    run(watching, clock, 0.4, plain=0.002, extra={CHEAP: 1e-6, COSTLY: 1e-6})
    watching.ask((CHEAP,))
    assert watching.begin(9000, is_last=True) == (CHEAP,)
    clock.now += 0.3
    watching.end(9001)
    watching.rest()
    assert len(run(watching, clock, 1, plain=0.002, extra={CHEAP: 1e-6, COSTLY: 1e-6})) > 20
    costs = len(run(watching, clock, 30, plain=0.002, extra={CHEAP: 0.01, COSTLY: 0.0}))
    assert costs < 30 * BUDGET / 0.01 * 1.2 + REMEMBERED


def test_slow_steps_are_never_watched_twice_in_a_row() -> None:
    clock = Clock()
    read = run(Watching(clock, clock), clock, 100, plain=0.5, extra={CHEAP: 0.0, COSTLY: 0.0})
    steps = sorted(read)
    assert len(steps) > 90
    assert all(later - earlier >= 2 for earlier, later in pairwise(steps))


def test_the_last_step_reads_all_that_is_wanted_at_once() -> None:
    clock = Clock()
    watching = Watching(clock, clock)
    run(watching, clock, 1, plain=0.01, extra={CHEAP: 0.1, COSTLY: 0.1})
    assert set(watching.begin(1000, is_last=True)) == {CHEAP, COSTLY}
    watching.ask(())
    assert watching.begin(1001, is_last=True) == ()


def test_an_empty_list_ends_the_watching() -> None:
    watching = Watching(Clock())
    watching.ask(())
    assert not watching.asked


def test_a_pause_is_not_taken_for_a_slow_step() -> None:
    clock = Clock()
    watching = Watching(clock, clock)
    run(watching, clock, 1, plain=0.01, extra={CHEAP: 0.0, COSTLY: 0.0})
    watching.rest()
    clock.now += 1000
    read = run(watching, clock, 10, plain=0.01, extra={CHEAP: 0.01, COSTLY: 0.0})
    assert len(read) < 10 * BUDGET / 0.01 * 1.2 + REMEMBERED


def test_that_a_step_is_recorded_the_first_time_keeps_nobody_waiting() -> None:
    clock = Clock()
    watching = Watching(clock, clock)
    run(watching, clock, 1, plain=0.001, extra={CHEAP: 0.0, COSTLY: 0.0})
    waited = []
    for _ in range(2):
        clock.now += 1
        watching.ask(("updates",))
        assert watching.begin(2000, is_last=False) == ("updates",)
        clock.now += 0.2
        watching.end(2001)
        clock.now += 0.1
        watching.ask()
        waited.append(not watching.begin(2050, is_last=False))
        watching.end(2051)
        watching.rest()
    assert waited == [False, True]
