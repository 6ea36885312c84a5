"""Histograms are drawn where their numbers say, and zoomed, pointed at and gone through by mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.engine.histogram import BINS
from deepviz.engine.histogram import Histograms as Counted
from deepviz.gui.plots.ridge import Histograms
from deepviz.gui.plots.ridge_drawing import LEAST_GAP, RidgeDrawing
from deepviz.gui.theme import DARK, LIGHT, viridis
from deepviz.training.history import History
from tests.gui.plots.conftest import Record
from tests.gui.plots.watched_run import WatchedRun, by_hand, counted, made_up

WATCHED = (1, 3, 4, 9, 12)


@pytest.fixture(scope="module")
def run() -> WatchedRun:
    return by_hand(WATCHED)


def opened(qtbot: QtBot, history: History | None, of: str = "weights", node: str = "dense_2") -> Histograms:
    view = Histograms()
    qtbot.addWidget(view)
    view.resize(460, 300)
    view.choose_kind(of)
    view.choose_node(node)
    view.show_history(history)
    with qtbot.waitExposed(view):
        view.show()
    return view


def drawing_of(view: Histograms) -> RidgeDrawing:
    assert view.area.drawing is not None
    return view.area.drawing


def test_an_outline_is_as_high_as_the_share_of_the_numbers(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    drawing = drawing_of(view)
    columns = drawing.binned.shape[1]
    edges = np.linspace(drawing.low, drawing.high, columns + 1)
    for place, step in enumerate(WATCHED):
        numbers = run.weights[step]["dense_2"]
        assert drawing.binned[place].sum() == pytest.approx(len(numbers))
        # Two histograms of the same numbers differ by no more than what lies in the bins that an edge cuts.
        below, counts = (
            np.searchsorted(np.sort(numbers), edges),
            np.concatenate([[0], np.cumsum(drawing.binned[place])]),
        )
        assert np.abs(below - counts).max() <= max(counted(numbers))
        np.testing.assert_allclose(drawing.levels[place], drawing.binned[place] / len(numbers))
    assert drawing.heights.max() == 1.0
    view.set_logarithmic(True)
    np.testing.assert_allclose(drawing_of(view).levels, np.log10(1 + drawing.binned))


def test_time_goes_down_and_the_distance_of_outlines_is_that_of_their_steps(qtbot: QtBot, run: WatchedRun):
    drawing = drawing_of(opened(qtbot, run.history))
    places = np.array([drawing.y_pixel(step) for step in WATCHED])
    shares = (places - places[0]) / (places[-1] - places[0])
    np.testing.assert_allclose(shares, (np.array(WATCHED) - 1) / 11)
    assert drawing.frame.bottom() - 2 <= places[-1] <= drawing.frame.bottom()
    assert places[0] - drawing.rise >= drawing.frame.top(), "the tallest outline fits"


def test_the_outline_on_screen_is_where_it_says(qtbot: QtBot):
    history = History(["dense_1"], ["input_1", "dense_1"])
    counts = np.zeros((1, BINS), np.int64)
    counts[0, 32:] = 10
    history.append([Record(1, 1, {"weight_histogram": Counted(counts, np.array([[-1.0, 1.0]]))})])
    view = opened(qtbot, history, node="dense_1")
    drawing, image = drawing_of(view), view.area.grab().toImage()
    y = round(drawing.y_pixel(1) - drawing.rise / 2)
    assert image.pixelColor(round(drawing.x_pixel(-0.55)), y).name() == DARK.panel
    assert image.pixelColor(round(drawing.x_pixel(0.55)), y).name() != DARK.panel


def test_only_as_many_outlines_as_the_height_shows_and_always_the_newest(qtbot: QtBot):
    view = opened(qtbot, made_up(256), "gradients", "dense_1")
    drawing = drawing_of(view)
    assert drawing.drawn[0] == 0
    assert drawing.drawn[-1] == 255
    stride = drawing.drawn[1]
    assert stride & (stride - 1) == 0
    assert np.diff(drawing.drawn[:-1]).tolist() == [stride] * (len(drawing.drawn) - 2)
    assert drawing.y_pixel(float(drawing.steps[stride])) - drawing.y_pixel(float(drawing.steps[0])) >= LEAST_GAP
    view.resize(460, 2000)
    assert len(drawing_of(view).drawn) == 256


def test_painting_again_uses_what_was_painted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    view = opened(qtbot, made_up(64), "gradients", "dense_1")
    view.area.grab()
    painted: list[int] = []
    paint = RidgeDrawing.paint
    monkeypatch.setattr(RidgeDrawing, "paint", lambda self, *rest: painted.append(1) or paint(self, *rest))
    view.area.grab()
    qtbot.mouseMove(view.area, drawing_of(view).frame.center().toPoint())
    view.area.grab()
    assert not painted
    view.area.apply_theme(LIGHT)
    view.area.grab()
    assert len(painted) == 1


def test_pointing_with_the_mouse_takes_the_outline_in_front(qtbot: QtBot):
    view = opened(qtbot, made_up(40), "gradients", "dense_1")
    drawing = drawing_of(view)
    column = drawing.binned.shape[1] // 2
    x = drawing.frame.left() + (column + 0.5) / drawing.binned.shape[1] * drawing.frame.width()
    # Just below the top of an outline that nothing in front of it covers.
    number = next(
        each for each in reversed(drawing.drawn[:-1])
        if drawing.step_at(QPointF(x, drawing.top_of(each, drawing.value_at(x)) + 1)) == each
    )  # fmt: skip
    at = QPointF(x, drawing.top_of(number, drawing.value_at(x)) + 1).toPoint()
    qtbot.mouseMove(view.area, at)
    assert view.area.place is not None
    assert view.area.place[0] == number
    assert view.area.pointer is not None
    assert view.area.pointer.heading == f"batch of step {5 * (number + 1)} · epoch {number + 1}"
    assert "numbers" in view.area.accessibleDescription()
    base = drawing.y_pixel(float(drawing.steps[-1]))
    assert drawing.step_at(QPointF(x, base - 1)) == 39, "at the lower edge it is the newest"


def test_the_keys_go_through_bins_and_steps(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    area = view.area
    numbers = run.weights[12]["dense_2"]
    width = (numbers.max() - numbers.min()) / BINS
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(area, key)
    assert area.place is not None
    number, value = area.place
    assert WATCHED[number] == 12
    assert (value - numbers.min()) / width % 1 == pytest.approx(0.5), "the middle of a bin"
    qtbot.keyClick(area, Qt.Key.Key_Right)
    assert area.place[1] - value == pytest.approx(width)
    qtbot.keyClick(area, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert area.place[1] - value == pytest.approx(11 * width)
    qtbot.keyClick(area, Qt.Key.Key_Up)
    assert WATCHED[area.place[0]] == 9
    qtbot.keyClick(area, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert WATCHED[area.place[0]] == 1
    qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert area.pointer is None


def test_zooming_in_value_and_back(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    area, before = view.area, view.area.value_range
    at = QPointF(drawing_of(view).x_pixel(0.25), 100)
    wheel = QWheelEvent(
        at, view.area.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(area, wheel)
    low, high = area.value_range
    assert high - low == pytest.approx((before[1] - before[0]) / 1.2**2)
    assert drawing_of(view).x_pixel(0.25) == pytest.approx(at.x())
    assert view.header.follow_button.isVisible()
    view.draw()
    assert area.value_range == (low, high), "new steps leave it as it is"
    inside = drawing_of(view).binned[-1].sum()
    numbers = run.weights[12]["dense_2"]
    assert abs(inside - ((numbers >= low) & (numbers <= high)).sum()) <= 2 * max(counted(numbers))
    qtbot.mousePress(area, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    qtbot.mouseMove(area, QPoint(240, 100))
    qtbot.mouseRelease(area, Qt.MouseButton.LeftButton, pos=QPoint(240, 100))
    width = drawing_of(view).frame.width()
    assert area.value_range[0] == pytest.approx(low - 40 / width * (high - low))
    qtbot.keyClick(area, Qt.Key.Key_Home)
    assert area.value_range == before
    assert not view.header.follow_button.isVisible()
    for _ in range(400):
        qtbot.keyClick(area, Qt.Key.Key_Plus)
    assert np.isfinite(drawing_of(view).heights).all()
    assert not view.grab().isNull()


def test_a_moment_makes_its_outline_stand_out(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    plain = view.area.grab().toImage()
    view.show_moment(8)
    assert view.area._moment == WATCHED.index(4), "the last one looked at up to then"
    assert view.header.note == "after step 4"
    assert view.area.grab().toImage() != plain
    qtbot.keyClick(view.area, Qt.Key.Key_Left)
    assert view.area.pointer is not None
    assert view.area.pointer.heading == "after step 4 · epoch 2"
    qtbot.keyClick(view.area, Qt.Key.Key_Escape)
    view.show_moment(None)
    assert view.header.note == ""
    assert view.area.grab().toImage() == plain


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_seen_from_above_a_row_has_the_colours_of_its_step(qtbot: QtBot, theme: object):
    view = opened(qtbot, made_up(20), "gradients", "dense_1")
    view.apply_theme(LIGHT if theme is LIGHT else DARK)
    view.set_map(True)
    drawing, image = drawing_of(view), view.area.grab().toImage()
    columns = drawing.binned.shape[1]
    for row in (0, 7, 19):
        y = round(drawing.y_pixel(float(drawing.steps[row])))
        for column in (1, columns // 2, columns // 2 + 3):
            x = round(drawing.frame.left() + (column + 0.5) / columns * drawing.frame.width())
            color = bytes(viridis()[int(255 * drawing.heights[row, column])]).hex()
            wanted = f"#{color}" if drawing.binned[row, column] > 0 else view.theme.panel
            assert image.pixelColor(x, y).name() == wanted
    labels = [mark.label for mark in drawing.bar_ticks(6)]
    assert labels[0] == "0\u202f%" or labels[0] == "0.0\u202f%"
    view.set_logarithmic(True)
    assert [mark.label for mark in drawing_of(view).bar_ticks(6)][:2] == ["0", "1"]


@pytest.mark.parametrize("ends", [(-0.6, 0.7), (-2.4e13, 2.1e13), (0.0, 0.9), (-0.004, 0.0031), (12.0, 19.0)])
@pytest.mark.parametrize("width", [180.0, 210.0, 400.0])
def test_the_values_have_two_marks_at_least(qtbot: QtBot, ends: tuple[float, float], width: float):
    view = opened(qtbot, None)
    view.area._range = ends
    labels = {tick.label for tick in view.area._value_ticks(width)}
    assert len(labels) >= 2
    assert len(labels) <= width / 44
