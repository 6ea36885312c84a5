"""What a run makes of a change of its plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deepviz.document.problems import DataFacts
from deepviz.document.project import Project, TrainingPlan
from deepviz.engine import metrics, schedules, stopping
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.run_changes import followed, with_epochs_to_go

FACTS = DataFacts((2,), "classification", 2, 480)
PLAN = TrainingPlan(SGD(learning_rate=0.1), schedule=schedules.StepDecay(decay_steps=7))


def with_plan(**changes: Any) -> Project:
    return Project(plan=replace(PLAN, **changes))


def test_rules_and_metrics_that_cannot_be_followed_wait() -> None:
    present = with_plan(stopping=(stopping.Patience(),))
    wrong = with_plan(
        stopping=(stopping.Patience(monitor="validation_F1"),), schedule=schedules.OneCycle(), metrics=(metrics.R2(),)
    )
    goes_by = followed(present, present, wrong, FACTS)
    assert goes_by.plan == with_plan(stopping=(stopping.Patience(),), schedule=schedules.OneCycle()).plan
    mended = replace(wrong, plan=replace(wrong.plan, metrics=(metrics.F1(),)))
    assert followed(goes_by, wrong, mended, FACTS).plan == mended.plan


def test_epochs_that_were_added_stay_until_others_are_asked_for() -> None:
    asked = with_plan()
    longer = with_epochs_to_go(asked, asked.plan.run.epochs)
    assert longer.plan.run.epochs == 2 * asked.plan.run.epochs
    assert with_epochs_to_go(asked, asked.plan.run.epochs - 1) == asked
    slower = with_plan(optimizer=SGD(learning_rate=0.01))
    assert followed(longer, asked, slower, FACTS).plan.run.epochs == longer.plan.run.epochs
    fewer = with_plan(run=asked.plan.run.changed(epochs=7))
    assert followed(longer, asked, fewer, FACTS).plan.run.epochs == 7
