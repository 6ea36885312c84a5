"""Rows in a narrow panel: nothing is cut off, and what has no room can still be reached."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.bars import ButtonBar, FoldingRow
from deepviz.gui.short_label import ShortLabel
from tests.gui.runs.conftest import MakeDesk

LEFT = Qt.MouseButton.LeftButton
NARROW = 320


def bar_with_buttons(qtbot: QtBot) -> tuple[QWidget, ButtonBar, list[QPushButton], list[str]]:
    bar, pressed = ButtonBar(), []
    bar.add(QLineEdit(), 1)
    buttons = [QPushButton(words) for words in ("First", "Second one", "Third of all")]
    for button in buttons:
        button.clicked.connect(lambda _=False, button=button: pressed.append(button.text()))
    bar.add_buttons(*buttons)
    panel = QWidget()
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(bar)
    qtbot.addWidget(panel)
    panel.show()
    resize(bar, 800)
    return panel, bar, buttons, pressed


def resize(bar: ButtonBar, width: int) -> None:
    bar.window().resize(width, 40)
    QApplication.processEvents()
    assert bar.width() == width


def test_buttons_without_room_go_into_the_menu_and_come_back(qtbot: QtBot) -> None:
    _panel, bar, buttons, pressed = bar_with_buttons(qtbot)
    assert all(button.isVisible() for button in buttons)
    assert not bar.more.isVisible()
    shown = []
    for width in (800, 400, 300, bar.minimumSizeHint().width()):
        resize(bar, width)
        shown.append([button.text() for button in buttons if button.isVisible()])
        right = max(child.geometry().right() for child in bar.findChildren(QWidget) if child.isVisible())
        assert right < width, "something is cut off"
    assert shown[0] == ["First", "Second one", "Third of all"]
    assert shown[-1] == []
    assert all(fewer == more[: len(fewer)] for more, fewer in pairwise(shown))
    buttons[2].setEnabled(False)
    bar._fill_menu()
    actions = {action.text(): action for action in bar._menu.actions()}
    assert list(actions) == ["First", "Second one", "Third of all"]
    assert not actions["Third of all"].isEnabled()
    actions["Second one"].trigger()
    assert pressed == ["Second one"]
    resize(bar, 800)
    assert all(button.isVisible() for button in buttons)


def test_a_button_that_gets_longer_words_makes_room(qtbot: QtBot) -> None:
    _panel, bar, buttons, _ = bar_with_buttons(qtbot)
    resize(bar, bar.sizeHint().width())
    assert buttons[2].isVisible()
    buttons[0].setText("A good deal longer than before")
    QApplication.processEvents()
    assert not buttons[2].isVisible()
    assert bar.more.isVisible()


def test_a_row_folds_where_it_is_narrow(qtbot: QtBot) -> None:
    row = FoldingRow(300)
    one, other = QLabel("one"), QLabel("other")
    row.row.addWidget(one)
    row.row.addWidget(other)
    qtbot.addWidget(row)
    row.resize(320, 60)
    row.show()
    assert one.y() == other.y()
    row.resize(280, 60)
    QApplication.processEvents()
    assert row.is_folded
    assert one.x() == other.x()
    assert other.y() > one.y()
    row.resize(320, 60)
    QApplication.processEvents()
    assert not row.is_folded


def test_words_are_cut_short_and_told_whole_by_their_tip(qtbot: QtBot) -> None:
    label = ShortLabel()
    qtbot.addWidget(label)
    label.say("many words that take a good deal of room")
    label.resize(100, 20)
    label.show()
    assert label.text().endswith("…")
    assert label.toolTip() == label.said
    label.resize(600, 20)
    assert label.text() == label.said


@pytest.mark.parametrize("page", ["list", "compare", "queue", "seeds", "grid"])
def test_every_page_fits_into_a_narrow_panel(make_desk: MakeDesk, three_runs: list[str], page: str) -> None:
    panel = make_desk().panel
    panel.queue_page.queue.is_paused = True
    if page in ("seeds", "grid"):
        panel.do(page)
    elif page == "compare":
        panel.list_page.table.selectAll()
        panel.do("compare")
    elif page == "queue":
        QTest.mouseClick(panel.list_page.buttons["seeds"], LEFT)
        QTest.mouseClick(panel.seeds_form.queue_button, LEFT)
    for shows_list in (False, True):
        if shows_list:
            panel.show_list()  # with a line about the queue below it, if there is one
        panel.resize(NARROW, 300)
        QApplication.processEvents()
        assert panel.width() == NARROW, f"it needs {panel.minimumSizeHint().width()} pixels"
        here = panel.pages.currentWidget()
        for part in (*here.findChildren(QPushButton), *here.findChildren(QLineEdit)):
            if part.isVisible() and part.width() > 1:
                place = part.mapTo(panel, part.rect().topRight())
                assert place.x() < NARROW, f"{part.accessibleName() or part.text()} is cut off"
                least = min(part.minimumSizeHint().width(), part.sizeHint().width())
                assert part.width() >= least, f"{part.accessibleName() or part.text()} is squeezed"
