"""A run that is slowed down makes so many steps a second, and listens meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from deepviz.training.stretches import Stretches
from deepviz.training.tempo import ARREARS, Tempo
from tests.training.test_session import ENDLESS, PATIENCE, begin, sessions, small_project, wait_for

__all__ = ["sessions"]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def course(tempo: Tempo, clock: Clock, seconds: float, busy: float = 0.0) -> int:
    """How many steps somebody makes in some time who waits as he is told; each takes so many seconds."""
    end, steps = clock.now + seconds, 0
    while True:
        clock.now += tempo.seconds_to_wait
        if clock.now > end:
            return steps
        tempo.note()
        clock.now += busy or 1e-6
        steps += 1


def test_without_a_limit_there_is_nothing_to_wait_for() -> None:
    tempo = Tempo(Clock())
    tempo.note()
    assert tempo.limit is None
    assert tempo.seconds_to_wait == 0.0


@pytest.mark.parametrize("limit", [1, 10, 1000])
def test_so_many_steps_are_made_in_a_second(limit: float) -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo.limit = limit
    assert tempo.seconds_to_wait == 0.0, "the first one comes at once"
    assert course(tempo, clock, 20.0) == pytest.approx(20 * limit, abs=1 + ARREARS * limit)


def test_who_is_late_catches_up_a_little_but_not_for_long() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo.limit = 100
    course(tempo, clock, 1.0)
    clock.now += 0.05
    assert course(tempo, clock, 0.95) == pytest.approx(100, abs=2)
    clock.now += 60.0
    assert course(tempo, clock, 1.0) == pytest.approx(100 + ARREARS * 100, abs=2)


def test_who_cannot_be_so_fast_does_not_wait() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo.limit = 100
    assert course(tempo, clock, 10.0, busy=0.05) == pytest.approx(200, abs=1)


def test_after_a_break_and_with_another_limit_the_next_step_comes_at_once() -> None:
    clock = Clock()
    tempo = Tempo(clock)
    tempo.limit = 0.1
    tempo.note()
    assert tempo.seconds_to_wait == pytest.approx(10.0 - ARREARS)
    tempo.rest()
    assert tempo.seconds_to_wait == 0.0
    tempo.note()
    tempo.limit = 5
    assert tempo.seconds_to_wait == 0.0


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_no_run_is_slowed_down_to_nothing(limit: float) -> None:
    with pytest.raises(ValueError, match="steps a second"):
        Tempo().limit = limit


def test_a_slow_run_makes_the_same_steps_and_obeys_at_once(sessions: list[Session]) -> None:
    project = small_project(epochs=ENDLESS)
    session = begin(sessions, project, paused=True)
    session.slow_down(0.01)
    session.resume()
    session.step(3)
    for _ in range(5):
        session.step(1)
    session.pause()
    assert session.snapshot().result(PATIENCE).step <= 9
    assert session.overhead is None, "nobody loses time who has it"
    session.slow_down(None)
    session.run_to(50)
    wait_for(session, "paused")
    while (state := session.snapshot().result(PATIENCE)).step < 50:
        pass
    trainer = RunPlan.of(project).trainer()
    for _, _record in zip(range(50), trainer.steps(), strict=False):
        pass
    for name, array in trainer.network.parameters.items():
        np.testing.assert_array_equal(state.parameters[name], array)


def test_what_watching_costs_is_told_where_nothing_is_slowed_down(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=ENDLESS))
    assert watched_until_told(session) <= 1
    session.slow_down(1000)
    session.snapshot().result(PATIENCE)
    assert session.overhead is None, "nobody loses time who has it"
    session.slow_down(None)
    session.snapshot().result(PATIENCE)
    assert session.overhead is not None


def test_what_stretches_tell_is_part_of_it(sessions: list[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stretches, "lost", property(lambda stretches: 1.0))
    session = begin(sessions, small_project(epochs=ENDLESS))
    assert watched_until_told(session) == pytest.approx(1.0), "all that steps computed was lost, and all else anyway"


def test_stretches_are_measured_and_another_plan_forgets_them(
    sessions: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[float] = []
    forget = Stretches.forget

    def noted(stretches: Stretches) -> None:
        forgotten.append(stretches._all.steps if hasattr(stretches, "_all") else 0.0)
        forget(stretches)

    monkeypatch.setattr(Stretches, "forget", noted)
    session = begin(sessions, small_project(epochs=ENDLESS))
    while session.snapshot().result(PATIENCE).step < 5000:
        pass
    session.follow(session.plan)
    session.snapshot().result(PATIENCE)
    assert len(forgotten) == 2
    assert forgotten[1] > 100, "what was known of steps by the plan before"


def watched_until_told(session: Session) -> float:
    """Look at a run until it says what that costs."""
    moment = threading.Event()
    for _ in range(int(PATIENCE / 0.002)):
        session.watch()
        if (share := session.overhead) is not None:
            return share
        moment.wait(0.002)
    raise AssertionError("It never said.")


def test_a_slow_run_stops_at_once(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=ENDLESS))
    session.slow_down(0.001)
    wait_for(session, "running")
    assert session.stop(PATIENCE)
    assert session.status == "stopped"
