"""What was changed of a project's settings, in words with both values: ``learning rate 0.1 → 0.01``."""

from __future__ import annotations

from deepviz.document.project import Project
from deepviz.numerals import shortest
from deepviz.registry import Definition

PARTS = ("optimizer", "schedule", "run")
"""Of the plan, what has settings of its own; one of several rules or metrics is told by its label."""


def changed_settings(before: Project, after: Project) -> tuple[str, ...]:
    """Every setting of the plan and of layers that differs, where both are of one kind."""
    found: list[str] = []
    for name in PARTS:
        found += differing(getattr(before.plan, name), getattr(after.plan, name))
    for name in ("stopping", "metrics"):
        known: dict[str, Definition] = {each.key: each for each in getattr(before.plan, name)}
        for each in getattr(after.plan, name):
            if each.key in known:
                found += [f"{each.label}: {words}" for words in differing(known[each.key], each)]
    if after.graph is not before.graph:
        nodes = before.graph.by_id
        for node in after.graph.nodes:
            if node.id in nodes and nodes[node.id].layer is not node.layer:
                found += [f"{node.id}: {words}" for words in differing(nodes[node.id].layer, node.layer)]
    return tuple(found)


def differing(before: Definition, after: Definition) -> list[str]:
    """In which settings two definitions of one kind differ; nothing where they are of different kinds."""
    return differing_shared(before, after) if before.key == after.key else []


def differing_shared(before: Definition, after: Definition) -> list[str]:
    """In which of the settings that both know two definitions differ, which may be of different kinds."""
    known = type(before).model_fields
    return [
        f"{small(setting.label)} {said(getattr(before, setting.name))} → {said(getattr(after, setting.name))}"
        for setting in after.hyperparameters()
        if setting.name in known and getattr(before, setting.name) != getattr(after, setting.name)
    ]


def chosen_of_its_own(before: Definition, after: Definition) -> list[str]:
    """The settings that only the latter of two kinds knows and that are not at their defaults: ``momentum 0.9``."""
    known = type(before).model_fields
    return [
        f"{small(setting.label)} {said(getattr(after, setting.name))}"
        for setting in after.hyperparameters()
        if setting.name not in known and getattr(after, setting.name) != setting.default
    ]


def said(value: object) -> str:
    """A value in as few digits as tell it from all others: ``0.003``, ``1e-5``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(said, value)) or "none"
    return shortest(value) if isinstance(value, float) else str(value)


def small(label: str) -> str:
    """A label inside a sentence: "Batch size" becomes "batch size", "L2 penalty" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
