"""A checkpoint: weights without a thread, with the project they belong to and the course that led to them."""

from __future__ import annotations

from dataclasses import dataclass

from deepviz.datasets.prepared import PreparedData
from deepviz.document.file_format import Trained
from deepviz.document.project import Project
from deepviz.engine.trainer import TrainerState
from deepviz.training.history import History


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Weights from a file, or of a run that has ended.

    Attributes
    ----------
    project
        What was trained.
    state, history
        How far it had come, and how.
    """

    project: Project
    state: TrainerState
    history: History


def trained_of(checkpoint: Checkpoint, data: PreparedData | None) -> Trained:
    """A checkpoint as a project file keeps it."""
    scaler = {} if data is None else data.scaler.to_arrays()
    return Trained(checkpoint.state, checkpoint.history.to_arrays(), scaler)


def checkpoint_of(project: Project, trained: Trained) -> tuple[Checkpoint, str]:
    """What a project file kept, as a checkpoint; and a warning in words if the history had to be left out."""
    layers = tuple(dict.fromkeys(name.partition("/")[0] for name in trained.state.parameters))
    try:
        history = History.from_arrays(trained.history) if trained.history else History(layers)
        return Checkpoint(project, trained.state, history), ""
    except ValueError as error:
        return Checkpoint(project, trained.state, History(layers)), f"The curves could not be read: {error}"
