"""Loss, accuracy and gradient curves show the history's numbers, whatever these are."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.accuracy import AccuracyPlot
from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
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


def test_no_spike_is_lost_of_steps_that_were_let_go_and_the_box_says_between_what_they_were(
    qtbot: QtBot, make_history: MakeHistory
):
    loss = np.full(1000, 0.5)
    loss[300], loss[900] = 7.0, 0.25  # steps 301 and 901
    history = History(["dense_1", "dense_2"], most_steps=128)
    plot = opened(qtbot, LossPlot, history)
    for start in range(0, 1000, 90):
        make_history(min(90, 1000 - start), first_step=start + 1, loss=loss[start:].tolist(), history=history)
        plot.draw()
    assert history.every == 8
    assert plot.area.x_range == (0.0, 1000.0)
    assert plot.area.y_range[1] > 7
    whole = opened(qtbot, LossPlot, history)
    assert whole.area.y_range[1] > 7, "also for who comes later and sees only what is kept"
    assert whole.hover_text(303) == (
        "step 304 · epoch 31\ntrain 0.5\nsince 297 0.5000 – 7.000\nvalidation (step 300) 0.01"
    )
    whole.area.zoom(0.03, 1.0, QPointF(305, 1.0))
    assert 304 in whole.curves["train"].x
    rows = list(whole.table()[1])
    assert [row for row in rows if row[0] == 304] == [[304, 0.5, ""]]
    assert [row for row in rows if row[0] == 300] == [[300, "", 0.01]]


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
    assert marks["0.001"] == -3
    assert plot.hover_text(3) == "step 3 · epoch 1\ndense_1 0\ndense_2 0"


@pytest.mark.parametrize("frozen", [[0], [1, 2], [0, 1, 2], list(range(12))])
@pytest.mark.parametrize("width", [760, 330])
def test_a_frozen_layer_has_no_curve_and_is_named(
    qtbot: QtBot, make_history: MakeHistory, frozen: list[int], width: int
):
    layers = 3 if max(frozen) < 3 else 12
    norms = np.full((30, layers), 0.1)
    norms[:, frozen] = math.nan
    plot = opened(qtbot, GradientNorms, make_history(30, norms=norms), width)
    plot.grab()
    for number in range(layers):
        assert np.isfinite(plot.curves[f"dense_{number + 1}"].y).any() == (number not in frozen)
    named = [entry.name for entry in plot.header.entries if "frozen" in entry.name]
    few = [f"dense_{number + 1} frozen" for number in frozen]
    assert named == (few if len(frozen) == 1 or (len(frozen) == 2 and width > 400) else [f"{len(frozen)} frozen"])
    assert f"dense_{frozen[0] + 1} frozen" in plot.hover_text(13)


def test_the_box_gives_exact_values_at_the_nearest_step(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    assert plot.hover_text(13.4) == "step 13 · epoch 2\ntrain 0.153846\nvalidation (step 10) 0.3"
    assert plot.hover_text(20) == "step 20 · epoch 2\ntrain 0.1\nvalidation 0.15"
    assert plot.hover_text(4) == "step 4 · epoch 1\ntrain 0.5", "the validation of step 10 was not known there"
    assert plot.hover_text(9.9) == "step 10 · epoch 1\ntrain 0.2\nvalidation 0.3"
    assert plot.hover_text(-5) == "step 1 · epoch 1\ntrain 2"
    assert plot.hover_text(1e9).startswith("step 50 · epoch 5\n")


def test_a_change_by_hand_is_marked_and_named(qtbot: QtBot, make_history: MakeHistory):
    history = make_history(50)
    history.add_event(20, "learning rate 0.01 → 0.003")
    plot = opened(qtbot, LossPlot, history)
    assert plot.hover_text(20).splitlines()[-1].strip() == "learning rate 0.01 → 0.003"
    assert "learning rate" not in plot.hover_text(30)
    image = plot.area.grab().toImage()
    x, frame = round(plot.area.x_pixel(20)), plot.area.frame
    column = {image.pixelColor(x, y).name() for y in range(int(frame.top()), int(frame.bottom()))}
    assert plot.theme.outline in column


def test_accuracy_is_in_percent_and_smoothed(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, AccuracyPlot, make_history(50))
    assert plot.smoothing == 30
    box = plot.hover_text(20).splitlines()
    assert box[0] == "step 20 · epoch 2"
    assert box[1].startswith("train 95.0000\u202f%, smoothed ")
    assert box[2] == "validation 90.0000\u202f%"
    assert [mark.label for mark in plot._marks(0, 1.02, 3)] == ["0\u202f%", "50\u202f%", "100\u202f%"]
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


def test_up_to_eight_layers_differ_in_colour_and_are_all_labelled(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, GradientNorms, make_history(20, layers=8))
    assert isinstance(plot, GradientNorms)
    lines = plot.lines()
    assert len({(line.color, line.dashes) for line in lines}) == 8
    assert [line.name for line in plot._labelled()] == [f"dense_{number}" for number in range(1, 9)]
    assert plot.hover_text(5).count("\n") == 8


def test_all_of_many_layers_are_told_and_named_where_there_is_room(qtbot: QtBot, make_history: MakeHistory):
    norms = np.tile(10.0 ** np.linspace(-4, 0, 12), (20, 1))
    plot = opened(qtbot, GradientNorms, make_history(20, norms=norms))
    assert isinstance(plot, GradientNorms)
    names = [f"dense_{number}" for number in range(1, 13)]
    assert [line.name for line in plot._labelled()] == ["dense_1", "dense_12"]
    plot.resize(420, 420)
    assert [line.split()[0] for line in plot.hover_text(10, -2.0).splitlines()[1:]] == names
    assert [line.name for line in plot._labelled()] == names
    plot.resize(420, 180)
    lines = plot.hover_text(10, -4.0).splitlines()[1:]
    assert [line.split()[0] for line in lines] == [*names[:6], "and"]
    assert lines[-1].strip() == "and 6 more"


def test_many_layers_are_coloured_by_depth_and_named_under_the_pointer(qtbot: QtBot, make_history: MakeHistory):
    norms = np.tile(10.0 ** np.linspace(-4, 0, 100), (20, 1))
    plot = opened(qtbot, GradientNorms, make_history(20, norms=norms))
    assert isinstance(plot, GradientNorms)
    assert len(plot.curves) == 100
    assert [line.name for line in plot._labelled()] == ["dense_1", "dense_100"]
    height = float(np.log10(norms[0, 49]))
    qtbot.mouseMove(plot.area.viewport(), pixel(plot, 10, height))
    assert [line.name for line in plot._labelled()][2] in ("dense_49", "dense_50", "dense_51")
    *lines, rest = plot.hover_text(10, height).splitlines()[1:]
    names = [line.split()[0] for line in lines]
    assert len(names) == 6
    assert rest.strip() == "and 94 more"
    assert "dense_50" in names
    assert names == sorted(names, key=lambda name: int(name.removeprefix("dense_")))
    assert plot.lines()[0].color != plot.lines()[-1].color
    assert not plot.grab().isNull()
