"""Small runs for the tests of what becomes of runs: projects, checkpoints, and histories whose numbers are known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan


@dataclass(frozen=True)
class Record:
    step: int
    epoch: int
    values: dict[str, object] = field(default_factory=dict)


def project(units: int = 4, epochs: int = 2, name: str = "small", **run: Any) -> Project:
    """input_1 (2) -> dense_1 -> tanh_1 -> dense_2 (2) -> loss_1, on spirals."""
    made = Project(name)
    for layer in (Input(shape=(2,)), Dense(units=units), Tanh(), Dense(units=2), SoftmaxCrossEntropy()):
        made = edits.append(made, layer)
    return edits.set_plan(made, replace(made.plan, run=made.plan.run.changed(epochs=epochs, **run)))


def trained(what: Project) -> Checkpoint:
    """A checkpoint of a project that was really trained."""
    trainer = RunPlan.of(what).trainer()
    history = History([node.id for node in trainer.network.trained_nodes])
    history.append(trainer.steps())
    history.seconds = 0.5
    return Checkpoint(what, trainer.state(), history)


def history(steps: int, per_epoch: int = 10, watched: int = 0) -> History:
    """Loss 1/step; after each epoch a validation loss of 2/step and an accuracy; `watched` every so many steps."""
    made = History(["dense_1", "dense_2"], ["input_1", "dense_1", "tanh_1", "dense_2"])
    records = []
    for step in range(1, steps + 1):
        values: dict[str, object] = {"loss": 1 / step, "gradient_norm": np.array([step, 2.0 * step])}
        if step % per_epoch == 0:
            values |= {"validation_loss": 2 / step, "validation_accuracy": 1 - 1 / step}
        if watched and step % watched == 0:
            values["gradients/l2"] = np.array([step, 3.0 * step])
        records.append(Record(step, (step - 1) // per_epoch + 1, values))
    made.append(records)
    return made


def made_with(per_epoch: list[int], most_steps: int | None = None, validated: bool = True) -> History:
    """A history of epochs of these numbers of steps; a validation loss after each that is smallest in the third."""
    made, step = History([], most_steps=most_steps), 0
    for epoch, count in enumerate(per_epoch, start=1):
        records = []
        for number in range(count):
            step += 1
            values: dict[str, object] = {"loss": 1 / step}
            if validated and number == count - 1:
                values["validation_loss"] = 0.25 if epoch == 3 else 1.0 + epoch
            records.append(Record(step, epoch, values))
        made.append(records)
    return made
