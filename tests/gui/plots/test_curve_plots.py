"""Loss, accuracy and gradient curves show the history's numbers, whatever they are, and answer to mouse and keys."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.accuracy import AccuracyPlot
from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.gui.theme import DARK, LIGHT
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


def test_before_the_first_step_words_invite(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot)
    assert plot.words.isVisible()
    assert plot.words.text() == "Press Run to see the loss fall"
    history = make_history(3)
    plot.show_history(history)
    assert plot.area.isVisible()
    plot.clear()
    assert plot.words.isVisible()
    assert plot.hover_text(1) == ""


def test_curves_are_the_history_as_long_as_there_is_a_pixel_for_each_step(qtbot: QtBot, make_history: MakeHistory):
    history = make_history(50)
    plot = opened(qtbot, LossPlot, history)
    train, validation = plot.curves["train"], plot.curves["validation"]
    np.testing.assert_array_equal(train.x, history.steps)
    np.testing.assert_array_equal(train.y, 2 / np.arange(1, 51))
    np.testing.assert_array_equal(validation.x, [10, 20, 30, 40, 50])
    np.testing.assert_allclose(validation.y, 3 / np.arange(10, 51, 10))
    assert plot.area.x_range == (0.0, 50.0)


def test_it_grows_with_the_history(qtbot: QtBot, make_history: MakeHistory):
    history = make_history(30)
    plot = opened(qtbot, LossPlot, history)
    make_history(20, first_step=31, history=history)
    plot.draw()
    np.testing.assert_array_equal(plot.curves["train"].y, 2 / np.arange(1, 51))
    assert plot.area.x_range == (0.0, 50.0)


def test_no_spike_of_a_long_run_is_lost(qtbot: QtBot, make_history: MakeHistory):
    loss = np.full(20_000, 0.5)
    loss[12_345] = 7.0
    plot = opened(qtbot, LossPlot, make_history(20_000, loss=loss.tolist()))
    curve = plot.curves["train"]
    assert len(curve.x) < 500
    assert curve.boundingRect().bottom() == 7.0
    assert plot.area.y_range[1] > 7.0


def test_zoomed_in_every_step_is_there_again(qtbot: QtBot, make_history: MakeHistory):
    loss = np.linspace(1, 2, 20_000)
    plot = opened(qtbot, LossPlot, make_history(20_000, loss=loss.tolist()))
    plot.area.zoom(0.005, 1.0, QPointF(10_000, 1.5))
    low, high = plot.area.x_range
    assert high - low == pytest.approx(100)
    x, y = plot.curves["train"].x, plot.curves["train"].y
    inside = (x >= low) & (x <= high)
    np.testing.assert_array_equal(x[inside], np.arange(math.ceil(low), math.floor(high) + 1))
    np.testing.assert_array_equal(y[inside], loss[x[inside].astype(int) - 1])
    assert plot.area.y_range[1] < 1.6, "the vertical axis fits what is visible"


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize(
    "loss",
    [
        [math.nan] * 5,
        [math.inf, -math.inf, math.nan, math.inf, math.nan],
        [1.0, math.nan, 2.0, math.inf, 1.5],
        [0.0] * 5,
        [-1.0, 0.0, 1.0, 0.5, -2.0],
        [1e308, -1e308, 1e308, 1.0, 0.0],
        [1e-300, 5e-324, 1e-310, 0.0, 1.0],
        [0.7] * 5,
    ],
)
def test_numbers_that_cannot_be_drawn_break_neither_painting_nor_ranges(
    qtbot: QtBot, make_history: MakeHistory, loss: list[float], logarithmic: bool, theme: object
):
    plot = opened(qtbot, LossPlot, make_history(5, loss=loss))
    plot.apply_theme(LIGHT if theme is LIGHT else DARK)
    plot.set_logarithmic(logarithmic)
    plot.set_smoothing(10)
    plot.set_smoothing(0)
    assert not plot.grab().isNull()
    low, high = plot.area.y_range
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert low < high
    drawable = [value for value in loss if math.isfinite(value) and abs(value) < 1e300]
    if logarithmic:
        drawable = [math.log10(value) for value in drawable if value > 0]
    assert all(low <= value <= high for value in drawable)


def test_a_gap_stays_a_gap(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(5, loss=[1.0, 2.0, math.nan, 1.0, math.inf]))
    np.testing.assert_array_equal(plot.curves["train"].y, [1.0, 2.0, math.nan, 1.0, math.nan])


def test_a_log_axis_shows_zero_below_the_smallest_decade(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, GradientNorms, make_history(4, norms=[[1e-3, 0], [1e-2, 1e-1], [0, 0], [1.0, 0]]))
    assert plot.is_logarithmic
    np.testing.assert_allclose(plot.curves["dense_1"].y, [-3, -2, -4, 0])
    np.testing.assert_allclose(plot.curves["dense_2"].y, [-4, -1, -4, -4])
    assert plot.area.y_range[0] < -4
    marks = {mark.label: mark.position for mark in plot._marks(*plot.area.y_range, 8)}
    assert marks["0"] == -4
    assert marks["1e-3"] == -3
    assert plot.hover_text(3) == "step 3 · epoch 1\ndense_1 0\ndense_2 0"


def test_the_box_gives_exact_values_at_the_nearest_step(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    assert plot.hover_text(13.4) == "step 13 · epoch 2\ntrain 0.153846\nvalidation (step 10) 0.3"
    assert plot.hover_text(20) == "step 20 · epoch 2\ntrain 0.1\nvalidation 0.15"
    assert plot.hover_text(-5).startswith("step 1 · epoch 1\ntrain 2\n")
    assert plot.hover_text(1e9).startswith("step 50 · epoch 5\n")


def test_accuracy_is_in_percent_and_smoothed(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, AccuracyPlot, make_history(50))
    assert plot.smoothing == 30
    assert plot.hover_text(20) == "step 20 · epoch 2\ntrain 95.0000\u2009%\nvalidation 90.0000\u2009%"
    assert [mark.label for mark in plot._marks(0, 1.02, 3)] == ["0\u2009%", "50\u2009%", "100\u2009%"]
    assert plot.area.y_range[1] <= 1.02
    decay = math.exp(-1 / 30)
    values = 1 - 1 / np.arange(1, 51)
    weights = decay ** np.arange(49, -1, -1)
    assert plot.curves["train"].y[-1] == pytest.approx((weights * values).sum() / weights.sum())
    np.testing.assert_allclose(plot.curves["validation"].y, 1 - 2 / np.arange(10, 51, 10))


def test_a_run_without_accuracy_says_so(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, AccuracyPlot, make_history(5, accuracy=False))
    assert plot.words.isVisible()
    assert "this run has none" in plot.words.text()


def test_the_header_has_the_latest_values(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    assert [(entry.name, entry.value) for entry in plot.header.entries] == [
        *(("train", "0.04000"), ("validation", "0.06000"))
    ]


def test_a_hidden_picture_computes_nothing(qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch):
    computed: list[int] = []
    extend = TimeBins.extend
    monkeypatch.setattr(TimeBins, "extend", lambda self, *rows: computed.append(1) or extend(self, *rows))
    plot = LossPlot()
    qtbot.addWidget(plot)
    history = make_history(50)
    plot.show_history(history)
    plot.refresh()
    plot.set_logarithmic(True)
    plot.apply_theme(LIGHT)
    assert computed == []
    plot.show()
    assert computed
    seen = len(computed)
    plot.hide()
    make_history(10, first_step=51, history=history)
    plot.refresh()
    assert len(computed) == seen
    plot.show()
    assert plot.curves["train"].x[-1] == 60


def test_nothing_new_draws_nothing(qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch):
    plot = opened(qtbot, LossPlot, make_history(5))
    monkeypatch.setattr(plot, "_draw", lambda: pytest.fail("drawn again"))
    plot.refresh()


def test_a_slow_picture_rests_and_still_shows_the_last_step(
    qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch
):
    history = make_history(5)
    plot = opened(qtbot, LossPlot, history)
    drawn: list[int] = []
    draw = plot.draw
    monkeypatch.setattr(plot, "draw", lambda: (drawn.append(len(history)), draw()))
    plot._rest_until = 0.0
    plot.area.seconds_to_paint = 0.02
    for step in range(6, 16):
        make_history(1, first_step=step, history=history)
        plot.refresh()
    assert drawn == [6], "the others came during its rest"
    qtbot.waitUntil(lambda: drawn == [6, 15])


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


def test_up_to_eight_layers_differ_in_colour_and_are_all_labelled(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, GradientNorms, make_history(20, layers=8))
    assert isinstance(plot, GradientNorms)
    lines = plot.lines()
    assert len({(line.color, line.dashes) for line in lines}) == 8
    assert [line.name for line in plot._labelled()] == [f"dense_{number}" for number in range(1, 9)]
    assert plot.hover_text(5).count("\n") == 8


def test_many_layers_are_coloured_by_depth_and_named_under_the_pointer(qtbot: QtBot, make_history: MakeHistory):
    norms = np.tile(10.0 ** np.linspace(-4, 0, 100), (20, 1))
    plot = opened(qtbot, GradientNorms, make_history(20, norms=norms))
    assert isinstance(plot, GradientNorms)
    assert len(plot.curves) == 100
    assert [line.name for line in plot._labelled()] == ["dense_1", "dense_100"]
    height = float(np.log10(norms[0, 49]))
    qtbot.mouseMove(plot.area.viewport(), pixel(plot, 10, height))
    assert [line.name for line in plot._labelled()][2] in ("dense_49", "dense_50", "dense_51")
    names = [line.split()[0] for line in plot.hover_text(10, height).splitlines()[1:]]
    assert len(names) == 6
    assert "dense_50" in names
    assert names == sorted(names, key=lambda name: int(name.removeprefix("dense_")))
    assert plot.lines()[0].color != plot.lines()[-1].color
    assert not plot.grab().isNull()


def test_what_is_visible_is_written_as_csv(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    plot = opened(qtbot, LossPlot, make_history(50))
    plot.save(tmp_path / "loss.csv")
    with (tmp_path / "loss.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, 51))
    assert [float(row["train"]) for row in rows] == [2 / step for step in range(1, 51)]
    assert [row["validation"] for row in rows][8:11] == ["", "0.3", ""]
    plot.area.zoom(0.2, 1.0, QPointF(25, 0.1))
    plot.save(tmp_path / "part.csv")
    with (tmp_path / "part.csv").open(newline="") as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == list(range(20, 31))


def test_the_picture_is_written_as_png_and_svg(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    plot = opened(qtbot, LossPlot, make_history(50))
    plot.save(tmp_path / "loss.png")
    image = QImage(str(tmp_path / "loss.png"))
    size = plot.picture_size()
    assert (image.width(), image.height()) == (2 * size.width(), 2 * size.height())
    curve = plot.theme.curve(0).color
    assert any(image.pixelColor(x, y).name() == curve for x in range(80, 700) for y in range(60, 480))
    plot.save(tmp_path / "loss.svg")
    renderer = QSvgRenderer(str(tmp_path / "loss.svg"))
    assert renderer.isValid()
    text = (tmp_path / "loss.svg").read_text(encoding="utf-8")
    assert "validation" in text
    assert curve in text
    with pytest.raises(ValueError, match=r"not as \.jpg"):
        plot.save(tmp_path / "loss.jpg")


def test_saving_from_the_menu(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plot = opened(qtbot, LossPlot, make_history(50))
    chosen = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen), ""))
    action = next(action for action in plot.menu.actions() if action.text() == "Save as SVG…")
    with qtbot.waitSignal(plot.message) as said:
        action.trigger()
    assert said.args == ["Saved mine.svg"]
    assert (tmp_path / "mine.svg").exists()

    warnings: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *words: warnings.append(words[-1]))
    chosen = tmp_path / "no such folder" / "mine"
    action.trigger()
    assert warnings == ["mine.svg could not be written: No such file or directory.\nChoose another folder."]


def test_with_nothing_to_show_there_is_nothing_to_save(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot)
    saves = [action for action in plot.menu.actions() if action.text().startswith("Save")]
    assert len(saves) == 3
    assert not any(action.isEnabled() for action in saves)
    plot.show_history(make_history(3))
    assert all(action.isEnabled() for action in saves)


def test_the_menu_changes_axis_and_smoothing(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    actions = {action.text(): action for action in plot.menu.actions()}
    actions["Logarithmic axis"].trigger()
    np.testing.assert_allclose(plot.curves["train"].y, np.log10(2 / np.arange(1, 51)))
    actions["Logarithmic axis"].trigger()
    smoothing = {action.text(): action for action in actions["Smoothing"].menu().actions()}
    smoothing["10 steps"].trigger()
    assert plot.smoothing == 10
    assert smoothing["10 steps"].isChecked()
    assert not smoothing["None"].isChecked()
    assert plot.curves["train"].y[-1] > 2 / 50
