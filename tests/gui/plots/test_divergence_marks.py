"""What curves of losses and metrics say of numbers that are not finite: crosses, and words in the legend."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.metrics import MetricsPlot
from deepviz.training.divergence import note
from deepviz.training.history import History
from tests.gui.plots.test_curve_plots import opened
from tests.training.run_made import Record

NAN, INF = math.nan, math.inf


def validated(column: str, values: Sequence[float]) -> History:
    """A run with a loss of 1/step at each of ten steps an epoch, and these values after the epochs."""
    history = History(["dense_1"])
    for epoch, value in enumerate(values, start=1):
        steps = range(10 * epoch - 9, 10 * epoch + 1)
        history.append(
            Record(step, epoch, {"loss": 1 / step} | ({column: value} if step % 10 == 0 else {})) for step in steps
        )
    return history


def crosses(plot: CurvePlot) -> list[tuple[int, str]]:
    """The step of each cross and its words."""
    low, high = plot.area.x_range
    frame = plot.area.frame
    return [
        (round(low + (place.cross.x() - frame.left()) / frame.width() * (high - low)), place.words)
        for place in plot.divergence_marks.places()
    ]


def test_a_validation_loss_without_a_number_has_crosses_with_words(qtbot: QtBot) -> None:
    plot = opened(qtbot, LossPlot, validated("validation_loss", [1.0, INF, 1.0, NAN, NAN, NAN, 1.0, 0.9]), 1200)
    plot.draw()
    assert crosses(plot) == [(20, "validation ∞"), (40, "validation NaN"), (60, "validation NaN")]
    assert "validation NaN" in plot.hover_text(50)
    assert [entry.value for entry in plot.header.entries] == ["0.01250", "0.9000"]


def test_they_go_on_with_the_run(qtbot: QtBot) -> None:
    history = validated("validation_loss", [1.0, NAN])
    plot = opened(qtbot, LossPlot, history, 1200)
    assert crosses(plot) == [(20, "validation NaN")]
    assert plot.header.entries[-1].value == "NaN"
    history.append([Record(30, 3, {"loss": 1.0, "validation_loss": NAN})])
    plot.draw()
    assert [step for step, _ in crosses(plot)] == [20, 30], "from the first to the last of those that follow each other"
    plot.show_history(validated("validation_loss", [1.0, 1.0]))
    plot.draw()
    assert crosses(plot) == []


def test_metrics_and_the_loss_of_batches_have_them_too(qtbot: QtBot) -> None:
    plot = opened(qtbot, MetricsPlot, validated("validation_F1", [0.5, NAN, 0.7]), 1200)
    assert crosses(plot) == [(20, "F1 NaN")]
    batches = History(["dense_1"])
    batches.append(Record(step, 1, {"loss": INF if step == 3 else 1.0}) for step in range(1, 21))
    loss = opened(qtbot, LossPlot, batches, 1200)
    assert crosses(loss) == [(3, "train ∞")]


def test_what_falls_on_one_pixel_shares_a_cross(qtbot: QtBot) -> None:
    history = validated("validation_loss", [1.0, NAN])
    note(history, 20, "dense_1")
    plot = opened(qtbot, LossPlot, history, 1200)
    plot.draw()
    assert crosses(plot) == [(20, "diverged after step 20, validation NaN")]


@pytest.mark.parametrize("node", ["dense_1", ""])
def test_the_legend_says_where_the_run_diverged_like_that_of_the_layers(qtbot: QtBot, node: str) -> None:
    history = validated("validation_loss", [1.0, 0.5])
    plot = opened(qtbot, LossPlot, history, 1200)
    assert [entry.name for entry in plot.header.entries] == ["train", "validation"]
    note(history, 20, node)
    plot.draw()
    entry = plot.header.entries[-1]
    assert (entry.name, entry.is_patch) == (f"NaN or ∞ in {node or 'the step'}", True)
    assert entry.color == plot.theme.bad
    plot.resize(280, 200)  # where there is room for the curves alone, they come first
    plot.draw()
    assert [entry.name for entry in plot.header.entries] == ["train", "validation"]


def test_words_hide_neither_crosses_nor_the_end_of_the_run(qtbot: QtBot) -> None:
    history = validated("validation_loss", [1.0, INF, 1.0, NAN, NAN, NAN, 1.0, 0.9])
    note(history, 80, "dense_1")
    for width in (860, 420, 300):
        plot = opened(qtbot, LossPlot, history, width)
        places = plot.divergence_marks.places()
        assert [step for step, _ in crosses(plot)] == [20, 40, 60, 80]
        assert places[-1].words == "diverged after step 80"
        told = [place for place in places if place.words]
        for place in told:
            assert not any(place.room.contains(other.cross) for other in places)
            assert plot.area.frame.adjusted(0, 0, 1, 0).contains(place.room)
            assert sum(place.room.intersects(other.room) for other in told) == 1, "itself"
        assert width != 860 or len(told) == 4
