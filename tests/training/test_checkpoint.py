"""Checkpoints: what goes into a project file and comes out of it, and a run that goes on as if it had never stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.datasets import registry as sources
from deepviz.document import edits
from deepviz.document.file_format import load, save
from deepviz.document.project import Project
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.sgd import SGD
from deepviz.training.checkpoint import Checkpoint, checkpoint_of, fingerprint, trained_of
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan, prepared
from tests.document.stored import iris_project, same_arrays

OPTIMIZERS = [
    Adam(learning_rate=0.01),
    SGD(learning_rate=0.05),
    SGD(learning_rate=0.05, momentum=0.9),
    SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
]


def go_on(plan: RunPlan, checkpoint: Checkpoint | None, until: int) -> Checkpoint:
    """Train from a checkpoint, or from the start, until a step."""
    trainer = plan.trainer(state=None if checkpoint is None else checkpoint.state)
    history = History([node.id for node in trainer.network.trained_nodes]) if checkpoint is None else checkpoint.history
    for record in trainer.steps():
        history.append([record])
        if record.step == until:
            break
    return Checkpoint(plan.project, trainer.state(), history)


def through_a_file(checkpoint: Checkpoint, plan: RunPlan, path: Path) -> Checkpoint:
    save(plan.project, path, trained_of(checkpoint, plan.data))
    loaded = load(path)
    assert loaded.trained is not None
    found, warning = checkpoint_of(loaded.project, loaded.trained)
    assert warning == ""
    return found


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("stop", [1, 7, 8, 16, 23])
def test_a_run_that_went_through_a_file_is_the_same_run(optimizer: Optimizer, stop: int, tmp_path: Path) -> None:
    """An epoch is 8 steps: stopped in the middle of one and between two."""
    plan = RunPlan.of(iris_project(optimizer))
    straight = go_on(plan, None, 24)
    resumed = go_on(plan, through_a_file(go_on(plan, None, stop), plan, tmp_path / "x.deepviz"), 24)
    assert resumed.state.step == straight.state.step == 24
    assert same_arrays(resumed.state.parameters, straight.state.parameters)
    for name, arrays in straight.state.optimizer_vectors.items():
        assert same_arrays(resumed.state.optimizer_vectors[name], arrays)
    assert same_arrays(resumed.history.to_arrays(), straight.history.to_arrays())


def test_what_a_file_keeps_is_a_copy_that_later_steps_do_not_touch() -> None:
    plan = RunPlan.of(iris_project())
    trainer = plan.trainer()
    steps = trainer.steps()
    next(steps)
    state = trainer.state()
    before = {name: array.copy() for name, array in state.parameters.items()}
    next(steps)
    assert same_arrays(state.parameters, before)
    assert not same_arrays(trainer.state().parameters, before)


def test_a_history_that_is_ahead_of_the_weights_is_cut_to_fit() -> None:
    plan = RunPlan.of(iris_project())
    early = go_on(plan, None, 10)
    late = go_on(plan, None, 20)
    early.history.add_event(4, "learning rate 0.1")
    late.history.add_event(4, "learning rate 0.1")
    late.history.add_event(15, "learning rate 0.2")
    kept = trained_of(Checkpoint(plan.project, early.state, late.history), plan.data)
    assert same_arrays(kept.history, early.history.to_arrays())
    assert History.from_arrays(kept.history).events == ((4, "learning rate 0.1"),)


def test_a_damaged_history_is_left_out_and_the_weights_are_not() -> None:
    plan = RunPlan.of(iris_project())
    trained = trained_of(go_on(plan, None, 5), plan.data)
    for history in ({"step": np.arange(3)}, {**trained.history, "step": np.array([3, 2, 1, 4, 5])}):
        found, warning = checkpoint_of(plan.project, replace(trained, history=history))
        assert "curves could not be read" in warning
        assert len(found.history) == 0
        assert found.history.layers == ("dense_1", "dense_2")
        assert found.state is trained.state


def test_curves_of_steps_that_the_weights_have_not_made_are_left_out() -> None:
    plan = RunPlan.of(iris_project())
    trained = trained_of(go_on(plan, None, 9), plan.data)
    found, warning = checkpoint_of(plan.project, replace(trained, state=replace(trained.state, step=5)))
    assert "beyond the saved weights" in warning
    assert len(found.history) == 0


def test_without_a_history_there_is_an_empty_one_that_can_grow() -> None:
    plan = RunPlan.of(iris_project())
    trained = trained_of(go_on(plan, None, 3), plan.data)
    found, warning = checkpoint_of(plan.project, replace(trained, history={}))
    assert warning == ""
    assert go_on(plan, found, 6).history.steps.tolist() == [4, 5, 6]


def test_the_scaler_is_kept_with_the_weights() -> None:
    plan = RunPlan.of(iris_project())
    checkpoint = go_on(plan, None, 1)
    assert trained_of(checkpoint, None).scaler == {}
    assert same_arrays(trained_of(checkpoint, plan.data).scaler, plan.data.scaler.to_arrays())


def changed_data(**changes: object) -> Project:
    project = iris_project()
    return edits.set_data(project, replace(project.data, **changes))


def test_a_fingerprint_tells_other_data_apart() -> None:
    project = iris_project()
    own = fingerprint(prepared(project.data))
    assert own == fingerprint(prepared(iris_project().data))
    others = [
        changed_data(source=sources["wine"]()),
        changed_data(split=project.data.split.changed(seed=1)),
        changed_data(preprocessing=project.data.preprocessing.changed(method="none")),
    ]
    prints = {own, *(fingerprint(prepared(other.data)) for other in others)}
    assert len(prints) == 4
