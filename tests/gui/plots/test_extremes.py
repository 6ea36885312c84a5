"""Figures at the ends of single precision: a loss of 1e-12, gradients of 1e-30 and 1e12 are told as they are."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.canvas.gradients import GradientPicture, GradientScale, magnitude
from deepviz.gui.canvas.live import loss_in_words
from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.plot import Plot
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.table_names import by_owner

LOSSES = [float(np.float32(each)) for each in (1e-12, 3.4e12, 2.5e-12, 1.0625e-12)]
NORMS = [
    [float(np.float32(each)) for each in row] for row in ((1e-30, 1e12), (2e-38, 3e38), (4e-31, 1.0), (1e-30, 5e11))
]


def shown(qtbot: QtBot, kind: type[Plot], make_history: MakeHistory) -> Plot:
    plot = kind()
    qtbot.addWidget(plot)
    plot.resize(700, 400)
    plot.show_history(make_history(4, loss=LOSSES, norms=NORMS))
    plot.show()
    plot.draw()
    return plot


def rows(plot: Plot, folder: Path) -> list[dict[str, str]]:
    path = folder / "shown.csv"
    plot.save(path)
    return [by_owner(row) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_loss_is_told_to_its_last_figure(
    qtbot: QtBot, make_history: MakeHistory, tmp_path: Path, logarithmic: bool
) -> None:
    plot = shown(qtbot, LossPlot, make_history)
    assert isinstance(plot, CurvePlot)
    plot.set_logarithmic(logarithmic)
    plot.draw()
    assert plot.header.entries[0].value in ("1.062e-12", "1.063e-12")
    assert [plot.hover_text(step).splitlines()[1] for step in (1, 2, 3)] == [
        "train 1e-12", "train 3.4e12", "train 2.5e-12"
    ]  # fmt: skip
    assert [float(row["train"]) for row in rows(plot, tmp_path)] == LOSSES
    expected = np.log10(LOSSES) if logarithmic else LOSSES
    np.testing.assert_allclose(plot.curves["train"].y, expected, rtol=1e-6)
    assert [loss_in_words(each) for each in LOSSES[:2]] == ["1.0e-12", "3.4e12"]


@pytest.mark.parametrize("kind", [GradientNorms, GradientMap])
def test_gradients_are_told_from_nothing_and_from_infinity(
    qtbot: QtBot, make_history: MakeHistory, tmp_path: Path, kind: type[Plot]
) -> None:
    plot = shown(qtbot, kind, make_history)
    for row, norms in zip(rows(plot, tmp_path), NORMS, strict=True):
        assert [float(row[name]) for name in ("dense_1", "dense_2")] == pytest.approx(norms, rel=1e-6)
    for row, name in enumerate(("dense_1", "dense_2")):
        for step, norms in enumerate(NORMS, start=1):
            told = next(line for line in plot.hover_text(step, row + 0.5).splitlines() if line.startswith(name))
            assert float(told.split()[1]) == pytest.approx(norms[row], rel=1e-5)
    if isinstance(plot, CurvePlot):
        np.testing.assert_allclose(plot.curves["dense_1"].y, np.log10([each[0] for each in NORMS]), rtol=1e-6)


def test_cards_and_edges_write_them_in_the_same_way() -> None:
    assert [magnitude(each) for each in (1e-30, 9.96e-31, 1e12, 3e38, 0.0)] == [
        "1.0e-30",
        "1.0e-30",
        "1.0e12",
        "3.0e38",
        "0",
    ]
    assert magnitude(math.inf) == "infinite"
    scale = GradientScale.first_fit([1e-30, 1e12])
    assert scale.ends == (1e-30, 1e12)
    assert [scale.level(each) for each in (1e-30, 1e-9, 1e12)] == [0, 32, 63]
    assert not GradientPicture().is_past
