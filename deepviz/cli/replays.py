"""`deepviz train --replay`: a saved run trained again; and the notes that make a run of the command line such a one."""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from deepviz.cli import RequestError, note
from deepviz.document.file_format import Loaded
from deepviz.document.project import Project
from deepviz.engine.trainer import Trainer, TrainerState
from deepviz.training.changes import Change, change_of, noted
from deepviz.training.checkpoint import checkpoint_of
from deepviz.training.history import History
from deepviz.training.replay import Replay
from deepviz.training.run_plan import RunPlan

SETTINGS = ("epochs", "steps", "seed", "batch_size", "learning_rate")
"""Options that would make another run of it."""


def replay_of(options: argparse.Namespace, loaded: Loaded, plan: RunPlan) -> tuple[Replay, History]:
    """The saved run, and a history for it to be written into that has its notes already.

    Raises
    ------
    RequestError
        If there is none, or it cannot be trained again as it was.
    """
    given = [f"--{name.replace('_', '-')}" for name in SETTINGS if getattr(options, name) is not None]
    given += ["--set"] if options.changes else []
    if given:
        raise RequestError(
            f"--replay trains the run as it was, so nothing can be changed with it; leave out {given[0]}."
        )
    if loaded.trained is None:
        raise RequestError(f"{options.project} has no saved run to train again; train it with --save first.")
    checkpoint, warning = checkpoint_of(loaded.project, loaded.trained)
    if warning or loaded.warnings:
        raise RequestError(f"--replay needs the notes of the run. {warning or loaded.warnings[0]}")
    history = History(checkpoint.history.layers)
    for step, text in checkpoint.history.events:
        history.add_event(step, text)
    for step, text in checkpoint.history.changes:
        history.add_change(step, text)
    if history.events and not history.changes:
        note(f"{options.project} does not say exactly how it was changed on the way; it is trained as it is now.")
    try:
        changes = [Change.from_json(text, step) for step, text in history.changes]
        return Replay.of(plan.project, plan.data, changes, checkpoint.state.step), history
    except ValueError as error:
        raise RequestError(f"{options.project}: {error}") from None


def note_plan(history: History, before: Project, now: Project, trainer: Trainer) -> None:
    """Note in a history by what its run goes on, if that is not by what it went so far.

    Parameters
    ----------
    history
        That of the run.
    before
        The project as it was saved, by which the run went if its history notes no change.
    now, trainer
        The project and the trainer that goes on by it, perhaps to another epoch.
    """
    now = replace(now, plan=replace(now.plan, run=now.plan.run.changed(epochs=max(1, trainer.epochs))))
    step, changes = trainer.step, history.changes
    last = Change.from_json(changes[-1][1], step) if changes else change_of(before, step)
    # How long a run goes on makes no difference to a rate that stays: a resumed run is as if it had been a longer one.
    if last != change_of(now, step) and (changes or _without_length(last) != _without_length(change_of(now, step))):
        if not changes and step:
            history.add_change(0, change_of(before, 0).to_json())
        history.add_change(step, change_of(now, step).to_json())
        # Where the rate does not look at it, how far a command goes is no change of the run either.
        told = now if now.plan.schedule.follows_length else _as_long_as(before, now)
        for words in noted(before, told) if step else ():
            history.add_event(step, words)


def _without_length(change: Change) -> Change:
    plan = change.plan
    return replace(change, plan=replace(plan, run=plan.run.changed(epochs=1))) if plan.schedule.is_constant else change


def _as_long_as(before: Project, now: Project) -> Project:
    """A project with the epochs of the one before it."""
    return replace(now, plan=replace(now.plan, run=now.plan.run.changed(epochs=before.plan.run.epochs)))


def verdict(saved: TrainerState, trainer: Trainer, name: str) -> tuple[bool, str]:
    """Whether a run that was trained again has come to the saved weights, to the last bit; and that in words."""
    pairs = [(array, trainer.network.weights()[key]) for key, array in saved.weights.items()]
    if all(np.array_equal(one, other) for one, other in pairs):
        return True, f"the weights are those of {name}, to the last bit."
    farthest = max(float(np.abs(one - other).max(initial=0)) for one, other in pairs)
    return False, (
        f"the weights differ from those of {name} by up to {farthest:.2g}. Another processor, another version of NumPy "
        "or several workers round differently; other than that, the run was changed in a way that is not noted."
    )
