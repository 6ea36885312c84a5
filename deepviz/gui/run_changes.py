"""What a run makes of a change of its plan: by which plan it goes on, and what is noted of it on the curves."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document.plan_problems import plan_problems
from deepviz.document.problems import DataFacts
from deepviz.document.project import Project, TrainingPlan
from deepviz.gui.panels.values import written


def noted(before: TrainingPlan, after: TrainingPlan) -> list[str]:
    """The changes from one plan to another that weights depend on, each in a few words.

    Stopping rules, metrics and the keeping of the best weights only look on, so nothing is noted of them.
    """
    old, new = before.optimizer.learning_rate, after.optimizer.learning_rate
    found = [f"learning rate {old:g} → {new:g}"] if old != new else []
    first, then = before.schedule, after.schedule
    if first.key != then.key:
        found.append(f"schedule {first.label} → {then.label}")
    elif first != then:
        labels = {each.name: each.label for each in then.hyperparameters()}
        found += [
            f"{labels[name].lower()} {_said(getattr(first, name))} → {_said(getattr(then, name))}"
            for name in type(then).model_fields
            if getattr(first, name) != getattr(then, name)
        ]
    return found


def _said(value: object) -> str:
    return written(value) or "none"


def followed(present: Project, before: Project, after: Project, facts: DataFacts | None) -> Project:
    """The project that a run goes on by after an edit.

    Stopping rules and metrics that cannot be followed wait until they are mended. A run that has had all its epochs
    and went on for more goes on to these, unless the edit is about them.

    Parameters
    ----------
    present
        What the run goes by now.
    before, after
        The project before and after the edit.
    facts
        About the data.
    """
    plan = after.plan
    if before.plan.run.epochs == plan.run.epochs:
        plan = replace(plan, run=plan.run.changed(epochs=present.plan.run.epochs))
    if any(plan_problems(after, facts)):
        plan = replace(plan, stopping=present.plan.stopping, metrics=present.plan.metrics)
    return replace(after, plan=plan)


def with_epochs_to_go(project: Project, steps_done: int, steps_per_epoch: int) -> Project:
    """The project, with as many more epochs as it asks for if it has had all of them."""
    run = project.plan.run
    if steps_done < run.epochs * steps_per_epoch:
        return project
    more = run.changed(epochs=-(-steps_done // steps_per_epoch) + run.epochs)
    return replace(project, plan=replace(project.plan, run=more))
