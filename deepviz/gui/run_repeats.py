"""Runs made from runs: one that branches off at an earlier step, and one that is made again exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.datasets.dataset import DatasetError
from deepviz.document.file_format import Loaded
from deepviz.document.project import Project
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.training_controller import TrainingController
from deepviz.training.branching import branched, settings_at
from deepviz.training.changes import Change, applied
from deepviz.training.checkpoint import Checkpoint, checkpoint_of
from deepviz.training.replay import Replay


def branch(controller: TrainingController, editor: Editor, step: int) -> bool:
    """Begin a new run with the weights that the open one had after a kept step. Returns whether there are any.

    The project goes back to the settings that the run had then, so that it repeats the steps after that one, to the
    bit, until something else is changed.
    """
    state, before = controller.moments.at(step), controller.checkpoint()
    if state is None or before is None:
        return False
    history, timeline = branched(before.history, step), controller.moments.timeline
    controller.load(Checkpoint(settings_at(before.project, history), state, history), "branched", timeline)
    editor.apply(f"Branch from step {step}", lambda project: settings_at(project, history))
    return True


def replay_of(editor: Editor, loaded: Loaded) -> tuple[Project, Replay]:
    """How a run can be made again, with every change that its history notes.

    Returns
    -------
    The project as it was when the run began, and the run.

    Raises
    ------
    ValueError
        If it cannot be made again; the text says why.
    """
    if loaded.trained is None:
        raise ValueError("There is nothing to train again: the run has made no step.")
    checkpoint, warning = checkpoint_of(loaded.project, loaded.trained)
    try:
        data = editor.data_of(loaded.project.data)
        changes = [Change.from_json(text, step) for step, text in checkpoint.history.changes]
        run = Replay.of(loaded.project, data, changes, checkpoint.state.step)
    except DatasetError as error:
        raise ValueError(f"Its data are not there: {error}") from None
    except ValueError as error:
        raise ValueError(warning or str(error)) from None
    return applied(loaded.project, changes[0]) if changes else loaded.project, run


def verdict(name: str, before: TrainerState, after: TrainerState) -> tuple[bool, str]:
    """Whether a run that was made again has come to the same weights, to the bit; and that in words.

    Parameters
    ----------
    name
        Of the run that was there before.
    before, after
        Where that run stood, and where the new one has ended.
    """
    if after.step != before.step:
        return False, (
            f"{name} was trained again, but that ended after step {thousands(after.step)} and not after step "
            f"{thousands(before.step)}, so it is not the same run."
        )
    where = f"{name} was trained again: after step {thousands(after.step)}"
    differing = {key: count for key in before.weights if (count := _others(before.weights, after.weights, key))}
    if not differing:
        return True, f"{where} all weights are the same, to the bit."
    total = sum(array.size for array in before.weights.values())
    far = {key: _distance(before.weights[key], after.weights[key]) for key in differing if key in after.weights}
    farthest = max(far, key=lambda key: far[key], default="")
    most = f", by up to {far[farthest]:.2g}, most in {farthest}" if farthest else ""
    return False, (
        f"{where} {thousands(sum(differing.values()))} of {thousands(total)} weights are not the same{most}. "
        "Another processor, another version of NumPy or several workers round differently; otherwise the data or a "
        "setting was changed."
    )


def _others(before: Mapping[str, npt.NDArray[Any]], after: Mapping[str, npt.NDArray[Any]], key: str) -> int:
    """How many numbers of an array differ in any bit: NaN equals the same NaN, and 0 is not -0."""
    one, other = before[key], after.get(key)
    if other is None or one.shape != other.shape or one.dtype != other.dtype:
        return int(one.size)
    if not one.size:
        return 0
    bits, others = (np.ascontiguousarray(each).reshape(-1).view(np.uint8) for each in (one, other))
    return int((bits != others).reshape(one.size, -1).any(axis=1).sum())


def _distance(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """The largest difference of two arrays; infinite if they are of different shapes or one is not finite."""
    if one.shape != other.shape:
        return float("inf")
    with np.errstate(all="ignore"):
        difference = np.abs(one.astype(np.float64) - other)
    difference[np.isnan(difference)] = np.inf
    return float(difference[~(np.isnan(one) & np.isnan(other))].max(initial=0.0))
