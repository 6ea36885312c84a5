"""What the actions of a window run, and the edits that its parts ask for.

Each command takes what is half typed in a form first where it needs to; an edit that is refused says why on the canvas.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.document.wrapping import append_wrapped
from deepviz.gui.amounts import thousands
from deepviz.gui.canvas import adding, clipboard_commands, commands, freezing, group_commands, keyboard
from deepviz.gui.canvas.text_editor import take_writing
from deepviz.gui.editor import EditError
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.stop_panel import Course
from deepviz.gui.plots.rate_finder import RateFinder
from deepviz.gui.run_repeats import branch
from deepviz.gui.settings import MORE_SETTINGS, REOPEN_LAST, THEME

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench


class WorkbenchCommands(QObject):
    """Runs what people ask of a window.

    Parameters
    ----------
    bench
        The window and its parts. Some are made later than this; they are looked up when a command runs.
    """

    layer_used = Signal(str)
    """Sent with the key of a layer or loss that somebody has placed."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench, self._refusal = bench, ""

    def runs(self) -> dict[str, Callable[[], object]]:
        """What each row of the table of actions runs."""
        bench = self._bench
        return {
            "new": lambda: bench.files.new(),
            "new_template": lambda: bench.templates.open(),
            "open": lambda: bench.files.ask_open(),
            "save": self._typed_first(lambda: bench.files.save(), "Nothing was saved. "),
            "save_as": self._typed_first(lambda: bench.files.ask_save(), "Nothing was saved. "),
            "export": self._typed_first(self._ask_export),
            "picture": self._ask_picture,
            "copy_picture": lambda: bench.pictures.copy(),
            "print": lambda: bench.pictures.ask_print(),
            "reopen_last": lambda: bench.settings.set(REOPEN_LAST, bench.actions["reopen_last"].isChecked()),
            "quit": lambda: bench.window.close(),
            "undo": partial(self._go_through_steps, bench.editor.undo_stack.undo),
            "redo": partial(self._go_through_steps, bench.editor.undo_stack.redo),
            "delete": partial(commands.delete_selection, bench.canvas),
            "delete_cut": partial(commands.delete_selection, bench.canvas, heal=False),
            "add_layer": partial(keyboard.do, bench.canvas, "/"),
            "replace": partial(keyboard.do, bench.canvas, "R"),
            "connect": partial(keyboard.do, bench.canvas, "C"),
            "edit_card": partial(keyboard.do, bench.canvas, "Return"),
            "complaints": partial(keyboard.do, bench.canvas, "P"),
            "open_group": partial(keyboard.do, bench.canvas, "O", "Select a group first."),
            "rename_group": partial(keyboard.do, bench.canvas, "F2", "Select a group first."),
            "leave_group": partial(group_commands.leave_group, bench.canvas),
            "next_comment": partial(keyboard.do, bench.canvas, "Shift+N", "There is no comment yet."),
            "select_all": partial(commands.select_all, bench.canvas),
            "copy": partial(clipboard_commands.copy, bench.canvas),
            "cut": partial(clipboard_commands.cut, bench.canvas),
            "paste": partial(clipboard_commands.paste, bench.canvas),
            "duplicate": partial(clipboard_commands.duplicate, bench.canvas),
            "comment": partial(clipboard_commands.add_comment, bench.canvas),
            "group": partial(group_commands.group_selection, bench.canvas),
            "ungroup": partial(group_commands.ungroup_selection, bench.canvas),
            "freeze": partial(freezing.toggle_frozen, bench.canvas),
            "attach_all": partial(group_commands.attach_all, bench.canvas, True),
            "detach_all": partial(group_commands.attach_all, bench.canvas, False),
            "arrange": partial(commands.arrange, bench.canvas),
            "arrange_right": partial(commands.arrange, bench.canvas, "right"),
            "arrange_down": partial(commands.arrange, bench.canvas, "down"),
            "find_layer": self._find_layer,
            "outline": self._show_outline,
            "history": self._show_history,
            "zoom_in": bench.canvas.zoom_in,
            "zoom_out": bench.canvas.zoom_out,
            "zoom_actual": bench.canvas.zoom_reset,
            "fit": bench.canvas.fit,
            "minimap": partial(commands.toggle_minimap, bench.canvas),
            "runs": lambda: bench.runs_dock.toggle(),
            "problems": lambda: bench.checking.toggle_list(),
            "responses": lambda: bench.card_responses.toggle(),
            "bars": lambda: bench.checking.bars_button.open_menu(),
            "next_problem": lambda: bench.checking.go_to_next(),
            "previous_problem": lambda: bench.checking.go_to_next(-1),
            "views": self._show_views,
            "next_view": lambda: bench.views.go(1),
            "previous_view": lambda: bench.views.go(-1),
            "workspace_build": lambda: bench.window.show_workspace("build"),
            "workspace_train": lambda: bench.window.show_workspace("train"),
            "theme": self._toggle_theme,
            "run": self._run_or_pause,
            "step": self._typed_first(self._from_now(bench.controller.step)),
            "step_epoch": self._typed_first(self._from_now(bench.controller.step_epoch)),
            "run_to": self._typed_first(self._ask_stop),
            "stop": bench.controller.stop,
            "reset": self._reset,
            "slower": lambda: bench.tempo.go_through(1),
            "faster": lambda: bench.tempo.go_through(-1),
            "find_rate": self._typed_first(self.find_rate),
            "hints": lambda: bench.hints.start_over(),
            "shortcuts": lambda: bench.shortcuts.toggle(bench.window),
            "about": lambda: bench.about.toggle(bench.window),
        }

    def take_typed(self) -> list[str]:
        """Take what is half typed on the canvas and in the forms.

        Returns the titles of the forms in which something cannot be taken.
        """
        take_writing(self._bench.canvas)
        taken = {
            "Layer": self._bench.properties.finish() and self._bench.group_form.finish(),
            "Data": self._bench.data_panel.finish(),
            "Training": self._bench.training_panel.finish(),
        }
        return [title for title, fits in taken.items() if not fits]

    def edit(self, label: str, edit: Callable[[Project], Project], merge_key: str = "") -> None:
        """Make an edit that a part asks for, select what it added, or say on the canvas why it cannot be made.

        Edits of one non-empty `merge_key` in a row become one undo step.
        """
        editor, canvas = self._bench.editor, self._bench.canvas
        before = editor.project.graph.by_id.keys()
        shape = editor.facts.sample_shape if editor.facts else None
        try:
            editor.apply(label, lambda project: edits.with_inputs_fitted(edit(project), project, shape), merge_key)
        except EditError as error:
            canvas.edit_error(str(error))
            return
        added = tuple(node.id for node in editor.project.graph.nodes if node.id not in before)
        if added:
            canvas.select(added)
            self._bench.hints.done("drop")
        if len(added) == 1:
            self.layer_used.emit(editor.project.graph.node(added[0]).layer.key)

    def append(self, key: str) -> None:
        """Add a layer behind the selected one, or at the end."""
        canvas = self._bench.canvas
        layer = edits.new_layer(key)
        columns = adding.columns_of(canvas)
        append = partial(append_wrapped, layer=layer, after=canvas.last_card(), columns=columns)
        self.edit(f"Add {layer.label}", canvas.folding.inside(append))

    def activate(self, node_id: str) -> None:
        """Select a node, show it, and put the keyboard into its form."""
        self._bench.canvas.reveal(node_id)
        self._bench.window.show_tab("Layer")
        if node_id not in self._bench.canvas.network.selected:  # it is drawn on another one's card
            self._bench.properties.show_nodes((node_id,))
        self._bench.properties.focus_form()

    def use_data(self, paths: list[Path]) -> None:
        """Read data files as the Data page does, which also says what is wrong with them."""
        self._bench.window.show_tab("Data")
        self._bench.data_panel.use_files(paths)

    def find_rate(self) -> None:
        """Open the learning-rate finder, and have it begin."""
        self._bench.window.show_workspace("train")
        self._bench.views.open("rate_finder")
        finder = self._bench.views.view("rate_finder")
        assert isinstance(finder, RateFinder)
        finder.compute()

    def branch_off(self, step: int) -> None:
        """Begin a new run at an earlier step of the open one, and say where that is to be found."""
        bench = self._bench
        if branch(bench.controller, bench.editor, step):
            words = f"A new run goes on from step {thousands(step)}. The one that it leaves is kept under Runs."
            bench.notice.tell(words, "good", [("Show runs", bench.runs_dock.open)])

    def forms(self) -> tuple[DefinitionForm, ...]:
        """The forms that hide what few people change."""
        return self._bench.properties.form, *self._bench.training_panel.forms

    def open_forms(self, are_open: bool) -> None:
        """Show or hide what few people change, in all forms alike, and remember it."""
        self._bench.settings.set(MORE_SETTINGS, are_open)
        for form in self.forms():
            form.set_open(are_open)

    def _typed_first(self, run: Callable[[], object], otherwise: str = "") -> Callable[[], None]:
        """Something that is run only after what is half typed in a form has been taken; shortcuts do not end typing.

        Where something cannot be taken, `otherwise` is said first.
        """

        def run_after_typing() -> None:
            refused = self.take_typed()
            if refused:
                self._bench.window.show_tab(refused[0])
                self._refusal = f"{otherwise}A value under {refused[0]} cannot be taken; the form says why."
                self._bench.notice.tell(self._refusal, "warning")
            else:
                run()

        return run_after_typing

    def forget_refusal(self) -> None:
        """Something was mended: what was said of a value that could not be taken is no longer so."""
        if self._refusal and self._bench.notice.text == self._refusal:
            self._bench.notice.dismiss()
        self._refusal = ""

    def _run_or_pause(self) -> None:
        if self._bench.controller.is_running:
            self._bench.controller.pause()
        else:
            self._typed_first(self._from_now(self._bench.controller.run))()

    def come_back(self) -> None:
        """Show the present before training goes on: nobody wants that to happen out of sight."""
        moments = self._bench.controller.moments
        if moments.chosen is not None:
            moments.choose(None)
            self._bench.live_bar.timeline.say_returned()

    def _from_now(self, go_on: Callable[[], object]) -> Callable[[], None]:
        """Something that has the run go on, whatever step is shown."""

        def go_on_from_now() -> None:
            self.come_back()
            go_on()

        return go_on_from_now

    def _go_through_steps(self, run: Callable[[], None]) -> None:
        """Undo or redo. What is being written is a step as well: the comment might not be there afterwards."""
        take_writing(self._bench.canvas)
        run()

    def _find_layer(self) -> None:
        self._bench.window.show_tab("Layers")
        self._bench.palette.focus_search()

    def _show_outline(self) -> None:
        self._bench.window.show_tab("Outline")
        self._bench.outline.focus_list()

    def _show_history(self) -> None:
        self._bench.window.show_tab("History")
        self._bench.history.focus_list()

    def _show_views(self) -> None:
        self._bench.window.show_workspace("train")
        self._bench.live_bar.open_sheet()

    def _reset(self) -> None:
        self._bench.controller.reset()
        # Else the keyboard goes from the button, which is now disabled, into the next field.
        self._bench.canvas.setFocus()

    def _ask_export(self) -> None:
        bench = self._bench
        bench.export_panel.open_at(bench.top_bar.export_button, bench.editor.project, bench.controller.result_step)

    def course(self) -> Course | None:
        """How far the run has come and how far it goes when it goes on; None if it cannot."""
        bench, controller, progress = self._bench, self._bench.controller, self._bench.controller.progress
        if bench.editor.report.problems or not progress.steps_per_epoch:
            return None
        # One that has diverged begins anew.
        steps = 0 if controller.status == "diverged" else progress.steps_made(controller.step_count)
        speed = progress.pace.steps_per_second if controller.is_running else 0.0
        course = Course(steps, progress.steps_per_epoch, progress.total_steps, progress.epochs, speed)
        return course.gone_on(bench.editor.project.plan.run.epochs)

    def _ask_stop(self) -> None:
        bench, course = self._bench, self.course()
        if course is None:
            bench.controller.blocked.emit()
        else:
            bench.stop_panel.open_at(bench.top_bar.run_button, course)

    def _ask_picture(self) -> None:
        bench = self._bench
        bench.picture_panel.open_at(bench.top_bar.menu_button, len(bench.canvas.network.selected))

    def _toggle_theme(self) -> None:
        self._bench.themes.toggle()
        self._bench.settings.set(THEME, self._bench.themes.choice)
