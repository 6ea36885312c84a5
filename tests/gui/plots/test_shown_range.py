"""The vertical range follows what is shown: what is left out of a picture does not shrink what is in it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.activations import ActivationCurves
from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.run_overlay import RunOverlay
from deepviz.gui.plots.seed_band import SeedBand
from deepviz.training.history import History
from tests.gui.plots.conftest import MakeHistory, Record
from tests.gui.plots.test_run_views import run, shown


def opened(qtbot: QtBot, view: CurvePlot, history: History) -> None:
    qtbot.addWidget(view)
    view.resize(420, 260)
    view.show_history(history)
    view.show()
    qtbot.waitExposed(view)


def layers(count: int) -> History:
    """Layer k gives k on average; the last one spreads by 100, the others by a half."""
    names = [f"dense_{number}" for number in range(1, count + 1)]
    history = History(names, names)
    means, rest = np.arange(1.0, count + 1), np.zeros(count)
    spreads = np.append(np.full(count - 1, 0.5), 100.0)
    found = {"mean": means, "deviation": spreads} | dict.fromkeys(("zeros", "saturated", "dead", "units"), rest)
    row = {"loss": 1.0} | {f"activations/{key}": values for key, values in found.items()}
    history.append(Record(step, 1, row) for step in range(1, 41))
    return history


def test_bands_that_are_not_shown_do_not_count(qtbot: QtBot) -> None:
    view = ActivationCurves()
    opened(qtbot, view, layers(12))
    assert view.area.y_range == pytest.approx((1 - 0.55, 12 + 0.55)), "means alone, and 5 % to both sides"
    view.choose_node("dense_2")
    assert view.area.y_range == pytest.approx((1 - 0.55, 12 + 0.55))
    view.choose_node("dense_12")
    assert view.area.y_range == pytest.approx((-88 - 10, 112 + 10)), "12 - 100 to 12 + 100"
    view.choose_node("")
    assert view.area.y_range == pytest.approx((1 - 0.55, 12 + 0.55))


def test_all_bands_of_few_layers_count_until_one_of_them_is_chosen(qtbot: QtBot) -> None:
    view = ActivationCurves()
    opened(qtbot, view, layers(3))
    assert view.area.y_range == pytest.approx((-97 - 10, 103 + 10))
    view.choose_node("dense_1")
    assert view.area.y_range == pytest.approx((0.5 - 0.125, 3 + 0.125)), "1 - 0.5 to the mean of the third"
    view.choose_figure("spread")
    assert view.area.y_range == pytest.approx((-2, 105))


def spiky(count: int, steps: int = 20_000) -> History:
    """Gradients of 1e-2, once 1e4 in the first layer."""
    names = [f"dense_{number}" for number in range(1, count + 1)]
    history, usual = History(names), np.full(count, 1e-2)
    spike = usual.copy()
    spike[0] = 1e4
    rows = (spike if step == 12_345 else usual for step in range(1, steps + 1))
    history.append(Record(step, 1, {"loss": 1.0, "gradient_norm": row}) for step, row in enumerate(rows, start=1))
    return history


@pytest.mark.parametrize(("count", "has_band"), [(2, True), (7, False)])
def test_on_a_log_axis_the_extremes_count_only_where_they_are_drawn(qtbot: QtBot, count: int, has_band: bool) -> None:
    view = GradientNorms()
    opened(qtbot, view, spiky(count))
    curve, (low, high) = view.curves["dense_1"], view.area.y_range
    drawn = curve.boundingRect()
    assert low < drawn.top()
    assert drawn.bottom() < high
    if has_band:
        assert high > 4, "1e4"
        return
    mean = float(curve.y.max())
    assert mean < 3, "the spike is one of many steps that a point stands for"
    assert high == pytest.approx(mean + max(0.04 * (mean + 2), 0.2), abs=0.05)


@pytest.mark.parametrize("smoothing", [0, 100])
def test_smoothed_the_band_or_the_raw_line_still_count(qtbot: QtBot, make_history: MakeHistory, smoothing: int) -> None:
    loss = np.full(400, 0.5)
    loss[200] = 7.0
    for steps in (loss[150:250], loss):
        view = LossPlot()
        opened(qtbot, view, make_history(len(steps), loss=steps.tolist()))
        view.set_smoothing(smoothing)
        assert view.area.y_range[1] > 7


def test_what_lies_outside_of_the_steps_that_are_shown_does_not_count(qtbot: QtBot) -> None:
    overlay, band = RunOverlay(), SeedBand()
    for view in (overlay, band):
        shown(qtbot, view)
        view.show_runs([run(0), run(1)])  # 1 / step and 2 / step, after each ten twice that of validation data
        assert view.area.y_range[1] == pytest.approx(2 + 0.05 * (2 - 1 / 40))
        view.area.set_range((20.5, 40.0), view.area.y_range)
        view.area.view_changed.emit()
        # One point more than is seen: the line to it is. Of the validation data that is 4 / 20.
        assert view.area.y_range == pytest.approx((0.0, 0.2 + 0.05 * (0.2 - 1 / 40)))
        view.set_logarithmic(True)
        low, high = math.log10(1 / 40), math.log10(0.2)
        assert view.area.y_range == pytest.approx((low - 0.04 * (high - low), high + 0.04 * (high - low)), abs=1e-3)
        view.reset_view()
        assert view.area.y_range[1] > math.log10(2)
    overlay.set_logarithmic(False)
    overlay.set_part("validation")
    assert overlay.area.y_range[1] == pytest.approx(0.4 + 0.05 * (0.4 - 0.05)), "4 / 10; the training curves are hidden"
