"""All parts of one window, made and wired to each other. Only `app` makes one.

The parts know nothing of each other: what one sends, another is told here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMenu

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine import layers, losses
from deepviz.gui import actions as action_table
from deepviz.gui import theme as themes
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.editor import EditError, Editor
from deepviz.gui.hints import Hints
from deepviz.gui.main_window import MainWindow
from deepviz.gui.menus import FileMenu, show_about, show_shortcuts
from deepviz.gui.messages import Messages
from deepviz.gui.notice import Notice
from deepviz.gui.panels.data_panel import DataPanel
from deepviz.gui.panels.export_panel import ExportPanel
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.learning_rate import LearningRateSlider
from deepviz.gui.panels.palette import Palette
from deepviz.gui.panels.problems import ProblemsButton
from deepviz.gui.panels.properties import PropertiesPanel
from deepviz.gui.panels.training_panel import TrainingPanel
from deepviz.gui.plots.strip import PlotStrip
from deepviz.gui.project_files import ProjectFiles
from deepviz.gui.settings import GEOMETRY, MORE_SETTINGS, THEME, WINDOW_STATES, WORKSPACE, Settings
from deepviz.gui.status_line import StatusLine, duration
from deepviz.gui.theme import Theme, ThemeSwitch
from deepviz.gui.top_bar import WORKSPACE_NAMES, TopBar
from deepviz.gui.training_controller import TrainingController

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


MESSAGE_TIME = 4000
"""Milliseconds that a message of the canvas stays in the status bar."""


class Workbench(QObject):
    """All parts of one window, wired. Owns nothing that a person made: that is the editor's and the controller's.

    Parameters
    ----------
    project
        What to show first.
    settings
        What is remembered between starts.
    """

    def __init__(self, app: QApplication, project: Project, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.themes = ThemeSwitch(app, settings.get(THEME), self)
        themes.apply(app, self.themes.current)
        look = self.themes.current
        self.editor = Editor(project, self)
        self.controller = TrainingController(self.editor, self)
        self.canvas = CanvasView(look)
        self.palette = Palette([*layers.registry.values(), *losses.registry.values()], look)
        self.notice = Notice(look)
        self.properties = PropertiesPanel(self.editor, look)
        self.data_panel = DataPanel(self.editor, settings, look)
        self.training_panel = TrainingPanel(self.editor, look)
        self.learning_rate = LearningRateSlider(self.editor, look)
        self.plots = PlotStrip()
        self.plots.apply_theme(look)
        self.readiness = ProblemsButton(self.editor, look)
        self.status = StatusLine(self.readiness)
        self.actions = action_table.build(self, self._runs())
        self.menu = QMenu()
        submenus = action_table.fill_menu(self.menu, self.actions)
        self.top_bar = TopBar(self.actions, self.menu, self.learning_rate, look)
        tabs = [("Layer", self.properties), ("Data", self.data_panel), ("Training", self.training_panel)]
        self.window = MainWindow(
            self.top_bar, self.notice, self.canvas, self.palette, tabs, self.plots, self.status, self.may_close
        )
        self.files = ProjectFiles(self.editor, self.controller, settings, self.notice, self.window)
        self.file_menu = FileMenu(submenus["File"], self.actions["save"], self.files, settings)
        self.export_panel = ExportPanel(self.window, settings)
        self.window.addActions(list(self.actions.values()))
        self.hints = Hints(settings, self.canvas)
        self.messages = Messages(self.editor, self.controller, self.notice, self._edit, self._activate)
        self._wire()
        self._show_title()
        self._show_report(self.editor.report)
        self._show_history()
        self._show_status(self.controller.status)
        self._restore_window()

    def may_close(self) -> bool:
        """Ask about unsaved work, then end the run and remember the window."""
        self._refused_values()  # what is half typed is work as well
        if not self.files.may_leave():
            return False
        self.shut_down()
        return True

    def shut_down(self) -> None:
        """End the run and remember how the window stood."""
        self.messages.forget()
        self.controller.shut_down()
        self.data_panel.loader.cancel()
        self.settings.set(GEOMETRY, bytes(self.window.saveGeometry().data()))
        self.settings.set(WORKSPACE, self.window.workspace)
        for name, state in self.window.states().items():
            self.settings.set(WINDOW_STATES[name], state)
        self.settings.save()

    # What actions run

    def _runs(self) -> dict[str, Callable[[], object]]:
        """What each row of the table of actions runs. Parts that are made later are looked up when it runs."""
        return {
            "new": lambda: self.files.new(),
            "open": lambda: self.files.ask_open(),
            "save": self._typed_first(lambda: self.files.save()),
            "save_as": self._typed_first(lambda: self.files.ask_save()),
            "export": self._typed_first(self._ask_export),
            "picture": lambda: self.files.ask_picture(self.themes.current),
            "quit": lambda: self.window.close(),
            "undo": self.editor.undo_stack.undo,
            "redo": self.editor.undo_stack.redo,
            "delete": partial(commands.delete_selection, self.canvas),
            "select_all": partial(commands.select_all, self.canvas),
            "arrange": self._arrange,
            "find_layer": self.palette.focus_search,
            "zoom_in": self.canvas.zoom_in,
            "zoom_out": self.canvas.zoom_out,
            "zoom_actual": self.canvas.zoom_reset,
            "fit": self.canvas.fit,
            "workspace_build": lambda: self.window.show_workspace("build"),
            "workspace_train": lambda: self.window.show_workspace("train"),
            "theme": self._toggle_theme,
            "run": self._run_or_pause,
            "step": self._typed_first(self.controller.step),
            "step_epoch": self._typed_first(self.controller.step_epoch),
            "stop": self.controller.stop,
            "reset": self._reset,
            "hints": lambda: self.hints.start_over(),
            "shortcuts": lambda: show_shortcuts(self.window),
            "about": lambda: show_about(self.window),
        }

    def _typed_first(self, run: Callable[[], object]) -> Callable[[], None]:
        """Something that is run only after what is half typed in a form has been taken; shortcuts do not end typing."""

        def run_after_typing() -> None:
            refused = self._refused_values()
            if refused:
                self.window.show_tab(refused[0])
                self.notice.tell(f"A value under {refused[0]} cannot be taken; the form says why.", "warning")
            else:
                run()

        return run_after_typing

    def _refused_values(self) -> list[str]:
        """Take what is half typed in the forms. Returns the titles of those in which something cannot be taken."""
        taken = {
            "Layer": self.properties.finish(),
            "Data": self.data_panel.finish(),
            "Training": self.training_panel.finish(),
        }
        return [title for title, fits in taken.items() if not fits]

    def _run_or_pause(self) -> None:
        if self.controller.is_running:
            self.controller.pause()
        else:
            self._typed_first(self.controller.run)()

    def _edit(self, label: str, edit: Callable[[Project], Project]) -> None:
        """Make an edit that the canvas or the palette asks for, select what it added, or say why it cannot be made."""
        before, facts = self.editor.project.graph.by_id.keys(), self.editor.facts
        shape = facts.sample_shape if facts else None
        try:
            self.editor.apply(label, lambda project: edits.with_inputs_fitted(edit(project), project, shape))
        except EditError as error:
            self.canvas.edit_error(str(error))
            return
        added = tuple(node.id for node in self.editor.project.graph.nodes if node.id not in before)
        if added:
            self.canvas.select(added)
            self.hints.done("drop")

    def _append(self, key: str) -> None:
        selected = self.canvas.network.selected
        layer = edits.new_layer(key)
        after = selected[-1] if selected else None
        self._edit(f"Add {layer.label}", partial(edits.append, layer=layer, after=after))

    def _arrange(self) -> None:
        columns = max(2, int(self.canvas.viewport().width() // 240))
        self._edit("Arrange", partial(edits.arrange, columns=columns))
        self.canvas.fit()

    def _reset(self) -> None:
        self.controller.reset()
        self.canvas.setFocus()  # else the keyboard goes from the button, which is now disabled, into the next field

    def _ask_export(self) -> None:
        self.export_panel.open_at(self.top_bar.export_button, self.editor.project, self.controller.step_count)

    def _open_forms(self, are_open: bool) -> None:
        """Show or hide what few people change, in all forms alike, and remember it."""
        self.settings.set(MORE_SETTINGS, are_open)
        for form in self._forms():
            form.set_open(are_open)

    def _forms(self) -> tuple[DefinitionForm, ...]:
        return self.properties.form, self.training_panel.optimizer_form

    def _toggle_theme(self) -> None:
        self.themes.toggle()
        self.settings.set(THEME, self.themes.choice)

    # Wiring

    def _wire(self) -> None:
        editor, controller, canvas = self.editor, self.controller, self.canvas
        canvas.edit_requested.connect(self._edit)
        for form in self._forms():
            form.set_open(self.settings.get(MORE_SETTINGS))
            form.opened.connect(self._open_forms)
        canvas.selection_changed.connect(self.properties.show_nodes)
        canvas.selection_changed.connect(lambda chosen: self.window.show_tab("Layer") if chosen else None)
        canvas.selection_changed.connect(lambda chosen: self.hints.done("look") if chosen else None)
        controller.status_changed.connect(lambda status: self.hints.done("run") if status == "running" else None)
        self.export_panel.export_wanted.connect(lambda _path: self.hints.done("export"))
        canvas.node_activated.connect(self._activate)
        canvas.message.connect(lambda text: self.status.showMessage(text, MESSAGE_TIME))
        self.plots.message.connect(lambda text: self.status.showMessage(text, MESSAGE_TIME))
        canvas.network.scale_changed.connect(lambda _low, _high: self._share_scale())
        self.palette.activated.connect(self._append)
        self.readiness.node_wanted.connect(self._activate)
        self.readiness.data_wanted.connect(lambda: self.window.show_tab("Data"))
        self.training_panel.node_wanted.connect(self._activate)
        self.export_panel.export_wanted.connect(self.files.export_to)

        editor.project_changed.connect(self._show_project)
        editor.report_changed.connect(self._show_report)
        editor.opened.connect(canvas.fit)
        editor.saved_changed.connect(self._show_title)
        stack = editor.undo_stack
        stack.undoTextChanged.connect(lambda text: self.actions["undo"].setText(f"Undo {text}".strip()))
        stack.redoTextChanged.connect(lambda text: self.actions["redo"].setText(f"Redo {text}".strip()))
        for key, signal, possible in (
            ("undo", stack.canUndoChanged, stack.canUndo()),
            ("redo", stack.canRedoChanged, stack.canRedo()),
        ):
            signal.connect(self.actions[key].setEnabled)
            self.actions[key].setEnabled(possible)

        controller.status_changed.connect(self._show_status)
        controller.grew.connect(self._show_growth)
        controller.restarted.connect(self.notice.dismiss)
        controller.restarted.connect(self._show_history)
        self.top_bar.workspace_chosen.connect(self.window.show_workspace)
        self.window.workspace_changed.connect(self.top_bar.show_workspace)
        self.window.files_dropped.connect(self.files.open_dropped)
        self.files.data_dropped.connect(self._use_dropped_data)
        self.window.escape_pressed.connect(self.notice.dismiss)
        self.themes.changed.connect(self._use_theme)

    def _share_scale(self) -> None:
        """One scale of colours for edges, cards and heat-map."""
        scale = self.canvas.network.gradient_scale
        self.plots.show_scale(scale.first, scale.last)

    def _activate(self, node_id: str) -> None:
        """Select a node, show it, and put the keyboard into its form."""
        self.canvas.select((node_id,))
        self.window.show_tab("Layer")
        self.properties.focus_form()

    def _use_dropped_data(self, paths: list[Path]) -> None:
        """Read data files as the Data page does, which also says what is wrong with them."""
        self.window.show_tab("Data")
        self.data_panel.use_files(paths)

    # Showing

    def _show_project(self, before: Project, after: Project) -> None:
        if after.name != before.name or before is after:
            self._show_title()

    def _show_report(self, report: object) -> None:
        self.canvas.show_graph(self.editor.project.graph, self.editor.report)
        self.properties.show_nodes(self.canvas.network.selected)
        self._show_figures()

    def _show_title(self) -> None:
        name, edited = self.editor.project.name, not self.files.is_saved
        self.top_bar.show_project(name, edited)
        self.window.setWindowTitle(f"{name}{' (edited)' if edited else ''} – DeepViz")

    def _show_history(self) -> None:
        self.plots.show_history(self.controller.history)
        self.canvas.clear_gradients()
        self.properties.show_gradients({})
        self.properties.show_values({})
        if len(self.controller.history):
            self._show_growth()
        self._show_figures()

    def _show_growth(self) -> None:
        self.plots.refresh()
        picture = self.controller.gradient_picture()
        self.canvas.show_gradients(picture)
        self.properties.show_gradients({node: norm for node, norm in picture.nodes.items() if norm is not None})
        self.properties.show_values({} if picture.loss is None else {"loss": picture.loss})
        self._show_figures()

    def _show_status(self, status: str) -> None:
        running, started = self.controller.is_running, self.controller.step_count > 0
        words = "Pause" if running else "Resume" if started and status in ("paused", "stopped") else "Run"
        self.top_bar.show_running(running, words)
        self.actions["run"].setText(words)
        self.actions["step"].setEnabled(not running)
        self.actions["step_epoch"].setEnabled(not running)
        self.actions["stop"].setEnabled(running or status == "paused")
        self.actions["reset"].setEnabled(status != "idle")
        self._show_figures()

    def _show_figures(self) -> None:
        controller = self.controller
        step, per_epoch = controller.step_count, max(controller.steps_per_epoch, 1)
        epoch = -(-step // per_epoch)
        left = controller.seconds_left()
        words = duration(left) if left is not None else STATUS_WORDS[controller.status] if step else ""
        self.top_bar.show_progress(epoch, controller.epochs, step, controller.total_steps, words)
        speed = controller.samples_per_second()
        self.status.show_figures(STATUS_WORDS[controller.status], epoch, controller.epochs, step, speed)

    def _use_theme(self, theme: Theme) -> None:
        self.canvas.use_theme(theme)
        self.palette.set_theme(theme)
        for part in (
            self.notice, self.properties, self.data_panel, self.training_panel,
            self.plots, self.readiness, self.top_bar, self.learning_rate,
        ):  # fmt: skip
            part.apply_theme(theme)

    def _restore_window(self) -> None:
        room = self.window.screen().availableSize()
        self.window.resize(min(1440, room.width()), min(900, room.height() - 32))  # 32: the frame's title
        geometry = self.settings.get(GEOMETRY)
        if geometry:
            self.window.restoreGeometry(geometry)
        self.window.remember_states({name: self.settings.get(setting) for name, setting in WINDOW_STATES.items()})
        remembered = self.settings.get(WORKSPACE)
        self.window.show_workspace(remembered if remembered in WORKSPACE_NAMES else WORKSPACE.default)
