"""Of a single input each unit is a curve: painted where its values are, told under the pointer, large, written out."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.document.shapes import Report, check
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.tanh import Tanh
from deepviz.gui.plots.neuron_responses import NeuronResponses
from deepviz.gui.plots.unit_pictures import UnitCurves, UnitPictures
from deepviz.gui.plots.unit_sheet import MARGIN
from deepviz.gui.response_curves import beyond_color
from deepviz.gui.signed_colors import ABOVE, BELOW
from deepviz.gui.theme import DARK, LIGHT, Theme
from deepviz.insight.subject import Subject
from tests.gui.plots.planes import answer, color_at, halves, hover, picture, wheel
from tests.insight.looked_at import classes, subject

LEFT = Qt.MouseButton.LeftButton
LAYERS = (("Dense", {"units": 4}), ("Tanh", {}), ("Dense", {"units": 4}), ("ReLU", {}), ("Dense", {"units": 2}))


def looked_at() -> Subject:
    """Along "east": unit u of dense_1 is (u + 1)(east - 30); dense_2 adds what leaves the tanh; relu_1 cuts it."""
    data = halves(features=1)
    layers = [Input(shape=(1,)), Dense(units=4), Tanh(), Dense(units=4), ReLU(), Dense(units=2)]
    looked = subject(layers, data, dtype="float64")
    parameters = looked.network.parameters
    parameters["dense_1/W"][0] = (np.arange(4) + 1) * data.scaler.scale[0]
    parameters["dense_1/b"][...] = (np.arange(4) + 1) * (data.scaler.offset[0] - 30)
    parameters["dense_2/W"][...] = 0.7 * np.eye(4)
    parameters["dense_2/b"][...] = 0.0
    project = Project()
    for key, changes in (("Input", {"shape": (1,)}), *LAYERS, ("SoftmaxCrossEntropy", {})):
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return Subject(project, data, looked.network, looked.loss, 3)


def by_hand(node: str, unit: int, east: np.ndarray) -> np.ndarray:
    given = (unit + 1) * (east - 30)
    return {
        "dense_1": given,
        "tanh_1": np.tanh(given),
        "dense_2": 0.7 * np.tanh(given),
        "relu_1": np.maximum(0.7 * np.tanh(given), 0),
    }[node]


def opened(qtbot: QtBot, looked: Subject, node: str = "dense_1", theme: Theme = DARK) -> NeuronResponses:
    look = NeuronResponses()
    qtbot.addWidget(look)
    look.resize(480, 400)
    look.show_project(looked.project, looked.data, check(looked.project, None))
    look.choose_layer(node)
    answer(look, looked)
    look.apply_theme(theme)
    look.show()
    qtbot.waitExposed(look)
    return look


def pictures(look: NeuronResponses) -> UnitPictures:
    assert look._pictures is not None
    return look._pictures


def in_tile(look: NeuronResponses, unit: int, across: float, up: float) -> QPointF:
    place = look.sheet.place_of(unit)
    return QPointF(place.left() + across * place.width(), place.bottom() - up * place.height())


def is_shade_of(seen: str, ink: str, ground: str) -> bool:
    """Whether a colour lies between a ground and an ink, and nearer to the ink than a shade of nothing."""
    color, ends = QColor(seen), (QColor(ground), QColor(ink))
    values = [np.array(each.getRgb()[:3], float) for each in (color, *ends)]  # type: ignore[index]
    share = float(np.dot(values[0] - values[1], values[2] - values[1]) / np.dot(*[values[2] - values[1]] * 2))
    return 0.3 < share < 0.6 and np.abs(values[0] - values[1] - share * (values[2] - values[1])).max() < 4


def test_along_one_input_there_is_a_curve_of_every_unit(qtbot: QtBot):
    look = opened(qtbot, looked_at())
    assert not look.what_is_missing()
    assert isinstance(look._pictures, UnitCurves)
    question = look.question()
    assert question is not None
    assert (question.features, question.nodes) == ((0,), ("dense_1",))
    assert [(tile.name, tile.value) for tile in look.sheet.tiles] == [
        *(("0", "±15"), ("1", "±30"), ("2", "±50"), ("3", "±50")),  # the data go from 20 to 40, and a tenth more
    ]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_tile_is_filled_from_the_curve_to_zero_in_the_colours_of_signs(qtbot: QtBot, theme: Theme):
    look = opened(qtbot, looked_at(), theme=theme)
    viewport = look.sheet.viewport()
    assert look.answer is not None
    window, (seen_left, seen_right) = look.answer.window, look.answer.seen
    for unit in (0, 3):
        top = 1.1 * pictures(look).heights[unit].high  # type: ignore[attr-defined]
        for across, ink in ((0.2, BELOW), (0.8, ABOVE)):
            east = window.left + across * (window.right - window.left)
            up = 0.5 + by_hand("dense_1", unit, np.array(east)) / (2 * top)
            half_way = (up + 0.5) / 2
            assert is_shade_of(color_at(viewport, in_tile(look, unit, across, half_way)), ink, theme.panel)
            assert color_at(viewport, in_tile(look, unit, across, 1 - half_way)) == theme.panel, "on the other side"
            beyond = up + (0.08 if up > 0.5 else -0.08)
            assert color_at(viewport, in_tile(look, unit, across, beyond)) == theme.panel, "past the curve"
    for across, is_beyond in ((0.01, True), (0.05, True), (0.95, True), (0.12, False), (0.88, False)):
        east = window.left + across * (window.right - window.left)
        assert is_beyond == (not seen_left <= east <= seen_right)
        corner = color_at(viewport, in_tile(look, 0, across, 0.97 if across < 0.5 else 0.03))
        assert corner == (beyond_color(theme) if is_beyond else theme.panel)


def test_tiles_of_curves_fill_the_whole_width(qtbot: QtBot):
    sheet = opened(qtbot, looked_at()).sheet
    places = [sheet.place_of(unit) for unit in range(4)]
    assert max(place.right() for place in places) == pytest.approx(sheet.width() - MARGIN, abs=1e-6)
    assert places[0].width() > places[0].height()


def test_the_axis_has_only_the_sides_of_zero_that_there_are_and_round_ends(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked, "relu_1")
    assert {tile.value for tile in look.sheet.tiles} == {"0 … 0.7"}
    look.choose_layer("tanh_1")
    answer(look, looked)
    assert {tile.value for tile in look.sheet.tiles} == {"±1"}


def test_by_the_largest_of_the_layer_all_have_one_axis(qtbot: QtBot):
    look = opened(qtbot, looked_at())
    look._scale_actions["layer"].trigger()
    assert {tile.value for tile in look.sheet.tiles} == {"±50"}


def test_the_value_under_the_pointer_is_that_of_the_curve_and_a_point_marks_it(qtbot: QtBot):
    look = opened(qtbot, looked_at(), "tanh_1")
    assert look.answer is not None
    hover(look.sheet.viewport(), in_tile(look, 1, 0.53, 0.1))
    pointer = look.sheet.pointer
    assert pointer is not None
    window = look.answer.window
    assert pointer.step == pytest.approx(window.left + 0.53 * (window.right - window.left), abs=0.2)
    assert pointer.heading == f"east {pointer.step:.4g}"
    (reading,) = pointer.readings
    value = np.tanh(2 * (pointer.step - 30))
    assert reading.name == "unit 1 answers"
    assert float(reading.value) == pytest.approx(value, abs=1e-3)
    assert reading.color == (ABOVE if value > 0 else BELOW)
    unit, across, up = look.sheet._mark or (0, 0.0, 0.0)
    assert (unit, up) == (1, pytest.approx((value + 1.1) / 2.2, abs=1e-3))
    assert color_at(look.sheet.viewport(), in_tile(look, 1, across, up)) == look.theme.text
    hover(look.sheet.viewport(), QPointF(2, 2))
    assert look.sheet.pointer is None


def test_a_unit_shown_large_has_a_curve_where_its_values_are_and_a_cross_hair_on_it(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked, "tanh_1")
    with qtbot.waitSignal(look.asked):
        QTest.mouseClick(look.sheet.viewport(), LEFT, pos=in_tile(look, 0, 0.5, 0.5).toPoint())
    assert look.question().resolution == 400  # type: ignore[union-attr]
    answer(look, looked)
    area = look.area
    assert (area.x_title, area.y_title, area.caption) == ("east", "answer of unit 0", "tanh_1, unit 0.")
    assert (area.window_shown.low, area.window_shown.high) == pytest.approx((-1.1, 1.1))
    shot = picture(area)
    for east in (28.5, 29.2, 30.8, 31.5):
        value = float(by_hand("tanh_1", 0, np.array(east)))
        place = area.pixel(east, value)
        near = [shot.pixelColor(round(place.x()), round(place.y()) + shift).name() for shift in (-1, 0, 1)]
        assert look.theme.text in near or min(_distance(each, look.theme.text) for each in near) < 90
        inside = shot.pixelColor(round(place.x()), round(area.pixel(east, value / 2).y())).name()
        assert is_shade_of(inside, ABOVE if value > 0 else BELOW, look.theme.panel)
    hover(area, area.pixel(31, -0.9))
    assert area.pointer is not None
    assert area.pointer_height == pytest.approx(np.tanh(area.pointer.step - 30), abs=1e-6)
    before = area.pointer.step
    QTest.keyClick(area, Qt.Key.Key_Right)
    assert area.pointer.step > before
    assert area.pointer_height == pytest.approx(np.tanh(area.pointer.step - 30), abs=1e-6)


def _distance(one: str, other: str) -> float:
    values = [np.array(QColor(each).getRgb()[:3], float) for each in (one, other)]  # type: ignore[index]
    return float(np.abs(values[0] - values[1]).max())


def test_a_stretch_of_the_input_that_is_zoomed_to_is_computed_and_what_was_chosen_stays(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked, "tanh_1")
    look.choose_unit(0)
    answer(look, looked)
    whole = look.area.window_shown
    wheel(look.area, look.area.pixel(30, 0), 3)
    question = look.question()
    assert question is not None
    assert question.window is not None
    assert question.window.right - question.window.left < whole.right - whole.left
    shown = look.area.window_shown
    answer(look, looked)
    assert look.area.window_shown == shown
    assert look.answer is not None
    assert (look.answer.xs[0], look.answer.xs[-1]) == pytest.approx((shown.left, shown.right))
    QTest.keyClick(look.area, Qt.Key.Key_Home)
    answer(look, looked)
    assert look.area.window_shown == pytest.approx(whole)


def test_the_table_has_a_row_for_each_place_and_a_column_for_each_unit(qtbot: QtBot, tmp_path: Path):
    look = opened(qtbot, looked_at(), "relu_1")
    look.save(tmp_path / "neurons.csv")
    heading, *rows = csv.reader((tmp_path / "neurons.csv").read_text().splitlines())
    assert heading == ["east", *(f"relu_1 unit {unit}" for unit in range(4))]
    assert len(rows) == 100
    values = np.array(rows, float)
    for unit in range(4):
        np.testing.assert_allclose(values[:, 1 + unit], by_hand("relu_1", unit, values[:, 0]), atol=1e-5)


def test_pictures_are_written_with_lines_and_not_with_photographs(qtbot: QtBot, tmp_path: Path):
    look = opened(qtbot, looked_at())
    look.save(tmp_path / "all.svg")
    text = (tmp_path / "all.svg").read_text()
    assert "<image" not in text
    assert text.count("<polyline") >= 4
    look.save(tmp_path / "all.png")
    assert QImage(str(tmp_path / "all.png")).width() == 2 * look.picture_size().width()


def test_a_unit_that_is_not_finite_says_so(qtbot: QtBot):
    looked = looked_at()
    looked.network.parameters["dense_1/W"][0, 2] = np.nan
    look = opened(qtbot, looked)
    assert look.sheet.tiles[2].value == "±1"
    assert color_at(look.sheet.viewport(), in_tile(look, 2, 0.5, 0.0) + QPointF(0, -2)) == look.theme.bad
    hover(look.sheet.viewport(), in_tile(look, 2, 0.5, 0.5))
    assert look.sheet.pointer is not None
    assert (look.sheet.pointer.readings[0].value, look.sheet._mark) == ("NaN", None)


def test_from_one_input_to_two_and_to_images(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked)
    look.show_project(Project(), halves(), Report({}, {}, ()))
    assert look.answer is None
    assert not look.why_not(halves())
    look.show_project(Project(), classes(shape=(4, 4, 1)), Report({}, {}, ()))
    assert look.words.text().endswith("Open Feature maps instead.")
    late = looked_at()
    look.show_project(late.project, late.data, check(late.project, None))
    answer(look, late)
    assert isinstance(look._pictures, UnitCurves)


def test_pointing_paints_no_tile_again_and_new_weights_paint_them_all(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked)
    picture(look.sheet.viewport())
    before = look.sheet._kept.cacheKey()
    hover(look.sheet.viewport(), in_tile(look, 1, 0.5, 0.5))
    picture(look.sheet.viewport())
    assert look.sheet._kept.cacheKey() == before
    looked.network.parameters["dense_1/W"][...] *= -1
    seen = color_at(look.sheet.viewport(), in_tile(look, 3, 0.8, 0.6))
    answer(look, looked)
    assert color_at(look.sheet.viewport(), in_tile(look, 3, 0.8, 0.6)) != seen
    assert look.sheet._kept.cacheKey() != before
