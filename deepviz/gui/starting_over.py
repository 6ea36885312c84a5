"""Beginning again from fresh weights with another learning rate, as one step that undo takes back with the whole run.

What is left comes on the list of runs as well. Undo brings it back into the window until something is trained again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.editor import Editor
from deepviz.gui.training_controller import TrainingController
from deepviz.numerals import shortest
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.timeline import Timeline


@dataclass
class _Left:
    """A run that was left: where it stood, the project before and after the step, and which step of the stack it is."""

    checkpoint: Checkpoint
    timeline: Timeline
    before: Project
    after: Project
    index: int
    is_back: bool = False


class StartingOver(QObject):
    """Leaves a run for a new one, and knows the way back.

    Signals
    -------
    came_back(int)
        Undo has brought the run back that was left; the argument is the step at which it stands.
    """

    came_back = Signal(int)

    def __init__(self, editor: Editor, controller: TrainingController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._controller = editor, controller
        self._left: _Left | None = None
        editor.opened.connect(self._forget)
        controller.status_changed.connect(self._follow_status)
        editor.undo_stack.indexChanged.connect(self._follow_steps)

    def start_over(self, learning_rate: float) -> bool:
        """Go back to fresh weights, with this learning rate. Returns whether `take_back` brings the run back."""
        editor, controller = self._editor, self._controller
        before, timeline = editor.project, controller.moments.timeline
        self._left = None
        controller.halt()
        try:
            checkpoint = controller.checkpoint()
        except TimeoutError:  # a step takes too long to be waited for, or there is no memory for a copy
            checkpoint = None
        controller.reset()
        optimizer = before.plan.optimizer.changed(learning_rate=learning_rate)
        words = f"Begin again with a learning rate of {shortest(learning_rate)}"
        editor.apply(words, partial(edits.set_optimizer, optimizer=optimizer))
        if checkpoint is not None:
            self._left = _Left(checkpoint, timeline, before, editor.project, editor.undo_stack.index())
        return self._left is not None

    def take_back(self) -> None:
        """Bring the run back that was left last, with its learning rate."""
        left = self._left
        if left is not None and left.before != left.after:
            self._editor.undo_stack.undo()
        elif left is not None:
            self._bring_back(left)

    def _follow_steps(self, index: int) -> None:
        """Bring the run back, or leave it again, where undo or redo went over the step by which it was left."""
        left, project = self._left, self._editor.project
        if left is None or left.before == left.after:
            return
        if index == left.index - 1 and project == left.before:
            self._bring_back(left)
        elif index == left.index and left.is_back:
            is_open = self._controller.history.run == left.checkpoint.history.run
            if project == left.after and is_open:
                left.is_back = False
                self._controller.reset()
            else:  # there is another step in its place
                self._forget()

    def _bring_back(self, left: _Left) -> None:
        if self._controller.status == "idle":  # else another run has been opened since
            left.is_back = True
            self._controller.load(left.checkpoint, timeline=left.timeline)
            self.came_back.emit(left.checkpoint.state.step)

    def _follow_status(self, status: str) -> None:
        if status in ("starting", "running"):
            self._forget()

    def _forget(self) -> None:
        self._left = None
