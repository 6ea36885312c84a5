"""When a state of a run is kept: closely at first, and never for more than a small share of the time."""

from __future__ import annotations

import pytest

from deepviz.training.keeping_pace import BUDGET, LEAST_INTERVAL, LONG_INTERVAL, NEVER, KeepingPace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def kept(pace: KeepingPace, clock: Clock, step: int, seconds: float = 0.0, extra: float = 0.0, every: int = 1) -> None:
    """Keep the state after a step, which takes so many seconds."""
    began = pace.clock()
    clock.now += seconds
    pace.note(step, began, extra, every)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> KeepingPace:
    return KeepingPace(clock)


def test_keeping_rests_so_long_that_it_takes_a_small_share_of_the_time(pace: KeepingPace, clock: Clock) -> None:
    assert pace.is_due(1)
    kept(pace, clock, 1, 0.05, extra=0.03)
    assert pace.seconds == pytest.approx(0.05)
    pace.next_step = 1000
    clock.now += 0.079 / BUDGET
    assert not pace.is_due(2)
    clock.now += 0.002 / BUDGET
    assert pace.is_due(2)


@pytest.mark.parametrize(("every", "interval"), [(1, LEAST_INTERVAL), (2, 2 * LEAST_INTERVAL), (16, LONG_INTERVAL)])
def test_what_costs_nothing_comes_at_intervals_that_grow_when_states_have_been_let_go(
    pace: KeepingPace, clock: Clock, every: int, interval: float
) -> None:
    kept(pace, clock, 2, every=every)
    pace.next_step = 1000
    clock.now += 0.9 * interval
    assert not pace.is_due(3)
    clock.now += 0.2 * interval
    assert pace.is_due(3)


def test_nobody_who_does_not_watch_pays_for_the_beginning(pace: KeepingPace, clock: Clock) -> None:
    kept(pace, clock, 2)
    assert pace.next_step == NEVER > 1 << 60
    assert pace.is_due(4)
    assert pace.next_step == 5
    pace.go_back()
    assert pace.next_step == NEVER


@pytest.mark.parametrize(
    ("seconds", "steps"),
    [
        (0.0, [*range(1, 17), 18, 20, 22, 24, 27, 30, 33, 37]),
        (0.002, [1, 2, 4, 8, 16, 32]),
    ],
    ids=["cheap: each at first, then an eighth further", "dear: powers of two"],
)
def test_which_are_due_by_their_number(pace: KeepingPace, clock: Clock, seconds: float, steps: list[int]) -> None:
    found = []
    for step in range(1, 40):
        if pace.is_due(step):
            found.append(step)
            kept(pace, clock, step, seconds)
    assert found == steps


def test_one_state_that_was_held_up_by_others_does_not_make_the_rest_dear(pace: KeepingPace, clock: Clock) -> None:
    pace.is_due(1)
    kept(pace, clock, 1)
    kept(pace, clock, 2, 0.05)
    assert pace.next_step == 3
    kept(pace, clock, 3, 0.05)
    assert pace.next_step == 6
