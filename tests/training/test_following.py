"""Changing the plan of a run, its ending in words, and the weights that it has come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deepviz.document.project import Project
from deepviz.engine import metrics, schedules, stopping
from deepviz.training.checkpoint import Checkpoint, trained_of
from deepviz.training.ending import Ending
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan, same_run
from deepviz.training.session import Session
from tests.training.test_session import PATIENCE, begin, small_project, wait_for

PER_EPOCH = 15
LIMIT = stopping.StepLimit(steps=20)


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """Sessions put into this list are ended with the test."""
    started: list[Session] = []
    yield started
    for session in started:
        assert session.stop(PATIENCE)


def planned(project: Project, keep_best: bool = False, **changes: Any) -> Project:
    run = project.plan.run.changed(keep_best=keep_best)
    return replace(project, plan=replace(project.plan, run=run, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": schedules.CosineDecay()},
        {"stopping": (stopping.Patience(),)},
        {"metrics": (metrics.F1(),)},
        {"keep_best": True},
    ],
)
def test_a_run_goes_on_as_the_same_with_another(changes: dict[str, Any]) -> None:
    assert same_run(small_project(), planned(small_project(), **changes))


def test_a_run_that_follows_another_plan_is_one_resumed_with_it(sessions: list[Session]) -> None:
    project = small_project()
    other = planned(project, True, schedule=schedules.CosineDecay(), metrics=(metrics.F1(),), stopping=(LIMIT,))
    session = begin(sessions, project, paused=True)
    session.step(7)
    assert wait_for(session, "paused") == "paused"
    while session.snapshot().result(PATIENCE).step < 7:
        pass
    session.follow(RunPlan(other, session.plan.data))
    state = session.snapshot().result(PATIENCE)
    session.drain()
    session.resume()
    assert wait_for(session, "finished", "failed") == "finished", session.failure
    resumed = list(RunPlan.of(other).trainer(state=state).steps())
    records = session.drain()
    assert [(record.step, record.values["loss"]) for record in records] == [
        (record.step, record.values["loss"]) for record in resumed
    ]
    assert records[-1].step == 20
    assert [record.values.get("validation_F1") for record in records] == [
        record.values.get("validation_F1") for record in resumed
    ]
    assert session.ending is not None
    assert session.ending.reason == "the limit of 20 steps is reached."
    assert session.best == (15, session.ending.best_value)


def test_a_run_that_a_rule_has_ended_goes_on_without_it(sessions: list[Session]) -> None:
    project = planned(small_project(), stopping=(LIMIT,))
    first = begin(sessions, project)
    assert wait_for(first, "finished", "failed") == "finished"
    second = begin(sessions, project, state=first.snapshot().result(PATIENCE))
    assert wait_for(second, "finished", "failed") == "finished"
    assert [record.step for record in second.drain()] == list(range(21, 3 * PER_EPOCH + 1))
    assert second.ending == Ending(3 * PER_EPOCH, 3)
    assert second.ending.why == second.ending.event == second.ending.result == ""


def test_a_finished_run_keeps_its_best_weights_out_of_sight_while_they_are_not_wanted(sessions: list[Session]) -> None:
    project = planned(small_project(), keep_best=True)
    session = begin(sessions, project)
    assert wait_for(session, "finished", "failed") == "finished"
    best = session.best
    assert best is not None
    session.follow(RunPlan(small_project(), session.plan.data))
    assert session.best is None
    assert session.snapshot().result(PATIENCE).course.best is None
    session.follow(RunPlan(project, session.plan.data))
    assert session.best == best


@pytest.mark.parametrize(
    ("ending", "why", "result"),
    [
        (Ending(555, 37, "it is flat."), "Stopped early after epoch 37: it is flat.", ""),
        (Ending(1234, 0, "it is flat."), "Stopped early after step 1\u202f234: it is flat.", ""),
        (
            Ending(30, 2, "", 15, 1, 0.03691),
            "",
            "The best weights, of epoch 1 (validation loss 0.03691), are the result: Export takes them.",
        ),
        (
            Ending(30, 2, "", 30, 2, 0.5, of_validation=False),
            "",
            "The best weights, of epoch 2 (training loss 0.5), are the result: Export takes them.",
        ),
    ],
)
def test_an_ending_in_words(ending: Ending, why: str, result: str) -> None:
    assert (ending.why, ending.result) == (why, result)
    assert ending.is_early == bool(why)


def test_the_result_of_a_checkpoint_is_what_its_plan_says_now() -> None:
    project = planned(small_project(), keep_best=True)
    trainer = RunPlan.of(project).trainer()
    for record in trainer.steps():
        if record.step == PER_EPOCH + 3:
            break
    best = Checkpoint(project, trainer.state(), History(()))
    assert best.result_step == PER_EPOCH
    assert best.best is not None
    np.testing.assert_array_equal(best.result["dense_1/W"], best.best.weights["dense_1/W"])
    last = replace(best, project=small_project())
    assert last.result_step == PER_EPOCH + 3
    np.testing.assert_array_equal(last.result["dense_1/W"], trainer.network.parameters["dense_1/W"])
    assert (last.result["dense_1/W"] != best.result["dense_1/W"]).any()


def test_what_is_saved_has_best_weights_only_if_they_are_wanted() -> None:
    project = planned(small_project(), keep_best=True)
    plan = RunPlan.of(project)
    trainer = plan.trainer()
    history = History([node.id for node in trainer.network.trained_nodes])
    history.append(trainer.steps())
    checkpoint = Checkpoint(project, trainer.state(), history)
    assert trained_of(checkpoint, plan.data).state.course.best is not None
    assert trained_of(replace(checkpoint, project=small_project()), plan.data).state.course.best is None


def test_the_latest_numbers_leave_rows_out() -> None:
    project = planned(small_project(epochs=1), metrics=(metrics.F1(),))
    trainer = RunPlan.of(project).trainer()
    history = History([node.id for node in trainer.network.trained_nodes])
    history.append(trainer.steps())
    expected = {"loss", "accuracy", "learning_rate", "validation_loss", "validation_accuracy", "validation_F1"}
    numbers = history.latest_numbers()
    assert numbers.keys() == expected
    assert numbers["learning_rate"] == 0.1
    revision = history.revision
    history.best = (15, 0.5)
    assert history.revision > revision
    revision = history.revision
    history.best = (15, 0.5)
    assert history.revision == revision
