"""What the notice says about runs: why one cannot start or has ended, and what became of its weights; with offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from deepviz.document.project import Project
from deepviz.gui.amounts import thousands
from deepviz.gui.editor import Edit, Editor
from deepviz.gui.failed_card import failed_card
from deepviz.gui.notice import Notice, Offer
from deepviz.gui.ruin_watch import RuinWatch
from deepviz.gui.starting_over import StartingOver
from deepviz.gui.training_controller import TrainingController
from deepviz.numerals import shortest
from deepviz.training.ending import Ending
from deepviz.training.ruin import inherited_advice
from deepviz.training.session import Failure

TIP = "Fresh weights, and a learning rate of {}. The run as it is now is kept under Runs, and can be brought back."


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
        self._failed_with, self._spoilt_by = 0.0, 0.0
        """With which learning rate the run failed, and with which larger one its weights were ruined before, if any."""
        self._tips: Mapping[str, str] = {}
        self._tell_again: Callable[[], None] = self._tell_nothing
        controller.failed.connect(self.tell_failure)
        controller.ended.connect(self.tell_ending)
        controller.status_changed.connect(self._follow_status)
        controller.grew.connect(self._look_at_pause)
        controller.blocked.connect(self.tell_blocked)
        controller.set_aside.connect(self._note_set_aside)
        editor.undo_stack.indexChanged.connect(self._follow_edits)
        editor.project_changed.connect(self._follow_rate)
        self._starting_over = StartingOver(editor, controller, self)  # it brings a run back after what was said is gone
        self._starting_over.came_back.connect(self._tell_back)

    def tell_failure(self, failure: Failure) -> None:
        """Say why a run ended, and where."""
        self._failed_with, self._spoilt_by = self._rate, self._ruins.spoilt_by or 0.0
        self._tell_failure(failure)

    def _tell_failure(self, failure: Failure) -> None:
        """Say it with advice by the learning rate as it is now: it may have been changed since."""
        self._tell_again = partial(self._tell_failure, failure)
        offers: list[Offer] = []
        if card := failed_card(self._editor.project.graph, failure.node):
            offers.append((f"Show {card}", partial(self._go_to_failure, failure)))
        self._ending = failure.text
        culprit = self._spoilt_by or self._failed_with
        if self._controller.status == "diverged":
            if self._rate < culprit:
                passed = f"The learning rate was {shortest(culprit)} then. Begin again from fresh weights."
                words = inherited_advice(culprit) if self._spoilt_by else passed
                self._ending = f"{failure.text.removesuffix(failure.advice)}{words}"
            offers.append(self._smaller_steps(culprit))
        self._notice.tell(self._ending, "bad", offers, self._tips)

    def tell_ending(self, ending: Ending) -> None:
        """Say why a run has ended early, that it is ruined, and which weights it has come to; else nothing."""
        self._tell_again = partial(self.tell_ending, ending)
        ruin = self._ruins.ruin
        done = "Training is done." if ending.result or ruin else ""
        self._ending = " ".join(filter(None, (ending.why or done, self._ruined, ending.result)))
        if self._ending:
            offers: list[Offer] = [self._smaller_steps(self._ruins.spoilt_by or self._rate)] if ruin else []
            offers += [("Go on anyway", self._go_on)] if ending.is_early else []
            self._notice.tell(self._ending, "bad" if ruin else "good", offers, self._tips)

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
            self._tell_ruin()

    def _tell_ruin(self) -> None:
        """Say of a run that pauses that it is ruined."""
        self._tell_again, self._ending = self._tell_ruin, self._ruined
        self._notice.tell(self._ending, "bad", [self._smaller_steps(self._ruins.spoilt_by or self._rate)], self._tips)

    def _tell_nothing(self) -> None:
        """Nothing was said of an end yet."""

    def _follow_rate(self, before: Project, after: Project) -> None:
        """What is said of the end of a run goes by the learning rate: with another one it is said anew."""
        is_other = before.plan.optimizer.learning_rate != after.plan.optimizer.learning_rate
        if is_other and self._ending and self._notice.text == self._ending:
            self._tell_again()

    def _take_back(self) -> None:
        """Take away what was said about the end of a run."""
        if self._ending and self._notice.text == self._ending:
            self._notice.dismiss()

    @property
    def _ruined(self) -> str:
        """That the run is ruined, and what mostly helps; empty if it is not."""
        ruin = self._ruins.ruin
        return "" if ruin is None else f"{ruin.words} {self._ruins.advice}"

    @property
    def _rate(self) -> float:
        return self._editor.project.plan.optimizer.learning_rate

    def _better_rate(self, culprit: float) -> float:
        """The learning rate as it is, if it is smaller than the one that did harm; otherwise a tenth of that."""
        return self._rate if self._rate < culprit else float(f"{culprit / 10:.15g}")

    def _smaller_steps(self, culprit: float) -> Offer:
        rate = self._better_rate(culprit)
        words = f"Begin again with {shortest(rate)}"
        self._tips = {words: TIP.format(shortest(rate))}
        return words, partial(self._begin_again, rate)

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

    def _go_on(self) -> None:
        self._controller.moments.choose(None)  # training goes on from now, whatever step is shown
        self._controller.run()

    def _go_to_failure(self, failure: Failure) -> None:
        """Go to where a run failed; what can be done about it stays on offer."""
        self._show_node(failed_card(self._editor.project.graph, failure.node))
        self._tell_failure(failure)

    def _begin_again(self, rate: float) -> None:
        """Leave the run for one from fresh weights, and say where it is."""
        had_steps, before = self._controller.step_count > 0, self._rate
        can_go_back = self._starting_over.start_over(rate)
        where = " The run before is kept under Runs." if had_steps else ""
        is_edit = rate != before  # else undo is of something else
        back = " Undo brings it back." if had_steps and can_go_back and is_edit else ""
        self._ending = f"Fresh weights, and a learning rate of {shortest(rate)}.{where}{back}"
        self._tell_again = self._tell_nothing
        way_back: Offer = ("Undo" if is_edit else "Bring it back"), self._starting_over.take_back
        offers = [way_back] if had_steps and can_go_back else []
        self._notice.tell(self._ending, "", offers)
        self._goes_with_next_edit = True

    def _tell_back(self, step: int) -> None:
        """Say that the run is back that was left for another."""
        self._ending, self._goes_with_next_edit = f"The run is back as it was after step {thousands(step)}.", True
        self._tell_again = self._tell_nothing
        self._notice.tell(self._ending, "good")
