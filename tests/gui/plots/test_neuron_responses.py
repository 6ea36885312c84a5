"""Maps of a layer's units: each in its colours, exact values under the pointer, any of them large, other layers."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.document.shapes import Report, check
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.gui.plots.neuron_responses import NeuronResponses
from deepviz.gui.plots.unit_sheet import GAP, MARGIN, SMALLEST
from deepviz.gui.settings import NEURONS_SCALE, Settings
from deepviz.gui.signed_colors import ABOVE, BELOW, signed_colors, signed_pixels
from deepviz.gui.theme import DARK, LIGHT
from deepviz.insight.subject import Subject
from tests.gui.plots.planes import answer, color_at, halves, hover
from tests.insight.looked_at import classes, subject

LEFT = Qt.MouseButton.LeftButton


def looked_at(units: int = 6) -> Subject:
    """input_1 -> dense_1 -> tanh_1 -> dense_2; unit u of dense_1 is (u + 1) times what is east of 30."""
    data = halves()
    looked = subject([Input(shape=(2,)), Dense(units=units), Tanh(), Dense(units=2)], data, dtype="float64")
    weights, bias = looked.network.parameters["dense_1/W"], looked.network.parameters["dense_1/b"]
    weights[...] = 0.0
    weights[0] = (np.arange(units) + 1) * data.scaler.scale[0]
    bias[...] = (np.arange(units) + 1) * (data.scaler.offset[0] - 30)
    project = Project()
    layers = (("Input", {"shape": (2,)}), ("Dense", {"units": units}), ("Tanh", {}), ("Dense", {"units": 2}))
    for key, changes in (*layers, ("SoftmaxCrossEntropy", {})):
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return Subject(project, data, looked.network, looked.loss, 3)


def opened(qtbot: QtBot, looked: Subject, width: int = 480, height: int = 360) -> NeuronResponses:
    look = NeuronResponses()
    qtbot.addWidget(look)
    look.resize(width, height)
    look.show_project(looked.project, looked.data, check(looked.project, None))
    answer(look, looked)
    look.show()
    qtbot.waitExposed(look)
    return look


def in_tile(look: NeuronResponses, unit: int, x: float, y: float) -> QPointF:
    """A place on a tile: shares of its width, and of its height from below."""
    place = look.sheet.place_of(unit)
    return QPointF(place.left() + x * place.width(), place.bottom() - y * place.height())


def test_the_first_layer_with_units_of_its_own_is_shown_and_any_can_be_chosen(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked)
    assert [look._layer_choice.itemText(each) for each in range(4)] == [
        *("input_1 · 2 units", "dense_1 · 6 units", "tanh_1 · 6 units", "dense_2 · 2 units"),
    ]
    assert look.node == "dense_1"
    look.choose_node("tanh_1")
    assert look.question().nodes == ("tanh_1",)  # type: ignore[union-attr]
    look._layer_choice.setFocus()
    QTest.keyClick(look._layer_choice, Qt.Key.Key_Down)
    assert look.node == "dense_2"
    answer(look, looked)
    assert [tile.name for tile in look.sheet.tiles] == ["0", "1"]
    look.choose_node("loss_1")
    assert look.node == "dense_2"


def test_an_activation_on_the_card_of_its_layer_is_what_the_card_stands_for(qtbot: QtBot):
    looked = looked_at()
    nodes = tuple(replace(node, attached=node.id == "tanh_1") for node in looked.project.graph.nodes)
    project = replace(looked.project, graph=replace(looked.project.graph, nodes=nodes))
    look = opened(qtbot, Subject(project, looked.data, looked.network, looked.loss, 3))
    look.choose_node("dense_1")
    assert look.node == "tanh_1"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_tiles_are_orange_below_zero_and_blue_above_by_their_own_largest(qtbot: QtBot, theme: object):
    chosen = LIGHT if theme is LIGHT else DARK
    look = opened(qtbot, looked_at())
    look.apply_theme(chosen)
    assert look.answer is not None
    largest = np.abs(look.answer.maps["dense_1"]).max(axis=(1, 2))
    window = look.answer.window
    for unit in (0, 4):
        for x in (0.1, 0.4, 0.9):
            value = (unit + 1) * (window.left + x * (window.right - window.left) - 30)
            expected = signed_colors(chosen)[round(128 + 128 * value / largest[unit])].tolist()
            seen = QColor(color_at(look.sheet.viewport(), in_tile(look, unit, x, 0.5)))
            assert seen.getRgb()[:3] == pytest.approx(expected, abs=14)  # type: ignore[index]


def test_by_the_largest_of_the_layer_small_units_are_pale(qtbot: QtBot, tmp_path: Path):
    look = opened(qtbot, looked_at())
    settings = Settings(tmp_path / "settings.ini")
    look.take_settings(settings)
    strong = QColor(color_at(look.sheet.viewport(), in_tile(look, 0, 0.95, 0.5))).saturation()
    look._scale_actions["layer"].trigger()
    assert settings.get(NEURONS_SCALE) == "layer"
    pale = QColor(color_at(look.sheet.viewport(), in_tile(look, 0, 0.95, 0.5))).saturation()
    assert pale < strong
    assert {tile.value for tile in look.sheet.tiles} == {look.sheet.tiles[5].value}


def test_the_value_under_the_pointer_is_that_of_the_computed_point(qtbot: QtBot):
    look = opened(qtbot, looked_at())
    assert look.answer is not None
    hover(look.sheet.viewport(), in_tile(look, 2, 0.8, 0.25))
    pointer = look.sheet.pointer
    assert pointer is not None
    x = pointer.step
    assert x in look.answer.xs.tolist()
    window = look.answer.window
    assert x == pytest.approx(window.left + 0.8 * (window.right - window.left), abs=0.5)
    assert [(each.name, each.color) for each in pointer.readings] == [("unit 2 answers", ABOVE)]
    assert float(pointer.readings[0].value) == pytest.approx(3 * (x - 30), rel=1e-3)
    hover(look.sheet.viewport(), in_tile(look, 2, 0.1, 0.25))
    assert look.sheet.pointer is not None
    assert look.sheet.pointer.readings[0].color == BELOW


def test_under_a_hand_that_holds_still_the_value_is_that_of_the_weights_that_are_shown(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked)
    hover(look.sheet.viewport(), in_tile(look, 2, 0.8, 0.25))
    assert look.sheet.pointer is not None
    before = float(look.sheet.pointer.readings[0].value)
    looked.network.parameters["dense_1/W"][...] *= 2
    looked.network.parameters["dense_1/b"][...] *= 2
    answer(look, looked)
    assert float(look.sheet.pointer.readings[0].value) == pytest.approx(2 * before, rel=1e-3)
    look.choose_unit(2)
    answer(look, looked)
    hover(look.area, look.area.pixel(35, 0.0))
    assert look.area.pointer is not None
    before = float(look.area.pointer.readings[0].value)
    looked.network.parameters["dense_1/W"][...] *= 3
    looked.network.parameters["dense_1/b"][...] *= 3
    answer(look, looked)
    assert float(look.area.pointer.readings[0].value) == pytest.approx(3 * before, rel=1e-3)


def test_a_click_shows_a_unit_large_and_escape_all_again(qtbot: QtBot):
    looked = looked_at()
    look = opened(qtbot, looked)
    with qtbot.waitSignal(look.asked):
        QTest.mouseClick(look.sheet.viewport(), LEFT, pos=in_tile(look, 3, 0.5, 0.5).toPoint())
    assert (look.unit, look.area.isVisible(), look.sheet.isVisible()) == (3, True, False)
    assert look.question().resolution == 120  # type: ignore[union-attr]
    answer(look, looked)
    assert look.area.caption == "dense_1, unit 3."
    hover(look.area, look.area.pixel(35, 0.0))
    assert look.area.pointer is not None
    assert float(look.area.pointer.readings[0].value) == pytest.approx(4 * (look.area.pointer.step - 30), rel=1e-3)
    QTest.keyClick(look.area, Qt.Key.Key_Escape)  # the cross-hair
    QTest.keyClick(look.area, Qt.Key.Key_Escape)
    assert (look.unit, look.area.isVisible(), look.sheet.isVisible()) == (None, False, True)


def test_tiles_are_reached_and_opened_by_keys(qtbot: QtBot):
    look = opened(qtbot, looked_at())
    look.sheet.setFocus()
    QTest.keyClick(look.sheet, Qt.Key.Key_Right)
    QTest.keyClick(look.sheet, Qt.Key.Key_Right)
    QTest.keyClick(look.sheet, Qt.Key.Key_Left)
    QTest.keyClick(look.sheet, Qt.Key.Key_Return)
    assert look.unit == 1


def test_many_units_are_scrolled_and_none_is_left_out(qtbot: QtBot):
    looked = looked_at(units=90)
    look = opened(qtbot, looked, 300, 240)
    sheet = look.sheet
    assert len(sheet.tiles) == 90
    assert sheet.place_of(0).width() >= SMALLEST
    in_row = sum(sheet.place_of(each).top() == sheet.place_of(0).top() for each in range(90))
    left = sheet.viewport().width() - sheet.place_of(in_row - 1).right() - MARGIN
    assert 0 <= left < in_row, "tiles fill the width but for what is less than a pixel each"
    assert sheet.verticalScrollBar().maximum() > 0
    sheet.setFocus()
    sheet.current = 86
    QTest.keyClick(sheet, Qt.Key.Key_Right)
    assert sheet.current == 87
    assert 0 <= sheet.place_of(87).top() <= sheet.place_of(87).bottom() <= sheet.viewport().height()


def test_tiles_that_find_room_without_a_scroll_bar_need_none_whatever_was_before(qtbot: QtBot):
    sheet = opened(qtbot, looked_at(units=16)).sheet
    sheet.setParent(None)
    qtbot.addWidget(sheet)
    sheet.show()
    for width in range(440, 500, 4):
        found = []
        for before in ((240, 120), (900, 700)):
            sheet.resize(*before)
            sheet.resize(width, 185)
            found.append((sheet.place_of(0), sheet.place_of(15), sheet.verticalScrollBar().maximum()))
        assert found[0] == found[1]
        eight_in_a_row = width - 2 * MARGIN >= 8 * SMALLEST + 7 * GAP
        assert eight_in_a_row == (found[0][2] == 0)


def test_of_very_many_units_the_first_are_shown_and_it_is_said(qtbot: QtBot):
    look = opened(qtbot, looked_at(units=300))
    assert len(look.sheet.tiles) == 256
    assert look._words.text() == "The first 256 of 300 units."
    assert look._words.isVisible()


def test_the_table_has_every_value(qtbot: QtBot, tmp_path: Path):
    look = opened(qtbot, looked_at())
    look.save(tmp_path / "neurons.csv")
    heading, *rows = csv.reader((tmp_path / "neurons.csv").read_text().splitlines())
    assert heading == ["east", "north", *(f"dense_1 unit {unit}" for unit in range(6))]
    assert len(rows) == 40 * 40
    for row in rows[::97]:
        values = [float(each) for each in row]
        assert values[2:] == pytest.approx([(unit + 1) * (values[0] - 30) for unit in range(6)], rel=1e-3, abs=1e-4)


def test_images_have_no_such_maps_and_it_is_said_why(qtbot: QtBot):
    look = NeuronResponses()
    qtbot.addWidget(look)
    look.show_project(Project(), classes(shape=(4, 4, 1)), Report({}, {}, ()))
    assert look.question() is None
    assert "are images of 4 × 4 × 1 numbers" in look.words.text()


def test_what_is_not_finite_has_the_colour_of_what_is_bad():
    pixels = signed_pixels(np.array([np.nan, np.inf, 0.0, -2.0, 1.0]), 2.0, DARK)
    names = [QColor.fromRgba(int(each)).name() for each in pixels]
    assert names[:4] == [DARK.bad, DARK.bad, DARK.panel, BELOW]
