"""What a run makes of a change of its plan: by which plan it goes on."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document.plan_problems import plan_problems
from deepviz.document.problems import DataFacts
from deepviz.document.project import Project


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


def with_epochs_to_go(project: Project, epochs_done: int) -> Project:
    """The project, with as many more epochs as it asks for if it has had all of them."""
    run = project.plan.run
    if epochs_done < run.epochs:
        return project
    more = run.changed(epochs=epochs_done + run.epochs)
    return replace(project, plan=replace(project.plan, run=more))
