"""The update-to-weight ratio is that of the weights before and after a step, and its alarms are named in words."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from deepviz.engine import Network, Trainer, losses, optimizers
from deepviz.engine.trainer import StepRecord
from deepviz.gui.plots.overlay import room_of
from deepviz.gui.plots.update_ratio import HIGHEST, LOWEST, RULE, UpdateRatio, with_names
from deepviz.gui.theme import DARK, LIGHT, Theme
from deepviz.training.history import History
from tests.engine.probe_formulas import data, network
from tests.gui.plots.conftest import Record


def opened(qtbot: QtBot, history: History | None, width: int = 760, height: int = 320) -> UpdateRatio:
    view = UpdateRatio()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show_history(history)
    view.show()
    qtbot.waitExposed(view)
    return view


def ratios(*rows: list[float]) -> History:
    """Ratios of some layers at steps 10, 20, 30, ..."""
    history = History([f"dense_{number + 1}" for number in range(len(rows[0]))])
    for step in range(1, 10 * len(rows) + 1):
        values: dict[str, object] = {"loss": 1.0}
        if step % 10 == 0:
            values["updates/ratio"] = np.array(rows[step // 10 - 1])
        history.append([Record(step, 1, values)])
    return history


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(learning_rate=0.3),
        optimizers.Adam(learning_rate=0.01),
        optimizers.SGD(learning_rate=0.5, clipvalue=0.01),
    ],
    ids=["sgd", "adam", "clipped"],
)
@pytest.mark.parametrize("trainable", [True, False])
def test_it_is_computed_from_the_weights_before_and_after(
    qtbot: QtBot, tmp_path: Path, optimizer: optimizers.Optimizer, trainable: bool
) -> None:
    net, given = network(trainable=trainable), data()

    def weights(net: Network) -> list[np.ndarray]:
        return [np.concatenate([net.parameters[f"dense_{n}/{p}"].ravel() for p in "Wb"]) for n in (1, 2, 3)]

    trainer = Trainer(net, losses.SoftmaxCrossEntropy(), optimizer, given, batch_size=len(given[0]), epochs=8)
    steps, records, expected = trainer.steps(), list[StepRecord](), []
    for _ in range(5):
        before = [array.copy() for array in weights(net)]
        trainer.watch_next = UpdateRatio.probes
        records.append(next(steps))
        pairs = zip(before, weights(net), strict=True)
        expected.append([math.dist(old, new) / math.hypot(*old) for old, new in pairs])
    history = History(["dense_1", "dense_2", "dense_3"])
    history.append(records)
    view = opened(qtbot, history)
    for number in (1, 2, 3):
        curve = view.curves[f"dense_{number}"]
        if number == 2 and not trainable:
            assert not np.isfinite(curve.y).any()
            continue
        np.testing.assert_allclose(10**curve.y, [row[number - 1] for row in expected], rtol=1e-9)
        text = view.hover_text(4).splitlines()[number].removeprefix(f"dense_{number} ")
        assert float(text) == pytest.approx(expected[3][number - 1], rel=1e-5)
    view.save(tmp_path / "ratio.csv")
    with (tmp_path / "ratio.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    for row, found in zip(rows, expected, strict=True):
        assert row[2] == "frozen" if not trainable else float(row[2]) == pytest.approx(found[1])
        assert [float(row[1]), float(row[3])] == pytest.approx([found[0], found[2]])


def test_layers_beyond_a_limit_are_named(qtbot: QtBot) -> None:
    view = opened(qtbot, ratios([1e-3, 1e-3, 1e-3, 1e-3], [0.02, 1e-3, 5e-5, 0.0]))
    assert view.alarms() == {"too high": ["dense_1"], "without gradient": [], "too low": ["dense_3", "dense_4"]}
    assert [entry.name for entry in view.header.entries] == ["dense_1 too high", "dense_3 too low", "dense_4 too low"]
    assert view.header.toolTip() == (
        "Learning rate may be too high: dense_1. Learning rate may be too low: dense_3, dense_4."
    )
    assert view.header.accessibleDescription() == view.header.toolTip()
    view.show_moment(10)
    assert view.alarms() == {"too high": [], "without gradient": [], "too low": []}
    assert [entry.name for entry in view.header.entries] == ["about right"]
    assert view.header.toolTip() == "All layers are about right"
    view.show_moment(None)
    assert view.alarms()["too high"] == ["dense_1"]


def test_of_a_layer_without_gradient_the_learning_rate_is_not_blamed(qtbot: QtBot) -> None:
    """dense_2 gets exactly no gradient at step 2, and is moved a little by momentum; dense_3 is really slow."""
    history = History(["dense_1", "dense_2", "dense_3"])
    for step, gradient in ((1, 0.3), (2, 0.0)):
        values = {"loss": 1.0, "gradient_norm": np.array([0.1, gradient, 0.1])}
        values["updates/ratio"] = np.array([1e-3, 1e-6, 1e-6])
        history.append([Record(step, 1, values)])
    view = opened(qtbot, history)
    assert view.alarms() == {"too high": [], "without gradient": ["dense_2"], "too low": ["dense_3"]}
    assert [entry.name for entry in view.header.entries] == ["dense_2 without gradient", "dense_3 too low"]
    assert "The gradient is zero: dense_2." in view.header.toolTip()
    assert "LeakyReLU" in view.header.toolTip()
    assert "Learning rate may be too low: dense_3." in view.header.toolTip()
    said = [words for _, words, _ in view.band_words()]
    assert said == ["learning rate may be too high", "gradient is zero (dead units?): dense_2",
                    "learning rate may be too low: dense_3", "rule, about right: 1e-3"]  # fmt: skip
    view.show_moment(1)
    assert view.alarms() == {"too high": [], "without gradient": [], "too low": ["dense_2", "dense_3"]}


@pytest.mark.parametrize("value", [LOWEST, RULE, HIGHEST])
def test_the_limits_themselves_are_no_alarm(qtbot: QtBot, value: float) -> None:
    view = opened(qtbot, ratios([value]))
    assert view.alarms() == {"too high": [], "without gradient": [], "too low": []}
    assert opened(qtbot, ratios([HIGHEST * 1.001])).alarms()["too high"] == ["dense_1"]
    assert opened(qtbot, ratios([LOWEST * 0.999])).alarms()["too low"] == ["dense_1"]


def test_many_alarms_are_counted_in_the_header_and_listed_as_far_as_there_is_room(qtbot: QtBot) -> None:
    view = opened(qtbot, ratios([0.5] * 70 + [1e-6] * 30), width=420)
    assert [entry.name for entry in view.header.entries] == ["70 too high", "30 too low"]
    assert "dense_70. Learning rate may be too low: dense_71, " in view.header.toolTip()


def test_words_are_cut_where_there_is_no_room() -> None:
    words, names = "learning rate may be too low", ["dense_1", "dense_2", "dense_3"]
    both = words, "too low"
    whole = f"{words}: dense_1, dense_2, dense_3"
    assert with_names(both, names, room_of(whole)) == whole
    assert with_names(both, names, room_of(whole) - 1) == f"{words}: dense_1 and 2 more"
    assert with_names(both, names, room_of(f"{words}: 3 layers")) == f"{words}: 3 layers"
    assert with_names(both, names, room_of("too low: 3 layers")) == "too low: 3 layers"
    assert with_names(both, [], 500) == words
    assert with_names(both, names, 20) == ""


def test_infinite_and_frozen_are_no_alarms_but_named(qtbot: QtBot) -> None:
    view = opened(qtbot, ratios([math.inf, math.nan, 1e-3]))
    assert view.alarms() == {"too high": [], "without gradient": [], "too low": []}
    assert [entry.name for entry in view.header.entries] == ["about right", "dense_2 frozen", "dense_1 ∞"]
    assert view.hover_text(10).splitlines()[1:] == ["dense_1 ∞, weights are 0", "dense_2 frozen", "dense_3 0.001"]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("logarithmic", [True, False])
def test_rule_and_limits_are_drawn_where_they_are(qtbot: QtBot, theme: Theme, logarithmic: bool) -> None:
    view = opened(qtbot, ratios([2e-3], [3e-3], [2e-3]))
    view.apply_theme(theme)
    view.set_logarithmic(logarithmic)
    image, area = view.area.grab().toImage(), view.area
    right = range(round(area.frame.right()) - 60, round(area.frame.right()) - 8)

    def painted(y: float) -> set[str]:
        return {image.pixelColor(x, round(y) + dy).name() for x in right for dy in (-1, 0, 1)}

    low, high = area.y_range
    for value, color in ((RULE, theme.good), (LOWEST, theme.warning), (HIGHEST, theme.warning)):
        place = math.log10(value) if logarithmic else value
        assert low < place < high
        assert color in painted(area.y_pixel(place)), value
    tint, panel = QColor(theme.warning), QColor(theme.panel)
    share = 0.13
    band = [round(share * a + (1 - share) * b) for a, b in zip(tint.getRgb()[:3], panel.getRgb()[:3], strict=True)]
    beyond = QColor(image.pixel(right[0], round(area.y_pixel(math.log10(HIGHEST) if logarithmic else HIGHEST)) - 8))
    within = QColor(image.pixel(right[0], round(area.y_pixel(-2.3 if logarithmic else 8e-3)) + 3))
    assert max(abs(a - b) for a, b in zip(beyond.getRgb()[:3], band, strict=True)) <= 2
    assert within.name() in (theme.panel, theme.line)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_what_the_bands_mean_is_written_into_them(qtbot: QtBot, theme: Theme) -> None:
    view = opened(qtbot, ratios([2e-3], [3e-3], [2e-3]))
    view.apply_theme(theme)
    image, area = view.area.grab().toImage(), view.area

    def has_ink(top: float, color: str) -> bool:
        left = round(area.frame.left())
        rows, columns = range(round(top) + 2, round(top) + 14), range(left + 4, left + 150)
        return QColor(theme.ink(color)).name() in {image.pixelColor(x, y).name() for x in columns for y in rows}

    assert has_ink(area.y_pixel(math.log10(HIGHEST)) - 16, theme.warning)
    assert has_ink(area.y_pixel(math.log10(LOWEST)) + 1, theme.warning)
    assert has_ink(area.y_pixel(math.log10(RULE)) - 16, theme.good)
    assert not has_ink(area.y_pixel(math.log10(HIGHEST)) + 1, theme.warning)


def test_it_is_looked_at_only_while_it_can_be_seen_and_says_so(qtbot: QtBot) -> None:
    history = History(["dense_1"])
    assert opened(qtbot, None).words.text() == "Press Run to see how far each step moves the weights"
    history.append([Record(1, 1, {"loss": 1.0})])
    view = opened(qtbot, history)
    assert "looked at only while this view is open" in view.words.text()
    assert "Press Run" not in view.words.text(), "the button is called Resume by then"
    assert view.words.text().endswith("Let it go on, or make a step.")
    assert view.probes == ("updates",)


@pytest.mark.parametrize("row", [[math.nan] * 3, [0.0] * 3, [math.inf] * 3, [1e-30, 1.0, 1e8], [1e-3], [1e-3] * 100])
@pytest.mark.parametrize("width", [180, 900])
def test_anything_can_be_painted_and_the_rule_stays_in_sight(qtbot: QtBot, row: list[float], width: int) -> None:
    view = opened(qtbot, ratios(row), width)
    for logarithmic in (True, False):
        view.set_logarithmic(logarithmic)
        assert not view.grab().isNull()
        low, high = view.area.y_range
        assert low < (math.log10(RULE) if logarithmic else RULE) < high


@pytest.mark.parametrize(("width", "height"), [(760, 320), (300, 260), (420, 200)])
@pytest.mark.parametrize("ratio", [1e-3, 1e-6])
def test_not_measured_stands_apart_from_rule_and_limits(qtbot: QtBot, width: int, height: int, ratio: float) -> None:
    view = opened(qtbot, ratios([ratio, ratio]), width, height)  # one step was looked at, after nine that were not
    assert view.marks.gaps == [(1, 9)]
    (place,) = view.marks.words_of_gaps()
    area, others = view.area, view._words_and_lines()
    assert area.frame.contains(place)
    assert not any(place.intersects(other) for other in others)
    assert sum(area.frame.intersects(other) for other in others) > 3, "there are words and lines to make way for"
