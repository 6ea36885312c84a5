"""Plans that cannot be followed with the data there is: told before training, with an offer that mends them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.document import edits, examples
from deepviz.document.plan_problems import measured_names
from deepviz.document.problems import DataFacts
from deepviz.document.project import Project
from deepviz.document.project_json import FileError, project_from_json, project_to_json
from deepviz.document.shapes import check
from deepviz.engine.metrics.confusion_matrix import ConfusionMatrix
from deepviz.engine.metrics.f1 import F1
from deepviz.engine.metrics.r2 import R2
from deepviz.engine.metrics.top_k import TopK
from deepviz.engine.schedules.cosine_decay import CosineDecay
from deepviz.engine.stopping.patience import Patience
from deepviz.engine.stopping.step_limit import StepLimit
from deepviz.training.run_plan import RunPlan

CLASSES = DataFacts((2,), "classification", 2, 100)


def planned(**changes: object) -> Project:
    project = examples.open_example("spirals")
    return edits.set_plan(project, replace(project.plan, **changes))


def test_a_metric_for_other_data_is_a_problem_with_a_way_out() -> None:
    project = planned(metrics=(F1(), R2()))
    (problem,) = check(project, CLASSES).problems
    assert "R2" in problem.text or "R²" in problem.text
    assert "class numbers" in problem.text
    repaired = problem.repairs[0].edit(project)
    assert repaired.plan.metrics == (F1(),)
    assert check(repaired, CLASSES).problems == ()


def test_a_rule_that_looks_at_what_is_not_measured_is_a_problem() -> None:
    project = planned(stopping=(StepLimit(), Patience(monitor="validation_F1")))
    (problem,) = check(project, CLASSES).problems
    assert "validation_F1, which is not measured" in problem.text
    assert problem.repairs[0].edit(project).plan.stopping == (StepLimit(),)
    assert check(planned(stopping=project.plan.stopping, metrics=(F1(),)), CLASSES).problems == ()


def test_what_is_measured_is_what_the_trainer_measures() -> None:
    project = planned(metrics=(F1(), TopK(k=1)))
    project = edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(epochs=1)))
    plan = RunPlan.of(project)
    last = list(plan.trainer(probes=("loss",)).steps())[-1]
    assert set(measured_names(project.plan, plan.facts)) == set(last.values)
    without = replace(plan.facts, has_validation=False)
    assert measured_names(project.plan, without) == ("loss",)


def test_a_plan_comes_back_from_its_text() -> None:
    project = planned(
        schedule=CosineDecay(warmup_steps=7), stopping=(Patience(patience=3), StepLimit()), metrics=(TopK(k=2), F1())
    )
    project = edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(keep_best=True)))
    text = project_to_json(project)
    assert project_from_json(text) == project
    assert '"version": 2' in text


def test_a_plan_without_any_of_it_is_written_as_older_programs_read_it() -> None:
    text = project_to_json(planned())
    assert '"version": 1' in text
    assert not any(word in text for word in ("keep_best", "schedule", "stopping", "metrics"))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('"metrics": [{"type": "F1"}, {"type": "F1"}]', "names something twice"),
        ('"metrics": [{"type": "ConfusionMatrix"}]', "no single number"),
        ('"stopping": {"type": "Patience"}', "stopping is missing or not a list"),
        ('"schedule": [1]', "schedule is missing or not an object"),
        ('"schedule": {"type": "Nonsense"}', "Nonsense"),
    ],
)
def test_what_is_wrong_in_a_file_is_told(plan: str, words: str) -> None:
    text = project_to_json(planned()).replace('"plan": {', '"plan": {' + plan + ",")
    with pytest.raises(FileError, match=words):
        project_from_json(text)
    assert not ConfusionMatrix.is_number
