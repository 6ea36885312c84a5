"""The canvas without a pointer: real key events ask for the edits they should."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from deepviz.document.graph import Edge
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.card_painter import CardState
from deepviz.gui.canvas.geometry import Point

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_arrows_go_to_the_nearest_node_in_their_direction(on_chain):
    visited = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down, Key.Key_Up):
        on_chain.key(key)
        visited.append(on_chain.view.network.selected)
    assert visited == [("input_1",), ("dense_1",), ("loss_1",), ("input_1",)]


def test_where_there_is_no_neighbour_the_selection_stays(on_chain):
    on_chain.view.select(("loss_1",))
    on_chain.key(Key.Key_Down)
    assert on_chain.view.network.selected == ("loss_1",)


def test_shift_and_arrows_nudge_by_the_grid(on_chain):
    on_chain.view.select(("relu_1", "dense_2"))
    on_chain.key(Key.Key_Down, SHIFT)
    on_chain.key(Key.Key_Left, SHIFT)
    assert on_chain.place("relu_1") == (424, 8)
    assert on_chain.place("dense_2") == (640, 8)
    assert on_chain.labels == ["Move 2 layers"] * 2


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_with_shift_delete_cuts_instead_of_healing(on_chain, key):
    on_chain.view.select(("relu_1",))
    on_chain.key(key, SHIFT)
    assert on_chain.labels == ["Delete and cut relu_1"]
    assert on_chain.pairs() == {("input_1", "dense_1"), ("dense_2", "loss_1")}


def test_the_menu_offers_to_cut_only_where_there_is_something_to_heal(on_chain):
    def offered(node_id):
        entries = commands.entries_for(on_chain.view, node_id, Point(0, 0))
        return {entry.label: entry for entry in entries}.get("Delete and cut")

    assert offered("loss_1") is None
    on_chain.view.select(("relu_1",))
    offered("relu_1").run()
    assert on_chain.pairs() == {("input_1", "dense_1"), ("dense_2", "loss_1")}


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_delete_heals_the_chain(on_chain, key):
    on_chain.view.select(("relu_1",))
    on_chain.key(key)
    assert on_chain.labels == ["Delete relu_1"]
    assert ("dense_1", "dense_2") in on_chain.pairs()
    assert "relu_1" not in on_chain.view.network.node_items()
    assert on_chain.selections[-1] == ()


def test_delete_disconnects_a_selected_edge(on_chain):
    on_chain.view.network.select((), (Edge("dense_1", "relu_1"),))
    on_chain.key(Key.Key_Delete)
    assert on_chain.labels == ["Disconnect dense_1 from relu_1"]
    assert ("dense_1", "relu_1") not in on_chain.pairs()


def test_ctrl_a_selects_all_and_delete_deletes_all(on_chain):
    on_chain.key(Key.Key_A, CTRL)
    assert len(on_chain.view.network.selected) == 5
    assert len(on_chain.view.network.selected_edges) == 4
    on_chain.key(Key.Key_Delete)
    assert on_chain.project.graph.nodes == ()
    assert on_chain.view.network.edge_items() == {}


def test_delete_with_nothing_selected_asks_for_nothing(on_chain):
    on_chain.key(Key.Key_Delete)
    assert on_chain.labels == []


def test_enter_activates_and_escape_deselects(on_chain):
    on_chain.view.select(("dense_1",))
    on_chain.key(Key.Key_Return)
    assert on_chain.activated == ["dense_1"]
    on_chain.key(Key.Key_Escape)
    assert on_chain.view.network.selected == ()


def test_connecting_by_keys(on_branches):
    on_branches.view.select(("dense_3",))
    on_branches.key(Key.Key_C)
    assert "Enter connects" in on_branches.view.bubble.text
    targets = [on_branches.view.gesture.target]
    on_branches.key(Key.Key_Right)
    targets.append(on_branches.view.gesture.target)
    assert targets == ["dense_2", "add_1"]
    on_branches.key(Key.Key_Return)
    assert on_branches.labels == ["Connect dense_3 to add_1"]
    assert Edge("dense_3", "add_1", 2) in on_branches.edges
    assert on_branches.view.bubble.text == ""


def test_tab_goes_through_the_possible_targets(on_branches):
    on_branches.view.select(("dense_3",))
    on_branches.key(Key.Key_C)
    seen = set()
    for _ in range(3):
        seen.add(on_branches.view.gesture.target)
        on_branches.key(Key.Key_Tab)
    assert seen == {"dense_1", "dense_2", "add_1"}


def test_connecting_by_keys_can_be_cancelled(on_branches):
    before = on_branches.edges
    on_branches.view.select(("dense_3",))
    on_branches.key(Key.Key_C)
    on_branches.key(Key.Key_Escape)
    on_branches.key(Key.Key_Return)
    assert on_branches.edges == before
    assert on_branches.view.network.selected == ("dense_3",)


def test_a_loss_cannot_be_connected_to_anything(on_chain):
    on_chain.view.select(("loss_1",))
    on_chain.key(Key.Key_C)
    assert on_chain.view.gesture is None
    assert on_chain.view.bubble.text == "A loss has no output to connect."


def test_where_nothing_is_left_to_connect_to_it_says_so(on_chain):
    on_chain.view.select(("dense_2",))
    on_chain.key(Key.Key_C)
    assert "no layer" in on_chain.view.bubble.text


def test_zoom_and_fit(on_chain):
    on_chain.key(Key.Key_Plus, CTRL)
    assert on_chain.view.zoom == pytest.approx(1.2)
    on_chain.key(Key.Key_Minus, CTRL)
    on_chain.key(Key.Key_Minus, CTRL)
    assert on_chain.view.zoom == pytest.approx(1 / 1.2)
    on_chain.key(Key.Key_0, CTRL)
    assert on_chain.view.zoom == pytest.approx(1.0)
    on_chain.view.pan_by(-500, 0)
    on_chain.key(Key.Key_F)
    content, seen = on_chain.view.network.content(), on_chain.view.seen()
    assert content.center == pytest.approx(seen.center, abs=1)


def test_going_to_a_node_brings_it_into_sight(on_chain):
    on_chain.view.zoom_reset()
    on_chain.view.pan_by(-700, 0)
    on_chain.view.go_to("input_1")
    assert on_chain.view.seen().contains(on_chain.middle("input_1"))


def test_tab_follows_the_flow_and_leaves_behind_the_last_node(qtbot, on_chain):
    window = QWidget()
    layout = QHBoxLayout(window)
    before, after = QLineEdit(window), QLineEdit(window)
    for widget in (before, on_chain.view, after):
        layout.addWidget(widget)
    QWidget.setTabOrder(before, on_chain.view)
    QWidget.setTabOrder(on_chain.view, after)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    visited = []
    while not after.hasFocus():
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
        if on_chain.view.hasFocus():
            visited.append(on_chain.view.network.selected)
            item = on_chain.view.network.node_items()[visited[-1][0]]
            assert CardState.FOCUSED in item.state
    assert visited == [("input_1",), ("dense_1",), ("relu_1",), ("dense_2",), ("loss_1",)]
    assert all(CardState.FOCUSED not in item.state for item in on_chain.view.network.node_items().values())
    qtbot.keyClick(after, Key.Key_Backtab)
    assert on_chain.view.hasFocus()
    on_chain.view.setParent(None)


def test_the_menu_key_opens_the_menu_of_the_current_node(on_chain):
    on_chain.view.go_to("dense_1")
    place = on_chain.view.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, on_chain.view.mapToGlobal(place))
    QApplication.sendEvent(on_chain.view.viewport(), event)
    titles = [action.text().split("\t")[0] for action in on_chain.view.menu.actions()]
    on_chain.view.menu.close()
    assert "Edit hyperparameters" in titles


def test_the_canvas_says_in_words_what_is_selected(on_chain):
    view = on_chain.view
    assert view.accessibleName() == "Network"
    assert view.accessibleDescription() == "Network of 5 layers and 4 connections. Nothing is selected."
    view.select(("dense_1",))
    assert view.accessibleDescription() == ("dense_1: Dense 8, output 8, 40 parameters, after input_1, before relu_1.")
