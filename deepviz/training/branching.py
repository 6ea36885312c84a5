"""A run that branches off another: the history up to a step, and the settings that the run had there."""

from __future__ import annotations

import numpy as np

from deepviz.document.project import Project
from deepviz.training.changes import Change, applied
from deepviz.training.history import History
from deepviz.training.history_arrays import until


def branched(history: History, step: int) -> History:
    """A history of its own that ends with a step of another one.

    What was changed after that step, before the next one, is not a part of it: the step itself was made without.
    """
    arrays = until(history.to_arrays(), step)
    for kind in ("event", "change"):
        parts = [name for name in arrays if name.startswith(f"{kind}/") and name != "event/left_out"]
        stays = arrays.get(f"{kind}/step", np.zeros(0, np.int64)) < step
        if kind == "change":
            stays[:1] = True  # what the run began with
        arrays |= {name: arrays[name][stays] for name in parts}
    for name in ("run", "began", "seconds"):  # it is another one from here on
        arrays.pop(name, None)
    return History.from_arrays(arrays)


def settings_at(project: Project, history: History) -> Project:
    """The project with the settings that a run had at the end of its history; as it is where that is not known."""
    if not history.changes:
        return project
    step, text = history.changes[-1]
    return applied(project, Change.from_json(text, step))
