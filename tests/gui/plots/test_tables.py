"""A table that somebody finds in a folder says what it holds, and NumPy reads it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.accuracy import AccuracyPlot
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.learning_rate import LearningRatePlot
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.magnitude import ALL, Magnitude
from deepviz.gui.plots.metrics import MetricsPlot
from deepviz.gui.plots.plot import Plot
from deepviz.gui.plots.update_ratio import UpdateRatio
from deepviz.training.history import History
from tests.gui.plots.conftest import Record


def a_run() -> History:
    """Ten steps with a number of its own in every column; dense_2 is frozen."""
    history = History(["dense_1", "dense_2"], ["input_1", "dense_1", "dense_2"])
    for step in range(1, 11):
        values: dict[str, object] = {
            "loss": 1 / step, "accuracy": 0.5, "learning_rate": 0.01, "validation_loss": 2 / step,
            "validation_accuracy": 0.25, "validation_F1": 0.75, "updates/ratio": np.array([0.001, np.nan]),
        }  # fmt: skip
        for number, magnitude in enumerate(ALL):
            rows = [np.nan, 0.5, 0.25] if magnitude.source == "activations" else [0.5, np.nan]
            values[magnitude.column] = np.array(rows) * (number + 1)
        history.append([Record(step, 1, values)])
    return history


def saved(qtbot: QtBot, kind: type[Plot], folder: Path, magnitude: Magnitude | None = None) -> Path:
    view = kind()
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show_history(a_run())
    if magnitude is not None and isinstance(view, GradientNorms | GradientMap):
        view.choose(magnitude)
    view.draw()
    view.save(folder / "table.csv")
    return folder / "table.csv"


def head(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (LossPlot, ["step", "train loss", "validation loss"]),
        (AccuracyPlot, ["step", "train accuracy", "validation accuracy"]),
        (LearningRatePlot, ["step", "learning rate"]),
        (MetricsPlot, ["step", "validation F1"]),
        (UpdateRatio, ["step", "dense_1 update ratio", "dense_2 update ratio"]),
        (
            GradientNorms,
            ["step", *(f"dense_{each} L2 norm of gradient of parameters before clipping" for each in (1, 2))],
        ),
    ],
)
def test_columns_say_whose_numbers_of_what_they_are(
    qtbot: QtBot, tmp_path: Path, kind: type[Plot], names: list[str]
) -> None:
    path = saved(qtbot, kind, tmp_path)
    assert head(path) == names
    read = np.genfromtxt(path, delimiter=",", names=True)
    assert read.dtype.names is not None
    assert len(read.dtype.names) == len(names)
    assert read["step"].tolist() == list(range(1, 11))


@pytest.mark.parametrize("kind", [GradientNorms, GradientMap])
def test_no_two_magnitudes_have_the_same_names(
    qtbot: QtBot, tmp_path: Path, kind: type[GradientNorms] | type[GradientMap]
) -> None:
    found: dict[str, Magnitude] = {}
    for number, magnitude in enumerate(ALL):
        path = saved(qtbot, kind, tmp_path, magnitude)
        name = next(each for each in head(path) if each.startswith("dense_1 "))
        assert name not in found
        assert "," not in name
        found[name] = magnitude
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert float(rows[4][name]) == pytest.approx(0.5 * (number + 1))
    assert "dense_1 largest absolute gradient of parameters after clipping" in found
    assert "dense_1 mean absolute gradient of activations" in found
