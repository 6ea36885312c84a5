"""What is half typed on the canvas or in a group's form is work as well: nothing that is asked for loses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QWidget

from deepviz.document import comment_edits, edits, group_edits
from deepviz.document.file_format import load, save
from deepviz.gui.canvas.text_editor import TextEditor
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.window_hands import press_shortcut


def writing(person: Person, text: str) -> TextEditor:
    """Add a comment and type into it, without ending that."""
    person.bench.canvas.setFocus()
    person.key(Qt.Key.Key_N)
    (field,) = person.bench.canvas.findChildren(TextEditor)
    QTest.keyClicks(field, text)
    return field


def typing_into(field: QWidget, text: str) -> None:
    """Replace what stands in a field, without ending that."""
    field.setFocus()
    press_shortcut("Ctrl+A", field)
    QTest.keyClicks(field, text)


@pytest.fixture
def file(person: Person, tmp_path: Path) -> Path:
    """The file of the open project."""
    path = tmp_path / "mine.deepviz"
    assert person.bench.files.save_to(path)
    return path


def test_saving_takes_a_comment_that_is_being_written(person: Person, file: Path) -> None:
    press_shortcut("Ctrl+S", writing(person, "why so deep"))
    assert [comment.text for comment in load(file).project.graph.comments] == ["why so deep"]
    assert person.bench.files.is_saved


def test_saving_takes_the_name_and_the_repetitions_of_a_group(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(group_edits.group(small_project(), ["tanh_1"]))
    path, form = tmp_path / "mine.deepviz", person.bench.group_form
    assert person.bench.files.save_to(path)
    person.bench.canvas.select(("group_1",))
    typing_into(form.name, "residual")
    press_shortcut("Ctrl+S", form.name)
    typing_into(form.repeat, "8")
    press_shortcut("Ctrl+S", form.repeat)
    (group,) = load(path).project.graph.groups
    assert (group.name, group.repeat) == ("residual", 8)


def test_a_new_project_asks_about_a_comment_that_is_being_written(
    person: Person, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buttons, asked = QMessageBox.StandardButton, []
    person.bench.editor.apply("Note", lambda project: comment_edits.add_comment(project, "", (0.0, 300.0)))
    assert person.bench.files.save()
    person.bench.canvas.network.select((), comments=("comment_1",))
    person.bench.canvas.setFocus()
    person.key(Qt.Key.Key_Return)
    (field,) = person.bench.canvas.findChildren(TextEditor)
    QTest.keyClicks(field, "do not lose me")
    monkeypatch.setattr(QMessageBox, "question", lambda _parent, _title, text, *_: asked.append(text) or buttons.Save)
    press_shortcut("Ctrl+N", field)
    assert len(asked) == 1
    assert person.graph.nodes == ()
    assert [comment.text for comment in load(file).project.graph.comments] == ["do not lose me"]


def test_what_was_written_does_not_end_up_in_another_project(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = comment_edits.add_comment(small_project(), "of another", (0.0, 300.0))
    save(other, tmp_path / "other.deepviz")
    writing(person, "of mine")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    person.bench.files.open_dropped([str(tmp_path / "other.deepviz")])
    person.bench.canvas.setFocus()
    assert [comment.text for comment in person.graph.comments] == ["of another"]
    assert not any(field.isVisible() for field in person.bench.canvas.findChildren(TextEditor))


def test_undo_from_the_toolbar_takes_back_what_is_being_written_and_redo_brings_it_again(person: Person) -> None:
    person.bench.editor.apply("Note", lambda project: comment_edits.add_comment(project, "before", (0.0, 300.0)))
    writing(person, "half a thought")
    person.bench.actions["undo"].trigger()
    assert [comment.text for comment in person.graph.comments] == ["before"]
    person.bench.actions["redo"].trigger()
    assert [comment.text for comment in person.graph.comments] == ["before", "half a thought"]


def refused(person: Person) -> QWidget:
    """Type an impossible size of batches, and press Run: a message says that it cannot be taken."""
    person.bench.window.show_tab("Training")
    field = person.bench.training_panel.run_form.field("batch_size").control
    typing_into(field, "0")
    press_shortcut("F5", field)
    assert person.notice == "A value under Training cannot be taken; the form says why."
    assert person.bench.controller.status == "idle"
    return field


@pytest.mark.parametrize("shortcut", ["Ctrl+S", "Ctrl+Shift+S"])
def test_saving_with_a_value_that_cannot_be_taken_says_that_nothing_was_saved(
    person: Person, file: Path, shortcut: str
) -> None:
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "other"))
    field = refused(person)
    before = file.read_bytes()
    press_shortcut(shortcut, field)
    assert person.notice == "Nothing was saved. A value under Training cannot be taken; the form says why."
    assert file.read_bytes() == before
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert person.notice == ""


def test_what_is_said_of_a_value_that_cannot_be_taken_goes_when_it_is_mended(person: Person) -> None:
    field = refused(person)
    typing_into(field, "64")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert person.project.plan.run.batch_size == 64
    assert person.notice == ""


def test_it_goes_as_well_when_the_value_is_taken_back(person: Person) -> None:
    QTest.keyClick(refused(person), Qt.Key.Key_Escape)
    assert person.project.plan.run.batch_size == 32
    assert person.notice == ""


def test_it_stays_while_another_value_cannot_be_taken(person: Person) -> None:
    field, form = refused(person), person.bench.training_panel.run_form
    typing_into(form.field("epochs").control, "-1")
    QTest.keyClick(form.field("epochs").control, Qt.Key.Key_Return)
    press_shortcut("F5", field)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert person.notice, "the number of epochs still cannot be taken"
    QTest.keyClick(form.field("epochs").control, Qt.Key.Key_Escape)
    assert person.notice == ""


def test_another_message_is_left_alone(person: Person) -> None:
    field = refused(person)
    person.bench.notice.tell("Something else.", "good")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert person.notice == "Something else."
