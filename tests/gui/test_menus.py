"""The menus: whatever a key does stands in one of them with its key, and does the same from there."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from deepviz.document import group_edits
from deepviz.gui.actions import ROWS
from deepviz.gui.canvas.keyboard import KEYS
from deepviz.gui.shortcuts import native, shortcuts
from tests.e2e.window import OpenWindow, Person, small_project

ONLY_MOVES = {
    "Go to the card in that direction",
    "Go to the first or last card of the flow",
    "Nudge what is selected",
    "Choose the next or previous connection of the card",
    "Open the context menu",
    "Make the selected comment larger or smaller",  # in the menu of the comment
}
"""What keys do that a menu could not: it would have to be opened for each step."""


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    return open_window(small_project())


def test_whatever_a_key_of_the_canvas_does_stands_in_a_menu() -> None:
    menu_keys = {QKeySequence(key).toString() for row in ROWS if row.menu for key in row.shortcuts}
    texts = {row.text for row in ROWS if row.menu}
    for row in KEYS:
        known = row.text in texts or not menu_keys.isdisjoint(QKeySequence(key).toString() for key in row.keys)
        assert known or row.text in ONLY_MOVES, f"{row.text} stands in no menu"


def test_every_entry_shows_its_key(person: Person) -> None:
    for row in (row for row in ROWS if row.shortcuts):
        action = person.bench.actions[row.key]
        (shown, *_) = native(row.shortcuts)
        if row.everywhere:
            assert action.shortcut() == QKeySequence(row.shortcuts[0])
        else:
            assert action.text() == f"{row.text}\t{shown}"
            assert action.shortcut().isEmpty(), "the canvas has this key; a text field must be able to have it too"


def test_entries_of_the_network_do_what_their_keys_do(person: Person) -> None:
    bench = person.bench
    bench.canvas.select(("tanh_1",))
    bench.actions["delete_cut"].trigger()
    assert "tanh_1" not in person.graph.by_id
    assert ("dense_1", "dense_2") not in person.pairs(), "its connections are cut"
    person.undo()
    bench.canvas.go_to("dense_1")
    bench.actions["connect"].trigger()
    assert bench.canvas.gesture is not None
    bench.canvas.cancel_gesture()
    bench.actions["edit_card"].trigger()
    assert bench.properties.isAncestorOf(bench.window.focusWidget())


def test_entries_for_groups_open_rename_and_leave_them(person: Person) -> None:
    bench = person.bench
    bench.editor.apply("Group", lambda project: group_edits.group(project, ["dense_1", "tanh_1"]))
    bench.canvas.select(("group_1",))
    bench.actions["open_group"].trigger()
    assert not person.graph.groups_by_id["group_1"].collapsed
    bench.canvas.select(("tanh_1",))
    bench.actions["leave_group"].trigger()
    assert [node.group for node in person.graph.nodes if node.id in ("dense_1", "tanh_1")] == ["group_1", ""]
    person.undo()
    assert person.graph.node("tanh_1").group == "group_1"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("replace", "Select a layer first."),
        ("connect", "Select a layer first."),
        ("edit_card", "Select a layer first."),
        ("open_group", "Select a group first."),
        ("rename_group", "Select a group first."),
        ("next_comment", "There is no comment yet."),
        ("leave_group", "Select layers that lie in a group first; a group as a whole is dissolved by Ungroup."),
    ],
)
def test_an_entry_with_nothing_to_do_says_what_is_missing(person: Person, key: str, words: str) -> None:
    person.bench.canvas.select(())
    before = person.project
    person.bench.actions[key].trigger()
    assert person.bench.canvas.bubble.isVisible()
    assert words in person.bench.status.currentMessage()
    assert person.project == before


def test_the_overview_lists_a_key_once_with_the_words_that_say_more() -> None:
    keys = [
        key for one in shortcuts() if one.heading in ("Edit", "Network", "View", "On the canvas") for key in one.keys
    ]
    assert len(set(keys)) == len(keys)
    (grouping,) = (one for one in shortcuts() if "Ctrl+G" in one.keys)
    assert (grouping.heading, grouping.text) == ("Network", "Group what is selected")
