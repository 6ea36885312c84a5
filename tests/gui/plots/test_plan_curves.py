"""The curves of what the plan adds to a run: learning rate, metrics, and the mark of the best weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.learning_rate import LearningRatePlot
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.metrics import MetricsPlot
from deepviz.training.history import History
from tests.gui.plots.conftest import Record

MakeHistory = Callable[..., History]
RATES = [0.1 * 0.5 ** (step // 4) for step in range(20)]


def planned_run(first_step: int = 1, history: History | None = None) -> History:
    """20 steps in epochs of 5 whose learning rate is halved every 4 steps, with two metrics and a matrix."""
    history = History(()) if history is None else history
    records = []
    for number, rate in enumerate(RATES):
        step = first_step + number
        values: dict[str, object] = {"loss": 1 / step, "learning_rate": rate}
        if step % 5 == 0:
            measured = {"validation_loss": 2 / step, "validation_F1": step / 100, "validation_R2": -step / 10}
            values |= {**measured, "validation_ConfusionMatrix": np.arange(4.0)}
        records.append(Record(step, (step - 1) // 5 + 1, values))
    history.append(records)
    return history


def shown(qtbot: QtBot, plot: CurvePlot, history: History) -> CurvePlot:
    qtbot.addWidget(plot)
    plot.resize(480, 260)
    plot.show()
    qtbot.waitExposed(plot)
    plot.show_history(history)
    return plot


def test_the_learning_rate_is_drawn_as_it_was(qtbot: QtBot) -> None:
    plot = shown(qtbot, LearningRatePlot(), planned_run())
    (curve,) = plot.curves.values()
    assert curve.x.tolist() == list(range(1, 21))
    assert curve.y.tolist() == RATES
    assert plot.hover_text(5) == "step 5 · epoch 1\nlearning rate 0.05"
    assert [(each.name, each.value) for each in plot.header.entries] == [("", "0.006250")], "the title has its name"
    plot.set_logarithmic(True)
    assert plot.curves["learning rate"].y == pytest.approx([math.log10(rate) for rate in RATES])


def test_an_older_run_has_no_learning_rate_and_says_so(qtbot: QtBot, make_history: MakeHistory) -> None:
    history = History.from_arrays(make_history(20).to_arrays())
    plot = shown(qtbot, LearningRatePlot(), history)
    assert "not recorded" in plot.words.text()
    assert list(plot.lines()) == []


def test_an_older_run_that_goes_on_has_it_from_there_on(qtbot: QtBot) -> None:
    old = History(())
    old.append([Record(step, 1, {"loss": 1 / step}) for step in range(1, 11)])
    history = planned_run(11, History.from_arrays(old.to_arrays()))
    plot = shown(qtbot, LearningRatePlot(), history)
    (curve,) = plot.curves.values()
    assert curve.x[0] == 11
    assert curve.y.tolist() == RATES
    again = History.from_arrays(history.to_arrays())
    assert again.column("learning_rate")[0].tolist() == list(range(11, 31))


def test_each_metric_that_is_a_number_has_a_curve(qtbot: QtBot) -> None:
    plot = shown(qtbot, MetricsPlot(), planned_run())
    assert plot.is_offered
    assert [line.name for line in plot.lines()] == ["F1", "R2"]
    assert plot.curves["F1"].x.tolist() == [5, 10, 15, 20]
    assert plot.curves["F1"].y.tolist() == [0.05, 0.1, 0.15, 0.2]
    assert plot.curves["R2"].y.tolist() == [-0.5, -1, -1.5, -2]


def test_without_metrics_there_is_no_picture_of_them(qtbot: QtBot, make_history: MakeHistory) -> None:
    plot = shown(qtbot, MetricsPlot(), make_history(20))
    assert not plot.is_offered
    assert "No metric was measured" in plot.words.text()


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_ring_marks_the_best_weights(qtbot: QtBot, logarithmic: bool) -> None:
    history = planned_run()
    plot = LossPlot()
    plot.set_logarithmic(logarithmic)
    shown(qtbot, plot, history)
    assert plot.best_place() is None
    before = plot.area.grab().toImage()
    history.best = (15, 2 / 15)
    plot.refresh()
    plot.draw()
    place = plot.best_place()
    assert place is not None
    assert place.x() == pytest.approx(plot.area.x_pixel(15))
    height = math.log10(2 / 15) if logarithmic else 2 / 15
    assert place.y() == pytest.approx(plot.area.y_pixel(height))
    assert plot.area.grab().toImage() != before
    assert "best weights" in plot.hover_text(15)
    assert "best weights" not in plot.hover_text(10)


def test_a_best_loss_that_is_out_of_sight_has_no_ring(qtbot: QtBot) -> None:
    history = planned_run()
    history.best = (15, 2 / 15)
    plot = shown(qtbot, LossPlot(), history)
    plot.area.set_range((0, 10), (0, 1))
    assert isinstance(plot, LossPlot)
    assert plot.best_place() is None


def test_a_constant_rate_has_few_round_marks(qtbot: QtBot) -> None:
    history = History(())
    history.append([Record(step, 1, {"loss": 1.0, "learning_rate": 1e-3}) for step in range(1, 31)])
    plot = shown(qtbot, LearningRatePlot(), history)
    few, more = ["0.0005", "0.0010", "0.0015"], ["0.0006", "0.0008", "0.0010", "0.0012", "0.0014"]
    for height, labels in ((260, few), (700, more)):
        plot.resize(480, height)
        plot.draw()
        assert [tick.label for tick in plot.area._y_ticks] == labels
        assert 1e-3 in [pytest.approx(tick.position) for tick in plot.area._y_ticks]
