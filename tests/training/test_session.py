"""A session: the thread runs, obeys, reports every step, and ends."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from deepviz.document import edits
from deepviz.document.project import Project, RunSettings, TrainingPlan
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.sgd import SGD
from deepviz.engine.trainer import Trainer, TrainerState
from deepviz.registry import DefinitionError
from deepviz.training.run_plan import RunPlan, same_run
from deepviz.training.session import Session

PATIENCE = 60.0
ENDLESS = 1_000_000
"""Epochs that no test waits for."""


def small_project(epochs: int = 3, learning_rate: float = 0.1) -> Project:
    plan = TrainingPlan(SGD(learning_rate=learning_rate, momentum=0.9), RunSettings(batch_size=32, epochs=epochs))
    project = Project(plan=plan)
    for key, changes in (("Input", {}), ("Dense", {"units": 4}), ("Tanh", {}), ("Dense", {"units": 2})):
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return edits.append(project, edits.new_layer("SoftmaxCrossEntropy"))


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """Sessions put into this list are ended with the test."""
    started: list[Session] = []
    yield started
    for session in started:
        assert session.stop(PATIENCE)


def wait_for(session: Session, *statuses: str) -> str:
    """Wait, without polling for longer than needed, until a session has one of some statuses."""
    deadline = threading.Event()
    for _ in range(int(PATIENCE / 0.002)):
        if session.status in statuses:
            return session.status
        deadline.wait(0.002)
    raise AssertionError(f"The session is {session.status}, not {statuses}.")


def wait_for_rest_at(session: Session, step: int) -> None:
    """Wait until a session rests after so many steps; what it was told to do before has then been done."""
    deadline = threading.Event()
    for _ in range(int(PATIENCE / 0.002)):
        if session.snapshot().result(PATIENCE).step == step and session.status == "paused":
            return
        deadline.wait(0.002)
    raise AssertionError(f"The session is {session.status}, and does not rest after step {step}.")


def begin(sessions: list[Session], project: Project, **options: object) -> Session:
    session = Session(RunPlan.of(project), **options)  # type: ignore[arg-type]
    sessions.append(session)
    session.start()
    return session


def test_a_run_reports_every_step_and_equals_the_same_run_without_a_thread(sessions: list[Session]) -> None:
    project = small_project()
    session = begin(sessions, project)
    assert wait_for(session, "finished", "failed") == "finished", session.failure
    records = session.drain()
    trainer = RunPlan.of(project).trainer()
    expected = list(trainer.steps())
    assert "gradient_flow" in records[-1].values, "the last step is watched"
    assert [record.step for record in records] == list(range(1, len(expected) + 1))
    assert [record.values["loss"] for record in records] == [record.values["loss"] for record in expected]
    state = session.snapshot().result(PATIENCE)
    for name, array in trainer.network.parameters.items():
        np.testing.assert_array_equal(state.parameters[name], array)


def test_pause_step_and_resume(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=ENDLESS), paused=True)
    wait_for(session, "paused")
    assert session.drain() == []
    session.step(3)
    assert session.snapshot().result(PATIENCE).step <= 3
    wait_for_rest_at(session, 3)
    assert [record.step for record in session.drain()] == [1, 2, 3]
    session.step_epoch()
    per_epoch = session.plan.trainer(probes=()).steps_per_epoch
    wait_for_rest_at(session, per_epoch)
    records = session.drain()
    assert records[-1].step == per_epoch
    assert "validation_loss" in records[-1].values
    session.resume()
    wait_for(session, "running")
    session.pause()
    wait_for(session, "paused")


def test_learning_rate_changes_while_it_runs_and_equals_a_run_that_changed_at_the_same_step(
    sessions: list[Session],
) -> None:
    project = small_project(epochs=10_000)
    session = begin(sessions, project, paused=True)
    session.step(5)
    session.snapshot().result(PATIENCE)
    while session.snapshot().result(PATIENCE).step < 5:
        pass
    slower = project.plan.optimizer.changed(learning_rate=0.01)
    session.follow(RunPlan.of(edits.set_optimizer(project, slower)))
    session.step(5)
    while session.snapshot().result(PATIENCE).step < 10:
        pass
    trainer = RunPlan.of(project).trainer()
    steps = trainer.steps()
    for _ in range(5):
        next(steps)
    trainer.learning_rate = 0.01
    for _ in range(5):
        next(steps)
    state = session.snapshot().result(PATIENCE)
    assert state.learning_rate == 0.01
    for name, array in trainer.network.parameters.items():
        np.testing.assert_array_equal(state.parameters[name], array)


def test_watching_reports_the_gradient_of_every_edge_and_changes_nothing(sessions: list[Session]) -> None:
    project = small_project(epochs=10_000)
    session = begin(sessions, project, paused=True)
    wait_for(session, "paused")
    session.watch()
    session.step(4)
    while session.snapshot().result(PATIENCE).step < 4:
        pass
    records = session.drain()
    flow = records[0].values["gradient_flow"]
    assert flow.shape == (len(session.edges) + 1,)
    assert (flow > 0).all()
    trainer = RunPlan.of(project).trainer()
    plain = [record.values["loss"] for record, _ in zip(trainer.steps(), range(4), strict=False)]
    assert "gradient_flow" in records[-1].values, "the last step before a pause is watched"
    assert [record.values["loss"] for record in records] == plain


def test_a_diverging_run_says_where_and_keeps_the_last_finite_weights(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=10_000, learning_rate=1e6))
    if wait_for(session, "diverged", "finished") == "diverged":
        assert session.failure is not None
        assert f"step {session.failure.step}" in session.failure.text
    state = session.snapshot().result(PATIENCE)
    assert all(np.isfinite(array).all() for array in state.parameters.values())


def test_a_project_with_a_problem_fails_in_words(sessions: list[Session]) -> None:
    project = small_project()
    session = begin(sessions, edits.delete(project, ["loss_1"]))
    assert wait_for(session, "failed") == "failed"
    assert session.failure is not None
    assert "no loss" in session.failure.text
    with pytest.raises(RuntimeError, match="before there were any weights"):
        session.snapshot().result(PATIENCE)


def test_five_hundred_commands_at_random_leave_a_thread_that_still_obeys(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=1_000_000))
    rng = random.Random(1)
    commands = [session.pause, session.resume, session.step, session.step_epoch, session.watch]
    for _ in range(500):
        rng.choice(commands)()
        if rng.random() < 0.1:
            session.drain()
    first = session.snapshot().result(PATIENCE)
    session.resume()
    while session.snapshot().result(PATIENCE).step == first.step:
        pass
    assert session.stop(PATIENCE)
    assert session.status == "stopped"
    assert session.snapshot().result(PATIENCE).step > first.step


def test_same_run_ignores_looks_frozen_layers_and_the_plan_but_for_its_seed() -> None:
    project = small_project()
    assert same_run(project, edits.arrange(edits.rename(project, "another"), 2))
    faster = replace(project.plan, optimizer=project.plan.optimizer.changed(learning_rate=0.5))
    assert same_run(project, edits.set_plan(project, faster))
    longer = replace(project.plan, run=project.plan.run.changed(epochs=99))
    assert same_run(project, edits.set_plan(project, longer))
    smaller = replace(project.plan, run=project.plan.run.changed(batch_size=7))
    assert same_run(project, edits.set_plan(project, smaller))
    assert same_run(project, edits.set_plan(project, replace(project.plan, optimizer=Adam())))
    dense = project.graph.node("dense_1").layer
    assert same_run(project, edits.set_layer(project, "dense_1", dense.changed(trainable=False)))
    other_seed = replace(project.plan, run=project.plan.run.changed(seed=1))
    assert not same_run(project, edits.set_plan(project, other_seed))
    wider = edits.set_layer(project, "dense_1", edits.new_layer("Dense").changed(units=5))
    assert not same_run(project, wider)


def test_views_choose_what_is_watched_while_it_runs_and_it_changes_nothing(sessions: list[Session]) -> None:
    project = small_project(epochs=10_000)
    session = begin(sessions, project, paused=True)
    wait_for(session, "paused")
    seen: list[set[str]] = []
    for keys in (("gradients", "weight_histogram"), ("activations",), (), ("updates",)):
        session.watch(keys)
        before = session.snapshot().result(PATIENCE).step
        session.step(2)
        while session.snapshot().result(PATIENCE).step < before + 2:
            pass
        first, last = session.drain()
        every_step = {"loss", "accuracy", "gradient_norm", "learning_rate"}
        assert every_step <= first.values.keys()
        seen.append({name.partition("/")[0] for name in last.values} - every_step)
    assert seen == [{"gradients", "weight_histogram"}, {"activations"}, set(), {"updates"}]
    trainer = RunPlan.of(project).trainer()
    for _ in zip(range(8), trainer.steps(), strict=False):
        pass
    state = session.snapshot().result(PATIENCE)
    for name, array in trainer.network.parameters.items():
        np.testing.assert_array_equal(state.parameters[name], array)
    assert session.nodes == tuple(node.id for node in trainer.network.nodes)


def test_an_unknown_probe_is_refused_where_it_is_asked_for_and_the_run_goes_on(sessions: list[Session]) -> None:
    session = begin(sessions, small_project(epochs=10_000), paused=True)
    wait_for(session, "paused")
    with pytest.raises(DefinitionError, match="no_such_probe"):
        session.watch(["no_such_probe"])
    session.step(1)
    while session.snapshot().result(PATIENCE).step < 1:
        pass
    assert "gradient_flow" in session.drain()[-1].values


def test_who_asks_for_weights_of_a_run_that_fails_to_begin_is_told_so(sessions: list[Session]) -> None:
    begun = threading.Event()

    class NoMemory(RunPlan):
        def trainer(self, *_: object, **__: object) -> Trainer:
            begun.wait(PATIENCE)
            raise MemoryError

    plan = RunPlan.of(small_project())
    session = Session(NoMemory(plan.project, plan.data))
    sessions.append(session)
    session.start()
    asked = session.snapshot(), session.weights()
    session.step(3)
    begun.set()
    for future in (*asked, session.snapshot()):
        with pytest.raises(RuntimeError, match="before there were any weights"):
            future.result(PATIENCE)
    assert session.status == "failed"


def test_who_asks_for_a_copy_that_there_is_no_memory_for_is_told_so_and_the_run_goes_on(
    sessions: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_memory(trainer: Trainer) -> TrainerState:
        raise MemoryError("Unable to allocate 3.1 TiB")

    session = begin(sessions, small_project(), paused=True)
    wait_for(session, "paused")
    with monkeypatch.context() as broken:
        broken.setattr(Trainer, "state", without_memory)
        with pytest.raises(MemoryError, match="Unable to allocate"):
            session.snapshot().result(PATIENCE)
    assert session.status == "paused"
    assert session.snapshot().result(PATIENCE).step == 0
    session.resume()
    assert wait_for(session, "finished", "failed") == "finished", session.failure
    with monkeypatch.context() as broken:  # the thread has ended: whoever asks makes the copy
        broken.setattr(Trainer, "state", without_memory)
        with pytest.raises(MemoryError, match="Unable to allocate"):
            session.snapshot().result(PATIENCE)
