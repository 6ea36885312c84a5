"""What keeps a training plan from being followed with the data there is, or measures nothing, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from deepviz.document import edits
from deepviz.document.problems import DataFacts, Problem
from deepviz.document.project import Project, TrainingPlan
from deepviz.document.repairs import Repair
from deepviz.engine.metric import Metric
from deepviz.engine.metrics.top_k import TopK
from deepviz.engine.stopping_rule import VALIDATION_LOSS, StoppingRule
from deepviz.numerals import thousands

FEWER = 2
"""The k that is offered instead of one that is too large; 1 would be the accuracy, which there is anyway."""


def plan_problems(project: Project, facts: DataFacts | None) -> Iterator[Problem]:
    """What is wrong with the plan of a project: metrics for other data, rules that look at what is not measured.

    Parameters
    ----------
    facts
        About the data; without them nothing can be said.
    """
    if facts is None:
        return
    for metric in project.plan.metrics:
        if metric.task != facts.task:
            targets = "class numbers" if facts.task == "classification" else "numbers to fit"
            text = f"{metric.label} is for a {metric.task}, but the targets of this data are {targets}. Leave it out."
            yield Problem(text, None, (_without_metric(project.plan, metric),), of_plan=True)
    measured = measured_names(project.plan, facts)
    for rule in project.plan.stopping:
        if rule.monitored is not None and rule.monitored not in (VALIDATION_LOSS, *measured):
            text = (
                f"The stopping rule {rule.label} looks at {_in_words(rule.monitored)}, which is not measured after an "
                f"epoch; there is {', '.join(map(_in_words, measured))}."
            )
            yield Problem(text, None, (_without_rule(project.plan, rule),), of_plan=True)


def plan_warnings(project: Project, facts: DataFacts | None) -> Iterator[Problem]:
    """What a plan measures that says nothing: the share of right classes among as many guesses as there are classes."""
    if facts is None or facts.task != "classification":
        return
    plan = project.plan
    for metric in plan.metrics:
        if isinstance(metric, TopK) and metric.k >= facts.outputs:
            text = (
                f"{metric.label} with k = {thousands(metric.k)} is always 1: there are only {thousands(facts.outputs)} "
                "classes, so every class is among the guesses. Choose a smaller k."
            )
            fewer = metric.changed(k=FEWER)
            changed = replace(plan, metrics=tuple(fewer if each == metric else each for each in plan.metrics))
            offers = [Repair(f"Set k to {FEWER}", partial(edits.set_plan, plan=changed))]
            offered = offers if facts.outputs > FEWER and fewer not in plan.metrics else []
            yield Problem(text, None, (*offered, _without_metric(plan, metric)), "warning", of_plan=True)


def measured_names(plan: TrainingPlan, facts: DataFacts) -> tuple[str, ...]:
    """The numbers that there are after each epoch, which a stopping rule can look at."""
    if not facts.has_validation:
        return ("loss",)
    accuracy = ("validation_accuracy",) if facts.task == "classification" else ()
    metrics = (f"validation_{metric.name}" for metric in plan.metrics if metric.task == facts.task)
    return "loss", VALIDATION_LOSS, *accuracy, *metrics


def _in_words(name: str) -> str:
    """A number as forms call it: ``validation_loss`` is "validation loss" there."""
    return name.replace("_", " ")


def _without_metric(plan: TrainingPlan, metric: Metric) -> Repair:
    rest = replace(plan, metrics=tuple(each for each in plan.metrics if each != metric))
    return Repair(f"Leave {metric.label} out", partial(edits.set_plan, plan=rest))


def _without_rule(plan: TrainingPlan, rule: StoppingRule) -> Repair:
    rest = replace(plan, stopping=tuple(each for each in plan.stopping if each != rule))
    return Repair(f"Leave {rule.label} out", partial(edits.set_plan, plan=rest))
