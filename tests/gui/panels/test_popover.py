"""A sheet opens where there is room, keeps the keyboard, and closes with Escape or a click elsewhere."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.flatten import Flatten
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.popover import SHADOW, Popover

LEFT = Qt.MouseButton.LeftButton


class Stage:
    """A window with a button in each corner and a sheet with two fields."""

    def __init__(self, show: Callable[..., QWidget]) -> None:
        self.window = QWidget()
        show(self.window, 640, 480)
        self.anchors = {}
        for name, place in {
            "top left": (4, 4),
            "top right": (536, 4),
            "bottom left": (4, 448),
            "bottom right": (536, 448),
        }.items():
            button = QPushButton(name, self.window)
            button.setGeometry(*place, 100, 28)
            button.show()
            self.anchors[name] = button
        content = QWidget()
        column = QVBoxLayout(content)
        self.words = QLabel("Some words that are long enough to wrap in a narrow sheet, more than once.")
        self.words.setWordWrap(True)
        self.first, self.second = QLineEdit(), QLineEdit()
        for widget in (self.words, self.first, self.second):
            column.addWidget(widget)
        self.popover = Popover("A sheet", content)

    def open(self, name: str = "top left") -> None:
        self.popover.open_beside(self.anchors[name], 240, 400)


@pytest.fixture
def stage(show: Callable[..., QWidget]) -> Stage:
    return Stage(show)


@pytest.mark.parametrize("name", ["top left", "top right", "bottom left", "bottom right"])
def test_it_opens_beside_its_button_inside_the_window(stage: Stage, name: str) -> None:
    stage.open(name)
    top = stage.popover.parentWidget()
    assert top is stage.window.window()
    sheet = stage.popover.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
    anchor = stage.anchors[name]
    place = anchor.rect().translated(anchor.mapTo(top, QPoint(0, 0)))
    assert top.rect().contains(sheet)
    assert not sheet.intersects(place)
    assert sheet.width() == 240
    assert stage.words.height() >= stage.words.heightForWidth(stage.words.width())  # nothing is cut off


def test_tab_goes_round_inside(stage: Stage) -> None:
    stage.open()
    assert stage.first.hasFocus()
    QTest.keyClick(stage.first, Qt.Key.Key_Tab)
    assert stage.second.hasFocus()
    QTest.keyClick(stage.second, Qt.Key.Key_Tab)
    assert stage.first.hasFocus()
    QTest.keyClick(stage.first, Qt.Key.Key_Backtab)
    assert stage.second.hasFocus()


def test_escape_closes_and_gives_the_keyboard_back(stage: Stage) -> None:
    closed: list[bool] = []
    stage.popover.closed.connect(lambda: closed.append(True))
    stage.open()
    QTest.keyClick(stage.first, Qt.Key.Key_Escape)
    assert not stage.popover.isVisible()
    assert stage.anchors["top left"].hasFocus()
    assert closed == [True]


def test_a_click_elsewhere_closes_a_click_inside_does_not(stage: Stage) -> None:
    stage.open()
    QTest.mouseClick(stage.second, LEFT)
    assert stage.popover.isVisible()
    QTest.mouseClick(stage.window, LEFT, pos=QPoint(600, 300))
    assert not stage.popover.isVisible()


def test_its_button_opens_and_closes_it(stage: Stage) -> None:
    anchor = stage.anchors["top right"]
    anchor.clicked.connect(lambda: stage.popover.toggle_beside(anchor, 240, 400))
    for expected in (True, False, True):
        QTest.mouseClick(anchor, LEFT)
        assert stage.popover.isVisible() is expected


def test_it_follows_the_size_of_the_window(stage: Stage) -> None:
    stage.open("top right")
    top = stage.window.window()
    top.resize(300, 300)
    QApplication.processEvents()
    sheet = stage.popover.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
    assert sheet.right() <= 300
    assert sheet.left() >= 0


def test_content_that_grows_is_given_room(stage: Stage) -> None:
    stage.open()
    before = stage.popover.height()
    stage.words.setText(stage.words.text() * 3)
    stage.popover.fit()
    assert stage.popover.height() > before


def test_opening_a_sheet_leaves_the_lines_of_spin_boxes_elsewhere_alive(qtbot: QtBot) -> None:
    """Walking Qt's chain of focus makes PySide give up wrappers of widgets that have nothing to do with the sheet."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    anchor = QPushButton("open")
    column.addWidget(anchor)
    forms = []
    for _ in range(5):
        form = DefinitionForm(Dense())
        forms.append(form)
        column.addWidget(form)
    window.show()
    for number in range(30):
        sheet = Popover("Sheet", QPushButton("inside"))
        sheet.open_beside(anchor, 200, 200)
        sheet.close_quietly()
        sheet.deleteLater()
        forms[number % 5].set_definition(Flatten())
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        forms[number % 5].set_definition(Dense(units=number + 1))
        gc.collect()
        assert all(form.finish() for form in forms)
