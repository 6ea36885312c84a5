"""A small project for tests of what is stored: quick to train, and its epoch has several steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from deepviz.datasets import registry as sources
from deepviz.document import edits
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import layers, losses
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam


def iris_project(optimizer: Optimizer | None = None, units: int = 5) -> Project:
    """A small network for iris; an epoch is 8 steps."""
    project = edits.set_data(Project("small"), DataChoice(sources["iris"]()))
    plan = TrainingPlan(optimizer or Adam(learning_rate=0.01), RunSettings(batch_size=16, epochs=3))
    project = edits.set_plan(project, plan)
    chain = [
        layers.Input(shape=(4,)),
        layers.Dense(units=units),
        layers.Tanh(),
        layers.Dense(units=3),
        losses.SoftmaxCrossEntropy(),
    ]
    for layer in chain:
        project = edits.append(project, layer)
    return project


def same_arrays(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    """Whether names, types, shapes and every bit of the numbers are equal."""
    return one.keys() == other.keys() and all(
        (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
        for a, b in ((one[name], other[name]) for name in one)
    )
