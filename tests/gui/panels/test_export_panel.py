"""The export sheet asks for format, name and folder, and lets nothing through that cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from deepviz.document import edits
from deepviz.exchange import registry
from deepviz.gui.editor import Editor
from deepviz.gui.panels.export_panel import ExportPanel
from deepviz.gui.settings import EXPORT_FOLDER, Settings

LEFT = Qt.MouseButton.LeftButton
Choose = Callable[[QComboBox, str], None]


class Stage:
    """A window with the button and its sheet, opened for a small network."""

    def __init__(self, show: Callable[..., QWidget], editor: Editor, settings: Settings, folder: Path) -> None:
        window = QWidget()
        show(window, 900, 600)
        self.button = QPushButton("Export…", window)
        self.button.setGeometry(790, 8, 100, 30)
        self.button.show()
        settings.set(EXPORT_FOLDER, str(folder))
        self.editor, self.settings, self.folder = editor, settings, folder
        self.panel = ExportPanel(window.window(), settings)
        self.written: list[Path] = []
        self.panel.export_wanted.connect(self.written.append)

    def open(self, steps: int = 0) -> ExportPanel:
        self.panel.open_at(self.button, self.editor.project, steps)
        return self.panel

    def type_name(self, name: str) -> None:
        self.panel.name.selectAll()
        QTest.keyClicks(self.panel.name, name)


@pytest.fixture
def stage(show: Callable[..., QWidget], editor: Editor, settings: Settings, tmp_path: Path) -> Stage:
    folder = tmp_path / "out"
    folder.mkdir()
    return Stage(show, editor, settings, folder)


def test_it_says_what_will_be_exported(stage: Stage) -> None:
    assert stage.open().contents.said == "The weights of small, fresh, not trained yet: 42 parameters."
    stage.panel.close_quietly()
    assert "after 1\u202f939 steps of training" in stage.open(1939).contents.said


def test_every_format_there_is_can_be_chosen(stage: Stage) -> None:
    panel = stage.open()
    listed = [panel.format_list.itemText(index) for index in range(panel.format_list.count())]
    assert set(listed) == {kind.label for kind in registry.values()}


def test_enter_exports_under_the_name_of_the_project(stage: Stage) -> None:
    panel = stage.open()
    assert panel.name.hasFocus()
    assert panel.name.selectedText() == "small"
    QTest.keyClick(panel.name, Qt.Key.Key_Return)
    assert stage.written == [stage.folder / "small.npz"]
    assert not panel.isVisible()


def test_the_format_decides_the_ending(stage: Stage, choose_in: Choose) -> None:
    panel = stage.open()
    choose_in(panel.format_list, "safetensors")
    assert panel.name.text() == "small.safetensors"
    QTest.mouseClick(panel.export_button, LEFT)
    assert stage.written == [stage.folder / "small.safetensors"]


def test_the_ending_decides_the_format(stage: Stage) -> None:
    panel = stage.open()
    stage.type_name("mine.safetensors")
    assert panel.format_list.key == "safetensors"
    assert panel.export_button.isEnabled()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give the file a name"),
        ("weights.txt", "must end in .npz or .safetensors"),
        ("../up.npz", "must not contain slashes"),
        (".npz", "Give the file a name"),
    ],
)
def test_a_name_that_cannot_be_is_explained(stage: Stage, name: str, words: str) -> None:
    panel = stage.open()
    stage.type_name(name) if name else panel.name.selectAll()
    if not name:
        QTest.keyClick(panel.name, Qt.Key.Key_Delete)
    assert words in panel.message.said
    assert not panel.export_button.isEnabled()
    QTest.keyClick(panel.name, Qt.Key.Key_Return)
    assert stage.written == []
    assert panel.isVisible()


def test_a_file_that_is_there_already_is_replaced_knowingly(stage: Stage) -> None:
    (stage.folder / "small.npz").write_text("older")
    panel = stage.open()
    assert "will be replaced" in panel.message.said
    assert panel.export_button.text() == "Replace"
    stage.type_name("new.npz")
    assert panel.message.said == ""
    assert panel.export_button.text() == "Export"


def test_the_folder_is_chosen_and_remembered(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    panel = stage.open()
    monkeypatch.setattr(panel, "ask_folder", lambda start: str(other))
    QTest.mouseClick(panel.folder_button, LEFT)
    assert panel.isVisible()
    assert panel.folder_words.said == str(other)
    QTest.mouseClick(panel.export_button, LEFT)
    assert stage.written == [other / "small.npz"]
    assert stage.settings.get(EXPORT_FOLDER) == str(other)


def test_a_folder_that_is_gone_falls_back_to_home(stage: Stage) -> None:
    stage.folder.rmdir()
    assert stage.open().path.parent == Path.home()


def test_a_network_that_is_not_finished_is_not_exported(stage: Stage) -> None:
    stage.editor.apply("Delete", partial(edits.delete, node_ids=("loss_1",)))
    panel = stage.open()
    assert "not finished" in panel.message.said
    assert "no loss" in panel.message.said
    assert not panel.export_button.isEnabled()


def test_a_name_with_signs_that_files_cannot_have(stage: Stage) -> None:
    stage.editor.apply("Rename", partial(edits.rename, name="in/out: 2"))
    assert stage.open().name.text() == "in-out- 2.npz"


def test_cancel_and_a_second_click_close(stage: Stage) -> None:
    panel = stage.open()
    QTest.mouseClick(panel.cancel_button, LEFT)
    assert not panel.isVisible()
    stage.open()
    stage.open()
    assert not panel.isVisible()
    assert stage.written == []
