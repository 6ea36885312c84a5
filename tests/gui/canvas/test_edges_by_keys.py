"""Connections without a pointer: going along them, deleting them, and where the keyboard is after something is gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepviz.document.graph import Edge
from deepviz.gui.canvas.card_painter import CardState

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def focused(owner):
    return [node_id for node_id, item in owner.view.network.node_items().items() if CardState.FOCUSED in item.state]


def test_e_goes_through_the_connections_of_a_card_and_shift_e_back(on_branches):
    on_branches.view.go_to("add_1")
    seen = []
    for modifiers in (Qt.KeyboardModifier.NoModifier,) * 3 + (SHIFT,):
        on_branches.key(Key.Key_E, modifiers)
        seen.append(on_branches.view.network.selected_edges)
    first, second = (Edge("dense_1", "add_1", 0),), (Edge("dense_2", "add_1", 1),)
    assert seen == [first, second, first, second]
    assert on_branches.view.network.selected == ()
    assert "Connection from dense_2 to add_1" in on_branches.view.accessibleDescription()


def test_what_goes_out_comes_after_what_comes_in(on_chain):
    on_chain.view.go_to("relu_1")
    on_chain.key(Key.Key_E)
    assert on_chain.view.network.selected_edges == (Edge("dense_1", "relu_1"),)
    on_chain.key(Key.Key_E)
    assert on_chain.view.network.selected_edges == (Edge("relu_1", "dense_2"),)


def test_enter_follows_the_connection_to_its_other_end(on_chain):
    on_chain.view.go_to("relu_1")
    on_chain.key(Key.Key_E)
    on_chain.key(Key.Key_Return)
    assert on_chain.view.network.selected == ("dense_1",)
    on_chain.key(Key.Key_E, SHIFT)
    on_chain.key(Key.Key_Return)
    assert on_chain.view.network.selected == ("relu_1",)
    assert on_chain.activated == []


def test_escape_goes_back_to_the_card(on_chain):
    on_chain.view.go_to("relu_1")
    on_chain.key(Key.Key_E)
    on_chain.key(Key.Key_Escape)
    assert on_chain.view.network.selected == ("relu_1",)
    assert on_chain.view.network.selected_edges == ()


def test_delete_disconnects_and_the_keyboard_stays_with_the_card(on_chain):
    on_chain.view.go_to("relu_1")
    on_chain.key(Key.Key_E)
    on_chain.key(Key.Key_Delete)
    assert on_chain.labels == ["Disconnect dense_1 from relu_1"]
    assert focused(on_chain) == ["relu_1"]
    on_chain.key(Key.Key_Right)
    assert on_chain.view.network.selected == ("dense_2",)


def test_a_card_without_connections_says_so(on_branches):
    on_branches.view.go_to("dense_3")
    on_branches.key(Key.Key_E)
    assert "connected to nothing" in on_branches.view.bubble.text
    assert on_branches.view.network.selected == ("dense_3",)


def test_after_a_card_is_deleted_keys_go_on_from_the_one_before(on_chain):
    on_chain.view.go_to("relu_1")
    on_chain.key(Key.Key_Delete)
    assert on_chain.view.network.selected == ()
    assert focused(on_chain) == ["dense_1"]
    on_chain.key(Key.Key_Tab)
    assert on_chain.view.network.selected == ("dense_2",)
    on_chain.view.go_to("input_1")
    on_chain.key(Key.Key_Delete)
    assert focused(on_chain) == ["dense_1"], "of the first, the one behind it"


@pytest.mark.parametrize(("key", "goal"), [(Key.Key_Home, "input_1"), (Key.Key_End, "loss_1")])
def test_home_and_end_go_to_the_ends_of_the_flow(on_chain, key, goal):
    on_chain.view.go_to("relu_1")
    on_chain.key(key)
    assert on_chain.view.network.selected == (goal,)


def test_on_an_empty_canvas_keys_do_nothing(owner):
    for key in (Key.Key_E, Key.Key_Home, Key.Key_End, Key.Key_Return, Key.Key_Delete, Key.Key_C, Key.Key_Right):
        owner.key(key)
    assert owner.labels == []
    assert owner.activated == []


def test_an_edge_that_was_clicked_is_followed_from_nowhere_in_particular(on_chain):
    on_chain.view.network.select((), (Edge("dense_1", "relu_1"),))
    on_chain.key(Key.Key_Return)
    assert on_chain.activated == [], "no card had the keyboard, so there is no other end"


def test_the_question_mark_asks_for_help_on_any_keyboard(on_chain):
    asked = []
    on_chain.view.help_wanted.connect(lambda: asked.append(True))
    on_chain.key(Key.Key_Question)
    on_chain.key(Key.Key_Question, SHIFT)
    assert len(asked) == 2


def test_nudges_in_a_row_ask_to_be_one_step(on_chain):
    keys = []
    on_chain.view.edit_requested.connect(lambda _label, _edit, merge_key: keys.append(merge_key))
    on_chain.view.select(("relu_1", "dense_2"))
    for key in (Key.Key_Down, Key.Key_Left):
        on_chain.key(key, SHIFT)
    on_chain.view.select(("relu_1",))
    on_chain.key(Key.Key_Down, SHIFT)
    on_chain.key(Key.Key_Delete)
    assert keys[0] == keys[1] != ""
    assert keys[2] not in ("", keys[0]), "another selection is another step"
    assert keys[3] == ""
