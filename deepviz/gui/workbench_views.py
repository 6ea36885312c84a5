"""What the live views of a window are told, and who is told what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepviz.document.repeats import unrolled
from deepviz.gui.amounts import thousands
from deepviz.gui.run_goal import RunGoal
from deepviz.gui.settings import RESPONSES_ON_CARDS
from deepviz.training.checkpoint_files import epoch_of

MESSAGE_TIME = 4000
"""Milliseconds that a message of the views and of the runs stays in the status bar."""

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench


def wire_views(bench: Workbench) -> None:
    """Connect views, timeline and inspector of a window with its project and its run."""
    editor, controller, views, moments = bench.editor, bench.controller, bench.views, bench.controller.moments
    timeline, cards = bench.live_bar.timeline, bench.card_responses

    def show_project(*_: object) -> None:
        views.show_project(editor.project, editor.data, editor.report)
        cards.show_project(editor.project, editor.data, editor.report)

    def choose_node(chosen: tuple[str, ...]) -> None:
        if len(chosen) == 1 and chosen[0] in editor.project.graph.by_id:
            views.choose_node(chosen[0])

    def reveal(node_id: str) -> None:
        """Show the card of a layer that a run has, as far as it is still there; a repetition has that of its first."""
        drawn = unrolled(editor.project.graph).origin.get(node_id)
        if drawn is not None:
            bench.canvas.reveal(drawn)
        else:
            bench.status.showMessage(f"{node_id} is not in the network any more", MESSAGE_TIME)

    def show_kept_steps() -> None:
        last = controller.step_count
        timeline.show_steps(moments.steps_before(last), last)

    def see() -> None:
        controller.want_probes(views.probes)
        bench.inspector.look_around()

    def tell_left_over(words: str) -> None:
        """Say it here where the list, which says it too, cannot be seen."""
        if not runs.panel.isVisible():
            bench.notice.tell(words, "", [("Show runs", dock.open)])

    def say_once() -> None:
        """The list has come into sight: what it says need not stand above the canvas as well."""
        if runs.panel.isVisible() and bench.notice.text and bench.notice.text == runs.panel.notice.text:
            bench.notice.dismiss()

    runs, dock = bench.runs, bench.runs_dock
    runs.attach(lambda: views.views.values())
    views.changed.connect(runs.show_chosen)
    runs.view_wanted.connect(dock.show_view)
    runs.panel.left_over.connect(tell_left_over)
    dock.opened.connect(lambda _is_open: say_once())
    runs.message.connect(lambda text: bench.status.showMessage(text, MESSAGE_TIME))
    bench.copies.written.connect(lambda name: bench.status.showMessage(saved_copy(name), MESSAGE_TIME))
    bench.copies.failed.connect(lambda text: bench.notice.tell(text, "bad"))
    listed = bench.training_panel.copies
    bench.copies.written.connect(lambda _name: listed.follow())
    listed.open_wanted.connect(bench.files.open_recent)
    listed.refused.connect(lambda text: bench.notice.tell(text, "bad"))
    dock.opened.connect(bench.actions["runs"].setChecked)
    bench.themes.changed.connect(dock.apply_theme)
    bench.live_bar.arrange_wanted.connect(dock.put_away)
    bench.window.workspace_changed.connect(lambda name: views.open_suitable_soon() if name == "train" else None)
    editor.opened.connect(lambda: views.open_suitable_soon() if bench.window.workspace == "train" else None)
    editor.report_changed.connect(show_project)
    bench.canvas.selection_changed.connect(choose_node)
    views.changed.connect(see)
    views.node_chosen.connect(reveal)
    views.edit_wanted.connect(bench.commands.edit)
    views.asked.connect(bench.inspector.ask)
    cards.asked.connect(lambda: bench.inspector.ask(cards))
    cards.wanted_changed.connect(bench.actions["responses"].setChecked)
    cards.wanted_changed.connect(lambda is_wanted: bench.settings.set(RESPONSES_ON_CARDS, is_wanted))
    cards.want(bench.settings.get(RESPONSES_ON_CARDS))
    bench.actions["responses"].setChecked(cards.is_wanted)
    controller.grew.connect(show_kept_steps)
    controller.restarted.connect(show_kept_steps)
    moments.changed.connect(bench.display.show_moment)
    timeline.moment_chosen.connect(moments.choose)
    timeline.branch_wanted.connect(bench.commands.branch_off)
    bench.stop_panel.course_now = bench.commands.course
    bench.stop_panel.step_chosen.connect(lambda _step: bench.commands.come_back())
    bench.stop_panel.step_chosen.connect(RunGoal(controller, bench.notice).go_to)
    for news in (controller.grew, controller.status_changed, controller.restarted, editor.report_changed):
        news.connect(bench.stop_panel.follow)
    bench.live_bar.arrange_wanted.connect(views.arrange)
    show_project()


def saved_copy(name: str) -> str:
    """That a copy of the weights was written, by the name of its file: short, as it stands beside the figures."""
    epoch = epoch_of(name)
    what = name if epoch is None else f"a copy of epoch {thousands(epoch)}"
    return f"Saved {what}. The Training page lists the copies."
