"""A checkpoint: weights without a thread, with the project they belong to and the course that led to them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.document.file_format import Results, Trained
from deepviz.document.project import Project
from deepviz.engine.trainer import TrainerState
from deepviz.training.history import History

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
    """

    project: Project
    state: TrainerState
    history: History


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
    history = _until(checkpoint.history.to_arrays(), checkpoint.state.step)
    scaler = {} if data is None else data.scaler.to_arrays()
    print_of_data = "" if data is None else fingerprint(data)
    return Trained(checkpoint.state, history, scaler, results or {}, print_of_data)


def checkpoint_of(project: Project, trained: Trained) -> tuple[Checkpoint, str]:
    """What a project file kept, as a checkpoint; and a warning in words if the history had to be left out."""
    layers = tuple(dict.fromkeys(name.rpartition("/")[0] for name in trained.state.parameters))
    empty = History(layers)
    if not trained.history:
        return Checkpoint(project, trained.state, empty), ""
    try:
        history = History.from_arrays(trained.history)
    except ValueError as error:
        return Checkpoint(project, trained.state, empty), f"The curves could not be read: {error}"
    if len(history) and history.steps[-1] > trained.state.step:
        return Checkpoint(project, trained.state, empty), "The curves were left out: they go beyond the saved weights."
    return Checkpoint(project, trained.state, history), ""


def fingerprint(data: PreparedData) -> str:
    """A short text that differs when the data a network is trained on differs.

    It is made from all targets and from samples here and there, so it takes no time to speak of.
    """
    x, y = data.train.x, data.train.y
    seen = hashlib.sha256(f"{x.shape} {y.shape} {y.dtype}".encode())
    seen.update(np.ascontiguousarray(y).tobytes())
    seen.update(np.ascontiguousarray(x[:: max(1, len(x) // FINGERPRINT_SAMPLES)]).tobytes())
    return seen.hexdigest()


def _until(arrays: Mapping[str, np.ndarray[Any, Any]], step: int) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a history without what came after a step."""
    count = int(np.searchsorted(arrays["step"], step, side="right"))
    events = arrays["event/step"] <= step
    cut: dict[str, np.ndarray[Any, Any]] = {"layers": arrays["layers"]}
    for name, array in arrays.items():
        kind, _, column = name.partition("/")
        if kind in ("step", "epoch"):
            cut[name] = array[:count]
        elif kind == "event":
            cut[name] = array[events]
        elif kind in ("at", "value"):
            at = arrays.get(f"at/{column}")
            cut[name] = array[: count if at is None else int(np.searchsorted(at, step, side="right"))]
    return cut
