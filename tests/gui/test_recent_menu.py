"""The menu of recent projects: newest first, by keys, and honest about what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from deepviz.document import edits, examples
from deepviz.document.file_format import save
from deepviz.gui.settings import RECENT_FILES
from tests.e2e.window import Person


@pytest.fixture
def recent(person: Person, tmp_path: Path) -> list[Path]:
    """Three projects that were opened, the newest first; two of them share a name."""
    paths = [tmp_path / "b" / "net.deepviz", tmp_path / "a" / "net.deepviz", tmp_path / "a & b.deepviz"]
    for path, name in zip(reversed(paths), ("xor", "iris", "blobs"), strict=True):
        path.parent.mkdir(exist_ok=True)
        save(examples.open_example(name), path)
        assert person.bench.files.open(path)
    return paths


def texts(person: Person) -> list[str]:
    person.bench.file_menu.recent.fill()
    return [entry.text() for entry in person.bench.file_menu.recent.entries]


def test_they_are_listed_newest_first_and_told_apart(person: Person, recent: list[Path]) -> None:
    assert texts(person) == ["&1  net.deepviz – b", "&2  net.deepviz – a", "&3  a && b.deepviz"]
    assert [entry.toolTip() for entry in person.bench.file_menu.recent.entries] == [str(path) for path in recent]


def test_one_is_opened_by_keys_from_the_menu_button(person: Person, recent: list[Path]) -> None:
    menu = person.bench.file_menu.recent
    menu.popup(person.bench.window.mapToGlobal(person.bench.window.rect().center()))
    QTest.keyClick(menu, Qt.Key.Key_3)
    assert person.bench.editor.path == recent[2]
    assert texts(person)[0] == "&1  a && b.deepviz"


def test_one_that_is_gone_is_marked_and_taken_off_when_it_is_chosen(person: Person, recent: list[Path]) -> None:
    recent[1].unlink()
    assert texts(person)[1] == "&2  net.deepviz – a (missing)"
    person.bench.file_menu.recent.entries[1].trigger()
    assert f"net.deepviz is not in {recent[1].parent} any more" in person.notice
    assert "taken off the list" in person.notice
    assert person.bench.editor.path == recent[0]
    assert person.bench.settings.get(RECENT_FILES) == (str(recent[0]), str(recent[2]))
    assert texts(person) == ["&1  net.deepviz", "&2  a && b.deepviz"]


def test_the_list_can_be_cleared_and_the_files_stay(person: Person, recent: list[Path]) -> None:
    menu = person.bench.file_menu.recent
    clear = next(entry for entry in menu.actions() if entry.text() == "&Clear list")
    clear.trigger()
    QApplication.processEvents()
    assert person.bench.settings.get(RECENT_FILES) == ()
    assert not menu.isEnabled()
    assert all(path.is_file() for path in recent)


def test_unsaved_work_is_asked_about(person: Person, recent: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    cancel = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda _parent, _title, text, *_: asked.append(text) or cancel)
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "changed"))
    texts(person)
    person.bench.file_menu.recent.entries[2].trigger()
    assert len(asked) == 1
    assert person.project.name == "changed"


def test_unsaved_work_that_is_kept_stands_under_a_heading_that_can_be_read(person: Person, recent: list[Path]) -> None:
    menu = person.bench.file_menu.recent
    brought: list[str] = []
    menu.kept_work = lambda: [("net, at 13:41", lambda: brought.append("net"))]
    menu.fill()
    shown = [(action.text(), action.isSeparator(), action.isEnabled()) for action in menu.actions()]
    place = shown.index(("net, at 13:41", False, True))
    assert shown[place - 2 : place] == [("", True, True), ("Unsaved work that is kept:", False, False)]
    menu.actions()[place].trigger()
    assert brought == ["net"]
