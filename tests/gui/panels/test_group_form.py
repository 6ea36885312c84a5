"""The page of a selected group, and that it gives way to that of layers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.document import edits, group_edits
from deepviz.document.project import Project
from deepviz.gui.editor import Editor
from deepviz.gui.panels.group_form import GroupForm, LayerPage
from deepviz.gui.panels.properties import PropertiesPanel


def grouped() -> Project:
    project = Project()
    for key in ("Input", "Dense", "Dense", "ReLU", "Dense", "SoftmaxCrossEntropy"):
        project = edits.append(project, edits.new_layer(key))
    return group_edits.group(project, ["dense_2", "relu_1"], "block")


def page(qtbot: QtBot) -> tuple[LayerPage, GroupForm, Editor]:
    editor = Editor(grouped())
    form, properties = GroupForm(editor), PropertiesPanel(editor)
    made = LayerPage(properties, form, editor)
    qtbot.addWidget(made)
    made.resize(300, 600)
    made.show()
    return made, form, editor


def test_a_group_is_shown_with_what_is_in_it_and_a_layer_on_its_own_page(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    made.show_cards(("group_1",))
    assert made.currentWidget() is form
    assert form.title.said == "block"
    assert dict(form.facts.facts) == {"Layers": "2", "Parameters": "272", "Output": "16"}
    made.show_cards(("dense_1",))
    assert made.currentWidget() is not form
    assert editor.undo_stack.count() == 0


def test_its_name_and_repetitions_are_edited_and_undone(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    made.show_cards(("group_1",))
    form.name.setFocus()
    form.name.selectAll()
    QTest.keyClicks(form.name, "residual")
    QTest.keyClick(form.name, Qt.Key.Key_Return)
    form.repeat.setFocus()
    QTest.keyClick(form.repeat, Qt.Key.Key_Up)
    QTest.keyClick(form.repeat, Qt.Key.Key_Up)
    group = editor.project.graph.groups_by_id["group_1"]
    assert (group.name, group.repeat) == ("residual", 3)
    assert dict(form.facts.facts)["Parameters"] == "816"
    assert [editor.undo_stack.text(number) for number in range(editor.undo_stack.count())] == [
        "Rename group",
        "Repeat group",
    ]
    editor.undo_stack.undo()
    assert form.repeat.value() == 1


def test_what_cannot_be_repeated_is_said_in_place(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    made.show_cards(("group_1",))
    editor.apply("Cut", lambda project: edits.delete(project, ["dense_1"], heal=False))
    assert not form.repeat.isEnabled()
    assert "one way in" in form.refusal.said


def test_an_empty_name_is_refused_in_place(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    made.show_cards(("group_1",))
    form.name.setFocus()
    form.name.selectAll()
    QTest.keyClick(form.name, Qt.Key.Key_Delete)
    QTest.keyClick(form.name, Qt.Key.Key_Return)
    assert "1 to 60 letters" in form.refusal.said
    assert editor.project.graph.groups_by_id["group_1"].name == "block"


def test_a_group_that_is_gone_is_shown_no_more(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    made.show_cards(("group_1",))
    editor.apply("Ungroup", lambda project: group_edits.ungroup(project, ["group_1"]))
    assert form.group_id == ""


def test_a_name_longer_than_people_may_type_is_left_alone(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    graph = editor.project.graph
    long = replace(graph.groups[0], name="n" * 100)  # as a file may have it
    editor.open(replace(editor.project, graph=replace(graph, groups=(long,))))
    made.show_cards(("group_1",))
    assert form.name.text() == long.name
    made.show_cards(("dense_1",))
    assert editor.undo_stack.count() == 0


def test_what_is_half_typed_is_taken_when_asked_for(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    made.show_cards(("group_1",))
    form.name.setFocus()
    form.name.selectAll()
    QTest.keyClicks(form.name, "residual")
    assert form.finish()
    form.repeat.setFocus()
    form.repeat.selectAll()
    QTest.keyClicks(form.repeat, "7")
    assert form.finish()
    group = editor.project.graph.groups_by_id["group_1"]
    assert (group.name, group.repeat) == ("residual", 7)


def test_too_many_repetitions_are_refused_in_words_and_the_field_says_what_is(qtbot: QtBot) -> None:
    made, form, editor = page(qtbot)
    editor.apply("Around", lambda project: group_edits.group(project, ["group_1"]))
    editor.apply("Repeat", lambda project: group_edits.set_repeat(project, "group_2", 100))
    made.show_cards(("group_1",))
    form.repeat.setFocus()
    form.repeat.selectAll()
    QTest.keyClicks(form.repeat, "100")
    QTest.keyClick(form.repeat, Qt.Key.Key_Return)
    assert "at most 5\u202f000" in form.refusal.said
    assert form.repeat.value() == editor.project.graph.groups_by_id["group_1"].repeat == 1
    assert form.finish()
