"""Takes a run to a step that somebody has chosen, and says so if the run was past that step when it was told.

What a window knows of a run that goes on is a little older than the run; so a step just ahead can be over already.
"""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import QObject

from deepviz.gui.amounts import thousands
from deepviz.gui.notice import Notice
from deepviz.gui.training_controller import TrainingController


class RunGoal(QObject):
    """The step that a run was last sent to.

    Parameters
    ----------
    controller
        Has the run.
    notice
        Where it is said that a step was over.
    """

    def __init__(self, controller: TrainingController, notice: Notice) -> None:
        super().__init__(controller)
        self._controller, self._notice = controller, notice
        self._step = 0
        self._made: Future[int] | None = None
        """How many steps had been made when the run was told; None once that has been looked at."""
        controller.grew.connect(self._look)
        controller.status_changed.connect(self._look)

    def go_to(self, step: int) -> None:
        """Have the run go on until so many steps have been made, counted from the first, then pause."""
        self._made = None
        made = self._controller.run_to(step)
        self._step, self._made = step, made
        self._look()

    def _look(self) -> None:
        if self._made is None or not self._made.done():
            return
        made, self._made = self._made.result(), None
        if made > self._step and self._controller.status in ("running", "paused"):
            self._notice.tell(passed_in_words(self._step, made))


def passed_in_words(step: int, made: int) -> str:
    """What is said of a run that was told to pause after a step when it had made more."""
    return (
        f"The run had made step {thousands(made)} already when it was told to pause after step {thousands(step)}, so "
        "it paused at once. Resume goes on from there."
    )
