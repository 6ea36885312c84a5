"""A grid of runs: all combinations of some values of some settings, every one checked before anything is started.

Settings are named by the paths of ``--set``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic.fields import FieldInfo

from deepviz.document.changes import ChangeError, changed
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts, check
from deepviz.engine import layers, optimizers, schedules
from deepviz.engine.layer import Activation
from deepviz.numerals import thousands
from deepviz.registry import Definition, Hyperparameter
from deepviz.training.grid_values import values_of
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_settings import label_of, value_words
from deepviz.training.run_store import RunOrigin, RunStore

MOST_RUNS = 200
SEED = "plan.run.seed"
_NOT_OFFERED = ("plan.run.checkpoint_every", "plan.run.keep_best")


class GridError(ValueError):
    """A grid that cannot be run. The text says why.

    Attributes
    ----------
    axis
        The number of the axis it is about; None if it is about all of them.
    """

    def __init__(self, text: str, axis: int | None = None) -> None:
        super().__init__(text)
        self.axis = axis


@dataclass(frozen=True, eq=False)
class Choice:
    """A setting of a project that can be varied.

    Attributes
    ----------
    path, label
        Where it is, and what people call it.
    wanted
        What values it takes; for a kind, such as that of the optimizer, a choice of keys.
    present
        What it is now.
    """

    path: str
    label: str
    wanted: Hyperparameter
    present: Any


@dataclass(frozen=True)
class Axis:
    """The values that one setting is to take."""

    path: str
    values: tuple[Any, ...]


def choices_of(project: Project) -> list[Choice]:
    """All settings of a project that can be varied, those that people vary most first."""
    plan, found = project.plan, []
    found += _choices("plan.optimizer", plan.optimizer)
    found += _choices("plan.run", plan.run)
    found.append(_kind_choice("plan.optimizer", plan.optimizer, optimizers.registry.values()))
    for node in project.graph.nodes:
        if isinstance(node.layer, Activation):
            kinds = [each for each in layers.registry.values() if issubclass(each, Activation)]
            found.append(_kind_choice(f"graph.{node.id}", node.layer, kinds))
        if not node.is_loss and node.takes_input:
            found += _choices(f"graph.{node.id}", node.layer)
    found.append(_kind_choice("plan.schedule", plan.schedule, schedules.registry.values()))
    found += _choices("plan.schedule", plan.schedule)
    for rule in plan.stopping:
        found += _choices(f"plan.stopping.{rule.key}", rule)
    return [each for each in found if each.path not in _NOT_OFFERED]


def axis_of(choice: Choice, typed: str) -> Axis:
    """The axis of a setting with the values that were typed.

    Raises
    ------
    ValuesError
        If they are no such values.
    """
    return Axis(choice.path, values_of(typed, choice.wanted))


def count_of(axes: Sequence[Axis]) -> int:
    """How many combinations there are."""
    return math.prod(len(axis.values) for axis in axes)


def grid(project: Project, axes: Sequence[Axis], facts: DataFacts | None = None) -> list[QueuedRun]:
    """All combinations as runs of one series; the last axis changes fastest.

    Parameters
    ----------
    project
        What the settings are changed of.
    axes
        At least one, of different settings.
    facts
        What is known about the data, against which every combination is checked.

    Raises
    ------
    GridError
        If there is nothing to vary, there are too many combinations, or one of them cannot be trained; nothing is
        started then.
    """
    if not axes:
        raise GridError("Choose at least one setting to vary.")
    for number, axis in enumerate(axes):
        if axis.path in [other.path for other in axes[:number]]:
            raise GridError(f"{label_of(axis.path).capitalize()} is there twice.", number)
    if count_of(axes) > MOST_RUNS:
        raise GridError(f"These are {thousands(count_of(axes))} runs; at most {MOST_RUNS} can be queued at once.")
    kind = "seeds" if [axis.path for axis in axes] == [SEED] else "grid"
    series, varied = RunStore.new_id(), tuple(axis.path for axis in axes)
    runs = []
    for values in itertools.product(*(axis.values for axis in axes)):
        words = ", ".join(
            f"{label_of(axis.path)} {value_words(value)}" for axis, value in zip(axes, values, strict=True)
        )
        made = _combined(project, axes, values, words)
        problems = check(made, facts).problems
        if problems:
            raise GridError(f"With {words}: {problems[0].text}", _guilty(project, axes, values, facts))
        runs.append(QueuedRun(made, RunOrigin(f"{project.name}, {words}", series, kind, varied)))
    return runs


def seeds(project: Project, count: int, first: int, facts: DataFacts | None = None) -> list[QueuedRun]:
    """The same project with several seeds, one after another from `first`.

    Raises
    ------
    GridError
        If that is not possible.
    """
    if not 2 <= count <= MOST_RUNS:
        raise GridError(f"The number of seeds must be from 2 to {MOST_RUNS}.")
    if not 0 <= first <= 2**31 - count:
        raise GridError(f"The first seed must be from 0 to {thousands(2**31 - count)}.")
    return grid(project, [Axis(SEED, tuple(range(first, first + count)))], facts)


def _combined(project: Project, axes: Sequence[Axis], values: Sequence[Any], words: str) -> Project:
    # What a kind has as settings is known only once it is there, so kinds are set first.
    changes = sorted(zip(axes, values, strict=True), key=lambda each: each[0].path.count("."))
    try:
        for axis, value in changes:
            # An optional setting that is switched off is typed so.
            project = changed(project, [(label_of(axis.path), axis.path, "none" if value is None else value)])
    except ChangeError as error:
        raise GridError(f"With {words}: {error}") from None
    return project


def _guilty(project: Project, axes: Sequence[Axis], values: Sequence[Any], facts: DataFacts | None) -> int | None:
    """The axis whose value alone is a problem, if there is one."""
    for number, (axis, value) in enumerate(zip(axes, values, strict=True)):
        try:
            if check(_combined(project, [axis], [value], ""), facts).problems:
                return number
        except GridError:
            return number
    return None


def _choices(path: str, definition: Definition) -> list[Choice]:
    return [
        Choice(f"{path}.{each.name}", label_of(f"{path}.{each.name}"), each, getattr(definition, each.name))
        for each in definition.hyperparameters()
        if each.kind not in ("path", "text")
    ]


def _kind_choice(path: str, present: Definition, kinds: Sequence[type[Definition]]) -> Choice:
    """The choice between kinds of one thing, such as optimizers, by their keys."""
    keys = tuple(each.key for each in kinds)
    field = FieldInfo(annotation=cast(Any, Literal)[keys], default=present.key, title=label_of(path).capitalize())
    return Choice(path, label_of(path), Hyperparameter(path, field), present.key)
