"""Data is chosen, opened and dropped here; what cannot be used says why and leaves the project as it was."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.prepared import PreparedData
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.split import SplitChoice
from deepviz.document import edits
from deepviz.document.project import DataChoice
from deepviz.gui.editor import Editor
from deepviz.gui.panels import data_loader
from deepviz.gui.panels.data_panel import DataPanel
from deepviz.gui.settings import DATA_FOLDER, Settings
from deepviz.training.run_plan import prepared

LEFT = Qt.MouseButton.LeftButton

Choose = Callable[[QComboBox, str], None]


@pytest.fixture
def panel(editor: Editor, settings: Settings, show: Callable[..., QWidget]) -> DataPanel:
    made = DataPanel(editor, settings)
    show(made)
    return made


def write_pair(folder: Path, count: int = 40, stem: str = "own") -> tuple[Path, Path]:
    """A small IDX pair with images of 6 x 5 in 4 classes."""
    rng = np.random.default_rng(0)
    images, labels = folder / f"{stem}-images-idx3-ubyte", folder / f"{stem}-labels-idx1-ubyte"
    pixels = rng.integers(0, 256, (count, 6, 5), dtype=np.uint8)
    images.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, count, 6, 5) + pixels.tobytes())
    labels.write_bytes(struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(number % 4 for number in range(count)))
    return images, labels


def input_shape(editor: Editor) -> tuple[int, ...]:
    layer = editor.project.graph.node("input_1").layer
    return tuple(layer.shape)  # type: ignore[union-attr]


def type_into(panel_field: QWidget, text: str) -> None:
    panel_field.setFocus()
    panel_field.lineEdit().selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(panel_field, text)
    QTest.keyClick(panel_field, Qt.Key.Key_Return)


def offered(panel: DataPanel) -> list[str]:
    return [button.text() for button in panel.message.buttons if button.isVisible()]


def click(panel: DataPanel, text: str) -> None:
    (button,) = [button for button in panel.findChildren(QPushButton) if button.isVisible() and button.text() == text]
    QTest.mouseClick(button, LEFT)


def slow(monkeypatch: pytest.MonkeyPatch, result: PreparedData | Exception) -> threading.Event:
    """Make loading wait until the event is set, then give the result."""
    may_end = threading.Event()

    def load(choice: DataChoice) -> PreparedData:
        may_end.wait(10)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(data_loader, "prepared", load)
    return may_end


def wait_for_threads(qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not any(thread.name == "deepviz-data" for thread in threading.enumerate()))


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


# Loading that takes longer


def test_what_takes_longer_can_be_seen_and_arrives(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, prepared(DataChoice(source=Spirals(samples=100))))
    start = time.monotonic()
    type_into(panel.source_form.field("samples").control, "100")
    assert time.monotonic() - start < 1
    assert panel.busy.isVisible()
    assert editor.undo_stack.count() == 0
    may_end.set()
    qtbot.waitUntil(lambda: editor.undo_stack.count() == 1)
    assert not panel.busy.isVisible()
    assert panel.facts.value("Samples") == "100"


def test_what_takes_longer_can_be_cancelled(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, prepared(DataChoice()))
    type_into(panel.source_form.field("samples").control, "100")
    click(panel, "Cancel")
    assert not panel.busy.isVisible()
    assert panel.source_form.definition == Spirals()
    may_end.set()
    wait_for_threads(qtbot)
    qtbot.wait(2 * data_loader.LOOK_AGAIN)
    assert editor.undo_stack.count() == 0


def test_what_fails_after_a_while_says_why(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, DatasetError("The disk is full of holes."))
    type_into(panel.source_form.field("samples").control, "100")
    may_end.set()
    qtbot.waitUntil(panel.message.isVisible)
    assert "full of holes" in panel.message.text
    assert editor.undo_stack.count() == 0


def test_undo_while_loading_forgets_what_was_asked_for(
    panel: DataPanel, choose_in: Choose, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_in(panel.source_list, "Circles")
    may_end = slow(monkeypatch, prepared(DataChoice()))
    choose_in(panel.source_list, "XOR")
    assert panel.busy.isVisible()
    editor.undo_stack.undo()
    assert not panel.busy.isVisible()
    assert panel.source_list.key == "spirals"
    may_end.set()
    wait_for_threads(qtbot)


def test_an_edit_elsewhere_leaves_loading_alone(
    panel: DataPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = slow(monkeypatch, prepared(DataChoice(source=Spirals(samples=100))))
    type_into(panel.source_form.field("samples").control, "100")
    run = editor.project.plan.run.changed(epochs=7)
    editor.apply("Change epochs", lambda project: edits.set_plan(project, replace(project.plan, run=run)))
    may_end.set()
    qtbot.waitUntil(lambda: editor.undo_stack.count() == 2)
    assert editor.project.plan.run.epochs == 7
    assert editor.project.data.source == Spirals(samples=100)


def test_mnist_opens_without_holding_up_the_window(
    panel: DataPanel, editor: Editor, qtbot: QtBot, mnist_files: tuple[Path, Path]
) -> None:
    start = time.monotonic()
    panel.use_files(mnist_files)
    assert time.monotonic() - start < 0.5
    qtbot.waitUntil(lambda: editor.undo_stack.count() == 1, timeout=30_000)
    assert panel.facts.facts == (("Samples", "10\u2009000"), ("Classes", "10"), ("One sample", "28 × 28 × 1"))
    assert input_shape(editor) == (28, 28, 1)
