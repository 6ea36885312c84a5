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
from deepviz.document.json_values import object_in, text_in
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import optimizers
from deepviz.registry import DefinitionError

FORMAT = "deepviz project"
VERSION = 2
"""2 added groups, comments and attached activations. Without them 1 is written, which older programs read as well."""


def project_to_json(project: Project) -> str:
    """A project as JSON text."""
    graph, data, plan = project.graph, project.data, project.plan
    values = {
        "format": FORMAT,
        "version": VERSION if needs_second_version(graph) else 1,
        "name": project.name,
        "graph": graph_to_values(graph),
        "data": {
            "source": data.source.to_json(),
            "split": data.split.model_dump(mode="json"),
            "preprocessing": data.preprocessing.model_dump(mode="json"),
        },
        "plan": {"optimizer": plan.optimizer.to_json(), "run": plan.run.model_dump(mode="json")},
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


def _data(values: dict[str, Any]) -> DataChoice:
    return DataChoice(
        source_registry.from_json(object_in(values, "source")),
        SplitChoice.checked(object_in(values, "split")),
        Preprocessing.checked(object_in(values, "preprocessing")),
    )


def _plan(project: dict[str, Any]) -> TrainingPlan:
    values = object_in(project, "plan")
    return TrainingPlan(
        optimizers.registry.from_json(object_in(values, "optimizer")), RunSettings.checked(object_in(values, "run"))
    )
