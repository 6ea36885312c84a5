"""Maps on the cards: of the right unit, of the newest weights, in sight only, switched and remembered."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from deepviz.datasets.sources.iris import Iris
from deepviz.document import edits
from deepviz.document.project import DataChoice
from deepviz.gui.canvas.card_painter import NO_NUMBERS_BELOW
from deepviz.gui.canvas.geometry import HEIGHT, Point
from deepviz.gui.canvas.response_tiles import MOST_TILES, shown_of, tile_place
from deepviz.gui.card_responses import CardResponses
from deepviz.gui.settings import RESPONSES_ON_CARDS
from deepviz.gui.signed_colors import signed_colors
from deepviz.insight.unit_responses import UnitResponses
from tests.e2e.window import OpenWindow, Person, small_project


def waiting_for_maps(person: Person) -> CardResponses:
    cards = person.bench.card_responses
    person.qtbot.waitUntil(lambda: bool(cards.tiles.items), timeout=20_000)
    return cards


def latest(cards: CardResponses) -> UnitResponses:
    assert cards._answer is not None
    return cards._answer


def color_in_tile(person: Person, card: str, number: int, x: float, y: float) -> QColor:
    """The colour on screen in a tile: at shares of its width, and of its height from below."""
    canvas = person.bench.canvas
    item = person.bench.card_responses.tiles.items[card]
    place = tile_place(number)
    inside = QPointF(place.left() + x * place.width(), place.bottom() - y * place.height())
    spot = canvas.mapFromScene(item.mapToScene(inside))
    return canvas.viewport().grab().toImage().pixelColor(spot)


def test_each_card_of_a_layer_has_maps_of_its_units_and_the_rest_is_counted(person: Person):
    cards = waiting_for_maps(person)
    items = cards.tiles.items
    assert set(items) == {"input_1", "dense_1", "tanh_1", "dense_2"}
    assert {card: (item.count, len(item.images), item.words) for card, item in items.items()} == {
        "input_1": (2, 2, ""),
        "dense_1": (8, MOST_TILES - 1, f"+{8 - MOST_TILES + 1}"),
        "tanh_1": (8, MOST_TILES - 1, f"+{8 - MOST_TILES + 1}"),
        "dense_2": (2, 2, ""),
    }
    assert cards.legend.isVisible()
    assert cards.step == 0


@pytest.mark.parametrize(("units", "tiles"), [(1, 1), (MOST_TILES, MOST_TILES), (MOST_TILES + 1, MOST_TILES - 1)])
def test_the_last_place_is_for_the_count_where_not_all_find_room(units: int, tiles: int):
    assert shown_of(units) == tiles


def test_a_tile_has_the_colours_of_its_unit(person: Person):
    cards = waiting_for_maps(person)
    place = person.bench.canvas.network.places["tanh_1"]
    person.bench.canvas.look_at(3.0, Point(place.x + 60, place.y + HEIGHT))
    person.qtbot.waitUntil(lambda: "tanh_1" in latest(cards).maps, timeout=20_000)
    answer = latest(cards)
    table = signed_colors(person.bench.themes.current)
    for number in (0, 2):
        values = answer.maps["tanh_1"][number]
        for x, y in ((0.3, 0.3), (0.7, 0.4), (0.5, 0.8)):
            row, column = int(y * len(answer.ys)), int(x * len(answer.xs))
            around = values[row - 1 : row + 2, column - 1 : column + 2]
            shades = table[np.rint(128 + 128 * around / np.abs(values).max()).astype(int)].reshape(-1, 3).astype(int)
            seen = np.array(color_in_tile(person, "tanh_1", number, x, y).getRgb()[:3])  # type: ignore[index]
            assert (seen >= shades.min(axis=0) - 6).all()
            assert (seen <= shades.max(axis=0) + 6).all()


def test_they_follow_the_run_to_the_very_last_weights(open_window: OpenWindow):
    person = open_window(small_project(units=MOST_TILES))
    cards = waiting_for_maps(person)
    before = latest(cards).maps["dense_2"].copy()
    person.bench.actions["run"].trigger()
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "finished", timeout=20_000)
    last = person.bench.controller.step_count
    person.qtbot.waitUntil(lambda: cards.step == last, timeout=20_000)
    assert not np.allclose(latest(cards).maps["dense_2"], before)
    step, weights = person.bench.controller.weights_later().result(20)
    assert (step, weights is None) == (last, False)
    hidden = np.moveaxis(latest(cards).maps["tanh_1"], 0, -1)
    expected = hidden @ weights["dense_2/W"] + weights["dense_2/b"]
    np.testing.assert_allclose(np.moveaxis(latest(cards).maps["dense_2"], 0, -1), expected, rtol=1e-4, atol=1e-5)


def test_only_what_is_in_sight_and_large_enough_is_asked_for(person: Person):
    cards, canvas = waiting_for_maps(person), person.bench.canvas
    places = canvas.network.places
    canvas.look_at(4.0, Point(places["dense_2"].x + 85, places["dense_2"].y + 46))
    question = cards.question()
    assert question is not None
    assert "dense_2" in question.nodes
    assert "input_1" not in question.nodes
    asked: list[None] = []
    cards.asked.connect(lambda: asked.append(None))
    canvas.look_at(4.0, Point(places["input_1"].x + 85, places["input_1"].y + 46))
    assert asked
    assert cards.question().nodes[0] == "input_1"  # type: ignore[union-attr]
    canvas.look_at(NO_NUMBERS_BELOW / 2, Point(0, 0))
    assert cards.question() is None


def test_they_can_be_switched_off_and_that_is_remembered(person: Person, open_window: OpenWindow):
    cards, action = waiting_for_maps(person), person.bench.actions["responses"]
    assert action.isChecked()
    action.trigger()
    assert (cards.tiles.items, cards.legend.isVisible(), cards.looks()) == ({}, False, ())
    assert (action.isChecked(), person.bench.settings.get(RESPONSES_ON_CARDS)) == (False, False)
    again = open_window(small_project(), person.bench.settings)
    assert not again.bench.actions["responses"].isChecked()
    assert again.bench.card_responses.looks() == ()
    again.bench.actions["responses"].trigger()
    waiting_for_maps(again)


def test_data_with_more_inputs_have_none(person: Person):
    cards = waiting_for_maps(person)
    choice = DataChoice(source=Iris())
    person.bench.editor.apply("Data", lambda project: edits.set_data(project, choice))
    person.qtbot.waitUntil(lambda: not cards.tiles.items, timeout=20_000)
    assert not cards.legend.isVisible()
    assert cards.looks() == ()
    person.bench.actions["undo"].trigger()
    waiting_for_maps(person)


def test_a_card_that_goes_takes_its_tiles_with_it(person: Person):
    cards = waiting_for_maps(person)
    person.bench.canvas.select(("tanh_1",))
    person.bench.actions["delete"].trigger()
    person.qtbot.waitUntil(lambda: "tanh_1" not in cards.tiles.items, timeout=20_000)
    person.bench.actions["undo"].trigger()
    person.qtbot.waitUntil(lambda: "tanh_1" in cards.tiles.items, timeout=20_000)


def test_an_activation_on_the_card_of_its_layer_is_what_leaves_the_card(open_window: OpenWindow):
    person = open_window(small_project())
    person.bench.actions["attach_all"].trigger()
    cards = person.bench.card_responses
    person.qtbot.waitUntil(lambda: set(cards.tiles.items) == {"input_1", "dense_1", "dense_2"}, timeout=20_000)
    assert cards.question().nodes == ("input_1", "tanh_1", "dense_2")  # type: ignore[union-attr]


def test_a_bar_moves_them_down(person: Person):
    cards = waiting_for_maps(person)
    before = cards.tiles.items["dense_1"].y()
    person.bench.checking.bars_button.choices["parameters"].trigger()
    cards.asked.emit()
    person.bench.actions["run"].trigger()
    person.qtbot.waitUntil(lambda: cards.tiles.items["dense_1"].y() > before, timeout=20_000)


def test_they_take_part_in_a_change_of_theme(person: Person):
    cards = waiting_for_maps(person)
    before = cards.tiles.items["dense_1"].images[0]
    person.bench.themes.toggle()
    assert cards.tiles.items["dense_1"].images[0] != before
