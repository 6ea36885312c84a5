"""Files dropped anywhere on a window, by real events, both on the native window and on the widgets in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QWidget

from deepviz.document import edits, examples
from deepviz.document.file_format import save
from tests.e2e.window import PATIENCE, Person

COPY, LEFT, NO_KEYS = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
BUTTONS = QMessageBox.StandardButton


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.deepviz"
    save(examples.open_example("xor"), path)
    return path


def carried(*files: Path | str) -> QMimeData:
    """What a file manager carries: the files, and their names as text as well."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) if isinstance(file, Path) else QUrl(file) for file in files])
    data.setText("\n".join(map(str, files)))
    return data


def drop(target: QWidget | QWindow, place: QPoint, data: QMimeData) -> bool:
    """Carry files over a place and let go. Returns whether they were welcome."""
    entering = QDragEnterEvent(place, COPY, data, LEFT, NO_KEYS)
    entering.ignore()
    QApplication.sendEvent(target, entering)
    if not entering.isAccepted():
        return False
    QApplication.sendEvent(target, QDragMoveEvent(place, COPY, data, LEFT, NO_KEYS))
    letting_go = QDropEvent(QPointF(place), COPY, data, LEFT, NO_KEYS)
    letting_go.ignore()
    QApplication.sendEvent(target, letting_go)
    return letting_go.isAccepted()


def places(person: Person) -> dict[str, QWidget]:
    bench = person.bench
    search = bench.palette.findChild(QLineEdit)
    assert search is not None
    return {
        "canvas": bench.canvas.viewport(),
        "palette": bench.palette,
        "search field": search,
        "form": bench.properties,
        "curves": bench.views.views["loss"].content,
        "top bar": bench.top_bar,
        "status": bench.status,
        "window": bench.window,
    }


@pytest.mark.parametrize("name", ["canvas", "palette", "search field", "form", "curves", "top bar", "status", "window"])
def test_a_project_is_opened_wherever_it_is_dropped(person: Person, other: Path, name: str) -> None:
    widget, window = places(person)[name], person.bench.window
    place = widget.mapTo(window, widget.rect().center())
    assert drop(window.windowHandle(), place, carried(other))
    person.qtbot.waitUntil(lambda: person.project.name == "xor", timeout=PATIENCE)
    assert person.bench.editor.path == other
    assert not any(field.text() for field in person.bench.palette.findChildren(QLineEdit)), "not taken for a text"


@pytest.mark.parametrize("name", ["canvas", "palette", "curves", "window"])
def test_events_that_reach_a_widget_first_find_their_way_to_the_window(person: Person, other: Path, name: str) -> None:
    widget, place = places(person)[name], QPoint(9, 9)
    data = carried(other)
    entering = QDragEnterEvent(place, COPY, data, LEFT, NO_KEYS)
    entering.ignore()
    QApplication.sendEvent(widget, entering)
    assert entering.isAccepted()
    assert drop(person.bench.window, place, data)
    person.qtbot.waitUntil(lambda: person.project.name == "xor", timeout=PATIENCE)


@pytest.mark.parametrize("button", [BUTTONS.Cancel, BUTTONS.Discard])
def test_unsaved_work_is_asked_about_after_the_drop_is_over(
    person: Person, other: Path, monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda _parent, _title, text, *_: asked.append(text) or button)
    person.bench.editor.apply("Rename", lambda project: edits.rename(project, "changed"))
    assert drop(person.bench.window.windowHandle(), QPoint(600, 300), carried(other))
    assert asked == [], "whoever dropped is not kept waiting"
    person.qtbot.waitUntil(lambda: bool(asked), timeout=PATIENCE)
    assert asked == ["Save the changes to “changed” first?"]
    assert person.project.name == ("changed" if button == BUTTONS.Cancel else "xor")


def test_what_cannot_be_taken_together_is_said_above_the_canvas(person: Person, other: Path, tmp_path: Path) -> None:
    before, handle, place = person.project, person.bench.window.windowHandle(), QPoint(600, 300)
    second = tmp_path / "second.deepviz"
    save(examples.open_example("iris"), second)
    data = tmp_path / "letter.txt"
    data.write_text("Dear reader", encoding="utf-8")
    for files, words in (
        ((other, second), "2 projects at once are too many"),
        ((data, other), "other.deepviz is a project and the others are not"),
        ((tmp_path,), f"{tmp_path.name} is a folder"),
    ):
        assert drop(handle, place, carried(*files))
        person.qtbot.waitUntil(lambda words=words: words in person.notice, timeout=PATIENCE)
    assert person.project == before


def test_data_goes_to_the_data_page_which_says_what_is_wrong_with_it(person: Person, tmp_path: Path) -> None:
    data = tmp_path / "letter.txt"
    data.write_text("Dear reader", encoding="utf-8")
    assert drop(person.bench.window.windowHandle(), QPoint(600, 300), carried(data))
    person.qtbot.waitUntil(lambda: "letter.txt" in person.bench.data_panel.message.text, timeout=PATIENCE)
    tabs = person.bench.window.tabs
    assert tabs.tabText(tabs.currentIndex()) == "Data"


def test_a_damaged_project_is_refused_in_words_and_the_present_one_stays(person: Person, tmp_path: Path) -> None:
    before, bad = person.project, tmp_path / "BAD.DEEPVIZ"
    bad.write_bytes(b"PK\x03\x04 no project")
    assert drop(person.bench.window.windowHandle(), QPoint(600, 300), carried(bad))
    person.qtbot.waitUntil(lambda: "BAD.DEEPVIZ is not a DeepViz project" in person.notice, timeout=PATIENCE)
    assert person.project == before


def test_what_is_no_file_of_this_machine_is_not_taken(person: Person, other: Path) -> None:
    handle = person.bench.window.windowHandle()
    top_bar = QPoint(60, 30)
    assert not drop(handle, top_bar, carried("https://example.org/net.deepviz"))
    assert not drop(handle, top_bar, carried(other, "https://example.org/net.deepviz"))


def test_while_files_hover_it_is_said_what_dropping_them_does(person: Person, other: Path) -> None:
    handle, veil = person.bench.window.windowHandle(), person.bench.window.drops.veil
    data = carried(other)
    QApplication.sendEvent(handle, QDragEnterEvent(QPoint(600, 300), COPY, data, LEFT, NO_KEYS))
    assert veil.isVisible()
    assert veil.words == "Drop to open other.deepviz"
    assert veil.geometry() == person.bench.window.rect()
    QApplication.sendEvent(handle, QDragLeaveEvent())
    assert not veil.isVisible()
    assert drop(handle, QPoint(600, 300), data)
    assert not veil.isVisible()
    person.qtbot.waitUntil(lambda: person.project.name == "xor", timeout=PATIENCE)
