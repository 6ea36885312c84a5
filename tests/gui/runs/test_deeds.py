"""Ctrl+Z in the list of runs takes back what was done there, one step after another, and never touches the project."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.panel import RunsPanel
from tests.gui.runs.conftest import MakeDesk
from tests.gui.runs.test_panel import CTRL, click, names

SHIFT = Qt.KeyboardModifier.ShiftModifier


def rename(panel: RunsPanel, run: str, name: str, qtbot: QtBot) -> None:
    """By F2, as people do it."""
    click(panel, run)
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_F2)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, name)
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: name in names(panel))
    qtbot.waitUntil(panel.list_page.table.hasFocus)


def stars(panel: RunsPanel) -> list[str]:
    return sorted(each.name for each in panel._store.runs() if each.is_starred)


def test_names_stars_and_deletions_are_taken_back_and_done_again(
    make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot
) -> None:
    panel = make_desk().panel
    table = panel.list_page.table
    said: list[str] = []
    panel.message.connect(said.append)
    rename(panel, three_runs[0], "first", qtbot)
    table.choose(three_runs[:2])
    panel.do("star")
    assert stars(panel) == ["first", "run 6"]
    click(panel, three_runs[2])
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert names(panel) == ["run 6", "first"]
    undo = panel.list_page.actions_by_key["undo"]
    assert undo.text() == "Undo: Delete run 9"
    QTest.keyClick(table, Qt.Key.Key_Z, CTRL)
    assert names(panel) == ["run 9", "run 6", "first"]
    QTest.keyClick(table, Qt.Key.Key_Z, CTRL)
    assert stars(panel) == []
    assert [each.id for each in panel.chosen] == [three_runs[1], three_runs[0]], "what it was about is chosen"
    QTest.keyClick(table, Qt.Key.Key_Z, CTRL)
    assert names(panel) == ["run 9", "run 6", "run 3"]
    assert said[-1] == "Undone in the list of runs: Rename run 3"
    assert not undo.isEnabled()
    for _ in range(3):
        QTest.keyClick(table, Qt.Key.Key_Z, CTRL | SHIFT)
    assert names(panel) == ["run 6", "first"]
    assert stars(panel) == ["first", "run 6"]
    assert said[-1] == "Done again in the list of runs: Delete run 9"
    QTest.keyClick(table, Qt.Key.Key_Z, CTRL)
    click(panel, three_runs[2])
    QTest.keyClick(table, Qt.Key.Key_Space)
    QTest.keyClick(table, Qt.Key.Key_Y, CTRL)
    assert names(panel) == ["run 9", "run 6", "first"], "what is done anew ends what could be done again"
    assert panel.notice.text.startswith("Nothing to redo in this list.")


def test_only_stars_that_were_set_are_taken_back(make_desk: MakeDesk, three_runs: list[str]) -> None:
    panel = make_desk().panel
    click(panel, three_runs[0])
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Space)
    panel.list_page.table.choose(three_runs)
    panel.do("star")
    assert stars(panel) == ["run 3", "run 6", "run 9"]
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Z, CTRL)
    assert stars(panel) == ["run 3"]


@pytest.mark.parametrize("place", ["table", "button", "nothing left"])
def test_the_windows_undo_is_not_reached_from_the_list(
    make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot, place: str
) -> None:
    panel = make_desk().panel
    of_window: list[str] = []
    for keys in ("Ctrl+Z", "Ctrl+Shift+Z"):
        QShortcut(QKeySequence(keys), panel).activated.connect(lambda keys=keys: of_window.append(keys))
    page = panel.list_page
    if place == "button":
        click(panel, three_runs[0])
        page.buttons["overlay"].setFocus()
    elif place == "nothing left":
        page.table.setFocus()
        page.table.choose(three_runs)
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
        assert names(panel) == []
    else:
        page.table.setFocus()
    here = QApplication.focusWidget()
    assert here is not None
    assert page.isAncestorOf(here)
    QTest.keyClick(here, Qt.Key.Key_Z, CTRL)
    if place == "nothing left":
        assert len(names(panel)) == 3
        here = QApplication.focusWidget()
        assert here is not None
        QTest.keyClick(here, Qt.Key.Key_Z, CTRL)
    assert panel.notice.text.startswith("Nothing to undo in this list.")
    QTest.keyClick(here, Qt.Key.Key_Z, CTRL | SHIFT)
    assert of_window == []


def test_a_disk_that_refuses_leaves_the_step_to_be_taken_back(
    make_desk: MakeDesk, three_runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = make_desk().panel
    click(panel, three_runs[0])
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Delete)

    def refuse(_runs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(panel._store, "bring_back", refuse)
        QTest.keyClick(panel.list_page.table, Qt.Key.Key_Z, CTRL)
        assert "No space left on device" in panel.notice.text
    QTest.keyClick(panel.list_page.table, Qt.Key.Key_Z, CTRL)
    assert len(names(panel)) == 3
