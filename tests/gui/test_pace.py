"""How fast a run goes, and how long the window rests between two looks at it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from deepviz.gui import pace
from deepviz.gui.pace import (
    COLLECTIONS,
    FAST,
    LONGEST,
    MOST,
    SHARE,
    SHARE_OF_FAST,
    SHORTEST,
    SPAN,
    Pace,
    Rhythm,
)


def test_the_speed_is_that_of_the_last_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    seen = Pace()
    assert seen.steps_per_second == 0
    assert seen.last == 0
    seen.note(10)
    assert seen.steps_per_second == 0, "one moment says nothing"
    for now[0], step in ((0.5, 20), (1.0, 40), (0.6 + SPAN, 100)):
        seen.note(step)
    assert seen.steps_per_second == pytest.approx(60 / 0.6), "since step 40: what was before is longer ago"
    assert seen.last == 100
    seen.clear()
    assert seen.steps_per_second == 0


class Person:
    """Someone who asks every millisecond whether it is time for the next picture; each picture costs something."""

    def __init__(self) -> None:
        self.now, self.spent = 100.0, 5.0
        self.rhythm = Rhythm(lambda: self.spent, lambda: self.now)

    def waits(self, costs: list[float], speed: float = 0.0) -> list[float]:
        """The milliseconds after each of some pictures until the next one was due; they take so many seconds."""
        assert self.rhythm.is_due(speed)
        return self.waits_after(costs, speed)

    def waits_after(self, costs: list[float], speed: float = 0.0) -> list[float]:
        """The same, after a picture that was shown."""
        found = []
        for cost in costs:
            self.spent += cost
            start = self.now
            while not self.rhythm.is_due(speed):
                self.now += 0.001
            found.append(1000 * (self.now - start))
        return found


def test_cheap_pictures_come_thirty_times_a_second() -> None:
    assert Person().waits([0.0001] * 50) == pytest.approx([SHORTEST] * 50, abs=1)


def test_pictures_that_cost_more_come_so_seldom_that_they_take_a_small_share_of_the_time() -> None:
    found = Person().waits([0.01] * 50)
    assert found[0] == pytest.approx(SHORTEST, abs=1)
    assert found[-1] == pytest.approx(1000 * 0.01 / SHARE, abs=1)
    assert all(earlier <= later + 1.01 for earlier, later in pairwise(found))


def test_a_run_of_many_steps_a_second_is_shown_more_often() -> None:
    assert Person().waits([0.01] * 50, FAST)[-1] == pytest.approx(1000 * 0.01 / SHARE_OF_FAST, abs=1)
    assert Person().waits([0.01] * 50, FAST - 1)[-1] == pytest.approx(1000 * 0.01 / SHARE, abs=1)


def test_however_much_a_picture_costs_the_window_goes_on_showing_the_run() -> None:
    assert Person().waits([2.0] * 20)[-1] == pytest.approx(LONGEST, abs=1)


def test_one_picture_that_took_long_is_soon_forgotten() -> None:
    found = Person().waits([0.001] * 10 + [0.2] + [0.001] * 20)
    assert found[11] == pytest.approx(LONGEST, abs=1)
    assert found[-1] == pytest.approx(SHORTEST, abs=1)


def test_what_was_computed_during_a_break_does_not_count() -> None:
    person = Person()
    person.waits([0.0001] * 3)
    person.rhythm.rest()
    person.spent += 10
    assert person.rhythm.is_due(), "after a break there is something to show"
    assert person.waits_after([0.0001]) == pytest.approx([SHORTEST], abs=1)


def test_what_is_taken_in_does_not_count_as_part_of_a_picture() -> None:
    person = Person()

    def work() -> None:
        person.spent += 1.0

    person.rhythm.collect(work, at_once=True)
    for _ in range(5):
        person.rhythm.is_due()
        person.rhythm.collect(work, at_once=True)
        person.now += 1.0
    assert person.rhythm.milliseconds == SHORTEST


class Run:
    """A slow run that loses what pictures take, times a factor, and something besides; it tells a mean of 2 seconds."""

    def __init__(self, person: Person, factor: float, besides: float) -> None:
        self.person, self.factor, self.besides = person, factor, besides
        self.lost = 0.0

    def goes_on(self, seconds: float, picture: float, speed: float = 300.0) -> list[float]:
        """When pictures were shown, in milliseconds between them, each of which takes so many seconds."""
        shown: list[float] = []
        end = self.person.now + seconds
        while self.person.now < end:
            took = 0.0
            if self.person.rhythm.is_due(speed, self.lost):
                self.person.spent += picture
                took = picture
                shown.append(1000 * self.person.now)
            self.person.now += 0.001
            self.lost += (self.factor * took / 0.001 + self.besides - self.lost) * 0.001 / 2.0
        return np.diff(shown).tolist()


def test_a_run_that_loses_more_than_it_may_is_shown_less_often_until_it_does_not() -> None:
    run = Run(Person(), factor=1.5, besides=0.02)
    assert 1.5 * SHARE + 0.02 > MOST, "with as many pictures as there may be it would lose too much"
    run.goes_on(20.0, picture=0.003)
    between, lost = run.goes_on(10.0, picture=0.003), run.lost
    assert lost == pytest.approx(MOST, rel=0.08)
    assert np.mean(between) == pytest.approx(1000 * 0.003 / ((MOST - 0.02) / 1.5), rel=0.08)
    assert np.ptp(between) < 0.2 * np.mean(between), "it does not swing"


def test_a_run_that_loses_little_is_shown_as_often_as_may_be() -> None:
    run = Run(Person(), factor=0.8, besides=0.01)
    assert run.goes_on(20.0, picture=0.006)[-1] == pytest.approx(1000 * 0.006 / SHARE, abs=1)


def test_there_are_always_pictures_that_move_and_with_less_to_do_there_are_more_at_once() -> None:
    run = Run(Person(), factor=1.0, besides=0.3)
    assert run.goes_on(30.0, picture=0.006)[-1] == pytest.approx(LONGEST, abs=1)
    run.besides = 0.0
    found = run.goes_on(15.0, picture=0.006)
    assert found[-1] == pytest.approx(1000 * 0.006 / SHARE, rel=0.05)
    assert min(found[:60]) < 0.6 * LONGEST, "it has not gone on lowering the share while that changed nothing"


def test_of_a_fast_run_and_where_nobody_knows_what_it_loses_the_share_stays() -> None:
    person = Person()
    run = Run(person, factor=1.0, besides=0.5)
    assert run.goes_on(20.0, picture=0.01, speed=FAST)[-1] == pytest.approx(1000 * 0.01 / SHARE_OF_FAST, abs=1)
    assert person.waits_after([0.01] * 30)[-1] == pytest.approx(1000 * 0.01 / SHARE, abs=1)


def test_what_comes_after_a_break_is_not_taken_for_one_long_time() -> None:
    run = Run(Person(), factor=1.5, besides=0.02)
    run.goes_on(30.0, picture=0.003)
    before = run.person.rhythm.milliseconds
    run.person.rhythm.rest()
    run.person.now += 1000.0
    run.lost = 0.5
    run.person.rhythm.is_due(300.0, run.lost)
    assert run.person.rhythm.milliseconds == pytest.approx(before, rel=0.05)


def collections(person: Person, seconds: float) -> list[float]:
    """When something is taken in by somebody who offers it every millisecond, in milliseconds from now."""
    start, found = person.now, []
    while person.now < start + seconds:
        person.rhythm.collect(lambda: found.append(1000 * (person.now - start)), at_once=False)
        person.now += 0.001
    return found


def test_it_is_taken_in_a_few_times_for_each_picture() -> None:
    person = Person()
    assert np.diff(collections(person, 1.0)) == pytest.approx(SHORTEST, abs=1.5), "pictures cost nothing so far"
    person.waits([0.009] * 50)
    between = person.rhythm.milliseconds
    assert 3 * SHORTEST < between < LONGEST
    assert np.diff(collections(person, 1.0)) == pytest.approx(between / COLLECTIONS, abs=1.5)
    person.waits_after([2.0] * 50)
    assert np.diff(collections(person, 1.0)) == pytest.approx(LONGEST / COLLECTIONS, abs=1.5)


def test_it_is_taken_in_at_once_for_a_picture_and_after_a_break() -> None:
    person, found = Person(), []
    for _ in range(3):
        person.rhythm.collect(lambda: found.append("once"), at_once=True)
    assert found == ["once"] * 3
    person.rhythm.collect(lambda: found.append("too early"), at_once=False)
    person.rhythm.rest()
    person.rhythm.collect(lambda: found.append("after a break"), at_once=False)
    assert found == ["once"] * 3 + ["after a break"]
