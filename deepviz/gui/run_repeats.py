"""Runs made from runs: one that branches off at an earlier step, and one that is made again exactly."""

from __future__ import annotations

from deepviz.document.file_format import Loaded
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


def train_again(controller: TrainingController, editor: Editor, loaded: Loaded) -> str:
    """Make the run of an opened project again, with every change that its history notes.

    Returns
    -------
    Why that cannot be done, in words; empty if it has begun.
    """
    if loaded.trained is None or editor.data is None:
        return "There is nothing to train again: the run has made no step, or its data are not there."
    checkpoint, warning = checkpoint_of(loaded.project, loaded.trained)
    try:
        changes = [Change.from_json(text, step) for step, text in checkpoint.history.changes]
        run = Replay.of(loaded.project, editor.data, changes, checkpoint.state.step)
    except ValueError as error:
        return warning or str(error)
    if changes:
        editor.apply("Train again", lambda project: applied(project, changes[0]), "again")
    controller.train_again(run)
    return ""
