"""All settings of a project by their paths, which are those of ``--set``, and in which of them projects differ.

Of a run they are those that it began with, and the course of those that were changed while it went on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from deepviz import datasets
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.changed_settings import small
from deepviz.document.project import Project, RunSettings
from deepviz.document.repeats import unrolled
from deepviz.engine import layers, metrics, optimizers, schedules, stopping
from deepviz.engine.layer import Layer
from deepviz.numerals import shortest
from deepviz.registry import Definition
from deepviz.training.changes import Change, applied
from deepviz.training.history import History

Settings = Mapping[str, Any]
"""Plain JSON values by path."""

Course = tuple[tuple[int, Any], ...]
"""How a setting was changed while a run went on: after which step, and to what."""

EDGES = "graph.edges"
UNIMPORTANT = ("plan.run.checkpoint_every",)
"""What makes no difference to a run."""

MOST_WORDS = 4
"""Of how many layers a network in short speaks."""


def settings_of(project: Project) -> dict[str, Any]:
    """Every setting of a project as a plain JSON value, by its path; kinds of layers are at ``graph.NODE``."""
    found: dict[str, Any] = {}
    for node in project.graph.nodes:
        _add(found, f"graph.{node.id}", node.layer)
    found[EDGES] = ", ".join(f"{edge.source} → {edge.target}" for edge in sorted(project.graph.edges))
    data, plan = project.data, project.plan
    _add(found, "data.source", data.source)
    _add(found, "data.split", data.split, False)
    _add(found, "data.preprocessing", data.preprocessing, False)
    _add(found, "plan.optimizer", plan.optimizer)
    _add(found, "plan.schedule", plan.schedule)
    _add(found, "plan.run", plan.run, False)
    parts: tuple[tuple[str, Sequence[Definition]], ...] = (("stopping", plan.stopping), ("metrics", plan.metrics))
    for part, chosen in parts:
        found[f"plan.{part}"] = ", ".join(each.key for each in chosen) or "none"
        for each in chosen:
            _add(found, f"plan.{part}.{each.key}", each, False)
    return found


def settings_of_run(project: Project, history: History, steps: int) -> tuple[dict[str, Any], dict[str, Course]]:
    """The settings that a run began with, and how those of them that were changed while it ran went on.

    Parameters
    ----------
    project
        As it was at the end.
    history
        That of the run, with its changes. Where they do not tell how it began, all settings are those at the end.
    steps
        How many steps were made: a change after the last one has not taken effect.
    """
    try:
        changes = {step: Change.from_json(text, step) for step, text in history.changes if step < steps or not step}
    except ValueError:
        changes = {}
    if 0 not in changes:
        return settings_of(project), {}
    began = settings_of(applied(project, changes[0]))
    courses: dict[str, list[tuple[int, Any]]] = {}
    before = began
    for step in sorted(changes)[1:]:
        now = settings_of(applied(project, changes[step]))
        for path in dict.fromkeys([*before, *now]):
            if before.get(path) != now.get(path):
                courses.setdefault(path, []).append((step, now.get(path)))
        before = now
    return began, {path: tuple(course) for path, course in courses.items()}


def differing(settings: Sequence[Settings]) -> list[str]:
    """The paths of all settings in which some differ, in the order of the first that has them; None counts as a value.

    Where a layer is missing or of another kind in some, that is told, but not each setting that only others have.
    """
    paths = list(dict.fromkeys(path for each in settings for path in each))
    found = []
    told: list[str] = []
    for path in paths:
        values = [each.get(path) for each in settings]
        if path in UNIMPORTANT or all(value == values[0] for value in values):
            continue
        is_missing = any(path not in each for each in settings)
        if is_missing and any(path.startswith(f"{whole}.") for whole in told):
            continue
        found.append(path)
        if any(other.startswith(f"{path}.") for other in paths):
            told.append(path)  # of another kind: its settings are other settings
    if any(path.count(".") == 1 and path.startswith("graph.") and path != EDGES for path in found):
        found = [path for path in found if path != EDGES]  # with other layers, connections are others anyway
    return found


def label_of(path: str) -> str:
    """What a setting is called in a heading, as forms call it: ``dense_1 kernel`` for ``graph.dense_1.kernel_size``."""
    area, _, rest = path.partition(".")
    first, _, last = rest.partition(".")
    if area == "graph":
        return "connections" if path == EDGES else f"{first} {_label('graph', last)}".strip()
    part = _label(first, last)
    if first == "run" or (area == "plan" and first == "optimizer" and last):
        return part
    return part if part.lower() == _words(first).lower() else f"{_words(first)} {part}".strip()


def value_words(value: Any) -> str:
    """A plain value as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return shortest(float(f"{value:.6g}"))
    if isinstance(value, list):
        return " × ".join(value_words(each) for each in value)
    return str(value)


def network_words(project: Project) -> str:
    """A network in short: the layers that are trained, ``Dense 16 · Dense 16 · Dense 2``."""
    layers = [node.layer for node in unrolled(project.graph).graph.nodes if isinstance(node.layer, Layer)]
    named = [f"{layer.label} {layer.headline()}".strip() for layer in layers if layer.category.lower() in _TELLING]
    if len(named) > MOST_WORDS:
        return f"{len(layers)} layers: {named[0]} … {named[-1]}"
    return " · ".join(named) or f"{len(layers)} layers"


_TELLING = ("core", "convolution", "recurrent", "attention")


def _add(found: dict[str, Any], path: str, definition: Definition, with_kind: bool = True) -> None:
    values = definition.to_json()
    kind = values.pop("type")
    if with_kind:
        found[path] = kind
    found |= {f"{path}.{name}": value for name, value in values.items()}


def _label(part: str, name: str) -> str:
    """What forms call a setting of a part of a project, as it stands inside a sentence."""
    *rule, setting = name.split(".")  # of stopping rules and metrics there are several
    return " ".join([*rule, _labels().get(part, {}).get(setting) or _words(setting)])


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    """What forms call each setting, by part and name. Where kinds differ, what most of them call it."""
    parts: Mapping[str, Iterable[type[Definition]]] = {
        "graph": layers.registry.values(),
        "source": datasets.registry.values(),
        "split": [SplitChoice],
        "preprocessing": [Preprocessing],
        "optimizer": optimizers.registry.values(),
        "schedule": schedules.registry.values(),
        "run": [RunSettings],
        "stopping": stopping.registry.values(),
        "metrics": metrics.registry.values(),
    }
    found: dict[str, dict[str, str]] = {}
    for part, kinds in parts.items():
        counted: dict[str, Counter[str]] = {}
        for setting in (each for kind in kinds for each in kind.hyperparameters()):
            counted.setdefault(setting.name, Counter())[small(setting.label)] += 1
        found[part] = {name: labels.most_common(1)[0][0] for name, labels in counted.items()}
    return found


def _words(name: str) -> str:
    return name.replace("_", " ")
