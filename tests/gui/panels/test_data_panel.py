"""Data is chosen, opened and dropped here; what cannot be used says why and leaves the project as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.split import SplitChoice
from deepviz.gui.editor import Editor
from deepviz.gui.panels.data_panel import DataPanel
from deepviz.gui.settings import DATA_FOLDER, Settings
from tests.gui.panels.data_stage import (
    LEFT,
    Choose,
    click,
    input_shape,
    offered,
    type_into,
    write_pair,
)


@pytest.fixture
def panel(editor: Editor, settings: Settings, show: Callable[..., QWidget]) -> DataPanel:
    made = DataPanel(editor, settings)
    show(made)
    return made


# Choosing


def test_the_data_of_the_project_is_shown(panel: DataPanel) -> None:
    assert panel.source_list.currentText() == "Spirals"
    assert panel.facts.facts == (("Samples", "600"), ("Classes", "2"), ("One sample", "2"))
    assert panel.split_form.bar.counts == (480, 60, 60)
    assert panel.preview.kind == "points"
    assert not panel.message.isVisible()


def test_another_set_is_chosen_undoably_and_every_input_follows(
    panel: DataPanel, choose_in: Choose, editor: Editor
) -> None:
    choose_in(panel.source_list, "Iris")
    assert editor.project.data.source.key == "iris"
    assert input_shape(editor) == (4,)
    assert editor.undo_stack.undoText() == "Use Iris"
    assert panel.preview.kind == "features"
    assert "Fisher" in panel.citation.said
    editor.undo_stack.undo()
    assert editor.project.data.source.key == "spirals"
    assert input_shape(editor) == (2,)
    assert panel.source_list.currentText() == "Spirals"
    assert panel.citation.said == ""


def test_headings_cannot_be_chosen(panel: DataPanel) -> None:
    texts = [panel.source_list.itemText(index) for index in range(panel.source_list.count())]
    assert [text for text in texts if panel.source_list.findText(text) == texts.index(text)]
    for heading in ("Generated", "Real", "Your own files"):
        flags = panel.source_list.model().index(texts.index(heading), 0).flags()
        assert not flags & Qt.ItemFlag.ItemIsSelectable


def test_a_set_keeps_its_settings_while_another_is_looked_at(
    panel: DataPanel, choose_in: Choose, editor: Editor
) -> None:
    type_into(panel.source_form.field("samples").control, "200")
    choose_in(panel.source_list, "Circles")
    choose_in(panel.source_list, "Spirals")
    assert editor.project.data.source == Spirals(samples=200)


def test_a_setting_of_the_source_is_an_undoable_edit(panel: DataPanel, editor: Editor) -> None:
    type_into(panel.source_form.field("classes").control, "5")
    assert editor.undo_stack.undoText() == "Change classes of Spirals"
    assert dict(panel.facts.facts)["Classes"] == "5"
    assert any("5 classes" in problem.text for problem in editor.report.problems)


def test_preprocessing_and_split_are_edits(panel: DataPanel, editor: Editor) -> None:
    box = panel.preprocessing_form.field("method").control
    box.setFocus()
    QTest.keyClicks(box, "none")
    assert editor.project.data.preprocessing == Preprocessing(method="none")
    assert editor.undo_stack.undoText() == "Change the preprocessing"
    type_into(panel.split_form.form.field("validation").control, "30")
    assert editor.project.data.split == SplitChoice(train=60, validation=30, test=10)
    assert panel.split_form.bar.counts == (360, 180, 60)
    editor.undo_stack.undo()
    assert panel.split_form.bar.counts == (480, 60, 60)


def test_a_split_that_leaves_nothing_is_refused_in_words(panel: DataPanel, editor: Editor) -> None:
    type_into(panel.split_form.form.field("test").control, "95")
    assert editor.undo_stack.count() == 0
    assert "Nothing would be left for training" in panel.split_form.form.field("test").reason


def test_more_features_are_shown_when_asked_for(panel: DataPanel, choose_in: Choose) -> None:
    choose_in(panel.source_list, "Breast cancer")
    before = panel.preview.height()
    click(panel, "Show all 30 features")
    assert not panel.all_button.isVisible()
    QApplication.processEvents()
    assert panel.preview.height() > before


# Files


def test_a_pair_of_files_becomes_the_data(
    panel: DataPanel, editor: Editor, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = write_pair(tmp_path)
    monkeypatch.setattr(panel, "ask_files", lambda start: [str(labels), str(images)])
    click(panel, "Open images and labels…")
    assert editor.project.data.source.key == "idx"
    assert input_shape(editor) == (6, 5, 1)
    assert editor.undo_stack.undoText() == f"Open {images.name}"
    assert panel.preview.kind == "images"
    assert panel.facts.value("One sample") == "6 × 5 × 1"
    assert settings.get(DATA_FOLDER) == str(tmp_path)
    editor.undo_stack.undo()
    assert editor.project.data.source == Spirals()


def test_a_cancelled_dialog_changes_nothing(panel: DataPanel, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "ask_files", lambda start: [])
    click(panel, "Open images and labels…")
    assert editor.undo_stack.count() == 0
    assert not panel.message.isVisible()


def test_the_dialog_opens_where_it_was_left(
    panel: DataPanel, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(panel, "ask_files", lambda start: started.append(start) or [])
    for folder in ("", str(tmp_path), str(tmp_path / "gone")):
        settings.set(DATA_FOLDER, folder)
        panel.open_files()
    assert started == [str(Path.home()), str(tmp_path), str(Path.home())]


def test_one_file_finds_its_partner(panel: DataPanel, editor: Editor, tmp_path: Path) -> None:
    images, _ = write_pair(tmp_path)
    panel.use_files([images])
    assert editor.project.data.source.key == "idx"


def test_one_file_and_then_the_other(panel: DataPanel, editor: Editor, tmp_path: Path) -> None:
    images, labels = write_pair(tmp_path)
    images, labels = images.rename(tmp_path / "a"), labels.rename(tmp_path / "b")
    panel.use_files([images])
    assert editor.undo_stack.count() == 0
    assert "a is an images file" in panel.message.text
    assert offered(panel) == ["Open the other file…", "Dismiss"]
    panel.use_files([labels])
    assert editor.project.data.source.key == "idx"
    assert not panel.message.isVisible()


def test_files_can_be_dropped(panel: DataPanel, editor: Editor, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in write_pair(tmp_path)])
    actions, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), actions, mime, LEFT, none)
    QApplication.sendEvent(panel.viewport(), enter)
    assert enter.isAccepted()
    assert panel.open_button.text() == "Drop the files to open them"
    QApplication.sendEvent(panel.viewport(), QDropEvent(QPointF(9, 9), actions, mime, LEFT, none))
    assert editor.project.data.source.key == "idx"
    assert panel.open_button.text() == "Open images and labels…"


def test_words_that_are_dropped_are_not_taken(panel: DataPanel) -> None:
    mime = QMimeData()
    mime.setText("not a file")
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter.ignore()
    QApplication.sendEvent(panel.viewport(), enter)
    assert not enter.isAccepted()


@pytest.mark.parametrize("fault", ["cut off", "wrong magic", "different length"])
def test_files_that_cannot_be_used_say_why_and_lose_nothing(
    panel: DataPanel, editor: Editor, tmp_path: Path, fault: str
) -> None:
    images, labels = write_pair(tmp_path)
    if fault == "cut off":
        images.write_bytes(images.read_bytes()[:-20])
    elif fault == "wrong magic":
        images.write_bytes(b"\x89PNG" + images.read_bytes()[4:])
    else:
        labels = write_pair(tmp_path, 39, "other")[1]
    before = editor.project
    panel.use_files([images, labels])
    assert editor.project is before
    assert editor.data is not None
    words = {"cut off": "is cut off", "wrong magic": "not an IDX file", "different length": "40 images but"}
    assert words[fault] in panel.message.text
    assert "The network keeps Spirals." in panel.message.text
    assert offered(panel) == ["Open other files…", "Dismiss"]
    click(panel, "Dismiss")
    assert not panel.message.isVisible()


def test_own_files_without_files_is_a_question_not_an_error(
    panel: DataPanel, choose_in: Choose, editor: Editor
) -> None:
    choose_in(panel.source_list, "IDX files (MNIST)")
    assert panel.source_list.key == "idx"
    assert editor.undo_stack.count() == 0
    assert panel.message.text.startswith("Choose the images file and the labels file")
    assert panel.message.reason.property("role") != "error"
    assert panel.facts.value("Samples") == "600"  # what is in use goes on being shown
    click(panel, "Back to Spirals")
    assert panel.source_list.key == "spirals"


def test_a_path_typed_into_the_form_finds_its_partner(
    panel: DataPanel, choose_in: Choose, editor: Editor, tmp_path: Path
) -> None:
    images, labels = write_pair(tmp_path)
    choose_in(panel.source_list, "IDX files (MNIST)")
    line = panel.source_form.field("images").control
    line.setFocus()
    QTest.keyClicks(line, str(images))
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert editor.project.data.source.key == "idx"
    assert editor.project.data.source.labels == str(labels)  # type: ignore[attr-defined]


def test_a_file_that_is_gone_can_be_tried_again(
    panel: DataPanel, choose_in: Choose, editor: Editor, tmp_path: Path
) -> None:
    images, labels = write_pair(tmp_path)
    hidden = labels.rename(tmp_path / "away")
    choose_in(panel.source_list, "IDX files (MNIST)")
    for name, path in (("images", images), ("labels", labels)):
        line = panel.source_form.field(name).control
        line.setFocus()
        QTest.keyClicks(line, str(path))
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert f"There is no file {labels}" in panel.message.text
    assert offered(panel) == ["Try again", "Back to Spirals"]
    hidden.rename(labels)
    click(panel, "Try again")
    assert editor.project.data.source.key == "idx"
    assert not panel.message.isVisible()


def test_a_project_whose_files_are_gone_says_so_and_can_be_mended(
    panel: DataPanel, editor: Editor, tmp_path: Path
) -> None:
    images, labels = write_pair(tmp_path)
    panel.use_files([images, labels])
    project = editor.project
    content = images.read_bytes()
    images.unlink()
    editor.reload_data()
    assert panel.message.text.startswith("There is no file")
    assert not panel.preview.isVisible()
    assert offered(panel) == ["Try again"]
    images.write_bytes(content)
    click(panel, "Try again")
    assert editor.project == project
    assert editor.data is not None
    assert panel.preview.isVisible()
    assert not panel.message.isVisible()
