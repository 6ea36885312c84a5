"""Histograms over time show what was in the network, computed a second time; every kind of network can be shown."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from deepviz.engine import layers
from deepviz.engine.histogram import BINS
from deepviz.engine.histogram import Histograms as Counted
from deepviz.gui.plots.ridge import KINDS, Histograms
from deepviz.gui.plots.ridge_area import RidgeArea
from deepviz.gui.plots.ridge_drawing import RidgeDrawing
from deepviz.gui.settings import HISTOGRAM_FORM, HISTOGRAM_LOG, HISTOGRAM_OF, Settings
from deepviz.training.history import History
from tests.gui.plots.conftest import Record
from tests.gui.plots.watched_run import WatchedRun, by_hand, counted, made_up, record

WATCHED = (1, 3, 4, 9, 12)


@pytest.fixture(scope="module")
def run() -> WatchedRun:
    return by_hand(WATCHED)


def opened(qtbot: QtBot, history: History | None, of: str = "weights", node: str = "dense_2") -> Histograms:
    view = Histograms()
    qtbot.addWidget(view)
    view.resize(460, 300)
    view.choose_kind(of)
    view.choose_node(node)
    view.show_history(history)
    with qtbot.waitExposed(view):
        view.show()
    return view


def drawing_of(view: Histograms) -> RidgeDrawing:
    assert view.area.drawing is not None
    return view.area.drawing


def numbers_of(run: WatchedRun, step: int, of: str, name: str) -> np.ndarray:
    return {"activations": run.outputs, "weights": run.weights, "gradients": run.gradients}[of][step][name].reshape(-1)


@pytest.mark.parametrize(
    ("of", "name"),
    [("activations", "relu_1"), ("activations", "tanh_1"), ("weights", "dense_2"), ("gradients", "dense_1")],
)
def test_the_box_says_what_was_in_the_network(qtbot: QtBot, run: WatchedRun, of: str, name: str):
    view = opened(qtbot, run.history, of, name)
    assert drawing_of(view).steps.tolist() == list(WATCHED)
    for place, step in enumerate(WATCHED):
        numbers = numbers_of(run, step, of, name)
        wanted, low, high = counted(numbers), numbers.min(), numbers.max()
        for number in range(BINS):
            middle = low + (number + 0.5) / BINS * (high - low)
            heading, start, end, count, share = view.hover_text(place, middle).splitlines()
            kind = "after" if of == "weights" else "batch of"
            assert heading == f"{kind} step {step} · epoch {(step - 1) // 3 + 1}"
            assert float(start.removeprefix("from ")) == pytest.approx(
                low + number / BINS * (high - low), rel=1e-3, abs=1e-9
            )
            assert float(end.removeprefix("to ")) == pytest.approx(
                low + (number + 1) / BINS * (high - low), rel=1e-3, abs=1e-9
            )
            assert count == f"numbers {wanted[number]} of {len(numbers)}"
            assert float(share.removeprefix("share ").removesuffix("\u202f%")) == pytest.approx(
                100 * wanted[number] / len(numbers), rel=1e-3
            )


def test_beyond_all_numbers_the_box_says_where_they_are(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    numbers = run.weights[4]["dense_2"]
    heading, line = view.hover_text(2, 1e3).splitlines()
    assert heading == "after step 4 · epoch 2"
    low, high = line.removeprefix("all numbers are in ").split(" … ")
    assert float(low) == pytest.approx(numbers.min(), rel=1e-3)
    assert float(high) == pytest.approx(numbers.max(), rel=1e-3)


def test_the_layer_of_the_canvas_or_the_nearest_before_it_that_has_such_numbers(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history, "weights", "relu_1")
    assert view.layer_choice.currentText() == "dense_2"
    view.choose_node("input_1")
    assert view.layer_choice.currentText() == "dense_1"
    view.choose_node("tanh_1")
    view.choose_kind("activations")
    assert view.layer_choice.currentText() == "tanh_1"
    view.choose_node("not_there")
    assert view.layer_choice.currentText() == "dense_1", "the first that gives more than the data"
    assert [view.layer_choice.itemText(number) for number in range(view.layer_choice.count())] == list(
        run.history.nodes
    )


def test_choices_in_the_header_by_keyboard(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    with qtbot.waitSignal(view.wants_changed):
        qtbot.keyClick(view.kind_choice, Qt.Key.Key_Down)
    assert view.of == "gradients"
    assert view.probes == ("gradient_histogram",)
    qtbot.keyClick(view.layer_choice, Qt.Key.Key_Down)
    assert view.row == 2
    numbers = run.gradients[12]["dense_3"]
    assert view.hover_text(4, float(numbers.max())).splitlines()[3].endswith(f" of {len(numbers)}")


def test_what_is_chosen_is_remembered(qtbot: QtBot, run: WatchedRun, tmp_path: Path):
    settings = Settings(tmp_path / "settings.ini")
    view = opened(qtbot, run.history)
    view.take_settings(settings)
    assert view.of == "activations"
    view.choose_kind("gradients")
    view._forms.actions()[1].trigger()
    view._log_action.trigger()
    found = [settings.get(each) for each in (HISTOGRAM_OF, HISTOGRAM_FORM, HISTOGRAM_LOG)]
    assert found == ["gradients", "map", True]
    other = opened(qtbot, run.history)
    other.take_settings(settings)
    assert (other.of, other.is_map, other.is_logarithmic) == ("gradients", True, True)
    assert (other.kind_choice.currentText(), other._log_action.isChecked()) == ("Gradients", True)
    assert [action.isChecked() for action in other._forms.actions()] == [False, True]


def test_a_frozen_layer_and_what_was_never_looked_at_are_said_in_words(qtbot: QtBot):
    view = opened(qtbot, None)
    assert view.words.text().startswith("Press Run")
    view.show_history(made_up(3))
    assert view.words.text().startswith("Weights are measured only while this can be seen")
    view.choose_kind("gradients")
    assert view.words.text() == "dense_2 is frozen: its gradient is not computed"
    view.choose_node("dense_1")
    assert not view.words.isVisible()
    view.clear()
    assert view.words.isVisible()
    assert view.layer_choice.isHidden()


@pytest.mark.parametrize("of", list(KINDS))
@pytest.mark.parametrize("is_map", [False, True])
def test_one_step_three_steps_and_numbers_that_are_all_the_same(qtbot: QtBot, of: str, is_map: bool):
    chain = [layers.Input(shape=(4,)), layers.Dense(units=3, kernel_initializer="zeros")]
    for watched in ({1}, {1, 2, 3}):
        history = record(chain, np.zeros((8, 4), np.float32), np.arange(8) % 3, watched, 3)
        view = opened(qtbot, history, of, "dense_1")
        view.set_map(is_map)
        assert len(drawing_of(view).steps) == len(watched)
        assert not view.grab().isNull()
        value = float(drawing_of(view).ranges[0].mean())
        assert "numbers" in view.hover_text(0, value)


@pytest.mark.parametrize("kind", ["conv", "lstm", "hundred"])
def test_other_networks(qtbot: QtBot, kind: str):
    rng = np.random.default_rng(0)
    shape = {"conv": (6, 6, 1), "lstm": (7, 3), "hundred": (4,)}[kind]
    body = {
        "conv": [layers.Conv2D(filters=3, kernel_size=3), layers.ReLU(), layers.Flatten()],
        "lstm": [layers.LSTM(units=5)],
        "hundred": [layers.Dense(units=3) for _ in range(100)],
    }[kind]
    chain = [layers.Input(shape=shape), *body, layers.Dense(units=2)]
    x = rng.standard_normal((32, *shape)).astype(np.float32)
    history = record(chain, x, rng.integers(0, 2, 32), {1, 3}, 3)
    for of in KINDS:
        for node in ("input_1", history.layers[0], history.layers[-1]):
            view = opened(qtbot, history, of, node)
            assert not view.grab().isNull()
            place = view.row
            assert place is not None
            _, counts, ranges = history.histogram(KINDS[of].probe)
            text = view.hover_text(1, float(ranges[1, place, 1]))
            assert text.splitlines()[3].startswith(f"numbers {counts[1, place, -1]} of {counts[1, place].sum()}")


def test_a_run_that_diverges_is_shown_up_to_there(qtbot: QtBot):
    rng = np.random.default_rng(0)
    history = History(["dense_1"], ["input_1", "dense_1"])
    for step in range(1, 5):
        counts, ranges = np.ones((1, BINS), np.int64), np.array([[-(10.0 ** (70 * step)), 10.0 ** (70 * step)]])
        if step == 4:
            counts, ranges = 0 * counts, ranges * np.nan
        history.append([Record(step, 1, {"loss": rng.random(), "weight_histogram": Counted(counts, ranges)})])
    view = opened(qtbot, history, node="dense_1")
    assert drawing_of(view).steps.tolist() == [1, 2, 3]
    for is_map in (False, True):
        view.set_map(is_map)
        assert not view.grab().isNull()
    assert view.hover_text(2, 0.0).splitlines()[3] == "numbers 1 of 64"


def test_the_counts_are_written_as_csv(qtbot: QtBot, run: WatchedRun, tmp_path: Path):
    view = opened(qtbot, run.history, "gradients", "dense_1")
    view.save(tmp_path / "counts.csv")
    with (tmp_path / "counts.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["quantity", "layer", "step", "of", "from", "to", "count"]
    assert {(*row[:2], row[3]) for row in rows} == {("gradients", "dense_1", "batch, before the update")}
    rows = [[row[2], *row[4:]] for row in rows]
    assert len(rows) == BINS * len(WATCHED)
    for place, step in enumerate(WATCHED):
        part = rows[place * BINS : (place + 1) * BINS]
        numbers = run.gradients[step]["dense_1"]
        assert {int(row[0]) for row in part} == {step}
        assert [int(row[3]) for row in part] == counted(numbers)
        edges = np.linspace(numbers.min(), numbers.max(), BINS + 1)
        np.testing.assert_allclose([[float(cell) for cell in row[1:3]] for row in part], np.c_[edges[:-1], edges[1:]])


@pytest.mark.parametrize("is_map", [False, True])
def test_pictures_are_written(qtbot: QtBot, run: WatchedRun, tmp_path: Path, is_map: bool):
    view = opened(qtbot, run.history, "activations", "tanh_1")
    view.set_map(is_map)
    view.save(tmp_path / "picture.png")
    view.save(tmp_path / "picture.svg")
    image = QImage(str(tmp_path / "picture.png"))
    assert image.width() == 2 * view.width()
    assert QSvgRenderer(str(tmp_path / "picture.svg")).isValid()
    colors = {image.pixelColor(x, image.height() - 80).name() for x in range(80, image.width() - 140)}
    assert len(colors) > 2


def test_nothing_is_computed_while_hidden(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    shown: list[int] = []
    monkeypatch.setattr(RidgeArea, "show_histograms", lambda self, *rest: shown.append(1))
    view = Histograms()
    qtbot.addWidget(view)
    view.choose_kind("gradients")
    view.show_history(made_up(5))
    view.choose_node("dense_1")
    view.refresh()
    assert not shown
    with qtbot.waitExposed(view):
        view.show()
    assert shown
