"""Every magnitude that can be chosen is the one computed by hand, from the gradients to the pixels painted."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from deepviz.engine import Network, Trainer, losses, optimizers
from deepviz.engine.trainer import StepRecord
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.magnitude import ALL, Magnitude
from deepviz.gui.theme import viridis
from deepviz.training.history import History
from tests.engine.probe_formulas import ByHand, data, magnitudes, network

LIMIT = 0.05
STEPS = 6


def trained(choice: Magnitude, net: Network, clip: bool = True) -> tuple[History, np.ndarray]:
    """A run that was looked at as the choice asks for, and what it should have measured: shape (steps, rows)."""
    given = data()
    optimizer = optimizers.SGD(learning_rate=0.3, global_clipnorm=LIMIT if clip else None)
    probes = ("loss", "gradient_norm")
    trainer = Trainer(
        net, losses.SoftmaxCrossEntropy(), optimizer, given, batch_size=len(given[0]), epochs=STEPS, probes=probes
    )
    history = History([node.id for node in net.trained_nodes], [node.id for node in net.nodes])
    steps, records, expected = trainer.steps(), list[StepRecord](), []
    for _ in range(STEPS):
        by_hand = ByHand(net, given)
        arrays = by_hand.gradients
        if choice.source == "activations":
            arrays = by_hand.output_grads
        elif choice.clipped:
            whole = math.sqrt(sum(float((array**2).sum()) for array in arrays))
            assert whole > LIMIT
            arrays = [array * LIMIT / whole for array in arrays]
        expected.append(magnitudes(arrays)[choice.statistic])
        trainer.watch_next = choice.probes
        records.append(next(steps))
    history.append(records)
    return history, np.array(expected)


def shown(qtbot: QtBot, kind: type[GradientNorms] | type[GradientMap], history: History, choice: Magnitude):
    view = kind()
    qtbot.addWidget(view)
    view.resize(640, 420)
    view.choose(choice)
    view.show_history(history)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.mark.parametrize("choice", ALL, ids=lambda choice: choice.key)
def test_curves_box_and_file_say_what_was_computed_by_hand(qtbot: QtBot, tmp_path: Path, choice: Magnitude) -> None:
    history, expected = trained(choice, network())
    view = shown(qtbot, GradientNorms, history, choice)
    names = list(history.row_names(choice.column))
    assert list(view.curves) == names, "the Input as well, whose gradient its card and its edge tell, too"
    for row, name in enumerate(names):
        np.testing.assert_array_equal(view.curves[name].x, np.arange(1, STEPS + 1))
        np.testing.assert_allclose(10 ** view.curves[name].y, expected[:, row], rtol=1e-9)
    box = dict(line.rsplit(" ", 1) for line in view.hover_text(4).splitlines()[1:])
    assert list(box) == names
    assert [float(text) for text in box.values()] == pytest.approx(expected[3].tolist(), rel=1e-5)
    view.save(tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["step", *(f"{name} {choice.column_words}" for name in names)]
    np.testing.assert_allclose([[float(cell) for cell in row[1:]] for row in rows], expected, rtol=1e-9)


@pytest.mark.parametrize("choice", ALL, ids=lambda choice: choice.key)
def test_the_map_paints_what_was_computed_by_hand(qtbot: QtBot, tmp_path: Path, choice: Magnitude) -> None:
    history, expected = trained(choice, network())
    view = shown(qtbot, GradientMap, history, choice)
    low = math.floor(np.log10(expected).min())
    high = math.ceil(np.log10(expected).max())
    assert view.levels == (low, high)
    image = view.area.grab().toImage()
    for step in range(1, STEPS + 1):
        for row in range(expected.shape[1]):
            share = (math.log10(expected[step - 1, row]) - low) / (high - low)
            # Where a step is not near the edge of a colour, the colour is exact.
            color = viridis()[min(int(256 * share), 255)]
            at = QPointF(view.area.x_pixel(step - 0.5), view.area.y_pixel(row + 0.5)).toPoint()
            painted = image.pixelColor(at)
            assert painted.name() == QColor(*color.tolist()).name(), (step, row)
            name = history.row_names(choice.column)[row]
            value = view.hover_text(step - 0.5, row + 0.5).splitlines()[1].removeprefix(name + " ")
            assert float(value) == pytest.approx(expected[step - 1, row], rel=1e-5)
    view.save(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    found = [[float(cell) for cell in row[2:]] for row in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("statistic", ["l2", "mean", "max"])
@pytest.mark.parametrize("clipped", [False, True])
def test_a_frozen_layer_is_called_so_in_every_magnitude(
    qtbot: QtBot, tmp_path: Path, statistic: str, clipped: bool
) -> None:
    choice = Magnitude(statistic, "parameters", clipped)  # type: ignore[arg-type]
    history, _ = trained(choice, network(trainable=False))
    curves = shown(qtbot, GradientNorms, history, choice)
    assert not np.isfinite(curves.curves["dense_2"].y).any()
    assert "dense_2 frozen" in curves.hover_text(3)
    ((stretches, words),) = curves.marks.bars()
    assert (stretches, words) == ([(1, STEPS)], "dense_2 frozen")
    map_view = shown(qtbot, GradientMap, history, choice)
    assert "dense_2 frozen" in map_view.hover_text(3, 1.5)
    for view in (curves, map_view):
        view.save(tmp_path / "view.csv")
        lines = (tmp_path / "view.csv").read_text().splitlines()
        cells = [line.split(",")[-2] for line in lines[1:]]
        assert cells == ["frozen"] * STEPS


def test_activations_of_a_frozen_layer_have_gradients_all_the_same(qtbot: QtBot) -> None:
    choice = Magnitude("mean", "activations")
    history, expected = trained(choice, network(trainable=False))
    view = shown(qtbot, GradientNorms, history, choice)
    np.testing.assert_allclose(10 ** view.curves["dense_2"].y, expected[:, 3], rtol=1e-9)


def test_a_run_that_does_not_clip_says_so(qtbot: QtBot) -> None:
    choice = Magnitude("max", "parameters", clipped=True)
    history, _ = trained(choice, network(), clip=False)
    for kind in (GradientNorms, GradientMap):
        view = shown(qtbot, kind, history, choice)
        assert view.words.isVisible()
        assert "not clipped" in view.words.text()
        assert "Before clipping" in view.words.text()


def test_what_nobody_looked_at_says_how_to_look(qtbot: QtBot, make_history: Callable[..., History]) -> None:
    for kind in (GradientNorms, GradientMap):
        view = shown(qtbot, kind, make_history(5), Magnitude("mean"))
        assert "Not measured so far" in view.words.text()
        assert "Let it go on, or make a step" in view.words.text()
        view.choose(Magnitude())
        assert not view.words.isVisible()


def test_the_default_is_measured_at_every_step_and_asks_for_nothing() -> None:
    assert ALL[0] == Magnitude("l2", "parameters", clipped=False)
    assert ALL[0].column == "gradient_norm"
    assert ALL[0].probes == ()
    assert len(ALL) == 9
    assert len({each.column for each in ALL}) == 9
    assert len({each.symbol for each in ALL}) == 9
    assert all(Magnitude.of_key(each.key) == each for each in ALL)
    assert Magnitude.of_key("of a later version") == ALL[0]
    assert Magnitude("l2", "activations", clipped=True) == Magnitude("l2", "activations")
