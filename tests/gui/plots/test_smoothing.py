"""Where a line is smoothed, what was measured and what the line says are both told, and the dot is on the line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.accuracy import AccuracyPlot
from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.legend import Entry, in_brief
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.pointer import Reading
from deepviz.gui.plots.run_overlay import RunOverlay
from deepviz.gui.plots.seed_band import SeedBand
from deepviz.gui.plots.smoothing import smoothed_at
from deepviz.training.history import History
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.test_run_views import run, shown


def by_hand(values: list[float], time_constant: float) -> float:
    """The fading mean of numbers of which the last is the newest, one after the other."""
    total = weight = 0.0
    for age, value in enumerate(reversed(values)):
        if math.isfinite(value):
            total += math.exp(-age / time_constant) * value
            weight += math.exp(-age / time_constant)
    return total / weight


def opened(qtbot: QtBot, view: CurvePlot, history: History, width: int = 700) -> None:
    qtbot.addWidget(view)
    view.resize(width, 300)
    view.show_history(history)
    view.show()
    qtbot.waitExposed(view)


def readings(view: CurvePlot | RunOverlay | SeedBand, step: float) -> tuple[Reading, ...]:
    pointer = view._pointer_at(step, None)
    assert pointer is not None
    return pointer.readings


def test_the_number_is_that_of_the_formula() -> None:
    values = np.random.default_rng(1).random(500)
    steps = np.arange(1, 501)
    for row in (0, 3, 499):
        found = smoothed_at(steps, values, row, 30)
        assert found == pytest.approx(by_hand(values[: row + 1].tolist(), 30), rel=1e-12)
    assert smoothed_at(steps, values, 499, 30, logarithmic=True) == pytest.approx(
        math.exp(by_hand(np.log(values).tolist(), 30)), rel=1e-12
    )
    assert smoothed_at(np.array([1, 6]), np.array([2.0, 4.0]), 1, 10.0) == pytest.approx(
        (2 * math.exp(-0.5) + 4) / (math.exp(-0.5) + 1)
    )


def test_a_gap_has_none_and_is_passed_over() -> None:
    values = np.array([1.0, math.nan, 3.0, math.inf])
    assert smoothed_at(np.arange(4), values, 1, 10) is None
    assert smoothed_at(np.arange(4), values, 3, 10) is None
    assert smoothed_at(np.arange(4), values, 2, 10) == pytest.approx(by_hand([1.0, math.nan, 3.0], 10))
    assert smoothed_at(np.arange(2), np.array([0.0, 1.0]), 0, 10, logarithmic=True) is None
    assert smoothed_at(np.arange(2), np.array([0.0, 1.0]), 1, 10, logarithmic=True) == 1.0


@pytest.mark.parametrize("logarithmic", [False, True])
def test_the_box_and_the_header_give_both_and_the_dot_is_on_the_line(
    qtbot: QtBot, make_history: MakeHistory, logarithmic: bool
) -> None:
    loss = np.random.default_rng(2).random(60).tolist()
    view = LossPlot()
    opened(qtbot, view, make_history(60, loss=loss))
    view.set_logarithmic(logarithmic)
    assert [each.value for each in readings(view, 40)] == [f"{loss[39]:.6g}", "0.075"]
    view.set_smoothing(10)
    expected = by_hand(loss[:40], 10)
    if logarithmic:
        expected = math.exp(by_hand(np.log(loss[:40]).tolist(), 10))
    train, validation = readings(view, 40)
    assert train.value == f"{loss[39]:.6g}, smoothed {expected:.6g}"
    assert train.height == pytest.approx(math.log10(expected) if logarithmic else expected)
    assert train.height == pytest.approx(view.curves["train"].y[39])
    assert validation.value == "0.075", "what is measured now and then is not smoothed"
    entry = view.header.entries[0]
    assert entry.value.startswith(f"{loss[59]:#.4g}, smoothed 0.")
    assert entry.brief == f"{loss[59]:#.4g}"
    view.set_smoothing(0)
    assert "smoothed" not in view.hover_text(40)
    assert view.header.entries[0].value == f"{loss[59]:#.4g}"


def test_the_dot_is_on_a_line_of_many_steps(qtbot: QtBot, make_history: MakeHistory) -> None:
    view = LossPlot()
    opened(qtbot, view, make_history(9000, loss=np.random.default_rng(3).random(9000).tolist()))
    view.set_smoothing(10)
    curve = view.curves["train"]
    assert len(curve.x) < 1000
    for step in (400, 4003, 8999):
        height = readings(view, step)[0].height
        assert height == pytest.approx(float(np.interp(step, curve.x, curve.y)))


def test_accuracy_and_gradients_too(qtbot: QtBot, make_history: MakeHistory) -> None:
    history = make_history(50, norms=10.0 ** np.linspace((-3, -1), (0, 1), 50))
    accuracy, gradients = AccuracyPlot(), GradientNorms()
    for view in (accuracy, gradients):
        opened(qtbot, view, history)
    shares = [100 * (1 - 1 / step) for step in range(1, 21)]
    assert accuracy.hover_text(20).splitlines()[1] == (
        f"train 95.0000\u202f%, smoothed {by_hand(shares, 30):.4f}\u202f%"
    )
    gradients.set_smoothing(10)
    exponents = np.linspace(-3, 0, 50)[:20].tolist()
    mean = 10 ** by_hand(exponents, 10)
    name, value = gradients.hover_text(20).splitlines()[1].split(" ", 1)
    assert (name, value.partition(", smoothed ")[2]) == ("dense_1", f"{mean:.6g}")


def test_runs_beside_each_other_and_their_band_too(qtbot: QtBot) -> None:
    overlay, band = RunOverlay(), SeedBand()
    for view in (overlay, band):
        shown(qtbot, view)
        view.show_runs((run(0), run(1)))
        view.set_smoothing(10)
    smooth = [by_hand([(seed + 1) / step for step in range(1, 21)], 10) for seed in (0, 1)]
    trains = [each for each in readings(overlay, 20) if each.name.endswith("train")]
    assert [each.value for each in trains] == [f"0.05, smoothed {smooth[0]:.6g}", f"0.1, smoothed {smooth[1]:.6g}"]
    assert [each.height for each in trains] == pytest.approx(smooth)
    overlay.set_logarithmic(True)
    trains = [each for each in readings(overlay, 20) if each.name.endswith("train")]
    assert [each.height for each in trains] == pytest.approx([math.log10(each) for each in smooth])
    assert trains[1].value == f"0.1, smoothed {smooth[1]:.6g}"
    mean, low, high = readings(band, 20)[:3]
    assert (mean.value, low.value, high.value) == (f"0.075, smoothed {sum(smooth) / 2:.6g}", "0.05", "0.1")
    assert mean.height == pytest.approx(sum(smooth) / 2)


def test_where_there_is_no_room_what_was_measured_comes_first() -> None:
    entries = [Entry("train", "0.1109, smoothed 0.1205", "#ffffff", brief="0.1109"), Entry("val.", "0.2", "#ffffff")]
    assert [each.value for each in in_brief(entries, 600)] == ["0.1109, smoothed 0.1205", "0.2"]
    assert [each.value for each in in_brief(entries, 250)] == ["0.1109", "0.2"]
