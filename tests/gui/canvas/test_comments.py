"""Comments on the canvas: written in place, moved, resized, deleted, selected with cards."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest

from deepviz.document import comment_edits, edits, group_edits
from deepviz.document.graph_json import LONGEST_COMMENT
from deepviz.gui.amounts import thousands
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.comment_item import TEXT_SIZE, text_size
from deepviz.gui.canvas.geometry import GRID, Point
from deepviz.gui.canvas.text_editor import TextEditor
from deepviz.gui.theme import DARK
from tests.gui.canvas.conftest import NO_KEYS, Owner, chain

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT_SHIFT = Qt.KeyboardModifier.AltModifier | SHIFT
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | SHIFT


def noted(owner: Owner, text: str = "why this layer", place: tuple[float, float] = (80.0, 304.0)) -> Owner:
    owner.show(comment_edits.add_comment(chain(), text, place))
    return owner


def box(owner: Owner, comment_id: str = "comment_1"):
    return owner.view.network.surroundings.comments[comment_id].box


def inside(owner: Owner) -> Point:
    found = box(owner)
    return Point(found.left + 30, found.top + 30)


def test_n_places_a_comment_and_lets_it_be_written_in(on_chain: Owner) -> None:
    on_chain.key(Qt.Key.Key_N)
    (field,) = on_chain.view.findChildren(TextEditor)
    QTest.keyClicks(field, "first line")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "second line")
    QTest.keyClick(field, Qt.Key.Key_Return, CONTROL)
    (comment,) = on_chain.project.graph.comments
    assert comment.text == "first line\nsecond line"
    assert on_chain.labels == ["Add comment"], "one step to undo"
    assert on_chain.view.network.surroundings.selected_comments == (comment.id,)


def test_escape_keeps_what_was_typed_in_a_new_comment(on_chain: Owner) -> None:
    on_chain.key(Qt.Key.Key_N)
    (field,) = on_chain.view.findChildren(TextEditor)
    QTest.keyClicks(field, "not to be lost")
    left, top = field.pos().toTuple()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    (comment,) = on_chain.project.graph.comments
    assert comment.text == "not to be lost"
    assert on_chain.labels == ["Add comment"]
    assert on_chain.view.place_of(Point(*comment.position)).toTuple() == (left, top), "where it was written"
    assert on_chain.view.hasFocus()


@pytest.mark.parametrize("typed", ["", "  "])
def test_a_new_comment_without_words_is_none(on_chain: Owner, typed: str) -> None:
    for key in (Qt.Key.Key_Escape, None):
        on_chain.key(Qt.Key.Key_N)
        (field,) = [each for each in on_chain.view.findChildren(TextEditor) if not each.isHidden()]
        QTest.keyClicks(field, typed)
        if key is None:
            on_chain.view.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            QTest.keyClick(field, key)
        assert field.isHidden()
        assert on_chain.project.graph.comments == ()
        assert on_chain.labels == []


def test_clicking_elsewhere_takes_the_text(on_chain: Owner) -> None:
    on_chain.key(Qt.Key.Key_N)
    (field,) = on_chain.view.findChildren(TextEditor)
    QTest.keyClicks(field, "kept")
    on_chain.view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert on_chain.project.graph.comments[0].text == "kept"


def test_a_text_cannot_become_longer_than_a_comment_may_be_and_what_fits_is_kept(on_chain: Owner) -> None:
    on_chain.key(Qt.Key.Key_N)
    (field,) = on_chain.view.findChildren(TextEditor)
    QTest.keyClicks(field, "end")
    field.moveCursor(QTextCursor.MoveOperation.Start)
    QGuiApplication.clipboard().setText("\N{SLIGHTLY SMILING FACE}" * (LONGEST_COMMENT + 5))
    QTest.keyClick(field, Qt.Key.Key_V, CONTROL)
    assert f"at most {thousands(LONGEST_COMMENT)} letters" in on_chain.messages[-1]
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Return, CONTROL)
    text = on_chain.project.graph.comments[0].text
    assert text == "\N{SLIGHTLY SMILING FACE}" * (LONGEST_COMMENT - 3) + "end"


def test_a_double_click_writes_in_a_comment_and_escape_keeps_what_was_written(owner: Owner) -> None:
    noted(owner)
    place = owner.view.place_of(inside(owner))
    QTest.mouseDClick(owner.view.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)
    (field,) = owner.view.findChildren(TextEditor)
    assert field.toPlainText() == "why this layer"
    QTest.keyClicks(field, "something else")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert owner.project.graph.comments[0].text == "something else"
    assert owner.labels == ["Write comment"]


def test_escape_where_nothing_was_written_changes_nothing(owner: Owner) -> None:
    noted(owner)
    place = owner.view.place_of(inside(owner))
    QTest.mouseDClick(owner.view.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)
    (field,) = owner.view.findChildren(TextEditor)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert owner.project.graph.comments[0].text == "why this layer"
    assert owner.labels == []


def test_a_comment_is_dragged_to_another_place(owner: Owner) -> None:
    noted(owner)
    start = inside(owner)
    owner.drag(start, Point(start.x + 80, start.y + 40))
    assert owner.project.graph.comments[0].position == (160.0, 344.0)
    assert owner.labels == ["Move comment"]


def test_its_corner_resizes_it_and_not_below_the_least_size(owner: Owner) -> None:
    noted(owner)
    found = box(owner)
    corner = Point(found.right - 4, found.bottom - 4)
    owner.drag(corner, Point(corner.x + 48, corner.y + 24))
    width, height = owner.project.graph.comments[0].size
    assert (width, height) == (264.0, 120.0)
    found = box(owner)
    corner = Point(found.right - 4, found.bottom - 4)
    owner.drag(corner, Point(corner.x - 900, corner.y - 900))
    assert owner.project.graph.comments[0].size == comment_edits.LEAST_SIZE


@pytest.mark.parametrize("keys", [ALT_SHIFT, CTRL_SHIFT])
def test_keys_make_a_selected_comment_larger_and_smaller_within_bounds(owner: Owner, keys: Qt.KeyboardModifier) -> None:
    noted(owner)
    owner.click(inside(owner))
    before = owner.project.graph.comments[0].size
    for key, size in (
        (Qt.Key.Key_Right, (before[0] + GRID, before[1])),
        (Qt.Key.Key_Down, (before[0] + GRID, before[1] + GRID)),
        (Qt.Key.Key_Left, (before[0], before[1] + GRID)),
        (Qt.Key.Key_Up, before),
    ):
        owner.key(key, keys)
        assert owner.project.graph.comments[0].size == size
    assert owner.labels == ["Resize comment"] * 4
    for _ in range(40):
        owner.key(Qt.Key.Key_Left, keys)
    assert owner.project.graph.comments[0].size == (comment_edits.LEAST_SIZE[0], before[1])
    made = len(owner.labels)
    owner.key(Qt.Key.Key_Left, keys)
    assert len(owner.labels) == made, "what changes nothing is no edit"
    assert owner.project.graph.comments[0].position == (80.0, 304.0), "nor is it moved"


def test_two_selected_comments_grow_by_one_edit_and_none_by_no_edit(owner: Owner) -> None:
    noted(owner)
    owner.show(comment_edits.add_comment(owner.project, "another", (400.0, 304.0)))
    owner.key(Qt.Key.Key_Right, ALT_SHIFT)
    assert owner.labels == []
    owner.view.network.select((), comments=("comment_1", "comment_2"))
    sizes = [comment.size for comment in owner.project.graph.comments]
    owner.key(Qt.Key.Key_Right, ALT_SHIFT)
    assert [comment.size for comment in owner.project.graph.comments] == [(w + GRID, h) for w, h in sizes]
    assert owner.labels == ["Resize 2 comments"]


def test_delete_takes_a_selected_comment_away_and_leaves_the_network(owner: Owner) -> None:
    noted(owner)
    owner.click(inside(owner))
    assert owner.view.network.surroundings.selected_comments == ("comment_1",)
    assert owner.view.network.selected == ()
    owner.key(Qt.Key.Key_Delete)
    assert owner.project.graph.comments == ()
    assert len(owner.project.graph.nodes) == 5


def test_a_rectangle_takes_cards_and_comments_and_they_move_together(owner: Owner) -> None:
    noted(owner)
    content = owner.view.network.content()
    assert content is not None
    owner.drag(Point(content.left - 30, content.top - 40), Point(content.right + 30, content.bottom + 30), keys=NO_KEYS)
    assert owner.view.network.surroundings.selected_comments == ("comment_1",)
    assert len(owner.view.network.selected) == 5
    before = owner.place("dense_1"), owner.project.graph.comments[0].position
    start = owner.middle("dense_1")
    owner.drag(start, Point(start.x + 96, start.y + 48))
    after = owner.place("dense_1"), owner.project.graph.comments[0].position
    moved = [(new[0] - old[0], new[1] - old[1]) for old, new in zip(before, after, strict=True)]
    assert moved[0] == moved[1] != (0.0, 0.0)


def test_shift_n_goes_from_comment_to_comment_and_enter_writes(owner: Owner) -> None:
    project = comment_edits.add_comment(chain(), "one", (0.0, 300.0))
    owner.show(comment_edits.add_comment(project, "two", (300.0, 300.0)))
    owner.key(Qt.Key.Key_N, SHIFT)
    assert owner.messages[-1] == "one"
    owner.key(Qt.Key.Key_N, SHIFT)
    assert owner.view.network.surroundings.selected_comments == ("comment_2",)
    owner.key(Qt.Key.Key_Return)
    (field,) = owner.view.findChildren(TextEditor)
    assert field.toPlainText() == "two"
    QTest.keyClick(field, Qt.Key.Key_Escape)


def test_shift_and_arrows_nudge_a_comment_alone_or_with_cards(owner: Owner) -> None:
    noted(owner)
    owner.view.network.select((), comments=("comment_1",))
    owner.key(Qt.Key.Key_Right, SHIFT)
    owner.key(Qt.Key.Key_Down, SHIFT)
    assert owner.project.graph.comments[0].position == (88.0, 312.0)
    left, top = owner.project.graph.node("dense_1").position
    owner.view.network.select(("dense_1",), comments=("comment_1",))
    owner.key(Qt.Key.Key_Right, SHIFT)
    assert owner.project.graph.comments[0].position == (96.0, 312.0)
    assert owner.project.graph.node("dense_1").position == (left + 8.0, top)
    assert owner.labels == ["Move 1 comment", "Move 1 comment", "Move 1 layer and 1 comment"]


def test_the_menu_key_opens_the_menu_of_the_comment_that_is_selected(owner: Owner) -> None:
    noted(owner)
    owner.view.network.select((), comments=("comment_1",))
    owner.key(Qt.Key.Key_Menu)
    assert owner.view.menu is not None
    assert [action.text().split("\t")[0] for action in owner.view.menu.actions()][:2] == ["Write", "Copy"]
    owner.view.menu.close()


def test_a_comment_written_inside_a_group_is_seen_only_there(owner: Owner) -> None:
    owner.show(group_edits.group(chain(), ["dense_1", "relu_1"], "block"))
    owner.view.look_into("group_1")
    owner.key(Qt.Key.Key_N)
    (field,) = owner.view.findChildren(TextEditor)
    QTest.keyClicks(field, "inside")
    QTest.keyClick(field, Qt.Key.Key_Return, CONTROL)
    assert owner.project.graph.comments[0].group == "group_1"
    owner.view.look_into("")
    assert owner.view.network.surroundings.comments == {}


def test_what_is_written_in_a_group_stays_there_when_it_is_left_meanwhile(owner: Owner) -> None:
    owner.show(group_edits.group(chain(), ["dense_1", "relu_1"], "block"))
    for leaves in (lambda: owner.view.look_into(""), lambda: owner.show(chain())):
        owner.view.look_into("group_1")
        owner.key(Qt.Key.Key_N)
        (field,) = [each for each in owner.view.findChildren(TextEditor) if not each.isHidden()]
        QTest.keyClicks(field, "kept")
        leaves()
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert [(each.text, each.group) for each in owner.project.graph.comments] == [("kept", "")], "no group any more"
    assert owner.labels == ["Add comment", "Add comment"]


def test_the_menu_of_a_comment_offers_what_can_be_done(owner: Owner) -> None:
    noted(owner)
    owner.click(inside(owner))
    from deepviz.gui.canvas.clipboard_commands import entries_of_comment

    labels = [entry.label for entry in entries_of_comment(owner.view, "comment_1")]
    assert labels == ["Write", "Copy", "Duplicate", "Size", "Delete"]
    empty = commands.entries_for(owner.view, None, Point(900, 900))
    assert "Add comment" in [entry.label for entry in empty]


def test_copy_and_paste_goes_over_text_and_connects_among_themselves(on_chain: Owner) -> None:
    on_chain.view.select(("dense_1", "relu_1"))
    on_chain.key(Qt.Key.Key_C, CONTROL)
    on_chain.key(Qt.Key.Key_V, CONTROL)
    graph = on_chain.project.graph
    assert {"dense_3", "relu_2"} <= graph.by_id.keys()
    assert ("dense_3", "relu_2") in on_chain.pairs()
    assert graph.inputs_of("dense_3") == ()
    assert graph.node("dense_3").layer == graph.node("dense_1").layer
    assert set(on_chain.view.network.selected) == {"dense_3", "relu_2"}
    assert on_chain.labels == ["Paste 2 layers"]


def test_what_is_copied_in_one_window_is_pasted_in_another(on_chain: Owner, qtbot) -> None:
    from deepviz.gui.canvas.view import CanvasView
    from deepviz.gui.theme import LIGHT

    on_chain.view.select(("dense_1",))
    on_chain.key(Qt.Key.Key_C, CONTROL)
    view = CanvasView(LIGHT)
    qtbot.addWidget(view)
    view.show()
    other = Owner(view)
    other.key(Qt.Key.Key_V, CONTROL)
    assert [node.layer for node in other.project.graph.nodes] == [on_chain.project.graph.node("dense_1").layer]


def test_cut_takes_away_and_heals(on_chain: Owner) -> None:
    on_chain.view.select(("relu_1",))
    on_chain.key(Qt.Key.Key_X, CONTROL)
    assert ("dense_1", "dense_2") in on_chain.pairs()
    on_chain.key(Qt.Key.Key_V, CONTROL)
    assert "relu_1" in on_chain.project.graph.by_id


def test_duplicate_puts_a_copy_aside(on_chain: Owner) -> None:
    on_chain.view.select(("dense_1",))
    on_chain.key(Qt.Key.Key_D, CONTROL)
    x, y = on_chain.place("dense_1")
    assert on_chain.place("dense_3") == (x + 32, y + 32)


def test_pasting_what_are_no_layers_says_so(on_chain: Owner) -> None:
    QGuiApplication.clipboard().setText("a shopping list")
    on_chain.key(Qt.Key.Key_V, CONTROL)
    assert "no layers on the clipboard" in on_chain.messages[-1]
    QGuiApplication.clipboard().setText('{"format": "deepviz layers", "version": 1, "nodes": [{}]')
    on_chain.key(Qt.Key.Key_V, CONTROL)
    assert "damaged" in on_chain.messages[-1]
    assert on_chain.labels == []


def test_a_group_is_copied_as_a_group(on_chain: Owner) -> None:
    on_chain.show(group_edits.group(on_chain.project, ["dense_1", "relu_1"], "block"))
    on_chain.view.select(("group_1",))
    on_chain.key(Qt.Key.Key_D, CONTROL)
    graph = on_chain.project.graph
    assert [group.name for group in graph.groups] == ["block", "block"]
    assert set(graph.members("group_2")) == {"dense_3", "relu_2"}
    assert on_chain.view.network.selected == ("group_2",)
    assert edits.delete(on_chain.project, ["group_2"]).graph.groups == graph.groups[:1]


def test_words_of_a_comment_can_be_read_from_far_away_as_far_as_they_fit(owner: Owner) -> None:
    room, long = QRectF(0, 0, 196, 76), "why this layer is here and not there " * 3
    assert text_size("short", room, 1.0) == TEXT_SIZE
    for zoom in (0.8, 0.6, 0.4, 0.35):
        assert text_size("why so deep", room, zoom) * zoom >= 9.5
        assert (text_size("why so deep", room, zoom) - 4) * zoom < 10.5, "and not larger than that"
    assert text_size(long * 3, room, 0.4) == TEXT_SIZE, "all of it is more than large words"
    assert text_size("incomprehensibilities", room, 0.3) < text_size("why", room, 0.3), "no word is cut"


def test_words_of_a_comment_are_painted_larger_from_far_away(owner: Owner) -> None:
    noted(owner, "HHHH")
    owner.view.look_at(0.4, box(owner).center)
    corner, end = Point(box(owner).left + 8, box(owner).top + 4), Point(box(owner).left + 60, box(owner).bottom - 8)
    image = owner.view.viewport().grab(QRect(owner.view.place_of(corner), owner.view.place_of(end))).toImage()
    bright = QColor(DARK.text).lightness() // 2
    columns = range(image.width())
    rows = [y for y in range(image.height()) if any(image.pixelColor(x, y).lightness() > bright for x in columns)]
    assert len(rows) >= 6, "an H of 13 scene units would be 4 pixels high"
