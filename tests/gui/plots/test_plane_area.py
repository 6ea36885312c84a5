"""The plane: where numbers are, marks in raw units, zooming about the pointer, panning, and keys for all of it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from deepviz.gui.amounts import thousands
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer
from deepviz.gui.theme import body_font
from deepviz.insight.plane import Window
from tests.gui.plots.planes import wheel

LEFT = Qt.MouseButton.LeftButton
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture
def area(qtbot: QtBot) -> PlaneArea:
    made = PlaneArea()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show_window(Window(10.0, 50.0, -2.0, 2.0))
    made.show()
    qtbot.waitExposed(made)
    return made


def test_numbers_and_pixels_are_each_other_s_inverse_and_up_is_up(area: PlaneArea):
    frame = area.frame
    assert area.pixel(10, -2) == QPointF(frame.left(), frame.bottom())
    assert area.pixel(50, 2) == QPointF(frame.right(), frame.top())
    back = area.numbers_at(area.pixel(23.5, 0.75))
    assert (back.x(), back.y()) == pytest.approx((23.5, 0.75))
    xs, ys = area.pixels(np.array([10.0, 50.0]), np.array([2.0, -2.0]))
    assert xs.tolist() == pytest.approx([frame.left(), frame.right()])
    assert ys.tolist() == pytest.approx([frame.top(), frame.bottom()])


def test_the_wheel_zooms_both_axes_about_the_pointer(area: PlaneArea, qtbot: QtBot):
    place = area.pixel(20, 1)
    with qtbot.waitSignal(area.window_changed):
        wheel(area, place, 1)
    shown = area.window_shown
    assert (shown.right - shown.left, shown.high - shown.low) == pytest.approx((40 / 1.2, 4 / 1.2))
    there = area.numbers_at(area.pixel(20, 1))
    assert (there.x(), there.y()) == pytest.approx((20, 1))
    assert (20 - shown.left) / (shown.right - shown.left) == pytest.approx(0.25)


def test_a_drag_pans_and_a_click_chooses(area: PlaneArea, qtbot: QtBot):
    chosen: list[QPointF] = []
    area.chosen.connect(chosen.append)
    start, end = area.pixel(30, 0).toPoint(), area.pixel(20, 1).toPoint()
    QTest.mousePress(area, LEFT, pos=start)
    QTest.mouseMove(area, end)
    QTest.mouseRelease(area, LEFT, pos=end)
    shown = area.window_shown
    assert (shown.left, shown.low) == pytest.approx((20, -3), abs=0.2)
    assert shown.right - shown.left == pytest.approx(40)
    assert chosen == []
    QTest.mouseClick(area, LEFT, pos=area.pixel(45, -1).toPoint())
    assert (chosen[0].x(), chosen[0].y()) == pytest.approx((45, -1), abs=0.2)


def test_everything_can_be_done_by_keys(area: PlaneArea):
    told: list[object] = []
    area.nudged.connect(lambda right, up: told.append((right, up)))
    area.reset_requested.connect(lambda: told.append("reset"))
    area.pointed.connect(lambda at: told.append("away" if at is None else at))
    QTest.keyClick(area, Qt.Key.Key_Right)
    QTest.keyClick(area, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(area, Qt.Key.Key_Home)
    assert told == [(1, 0), (0, 5), "reset"]
    QTest.keyClick(area, Qt.Key.Key_Plus)
    assert area.window_shown.right - area.window_shown.left == pytest.approx(40 / 1.2)
    QTest.keyClick(area, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert sum(area.window_shown[:2]) / 2 == pytest.approx(30 - 0.1 * 40 / 1.2)
    area.set_pointer(Pointer(20.0, "here", ()), 1.0)
    QTest.keyClick(area, Qt.Key.Key_Escape)
    assert told[-1] == "away"


def test_zooming_ends_before_numbers_can_no_longer_be_told_apart(area: PlaneArea):
    for _ in range(200):
        wheel(area, area.pixel(20, 1), 1)
    shown = area.window_shown
    assert 1e-4 < shown.right - shown.left < 1e-2
    for _ in range(400):
        wheel(area, area.pixel(20, 1), -1)
    assert np.isfinite(area.window_shown).all()
    assert area.window_shown.right < 1e15


def test_a_long_caption_is_broken_into_lines_above_the_frame(area: PlaneArea):
    before = area.frame.top()
    area.say("many words " * 8, "x", "y")
    assert area.frame.top() == before + 2 * 15
    area.say("many words " * 60, "x", "y")
    assert area.frame.top() == before + 3 * 15
    assert area._axes.caption_lines()[-1].endswith("…")


def test_words_that_belong_together_are_broken_before_they_are_cut(area: PlaneArea, qtbot: QtBot):
    words = "480 training samples, 12 wrong (×) · 60 validation, 3 wrong"
    together = words.replace(" ", NO_BREAK).replace(f"{NO_BREAK}·{NO_BREAK}", " · ")
    metrics = QFontMetricsF(body_font(TEXT_SIZE))
    for width in (600, 320, 184, 158):
        area.resize(width, 260)
        area.say(together, "x", "y")
        lines = area._axes.caption_lines()
        assert all(metrics.horizontalAdvance(line) <= width - 20 for line in lines), f"at {width}: {lines}"
        said = " ".join(lines).replace(NO_BREAK, " ")
        assert said == words or (said.endswith("…") and words.startswith(said.rstrip("… ")))
    area.resize(184, 260)
    assert area._axes.caption_lines()[0].replace(NO_BREAK, " ") == "480 training samples,"
    ask_for_tip(area, 10)
    assert not QToolTip.isVisible()
    area.resize(158, 100)
    assert area._axes.caption_lines()[-1].endswith("…")
    ask_for_tip(area, 10)
    assert QToolTip.text().replace(NO_BREAK, " ") == words, "what is cut can be read in the tip"
    ask_for_tip(area, round(area.frame.center().y()))
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_a_number_of_thousands_is_not_cut_in_its_middle(area: PlaneArea):
    number = thousands(12_345)
    area.say(f"{number} of {thousands(60_000)} validation samples", "x", "y")
    for width in range(60, 300):
        area.resize(width, 100)
        (line,) = area._axes.caption_lines()
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        if metrics.horizontalAdvance(f"{number}…") <= width - 20:
            words = line.removesuffix("…").rstrip(" ")
            assert words in (number, f"{number} of", f"{number} of {thousands(60_000)}") or "validation" in words


def ask_for_tip(area: PlaneArea, y: int) -> None:
    """Rest with the pointer at a height in the middle of the area."""
    place = QPoint(area.width() // 2, y)
    QApplication.sendEvent(area, QHelpEvent(QEvent.Type.ToolTip, place, area.mapToGlobal(place)))


def test_the_pointer_is_told_where_it_is_in_the_numbers_of_the_axes_and_that_it_has_left(area: PlaneArea):
    told: list[QPointF | None] = []
    area.pointed.connect(told.append)
    QTest.mouseMove(area, area.pixel(40, -1).toPoint())
    assert told[-1] is not None
    assert (told[-1].x(), told[-1].y()) == pytest.approx((40, -1), abs=0.2)
    QTest.mouseMove(area, QPoint(2, 2))
    assert told[-1] is None
