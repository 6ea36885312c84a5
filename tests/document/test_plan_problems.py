"""Plans that cannot be followed with the data there is: told before training, with an offer that mends them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
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


@pytest.mark.parametrize(("classes", "k", "is_told"), [(3, 5, True), (3, 3, True), (3, 2, False), (10, 5, False)])
def test_more_guesses_than_classes_is_a_warning_with_a_way_out(classes: int, k: int, is_told: bool) -> None:
    project, facts = planned(metrics=(F1(), TopK(k=k))), DataFacts((2,), "classification", classes, 100)
    found = [each for each in check(project, facts).warnings if each.of_plan]
    assert len(found) == is_told
    for warning in found:
        assert warning.severity == "warning"
        assert f"k = {k} is always 1: there are only {classes} classes" in warning.text
        fewer, without = warning.repairs
        assert fewer.edit(project).plan.metrics == (F1(), TopK(k=2))
        assert without.edit(project).plan.metrics == (F1(),)
        assert not [each for each in check(fewer.edit(project), facts).warnings if each.of_plan]
    outputs = np.random.default_rng(0).normal(size=(50, classes))
    targets = np.random.default_rng(1).integers(0, classes, 50)
    value = TopK(k=k).value(TopK(k=k).count(outputs, targets))
    assert (value == 1.0) == is_told


def test_of_two_classes_top_k_can_only_be_left_out() -> None:
    project = planned(metrics=(TopK(k=2),))
    (warning,) = (each for each in check(project, CLASSES).warnings if each.of_plan)
    assert [repair.label for repair in warning.repairs] == ["Leave Top-k accuracy out"]


def test_a_rule_that_looks_at_what_is_not_measured_is_a_problem() -> None:
    project = planned(stopping=(StepLimit(), Patience(monitor="validation_F1")))
    (problem,) = check(project, CLASSES).problems
    assert "validation F1, which is not measured" in problem.text
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
