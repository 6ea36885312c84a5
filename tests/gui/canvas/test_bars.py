"""Bars below the cards: as long as their share, on either scale, and nothing at all when they are off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from deepviz.document import edits
from deepviz.gui.amounts import short_count
from deepviz.gui.canvas.bars import AREA, TRACK, Bars, BarScale
from deepviz.gui.canvas.bars_button import QUANTITIES, BarsButton
from deepviz.gui.canvas.geometry import PROBLEM_LINE, Point
from deepviz.gui.theme import DARK, LIGHT, Theme
from tests.gui.canvas.conftest import Owner

VALUES = {"dense_1": 40.0, "relu_1": 0.0, "dense_2": 10.0}


def shown(owner: Owner, values: dict[str, float] = VALUES, is_log: bool = False, theme: Theme = DARK) -> Bars:
    bars = Bars()
    bars.show(values, short_count, theme, owner.view.network.node_items(), is_log)
    return bars


def test_a_linear_scale_begins_at_zero_and_ends_at_the_largest_value() -> None:
    scale = BarScale.over({"a": 40.0, "b": 10.0, "c": 0.0}, is_log=False)
    assert (scale.low, scale.high) == (0.0, 40.0)
    assert [scale.share(value) for value in (40.0, 10.0, 0.0, 80.0)] == [1.0, 0.25, 0.0, 1.0]


def test_a_logarithmic_scale_begins_at_a_power_of_ten_below_the_smallest_value() -> None:
    scale = BarScale.over({"a": 10_000.0, "b": 150.0, "c": 0.0}, is_log=True)
    assert (scale.low, scale.high) == (100.0, 10_000.0)
    assert scale.share(1000.0) == pytest.approx(0.5)
    assert scale.share(0.0) == 0.0
    assert BarScale.over({"a": 100.0}, is_log=True).low == 10.0, "a single value is to be seen"


def test_without_values_there_is_nothing_to_divide_by() -> None:
    for is_log in (False, True):
        scale = BarScale.over({"a": 0.0, "b": float("nan"), "c": float("inf")}, is_log)
        assert scale.share(3.0) == 0.0


def test_each_card_with_a_value_has_a_bar_and_no_other(on_chain: Owner) -> None:
    bars = shown(on_chain)
    assert {node_id: (item.share, item.text) for node_id, item in bars.items.items()} == {
        "dense_1": (1.0, "40"),
        "relu_1": (0.0, "0"),
        "dense_2": (0.25, "10"),
    }
    bars.show({"relu_1": 2.0}, short_count, DARK, on_chain.view.network.node_items(), False)
    assert list(bars.items) == ["relu_1"]


def test_off_there_is_not_one_item(on_chain: Owner) -> None:
    scene = on_chain.view.network
    before = len(scene.items())
    bars = shown(on_chain)
    assert len(scene.items()) == before + 3
    bars.clear()
    assert len(scene.items()) == before
    assert bars.items == {}


def test_a_card_that_goes_takes_its_bar_along(on_chain: Owner) -> None:
    bars = shown(on_chain)
    on_chain.show(edits.delete(on_chain.project, ("dense_1",)), fit=False)
    before = len(on_chain.view.network.items())
    bars.show(VALUES, short_count, DARK, on_chain.view.network.node_items(), False)
    assert list(bars.items) == ["relu_1", "dense_2"]
    assert len(on_chain.view.network.items()) == before


def test_a_bar_goes_below_the_line_that_tells_a_problem(on_chain: Owner) -> None:
    bars = shown(on_chain)
    assert bars.items["dense_1"].y() == 0
    on_chain.show(edits.delete(on_chain.project, ("input_1",)), fit=False)
    bars.show(VALUES, short_count, DARK, on_chain.view.network.node_items(), False)
    assert on_chain.view.network.node_items()["dense_1"].face.problem
    assert bars.items["dense_1"].y() == PROBLEM_LINE


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_it_is_painted_as_long_as_its_share(on_chain: Owner, theme: Theme) -> None:
    on_chain.view.use_theme(theme)
    shown(on_chain, theme=theme)
    image = picture(on_chain)
    assert colour(on_chain, image, "dense_1", 0.95) == theme.accent
    assert colour(on_chain, image, "dense_2", 0.15) == theme.accent
    assert colour(on_chain, image, "dense_2", 0.5) == theme.line
    assert colour(on_chain, image, "relu_1", 0.05) == theme.line


def picture(owner: Owner) -> QImage:
    owner.view.zoom_reset()
    owner.view.network.select(())
    return owner.view.viewport().grab().toImage()


def colour(owner: Owner, image: QImage, node_id: str, share: float) -> str:
    left, top = owner.view.network.places[node_id]
    place: QPoint = owner.view.place_of(Point(left + share * TRACK.width(), top + TRACK.center().y()))
    assert image.rect().contains(place)
    return image.pixelColor(place).name()


def test_the_number_finds_room_beside_a_full_bar() -> None:
    assert AREA.contains(TRACK)


def test_the_button_says_what_a_full_bar_is(on_chain: Owner) -> None:
    button = BarsButton(DARK, on_chain.view)
    assert button.text() == "Bars"
    button.show_choice("macs", BarScale(0.0, 40.0), "0", "40")
    assert button.text() == "MACs  ·  full = 40"
    button.show_choice("stored", BarScale(10.0, 40.0, True), "10 B", "40 B")
    assert button.text() == "Stored memory  ·  log, 10 B to 40 B"
    assert button.accessibleName() == "Bars beside the layers: " + button.text()
    assert button.choices["stored"].isChecked()
    assert button.scales["log"].isChecked()
    on_chain.view.resize(700, 500)
    assert button.geometry().right() < 700
    button.deleteLater()


def test_choices_are_passed_on(on_chain: Owner) -> None:
    button = BarsButton(DARK, on_chain.view)
    chosen: list[object] = []
    button.quantity_chosen.connect(chosen.append)
    button.scale_chosen.connect(chosen.append)
    for key in QUANTITIES:
        button.choices[key].trigger()
    button.show_choice("macs", BarScale(), "", "")
    button.scales["log"].trigger()
    button.scales["linear"].trigger()
    assert chosen == [*QUANTITIES, True, False]
    button.deleteLater()
