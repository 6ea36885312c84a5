"""The strip of tools of the prediction explorer is one stop of Tab, with arrow keys between its buttons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.maker_tools import MakerTools

RIGHT, LEFT, TAB, BACKTAB = Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Tab, Qt.Key.Key_Backtab


@pytest.fixture
def tools(qtbot: QtBot) -> Iterator[MakerTools]:
    """Tools for images, between two fields; the first has the keyboard."""
    page = QWidget()
    before, found = QLineEdit(page), MakerTools(page)
    row = QHBoxLayout(page)
    row.addWidget(before)
    row.addWidget(found)
    found.show_for("images", 1, 1)
    qtbot.addWidget(page)
    page.resize(800, 400)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    yield found
    page.close()


def press(*keys: Qt.Key) -> QWidget:
    """Press keys, each where the keyboard is then. Returns where it is afterwards."""
    for key in keys:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
    focused = QApplication.focusWidget()
    assert focused is not None
    return focused


def test_tab_comes_once_and_arrows_lead_to_each_button(tools: MakerTools) -> None:
    assert press(TAB) is tools.pen
    assert [press(RIGHT) for _ in range(4)] == [tools.eraser, tools.undo, tools.clear, tools.clear]
    assert [press(key) for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End)] == [
        tools.pen, tools.eraser, tools.pen, tools.clear
    ]  # fmt: skip
    assert press(TAB) is tools.thickness
    assert press(BACKTAB) is tools.clear, "where the keyboard was last"


def test_the_eraser_is_chosen_with_keys_alone(tools: MakerTools) -> None:
    press(TAB, RIGHT)
    assert tools.pen.isChecked(), "moving there chooses nothing"
    press(Qt.Key.Key_Space)
    assert (tools.pen.isChecked(), tools.eraser.isChecked()) == (False, True)
    assert press(LEFT, Qt.Key.Key_Space) is tools.pen
    assert (tools.pen.isChecked(), tools.eraser.isChecked()) == (True, False)
    assert press(TAB) is tools.thickness


def test_what_is_off_or_hidden_is_passed_over(tools: MakerTools) -> None:
    tools.undo.setEnabled(False)
    assert press(TAB, RIGHT, RIGHT) is tools.clear
    assert press(LEFT) is tools.eraser
    tools.show_for("sequences", 1, 1)  # which are not drawn with a pen
    assert tools.strip.stop is tools.clear
    tools.undo.setEnabled(True)
    tools.number.setFocus()
    assert press(BACKTAB) is tools.clear
    assert press(LEFT) is tools.undo
    assert press(LEFT) is tools.undo


def test_a_click_leaves_the_keyboard_where_it_is(tools: MakerTools) -> None:
    before = QApplication.focusWidget()
    QTest.mouseClick(tools.eraser, Qt.MouseButton.LeftButton)
    assert tools.eraser.isChecked()
    assert QApplication.focusWidget() is before
