"""Escape ends the cross-hair of keys; where only a hand points, it is left to those around."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.activation_figures import Figures
from deepviz.gui.plots.area import PlotArea
from deepviz.gui.plots.layer_lines import HEAD, LayerLines
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import Pointer
from deepviz.gui.plots.ridge_area import RidgeArea
from deepviz.gui.plots.ticks import linear_ticks
from deepviz.gui.plots.tile_grid import Picture, TileGrid
from deepviz.gui.plots.unit_bars import UnitBars
from deepviz.insight.plane import Window
from tests.gui.plots.asked import NO_BUTTON, click, mouse

HERE = Pointer(1.0, "here", ())


class Around(QWidget):
    """What stands around a view and leaves something with Escape."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.left = 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.left += event.key() == Qt.Key.Key_Escape


def plot_area() -> PlotArea:
    area = PlotArea(linear_ticks)
    area.set_range((0.0, 2.0), (0.0, 1.0))
    area.pointed.connect(lambda here: area.set_pointer(None if here is None else HERE))
    area.nudged.connect(lambda _: area.set_pointer(HERE))
    return area


def plane_area() -> PlaneArea:
    area = PlaneArea()
    area.show_window(Window(0.0, 2.0))
    area.pointed.connect(lambda here: area.set_pointer(None if here is None else HERE))
    area.nudged.connect(lambda *_: area.set_pointer(HERE))
    return area


def ridge_area() -> RidgeArea:
    area = RidgeArea(lambda number, value: HERE)
    counts, ranges = np.full((3, 8), 5, np.uint32), np.tile((0.0, 1.0), (3, 1))
    area.show_histograms(np.array([1, 2, 3]), counts, ranges)
    return area


def tile_grid() -> TileGrid:
    grid, image = TileGrid(lambda place: HERE), QImage(4, 4, QImage.Format.Format_RGB32)
    grid.show_pictures([Picture("one", "1", image)], None)
    return grid


def unit_bars() -> UnitBars:
    bars = UnitBars(lambda unit: HERE)
    bars.show_values(np.arange(4.0), 0.0, 4.0)
    return bars


def layer_lines() -> LayerLines:
    lines = LayerLines()
    lines.show_layers([(f"dense_{number}", Figures(0.0, 1.0, 0.0, 0.0, 0, 4)) for number in range(9)])
    return lines


@pytest.fixture
def around(qtbot: QtBot) -> Around:
    window = Around()
    qtbot.addWidget(window)
    window.resize(420, 300)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.fixture(params=[plot_area, plane_area, ridge_area, tile_grid, unit_bars, layer_lines])
def area(request: pytest.FixtureRequest, around: Around) -> Pointed:
    made: Pointed = request.param()
    stand(around, made)
    return made


def stand(around: Around, area: object) -> None:
    assert isinstance(area, QWidget)
    around.column.addWidget(area)
    QApplication.processEvents()
    area.setFocus()


def hover(area: Pointed) -> None:
    surface = area.surface
    middle = QPoint(surface.width() // 2, max(surface.height() // 2, HEAD + 30))
    mouse(surface, QEvent.Type.MouseMove, QPointF(middle), NO_BUTTON, NO_BUTTON)
    assert area.cross_hair is not None


def press(area: Pointed, key: Qt.Key) -> None:
    assert isinstance(area, QWidget)
    QTest.keyClick(area, key)


def test_what_a_hand_points_at_leaves_escape_to_those_around(area: Pointed, around: Around) -> None:
    hover(area)
    press(area, Qt.Key.Key_Escape)
    assert around.left == 1
    assert area.cross_hair is not None, "the hand is still there"
    for left in {area.surface, area}:
        QApplication.sendEvent(left, QEvent(QEvent.Type.Leave))
    assert area.cross_hair is None


def test_of_keys_it_ends_with_escape_and_the_next_goes_to_those_around(area: Pointed, around: Around) -> None:
    press(area, Qt.Key.Key_Escape)
    assert around.left == 1, "there is no cross-hair yet"
    press(area, Qt.Key.Key_Up if isinstance(area, LayerLines) else Qt.Key.Key_Right)
    assert area.cross_hair is not None
    press(area, Qt.Key.Key_Escape)
    assert (area.cross_hair, around.left) == (None, 1)
    press(area, Qt.Key.Key_Escape)
    assert around.left == 2


def test_a_hand_takes_it_over_from_the_keys(area: Pointed, around: Around) -> None:
    press(area, Qt.Key.Key_Up if isinstance(area, LayerLines) else Qt.Key.Key_Right)
    hover(area)
    press(area, Qt.Key.Key_Escape)
    assert around.left == 1


def test_what_comes_back_elsewhere_is_pointed_at_by_nobody(area: Pointed) -> None:
    hover(area)
    assert isinstance(area, QWidget)
    area.hide()
    area.show()
    assert area.cross_hair is None


def test_in_a_window_of_its_own_one_press_ends_both(qtbot: QtBot) -> None:
    dock, area = QDockWidget(), plane_area()
    qtbot.addWidget(dock)
    dock.setWidget(area)
    with qtbot.waitActive(dock):
        dock.show()
        dock.activateWindow()
    QTest.keyClick(area, Qt.Key.Key_Right)
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(area, event)
    assert area.cross_hair is None
    assert not event.isAccepted()


def test_a_picture_that_is_seen_large_ends_before_that_and_one_that_is_hovered_does_not(around: Around) -> None:
    grid, image = TileGrid(lambda place: HERE), QImage(4, 4, QImage.Format.Format_RGB32)
    stand(around, grid)
    grid.show_pictures([Picture(str(number), str(number), image) for number in range(60)], None)
    click(grid.viewport(), grid.rect_of(1).center())
    hover(grid)
    assert grid.large == 1
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert (grid.large, around.left) == (None, 0)
    hover(grid)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert around.left == 1
    bar = grid.verticalScrollBar()
    assert bar.maximum() > 0
    QTest.keyClick(grid, Qt.Key.Key_PageDown)
    assert bar.value() > 0, "a page further"


@pytest.mark.parametrize("reason", list(Qt.FocusReason))
def test_only_who_comes_with_keys_sees_a_frame(around: Around, reason: Qt.FocusReason) -> None:
    area = plane_area()
    stand(around, area)
    area.clearFocus()
    plain = area.grab().toImage()
    area.setFocus(reason)
    keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
    assert (area.grab().toImage() != plain) == (reason in keys)
