"""Pictures can be looked at by hand and by keys, and every dot is the one that is said."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.color_scale import ColorScale, image_from
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.tile_grid import Picture, Place, TileGrid
from tests.gui.plots.looks import click, hover

RED = 0xFFFF0000


def read(place: Place) -> Pointer | None:
    return None if place == (0, 0, 0) else Pointer(0.0, f"dot {place}", (Reading("value", "1.5", "#ffffff"),))


def pictures(count: int, rows: int = 4, columns: int = 4) -> list[Picture]:
    made = []
    for number in range(count):
        pixels = np.full((rows, columns), 0xFF000000, np.uint32)
        pixels[number % rows, 0] = RED
        made.append(Picture(f"filter {number}", str(number), image_from(pixels)))
    return made


@pytest.fixture
def grid(qtbot: QtBot) -> TileGrid:
    made = TileGrid(read)
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    made.show_pictures(pictures(6), ColorScale(-1.0, 1.0, True))
    return made


def dot(grid: TileGrid, number: int, row: int, column: int) -> QPointF:
    rect = grid.rect_of(number)
    return rect.topLeft() + QPointF((column + 0.5) * rect.width() / 4, (row + 0.5) * rect.height() / 4)


def test_pictures_are_painted_where_they_are_said_to_be(grid: TileGrid) -> None:
    shot = grid.viewport().grab().toImage()
    for number in range(6):
        place = dot(grid, number, number % 4, 0)
        assert shot.pixelColor(int(place.x()), int(place.y())).name() == "#ff0000"
        other = dot(grid, number, (number + 1) % 4, 2)
        assert shot.pixelColor(int(other.x()), int(other.y())).name() == "#000000"


def test_the_pointer_says_the_dot_below_it(grid: TileGrid) -> None:
    hover(grid.viewport(), dot(grid, 3, 2, 1))
    assert grid.place == (3, 2, 1)
    assert "dot (3, 2, 1)" in grid.accessibleDescription()
    hover(grid.viewport(), QPointF(grid.rect_of(2).right() + 4, grid.rect_of(2).center().y()))
    assert grid.place is None


def test_a_click_makes_a_picture_large_and_another_click_small(grid: TileGrid, qtbot: QtBot) -> None:
    before = grid.rect_of(2).width()
    with qtbot.waitSignal(grid.large_changed):
        click(grid.viewport(), dot(grid, 2, 1, 1))
    assert grid.large == 2
    assert grid.rect_of(2).width() > 2 * before
    assert grid.rect_of(1).isEmpty()
    hover(grid.viewport(), dot(grid, 2, 3, 3))
    assert grid.place == (2, 3, 3)
    click(grid.viewport(), dot(grid, 2, 1, 1))
    assert grid.large is None


def test_keys_do_all_that_a_hand_does(grid: TileGrid) -> None:
    columns = sum(grid.rect_of(each).top() == grid.rect_of(0).top() for each in range(6))
    assert 1 < columns < 6
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current == 1 + columns
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert grid.large == 1 + columns
    QTest.keyClick(grid, Qt.Key.Key_Left)  # the dot in the middle first
    QTest.keyClick(grid, Qt.Key.Key_Left)
    QTest.keyClick(grid, Qt.Key.Key_Up)
    assert grid.place == (1 + columns, 1, 1)
    QTest.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert grid.place == (1 + columns, 3, 1)
    QTest.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.large == columns
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.large is None


def test_new_numbers_leave_what_is_large_and_other_pictures_do_not(grid: TileGrid) -> None:
    grid.enlarge(4)
    grid.show_pictures(pictures(6), ColorScale(-2.0, 2.0, True))
    assert grid.large == 4
    grid.show_pictures(pictures(3), None)
    assert grid.large is None
    assert grid.current == 0


def test_many_pictures_are_scrolled_and_keys_bring_them_into_sight(grid: TileGrid) -> None:
    grid.show_pictures(pictures(300), None)
    assert grid.verticalScrollBar().maximum() > 0
    for _ in range(60):
        QTest.keyClick(grid, Qt.Key.Key_Down)
    rect = grid.rect_of(grid.current)
    assert grid.current > 100
    assert 0 <= rect.top() <= rect.bottom() <= grid.viewport().height()
    click(grid.viewport(), rect.center())
    assert grid.large == grid.current


def test_all_of_them_are_in_a_file(grid: TileGrid) -> None:
    grid.show_pictures(pictures(40), None)
    sheet = QImage(420, 300, QImage.Format.Format_RGB32)
    sheet.fill(0)
    painter = QPainter(sheet)
    grid.paint_into(painter, QRectF(0, 0, 420, 300))
    painter.end()
    bits = np.frombuffer(sheet.constBits(), np.uint8).reshape(300, -1)[:, : 420 * 4].reshape(300, 420, 4)
    red = (bits[..., 2] > 200) & (bits[..., 1] < 60)
    # Each picture has a dot on its left side: count the stretches of red in each column of the sheet.
    starts = (red[1:] & ~red[:-1]).sum(axis=0).max()
    assert red.any(axis=0).sum() > 0
    assert starts * len(np.flatnonzero(np.diff(red.any(axis=0).astype(int)) == 1)) >= 40


def test_a_single_picture_is_read_by_keys_at_once_and_gaps_say_nothing(grid: TileGrid) -> None:
    grid.show_pictures(pictures(1), None)
    click(grid.viewport(), grid.rect_of(0).center())
    assert grid.large is None
    QTest.keyClick(grid, Qt.Key.Key_Up)
    assert grid.place == (0, 2, 2)
    grid.point_at((0, 0, 0))
    assert grid.accessibleDescription() == "filter 0"
    grid.viewport().grab()
    QTest.mouseMove(grid.viewport(), QPoint(1, 1))


def test_a_grid_without_pictures_can_be_painted_and_pointed_at(grid: TileGrid) -> None:
    grid.show_pictures((), None)
    grid.grab()
    hover(grid.viewport(), QPointF(50, 50))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        QTest.keyClick(grid, key)
    sheet = QImage(100, 100, QImage.Format.Format_RGB32)
    painter = QPainter(sheet)
    grid.paint_into(painter, QRectF(0, 0, 100, 100))
    painter.end()
    assert grid.place is None
