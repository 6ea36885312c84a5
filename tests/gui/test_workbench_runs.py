"""The window during runs and between starts: figures, labels, what is remembered and what is said."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
)

from deepviz.document import edits
from deepviz.gui.panels import data_loader
from deepviz.gui.settings import WORKSPACE, Settings
from deepviz.gui.theme import LIGHT
from deepviz.gui.top_bar import WORKSPACE_NAMES
from deepviz.training.run_plan import prepared
from tests.e2e.window import LEFT, NO_KEYS, PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import press_shortcut, train_steps, wait_for_step

# Workspaces and what is remembered


def test_workspaces_keep_their_own_arrangement(person: Person) -> None:
    window, bar = person.bench.window, person.bench.top_bar
    assert window.workspace == "train"
    assert person.bench.live_bar.isVisible()
    person.press(bar._workspace_buttons["build"])
    assert window.workspace == "build"
    assert not person.bench.live_bar.isVisible()
    window.resizeDocks([window.left], [260], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    wide = window.left.width()
    assert wide == 260
    press_shortcut("Ctrl+2", person.bench.canvas)
    assert person.bench.live_bar.isVisible()
    assert bar._workspace_buttons["train"].isChecked()
    QApplication.processEvents()
    assert window.left.width() != wide
    press_shortcut("Ctrl+1", person.bench.canvas)
    QApplication.processEvents()
    assert window.left.width() == wide
    assert bar._workspace_buttons["build"].isChecked()


def test_what_is_set_is_remembered_at_the_next_start(open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(small_project(), Settings(tmp_path / "own.ini"))
    window = first.bench.window
    press_shortcut("Ctrl+1", first.bench.canvas)
    window.resizeDocks([window.left], [248], Qt.Orientation.Horizontal)
    first.bench.themes.choose("dark")
    first.bench.actions["theme"].trigger()
    assert first.bench.files.save_to(tmp_path / "kept.deepviz")
    QApplication.processEvents()
    assert window.close()

    second = open_window(small_project(), Settings(tmp_path / "own.ini"))
    assert second.bench.window.workspace == "build"
    assert not second.bench.live_bar.isVisible()
    assert second.bench.window.left.width() == 248
    assert second.bench.window.size() == window.size()
    assert second.bench.themes.current is LIGHT
    assert [entry.text() for entry in second.bench.file_menu.recent.entries] == ["&1  kept.deepviz"]
    press_shortcut("Ctrl+2", second.bench.canvas)
    QApplication.processEvents()
    assert second.bench.live_bar.isVisible()
    assert second.bench.window.left.width() != 248


def test_a_workspace_that_is_not_there_is_passed_over(open_window: OpenWindow, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "own.ini")
    settings.set(WORKSPACE, "understand")
    assert "understand" not in WORKSPACE_NAMES, "then another name has to be found for this test"
    assert open_window(small_project(), settings).bench.window.workspace == "train"


def test_closing_while_data_is_loaded_leaves_nothing_running(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, may_go_on = person.bench, threading.Event()
    wait_and_load = lambda choice: may_go_on.wait(60) and prepared(choice)  # noqa: E731
    monkeypatch.setattr(data_loader, "prepared", wait_and_load)
    bench.window.show_tab("Data")
    person.choose_in(bench.data_panel.source_list, "XOR")
    assert bench.data_panel.loader.is_busy
    loading = [thread for thread in threading.enumerate() if thread.name == "deepviz-data"]
    assert bench.window.close()
    assert not bench.data_panel.loader.is_busy
    assert not bench.data_panel.loader._timer.isActive()
    may_go_on.set()
    for thread in loading:
        thread.join(60)
    assert person.project.data.source.key == "spirals"


# A run


def test_the_run_button_says_what_it_does_next(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=1_000_000))
    bench = person.bench
    button, actions = bench.top_bar.run_button, bench.actions

    def state() -> tuple[str, str, bool, bool, bool]:
        enabled = (actions[key].isEnabled() for key in ("step", "stop", "reset"))
        assert bench.top_bar.step_button.isEnabled() == actions["step"].isEnabled()
        assert bench.top_bar.reset_button.isEnabled() == actions["reset"].isEnabled()
        return (button.text(), actions["run"].text(), *enabled)

    assert state() == ("Run", "Run", True, False, False)
    person.press(button)
    person.reach("running")
    assert state() == ("Pause", "Pause", False, True, True)
    person.press(button)
    person.reach("paused")
    assert state() == ("Resume", "Resume", True, True, True)
    person.press(button)
    person.reach("running")
    actions["stop"].trigger()
    assert state() == ("Resume", "Resume", True, False, True)
    person.press(bench.top_bar.reset_button)
    assert state() == ("Run", "Run", True, False, False)
    assert bench.controller.step_count == 0
    bench.editor.open(small_project(epochs=1))
    person.run_to_the_end()
    assert state() == ("Train on", "Train on", True, False, True)
    edit = partial(edits.set_plan, plan=replace(person.project.plan, run=person.project.plan.run.changed(epochs=4)))
    bench.editor.apply("Change epochs", edit)
    assert "for 3 more epochs." in button.toolTip(), "1 of 4 is over"
    bench.editor.undo_stack.undo()
    assert "for 1 more epoch." in button.toolTip()
    assert button.toolTip() == actions["run"].toolTip()
    assert "Train on goes on for 1 more epoch." in bench.properties.next_step.words.said
    assert bench.readiness.text() == "No problems · 42 parameters"
    person.press(bench.top_bar.reset_button)
    assert state() == ("Run", "Run", True, False, False)
    assert bench.readiness.text() == "Ready to train · 42 parameters"


def test_figures_are_exact_at_every_step(person: Person) -> None:
    bench, bar = person.bench, person.bench.top_bar
    per_epoch = bench.controller.progress.steps_per_epoch
    assert per_epoch == 15
    assert bench.status.figures == "not started  ·  epoch 0 of 3  ·  step 0"
    assert (bar._epoch.text(), bar._left.text(), bar._bar.value(), bar._bar.maximum()) == ("3 epochs", "", 0, 45)
    person.press(bar.step_button)
    wait_for_step(person, 1)
    assert bench.status.figures == "paused  ·  epoch 1 of 3  ·  step 1"
    assert (bar._epoch.text(), bar._left.text(), bar._bar.value()) == ("epoch 1 of 3", "paused", 1)
    press_shortcut("Ctrl+F10", bench.canvas)
    wait_for_step(person, 15)
    assert bench.status.figures == "paused  ·  epoch 1 of 3  ·  step 15"
    press_shortcut("F10", bench.canvas)
    wait_for_step(person, 16)
    assert (bar._epoch.text(), bar._bar.value()) == ("epoch 2 of 3", 16)
    press_shortcut("F5", bench.canvas)
    person.reach("finished")
    assert bench.status.figures == "finished  ·  epoch 3 of 3  ·  step 45"
    assert (bar._epoch.text(), bar._left.text(), bar._bar.value()) == ("epoch 3 of 3", "finished", 45)
    press_shortcut("Ctrl+Shift+R", bench.canvas)
    assert bench.status.figures == "not started  ·  epoch 0 of 3  ·  step 0"
    assert (bar._epoch.text(), bar._left.text(), bar._bar.value()) == ("3 epochs", "", 0)


def test_speed_and_time_left_are_told_while_running(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=1_000_000))
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: "samples/s" in person.bench.status.figures, timeout=PATIENCE)
    assert person.bench.status.figures.startswith("training  ·  epoch")
    assert "left" in person.bench.top_bar._left.text()
    person.press(person.bench.top_bar.run_button)
    person.reach("paused")
    assert "samples/s" not in person.bench.status.figures


def test_curves_cards_and_form_show_the_run_and_forget_it_on_reset(person: Person) -> None:
    bench = person.bench
    bench.canvas.select(("dense_1",))
    assert bench.properties.facts.value("‖∂L/∂θ‖") == "–"
    assert not bench.canvas.legend.isVisible()
    train_steps(person, 5)
    history = bench.controller.history
    items = bench.canvas.network.node_items()
    assert bench.properties.facts.value("‖∂L/∂θ‖") != "–"
    assert items["dense_1"].live.trace is not None
    assert items["loss_1"].live.trace.headline == f"loss {history.latest('loss'):.3f}"
    assert bench.canvas.legend.isVisible()
    assert bench.views.views["loss"].area.isVisible()
    bench.canvas.select(("loss_1",))
    assert f"{history.latest('loss'):.4g}" in dict(bench.properties.facts.facts).values()
    bench.canvas.select(("dense_1",))
    bench.actions["reset"].trigger()
    assert bench.properties.facts.value("‖∂L/∂θ‖") == "–"
    assert items["dense_1"].live.trace is None
    assert not bench.canvas.legend.isVisible()
    assert bench.views.views["loss"].words.isVisible()


def test_canvas_and_heat_map_share_one_scale(person: Person) -> None:
    train_steps(person, 5)
    scale = person.bench.canvas.network.gradient_scale
    assert person.bench.views.views["gradient_map"]._given_levels == (scale.first, scale.last)


def test_dragging_the_learning_rate_is_one_undo_step_and_reaches_the_run(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=1_000_000))
    bench, slider = person.bench, person.bench.learning_rate.slider
    person.press(bench.top_bar.run_button)
    person.reach("running")
    before, commands = person.project.plan.optimizer.learning_rate, bench.editor.undo_stack.count()

    def mouse(kind: QEvent.Type, x: int) -> None:
        place = QPointF(x, slider.height() / 2)
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        event = QMouseEvent(kind, place, QPointF(slider.mapToGlobal(place.toPoint())), button, held, NO_KEYS)
        QApplication.sendEvent(slider, event)

    mouse(QEvent.Type.MouseButtonPress, 30)
    for x in range(32, 60, 2):
        mouse(QEvent.Type.MouseMove, x)
    mouse(QEvent.Type.MouseButtonRelease, 58)
    after = person.project.plan.optimizer.learning_rate
    assert after != before
    assert bench.editor.undo_stack.count() == commands + 1
    assert bench.actions["undo"].text() == "Undo Change learning rate"

    def rate_of_the_run() -> float:
        return bench.controller._session.snapshot().result(60).learning_rate

    person.qtbot.waitUntil(lambda: rate_of_the_run() == after, timeout=PATIENCE)
    assert bench.controller.is_running, "the run goes on"
    history = bench.controller.history
    person.qtbot.waitUntil(lambda: any("learning rate" in text for _, text in history.events), timeout=PATIENCE)
    bench.actions["undo"].trigger()
    assert person.project.plan.optimizer.learning_rate == before
    person.qtbot.waitUntil(lambda: rate_of_the_run() == before, timeout=PATIENCE)


def test_an_edit_that_sets_weights_aside_says_so_and_undo_brings_them_back(person: Person) -> None:
    train_steps(person, 4)
    person.set_value("dense_1", "units", "9")
    assert person.bench.controller.step_count == 0
    assert "Undo brings the weights back" in person.notice
    person.take_offer("Undo")
    assert person.bench.controller.step_count == 4
    assert person.graph.node("dense_1").layer.units == 8
    assert person.bench.top_bar.run_button.text() == "Resume"


# Wiring of the parts


def test_a_selection_is_shown_in_the_form_and_problems_lead_to_their_node(person: Person) -> None:
    bench = person.bench
    bench.window.show_tab("Data")
    person.click_at(person.middle("dense_1"))
    assert bench.window.tabs.tabText(bench.window.tabs.currentIndex()) == "Layer"
    assert bench.properties.node_ids == ("dense_1",)
    person.set_value("dense_2", "units", "5")
    bench.canvas.select(())
    person.press(bench.readiness)
    card = next(card for card in bench.checking.panel.cards if card.isVisible())
    person.press(card.place)
    assert bench.canvas.network.selected == ("loss_1",)
    assert bench.checking.dock.isVisible(), "the list stays open"


def test_enter_in_the_palette_appends_after_the_selection(person: Person) -> None:
    bench = person.bench
    bench.canvas.select(("dense_1",))
    press_shortcut("Ctrl+F", bench.canvas)
    assert bench.palette.search.hasFocus()
    QTest.keyClicks(bench.palette.search, "sigm")
    person.key(Qt.Key.Key_Return)
    assert ("dense_1", "sigmoid_1") in person.pairs()
    assert ("sigmoid_1", "tanh_1") in person.pairs()
    assert bench.canvas.network.selected == ("sigmoid_1",)


def test_a_message_of_the_canvas_is_told_in_the_status_bar_too(person: Person) -> None:
    person.connect("dense_2", "dense_1")
    assert "cycle" in person.bench.status.currentMessage()
    person.bench.status.clearMessage()


def test_arrange_puts_every_card_in_its_place_undoably(person: Person) -> None:
    before = person.graph
    person.drag(person.middle("tanh_1"), person.in_viewport(0.5, 0.9))
    moved = person.graph
    assert moved != before
    press_shortcut("Ctrl+Shift+A", person.bench.canvas)
    assert person.graph != moved
    places = [node.position for node in person.graph.nodes]
    assert len(set(places)) == len(places)
    person.undo()
    assert person.graph == moved


def test_zoom_keys_zoom(person: Person) -> None:
    canvas = person.bench.canvas
    press_shortcut("Ctrl+0", canvas)
    assert canvas.zoom == pytest.approx(1.0)
    person.bench.actions["zoom_in"].trigger()
    assert canvas.zoom > 1.1
    person.bench.actions["zoom_out"].trigger()
    assert canvas.zoom == pytest.approx(1.0)
    person.bench.actions["fit"].trigger()
    assert canvas.network.content().right <= canvas.seen().right
    assert canvas.mapFromScene(QPointF(0, 0)) != QPoint(-1, -1)
