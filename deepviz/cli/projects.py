"""Projects as the command line names them: a file or a built-in example, with other data and other settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepviz.cli import RequestError
from deepviz.datasets import registry as source_registry
from deepviz.datasets import source_for_files
from deepviz.datasets.dataset import DatasetError
from deepviz.document import edits, examples
from deepviz.document.compile import ProjectError
from deepviz.document.file_format import SUFFIX, FileError, Loaded, load
from deepviz.document.project import Project
from deepviz.engine import layers, losses, optimizers
from deepviz.registry import Definition, DefinitionError
from deepviz.training.run_plan import RunPlan

WRONG_INPUT = (FileError, DatasetError, DefinitionError, ProjectError, edits.EditError)


def opened(name: str) -> Loaded:
    """A project by its file or by the name of a built-in example.

    Raises
    ------
    RequestError
        If there is none, or it cannot be read.
    """
    path = Path(name)
    if not path.exists() and path.suffix != SUFFIX:
        if name in examples.names():
            return Loaded(examples.open_example(name), None)
        raise RequestError(f"there is no project {name}. Built-in examples: {', '.join(examples.names())}.")
    try:
        return load(path)
    except FileError as error:
        raise RequestError(error) from None


def with_data(project: Project, files: Sequence[str] | None) -> Project:
    """The project with data files of the user's own, and an Input that fits them.

    Raises
    ------
    RequestError
        If the files cannot be read as data.
    """
    if not files:
        return project
    try:
        source = source_for_files([Path(file) for file in files])
        return edits.set_data(project, replace(project.data, source=source), source.load().sample_shape)
    except WRONG_INPUT as error:
        raise RequestError(error) from None


def with_changes(project: Project, changes: Sequence[str]) -> Project:
    """The project with settings changed by their paths: ``graph.dense_1.units=32``.

    Raises
    ------
    RequestError
        If a path or a value does not fit; the text says what is possible.
    """
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise RequestError(f"--set wants PATH=VALUE, not {change}.")
        try:
            project = _changed(project, path.strip().split("."), _value(text))
        except WRONG_INPUT as error:
            raise RequestError(f"--set {path}: {error}") from None
    return project


def planned(project: Project) -> RunPlan:
    """A run plan with the project's data.

    Raises
    ------
    RequestError
        If the data cannot be read or the project has a problem.
    """
    from deepviz.document.shapes import check

    try:
        plan = RunPlan.of(project)
    except DatasetError as error:
        raise RequestError(error) from None
    problems = check(project, plan.facts).problems
    if problems:
        raise RequestError(ProjectError(problems))
    return plan


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _changed(project: Project, path: list[str], value: Any) -> Project:
    data, plan = project.data, project.plan
    match path:
        case ["name"]:
            return edits.rename(project, str(value))
        case ["graph", node_id, *rest]:
            if node_id not in project.graph.by_id:
                raise RequestError(f"--set: there is no node {node_id}; there are {', '.join(project.graph.by_id)}.")
            layer = _definition(project.graph.node(node_id).layer, rest, value, losses.registry, layers.registry)
            return edits.set_layer(project, node_id, layer)
        case ["data", "source", *rest]:
            source = _definition(data.source, rest, value, source_registry)
            return edits.set_data(project, replace(data, source=source), source.load().sample_shape)
        case ["data", "split", name]:
            return edits.set_data(project, replace(data, split=_field(data.split, name, value)))
        case ["data", "preprocessing", name]:
            return edits.set_data(project, replace(data, preprocessing=_field(data.preprocessing, name, value)))
        case ["plan", "optimizer", *rest]:
            return edits.set_optimizer(project, _definition(plan.optimizer, rest, value, optimizers.registry))
        case ["plan", "run", name]:
            return edits.set_plan(project, replace(plan, run=_field(plan.run, name, value)))
    possible = "name, graph.NODE.SETTING, data.source.SETTING, data.split.SETTING, data.preprocessing.SETTING, "
    raise RequestError(f"--set {'.'.join(path)}: paths are {possible}plan.optimizer.SETTING and plan.run.SETTING.")


def _definition(present: Any, rest: list[str], value: Any, *registries: Any) -> Any:
    """Another definition of the kind, when the path ends here; otherwise the present one with a setting changed."""
    if rest:
        return _field(present, ".".join(rest), value)
    for registry in registries:
        if value in registry:
            return registry[value]()
    possible = ", ".join(key for registry in registries for key in registry)
    raise RequestError(f"--set: there is no {value!r}; there are {possible}.")


def _field(present: Definition, name: str, value: Any) -> Any:
    if name not in type(present).model_fields:
        possible = ", ".join(type(present).model_fields) or "nothing"
        raise RequestError(f"--set: {present.key or type(present).__name__} has no {name}; it has {possible}.")
    return present.changed(**{name: value})
