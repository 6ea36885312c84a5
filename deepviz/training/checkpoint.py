"""A checkpoint: weights without a thread, with the project they belong to and the course that led to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.document.file_format import Results, Trained
from deepviz.document.kept_states import KeptStates
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.engine.layer import Layer
from deepviz.engine.trainer import Best, TrainerState
from deepviz.training.history import History
from deepviz.training.history_arrays import until

FINGERPRINT_SAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Weights from a file, or of a run that has ended.

    Attributes
    ----------
    project
        What was trained.
    state, history
        How far it had come, and how.
    kept
        Earlier states of the run, by which its timeline is had again; may be empty.
    """

    project: Project
    state: TrainerState
    history: History
    kept: KeptStates = field(default_factory=KeptStates)

    @property
    def best(self) -> Best | None:
        """The best weights, if the plan keeps them and an epoch is over."""
        return self.state.course.best if self.project.plan.run.keep_best else None

    @property
    def result(self) -> dict[str, np.ndarray]:
        """The weights that the run has come to: the best ones if its plan keeps them, otherwise the last ones."""
        return self.state.weights if self.best is None else dict(self.best.weights)

    @property
    def result_step(self) -> int:
        """After which step those weights were."""
        return self.state.step if self.best is None else self.best.step


def why_no_copy(error: TimeoutError | MemoryError) -> str:
    """Why the weights of a run that goes on could not be had, and what helps, in words for the user."""
    if isinstance(error, MemoryError):
        return "There is not enough memory for a copy of the weights. Close other programs, and try again."
    return "The step that is being made takes too long. Pause, and try again."


def trained_of(checkpoint: Checkpoint, data: PreparedData | None, results: Results | None = None) -> Trained:
    """A checkpoint as a project file keeps it.

    Parameters
    ----------
    checkpoint
        Weights and history. The history may be ahead of the weights, as it is while a run goes on; it is cut to fit.
    data
        What it was trained on, if known.
    results
        How good the weights are on each part of the data, if known.
    """
    history = until(checkpoint.history.to_arrays(), checkpoint.state.step)
    scaler = {} if data is None else data.scaler.to_arrays()
    print_of_data = "" if data is None else fingerprint(data)
    state = checkpoint.state
    if not checkpoint.project.plan.run.keep_best:  # that was changed since: readers take the best ones if there are any
        state = replace(state, course=replace(state.course, best=None))
    return Trained(state, history, scaler, results or {}, print_of_data, checkpoint.kept)


def checkpoint_of(project: Project, trained: Trained) -> tuple[Checkpoint, str]:
    """What a project file kept, as a checkpoint; and a warning in words if the history had to be left out."""
    layers = tuple(dict.fromkeys(name.rpartition("/")[0] for name in trained.state.parameters))
    empty, state = History(layers), _completed(trained.state, project)
    kept = trained.kept.before(state.step)
    if not trained.history:
        return Checkpoint(project, state, empty, kept), ""
    try:
        history = History.from_arrays(trained.history)
    except ValueError as error:
        return Checkpoint(project, state, empty, kept), f"The curves could not be read: {error}"
    if len(history) and history.steps[-1] > state.step:
        return Checkpoint(project, state, empty, kept), "The curves were left out: they go beyond the saved weights."
    return Checkpoint(project, state, history, kept), ""


def _completed(state: TrainerState, project: Project) -> TrainerState:
    """The state with what files of earlier versions do not say, because it could not change in the middle of a run."""
    if state.optimizer is not None:
        return state
    plan, nodes = project.plan, unrolled(project.graph).graph.nodes
    frozen = {node.id: 0 for node in nodes if isinstance(node.layer, Layer) and node.layer.frozen}
    return replace(state, optimizer=plan.optimizer, batch_size=plan.run.batch_size, ages=frozen)


def fingerprint(data: PreparedData) -> str:
    """A short text that differs when the data a network is trained on differs.

    It is made from all targets and from samples here and there, so it takes no time to speak of.
    """
    x, y = data.train.x, data.train.y
    seen = hashlib.sha256(f"{x.shape} {y.shape} {y.dtype}".encode())
    seen.update(np.ascontiguousarray(y).tobytes())
    seen.update(np.ascontiguousarray(x[:: max(1, len(x) // FINGERPRINT_SAMPLES)]).tobytes())
    return seen.hexdigest()
