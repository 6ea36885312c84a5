"""What is changed of a run while it goes on: by which plan it went on after a step, and which layers were frozen then.

The changes of a run and its project as it began are all that is needed to train it again, to the bit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from deepviz.document.changed_settings import chosen_of_its_own, differing_shared, said
from deepviz.document.file_format import FileError
from deepviz.document.project import Project, TrainingPlan
from deepviz.document.project_json import plan_from_json, plan_to_json
from deepviz.engine.weighted import Trained
from deepviz.numerals import thousands
from deepviz.registry import Definition


@dataclass(frozen=True)
class Change:
    """How a run went on after a step; the first of a run, after step 0, is how it began.

    Of several after one step the last counts, because nothing takes effect before the next step.

    Attributes
    ----------
    step
        After how many steps.
    plan
        The whole plan that it went by from then on.
    frozen
        The nodes that were frozen from then on.
    """

    step: int
    plan: TrainingPlan
    frozen: frozenset[str] = frozenset()

    def to_json(self) -> str:
        """The change as JSON text, without its step. Equal changes give equal text."""
        return json.dumps({"plan": json.loads(plan_to_json(self.plan)), "frozen": sorted(self.frozen)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, step: int) -> Change:
        """Read a change back.

        Raises
        ------
        ValueError
            If it is not one, in words.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError("A change of the run cannot be read: it is not valid JSON.") from None
        frozen = values.get("frozen") if isinstance(values, dict) else None
        if not isinstance(frozen, list) or not all(isinstance(name, str) for name in frozen):
            raise ValueError("A change of the run cannot be read: it does not say which layers are frozen.")
        if step < 0:
            raise ValueError(f"A change of the run cannot be read: it comes after {thousands(step)} steps.")
        try:
            return cls(step, plan_from_json(json.dumps(values.get("plan"))), frozenset(frozen))
        except FileError as error:
            raise ValueError(f"A change of the run cannot be read: {error}") from None


def change_of(project: Project, step: int) -> Change:
    """What a project says of how to train, from some step on."""
    return Change(step, project.plan, _frozen(project))


def applied(project: Project, change: Change) -> Project:
    """The project as the run went by it after a change."""
    nodes = tuple(
        replace(node, layer=node.layer.changed(trainable=node.id not in change.frozen))
        if isinstance(node.layer, Trained) and node.layer.frozen != (node.id in change.frozen)
        else node
        for node in project.graph.nodes
    )
    return replace(project, plan=change.plan, graph=replace(project.graph, nodes=nodes))


def noted(before: Project, after: Project) -> list[str]:
    """The changes from one project to another that say how a run trains and how long, each in a few words.

    Stopping rules, metrics and the keeping of the best weights only look on, so nothing is noted of them.
    """
    one, other = before.plan, after.plan
    old, new = one.optimizer.learning_rate, other.optimizer.learning_rate
    found = [f"learning rate {said(old)} → {said(new)}"] if old != new else []
    found += _of_definitions("optimizer", one.optimizer, other.optimizer.changed(learning_rate=old))
    if one.run.batch_size != other.run.batch_size:
        found.append(f"batch size {thousands(one.run.batch_size)} → {thousands(other.run.batch_size)}")
    found += _of_definitions("schedule", one.schedule, other.schedule)
    if one.run.epochs != other.run.epochs:
        found.append(f"epochs {thousands(one.run.epochs)} → {thousands(other.run.epochs)}")
    was, is_now = _frozen(before), _frozen(after)
    in_order = [node.id for node in after.graph.nodes]
    found += [f"{name} frozen" for name in in_order if name in is_now - was]
    return found + [f"{name} thawed" for name in in_order if name in was - is_now]


def _frozen(project: Project) -> frozenset[str]:
    layers = ((node.id, node.layer) for node in project.graph.nodes)
    return frozenset(name for name, layer in layers if isinstance(layer, Trained) and layer.frozen)


def _of_definitions(noun: str, before: Definition, after: Definition) -> list[str]:
    """In which settings that both know two differ, and that they are of different kinds if they are.

    What only the new kind has is told with it where it is not as that kind has it by itself.
    """
    if before.key == after.key:
        return differing_shared(before, after)
    kinds = ", ".join([f"{noun} {before.label} → {after.label}", *chosen_of_its_own(before, after)])
    return [kinds, *differing_shared(before, after)]
