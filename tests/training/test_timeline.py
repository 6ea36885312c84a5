"""Kept states: bounded in number and memory, spread over the run, and exact."""

from __future__ import annotations

from functools import partial

import numpy as np

from deepviz.engine.trainer_state import TrainerState
from deepviz.training.timeline import BUDGET, LEAST_INTERVAL, Timeline, state_bytes


def state(step: int, size: int = 4) -> TrainerState:
    weights = {"dense_1/W": np.full(size, step, np.float32)}
    return TrainerState(step, 0.1, weights, {"m": {"dense_1/W": np.zeros(size, np.float32)}})


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def filled(steps: int, most: int, pinned: tuple[int, ...] = ()) -> Timeline:
    timeline = Timeline(most)
    for step in range(steps):
        timeline.keep(partial(state, step), pinned=step in pinned)
    return timeline


def test_every_state_is_found_by_its_step():
    timeline = filled(10, 20)
    assert timeline.steps == tuple(range(10))
    found = timeline.at(7)
    assert found is not None
    assert found.weights["dense_1/W"].tolist() == [7, 7, 7, 7]
    assert timeline.at(11) is None


def test_of_too_many_some_go_and_the_rest_is_spread_over_the_run():
    timeline = filled(1000, 20)
    steps = timeline.steps
    assert len(steps) <= 20
    assert steps[0] == 0
    assert steps[-1] == 999
    gaps = np.diff(steps[:-1])
    assert len(steps) >= 10
    assert gaps.max() <= 2000 / len(steps), f"a hole in {steps}"


def test_what_is_asked_for_stays():
    timeline = filled(500, 12, pinned=(100, 101, 333))
    assert {100, 101, 333} <= set(timeline.steps)
    assert timeline.pinned == {100, 101, 333}


def test_even_those_are_bounded():
    timeline = filled(200, 12, pinned=tuple(range(200)))
    assert len(timeline.steps) == 12
    assert timeline.steps[0] == 0
    assert timeline.steps[-1] == 199


def test_memory_is_bounded_but_some_are_kept_of_large_networks():
    each = state_bytes(state(1, 1000))
    assert each == 2 * 4 * 1000
    timeline = Timeline(most_states=1000, most_bytes=20 * each)
    for step in range(300):
        timeline.keep(partial(state, step, 1000))
    assert 10 <= len(timeline.steps) <= 20
    assert timeline.nbytes == len(timeline.steps) * each
    huge = Timeline(most_states=1000, most_bytes=each // 2)
    for step in range(300):
        huge.keep(partial(state, step, 1000))
    assert 4 <= len(huge.steps) <= 8


def test_a_state_of_the_same_step_takes_the_place_of_the_one_before():
    timeline = filled(3, 20)
    timeline.keep(lambda: state(2, 8))
    assert timeline.steps == (0, 1, 2)
    found = timeline.at(2)
    assert found is not None
    assert len(found.weights["dense_1/W"]) == 8


def test_what_comes_after_a_step_is_forgotten():
    timeline = filled(10, 20, pinned=(3, 8))
    timeline.cut(5)
    assert timeline.steps == tuple(range(6))
    assert timeline.pinned == {3}


def test_keeping_rests_so_long_that_it_takes_a_small_share_of_the_time():
    clock = Clock()
    timeline = Timeline(clock=clock)

    def slowly() -> TrainerState:
        clock.now += 0.05
        return state(1)

    assert timeline.is_due
    timeline.keep(slowly, extra=0.03)
    clock.now += 0.079 / BUDGET
    assert not timeline.is_due
    clock.now += 0.002 / BUDGET
    assert timeline.is_due
    timeline.keep(lambda: state(2))
    clock.now += 0.9 * LEAST_INTERVAL
    assert not timeline.is_due
    clock.now += 0.2 * LEAST_INTERVAL
    assert timeline.is_due
