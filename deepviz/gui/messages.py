"""What the notice says about runs: why one cannot start or has ended, and what became of its weights; with offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from deepviz.document import edits
from deepviz.gui.editor import Edit, Editor
from deepviz.gui.notice import Notice, Offer
from deepviz.gui.training_controller import TrainingController
from deepviz.training.ending import Ending
from deepviz.training.session import Failure


class Messages(QObject):
    """Turns what the controller reports into words with offers.

    Parameters
    ----------
    edit
        Makes an edit by its label, and says why if it cannot be made.
    show_node
        Selects a node and shows its settings.
    """

    def __init__(
        self,
        editor: Editor,
        controller: TrainingController,
        notice: Notice,
        edit: Callable[[str, Edit], None],
        show_node: Callable[[str], None],
    ) -> None:
        super().__init__(editor)
        self._editor, self._controller, self._notice = editor, controller, notice
        self._edit, self._show_node = edit, show_node
        self._set_aside, self._ending = "", ""
        self._goes_with_next_edit = False
        controller.failed.connect(self.tell_failure)
        controller.ended.connect(self.tell_ending)
        controller.status_changed.connect(self._follow_status)
        controller.blocked.connect(self.tell_blocked)
        controller.set_aside.connect(self._note_set_aside)
        editor.undo_stack.indexChanged.connect(self._follow_edits)

    def tell_failure(self, failure: Failure) -> None:
        """Say why a run ended, and where."""
        offers: list[Offer] = []
        if failure.node in self._editor.project.graph.by_id:
            offers.append((f"Show {failure.node}", partial(self._go_to_failure, failure)))
        if self._controller.status == "diverged":
            offers.append(("Divide the learning rate by 10", self._divide_learning_rate))
        self._ending = failure.text
        self._notice.tell(self._ending, "bad", offers)

    def tell_ending(self, ending: Ending) -> None:
        """Say why a run has ended early, and which weights it has come to; nothing where both go without saying."""
        done = "Training is done." if ending.result else ""
        self._ending = " ".join(filter(None, (ending.why or done, ending.result)))
        if self._ending:
            offers: list[Offer] = [("Go on anyway", self._controller.run)] if ending.is_early else []
            self._notice.tell(self._ending, "good", offers)

    def tell_blocked(self) -> None:
        """Say what keeps the network from being trained, and offer what mends it."""
        problems = self._editor.report.problems
        text = problems[0].text if problems else self._editor.data_error
        repairs = problems[0].repairs if problems else ()
        offers: list[Offer] = [(repair.label, partial(self._edit, repair.label, repair.edit)) for repair in repairs]
        if len(problems) > 1:
            text += f" (1 of {len(problems)} problems)"
        self._notice.tell(f"The network cannot be trained yet. {text}", "warning", offers)
        self._goes_with_next_edit = True

    def forget(self) -> None:
        """Let the edits that come of closing the window say nothing any more."""
        self._set_aside, self._goes_with_next_edit = "", False

    def _follow_status(self, status: str) -> None:
        """What was said about the end of a run is no longer so when it goes on."""
        if status in ("starting", "running", "paused") and self._ending and self._notice.text == self._ending:
            self._notice.dismiss()

    def _note_set_aside(self, text: str) -> None:
        """Remember what is to be said: whether undo or redo leads back is known only when the edit is through."""
        self._set_aside = text

    def _follow_edits(self) -> None:
        """After an edit, undo or redo: say what it did to the weights, or take a message away that it made untrue."""
        if self._set_aside:
            stack = self._editor.undo_stack
            way_back: Offer = ("Redo", stack.redo) if stack.canRedo() else ("Undo", stack.undo)
            self._notice.tell(f"{self._set_aside} {way_back[0]} brings the weights back.", "warning", [way_back])
            self._set_aside, self._goes_with_next_edit = "", True
        elif self._goes_with_next_edit:
            self._goes_with_next_edit = False
            self._notice.dismiss()

    def _go_to_failure(self, failure: Failure) -> None:
        """Go to where a run failed; what can be done about it stays on offer."""
        self._show_node(failure.node)
        self.tell_failure(failure)

    def _divide_learning_rate(self) -> None:
        optimizer = self._editor.project.plan.optimizer
        slower = optimizer.changed(learning_rate=optimizer.learning_rate / 10)
        self._editor.apply("Change learning rate", partial(edits.set_optimizer, optimizer=slower))
        self._controller.reset()
