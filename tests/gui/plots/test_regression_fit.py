"""The fit: curve and targets at their raw numbers, residuals with their sign, and the surface in its colours."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.prepared import PreparedData, prepare
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.project import Project
from deepviz.document.shapes import Report
from deepviz.engine.layers.dense import Dense
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.regression_fit import RegressionFit
from deepviz.gui.theme import DARK, viridis
from deepviz.insight.fit import FitQuestion
from deepviz.insight.response import ResponseQuestion
from deepviz.insight.subject import Subject
from tests.gui.plots.planes import answer, color_at, layered, opened, picture, wheel
from tests.insight.looked_at import classes


def rising(features: int = 1, outputs: int = 1) -> PreparedData:
    """Targets of 3 times the first input, give or take 20, and the same times ten."""
    rng = np.random.default_rng(8)
    x = rng.uniform(100.0, 200.0, size=(60, features))
    y = (3 * x[:, :1] + rng.uniform(-20, 20, size=(60, 1))) * (1, 10)[:outputs]
    return prepare(Dataset(x, y, "regression"), SplitChoice(), Preprocessing())


def of_slope(data: PreparedData, slope: float) -> Subject:
    """A network whose first output is a slope times the first input, and whose second is ten times as much."""
    looked = layered(data, Dense(units=data.outputs))
    weights, bias = looked.network.parameters["dense_1/W"], looked.network.parameters["dense_1/b"]
    times = np.array([1.0, 10.0])[: data.outputs] * slope
    weights[...] = 0
    weights[0] = times * data.scaler.scale[0]
    bias[...] = times * data.scaler.offset[0]
    return looked


def test_the_curve_and_the_targets_are_drawn_at_their_raw_numbers(qtbot: QtBot):
    data = rising()
    look = opened(qtbot, RegressionFit, of_slope(data, 2.0), 600, 500)
    assert isinstance(look.question(), FitQuestion)
    image = picture(look.area)
    for x in (110.0, 150.0, 190.0):
        place = look.area.pixel(x, 2 * x).toPoint()
        around = [image.pixelColor(place.x(), place.y() + shift).getRgb()[:3] for shift in (-1, 0, 1)]  # type: ignore[index]
        expected = QColor(look._curve_color).getRgb()[:3]  # type: ignore[index]
        assert any(seen == pytest.approx(expected, abs=12) for seen in around)
    raw = data.scaler.invert(data.train.x)[:, 0]
    seen = [
        image.pixelColor(look.area.pixel(float(x), float(y)).toPoint()).name() == look._target_color
        for x, y in zip(raw, data.train.y[:, 0], strict=True)
    ]
    assert np.mean(seen) > 0.9
    assert (look.area.x_title, look.area.y_title) == ("input 1", "target")


def test_the_box_tells_the_residual_of_the_nearest_sample_with_its_sign(qtbot: QtBot):
    data = rising()
    look = opened(qtbot, RegressionFit, of_slope(data, 2.0), 600, 500)
    raw = data.scaler.invert(data.train.x)[:, 0].astype(np.float64)
    x, y = float(raw[5]), float(data.train.y[5, 0])
    QTest.mouseMove(look.area, look.area.pixel(x, y).toPoint())
    assert look.area.pointer is not None
    told = {each.name: float(each.value) for each in look.area.pointer.readings}
    assert told["network"] == pytest.approx(2 * look.area.pointer.step, rel=1e-3)
    assert told["nearest training sample"] == pytest.approx(y, rel=1e-3)
    assert told["network for it"] == pytest.approx(2 * x, rel=1e-3)
    assert told["residual (network − sample)"] == pytest.approx(2 * x - y, rel=1e-3), "as in the view of residuals"
    assert told["residual (network − sample)"] < 0


def test_zooming_along_the_curve_asks_for_it_more_finely_but_height_alone_does_not(qtbot: QtBot):
    looked = of_slope(rising(), 2.0)
    look = opened(qtbot, RegressionFit, looked)
    wheel(look.area, look.area.pixel(150, 300), 2)
    first = look.question()
    assert isinstance(first, FitQuestion)
    assert first.window is not None
    assert first.window[:2] == look.area.window_shown[:2]
    look.area.pan(0.0, 10.0)
    assert look.question() == first
    answer(look, looked)
    assert look.area.window_shown.left == first.window.left


def test_of_two_inputs_the_surface_has_the_colour_of_its_number_and_samples_that_of_their_target(qtbot: QtBot):
    data = rising(features=2)
    look = opened(qtbot, RegressionFit, of_slope(data, 2.0), 600, 500)
    assert isinstance(look.question(), ResponseQuestion)
    look.show_part("train", False)
    answer(look, of_slope(data, 2.0))
    assert look.answer is not None
    low, high = look.levels
    np.testing.assert_allclose((low, high), (look.answer.outputs.min(), look.answer.outputs.max()))
    for x in (110.0, 150.0, 190.0):
        seen = QColor(color_at(look.area, look.area.pixel(x, 150.0)))
        expected = viridis()[int((2 * x - low) / (high - low) * 256)].tolist()
        assert seen.getRgb()[:3] == pytest.approx(expected, abs=8)  # type: ignore[index]
    look.show_part("train", True)
    answer(look, of_slope(data, 2.0))
    low, high = look.levels
    assert high == pytest.approx(max(data.train.y.max(), look.answer.outputs.max()), rel=1e-6)
    raw = data.scaler.invert(data.train.x)
    image, hits = picture(look.area), 0
    for sample, target in zip(raw, data.train.y[:, 0], strict=True):
        seen = image.pixelColor(look.area.pixel(*map(float, sample)).toPoint())
        expected = viridis()[min(int((target - low) / (high - low) * 256), 255)].tolist()
        hits += seen.getRgb()[:3] == pytest.approx(expected, abs=12)  # type: ignore[index]
    assert hits > 0.85 * len(raw)


def test_over_a_surface_the_box_has_the_colours_of_its_numbers_and_the_sample_that_it_tells_of_a_ring(qtbot: QtBot):
    data = rising(features=2)
    look = opened(qtbot, RegressionFit, of_slope(data, 2.0), 600, 500)
    before = picture(look.area)
    raw = data.scaler.invert(data.train.x).astype(np.float64)
    place = look.area.pixel(*raw[5].tolist())
    QTest.mouseMove(look.area, place.toPoint())
    assert look.area.pointer is not None
    given, target, predicted, residual = look.area.pointer.readings
    low, high = look.levels
    for reading, number in (
        (given, 2 * look.area.pointer.step), (target, float(data.train.y[5, 0])), (predicted, 2 * float(raw[5, 0])),
    ):  # fmt: skip
        assert float(reading.value) == pytest.approx(number, rel=1e-3)
        expected = viridis()[min(int((number - low) / (high - low) * 256), 255)].tolist()
        assert QColor(reading.color).getRgb()[:3] == pytest.approx(expected, abs=4)  # type: ignore[index]
    assert float(residual.value) == pytest.approx(2 * raw[5, 0] - data.train.y[5, 0], rel=1e-2)
    after = picture(look.area)

    def text_around(image: QImage) -> int:
        """Pixels of the colour of text at the distance of the ring, away from the lines of the cross-hair."""
        spots = [(angle, distance) for angle in np.arange(0.3, 6.2, 0.1) for distance in (4.0, 5.0, 6.0)]
        at = [place + QPointF(r * np.cos(a), r * np.sin(a)) for a, r in spots if abs(np.sin(2 * a)) > 0.6]
        return sum(image.pixelColor(each.toPoint()).name() == DARK.text for each in at)

    assert text_around(before) == 0
    assert text_around(after) >= 10


def test_of_several_targets_one_is_chosen(qtbot: QtBot):
    looked = of_slope(rising(outputs=2), 2.0)
    look = opened(qtbot, RegressionFit, looked)
    assert look._outputs.isVisible()
    assert look.area.window_shown.high < 1000
    look._outputs.setFocus()
    QTest.keyClick(look._outputs, Qt.Key.Key_Down)
    assert look.output == 1
    assert look.area.y_title == "target 2"
    assert look.area.window_shown.high > 4000
    assert look.hover_text(150.0, 3000.0).splitlines()[1].startswith("network 30")


def test_classes_are_sent_to_the_other_view(qtbot: QtBot):
    look = RegressionFit()
    qtbot.addWidget(look)
    look.show_project(Project(), classes(shape=(2,)), Report({}, {}, ()))
    assert look.question() is None
    assert "Open Decisions instead" in look.words.text()
    assert RegressionFit.suits(Project(), rising())
    assert RegressionFit.suits(Project(), rising(2))
    assert not RegressionFit.suits(Project(), rising(3))
    assert not RegressionFit.suits(Project(), classes(shape=(2,)))


def test_the_table_is_the_curve_or_the_surface(qtbot: QtBot, tmp_path: Path):
    for features, count in ((1, 400), (2, 3600)):
        look = opened(qtbot, RegressionFit, of_slope(rising(features=features), 2.0))
        look.save(tmp_path / "fit.csv")
        heading, *rows = csv.reader((tmp_path / "fit.csv").read_text().splitlines())
        assert heading == [*(f"input {each + 1}" for each in range(features)), "output"]
        assert len(rows) == count
        for row in rows[::77]:
            assert float(row[-1]) == pytest.approx(2 * float(row[0]), rel=1e-4)


def test_a_curve_that_has_blown_up_is_not_drawn_and_breaks_nothing(qtbot: QtBot):
    looked = of_slope(rising(), 2.0)
    looked.network.parameters["dense_1/b"][...] = np.inf
    look = opened(qtbot, RegressionFit, looked)
    assert np.isfinite(look.area.window_shown).all()
    colors = {picture(look.area).pixelColor(x, 200).name() for x in range(60, 400)}
    assert look._curve_color not in colors
    assert DARK.panel in colors
    assert look.area.accessibleName() == "Fit"
    assert look.hover_text(150.0, 400.0).splitlines()[1] == "network ∞"


@pytest.mark.parametrize("width", [150, 190, 236, 300])
def test_what_is_chosen_for_the_axes_can_be_read_in_a_narrow_view(qtbot: QtBot, width: int):
    look = opened(qtbot, RegressionFit, of_slope(rising(4, outputs=2), 3.0), width, 300)
    QApplication.processEvents()
    for box in look._axes:
        assert isinstance(box, ChoiceBox)
        assert box.isVisible()
        assert box.shown_text in ("input 1", "input 2") or len(box.shown_text) >= 5, box.shown_text
        assert box.mapTo(look, box.rect().topRight()).x() < look.width()
    least = look.minimumSizeHint().width()
    assert width > 190 or least < 150, "nor does it keep the view from being made as narrow as that"
