"""The curves of activations are those of the layers, computed a second time; every kind of network can be shown."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from deepviz.engine import layers
from deepviz.gui.plots.activation_figures import measured_at, passes_on, rows_of_interest
from deepviz.gui.plots.activations import CANNOT_SATURATE, ActivationCurves
from deepviz.gui.settings import ACTIVATION_ALL, ACTIVATION_FIGURE, Settings
from deepviz.gui.theme import DARK, LIGHT
from deepviz.training.history import History
from tests.gui.plots.conftest import Record
from tests.gui.plots.watched_run import WatchedRun, by_hand, record

WATCHED = (1, 3, 4, 9, 12)
SHOWN = ("dense_1", "tanh_1", "dense_2", "relu_1", "dense_3")


@pytest.fixture(scope="module")
def run() -> WatchedRun:
    return by_hand(WATCHED)


def opened(qtbot: QtBot, history: History | None, figure: str = "mean", node: str = "") -> ActivationCurves:
    plot = ActivationCurves()
    qtbot.addWidget(plot)
    plot.resize(520, 300)
    plot.choose_figure(figure)
    plot.show_history(history)
    plot.choose_node(node)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


def expected(run: WatchedRun, step: int, name: str, figure: str) -> float:
    output = run.outputs[step][name]
    if figure == "saturated":
        return float((np.abs(output) > 0.96).mean())
    return {
        "mean": output.mean(),
        "spread": output.std(),
        "zeros": (output == 0).mean(),
        "dead": (output == 0).all(axis=0).sum(),
    }[figure].item()


@pytest.mark.parametrize("figure", ["mean", "spread", "zeros", "dead", "saturated"])
def test_each_curve_is_what_its_layer_gave(qtbot: QtBot, run: WatchedRun, figure: str):
    plot = opened(qtbot, run.history, figure)
    names = SHOWN if figure != "saturated" else ("tanh_1",)
    assert [line.name for line in plot._lines] == list(names)
    for name in names:
        curve = plot.curves[name]
        np.testing.assert_array_equal(curve.x, WATCHED)
        np.testing.assert_allclose(curve.y, [expected(run, step, name, figure) for step in WATCHED], atol=1e-9)
    if figure == "dead":
        assert plot.curves["relu_1"].y.min() >= 2


def test_the_band_reaches_one_standard_deviation_to_both_sides(qtbot: QtBot, run: WatchedRun):
    plot = opened(qtbot, run.history)
    for name in SHOWN:
        low, high = plot._band_of(plot.curves[name], name)
        means = np.array([run.outputs[step][name].mean() for step in WATCHED])
        deviations = np.array([run.outputs[step][name].std() for step in WATCHED])
        np.testing.assert_allclose(low, means - deviations, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(high, means + deviations, rtol=1e-9, atol=1e-9)
        assert plot.area.y_range[0] < low.min()
        assert plot.area.y_range[1] > high.max()


def test_curve_and_band_are_broken_where_nobody_looked(qtbot: QtBot):
    watched = (1, 2, 3, 20, 21, 22)
    run = by_hand(watched, steps=22)
    plot = opened(qtbot, run.history)
    for name in SHOWN:
        curve = plot.curves[name]
        low, high = plot._band_of(curve, name)
        assert np.flatnonzero(np.isnan(curve.y)).tolist() == [3], "between step 3 and 20"
        assert np.flatnonzero(np.isnan(high)).tolist() == [3]
        outputs = [run.outputs[step][name] for step in watched]
        means, deviations = (np.array([getattr(each, kind)() for each in outputs]) for kind in ("mean", "std"))
        np.testing.assert_allclose(np.delete(curve.y, 3), means, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(np.delete(low, 3), means - deviations, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(np.delete(high, 3), means + deviations, rtol=1e-9, atol=1e-9)
    plot.choose_node("tanh_1")
    assert not plot.grab().isNull()


@pytest.mark.parametrize("figure", ["mean", "spread", "zeros", "dead", "saturated"])
def test_the_box_says_the_numbers_of_the_nearest_step_that_was_looked_at(qtbot: QtBot, run: WatchedRun, figure: str):
    plot = opened(qtbot, run.history, figure)
    heading, *lines = plot.hover_text(7.1).splitlines()
    assert heading == "step 9 · epoch 3"
    for line, name in zip(lines, SHOWN if figure != "saturated" else ("tanh_1",), strict=True):
        value, output = expected(run, 9, name, figure), run.outputs[9][name]
        text = {
            "mean": f"{value:.6g} ± {output.std():.6g}",
            "spread": f"{value:.6g}",
            "zeros": f"{100 * value:.4f}\u202f%",
            "saturated": f"{100 * value:.4f}\u202f%",
            "dead": f"{value:.0f} of {output.shape[1]}",
        }[figure]
        assert line == f"{name} {text}"


def test_the_keys_go_from_one_step_that_was_looked_at_to_the_next(qtbot: QtBot, run: WatchedRun):
    plot = opened(qtbot, run.history, "zeros")
    seen = []
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(plot.area, key)
        assert plot.area.pointer is not None
        seen.append(plot.area.pointer.step)
    assert seen == [12, 9, 4, 9]


def test_at_a_moment_the_labels_have_the_numbers_of_the_last_step_looked_at(qtbot: QtBot, run: WatchedRun):
    plot = opened(qtbot, run.history, "zeros")
    plot.show_moment(8)
    labels = {line.name: text for line, _, text in plot._ends()}
    assert labels["relu_1"] == f"relu_1  {100 * expected(run, 4, 'relu_1', 'zeros'):.2f}\u202f%"
    plot.show_moment(None)
    assert {text for _, _, text in plot._ends()} == set(SHOWN)


def test_the_layer_of_the_canvas_or_under_the_pointer_stands_out_and_alone_has_a_band(qtbot: QtBot, run: WatchedRun):
    plot = opened(qtbot, run.history)
    assert all(not plot.curves[name]._band.isEmpty() for name in SHOWN)
    plot.choose_node("tanh_1")
    assert [name for name in SHOWN if not plot.curves[name]._band.isEmpty()] == ["tanh_1"]
    before = plot.area.y_range
    height = float(plot.curves["relu_1"].y[2])
    at = QPointF(plot.area.x_pixel(4), plot.area.y_pixel(height)).toPoint()
    qtbot.mouseMove(plot.area.viewport(), at)
    assert [name for name in SHOWN if not plot.curves[name]._band.isEmpty()] == ["relu_1"]
    plot.draw()
    assert plot.area.y_range == before, "pointing moves nothing"
    plot.area.pointed.emit(None)
    assert [name for name in SHOWN if not plot.curves[name]._band.isEmpty()] == ["tanh_1"]
    plot.choose_node("no_such_layer")
    assert all(not plot.curves[name]._band.isEmpty() for name in SHOWN)


def test_it_grows_with_the_run(qtbot: QtBot):
    whole = by_hand((1, 2, 5, 8, 12))
    plot = opened(qtbot, by_hand((1, 2, 5), steps=6).history)
    np.testing.assert_array_equal(plot.curves["relu_1"].x, [1, 2, 5])
    history = plot.history
    assert history is not None
    steps, means = whole.history.column("activations/mean")
    _, deviations = whole.history.column("activations/deviation")
    for step in range(7, 13):
        found: dict[str, object] = {"loss": 1.0}
        if step in (8, 12):
            row = steps.tolist().index(step)
            numbers = {
                key: whole.history.at(f"activations/{key}", step) for key in ("zeros", "saturated", "dead", "units")
            }
            found |= {"activations/mean": means[row], "activations/deviation": deviations[row]}
            found |= {f"activations/{key}": value for key, value in numbers.items()}
        history.append([Record(step, 1, found)])
        plot.draw()
    other = opened(qtbot, whole.history)
    for name in SHOWN:
        np.testing.assert_array_equal(plot.curves[name].y, other.curves[name].y)
        np.testing.assert_array_equal(plot._spreads[name], other._spreads[name])


def test_what_only_passes_on_is_left_out_unless_all_are_wanted(qtbot: QtBot):
    rng = np.random.default_rng(0)
    chain = [
        layers.Input(shape=(6, 6, 1)), layers.Conv2D(filters=3, kernel_size=3), layers.ReLU(), layers.MaxPool2D(),
        layers.Flatten(), layers.Dropout(rate=0.5), layers.Dense(units=2),
    ]  # fmt: skip
    history = record(chain, rng.standard_normal((32, 6, 6, 1)).astype(np.float32), rng.integers(0, 2, 32), {2, 3}, 4)
    plot = opened(qtbot, history, "dead")
    assert [line.name for line in plot._lines] == ["conv2d_1", "relu_1", "maxpool2d_1", "dense_1"]
    assert plot.hover_text(3).splitlines()[2].endswith(" of 3"), "channels are the units of an image"
    plot.show_all(True)
    assert [line.name for line in plot._lines] == list(history.nodes)
    assert plot.hover_text(3).splitlines()[1].startswith("input_1 0 of 1")


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        *((name, True) for name in ("flatten_1", "input_12", "spatial_dropout_2", "dropout_1.3", "zeropad2d_1")),
        *((name, False) for name in ("dense_1", "relu_1.2", "conv2d_1", "my flatten", "maxpool2d_1")),
    ],
)
def test_which_layers_pass_on(name: str, passes: bool):
    assert passes_on(name) is passes


def test_a_recurrent_network(qtbot: QtBot):
    rng = np.random.default_rng(0)
    chain = [layers.Input(shape=(7, 3)), layers.LSTM(units=5), layers.Dense(units=2)]
    history = record(chain, rng.standard_normal((32, 7, 3)).astype(np.float32), rng.integers(0, 2, 32), {1, 2, 4}, 5)
    plot = opened(qtbot, history)
    assert [line.name for line in plot._lines] == ["lstm_1", "dense_1"]
    np.testing.assert_array_equal(plot.curves["lstm_1"].y, history.column("activations/mean")[1][:, 1])
    plot.choose_figure("dead")
    assert "lstm_1 0 of 5" in plot.hover_text(4)


def test_a_hundred_layers(qtbot: QtBot):
    rng = np.random.default_rng(0)
    chain = [layers.Input(shape=(4,)), *(layers.Dense(units=3) for _ in range(100))]
    history = record(chain, rng.standard_normal((32, 4)).astype(np.float32), rng.integers(0, 3, 32), {1, 3}, 3)
    plot = opened(qtbot, history, node="dense_40")
    assert len(plot.curves) == 100
    assert [line.name for line in plot._labelled()] == ["dense_1", "dense_100", "dense_40"]
    with_band = [name for name, curve in plot.curves.items() if not curve._band.isEmpty()]
    assert with_band == ["dense_40"]
    assert not plot.grab().isNull()


def test_words_for_what_cannot_be_shown(qtbot: QtBot, run: WatchedRun):
    plot = opened(qtbot, None)
    assert plot.words.text() == "Press Run to see what the layers give"
    plot.show_history(by_hand((), steps=2).history)
    assert "measured only while this can be seen" in plot.words.text()
    plot.show_history(run.history)
    assert not plot.words.isVisible()
    rng = np.random.default_rng(0)
    chain = [layers.Input(shape=(4,)), layers.Dense(units=3)]
    history = record(chain, rng.standard_normal((8, 4)).astype(np.float32), rng.integers(0, 3, 8), {1}, 3)
    plot.show_history(history)
    plot.choose_figure("saturated")
    assert plot.words.text() == CANNOT_SATURATE
    plot.choose_figure("mean")
    assert not plot.words.isVisible()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, 5e-324, 0.0])
def test_whatever_the_numbers_are_it_can_be_painted(qtbot: QtBot, value: float, theme: object):
    history = History(["dense_1"], ["input_1", "dense_1"])
    for step in range(1, 4):
        row = np.array([1.0, value if step == 2 else 0.5])
        found = {f"activations/{key}": row for key in ("mean", "deviation", "zeros", "saturated", "dead")}
        history.append([Record(step, 1, {"loss": 1.0, **found})])
    for figure in ("mean", "spread", "zeros", "saturated", "dead"):
        plot = opened(qtbot, history, figure)
        plot.apply_theme(LIGHT if theme is LIGHT else DARK)
        assert not plot.grab().isNull()
        assert all(math.isfinite(end) for end in plot.area.y_range)
        plot.hover_text(2)


def test_a_history_that_does_not_know_how_many_units_there_are(qtbot: QtBot):
    history = History(["dense_1"], ["input_1", "dense_1"])
    found = {f"activations/{key}": np.array([0.0, 3.0]) for key in ("mean", "deviation", "zeros", "saturated", "dead")}
    history.append([Record(1, 1, found)])
    plot = opened(qtbot, history, "dead")
    assert plot.hover_text(1).splitlines()[1] == "dense_1 3"


def test_the_choice_is_made_in_the_header_and_remembered(qtbot: QtBot, run: WatchedRun, tmp_path: Path):
    settings = Settings(tmp_path / "settings.ini")
    plot = opened(qtbot, run.history)
    plot.take_settings(settings)
    plot.choice.setFocus()
    qtbot.keyClick(plot.choice, Qt.Key.Key_Down)
    assert plot.figure == "spread"
    assert settings.get(ACTIVATION_FIGURE) == "spread"
    plot._all_action.trigger()
    assert settings.get(ACTIVATION_ALL)
    other = opened(qtbot, run.history)
    other.take_settings(settings)
    assert (other.figure, other.shows_all, other.choice.currentText()) == ("spread", True, "Spread")
    assert [line.name for line in other._lines] == ["input_1", *SHOWN]


@pytest.mark.parametrize(("figure", "beside"), [("mean", "deviation"), ("dead", "units"), ("zeros", "")])
def test_the_numbers_are_written_as_csv(qtbot: QtBot, run: WatchedRun, tmp_path: Path, figure: str, beside: str):
    plot = opened(qtbot, run.history, figure)
    plot.save(tmp_path / "numbers.csv")
    with (tmp_path / "numbers.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert len(rows) == len(WATCHED)
    assert head[:2] == ["step", f"dense_1 {figure}"]
    for step, row in zip(WATCHED, rows, strict=True):
        assert int(row[0]) == step
        values = [float(cell) for cell in row[1:]]
        wanted = []
        for name in SHOWN:
            wanted.append(expected(run, step, name, figure))
            output = run.outputs[step][name]
            wanted += {"deviation": [output.std()], "units": [output.shape[1]], "": []}[beside]
        np.testing.assert_allclose(values, wanted, atol=1e-9)
    if beside:
        assert head[2] == f"dense_1 {beside}"


def test_pictures_are_written(qtbot: QtBot, run: WatchedRun, tmp_path: Path):
    plot = opened(qtbot, run.history)
    for suffix in ("png", "svg"):
        plot.save(tmp_path / f"picture.{suffix}")
        assert (tmp_path / f"picture.{suffix}").stat().st_size > 2000


def test_half_a_dead_unit_is_never_marked(qtbot: QtBot, run: WatchedRun):
    plot = opened(qtbot, run.history, "dead")
    assert all(mark.label.isdigit() for mark in plot._marks(-0.02, 1.05, 9))


def test_the_figures_of_a_step(run: WatchedRun):
    found = measured_at(run.history, 8)
    assert found is not None
    assert found.step == 4
    row = found.rows[4]
    output = run.outputs[4]["relu_1"]
    assert row.mean == pytest.approx(output.mean())
    assert row.deviation == pytest.approx(output.std())
    assert (row.zeros, row.dead, row.units) == ((output == 0).mean(), (output == 0).all(axis=0).sum(), 5)
    assert math.isnan(row.saturated)
    assert measured_at(run.history, 0) is None
    assert measured_at(History([]), None) is None
    assert rows_of_interest(run.history, every=False) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("count", [2, 5, 6, 8])
def test_each_layer_with_a_colour_of_its_own_shows_its_spread_before_anybody_points(qtbot: QtBot, count: int) -> None:
    plot = opened(qtbot, many_layers(count))
    assert plot.choice.currentText() == "Mean ± spread"
    assert plot.header.note == ""
    for curve in plot.curves.values():
        assert not curve._band.isEmpty()
        assert curve._band_opacity == pytest.approx(0.12 * min(1, 5 / count))
    plot.choose_node("dense_2")
    assert [name for name, curve in plot.curves.items() if not curve._band.isEmpty()] == ["dense_2"]


def test_where_too_many_layers_have_no_band_it_says_how_to_see_one(qtbot: QtBot) -> None:
    plot = opened(qtbot, many_layers(12))
    assert all(curve._band.isEmpty() for curve in plot.curves.values())
    assert plot.header.note == "point at a layer for ±"
    assert plot.choice.currentText() == "Mean, ± of one"
    assert plot.header.tip().endswith(plot.header.note)
    plot.choose_node("dense_4")
    assert not plot.curves["dense_4"]._band.isEmpty()
    assert plot.header.note == ""
    plot.choose_node("")
    plot.choose_figure("spread")
    assert plot.header.note == ""


def test_of_a_view_opened_late_what_was_measured_is_shown_and_home_shows_all(qtbot: QtBot) -> None:
    plot = opened(qtbot, many_layers(3, begin=901, last=1000))
    assert plot.area.x_range == (900.0, 1000.0)
    assert plot.header.note == "from step 901, Home for all"
    qtbot.keyClick(plot.area, Qt.Key.Key_Home)
    assert plot.area.x_range == (0.0, 1000.0)
    assert plot.header.note == ""
    qtbot.keyClick(plot.area, Qt.Key.Key_Home)
    assert plot.area.x_range == (900.0, 1000.0)
    early = opened(qtbot, many_layers(3, begin=401, last=1000))
    assert early.area.x_range == (0.0, 1000.0)


def many_layers(count: int, begin: int = 1, last: int = 40) -> History:
    """A run of which the activations were looked at from some step on."""
    names = [f"dense_{number}" for number in range(1, count + 1)]
    history = History(names, names)
    levels = np.arange(count, dtype=np.float64)
    rest = dict.fromkeys(("zeros", "saturated", "dead", "units"), levels * 0)
    found = {"mean": levels, "deviation": levels * 0 + 0.5} | rest
    history.append(
        Record(
            step,
            1,
            {"loss": 1.0} | ({f"activations/{key}": row for key, row in found.items()} if step >= begin else {}),
        )
        for step in range(1, last + 1)
    )
    return history
