"""What one part of a window sends, another is told: all connections between them, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepviz.gui.announcement import announce
from deepviz.gui.run_so_far import run_so_far
from deepviz.gui.settings import MINIMAP, MORE_SETTINGS, SCHEDULE_LOG
from deepviz.gui.workbench_palettes import wire_palettes
from deepviz.gui.workbench_views import wire_views

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench

MESSAGE_TIME = 4000
"""Milliseconds that a message of the canvas stays in the status bar."""
TRAINED = ("starting", "running", "finished")
"""What the status is after somebody had it train; a small run is over before anybody sees it running."""


def wire(bench: Workbench) -> None:
    """Connect the parts of a window."""
    editor, controller, canvas = bench.editor, bench.controller, bench.canvas
    commands, display = bench.commands, bench.display
    canvas.edit_requested.connect(commands.edit)
    for form in commands.forms():
        form.set_open(bench.settings.get(MORE_SETTINGS))
        form.opened.connect(commands.open_forms)
        form.mended.connect(commands.forget_refusal)
    canvas.selection_changed.connect(bench.layer_page.show_cards)
    bench.group_form.look_wanted.connect(canvas.look_into)
    canvas.selection_changed.connect(lambda chosen: bench.window.show_tab("Layer") if chosen else None)
    canvas.selection_changed.connect(lambda chosen: bench.hints.done("look") if chosen else None)
    controller.status_changed.connect(lambda status: bench.hints.done("run") if status in TRAINED else None)
    bench.export_panel.export_wanted.connect(lambda _path: bench.hints.done("export"))
    canvas.node_activated.connect(commands.activate)
    canvas.help_wanted.connect(bench.actions["shortcuts"].trigger)
    bench.outline.edit_wanted.connect(commands.activate)
    bench.outline.left.connect(canvas.setFocus)
    canvas.message.connect(lambda text: bench.status.showMessage(text, MESSAGE_TIME))
    canvas.message.connect(lambda text: announce(canvas, text))
    bench.views.message.connect(lambda text: bench.status.showMessage(text, MESSAGE_TIME))
    bench.pictures.message.connect(lambda text: bench.status.showMessage(text, MESSAGE_TIME))
    canvas.network.scale_changed.connect(lambda _low, _high: display.share_scale())
    canvas.minimap.wanted_changed.connect(bench.actions["minimap"].setChecked)
    canvas.minimap.wanted_changed.connect(lambda is_wanted: bench.settings.set(MINIMAP, is_wanted))
    bench.actions["minimap"].setChecked(canvas.minimap.is_wanted)
    canvas.minimap.want(bench.settings.get(MINIMAP))
    wire_palettes(bench)
    wire_views(bench)
    bench.checking.node_wanted.connect(commands.activate)
    bench.checking.panel.data_wanted.connect(lambda: bench.window.show_tab("Data"))
    bench.checking.panel.plan_wanted.connect(lambda: bench.window.show_tab("Training"))
    bench.checking.watch.changed.connect(display.show_costs)
    bench.training_panel.node_wanted.connect(commands.activate)
    bench.training_panel.rate_wanted.connect(bench.actions["find_rate"].trigger)
    bench.training_panel.so_far = lambda: run_so_far(controller, editor)
    preview = bench.training_panel.schedule_preview
    preview.set_logarithmic(bench.settings.get(SCHEDULE_LOG))
    preview.log_changed.connect(lambda on: bench.settings.set(SCHEDULE_LOG, on))
    bench.export_panel.export_wanted.connect(bench.files.export_to)

    bench.tempo.chosen.connect(bench.controller.progress.slow_down)

    editor.project_changed.connect(display.show_project)
    editor.report_changed.connect(display.show_report)
    editor.opened.connect(bench.templates.close_quietly)
    editor.opened.connect(canvas.fit)
    editor.report_changed.connect(lambda _report: bench.template_offer.follow(editor.project.graph))
    bench.template_offer.follow(editor.project.graph)
    editor.report_changed.connect(lambda _report: bench.hints.rest(not editor.project.graph.nodes))
    bench.hints.rest(not editor.project.graph.nodes)
    bench.properties.all_repaired.connect(bench.canvas.setFocus)
    bench.template_offer.clicked.connect(bench.templates.open)
    bench.templates.chosen.connect(bench.files.open_example)
    editor.saved_changed.connect(display.show_title)
    stack = editor.undo_stack
    stack.indexChanged.connect(lambda _index: commands.forget_refusal())
    stack.undoTextChanged.connect(lambda text: bench.actions["undo"].setText(f"Undo {text}".strip()))
    stack.redoTextChanged.connect(lambda text: bench.actions["redo"].setText(f"Redo {text}".strip()))
    for key, signal, possible in (
        ("undo", stack.canUndoChanged, stack.canUndo()),
        ("redo", stack.canRedoChanged, stack.canRedo()),
    ):
        signal.connect(bench.actions[key].setEnabled)
        bench.actions[key].setEnabled(possible)

    controller.status_changed.connect(display.show_status)
    controller.failed.connect(display.show_failure)
    controller.grew.connect(display.show_growth)
    controller.restarted.connect(bench.notice.dismiss)
    controller.restarted.connect(display.show_history)
    bench.top_bar.workspace_chosen.connect(bench.window.show_workspace)
    bench.window.workspace_changed.connect(bench.top_bar.show_workspace)
    bench.window.drops.dropped.connect(bench.files.open_dropped)
    bench.files.data_dropped.connect(commands.use_data)
    bench.files.begun.connect(bench.actions["workspace_build"].trigger)
    bench.files.begun.connect(canvas.setFocus)  # a view that had the keyboard may just have gone
    bench.window.escape_pressed.connect(bench.notice.dismiss)
    bench.themes.changed.connect(display.use_theme)
