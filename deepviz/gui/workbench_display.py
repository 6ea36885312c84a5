"""What a window shows of its project and its run: each change is passed on to the parts that show it.

Nothing is decided here, and nothing is changed but what is seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from deepviz.document.problems import Problem
from deepviz.document.project import Project
from deepviz.gui.amounts import counted, thousands
from deepviz.gui.failed_card import failed_card
from deepviz.gui.status_line import duration
from deepviz.gui.theme import Theme
from deepviz.training.ending import Ending
from deepviz.training.failure import Failure

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench

RUNS_BY_NAME = "Its runs are listed as those of “{}”, its name inside the file"
NATIVE = QKeySequence.SequenceFormat.NativeText
STATUS_WORDS = {
    "idle": "not started",
    "starting": "starting",
    "running": "training",
    "paused": "paused",
    "finished": "finished",
    "diverged": "diverged",
    "failed": "stopped",
    "stopped": "stopped",
}


class WorkbenchDisplay(QObject):
    """Tells the parts of a window what to show.

    Parameters
    ----------
    bench
        The window and its parts.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._noted = 0
        self._failure: Failure | None = None
        self._title: tuple[object, ...] = ()
        """What the title tells, as it was told last."""

    def show_all(self) -> None:
        """Show everything as it is now."""
        self.show_title()
        self.show_report(self._bench.editor.report)
        self.show_history()
        self.show_status(self._bench.controller.status)

    def share_scale(self) -> None:
        """One scale of colours for edges, cards and heat-map."""
        scale = self._bench.canvas.network.gradient_scale
        self._bench.views.show_scale(scale.first, scale.last)

    def show_project(self, before: Project, after: Project) -> None:
        """The project has another value."""
        if after.name != before.name or before is after:
            self.show_title()
        if after.plan.run.epochs != before.plan.run.epochs:
            self.show_run_words()

    def show_report(self, report: object) -> None:
        """The live check has new results: draw the graph with them."""
        self._show_graph()
        self._bench.outline.show_graph(self._bench.editor.project.graph, self._bench.editor.report)
        self._bench.layer_page.show_cards(self._bench.canvas.network.selected)
        self.show_costs()
        self.show_figures()

    def show_failure(self, failure: Failure) -> None:
        """A run has ended too early: say so at the card of the layer where it happened."""
        self._failure = failure
        self._show_graph()

    def _show_graph(self) -> None:
        graph, report, failure = self._bench.editor.project.graph, self._bench.editor.report, self._failure
        if failure is not None and (card := failed_card(graph, failure.node)):  # only seen: it may be tried again
            report = replace(report, problems=(*report.problems, Problem(failure.at_card, card)))
        self._bench.canvas.show_graph(graph, report)

    def show_costs(self) -> None:
        """It has been found out what the network costs."""
        self._bench.properties.show_costs(self._bench.checking.costs)
        self._bench.checking.show_costs()

    def show_title(self) -> None:
        """Say what is open, and whether it has unsaved changes: edits, or weights that are in no file."""
        editor = self._bench.editor
        name, edited = editor.title, not self._bench.files.is_saved
        shown = name, edited, editor.path, editor.project.name
        if shown == self._title:
            return  # while a run goes on this is asked many times a second
        self._title = shown
        where = "" if editor.path is None else f"{editor.path}\n"
        inner = "" if where == "" or editor.project.name == name else RUNS_BY_NAME.format(editor.project.name)
        short = "" if editor.origin is None else editor.origin.short_words
        self._bench.top_bar.show_project(name, edited, f"{where}{inner}".strip(), short)
        self._bench.window.setWindowTitle(f"{name}{' (edited)' if edited else ''} – DeepViz")

    def show_history(self) -> None:
        """Another run, or none, is the one that is shown."""
        self.show_title()
        self._bench.views.show_history(self._bench.controller.history)
        self._bench.canvas.clear_gradients()
        self._bench.properties.show_gradients({})
        self._bench.properties.show_values({})
        self._bench.checking.follow_gradients()
        self.show_rate_in_use()
        if len(self._bench.controller.history):
            self.show_growth()
        self.show_figures()

    def show_growth(self) -> None:
        """The run has made more steps."""
        self.show_title()
        self.show_course()
        self.show_rate_in_use()
        if not self._bench.controller.is_running:
            self.show_run_words()  # one step is made without the run ever being seen to run
        self.show_figures()  # first, because a progress bar paints at once, and all that is new with it
        if self._bench.controller.is_running:
            self._bench.views.refresh_one_by_one()
        else:
            self._bench.views.refresh()
        self.show_numbers()

    def show_rate_in_use(self) -> None:
        """Say with which learning rate the last step was made, and with which the earlier one that is shown."""
        history, moment = self._bench.controller.history, self._bench.controller.moments.chosen
        rate = float(history.column("learning_rate")[1][-1]) if len(history) else None
        self._bench.learning_rate.show_in_use(rate)
        at = history.column("learning_rate")[0] if len(history) else ()
        rate_then = history.at("learning_rate", moment) if moment is not None and moment in at else None
        self._bench.learning_rate.show_moment(moment, rate_then)

    def show_moment(self, step: int | None) -> None:
        """Another moment of the run is the one that is shown; None: the present."""
        self._bench.live_bar.timeline.show_moment(step)
        self._bench.views.show_moment(step)
        self._bench.card_responses.show_moment(step)
        self._bench.properties.show_moment(step)
        self.show_rate_in_use()
        self.show_numbers()

    def show_numbers(self) -> None:
        """Show gradients and values of the moment that is chosen, on the canvas and beside it."""
        controller = self._bench.controller
        self.show_gradients()
        numbers, validated = controller.moments.numbers, controller.moments.validated_at
        self._bench.properties.show_values(numbers(controller.history), validated(controller.history))
        self._bench.checking.follow_gradients()

    def show_gradients(self) -> None:
        """Show the gradients of the moment that is chosen, on the canvas and beside it."""
        picture = self._bench.controller.gradient_picture()
        self._bench.canvas.show_gradients(picture)
        shown = self._bench.canvas.network.gradients or picture
        self._bench.properties.show_gradients({card: norm for card, norm in shown.nodes.items() if norm is not None})

    def show_status(self, status: str) -> None:
        """The run has begun, paused or ended: say so, and offer what is possible now."""
        running = self._bench.controller.is_running
        if self._failure is not None and status not in ("failed", "diverged"):
            self._failure = None
            self._show_graph()
        self.show_run_words()
        self._bench.actions["step"].setEnabled(not running)
        self._bench.actions["step_epoch"].setEnabled(not running)
        self._bench.actions["stop"].setEnabled(running or status == "paused")
        self._bench.actions["reset"].setEnabled(status != "idle")
        self._bench.training_panel.show_course()
        self.show_figures()
        if not running:
            self._bench.views.refresh()

    def show_run_words(self) -> None:
        """Say on the button, and beside the canvas, what Run does next."""
        bench, controller = self._bench, self._bench.controller
        status, words, tip, more = self._status, "Run", "Train the network.", ""
        if controller.is_running:
            words, tip = "Pause", "Rest after the step that is being made."
        elif controller.step_count and status in ("paused", "stopped", "failed"):
            words, tip = "Resume", "Go on with training from where it stands."
        elif status == "finished":
            planned, done = bench.editor.project.plan.run.epochs, controller.history.epoch
            more = f"for {counted(planned if done >= planned else planned - done, 'more epoch')}"
            if done <= planned and self._ending is not None and not self._ending.epoch:  # in mid-epoch
                more = f"to the end of epoch {thousands(planned)}"
            words, tip = "Train on", f"Go on with these weights {more}. Reset goes back to fresh ones."
        elif status == "diverged":
            tip = "Train again, from fresh weights."
        action = bench.actions["run"]
        action.setText(words)
        action.setToolTip(f"{tip} ({action.shortcut().toString(NATIVE)})")
        bench.top_bar.show_running(controller.is_running, words)
        is_in_trouble = status in ("diverged", "failed") or bench.ruins.ruin is not None
        bench.readiness.show_begun(status != "idle", is_in_trouble)
        bench.properties.show_more(more, is_in_trouble)

    @property
    def _status(self) -> str:
        """What the run is doing. One that rests where it had ended, as it is found again in a file, has finished."""
        controller, progress = self._bench.controller, self._bench.controller.progress
        is_complete = progress.steps_per_epoch > 0 and controller.step_count >= progress.total_steps
        has_ended = is_complete or progress.ending_before is not None
        return "finished" if controller.status == "paused" and has_ended else controller.status

    @property
    def _ending(self) -> Ending | None:
        """How the run has ended, also one that is found again in a file, as far as that says so."""
        return self._bench.controller.ending or self._bench.controller.progress.ending_before

    def show_course(self) -> None:
        """Show what is planned of a run that rests; while it goes on that is another thing only after a change."""
        noted = len(self._bench.controller.history.changes)
        if noted != self._noted or not self._bench.controller.is_running:
            self._noted = noted
            self._bench.training_panel.show_course()

    def show_figures(self) -> None:
        """Say how far the run is and how fast it goes."""
        controller = self._bench.controller
        step, progress, running = controller.step_count, controller.progress, controller.is_running
        epoch = controller.history.epoch
        left = progress.seconds_left(running)
        ending = self._ending
        state = "stopped early" if ending is not None and ending.is_early else STATUS_WORDS[self._status]
        words = duration(left) if left is not None else state if step else ""
        speed = progress.samples_per_second(running)
        why, cost = "" if ending is None else ending.why, progress.watching_cost(running)
        epochs, total = progress.epochs, progress.total_steps
        self._bench.status.show_figures(state, epoch, epochs, step, speed, why, cost)
        # Last, because its bar paints at once, and all that is new with it: else what stands below would be older.
        self._bench.top_bar.show_progress(epoch, epochs, step, total, words)

    def use_theme(self, theme: Theme) -> None:
        """Show every part in other colours."""
        bench = self._bench
        bench.canvas.use_theme(theme)
        bench.palette.set_theme(theme)
        bench.add_menu.set_theme(theme)
        bench.checking.use_theme(theme)
        for part in (
            bench.notice, bench.properties, bench.data_panel, bench.training_panel, bench.views, bench.live_bar,
            bench.readiness, bench.top_bar, bench.learning_rate, bench.templates, bench.outline, bench.history,
            bench.card_responses,
        ):  # fmt: skip
            part.apply_theme(theme)
