"""A run that is held while somebody is asked, one that nobody waits for any more, and one that is told to go otherwise.

Whoever asks reads one step until the run goes on, and goes on to where it was going before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from deepviz.document.project import Project
from deepviz.engine.trainer import StepRecord, Trainer
from deepviz.training.loop import Loop
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from tests.training.test_session import PATIENCE, begin, small_project, wait_for


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """Sessions put into this list are ended with the test."""
    started: list[Session] = []
    yield started
    for session in started:
        assert session.stop(PATIENCE)


def step_of(session: Session) -> int:
    return session.snapshot().result(PATIENCE).step


def with_rate(project: Project, rate: float) -> Project:
    return replace(project, plan=replace(project.plan, optimizer=project.plan.optimizer.changed(learning_rate=rate)))


def test_a_run_that_is_held_makes_no_step_and_takes_no_time_until_it_goes_on(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=1_000_000))
    session.hold(True)
    held, seconds = step_of(session), session.seconds
    assert [step_of(session) for _ in range(20)] == [held] * 20
    assert session.seconds == seconds
    assert session.status == "running", "it goes on by itself when nobody holds it any more"
    session.hold(False)
    while step_of(session) <= held:
        pass
    assert session.seconds > seconds


def test_a_run_that_was_held_goes_to_where_it_was_going(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=1_000_000), paused=True)
    session.hold(True)
    session.run_to(40)
    assert step_of(session) == 0, "also what it is told meanwhile waits"
    session.hold(False)
    while step_of(session) < 40:
        pass
    assert wait_for(session, "paused") == "paused"
    session.hold(True)
    session.hold(False)
    assert [step_of(session), session.status] == [40, "paused"], "a pause stays a pause"


def test_a_run_that_is_held_can_be_ended(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=1_000_000))
    session.hold(True)
    held = step_of(session)
    assert session.stop(PATIENCE)
    assert (session.status, step_of(session)) == ("stopped", held)


def test_a_run_that_was_not_waited_for_leaves_the_timeline_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    in_step, may_end = threading.Event(), threading.Event()
    steps = Trainer.steps

    def slowly(trainer: Trainer) -> Iterator[StepRecord]:
        for record in steps(trainer):
            if record.step == 3:
                in_step.set()
                assert may_end.wait(PATIENCE)
            yield record

    monkeypatch.setattr(Trainer, "steps", slowly)
    session = Session(RunPlan.of(small_project()), paused=True)
    session.start()
    session.step(3)  # the state of the last step before a pause is kept
    assert in_step.wait(PATIENCE)
    try:
        assert not session.stop(timeout=0.0)
    finally:
        may_end.set()
    assert session.stop(PATIENCE)
    assert session.timeline.steps == (0,)


def test_what_somebody_wants_counts_also_while_a_planned_section_is_begun(sessions: list[Session]) -> None:
    """The window asks in the moment between two lines of the thread: it must not show what is not gone by."""
    first = RunPlan.of(small_project(epochs=1000))
    planned, wanted = (RunPlan(with_rate(first.project, rate), first.data) for rate in (0.02, 0.03))
    session = Session(first, paused=True, later=((0, first), (5, planned)))

    class Meddled(list[tuple[int, RunPlan]]):
        def pop(self, *where: int) -> tuple[int, RunPlan]:  # type: ignore[override]
            taken = super().pop(*where)
            if taken[0] == 5:
                session.follow(wanted)
            return taken

    loop: Loop = session._loop
    loop._later = Meddled(loop._later)
    session.start()
    sessions.append(session)
    session.step(8)
    while step_of(session) < 8:
        pass
    assert [record.values["learning_rate"] for record in session.drain()] == [0.1] * 5 + [0.02] + [0.03] * 2
    assert [(step, plan is wanted) for step, plan, _ in session.drain_changes()] == [(0, False), (5, False), (6, True)]
    assert session.plan is wanted
    assert loop.plan is wanted
