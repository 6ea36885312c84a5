"""Zooming, panning and pointing, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.loss import LossPlot
from deepviz.training.history import History

MakeHistory = Callable[..., History]


def opened(qtbot: QtBot, kind: type[CurvePlot], history: History | None = None, width: int = 420) -> CurvePlot:
    plot = kind()
    qtbot.addWidget(plot)
    plot.resize(width, 260)
    plot.show_history(history)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def pixel(plot: CurvePlot, step: float, height: float) -> QPoint:
    return QPointF(plot.area.x_pixel(step), plot.area.y_pixel(height)).toPoint()


NO_KEY = Qt.KeyboardModifier.NoModifier


def wheel(plot: CurvePlot, at: QPoint, notches: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    viewport = plot.area.viewport()
    event = QWheelEvent(
        *(QPointF(at), QPointF(viewport.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches)),
        *(Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(viewport, event)


def test_wheel_zooms_in_time_and_follow_goes_back(qtbot: QtBot, make_history: MakeHistory):
    history = make_history(200)
    plot = opened(qtbot, LossPlot, history)
    button = plot.header.follow_button
    assert not button.isVisible()
    anchor = pixel(plot, 100, 0.5)
    before = plot.area.numbers_at(QPointF(anchor)).x()
    wheel(plot, anchor, 3)
    low, high = plot.area.x_range
    assert high - low == pytest.approx(200 / 1.2**3)
    pixels = 8  # by which the frame may move to make room for longer labels
    tolerance = pixels / plot.area.frame.width() * (high - low)
    assert plot.area.numbers_at(QPointF(anchor)).x() == pytest.approx(before, abs=1.01 * tolerance)
    assert not plot.is_following
    make_history(50, first_step=201, history=history)
    plot.draw()
    assert plot.area.x_range == (low, high), "a view that was chosen stays"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert plot.is_following
    assert plot.area.x_range == (0.0, 250.0)
    assert not button.isVisible()


def test_wheel_with_control_zooms_the_vertical_axis_and_keeps_it(qtbot: QtBot, make_history: MakeHistory):
    history = make_history(50)
    plot = opened(qtbot, LossPlot, history)
    before = plot.area.y_range
    wheel(plot, pixel(plot, 20, 0.5), 2, Qt.KeyboardModifier.ControlModifier)
    low, high = plot.area.y_range
    assert high - low == pytest.approx((before[1] - before[0]) / 1.2**2)
    assert plot.area.x_range == (0.0, 50.0)
    make_history(1, first_step=51, loss=[9.0], history=history)
    plot.draw()
    assert plot.area.y_range == (low, high)
    qtbot.mouseDClick(plot.area.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, 20, 0.5))
    assert plot.area.y_range[1] > 9


@pytest.mark.parametrize("is_logarithmic", [False, True])
def test_zooming_out_for_ever_ends_where_numbers_end(qtbot: QtBot, make_history: MakeHistory, is_logarithmic: bool):
    """Decimal powers of 5,000 have no marks any more, and ends that are infinite no place between them."""
    plot = opened(qtbot, LossPlot, make_history(50))
    plot.set_logarithmic(is_logarithmic)
    middle = plot.area.frame.center().toPoint()
    for _ in range(40):
        wheel(plot, middle, -100, Qt.KeyboardModifier.ControlModifier)
        low, high = plot.area.y_range
        assert low < high < float("inf")
        assert not plot.grab().isNull()
    wheel(plot, middle, 2, Qt.KeyboardModifier.ControlModifier)
    nearer_low, nearer_high = plot.area.y_range
    assert nearer_high - nearer_low == pytest.approx((high - low) / 1.2**2)
    plot.reset_view()
    assert plot.area.y_range[1] < 10


def test_dragging_pans_in_time(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(200))
    start = pixel(plot, 100, 0.5)
    viewport = plot.area.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(viewport, start + QPoint(20, 0))
    qtbot.mouseMove(viewport, start + QPoint(40, 0))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    shift = 40 / plot.area.frame.width() * 200
    assert plot.area.x_range == pytest.approx((-shift, 200 - shift))
    assert not plot.is_following


def test_pointing_shows_the_cross_hair_and_leaving_takes_it_away(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    qtbot.mouseMove(plot.area.viewport(), pixel(plot, 20, 0.5))
    pointer = plot.area.pointer
    assert pointer is not None
    assert pointer.step == 20
    assert [(each.name, each.height) for each in pointer.readings] == [("train", 0.1), ("validation", 0.15)]
    assert plot.area.accessibleDescription() == plot.hover_text(20)
    assert not plot.grab().isNull()
    QApplication.sendEvent(plot.area, QEvent(QEvent.Type.Leave))
    assert plot.area.pointer is None


def test_arrow_keys_walk_from_step_to_step(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    steps = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(plot.area, key)
        assert plot.area.pointer is not None
        steps.append(plot.area.pointer.step)
    assert steps == [50, 49, 48, 49, 50]
    qtbot.keyClick(plot.area, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert plot.area.pointer is not None
    assert plot.area.pointer.step == 40
    qtbot.keyClick(plot.area, Qt.Key.Key_Plus)
    assert plot.area.x_range[1] - plot.area.x_range[0] == pytest.approx(50 / 1.2)
    qtbot.keyClick(plot.area, Qt.Key.Key_Home)
    assert plot.area.x_range == (0.0, 50.0)
    qtbot.keyClick(plot.area, Qt.Key.Key_Escape)
    assert plot.area.pointer is None
