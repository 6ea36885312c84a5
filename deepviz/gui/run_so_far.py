"""How far the open run has come, for whoever shows what is still planned of it."""

from __future__ import annotations

import numpy as np

from deepviz.gui.editor import Editor
from deepviz.gui.panels.schedule_curve import SoFar
from deepviz.gui.training_controller import TrainingController
from deepviz.training.batch_sizes import BatchSizes


def run_so_far(controller: TrainingController, editor: Editor) -> tuple[SoFar, int] | None:
    """How far the run has come, and to which epoch it goes; None where Run would begin with fresh weights."""
    data, steps, history = editor.data, controller.step_count, controller.history
    if data is None or not steps or controller.status == "diverged":
        return None
    plan = editor.project.plan
    try:
        sizes = BatchSizes.of(history, len(data.train), plan.run.batch_size, steps)
    except ValueError:  # a file that was written by hand; what is planned can be told all the same
        return None
    kept, rates = np.empty(0, np.int64), np.empty(0)
    if "learning_rate" in history:
        at, values = history.column("learning_rate")
        kept, rates = np.array(at, np.int64) - 1, np.array(values, np.float64)
    memory = controller.progress.memory_for(plan.schedule)
    return SoFar(steps, sizes, kept, rates, tuple(memory.items())), controller.progress.epochs
