"""The overview of shortcuts lies over the window, is searched by typing, and goes away without a trace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from deepviz.gui.panels.about import AboutSheet
from deepviz.gui.panels.shortcut_overview import SHORTCUT, ShortcutOverview
from deepviz.gui.shortcuts import shortcuts

Key = Qt.Key


class Stage:
    """A window with a field that has the keyboard, and an overview over it."""

    def __init__(self, show: Callable[..., QWidget]) -> None:
        page = QWidget()
        self.field = QLineEdit()
        QVBoxLayout(page).addWidget(self.field, 0, Qt.AlignmentFlag.AlignTop)
        self.window = show(page, 1280, 800)
        self.overview = ShortcutOverview()
        self.overview.setParent(self.window)
        self.field.setFocus()
        self.overview.toggle(self.window)


@pytest.fixture
def stage(show: Callable[..., QWidget]) -> Stage:
    return Stage(show)


def test_it_lies_in_the_middle_and_has_the_keyboard(stage: Stage) -> None:
    overview = stage.overview
    assert overview.isVisible()
    assert not overview.isWindow()
    assert overview.search.hasFocus()
    assert abs(overview.geometry().center().x() - stage.window.rect().center().x()) <= 1
    assert stage.window.rect().contains(overview.geometry())
    assert overview.model.shown() == list(shortcuts())
    stage.window.resize(700, 500)
    assert stage.window.rect().contains(overview.geometry())


def test_typing_finds_by_words_and_by_keys(stage: Stage) -> None:
    QTest.keyClicks(stage.overview.search, "undo")
    assert {one.text for one in stage.overview.model.shown()} == {"Undo", "Undo history"}
    stage.overview.search.clear()
    QTest.keyClicks(stage.overview.search, "ctrl+s")
    texts = {one.text for one in stage.overview.model.shown()}
    assert "Save" in texts
    assert "Undo" not in texts
    stage.overview.search.clear()
    QTest.keyClicks(stage.overview.search, "network connect")
    assert any("Connect to" in one.text for one in stage.overview.model.shown())


def test_where_nothing_is_found_it_says_so(stage: Stage) -> None:
    QTest.keyClicks(stage.overview.search, "coffee")
    assert not stage.overview.view.isVisible()
    assert "coffee" in stage.overview._nothing.said


def test_escape_clears_the_search_and_then_closes(stage: Stage) -> None:
    QTest.keyClicks(stage.overview.search, "undo")
    QTest.keyClick(stage.overview.search, Key.Key_Escape)
    assert stage.overview.isVisible()
    assert stage.overview.search.text() == ""
    QTest.keyClick(stage.overview.search, Key.Key_Escape)
    assert not stage.overview.isVisible()
    assert stage.field.hasFocus(), "the keyboard is back where it was"


def test_a_click_beside_it_closes_it_even_where_the_keyboard_was(stage: Stage) -> None:
    QTest.mouseClick(stage.overview.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 60))
    assert stage.overview.isVisible()
    QTest.mouseClick(stage.field, Qt.MouseButton.LeftButton)
    assert not stage.overview.isVisible()


def test_arrows_in_the_search_go_through_the_list_and_it_is_read_out(stage: Stage) -> None:
    QTest.keyClicks(stage.overview.search, "undo")
    QTest.keyClick(stage.overview.search, Key.Key_Down)
    index = stage.overview.view.currentIndex()
    assert index.data(SHORTCUT) is not None, "headings are passed over"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Undo: Ctrl+Z"
    assert stage.overview.search.hasFocus()


def test_it_closes_by_the_key_that_opened_it_and_opens_empty(stage: Stage) -> None:
    QTest.keyClicks(stage.overview.search, "undo")
    stage.overview.toggle(stage.window)
    assert not stage.overview.isVisible()
    stage.overview.toggle(stage.window)
    assert stage.overview.search.text() == ""


def test_the_other_sheet_of_the_help_menu_is_not_in_the_way_either(stage: Stage) -> None:
    stage.overview.close_quietly()
    about = AboutSheet()
    about.setParent(stage.window)
    about.toggle(stage.window)
    assert about.isVisible()
    assert not about.isWindow()
    assert about.close_button.hasFocus()
    QTest.keyClick(about.close_button, Key.Key_Escape)
    assert not about.isVisible()
