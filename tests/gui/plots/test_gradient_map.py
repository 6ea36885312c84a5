"""The map of gradients has the right colour at each layer and step, and keeps zero, infinity and nothing apart."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from pytestqt.qtbot import QtBot

from deepviz.gui.amounts import thousands
from deepviz.gui.plots.area import TICK_SIZE
from deepviz.gui.plots.gradient_map import BAR_GAP, BAR_WIDTH, CAPACITY, LABEL_GAP, GradientMap
from deepviz.gui.plots.magnitude import ALL
from deepviz.gui.plots.map_cells import Kind
from deepviz.gui.theme import DARK, LIGHT, Theme, body_font, viridis
from deepviz.training.history import History

MakeHistory = Callable[..., History]


def opened(qtbot: QtBot, history: History | None, width: int = 460, height: int = 280) -> GradientMap:
    plot = GradientMap()
    qtbot.addWidget(plot)
    plot.resize(width, height)
    plot.show_history(history)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def color_at(plot: GradientMap, step: float, layer: float) -> str:
    """The colour on screen of a layer at a step: in the middle of its cell."""
    image = plot.area.grab().toImage()
    point = QPointF(plot.area.x_pixel(step - 0.5), plot.area.y_pixel(layer + 0.5)).toPoint()
    return image.pixelColor(point).name()


def colors_of(plot: GradientMap, step: float, layer: float) -> set[str]:
    """All colours on screen within the middle of a cell: patterns have more than one."""
    image, area = plot.area.grab().toImage(), plot.area
    left, right = (round(area.x_pixel(step - 1 + share)) for share in (0.2, 0.8))
    right = max(right, left + 9)
    top, bottom = (round(area.y_pixel(layer + share)) for share in (0.2, 0.8))
    return {image.pixelColor(x, y).name() for x in range(left, right) for y in range(top, bottom)}


def viridis_at(share: float) -> str:
    return QColor(*viridis()[min(int(256 * share), 255)].tolist()).name()


def test_a_cell_has_the_viridis_colour_of_its_logarithm_and_the_first_layer_is_at_the_top(
    qtbot: QtBot, make_history: MakeHistory
):
    norms = np.ones((20, 3))
    norms[:, 0], norms[:, 1], norms[:, 2] = 1e-4, 10**-1.5, 1.0
    norms[9, 1] = 1e-3
    plot = opened(qtbot, make_history(20, norms=norms))
    assert plot.levels == (-4, 0)
    assert color_at(plot, 5, 0) == viridis_at(0)
    assert color_at(plot, 5, 1) == viridis_at(2.5 / 4)
    assert color_at(plot, 10, 1) == viridis_at(1 / 4)
    assert color_at(plot, 11, 1) == viridis_at(2.5 / 4)
    assert color_at(plot, 5, 2) == viridis_at(1)
    assert plot.area.y_pixel(0.5) < plot.area.y_pixel(2.5)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_zero_infinite_frozen_and_not_measured_are_told_apart_by_patterns_too(
    qtbot: QtBot, make_history: MakeHistory, theme: Theme
):
    norms = np.full((10, 3), 0.1)
    norms[2:, 1] = 0.0
    norms[4, 2], norms[5, 2], norms[6, 0] = np.inf, -np.inf, np.nan
    plot = opened(qtbot, make_history(10, norms=norms, skipped=[9]), width=760, height=300)
    plot.apply_theme(theme)
    assert colors_of(plot, 6, 1) == {theme.dim, theme.panel}, "ruled"
    assert colors_of(plot, 6, 2) == {theme.bad, theme.panel}, "crossed out"
    assert colors_of(plot, 7, 0) >= {theme.line, theme.dim}, "hatched"
    assert colors_of(plot, 9, 0) == {theme.panel}, "empty"
    assert colors_of(plot, 8, 0) == {viridis_at(0)}, "a number is plain"
    assert [(entry.name, entry.color) for entry in plot.header.entries] == [
        ("zero", theme.dim),
        ("∞", theme.bad),
        ("frozen", theme.line),
    ]
    # By word as well, each in the box.
    assert [
        plot.hover_text(step - 0.5, row + 0.5).splitlines()[1] for step, row in ((6, 1), (6, 2), (7, 0), (9, 0))
    ] == [
        "dense_2 0",
        "dense_3 −∞",
        "dense_1 frozen",
        "dense_1 not measured",
    ]


def test_one_bad_step_of_a_long_run_is_not_averaged_away(qtbot: QtBot, make_history: MakeHistory):
    norms = np.full((20_000, 2), 0.1)
    norms[12_000, 1] = np.inf
    plot = opened(qtbot, make_history(20_000, norms=norms))
    row = np.array([[color_at_x(plot, x, 1)] for x in range(int(plot.area.frame.left()), int(plot.area.frame.right()))])
    assert (row == DARK.bad).any()


def color_at_x(plot: GradientMap, x: int, layer: int) -> str:
    if not hasattr(plot, "_grabbed"):
        plot._grabbed = plot.area.grab().toImage()  # type: ignore[attr-defined]
    return str(plot._grabbed.pixelColor(QPoint(x, round(plot.area.y_pixel(layer + 0.5)))).name())  # type: ignore[attr-defined]


def test_columns_are_geometric_means_of_their_steps(qtbot: QtBot, make_history: MakeHistory):
    steps = 5000
    norms = 10.0 ** np.stack([np.linspace(-5, -1, steps), np.linspace(0, 2, steps)], axis=1)
    plot = opened(qtbot, make_history(steps, norms=norms))
    bins = plot.cells.bins
    assert bins is not None
    width = bins.width
    assert len(bins) <= CAPACITY
    assert len(bins) <= plot.area.frame.width() + 1
    assert len(bins) == math.ceil(steps / width)
    for number in (0, 1, 7, len(bins) - 1):
        part = np.log10(norms[number * width : (number + 1) * width])
        np.testing.assert_allclose(bins.mean[number], part.mean(axis=0), rtol=1e-9)


def test_a_column_with_numbers_and_zeros_shows_the_mean_of_the_numbers(qtbot: QtBot, make_history: MakeHistory):
    norms = np.full((5000, 2), 1e-3)
    norms[::2, 1], norms[:, 0] = 0.0, 1.0
    plot = opened(qtbot, make_history(5000, norms=norms))
    assert plot.levels == (-3, 0)
    assert colors_of(plot, 2500, 1) == {viridis_at(0)}
    assert plot.hover_text(2500, 1.5).splitlines()[1] == "dense_2 0.001"
    assert plot.hover_text(2501, 1.5).splitlines()[1] == "dense_2 0"


def test_it_grows_without_reading_old_steps_again(
    qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch
):
    history = make_history(3000)
    plot = opened(qtbot, history)
    assert plot._bins is not None
    read: list[int] = []
    extend = plot._bins.extend
    monkeypatch.setattr(plot._bins, "extend", lambda steps, *rows: (read.append(len(steps)), extend(steps, *rows)))
    make_history(25, first_step=3001, history=history)
    plot.draw()
    assert read == [25]
    whole = opened(qtbot, history)
    assert plot.cells is not None
    assert whole.cells is not None
    np.testing.assert_array_equal(plot.cells.bins.mean, whole.cells.bins.mean)


def test_where_steps_were_let_go_the_map_has_no_gaps(qtbot: QtBot, make_history: MakeHistory):
    history = History(["dense_1", "dense_2"], most_steps=64)
    norms = np.ones((1000, 2))
    norms[499] = 1e-3  # step 500, which is not kept
    plot = opened(qtbot, make_history(1000, norms=norms, history=history))
    assert history.every == 16
    assert plot.cells is not None
    assert (plot.cells.bins.rows > 0).all()
    assert plot.area.x_range == (0.0, 1000.0)
    assert {color_at(plot, step, 0) for step in range(20, 1000, 40)} == {viridis_at(0)}
    assert plot.hover_text(500, 0.5) == "step 496 · epoch 50\ndense_1 1"


def test_a_hundred_layers_have_thinned_labels_that_do_not_touch(qtbot: QtBot, make_history: MakeHistory):
    norms = np.tile(10.0 ** np.linspace(-6, 0, 100), (30, 1))
    plot = opened(qtbot, make_history(30, norms=norms))
    marks = plot._marks(0, 100, 5)
    assert [mark.label for mark in marks[:3]] == ["dense_1", "dense_11", "dense_21"]
    pixels = [plot.area.y_pixel(mark.position) for mark in marks]
    assert min(np.diff(pixels)) >= 12
    assert color_at(plot, 15, 0) == viridis_at(0)
    assert color_at(plot, 15, 99) == viridis_at(1)


def test_the_box_names_layer_step_and_value(qtbot: QtBot, make_history: MakeHistory):
    norms = np.array([[step * 1e-3, step * 2e-3] for step in range(1, 21)])
    plot = opened(qtbot, make_history(20, norms=norms, skipped=[7]))
    assert plot.hover_text(4.5, 1.2) == "step 5 · epoch 1\ndense_2 0.01"
    assert plot.hover_text(4.5, 0.9) == "step 5 · epoch 1\ndense_1 0.005"
    assert plot.hover_text(6.5, 0.5) == "step 7 · epoch 1\ndense_1 not measured"
    assert plot.hover_text(99, 99) == "step 20 · epoch 2\ndense_2 0.04"


def test_the_box_gives_the_mean_where_a_column_stands_for_several_steps(qtbot: QtBot, make_history: MakeHistory):
    norms = 10.0 ** np.linspace(-3, 0, 5000)[:, None]
    plot = opened(qtbot, make_history(5000, norms=norms))
    assert plot.cells is not None
    width = plot.cells.bins.width
    start = (1000 - 1) // width * width + 1
    mean = 10 ** np.log10(norms[start - 1 : start + width - 1]).mean()
    lines = plot.hover_text(1000, 0.5).splitlines()
    assert lines[1] == f"dense_1 {norms[999, 0]:.6g}"
    assert lines[2] == f"mean of {start}–{thousands(start + width - 1)} {mean:.6g}"


def test_pointing_with_the_mouse(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, make_history(20, norms=np.full((20, 2), 0.5)))
    at = QPointF(plot.area.x_pixel(9.5), plot.area.y_pixel(1.5)).toPoint()
    qtbot.mouseMove(plot.area.viewport(), at)
    assert plot.area.pointer is not None
    assert plot.area.pointer.step == 10
    assert plot.area.pointer.readings[0].name == "dense_2"
    qtbot.keyClick(plot.area, Qt.Key.Key_Left)
    assert plot.area.pointer.step == 9


def test_zoomed_in_single_steps_are_there_again(qtbot: QtBot, make_history: MakeHistory):
    norms = 10.0 ** np.linspace(-4, 0, 20_000)[:, None]
    plot = opened(qtbot, make_history(20_000, norms=norms))
    assert plot.cells is not None
    assert plot.cells.bins.width > 8
    plot.area.zoom(0.002, 1.0, QPointF(10_000, 0.5))
    assert plot.cells.bins.width == 1
    step = 10_001
    assert color_at(plot, step, 0) == viridis_at((math.log10(norms[step - 1, 0]) + 4) / 4)
    assert plot.area.y_range == (0.0, 1.0)


def test_the_scale_of_the_canvas_is_taken_over(qtbot: QtBot, make_history: MakeHistory):
    norms = np.tile([1e-9, 1e-3, 1.0], (20, 1))
    plot = opened(qtbot, make_history(20, norms=norms))
    plot.show_scale(-4, -2)
    assert plot.levels == (-4, -2)
    assert color_at(plot, 5, 0) == viridis_at(0)
    assert color_at(plot, 5, 1) == viridis_at(0.5)
    assert color_at(plot, 5, 2) == viridis_at(1)


def test_only_zeros_only_infinities_and_only_nan_can_be_shown(qtbot: QtBot, make_history: MakeHistory):
    for value, color in ((0.0, DARK.dim), (math.inf, DARK.bad), (math.nan, DARK.line)):
        plot = opened(qtbot, make_history(5, norms=np.full((5, 2), value)))
        assert color in colors_of(plot, 4, 0)


@pytest.mark.parametrize("steps", [3, 20_000])
def test_the_row_of_a_frozen_layer_is_hatched_and_says_why(qtbot: QtBot, make_history: MakeHistory, steps: int):
    norms = np.full((steps, 3), 0.1)
    norms[:, 1] = np.nan
    plot = opened(qtbot, make_history(steps, norms=norms))
    assert [color_at(plot, steps // 2, layer) for layer in (0, 2)] == [viridis_at(0)] * 2
    assert {DARK.line, DARK.dim} <= colors_of(plot, steps // 2, 1)
    ((kind, place),) = plot.marks.runs()
    assert kind == Kind.FROZEN
    assert place.top() == pytest.approx(plot.area.y_pixel(1))
    assert place.left() == pytest.approx(plot.area.x_pixel(0))
    pointer = plot._pointer_at(steps // 2, 1.5)
    assert pointer is not None
    assert [(reading.name, reading.value) for reading in pointer.readings] == [("dense_2", "frozen")]
    assert [entry.name for entry in plot.header.entries] == ["frozen"]


def test_a_layer_that_was_frozen_for_a_while_shows_when(qtbot: QtBot, make_history: MakeHistory):
    norms = np.full((20, 2), 0.1)
    norms[5:12, 0] = np.nan
    plot = opened(qtbot, make_history(20, norms=norms))
    ((kind, place),) = plot.marks.runs()
    assert kind == Kind.FROZEN
    assert (place.left(), place.right()) == pytest.approx((plot.area.x_pixel(5), plot.area.x_pixel(12)))
    assert colors_of(plot, 5, 0) == {viridis_at(0)}
    assert colors_of(plot, 13, 0) == {viridis_at(0)}


def test_rows_too_low_for_words_share_a_pattern(qtbot: QtBot, make_history: MakeHistory):
    norms = np.full((30, 100), 0.1)
    norms[10:20, 40:60] = np.nan
    plot = opened(qtbot, make_history(30, norms=norms))
    ((_, place),) = plot.marks.runs()
    assert (place.top(), place.bottom()) == pytest.approx((plot.area.y_pixel(40), plot.area.y_pixel(60)))


def test_the_map_is_written_as_csv(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    norms = np.array([[0.1, 0.0], [np.nan, np.inf], [1.0, 1.0]])
    plot = opened(qtbot, make_history(4, norms=np.vstack([norms, [[1, 1]]]), skipped=[3]))
    plot.save(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["from_step", "to_step", *(f"dense_{each} {ALL[0].column_words}" for each in (1, 2))]
    assert rows[1][:2] == ["1", "1"]
    assert float(rows[1][2]) == pytest.approx(0.1)
    assert rows[1][3] == "0.0"
    assert rows[2][2:] == ["frozen", "inf"]
    assert rows[3][2:] == ["not measured", "not measured"]
    assert [float(cell) for cell in rows[4][2:]] == [1.0, 1.0]


def test_a_run_without_gradients_says_so(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, make_history(3, skipped=[1, 2, 3]))
    assert plot.words.text() == "No gradient was measured in this run"


@pytest.mark.parametrize("power", [-3, -10, -38])
def test_the_numbers_beside_the_colour_bar_are_whole(qtbot: QtBot, make_history: MakeHistory, power: int):
    norms = np.ones((20, 3))
    norms[:, 0] = 10.0**power
    plot = opened(qtbot, make_history(20, norms=norms), width=236, height=200)
    metrics = QFontMetricsF(body_font(TICK_SIZE))
    left = plot.area.frame.right() + BAR_GAP + BAR_WIDTH + LABEL_GAP
    widest = max(metrics.horizontalAdvance(each.label) for each in plot._bar_labels(plot.area.frame.height()))
    assert left + widest <= plot.area.width()
    image = plot.area.grab().toImage()
    ground = image.pixelColor(image.width() - 1, 0)
    assert all(image.pixelColor(image.width() - 1, y) == ground for y in range(image.height())), "nothing is cut off"
