"""All parts of one window, made and held together. Only `app` makes one.

The parts know nothing of each other: what one sends, another is told in `workbench_wiring`, what actions run stands in
`workbench_commands`, and what is shown when in `workbench_display`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMenu

from deepviz.document.project import Project
from deepviz.engine import layers, losses
from deepviz.gui import actions as action_table
from deepviz.gui import theme as themes
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.canvas_stage import CanvasStage
from deepviz.gui.card_responses import CardResponses
from deepviz.gui.checking import Checking
from deepviz.gui.copy_writer import CopyWriter
from deepviz.gui.editor import Editor
from deepviz.gui.hints import Hints
from deepviz.gui.inspector import Inspector
from deepviz.gui.live_bar import LiveBar
from deepviz.gui.main_window import MainWindow
from deepviz.gui.menus import FileMenu
from deepviz.gui.messages import Messages
from deepviz.gui.notice import Notice
from deepviz.gui.panels.about import AboutSheet
from deepviz.gui.panels.add_menu import AddMenu
from deepviz.gui.panels.data_panel import DataPanel
from deepviz.gui.panels.export_panel import ExportPanel
from deepviz.gui.panels.group_form import GroupForm, LayerPage
from deepviz.gui.panels.history_panel import HistoryPanel
from deepviz.gui.panels.learning_rate import LearningRateSlider
from deepviz.gui.panels.outline_panel import OutlinePanel
from deepviz.gui.panels.palette import Palette
from deepviz.gui.panels.picture_panel import PicturePanel
from deepviz.gui.panels.problems import ProblemsButton
from deepviz.gui.panels.properties import PropertiesPanel
from deepviz.gui.panels.shortcut_overview import ShortcutOverview
from deepviz.gui.panels.stop_panel import StopPanel
from deepviz.gui.panels.training_panel import TrainingPanel
from deepviz.gui.pictures import Pictures
from deepviz.gui.project_files import ProjectFiles
from deepviz.gui.ruin_watch import RuinWatch
from deepviz.gui.run_archive import RunArchive
from deepviz.gui.runs.desk import RunsDesk
from deepviz.gui.runs_dock import RunsDock
from deepviz.gui.session_view import view_of
from deepviz.gui.settings import REOPEN_LAST, THEME, Settings
from deepviz.gui.status_line import StatusLine
from deepviz.gui.template_gallery import TemplateGallery, TemplateOffer
from deepviz.gui.tempo_button import TempoButton
from deepviz.gui.theme import ThemeSwitch
from deepviz.gui.top_bar import TopBar
from deepviz.gui.training_controller import TrainingController
from deepviz.gui.view_docks import ViewDocks
from deepviz.gui.window_memory import WindowMemory
from deepviz.gui.workbench_commands import WorkbenchCommands
from deepviz.gui.workbench_display import WorkbenchDisplay
from deepviz.gui.workbench_wiring import wire


class Workbench(QObject):
    """All parts of one window, wired. Owns nothing that a person made: that is the editor's and the controller's.

    Parameters
    ----------
    project
        What to show first.
    settings
        What is remembered between starts.
    home
        Where finished runs are kept; beside the settings by default.
    """

    leaving = Signal()
    """Sent before the run is ended and the window goes."""

    def __init__(self, app: QApplication, project: Project, settings: Settings, home: Path | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.themes = ThemeSwitch(app, settings.get(THEME), self)
        themes.apply(app, self.themes.current)
        look = self.themes.current
        self.editor = Editor(project, self)
        self.controller = TrainingController(self.editor, self)
        self.canvas = CanvasView(look)
        self.palette = Palette([*layers.registry.values(), *losses.registry.values()], look)
        self.outline = OutlinePanel(self.canvas, look)
        self.history = HistoryPanel(self.editor, look)
        self.add_menu = AddMenu([*layers.registry.values(), *losses.registry.values()], look)
        self.notice = Notice(look, most_lines=2)  # else it pushes the canvas away
        self.properties = PropertiesPanel(self.editor, look)
        self.group_form = GroupForm(self.editor)
        self.layer_page = LayerPage(self.properties, self.group_form, self.editor)
        self.data_panel = DataPanel(self.editor, settings, look)
        self.training_panel = TrainingPanel(self.editor, look)
        self.learning_rate = LearningRateSlider(self.editor, look)
        self.live_bar = LiveBar()
        self.live_bar.apply_theme(look)
        self.readiness = ProblemsButton(self.editor, look)
        self.tempo = TempoButton(settings)
        self.controller.progress.slow_down(self.tempo.limit)
        self.status = StatusLine(self.readiness, self.tempo)
        self.commands = WorkbenchCommands(self)
        self.display = WorkbenchDisplay(self)
        self.actions = action_table.build(self, self.commands.runs())
        self.menu = QMenu()
        submenus = action_table.fill_menu(self.menu, self.actions)
        self.top_bar = TopBar(self.actions, self.menu, self.learning_rate, look)
        tabs = [("Layer", self.layer_page), ("Data", self.data_panel), ("Training", self.training_panel)]
        left_tabs = [("Layers", self.palette), ("Outline", self.outline), ("History", self.history)]
        self.stage = CanvasStage(self.canvas)
        self.window = MainWindow(
            self.top_bar, self.notice, self.stage, left_tabs, tabs, self.live_bar, self.status, self.may_close
        )
        self.views = ViewDocks(self.window, settings)
        self.views.apply_theme(look)
        self.live_bar.take(self.views)
        self.card_responses = CardResponses(self.canvas, look)
        self.inspector = Inspector(
            self.editor, self.controller, lambda: (*self.views.looks(), *self.card_responses.looks())
        )
        self.checking = Checking(self.editor, self.canvas, self.readiness, self.window, settings, look)
        self.files = ProjectFiles(self.editor, self.controller, settings, self.notice, self.window)
        self.files.take_typed = self.commands.take_typed  # what is half typed is work as well
        self.templates = TemplateGallery(self.canvas, look)
        self.template_offer = TemplateOffer(self.canvas)
        self.file_menu = FileMenu(submenus["File"], self.actions["save"], self.files, settings)
        self.export_panel = ExportPanel(self.window, settings)
        self.stop_panel = StopPanel(self.window)
        self.runs = RunsDesk(home or settings.path.parent / "work", self.editor, settings, look)
        self.copies = CopyWriter(self.editor, self.controller, self)
        self.archive = RunArchive(self.runs, self.editor, self.controller, self.files, self.notice)
        self.runs_dock = RunsDock(self.window, self.views, self.runs.panel, settings)
        self.runs_dock.apply_theme(look)
        self.live_bar.add_last(self.runs_dock.tab)
        self.pictures = Pictures(self.canvas, self.editor, settings, self.notice, self.window)
        self.picture_panel = PicturePanel(self.window, self.pictures, settings)
        self.actions["reopen_last"].setChecked(settings.get(REOPEN_LAST))
        self.shortcuts, self.about = ShortcutOverview(), AboutSheet()
        for sheet in (self.shortcuts, self.about, self.add_menu):  # else one that was never opened outlives the window
            sheet.setParent(self.window)
        self.window.addActions(list(self.actions.values()))
        self.hints = Hints(settings, self.canvas)
        self.stage.take(self.canvas.breadcrumbs, self.checking.bars_button, self.template_offer, self.hints)
        self.ruins = RuinWatch(self.controller, self.editor)
        tell = self.editor, self.controller, self.notice, self.ruins
        self.messages = Messages(*tell, self.commands.edit, self.commands.activate)
        wire(self)
        self.display.show_all()
        self.memory = WindowMemory(self.window, self.views, self.canvas, settings, partial(view_of, self))
        self.memory.restore()

    def may_close(self) -> bool:
        """Ask about unsaved work, then end the run and remember the window."""
        self.commands.take_typed()  # what is half typed is work as well
        if not self.files.may_quit():
            return False
        self.shut_down()
        return True

    def shut_down(self) -> None:
        """End the run and remember how the window stood."""
        self.controller.halt()  # nobody wants to wait for another step
        self.leaving.emit()
        self.pictures.leave_clipboard()
        self.messages.forget()
        self.inspector.shut_down()
        self.archive.close()
        self.controller.shut_down()
        self.copies.finish()
        self.runs.shut_down()
        self.checking.shut_down()
        self.data_panel.loader.cancel()
        self.memory.keep()
        self.settings.save()
