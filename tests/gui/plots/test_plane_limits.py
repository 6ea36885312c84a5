"""Axes are never zoomed or dragged to where there is nothing: the whole with a small margin is the farthest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.plane_limits import within
from deepviz.gui.plots.rate_area import RateArea
from deepviz.gui.plots.ticks import linear_ticks
from deepviz.insight.plane import Window
from tests.gui.plots.planes import wheel

LEFT = Qt.MouseButton.LeftButton
WHOLE = Window(0.0, 1.0, 0.0, 2.0)
FARTHEST = pytest.approx((-0.05, 1.05, -0.1, 2.1))


@pytest.fixture
def area(qtbot: QtBot) -> PlaneArea:
    made = PlaneArea()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.whole = WHOLE
    made.show_window(WHOLE)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_it_is_the_nearest_part_that_there_is() -> None:
    assert within(Window(0.25, 0.75, 0.5, 1.5), WHOLE) == Window(0.25, 0.75, 0.5, 1.5)
    assert within(Window(-9.0, 9.0, -9.0, 9.0), WHOLE) == FARTHEST
    assert within(Window(0.8, 1.3, 0.5, 1.5), WHOLE) == pytest.approx((0.55, 1.05, 0.5, 1.5))
    assert within(Window(-1.0, -0.5, 0.5, 1.5), WHOLE) == pytest.approx((-0.05, 0.45, 0.5, 1.5))
    tiny = within(Window(0.5, 0.5 + 1e-16, 0.5, 1.5), WHOLE)
    assert tiny.right - tiny.left == pytest.approx(1e-6)
    assert within(Window(-9.0, 9.0), None) == Window(-9.0, 9.0)


def test_the_wheel_and_the_hand_stay_where_there_is_something(area: PlaneArea) -> None:
    for _ in range(12):
        wheel(area, area.frame.center(), -1)
    assert area.window_shown == FARTHEST
    for _ in range(4):
        wheel(area, area.frame.center(), 1)
    span = area.window_shown.right - area.window_shown.left
    start = area.frame.center().toPoint()
    for _ in range(6):
        QTest.mousePress(area, LEFT, pos=start)
        QTest.mouseMove(area, start + QPoint(-120, 80))
        QTest.mouseRelease(area, LEFT, pos=start + QPoint(-120, 80))
    shown = area.window_shown
    assert (shown.right, shown.high) == pytest.approx((1.05, 2.1))
    assert shown.right - shown.left == pytest.approx(span), "a drag does not zoom"
    for _ in range(200):
        wheel(area, area.frame.center(), 1)
    assert area.window_shown.right - area.window_shown.left > 1e-7


def test_the_axes_of_rates_have_the_same_limits(qtbot: QtBot) -> None:
    area = RateArea(linear_ticks)
    qtbot.addWidget(area)
    area.resize(400, 300)
    area.show()
    qtbot.waitExposed(area)
    area.whole = Window(-6.0, 0.0, 0.0, 2.0)
    area.set_range((-6.0, 0.0), (0.0, 2.0))
    for _ in range(12):
        wheel(area.viewport(), area.frame.center(), -1)
    assert (*area.x_range, *area.y_range) == pytest.approx((-6.3, 0.3, 0.0, 2.0))
    for _ in range(4):
        QTest.keyClick(area, Qt.Key.Key_Plus)
    assert area.x_range[1] - area.x_range[0] < 6.0
    start = area.frame.center().toPoint()
    for _ in range(6):
        QTest.mousePress(area.viewport(), LEFT, pos=start)
        QTest.mouseMove(area.viewport(), start + QPoint(150, 0))
        QTest.mouseRelease(area.viewport(), LEFT, pos=start + QPoint(150, 0))
    assert area.x_range[0] == pytest.approx(-6.3)
