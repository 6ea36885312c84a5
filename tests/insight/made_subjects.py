"""Networks to look at, trained a little or not at all, on data that come with the program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deepviz.datasets.prepared import Part
from deepviz.datasets.source import DatasetSource
from deepviz.document import edits
from deepviz.document.compile import compile_project
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine.optimizers.adam import Adam
from deepviz.insight.subject import Subject
from deepviz.training.run_plan import RunPlan

Layers = tuple[tuple[str, dict[str, object]], ...]

CROSS_ENTROPY: Layers = (("Input", {}), ("Dense", {"units": 12}), ("Tanh", {}), ("Dense", {"units": 3}))


def project_of(source: DatasetSource, layers: Layers, loss: str, **settings: object) -> Project:
    """A chain of layers with a loss at its end."""
    project = Project(plan=TrainingPlan(Adam(learning_rate=0.01), RunSettings(batch_size=32, epochs=1)))
    project = edits.set_data(project, DataChoice(source=source))
    layers = tuple(
        (key, {"shape": source.load().sample_shape} if key == "Input" else changes) for key, changes in layers
    )
    for key, changes in (*layers, (loss, settings)):
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return project


def subject_of(project: Project, steps: int = 0) -> Subject:
    """The network of a project after some steps."""
    plan = RunPlan.of(project)
    network, loss = compile_project(project, plan.facts)
    if steps:
        trainer = plan.trainer()
        for record in trainer.steps():
            if record.step >= steps:
                break
        network.load_weights(trainer.network.weights())
    return Subject(project, plan.data, network, loss, steps)


def with_part(subject: Subject, x: np.ndarray, y: np.ndarray) -> Subject:
    """The same network with other validation samples."""
    return replace(subject, data=replace(subject.data, validation=Part(x.astype(np.float32), y)))


def ignored(share: float) -> None:
    """Somebody who waits for the answer, however long it takes."""
