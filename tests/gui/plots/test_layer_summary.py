"""The list of layers has the numbers of each, computed a second time, of the step that is shown."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from deepviz.engine import layers
from deepviz.gui.plots.layer_lines import FOOT, GAP, HEAD, LINE_HEIGHT, MARGIN
from deepviz.gui.plots.layer_summary import LayerSummary
from deepviz.gui.settings import ACTIVATION_ALL, Settings
from deepviz.gui.theme import DARK, LIGHT
from deepviz.training.history import History
from tests.gui.plots.conftest import Record
from tests.gui.plots.watched_run import WatchedRun, by_hand, record

WATCHED = (1, 3, 4, 9, 12)
SHOWN = ("dense_1", "tanh_1", "dense_2", "relu_1", "dense_3")


@pytest.fixture(scope="module")
def run() -> WatchedRun:
    return by_hand(WATCHED)


def opened(qtbot: QtBot, history: History | None, width: int = 620, height: int = 240) -> LayerSummary:
    view = LayerSummary()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show_history(history)
    with qtbot.waitExposed(view):
        view.show()
    return view


def shown(view: LayerSummary) -> list[dict[str, str]]:
    """Every cell that is painted as text, by its heading."""
    heads = [head for head, _ in view.lines._columns()]
    return [{"": name} | {head: view.lines._cell(head, each) for head in heads} for name, each in view.lines.layers]


def in_words(output: np.ndarray, name: str) -> dict[str, str]:
    return {
        "": name,
        "mean ± spread": f"{short(output.mean())} ± {short(output.std())}",
        "zeros": f"{100 * (output == 0).mean():.2f}\u202f%",
        "saturated": f"{100 * (np.abs(output) > 0.96).mean():.2f}\u202f%" if name == "tanh_1" else "–",
        "dead": f"{(output == 0).all(axis=0).sum()} of {output.shape[1]}",
    }


def short(value: float) -> str:
    """Four digits; a power of ten where the number is below a thousandth."""
    if abs(value) >= 1e-3:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


@pytest.mark.parametrize(("moment", "step"), [(None, 12), (1, 1), (8, 4), (9, 9), (100, 12)])
def test_each_line_says_what_its_layer_gave(qtbot: QtBot, run: WatchedRun, moment: int | None, step: int):
    view = opened(qtbot, run.history)
    view.show_moment(moment)
    assert shown(view) == [in_words(run.outputs[step][name], name) for name in SHOWN]
    assert view.header.note == f"batch of step {step}"


def test_before_the_first_step_looked_at_words_say_so(qtbot: QtBot):
    view = opened(qtbot, by_hand((5, 6), steps=6).history)
    view.show_moment(3)
    assert view.words.isVisible()
    assert view.words.text().startswith("Nothing was looked at up to step 3")
    view.show_moment(None)
    assert not view.words.isVisible()
    assert view.header.note == "batch of step 6"


def test_the_bars_share_an_axis_that_holds_them_all(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    outputs = [run.outputs[12][name] for name in SHOWN]
    low, high = view.lines.axis
    least, most = min(each.mean() - each.std() for each in outputs), max(each.mean() + each.std() for each in outputs)
    margin = 0.04 * (max(most, 0) - min(least, 0))
    assert (low, high) == (pytest.approx(min(least, 0) - margin), pytest.approx(max(most, 0) + margin))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_bar_is_where_mean_and_spread_say(qtbot: QtBot, theme: object):
    history = History(["dense_1"], ["input_1", "dense_1", "dense_2"])
    found = {"mean": [0.0, 2.0, -1.0], "deviation": [1.0, 1.0, 2.0], "zeros": [0.0] * 3, "dead": [0.0] * 3}
    found |= {"saturated": [math.nan] * 3, "units": [2.0] * 3}
    history.append([Record(1, 1, {f"activations/{key}": np.array(row) for key, row in found.items()})])
    view = opened(qtbot, history)
    chosen = LIGHT if theme is LIGHT else DARK
    view.apply_theme(chosen)
    image = view.lines.viewport().grab().toImage()
    low, high = view.lines.axis
    assert (low, high) == (pytest.approx(-3.24), pytest.approx(3.24))
    for number, (left, right) in enumerate(((1.0, 3.0), (-3.0, 1.0))):
        y = HEAD + LINE_HEIGHT * number + LINE_HEIGHT // 2 + 2
        blue = [x for x in range(image.width()) if image.pixelColor(x, y).name() == chosen.accent_fill]
        if number == 0:
            first = blue
        width = blue[-1] - blue[0] + 1
        ratio = (right - left) / 2.0
        assert width == pytest.approx(ratio * (first[-1] - first[0] + 1), abs=2)
    assert blue[-1] == pytest.approx(first[0], abs=2), "one ends at 1, where the other begins"


def test_the_box_has_exact_numbers_by_mouse_and_keyboard(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    lines = view.lines
    qtbot.mouseMove(lines.viewport(), QPoint(60, HEAD + 3 * LINE_HEIGHT + 10))
    assert lines.current == 3
    output = run.outputs[12]["relu_1"]
    assert lines.accessibleDescription().splitlines() == [
        "relu_1",
        f"mean {output.mean():.6g}",
        f"standard deviation {output.std():.6g}",
        f"zeros {100 * (output == 0).mean():.4f}\u202f%",
        "saturated has no ends",
        f"dead units {(output == 0).all(axis=0).sum()} of 5",
    ]
    assert not lines.viewport().grab().isNull()
    for key, number in ((Qt.Key.Key_Up, 2), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 4), (Qt.Key.Key_Down, 4)):
        qtbot.keyClick(lines, key)
        assert lines.current == number
    qtbot.keyClick(lines, Qt.Key.Key_Escape)
    assert lines.current is None
    assert lines.accessibleDescription() == ""


def test_a_click_on_a_line_chooses_its_layer(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    viewport, chosen = view.lines.viewport(), list[str]()
    view.node_chosen.connect(chosen.append)
    for number in (2, 0):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=line(number))
    assert chosen == [SHOWN[2], SHOWN[0]]
    qtbot.mouseMove(viewport, line(1))
    assert viewport.cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=line(1))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=line(3))  # thought better of it
    qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=line(1))
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(40, HEAD // 2))
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(40, viewport.height() - FOOT // 2))
    assert len(chosen) == 2
    qtbot.mouseMove(viewport, QPoint(40, HEAD // 2))
    assert viewport.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_enter_chooses_the_line_that_the_box_stands_at(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history)
    chosen = list[str]()
    view.node_chosen.connect(chosen.append)
    qtbot.keyClick(view.lines, Qt.Key.Key_Return)
    assert chosen == [], "there is no box yet"
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_End, Qt.Key.Key_Enter):
        qtbot.keyClick(view.lines, key)
    assert chosen == [SHOWN[1], SHOWN[-1]]


def line(number: int) -> QPoint:
    """A point of a line."""
    return QPoint(40, HEAD + LINE_HEIGHT * number + LINE_HEIGHT // 2)


def test_a_narrow_list_gives_up_columns_and_cuts_none_off(qtbot: QtBot, run: WatchedRun):
    seen = []
    for width in (236, 320, 400, 620):
        view = opened(qtbot, run.history, width)
        columns = view.lines._columns()
        seen.append([head for head, _ in columns])
        taken = sum(each for _, each in columns) + view.lines._name_width()
        assert taken <= view.lines.viewport().width() - 80
    assert seen[-1] == ["dead", "saturated", "zeros", "mean ± spread"]
    assert all(wide[: len(narrow)] == narrow for narrow, wide in pairwise(seen))
    assert seen[0]


@pytest.mark.parametrize(
    ("width", "scale"), [(236, 1.0), (258, 1.0), (258, 1e13), (258, 3e-5), (320, 0.7), (620, 40.0)]
)
def test_its_axis_has_two_marks_at_least(qtbot: QtBot, width: int, scale: float):
    """With a single one, of 0, nobody can read how long a bar is."""
    history = History(["dense_1"], ["input_1", "dense_1", "sigmoid_1"])
    found = {"mean": [0.0, 0.01, -0.31], "deviation": [0.9, 0.6, 0.3], "zeros": [0.0] * 3, "dead": [0.0] * 3}
    found = {key: [scale * each for each in row] for key, row in found.items()}
    found |= {"saturated": [math.nan, math.nan, 0.125], "units": [8.0] * 3}
    history.append([Record(1, 1, {f"activations/{key}": np.array(row) for key, row in found.items()})])
    view = opened(qtbot, history, width)
    bars = width - 2 * MARGIN - view.lines._name_width() - GAP - sum(each for _, each in view.lines._columns())
    ticks = view.lines.value_ticks(bars)
    low, high = view.lines.axis
    assert len({tick.label for tick in ticks}) >= 2
    assert all(low <= tick.position <= high for tick in ticks)


def test_where_one_column_alone_has_room_two_are_written_short(qtbot: QtBot, run: WatchedRun):
    view = opened(qtbot, run.history, 258)
    assert [head for head, _ in view.lines._columns()][:2] == ["dead", "saturated"]
    for name, each in view.lines.layers:
        output = run.outputs[12][name]
        assert view.lines._cell("dead", each) == f"{(output == 0).all(axis=0).sum()}/{output.shape[1]}"
        share = 100 * (np.abs(output) > 0.96).mean()
        assert view.lines._cell("saturated", each) == (f"{share:.0f}\u202f%" if name == "tanh_1" else "–")


def test_a_hundred_layers_are_scrolled_and_all_are_in_the_picture(qtbot: QtBot, tmp_path: Path):
    rng = np.random.default_rng(0)
    chain = [layers.Input(shape=(4,)), *(layers.Dense(units=3) for _ in range(100))]
    history = record(chain, rng.standard_normal((32, 4)).astype(np.float32), rng.integers(0, 3, 32), {1, 3}, 3)
    view = opened(qtbot, history)
    lines = view.lines
    for _ in range(100):
        qtbot.keyClick(lines, Qt.Key.Key_Down)
    assert lines.current == 99
    top = HEAD + 99 * LINE_HEIGHT - lines.verticalScrollBar().value()
    assert HEAD <= top <= lines.viewport().height() - FOOT - LINE_HEIGHT
    view.choose_node("dense_2")
    assert lines.verticalScrollBar().value() <= LINE_HEIGHT
    view.save(tmp_path / "picture.png")
    assert QImage(str(tmp_path / "picture.png")).height() >= 2 * 100 * LINE_HEIGHT
    view.save(tmp_path / "picture.svg")
    text = (tmp_path / "picture.svg").read_text()
    assert "dense_100" in text
    assert "of 3" in text


def test_other_networks(qtbot: QtBot):
    rng = np.random.default_rng(0)
    chain = [
        *(layers.Input(shape=(6, 6, 1)), layers.Conv2D(filters=3, kernel_size=3), layers.ReLU(), layers.Flatten()),
        *(layers.Dropout(rate=0.5), layers.Dense(units=2)),
    ]
    history = record(chain, rng.standard_normal((32, 6, 6, 1)).astype(np.float32), rng.integers(0, 2, 32), {2}, 4)
    view = opened(qtbot, history)
    assert [name for name, _ in view.lines.layers] == ["conv2d_1", "relu_1", "dense_1"]
    view._all_action.trigger()
    assert [name for name, _ in view.lines.layers] == list(history.nodes)
    assert [each.units for _, each in view.lines.layers] == [1, 3, 3, 48, 48, 2]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, 0.0])
def test_whatever_the_numbers_are_it_can_be_painted(qtbot: QtBot, value: float):
    history = History(["dense_1"], ["input_1", "dense_1"])
    found = {f"activations/{key}": np.array([0.0, value]) for key in ("mean", "deviation", "zeros", "saturated")}
    history.append([Record(1, 1, found | {"activations/dead": np.array([0.0, math.nan])})])
    view = opened(qtbot, history)
    view.lines._point_at(0)
    assert not view.grab().isNull()
    assert all(math.isfinite(end) for end in view.lines.axis)


def test_the_numbers_are_written_as_csv(qtbot: QtBot, run: WatchedRun, tmp_path: Path):
    view = opened(qtbot, run.history)
    view.show_moment(4)
    view.save(tmp_path / "numbers.csv")
    with (tmp_path / "numbers.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["step", "of", "layer", "mean", "deviation", "zeros", "saturated", "dead", "units"]
    for name, row in zip(SHOWN, rows, strict=True):
        output = run.outputs[4][name]
        assert row[:3] == ["4", "batch, before the update", name]
        row = row[1:]
        np.testing.assert_allclose([float(row[2]), float(row[3])], [output.mean(), output.std()], atol=1e-9)
        assert float(row[4]) == (output == 0).mean()
        assert row[5] == (repr(float((np.abs(output) > 0.96).mean())) if name == "tanh_1" else "")
        assert row[6:] == [str((output == 0).all(axis=0).sum()), str(output.shape[1])]


def test_empty_states_and_what_is_remembered(qtbot: QtBot, run: WatchedRun, tmp_path: Path):
    view = opened(qtbot, None)
    assert view.words.text() == "Press Run to see what the layers give"
    view.show_history(by_hand((), steps=1).history)
    assert "measured only while this can be seen" in view.words.text()
    settings = Settings(tmp_path / "settings.ini")
    view.take_settings(settings)
    view.show_history(run.history)
    view._all_action.trigger()
    assert settings.get(ACTIVATION_ALL)
    other = opened(qtbot, run.history)
    other.take_settings(settings)
    assert [name for name, _ in other.lines.layers] == ["input_1", *SHOWN]
