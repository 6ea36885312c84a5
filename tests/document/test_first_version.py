"""A project that the first version of DeepViz trained and saved still opens, says the same, and goes on.

`first_version.deepviz` is iris with four hidden units after four epochs: its layers have no hyperparameters but units
and bias, its optimizer no clipping, its state no course.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepviz.document import edits, examples
from deepviz.document.file_format import load, save
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan

FILE = Path(__file__).parent / "first_version.deepviz"


def test_what_was_not_there_yet_has_its_default() -> None:
    loaded = load(FILE)
    assert loaded.warnings == ()
    example = examples.open_example("iris")
    fewer = example.graph.node("dense_1").layer.changed(units=4)
    assert loaded.project.graph.node("dense_1").layer == fewer
    assert loaded.project.plan.optimizer == example.plan.optimizer


def test_it_computes_what_it_did_and_goes_on_from_there(tmp_path: Path) -> None:
    loaded = load(FILE)
    assert loaded.trained is not None
    run = loaded.project.plan.run.changed(epochs=5)
    plan = RunPlan.of(edits.set_plan(loaded.project, replace(loaded.project.plan, run=run)))
    trainer = plan.trainer(state=loaded.trained.state)
    assert plan.data.test is not None
    assert trainer.evaluate(plan.data.test.x, plan.data.test.y).loss == pytest.approx(0.8182407, abs=1e-6)
    assert trainer.step == 32
    assert next(trainer.steps()).step == 33
    assert len(History.from_arrays(loaded.trained.history)) == 32
    save(loaded.project, tmp_path / "again.deepviz", loaded.trained)
    assert load(tmp_path / "again.deepviz").project == loaded.project
