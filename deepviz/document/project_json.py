"""A project as JSON text and back. Whatever is missing, unknown or out of bounds is told in words.

Files, the clipboard and tests share it. Equal projects give equal text.
"""

from __future__ import annotations

import json
from typing import Any

from deepviz.datasets import registry as source_registry
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.archive import FileError as FileError
from deepviz.document.graph_json import LONGEST_NAME, graph_from_values, graph_to_values, needs_second_version
from deepviz.document.json_values import list_in, object_in, text_in
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import metrics, optimizers, schedules, stopping
from deepviz.engine.metric import Metric
from deepviz.registry import DefinitionError, DefinitionType, Registry

FORMAT = "deepviz project"
VERSION = 2
"""2 added groups, comments, attached activations, the flow of graphs; schedules, stopping rules, metrics, best weights,
and copies of the weights.

Without them 1 is written, which older programs read as well.
"""


def project_to_json(project: Project) -> str:
    """A project as JSON text."""
    graph, data, plan = project.graph, project.data, project.plan
    values = {
        "format": FORMAT,
        "version": VERSION if needs_second_version(graph) or _plan_needs_second_version(plan) else 1,
        "name": project.name,
        "graph": graph_to_values(graph),
        "data": {
            "source": data.source.to_json(),
            "split": data.split.model_dump(mode="json"),
            "preprocessing": data.preprocessing.model_dump(mode="json"),
        },
        "plan": _plan_values(plan),
    }
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def project_from_json(text: str | bytes) -> Project:
    """A project from JSON text.

    Raises
    ------
    FileError
        If it is no JSON, or something in it is missing, of the wrong type, unknown or out of bounds.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise FileError("the project is not valid JSON.") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise FileError("this is not a DeepViz project.")
    version = values.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise FileError("the version of its format is missing.")
    if version > VERSION:
        raise FileError(
            f"it was saved by a newer DeepViz, in format {version}; this one reads up to {VERSION}. Update DeepViz."
        )
    name = text_in(values, "name")
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise FileError(f"its name is longer than {LONGEST_NAME} letters, or has letters that cannot be shown.")
    try:
        return Project(
            name, graph_from_values(object_in(values, "graph")), _data(object_in(values, "data")), _plan(values)
        )
    except DefinitionError as error:
        raise FileError(str(error)) from None


def plan_to_json(plan: TrainingPlan) -> str:
    """A training plan as JSON text. Equal plans give equal text."""
    return json.dumps(_plan_values(plan), ensure_ascii=False, sort_keys=True)


def plan_from_json(text: str | bytes) -> TrainingPlan:
    """Read a training plan back.

    Raises
    ------
    FileError
        If it is not one.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise FileError("the training plan is not valid JSON.") from None
    try:
        return _plan({"plan": values})
    except DefinitionError as error:
        raise FileError(str(error)) from None


def _plan_needs_second_version(plan: TrainingPlan) -> bool:
    return _plan_values(plan).keys() > {"optimizer", "run"} or plan.run.keep_best or plan.run.checkpoint_every > 0


def _plan_values(plan: TrainingPlan) -> dict[str, Any]:
    """The plan as JSON values. What came with the second version is left out where it says nothing."""
    run = plan.run.model_dump(mode="json")
    if not plan.run.keep_best:
        del run["keep_best"]
    if not plan.run.checkpoint_every:
        del run["checkpoint_every"]
    values: dict[str, Any] = {"optimizer": plan.optimizer.to_json(), "run": run}
    if plan.schedule != TrainingPlan().schedule:
        values["schedule"] = plan.schedule.to_json()
    if plan.stopping:
        values["stopping"] = [rule.to_json() for rule in plan.stopping]
    if plan.metrics:
        values["metrics"] = [metric.to_json() for metric in plan.metrics]
    return values


def _data(values: dict[str, Any]) -> DataChoice:
    return DataChoice(
        source_registry.from_json(object_in(values, "source")),
        SplitChoice.checked(object_in(values, "split")),
        Preprocessing.checked(object_in(values, "preprocessing")),
    )


def _plan(project: dict[str, Any]) -> TrainingPlan:
    values = object_in(project, "plan")
    usual = TrainingPlan()
    schedule = object_in(values, "schedule") if "schedule" in values else usual.schedule.to_json()
    return TrainingPlan(
        optimizers.registry.from_json(object_in(values, "optimizer")),
        RunSettings.checked(object_in(values, "run")),
        schedules.registry.from_json(schedule),
        _one_of_a_kind(stopping.registry, values, "stopping"),
        _numbers_only(_one_of_a_kind(metrics.registry, values, "metrics")),
    )


def _numbers_only(found: tuple[Metric, ...]) -> tuple[Metric, ...]:
    for metric in found:
        if not metric.is_number:
            raise FileError(f"{metric.label} is no single number, so it cannot be followed epoch by epoch.")
    return found


def _one_of_a_kind(registry: Registry[DefinitionType], values: dict[str, Any], name: str) -> tuple[DefinitionType, ...]:
    """The definitions in a list, of which no two are of the same kind."""
    found = tuple(registry.from_json(item) for item in list_in(values, name, []))
    if len({each.key for each in found}) < len(found):
        raise FileError(f"{name} names something twice.")
    return found
