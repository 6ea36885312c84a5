"""A stopwatch goes while steps are made; a run knows for how long it has trained, however short it was."""

from __future__ import annotations

import threading

import pytest

from deepviz.training.branching import branched
from deepviz.training.history import History
from deepviz.training.history_arrays import until
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from deepviz.training.short_history import shortened
from deepviz.training.stopwatch import Stopwatch
from tests.training.run_made import project, trained

PATIENCE = 60.0


class Clock:
    """A time that is said by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_counts_only_while_it_goes() -> None:
    clock = Clock()
    watch = Stopwatch(2.0, clock)
    clock.now += 5
    assert watch.seconds == 2.0
    watch.go(True)
    clock.now += 3
    assert watch.seconds == 5.0
    watch.go(True)
    clock.now += 1
    watch.go(False)
    clock.now += 50
    watch.go(False)
    assert watch.seconds == 6.0
    watch.go(True)
    clock.now += 0.5
    assert watch.seconds == 6.5


def test_a_session_counts_steps_and_no_pauses() -> None:
    clock, has_paused = Clock(), threading.Event()
    session = Session(RunPlan.of(project(epochs=2)), paused=True, seconds=7.0)
    session._loop.stopwatch = Stopwatch(7.0, clock)
    go = session._loop.stopwatch.go

    def seen(is_going: bool) -> None:
        go(is_going)
        if not is_going:
            has_paused.set()

    session._loop.stopwatch.go = seen  # type: ignore[method-assign]
    session.start()
    assert has_paused.wait(PATIENCE)
    assert session.seconds == 7.0
    has_paused.clear()
    session.step(2)
    assert has_paused.wait(PATIENCE)
    clock.now += 1000
    assert session.seconds == 7.0
    assert session.stop(PATIENCE)


def test_a_run_that_nobody_saw_running_has_its_time() -> None:
    session = Session(RunPlan.of(project(epochs=1)))
    session.start()
    session._thread.join(PATIENCE)
    assert session.status == "finished"
    first = session.seconds
    assert first > 0
    assert session.seconds == first, "it stands still"
    state = session.snapshot().result(PATIENCE)
    longer = project(epochs=3)
    again = Session(RunPlan.of(longer), state, seconds=first)
    again.start()
    again._thread.join(PATIENCE)
    assert again.seconds > first


def test_a_history_keeps_it_but_a_branch_begins_anew() -> None:
    history = trained(project(epochs=2)).history
    history.seconds, history.began = 12.25, 1_700_000_000.0
    for kept in (History.from_arrays(history.to_arrays()), History.from_arrays(until(history.to_arrays(), 1))):
        assert (kept.seconds, kept.began) == (12.25, 1_700_000_000.0)
    assert shortened(history).seconds == 12.25
    assert branched(history, 1).seconds == 0.0


@pytest.mark.parametrize("damaged", [float("nan"), float("inf"), -1.0])
def test_times_that_are_none_are_not_known(damaged: float) -> None:
    history = trained(project(epochs=1)).history
    history.seconds = history.began = damaged
    read = History.from_arrays(history.to_arrays())
    assert (read.seconds, read.began) == (0.0, 0.0)
    assert len(read) == len(history)
