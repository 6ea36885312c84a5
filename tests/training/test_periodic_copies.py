"""At the end of every so many epochs the state of a run is kept for good: exactly, and never let go for another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.document.file_format import load
from deepviz.document.project import Project
from deepviz.engine.trainer_state import TrainerState
from deepviz.training.checkpoint import Checkpoint, checkpoint_of
from deepviz.training.checkpoint_files import write_copy
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from tests.training.test_session import PATIENCE, begin, small_project, wait_for, wait_for_rest_at


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """Sessions put into this list are ended with the test."""
    started: list[Session] = []
    yield started
    for session in started:
        assert session.stop(PATIENCE)


def with_run(project: Project, **changes: object) -> Project:
    return replace(project, plan=replace(project.plan, run=project.plan.run.changed(**changes)))


def headless(project: Project) -> dict[int, TrainerState]:
    """The state after every step of a run without a thread."""
    trainer = RunPlan.of(project).trainer()
    return {record.step: trainer.state() for record in trainer.steps()}


def assert_same_state(one: TrainerState, other: TrainerState) -> None:
    assert (one.step, one.place, one.learning_rate) == (other.step, other.place, other.learning_rate)
    for name, array in other.weights.items():
        np.testing.assert_array_equal(one.weights[name], array)
    for vector, parts in other.optimizer_vectors.items():
        for name, array in parts.items():
            np.testing.assert_array_equal(one.optimizer_vectors[vector][name], array)


@pytest.mark.parametrize("is_watched", [False, True])
@pytest.mark.parametrize("every", [1, 2, 3, 7, 8])
def test_states_are_kept_at_the_end_of_every_so_many_epochs(
    sessions: list[Session], every: int, is_watched: bool
) -> None:
    project = with_run(small_project(epochs=7), checkpoint_every=every)
    expected = headless(project)
    per_epoch = len(expected) // 7
    session = Session(RunPlan.of(project), paused=True)
    sessions.append(session)
    if is_watched:
        session.watch()
    session.start()
    session.resume()
    while session.status not in ("finished", "failed"):
        if is_watched:
            session.watch()
        wait_for(session, "finished", "running", "failed")
    assert session.status == "finished"
    assert sorted(session.timeline.pinned) == [epoch * per_epoch for epoch in range(every, 8, every)]
    for step in session.timeline.pinned:
        state = session.timeline.at(step)
        assert state is not None
        assert state.place is not None
        assert state.place.seen == 0
        assert_same_state(state, expected[step])


def test_none_are_kept_unless_that_is_wanted(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=3))
    wait_for(session, "finished")
    assert session.timeline.pinned == frozenset()


def test_another_batch_size_on_the_way_moves_the_ends_of_epochs(sessions: list[Session]) -> None:
    project = with_run(small_project(epochs=5), checkpoint_every=1)
    plan = RunPlan.of(project)
    session = Session(plan, paused=True)
    sessions.append(session)
    session.start()
    session.step(4)
    wait_for_rest_at(session, 4)
    session.follow(RunPlan(with_run(project, batch_size=100), plan.data))
    session.resume()
    wait_for(session, "finished")
    states = [session.timeline.at(step) for step in sorted(session.timeline.pinned)]
    assert [state.place for state in states if state is not None] == [(epoch, 0) for epoch in (1, 2, 3, 4, 5)]


def test_steps_one_by_one_keep_them_as_well(sessions: list[Session]) -> None:
    project = with_run(small_project(epochs=3), checkpoint_every=2)
    per_epoch = RunPlan.of(project).trainer().steps_per_epoch
    session = begin(sessions, project, paused=True)
    made = 0
    for epoch in (1, 2, 3):
        session.step_epoch()
        while made < epoch * per_epoch:
            made += len(session.drain())
            wait_for(session, "paused", "running", "finished")
    session.stop(PATIENCE)
    assert session.timeline.pinned == {2 * per_epoch}


def test_a_copy_is_opened_and_goes_on_as_the_run_did(sessions: list[Session], tmp_path: Path) -> None:
    project = with_run(small_project(epochs=6), checkpoint_every=2)
    expected = headless(project)
    session = begin(sessions, project)
    wait_for(session, "finished")
    history = History(session.layers)
    history.append(session.drain())
    for step in sorted(session.timeline.pinned):
        state = session.timeline.at(step)
        assert state is not None
        assert state.place is not None
        path = write_copy(tmp_path / "net.deepviz", state.place.epoch, Checkpoint(project, state, history))
        loaded = load(path)
        assert loaded.trained is not None
        checkpoint, warning = checkpoint_of(loaded.project, loaded.trained)
        assert not warning
        assert int(checkpoint.history.steps[-1]) == step
        assert_same_state(checkpoint.state, expected[step])
        trainer = RunPlan.of(loaded.project).trainer(state=checkpoint.state)
        for record in trainer.steps():
            assert_same_state(trainer.state(), expected[record.step])
        assert trainer.step == max(expected)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        f"net.epoch-000{epoch}.deepviz" for epoch in (2, 4, 6)
    ]
