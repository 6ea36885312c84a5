"""Settings changed by their paths, as the command line names them: ``graph.dense_1.units=32``, ``plan.optimizer=SGD``.

Changes of one thing are made together, so that shares that add up to 100 % only together can be given one by one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from deepviz.datasets import registry as sources
from deepviz.document import edits
from deepviz.document.file_format import FileError
from deepviz.document.project import Project
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.engine import layers, losses, metrics, optimizers, schedules, stopping
from deepviz.registry import Definition, DefinitionError, Hyperparameter, Registry

PATHS = (
    "name", "graph.NODE", "graph.NODE.SETTING", "data.source", "data.source.SETTING", "data.split.SETTING",
    "data.preprocessing.SETTING", "plan.optimizer", "plan.optimizer.SETTING", "plan.run.SETTING", "plan.schedule",
    "plan.schedule.SETTING", "plan.stopping", "plan.stopping.RULE.SETTING", "plan.metrics",
    "plan.metrics.METRIC.SETTING",
)  # fmt: skip

LISTS: Mapping[str, Registry[Any]] = {"stopping": stopping.registry, "metrics": metrics.registry}
"""Parts of the plan of which there can be several."""

SHARES = ("train", "validation", "test")


class ChangeError(ValueError):
    """A path or a value that does not fit a project. The text names the path and says what is possible."""


@dataclass
class _Target:
    """One definition of the project, with what is to be changed about it.

    Attributes
    ----------
    present
        What it is now.
    kinds
        What it could be instead; empty if there is only one kind.
    kind
        What it is to become, if given.
    values
        Hyperparameters to set.
    said
        The changes as they were given, for messages.
    """

    present: Definition
    kinds: Mapping[str, type[Definition]]
    kind: type[Definition] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def changed(project: Project, changes: Sequence[tuple[str, str, Any]]) -> Project:
    """The project with some settings changed.

    Parameters
    ----------
    project
        What to change.
    changes
        For each, how it was given (for messages), its path, and its value.

    Raises
    ------
    ChangeError
        If a path or a value does not fit; the text names the path and says what is possible.
    """
    targets: dict[tuple[str, str], _Target] = {}
    for said, path, value in changes:
        if path == "name":
            project = _renamed(project, said, str(value))
            continue
        if path.startswith("plan.") and path.removeprefix("plan.") in LISTS:
            project = _with_kinds(project, said, path.removeprefix("plan."), str(value))
            continue
        place, setting = _place(project, said, path)
        target = targets.setdefault(place, _target(project, place))
        target.said.append(said)
        if setting:
            target.values[setting] = value
        elif value in target.kinds if isinstance(value, str) else False:
            target.kind = target.kinds[value]
        else:
            raise ChangeError(f"{said}: there is no {value}; possible are {', '.join(target.kinds)}.")
    for place, target in targets.items():
        project = _put(project, place, _made(place, target))
    return project


def parsed(text: str) -> tuple[str, str, Any]:
    """A change as it is given after --set.

    Raises
    ------
    ChangeError
        If it has no value.
    """
    path, equals, value = text.partition("=")
    said = f"--set {path.strip()}"
    if not equals:
        raise ChangeError(f"{said}: a value is missing; write {path.strip()}=VALUE.")
    return said, path.strip(), value.strip()


def _renamed(project: Project, said: str, name: str) -> Project:
    project = edits.rename(project, name)
    try:
        project_from_json(project_to_json(project))
    except FileError as error:  # better now than when hours of training are to be saved
        raise ChangeError(f"{said}: {error}") from None
    return project


def _place(project: Project, said: str, path: str) -> tuple[tuple[str, str], str]:
    """Which definition a path leads to, and which of its hyperparameters (or none: the definition as a whole)."""
    area, _, rest = path.partition(".")
    if area == "graph" and rest:
        nodes = project.graph.by_id
        node_id, setting = (rest, "") if rest in nodes else (rest.rpartition(".")[0] or rest, rest.rpartition(".")[2])
        if node_id not in nodes:
            raise ChangeError(f"{said}: there is no node {node_id}; there are {', '.join(nodes) or 'none'}.")
        return ("graph", node_id), setting
    part, _, setting = rest.partition(".")
    if area == "plan" and part in LISTS:
        kind, _, setting = setting.partition(".")
        if setting:
            return (part, _known(LISTS[part], said, kind)), setting
    whole = (area, part) in (("data", "source"), ("plan", "optimizer"), ("plan", "schedule"))
    if whole or (setting and (area, part) in (("data", "split"), ("data", "preprocessing"), ("plan", "run"))):
        return (area, part), setting
    raise ChangeError(f"{said}: there is no such setting; paths are {', '.join(PATHS)}.")


def _with_kinds(project: Project, said: str, part: str, value: str) -> Project:
    """The project with these kinds in a list of its plan: names with commas between them, or none."""
    names = [name for each in value.split(",") if (name := each.strip()) and name != "none"]
    present = {each.key: each for each in getattr(project.plan, part)}
    kinds = [_known(LISTS[part], said, name) for name in dict.fromkeys(names)]
    chosen = tuple(present.get(key) or LISTS[part][key]() for key in kinds)
    return _with_list(project, part, chosen)


def _with_list(project: Project, part: str, chosen: tuple[Any, ...]) -> Project:
    plan = project.plan
    changed = replace(plan, metrics=chosen) if part == "metrics" else replace(plan, stopping=chosen)
    return edits.set_plan(project, changed)


def _known(registry: Registry[Any], said: str, key: str) -> str:
    possible = [kind.key for kind in registry.values() if getattr(kind, "is_number", True)]
    if key not in possible:
        raise ChangeError(f"{said}: there is no {key}; possible are {', '.join(possible)}.")
    return key


def _target(project: Project, place: tuple[str, str]) -> _Target:
    match place:
        case ("graph", node_id):
            node = project.graph.node(node_id)
            return _Target(node.layer, _by_key(losses.registry if node.is_loss else layers.registry))
        case ("data", "source"):
            return _Target(project.data.source, _by_key(sources))
        case ("data", part):
            return _Target(getattr(project.data, part), {})
        case ("plan", "optimizer"):
            return _Target(project.plan.optimizer, _by_key(optimizers.registry))
        case ("plan", "schedule"):
            return _Target(project.plan.schedule, _by_key(schedules.registry))
        case (part, key) if part in LISTS:
            present = [each for each in getattr(project.plan, part) if each.key == key]
            return _Target(present[0] if present else LISTS[part][key](), {})
    return _Target(project.plan.run, {})


def _by_key(registry: Registry[Any]) -> Mapping[str, type[Definition]]:
    return {kind.key: kind for kind in registry.values()}


def _made(place: tuple[str, str], target: _Target) -> Definition:
    """The definition with its changes, or a complaint in words."""
    said = target.said[0] if len(target.said) == 1 else f"--set {'.'.join(place)}"
    kind = target.kind or type(target.present)
    for name in target.values:
        if name not in kind.model_fields:
            possible = ", ".join(each.name for each in kind.hyperparameters()) or "none"
            raise ChangeError(f"{said}: {kind.label} has no setting {name}; it has {possible}.")
    wanted = {each.name: each for each in kind.hyperparameters()}
    values = {name: _understood(value, wanted[name], kind) for name, value in target.values.items()}
    if place == ("data", "split"):
        values = _rest_shared(target.present, values)
    try:
        return kind.checked(values) if target.kind else target.present.changed(**values)
    except DefinitionError as error:
        raise ChangeError(f"{said}: {error}") from None


def _understood(typed: Any, wanted: Hyperparameter, kind: type[Definition]) -> Any:
    """A value from what was typed. What makes no sense for the hyperparameter is left as it is, to be refused."""
    if not isinstance(typed, str):
        return typed
    try:
        value = json.loads(typed)
    except (ValueError, RecursionError):
        value = typed
    if wanted.optional and (value is None or typed == "none"):
        return None
    if wanted.kind in ("text", "path", "choice"):
        return value if isinstance(value, str) or value in wanted.choices else typed
    if wanted.kind in ("shape", "sides") and not isinstance(value, list):  # 28x28x1 or 28,28,1 as well as [28, 28, 1]
        lengths = re.split(r"[\s,x×]+", typed.strip("()"))
        if not all(re.fullmatch(r"-?\d{1,18}", each) for each in lengths):
            return typed
        return _one_for_all([int(each) for each in lengths], wanted, kind)
    if wanted.kind == "numbers" and not isinstance(value, list):  # 1,0.5,2 as well as [1, 0.5, 2]
        return re.split(r"[\s,;]+", typed.strip("()"))
    return typed if isinstance(value, bool) and wanted.kind != "switch" else value


def _one_for_all(lengths: list[int], wanted: Hyperparameter, kind: type[Definition]) -> list[int] | int:
    """One number where there have to be several counts for each of them: 5 for a kernel of 5 x 5."""
    if len(lengths) == 1:
        try:
            kind.checked({wanted.name: lengths})
        except DefinitionError:
            return lengths[0]
    return lengths


def _rest_shared(split: Definition, values: dict[str, Any]) -> dict[str, Any]:
    """Shares of a split that are not given take what the given ones leave, in the proportion they have now."""
    others = [name for name in SHARES if name not in values]
    given = [values[name] for name in SHARES if name in values]
    if not given or not others or not all(isinstance(each, int | float) for each in given):
        return values
    left, now = 100.0 - sum(given), sum(getattr(split, name) for name in others)
    if left < 0 or now == 0:
        return values
    return values | {name: left * getattr(split, name) / now for name in others}


def _put(project: Project, place: tuple[str, str], definition: Any) -> Project:
    """The project with a definition in its place."""
    match place:
        case ("graph", node_id):
            return edits.set_layer(project, node_id, definition)
        case ("data", part):
            return edits.set_data(project, replace(project.data, **{part: definition}))
        case (part, key) if part in LISTS:
            present = getattr(project.plan, part)
            changed = tuple(definition if each.key == key else each for each in present)
            return _with_list(project, part, changed if definition in changed else (*present, definition))
    return edits.set_plan(project, replace(project.plan, **{place[1]: definition}))
