"""The add menu opens at a place, finds by typing, and gives back what was chosen together with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses
from deepviz.gui.panels.add_menu import AddMenu
from deepviz.gui.panels.popover import SHADOW
from deepviz.gui.theme import DARK, LIGHT
from deepviz.registry import Definition


class Ground(QWidget):
    """Takes every press, as a canvas does; what is not taken would go on to the window."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()


class Stage:
    """A window with something that a menu can be opened on, and a button elsewhere."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(1000, 700)
        self.ground, self.button = Ground(), QPushButton("Elsewhere")
        self.ground.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self.window)
        column.addWidget(self.button)
        column.addWidget(self.ground, 1)
        self.menu = AddMenu([*layers.registry.values(), *losses.registry.values()], DARK)
        self.chosen: list[str] = []
        self.noted: list[str] = []
        self.menu.chosen.connect(self.noted.append)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.ground.setFocus()

    def open(self, place: QPoint = QPoint(100, 80), suits=lambda kind: True) -> None:  # noqa: B008
        self.menu.open_at(self.ground, place, "Add a layer here", suits, self.chosen.append)

    @property
    def listed(self) -> list[str]:
        model = self.menu.palette_list.model
        return [str(model.index(row).data()) for row in range(model.rowCount())]

    @property
    def details(self) -> str:
        return " ".join(label.text() for label in self.menu.findChildren(QLabel))


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    yield made
    made.menu.close_quietly()


def test_it_opens_at_the_place_with_the_keyboard_in_the_search(stage: Stage) -> None:
    stage.open()
    corner = stage.menu.geometry().topLeft() + QPoint(SHADOW, SHADOW)
    assert corner == stage.ground.mapTo(stage.window, QPoint(100, 80))
    assert stage.menu.palette_list.search.hasFocus()
    assert stage.menu.accessibleName() == "Add a layer here"
    assert not stage.menu.isWindow(), "it blocks nothing"
    assert "Loss" in stage.listed


@pytest.mark.parametrize("place", [QPoint(980, 20), QPoint(-40, 640), QPoint(990, 690)])
def test_it_stays_inside_the_window(stage: Stage, place: QPoint) -> None:
    stage.open(place)
    sheet = stage.menu.geometry().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)
    assert stage.window.rect().contains(sheet)


def test_enter_chooses_what_typing_found_and_gives_the_keyboard_back(stage: Stage) -> None:
    stage.open()
    QTest.keyClicks(stage.menu.palette_list.search, "batch n")
    assert "BatchNorm" in stage.details
    assert layers.BatchNorm.shape_rule in stage.details
    QTest.keyClick(stage.menu.palette_list.search, Qt.Key.Key_Return)
    assert (stage.chosen, stage.noted) == (["BatchNorm"], ["BatchNorm"])
    assert stage.menu.isHidden()
    assert stage.ground.hasFocus()


def test_one_click_chooses_and_one_on_a_heading_does_not(stage: Stage) -> None:
    stage.open()
    view = stage.menu.palette_list.view
    heading = view.visualRect(stage.menu.palette_list.model.index_of_heading("Core")).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=heading)
    assert stage.chosen == []
    assert "Dense" not in stage.listed
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=heading)
    row = view.visualRect(stage.menu.palette_list.model.index_of("Dense")).center()
    QTest.mouseMove(view.viewport(), row)
    assert layers.Dense.formula in stage.details, "what is pointed at is explained"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert stage.chosen == ["Dense"]


def test_escape_clears_first_and_then_closes(stage: Stage) -> None:
    stage.open()
    search = stage.menu.palette_list.search
    QTest.keyClicks(search, "relu")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert stage.menu.isVisible()
    assert search.text() == ""
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert stage.menu.isHidden()
    assert stage.chosen == []
    assert stage.ground.hasFocus()


def test_escape_in_the_list_closes_as_well(stage: Stage) -> None:
    stage.open()
    view = stage.menu.palette_list.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert stage.menu.palette_list.search.hasFocus()
    QTest.keyClick(stage.menu.palette_list.search, Qt.Key.Key_Escape)
    assert stage.menu.isHidden()


@pytest.mark.parametrize("on_ground", [True, False])
def test_a_click_elsewhere_closes(stage: Stage, on_ground: bool) -> None:
    stage.open()
    target = stage.ground if on_ground else stage.button
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert stage.menu.isHidden()
    assert stage.chosen == []


def test_the_wheel_elsewhere_closes_and_over_the_list_scrolls(stage: Stage) -> None:
    def turn(widget: QWidget) -> None:
        place = QPointF(20, 20)
        event = QWheelEvent(
            place, QPointF(widget.mapToGlobal(place.toPoint())), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    stage.open()
    view = stage.menu.palette_list.view
    turn(view.viewport())
    assert stage.menu.isVisible()
    assert view.verticalScrollBar().value() > 0
    turn(stage.ground)
    assert stage.menu.isHidden()


def test_only_what_fits_is_listed_and_what_was_typed_before_is_gone(stage: Stage) -> None:
    stage.open()
    QTest.keyClicks(stage.menu.palette_list.search, "relu")

    def is_loss(kind: type[Definition]) -> bool:
        return kind.key in losses.registry

    stage.open(suits=is_loss)
    assert stage.menu.palette_list.search.text() == ""
    assert stage.listed[0] == "Loss"
    assert len(stage.listed) == 1 + len(losses.registry.values())
    assert stage.menu.palette_list.current_key() == "BinaryCrossEntropy", "the first is marked"
    QTest.keyClick(stage.menu.palette_list.search, Qt.Key.Key_Return)
    assert stage.chosen == ["BinaryCrossEntropy"]


def test_what_was_used_lately_comes_first(stage: Stage) -> None:
    stage.menu.set_recent(("LSTM", "Dense"))
    stage.open()
    assert stage.listed[:3] == ["Recently used", "LSTM", "Dense"]
    assert stage.menu.palette_list.current_key() == "LSTM"


def test_it_is_drawn_in_both_themes(stage: Stage) -> None:
    stage.open()
    for theme in (DARK, LIGHT):
        stage.menu.set_theme(theme)
        view = stage.menu.palette_list.view
        area = view.visualRect(stage.menu.palette_list.model.index_of("Dropout"))
        image = view.viewport().grab().toImage()
        assert image.pixelColor(area.left() + 14, area.center().y()).name() == theme.category("Core")


def test_what_is_said_of_a_layer_is_never_cut_off(stage: Stage) -> None:
    stage.open()
    (area,) = (each for each in stage.menu.findChildren(QScrollArea) if not isinstance(each, QAbstractItemView))
    for kind in [*layers.registry.values(), *losses.registry.values()]:
        stage.menu.palette_list.choose(kind.key)
        QApplication.processEvents()
        assert kind.summary()[:10] in area.widget().text()
        assert area.verticalScrollBar().maximum() == 0, kind
    stage.menu.close_quietly()
