"""Typing the name of a run is only that: the keys of the field do nothing else to the list."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui.runs.conftest import MakeDesk
from tests.gui.runs.test_panel import click


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter], ids=["return", "enter"])
def test_the_key_that_ends_a_name_opens_nothing(
    make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot, key: Qt.Key
) -> None:
    desk = make_desk()
    wanted: list[str] = []
    desk.view_wanted.connect(wanted.append)
    table = desk.panel.list_page.table
    click(desk.panel, three_runs[0], "epochs")
    QTest.keyClick(table, Qt.Key.Key_F2)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, "a b")
    QTest.keyClick(line, key)
    qtbot.waitUntil(lambda: desk.panel.model.runs[2].name == "a b")
    assert wanted == []
    assert not desk.store.runs()[2].is_starred
    qtbot.waitUntil(table.hasFocus)
    QTest.keyClick(table, key)
    assert wanted == ["run_overlay"], "in the list itself it still shows the curves"


def test_a_name_that_is_given_up_stays(make_desk: MakeDesk, three_runs: list[str], qtbot: QtBot) -> None:
    desk = make_desk()
    table = desk.panel.list_page.table
    click(desk.panel, three_runs[0])
    QTest.keyClick(table, Qt.Key.Key_F2)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, "other")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    qtbot.waitUntil(table.hasFocus)
    assert [each.id for each in desk.panel.chosen] == [three_runs[0]]
    assert desk.panel.model.runs[2].name == "run 3"
