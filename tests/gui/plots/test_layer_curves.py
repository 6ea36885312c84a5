"""What curves cannot show of layers is marked: frozen, infinite, not measured; at a moment, numbers are those of it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.area import TICK_SIZE
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.overlay import room_of
from deepviz.gui.plots.plot import Plot
from deepviz.gui.theme import DARK, LIGHT, Theme, body_font, viridis
from deepviz.training import divergence
from deepviz.training.history import History
from tests.gui.plots.conftest import Record

MakeHistory = Callable[..., History]


def opened(qtbot: QtBot, view: Plot, history: History, width: int = 760) -> None:
    qtbot.addWidget(view)
    view.resize(width, 320)
    view.show_history(history)
    view.show()
    qtbot.waitExposed(view)


def sparse(measured: dict[int, list[float]], steps: int) -> History:
    """Mean gradients of the steps given, and a loss at every step."""
    rows = len(next(iter(measured.values())))
    history = History([f"dense_{number + 1}" for number in range(rows)])
    for step in range(1, steps + 1):
        values: dict[str, object] = {"loss": 1.0, "gradient_norm": np.ones(rows)}
        if step in measured:
            values["gradients/mean"] = np.array(measured[step])
        history.append([Record(step, 1, values)])
    return history


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_layer_frozen_for_a_while_has_a_gap_and_a_hatched_bar(
    qtbot: QtBot, make_history: MakeHistory, theme: Theme
) -> None:
    norms = np.full((60, 2), 0.1)
    norms[20:40, 1] = math.nan
    view = GradientNorms()
    opened(qtbot, view, make_history(60, norms=norms))
    view.apply_theme(theme)
    assert np.isnan(view.curves["dense_2"].y).tolist() == [20 < step <= 40 for step in range(1, 61)]
    assert view.marks.bars() == [([(21, 40)], "dense_2 frozen")]
    assert not view.header.entries, "it trains now"
    image, area = view.area.grab().toImage(), view.area
    y = round(area.frame.bottom() - 8)
    inside = {image.pixelColor(x, y).name() for x in range(round(area.x_pixel(37)), round(area.x_pixel(40)))}
    assert theme.dim in inside
    assert theme.dim not in {
        image.pixelColor(x, y).name() for x in range(round(area.x_pixel(42)), round(area.x_pixel(60)))
    }
    low = area.y_pixel(-1.0)
    assert low < area.frame.bottom() - 16, "the bar covers no curve"
    assert "dense_2 frozen" in view.hover_text(30)
    assert "dense_2 0.1" in view.hover_text(45)


@pytest.mark.parametrize("width", [760, 300, 210, 184, 158])
def test_words_of_bars_stay_inside_of_the_frame_and_say_that_it_is_frozen(
    qtbot: QtBot, make_history: MakeHistory, width: int
) -> None:
    norms = np.full((60, 2), 0.1)
    norms[40:50, 1] = math.nan
    view = GradientNorms()
    opened(qtbot, view, make_history(60, norms=norms), width)
    frame, metrics = view.area.frame, QFontMetricsF(body_font(TICK_SIZE))
    ((words, place),) = view.marks.words_of_bars()
    assert frame.left() <= place.left()
    assert place.right() <= frame.right() + 0.5
    assert metrics.horizontalAdvance(words) <= place.width()
    assert words.endswith("frozen")
    if room_of("dense_2 frozen") <= frame.width():
        assert words == "dense_2 frozen"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_no_hatching_shows_through_words(qtbot: QtBot, make_history: MakeHistory, theme: Theme) -> None:
    norms = np.full((60, 2), 0.1)
    norms[10:50, 1] = math.nan
    view = GradientNorms()
    view.apply_theme(theme)
    opened(qtbot, view, make_history(60, norms=norms))
    ((_, place),) = view.marks.words_of_bars()
    image, x = view.area.grab().toImage(), round(place.left())
    rows = range(round(place.center().y()) - 6, round(place.center().y()) + 6)
    edge = {image.pixelColor(each, y).name() for each in (x + 1, x + 2) for y in rows}
    assert edge == {theme.panel}, "left of the first letter"


def test_it_grows_and_thaws(qtbot: QtBot, make_history: MakeHistory) -> None:
    frozen = np.array([[0.1, math.nan]] * 5)
    history = make_history(5, norms=frozen)
    view = GradientNorms()
    opened(qtbot, view, history)
    make_history(5, norms=frozen, first_step=6, history=history)
    view.draw()
    assert view.marks.bars() == [([(1, 10)], "dense_2 frozen")]
    assert [entry.name for entry in view.header.entries] == ["dense_2 frozen"]
    make_history(3, norms=np.full((3, 2), 0.1), first_step=11, history=history)
    view.draw()
    assert view.marks.bars() == [([(1, 10)], "dense_2 frozen")]
    assert not view.header.entries


def test_layers_of_the_same_steps_share_a_bar_and_too_many_are_counted(qtbot: QtBot, make_history: MakeHistory) -> None:
    norms = np.full((40, 12), 0.1)
    norms[:, 0:5] = math.nan
    for layer in range(5, 10):
        norms[layer : layer + 3, layer] = math.nan
    view = GradientNorms()
    opened(qtbot, view, make_history(40, norms=norms))
    assert [words for _, words in view.marks.bars()] == [
        "5 layers frozen",
        "dense_6 frozen",
        "dense_7 frozen, and 3 more at other steps",
    ]


def test_infinity_is_a_cross_with_words(qtbot: QtBot, make_history: MakeHistory) -> None:
    norms = np.full((30, 2), 0.1)
    norms[9, 1] = math.inf
    view = GradientNorms()
    opened(qtbot, view, make_history(30, norms=norms))
    assert view.marks.crosses() == [(float(round(view.area.x_pixel(10))), "dense_2 ∞")]
    image = view.area.grab().toImage()
    x, y = round(view.area.x_pixel(10)), round(view.area.frame.top() + 7)
    near = {image.pixelColor(x + dx, y + dy).name() for dx in range(-4, 5) for dy in range(-4, 5)}
    assert DARK.bad in near
    assert "dense_2 ∞" in view.hover_text(10)
    assert "dense_2 frozen" not in view.hover_text(10)


def test_infinities_of_one_pixel_are_named_once(qtbot: QtBot, make_history: MakeHistory) -> None:
    norms = np.full((5000, 2), 0.1)
    norms[2000:2002] = math.inf
    view = GradientNorms()
    opened(qtbot, view, make_history(5000, norms=norms))
    assert [words for _, words in view.marks.crosses()] == ["dense_1 ∞, dense_2 ∞"]


def test_the_bars_cover_no_curve(qtbot: QtBot, make_history: MakeHistory) -> None:
    norms = np.stack([np.geomspace(1, 1e-6, 40), np.full(40, 0.1), np.full(40, 0.1)], axis=1)
    norms[5:9, 1], norms[30:, 2] = math.nan, math.nan
    view = GradientNorms()
    opened(qtbot, view, make_history(40, norms=norms))
    assert len(view.marks.bars()) == 2
    assert view.marks.room == 32
    assert view.area.y_pixel(-6) < view.area.frame.bottom() - view.marks.room


def test_what_goes_back_and_is_no_number_is_called_nan_and_not_frozen(qtbot: QtBot) -> None:
    history = History(["dense_1"], ["input_1", "dense_1", "relu_1"])
    for step in range(1, 11):
        back = np.array([math.nan, 0.5, math.nan if step == 6 else 0.25])
        history.append([Record(step, 1, {"loss": 1.0, "activation_gradients/max": back})])
    choice = Magnitude("max", "activations")
    curves, plot = GradientNorms(), GradientMap()
    for view in (curves, plot):
        view.choose(choice)
        opened(qtbot, view, history)
    assert "relu_1 NaN" in curves.hover_text(6)
    assert "input_1 not computed" in curves.hover_text(6)
    assert curves.marks.crosses() == [(float(round(curves.area.x_pixel(6))), "relu_1 NaN")]
    assert plot.hover_text(5.5, 2.5).endswith("relu_1 NaN")
    assert plot.hover_text(5.5, 0.5).endswith("input_1 not computed")
    assert {kind.name for kind, _ in plot.marks.runs()} == {"BAD", "NOT_COMPUTED"}
    assert [entry.name for entry in plot.header.entries] == ["NaN or ∞", "not computed"]
    assert [row[4] for row in plot.table()[1] if row[0] == 6] == ["NaN or inf"]


def test_no_line_crosses_a_time_in_which_nobody_looked(qtbot: QtBot) -> None:
    steps = [*range(10, 101, 10), *range(500, 601, 10)]
    history = sparse({step: [0.1] for step in steps}, 600)
    view = GradientNorms()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, history)
    assert view.marks.gaps == [(101, 499)]
    curve = view.curves["dense_1"]
    inside = (curve.x > 100) & (curve.x < 500)
    assert np.isnan(curve.y[inside]).all()
    assert inside.any()
    assert np.isfinite(curve.y[~inside]).all()
    image = view.area.grab().toImage()
    area, y = view.area, round(view.area.frame.top() + 20)
    hatched = {image.pixelColor(x, y).name() for x in range(round(area.x_pixel(300)), round(area.x_pixel(320)))}
    plain = {image.pixelColor(x, y).name() for x in range(round(area.x_pixel(520)), round(area.x_pixel(560)))}
    assert DARK.line in hatched
    assert DARK.line not in plain


def test_the_map_tells_measured_between_and_not_measured(qtbot: QtBot) -> None:
    measured = {step: [0.1] for step in [*range(10, 101, 10), *range(200, 301, 10)]}
    measured[30] = [1.0]
    measured[40] = [0.0]
    history = sparse(measured, 300)
    view = GradientMap()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, history, width=1500)
    area, image = view.area, view.area.grab().toImage()

    def colors(low: float, high: float) -> set[str]:
        y = range(round(area.frame.top()) + 30, round(area.frame.top()) + 60)
        return {
            image.pixelColor(x, each).name()
            for x in range(round(area.x_pixel(low)) + 1, round(area.x_pixel(high)))
            for each in y
        }

    def name(share: float) -> str:
        return "#" + bytes(viridis()[min(int(256 * share), 255)]).hex()

    assert view.levels == (-1, 0)
    assert colors(29, 30) == {name(1)}, "measured: plain"
    assert colors(31, 38) == {name(1), DARK.panel}, "between: what was before, hatched"
    assert colors(19, 20) == {name(0)}
    assert colors(41, 48) == {DARK.dim, DARK.panel}, "zero goes on as zero"
    assert colors(120, 130) == {DARK.panel, DARK.line}, "not measured: hatched, as in the curves"
    assert view.hover_text(29.5, 0.5).splitlines()[1:] == ["dense_1 1"]
    assert view.hover_text(34.5, 0.5).splitlines()[1:] == ["dense_1 not measured", "last at step 30 1"]
    assert view.hover_text(39.5, 0.5).splitlines()[1:] == ["dense_1 0"]
    _, rows = view.table()
    cells = {int(row[0]): row[2] for row in rows if row[0] == row[1]}  # type: ignore[call-overload]
    assert cells[30] == pytest.approx(1.0)
    assert cells[35] == "not measured"
    assert cells[40] == 0.0
    assert cells[150] == "not measured"


def test_zoomed_in_the_map_still_knows_what_was_measured_before(qtbot: QtBot) -> None:
    history = sparse({step: [10.0 ** -(step // 1000)] for step in range(100, 4001, 100)}, 4000)
    view = GradientMap()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, history)
    view._follow(False)
    view.area.set_range((2020.0, 2080.0), (0.0, 1.0))
    view.draw()
    image, area = view.area.grab().toImage(), view.area
    found = {image.pixelColor(round(area.x_pixel(step)), round(area.y_pixel(0.3))).name() for step in range(2025, 2075)}
    share = (-2 - view.levels[0]) / (view.levels[1] - view.levels[0])
    assert "#" + bytes(viridis()[int(256 * share)]).hex() in found


def test_at_a_moment_labels_say_the_values_of_that_step(qtbot: QtBot, make_history: MakeHistory) -> None:
    norms = np.array([[step * 1e-3, step * 2e-3, math.nan if step == 7 else 0.5] for step in range(1, 31)])
    view, plot = GradientNorms(), GradientMap()
    history = make_history(30, norms=norms)
    opened(qtbot, view, history)
    opened(qtbot, plot, history)
    assert [text for _, _, text in view._ends()] == ["dense_1", "dense_2", "dense_3"]
    for each in (view, plot):
        each.show_moment(7)
    assert [text for _, _, text in view._ends()] == ["dense_1  0.007", "dense_2  0.014"]
    assert [entry.name for entry in view.header.entries] == ["dense_3 frozen"]
    assert list(plot.marks.values) == ["0.007", "0.014", "frozen"]
    image, x = view.area.grab().toImage(), round(view.area.x_pixel(7))
    column = [image.pixelColor(x + dx, y).name() for dx in (-1, 0, 1) for y in range(10, 100)]
    assert DARK.accent in column
    for each in (view, plot):
        each.show_moment(None)
    assert [text for _, _, text in view._ends()] == ["dense_1", "dense_2", "dense_3"]
    assert not view.header.entries
    assert not plot.marks.values


def test_at_a_moment_between_measurements_it_is_the_one_before(qtbot: QtBot) -> None:
    history = sparse({10: [0.1], 20: [0.2], 30: [0.3]}, 40)
    view = GradientNorms()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, history)
    for step, text in ((20, "dense_1  0.2"), (29, "dense_1  0.2"), (30, "dense_1  0.3")):
        view.show_moment(step)
        assert [label for _, _, label in view._ends()] == [text]
    view.show_moment(5)
    assert view._ends() == []


def test_at_a_moment_at_which_nobody_looked_there_are_no_numbers(qtbot: QtBot) -> None:
    steps = [*range(10, 101, 10), *range(500, 601, 10)]
    history = sparse({step: [0.1, 0.2] for step in steps}, 600)
    view, plot = GradientNorms(), GradientMap()
    for each in (view, plot):
        each.choose(Magnitude("mean"))
        opened(qtbot, each, history)
        each.show_moment(300)
    assert view._ends() == []
    assert list(plot.marks.values) == ["not measured", "not measured"]
    for each in (view, plot):
        each.show_moment(95)
    assert [label for _, _, label in view._ends()] == ["dense_1  0.1", "dense_2  0.2"]
    assert [entry.name for entry in view.header.entries] == ["measured at step 90"]
    assert list(plot.marks.values) == ["0.1", "0.2"]


@pytest.mark.parametrize("layers", [1, 8, 9, 100])
@pytest.mark.parametrize("steps", [1, 3])
def test_short_runs_of_any_depth_can_be_painted(
    qtbot: QtBot, make_history: MakeHistory, layers: int, steps: int
) -> None:
    for value in (0.0, 1.0, math.nan, math.inf):
        history = make_history(steps, norms=np.full((steps, layers), value))
        for view in (GradientNorms(), GradientMap()):
            opened(qtbot, view, history, 300)
            view.show_moment(1)
            assert not view.grab().isNull()


def test_a_long_run_is_as_quick_as_a_short_one_to_bring_up_to_date(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(["dense_1", "dense_2"], most_steps=1 << 12)
    steps = np.arange(1, 1_000_001)
    rows = np.ones((1_000_000, 2))
    history.append(
        Record(int(step), 1, {"gradient_norm": row}) for step, row in zip(steps[:50_000], rows, strict=False)
    )
    view = GradientNorms()
    opened(qtbot, view, history)
    seen: list[int] = []
    assert view._stretches is not None
    extend = view._stretches.extend
    monkeypatch.setattr(view._stretches, "extend", lambda at, values: (seen.append(len(at)), extend(at, values)))
    history.append([Record(50_001, 1, {"gradient_norm": np.ones(2)})])
    view.draw()
    assert seen == [1]


@pytest.mark.parametrize("last", [1, 2, 3, 20])
@pytest.mark.parametrize("width", [200, 330, 760])
def test_the_words_of_a_cross_are_inside_of_the_picture(
    qtbot: QtBot, make_history: MakeHistory, last: int, width: int
) -> None:
    history = make_history(last, norms=np.full((last, 2), 0.1))
    divergence.note(history, last, "softmaxcrossentropy_1")
    view = GradientNorms()
    opened(qtbot, view, history, width)
    ((words, place),) = view.marks.words_of_crosses()
    assert words.startswith("NaN or ∞")
    assert width == 200 or words == "NaN or ∞ in softmaxcrossentropy_1"
    assert view.area.frame.adjusted(-0.1, 0, 1, 0).contains(place)
    assert not any(place.contains(x, view.area.frame.top() + 7) for x, _ in view.marks.crosses())


@pytest.mark.parametrize("node", ["dense_2", "tanh_1", ""])
def test_a_run_that_ended_with_nan_shows_where(qtbot: QtBot, make_history: MakeHistory, node: str) -> None:
    history = make_history(20, norms=np.full((20, 2), 0.1))
    curves, plot = GradientNorms(), GradientMap()
    for view in (curves, plot):
        opened(qtbot, view, history)
        assert not view.header.entries
    divergence.note(history, 20, node)
    for view in (curves, plot):
        view.draw()
    words = f"NaN or ∞ in {node or 'the step'}"
    assert [entry.name for entry in curves.header.entries] == [words]
    assert curves.marks.crosses() == [(float(round(curves.area.x_pixel(20))), words)]
    assert "diverged: NaN or ∞" in curves.hover_text(20)
    assert "diverged: NaN or ∞" in plot.hover_text(19.5, 0.5)
    assert plot.marks.divergences == [(20, 1 if node == "dense_2" else None)]
    image, area = plot.area.grab().toImage(), plot.area
    edge = range(round(area.frame.right()) - 3, round(area.frame.right()))
    assert DARK.bad in {image.pixelColor(x, round(area.y_pixel(0.7))).name() for x in edge}
    # The word stands in the row of the layer.
    ink = [y for y in range(round(area.frame.bottom())) if DARK.ink(DARK.bad) in {
        image.pixelColor(x, y).name() for x in range(edge[0] - 70, edge[0] - 2)}]  # fmt: skip
    row = 1 if node == "dense_2" else 0
    assert ink
    assert all(area.y_pixel(row) <= y <= area.y_pixel(row + 1) for y in ink)
