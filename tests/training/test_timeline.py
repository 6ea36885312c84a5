"""Kept states: bounded in number and memory, spread over the run, and exact."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document.kept_states import state_bytes
from deepviz.engine.trainer_state import Best, CourseState, TrainerState
from deepviz.training.keeping_pace import AHEAD, BUDGET, CLOSELY, NEVER
from deepviz.training.timeline import MOST_STATES, Timeline


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


def test_which_state_is_due_next_is_asked_again_after_a_way_back():
    timeline = filled(3, 20)
    assert timeline.is_due(3)
    timeline.keep(partial(state, 3))
    assert timeline.next_step == 4
    timeline.cut(1)
    assert timeline.next_step == NEVER


def run_of(steps_a_second: float, seconds: float, cost: float, ask_every: float = 0.033) -> tuple[Timeline, float]:
    """A run as a session drives it, and for how many seconds states were kept; making a state takes `cost` seconds."""
    clock = Clock()
    timeline = Timeline(clock=clock)
    begin, spent, step, asked = clock.now, 0.0, 0, clock.now

    def make() -> TrainerState:
        clock.now += cost
        return state(step)

    timeline.keep(make)
    while clock.now < begin + seconds:
        # To the next step that anything is to be decided about.
        to_ask = max(1, round((asked - clock.now) * steps_a_second))
        ahead = max(1, min(to_ask, timeline.next_step - step))
        step, clock.now = step + ahead, clock.now + ahead / steps_a_second
        if (clock.now >= asked or step >= timeline.next_step) and timeline.is_due(step):
            timeline.keep(make)
            spent += cost
        if clock.now >= asked:
            asked = clock.now + ask_every
    return timeline, spent


def test_a_short_run_of_a_small_network_has_many_and_begins_closely():
    timeline, spent = run_of(30_000, 4.0, 0.0002)
    assert len(timeline.steps) > 120, "it was 40 when one was kept in a tenth of a second"
    assert timeline.steps[:17] == tuple(range(17))
    gaps = np.diff(timeline.steps)
    assert gaps.max() <= 1.1 * 0.033 * 30_000
    assert spent <= 4.0 * BUDGET + AHEAD * BUDGET


@given(rate=st.floats(5, 50_000), seconds=st.floats(0.5, 60), cost=st.floats(0.00001, 0.03), ask=st.floats(0.01, 0.2))
@settings(max_examples=40, deadline=None)
def test_whatever_a_state_costs_keeping_takes_its_share_and_the_beginning_is_there(rate, seconds, cost, ask):
    timeline, spent = run_of(rate, seconds, cost, ask)
    steps = np.array(timeline.steps)
    assert steps[0] == 0
    assert (np.diff(steps) > 0).all()
    assert len(steps) <= MOST_STATES
    # The last one may be paid for after the end.
    assert spent <= BUDGET * (seconds + AHEAD) + 2 * cost + 1e-9
    if cost < 0.0001 and len(steps) < MOST_STATES / 2:
        every_eighth = [now + max(1, now // CLOSELY) for now in steps[:-1]]
        assert (steps[1:] <= every_eighth).all(), "between two kept ones lies at most an eighth of the way so far"


@given(
    arrivals=st.lists(st.integers(1, 1000), min_size=1, max_size=400),
    most=st.integers(4, 60),
    pins=st.sets(st.integers(0, 399), max_size=6),
    cut=st.none() | st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_first_newest_and_pinned_and_leaves_no_hole(arrivals, most, pins, cut):
    """Whatever the distances of the steps that come: of those that came, no stretch is without one."""
    came = [0, *np.cumsum(arrivals).tolist()]
    timeline = Timeline(most)
    for number, step in enumerate(came):
        timeline.keep(partial(state, step), pinned=number in pins)
    pinned = {came[number] for number in pins if number < len(came)}
    if cut is not None:
        at = came[int(cut * (len(came) - 1))]
        kept_before = [step for step in timeline.steps if step <= at]
        timeline.cut(at)
        assert list(timeline.steps) == kept_before
        assert timeline.pinned == pinned & set(kept_before)
        return
    steps = timeline.steps
    assert len(steps) <= most
    assert (steps[0], steps[-1]) == (0, came[-1])
    assert list(steps) == sorted(set(steps))
    assert set(steps) <= set(came)
    if len(pinned) + 3 < most / 2:
        assert pinned <= set(steps)
        numbers = [came.index(step) for step in steps]
        assert max(np.diff(numbers)) <= 2 * max(1.0, len(came) / (most / 2 - len(pinned)))
        assert len(steps) >= min(len(came), most / 2 - len(pinned) - 1)


@given(
    count=st.integers(0, 300),
    size=st.integers(1, 50),
    most=st.integers(1, 64),
    most_bytes=st.integers(0, 20_000),
    pins=st.sets(st.integers(0, 299), max_size=5),
    before=st.integers(0, 320),
)
@settings(max_examples=80, deadline=None)
def test_what_is_selected_for_a_file_is_bounded_and_spread(count, size, most, most_bytes, pins, before):
    timeline = Timeline(200)
    for step in range(count):
        timeline.keep(partial(state, step, size), pinned=step in pins)
    selected = timeline.selected(before, most_bytes, most)
    room = min(most, most_bytes // (2 * 4 * size))
    there = [step for step in timeline.steps if step < before]
    assert len(selected.steps) <= room
    assert set(selected.steps) <= set(there)
    assert list(selected.steps) == sorted(selected.steps)
    assert selected.pinned == set(selected.steps) & timeline.pinned
    if room and there:
        assert selected.steps[0] == there[0], "the first is always there"
        if len(there) <= room:
            assert list(selected.steps) == there
    wanted = {there[0], *(set(there) & timeline.pinned)} if there else set()
    if len(wanted) <= room:
        assert wanted <= set(selected.steps)
        if len(there) > room:
            assert len(selected.steps) >= (room - len(wanted)) / 4


def test_the_best_weights_count_once_for_all_states_that_know_them():
    best = Best(3, 0.5, {"dense_1/W": np.zeros(100, np.float32)})
    timeline = Timeline()
    for step in range(8):
        knows = replace(state(step, 100), course=CourseState(best=best if step > 3 else None))
        timeline.keep(lambda knows=knows: knows)
    assert len(timeline.selected(8, 8 * 800 + 400).steps) == 8
    assert len(timeline.selected(8, 8 * 800 + 399).steps) == 4


def test_the_selection_stays_while_the_run_goes_on_until_there_is_more_to_choose_from():
    timeline, seen = Timeline(), set()
    for step in range(400):
        timeline.keep(partial(state, step, 100))
        seen.add(timeline.selected(step, 5 * 800).steps)
    assert len(seen) < 30, "a large file is not to be written every time"


def test_a_timeline_that_was_kept_goes_on_as_one():
    before = filled(30, 100, pinned=(7,))
    timeline = Timeline.of(before.selected(29))
    assert timeline.steps == tuple(range(29))
    assert timeline.pinned == {7}
    for step in range(29, 1000):
        timeline.keep(partial(state, step))
    assert timeline.steps[0] == 0
    assert 7 in timeline.steps
    assert timeline.steps[-1] == 999
