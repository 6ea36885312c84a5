"""What the notice says about runs: why one cannot start or has ended, and what became of its weights; with offers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from deepviz.document import edits
from deepviz.gui.editor import Edit, Editor
from deepviz.gui.failed_card import failed_card
from deepviz.gui.notice import Notice, Offer
from deepviz.gui.ruin_watch import RuinWatch
from deepviz.gui.training_controller import TrainingController
from deepviz.training.ending import Ending
from deepviz.training.ruin import advice
from deepviz.training.session import Failure


class Messages(QObject):
    """Turns what the controller reports into words with offers.

    Parameters
    ----------
    ruins
        Says whether the run is ruined without having diverged.
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
        ruins: RuinWatch,
        edit: Callable[[str, Edit], None],
        show_node: Callable[[str], None],
    ) -> None:
        super().__init__(editor)
        self._editor, self._controller, self._notice = editor, controller, notice
        self._ruins, self._edit, self._show_node = ruins, edit, show_node
        self._set_aside, self._ending, self._looked_at = "", "", -1
        self._goes_with_next_edit = False
        controller.failed.connect(self.tell_failure)
        controller.ended.connect(self.tell_ending)
        controller.status_changed.connect(self._follow_status)
        controller.grew.connect(self._look_at_pause)
        controller.blocked.connect(self.tell_blocked)
        controller.set_aside.connect(self._note_set_aside)
        editor.undo_stack.indexChanged.connect(self._follow_edits)

    def tell_failure(self, failure: Failure) -> None:
        """Say why a run ended, and where."""
        offers: list[Offer] = []
        if card := failed_card(self._editor.project.graph, failure.node):
            offers.append((f"Show {card}", partial(self._go_to_failure, failure)))
        if self._controller.status == "diverged":
            offers.append(self._smaller_steps)
        self._ending = failure.text
        self._notice.tell(self._ending, "bad", offers)

    def tell_ending(self, ending: Ending) -> None:
        """Say why a run has ended early, that it is ruined, and which weights it has come to; else nothing."""
        ruin = self._ruins.ruin
        done = "Training is done." if ending.result or ruin else ""
        self._ending = " ".join(filter(None, (ending.why or done, self._ruined, ending.result)))
        if self._ending:
            offers: list[Offer] = [self._smaller_steps] if ruin else []
            offers += [("Go on anyway", self._controller.run)] if ending.is_early else []
            self._notice.tell(self._ending, "bad" if ruin else "good", offers)

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
        if status in ("starting", "running"):
            self._take_back()
        self._look_at_pause()

    def _look_at_pause(self) -> None:
        """Where a run pauses, say that it is ruined, once an epoch; not of one that is found again as it was left."""
        controller = self._controller
        if controller.status != "paused" or controller.step_count == self._looked_at:
            return
        self._looked_at = controller.step_count
        words = self._ruined if controller.progress.is_under_way else ""
        if not words:
            self._take_back()
        elif words != self._ending:
            self._ending = words
            self._notice.tell(words, "bad", [self._smaller_steps])

    def _take_back(self) -> None:
        """Take away what was said about the end of a run."""
        if self._ending and self._notice.text == self._ending:
            self._notice.dismiss()

    @property
    def _ruined(self) -> str:
        """That the run is ruined, and what mostly helps; empty if it is not."""
        ruin = self._ruins.ruin
        return "" if ruin is None else f"{ruin.words} {advice(self._editor.project.plan.optimizer.learning_rate)}"

    @property
    def _smaller_steps(self) -> Offer:
        return "Divide the learning rate by 10", self._divide_learning_rate

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
        self._show_node(failed_card(self._editor.project.graph, failure.node))
        self.tell_failure(failure)

    def _divide_learning_rate(self) -> None:
        optimizer = self._editor.project.plan.optimizer
        slower = optimizer.changed(learning_rate=optimizer.learning_rate / 10)
        self._editor.apply("Change learning rate", partial(edits.set_optimizer, optimizer=slower))
        self._controller.reset()
