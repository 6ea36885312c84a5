"""Maps on the cards: of the right unit, of the newest weights, in sight only, switched and remembered."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRect
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from deepviz.datasets.sources.iris import Iris
from deepviz.datasets.sources.sine import Sine
from deepviz.document import edits, ends, group_edits
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import DataChoice, Project
from deepviz.gui.canvas.card_painter import NO_NUMBERS_BELOW
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point
from deepviz.gui.canvas.gradients import GREATEST_WIDTH
from deepviz.gui.canvas.picture import image_of, svg_of
from deepviz.gui.canvas.response_tiles import MOST_TILES, TILE, TOP, shown_of, tile_place
from deepviz.gui.card_responses import CardResponses
from deepviz.gui.plots.neuron_responses import NeuronResponses
from deepviz.gui.response_curves import round_up
from deepviz.gui.settings import PICTURE_THEME, RESPONSES_ON_CARDS
from deepviz.gui.signed_colors import ABOVE, BELOW, signed_colors
from deepviz.gui.theme import THEMES
from deepviz.insight.unit_responses import UnitResponses
from tests.e2e.window import OpenWindow, Person, chain, small_project
from tests.gui.window_hands import train_steps


def waiting_for_maps(person: Person) -> CardResponses:
    cards = person.bench.card_responses
    person.qtbot.waitUntil(lambda: bool(cards.tiles.items))
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
    assert {card: (item.count, len(item.faces), item.words) for card, item in items.items()} == {
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
    person.qtbot.waitUntil(lambda: "tanh_1" in latest(cards).maps)
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
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "finished")
    last = person.bench.controller.step_count
    person.qtbot.waitUntil(lambda: cards.step == last)
    assert not np.allclose(latest(cards).maps["dense_2"], before)
    step, weights = person.bench.controller.weights_later().result(60)
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
    person.qtbot.waitUntil(lambda: not cards.tiles.items)
    assert not cards.legend.isVisible()
    assert cards.looks() == ()
    person.bench.actions["undo"].trigger()
    waiting_for_maps(person)


def test_a_card_that_goes_takes_its_tiles_with_it(person: Person):
    cards = waiting_for_maps(person)
    person.bench.canvas.select(("tanh_1",))
    person.bench.actions["delete"].trigger()
    person.qtbot.waitUntil(lambda: "tanh_1" not in cards.tiles.items)
    person.bench.actions["undo"].trigger()
    person.qtbot.waitUntil(lambda: "tanh_1" in cards.tiles.items)


def test_an_activation_on_the_card_of_its_layer_is_what_leaves_the_card(open_window: OpenWindow):
    person = open_window(small_project())
    person.bench.actions["attach_all"].trigger()
    cards = person.bench.card_responses
    person.qtbot.waitUntil(lambda: set(cards.tiles.items) == {"input_1", "dense_1", "dense_2"})
    assert cards.question().nodes == ("input_1", "tanh_1", "dense_2")  # type: ignore[union-attr]


def test_a_bar_moves_them_down(person: Person):
    cards = waiting_for_maps(person)
    before = cards.tiles.items["dense_1"].y()
    person.bench.checking.bars_button.choices["parameters"].trigger()
    cards.asked.emit()
    person.bench.actions["run"].trigger()
    person.qtbot.waitUntil(lambda: cards.tiles.items["dense_1"].y() > before)


def test_they_take_part_in_a_change_of_theme(person: Person):
    waiting_for_maps(person)
    before = color_in_tile(person, "dense_1", 0, 0.5, 0.5)
    person.bench.themes.toggle()
    assert color_in_tile(person, "dense_1", 0, 0.5, 0.5) != before


# A single input


def along_one_input(person: Person) -> CardResponses:
    choice = DataChoice(source=Sine())
    person.bench.editor.apply("Data", lambda project: edits.set_data(project, choice))
    cards = person.bench.card_responses
    person.qtbot.waitUntil(lambda: cards._answer is not None and cards._answer.is_curve)
    return cards


def test_along_a_single_input_each_card_has_curves_that_are_those_of_its_units(open_window: OpenWindow):
    dense = ("Dense", {"units": 3}), ("Tanh", {}), ("Dense", {"units": 1})
    person = open_window(chain(("Input", {"shape": (1,)}), *dense, ("MeanSquaredError", {})))
    cards = along_one_input(person)
    person.qtbot.waitUntil(lambda: set(cards.tiles.items) == {"input_1", "dense_1", "tanh_1", "dense_2"})
    train_steps(person, 1)
    step, weights = person.bench.controller.weights_later().result(60)
    person.qtbot.waitUntil(lambda: cards.step == step)
    answer, data = latest(cards), person.bench.editor.data
    assert data is not None
    scaled = (answer.xs[:, None] - data.scaler.offset) / data.scaler.scale
    hidden = np.tanh(scaled @ weights["dense_1/W"] + weights["dense_1/b"])
    np.testing.assert_allclose(answer.maps["tanh_1"][:, 0], hidden.T, atol=1e-5)
    place = person.bench.canvas.network.places["tanh_1"]
    person.bench.canvas.look_at(4.0, Point(place.x + 60, place.y + HEIGHT))
    ground = QColor(person.bench.themes.current.panel)
    for number in range(3):
        # Half-way between the curve and zero, in the middle of the axis, is the colour of its sign.
        column = int(np.abs(hidden[:, number]).argmax())
        value, top = float(hidden[column, number]), 1.1 * round_up(float(np.abs(hidden[:, number]).max()))
        across = min(max(column / (len(hidden) - 1), 0.05), 0.95)
        up = 0.5 + value / (4 * top)
        seen = np.array(color_in_tile(person, "tanh_1", number, across, up).getRgb()[:3], float)  # type: ignore[index]
        ink, none = (np.array(QColor(each).getRgb()[:3], float) for each in (ABOVE if value > 0 else BELOW, ground))  # type: ignore[index]
        share = np.dot(seen - none, ink - none) / np.dot(ink - none, ink - none)
        assert 0.3 < share < 0.6
        other = color_in_tile(person, "tanh_1", number, across, 1 - up)
        assert other.name() == ground.name()
    words = cards.tiles.items["tanh_1"].tooltip(tile_place(2).center().x())
    top = round_up(float(np.abs(hidden[:, 2]).max()))
    assert words.startswith("Unit 2 of tanh_1\nIts answer along the input")
    assert words.endswith(f"From bottom to top: ±{top:g}")


def test_pictures_have_the_curves_as_lines_and_the_legend_says_what_they_are(open_window: OpenWindow):
    dense = ("Dense", {"units": 3}), ("Tanh", {}), ("Dense", {"units": 1})
    person = open_window(chain(("Input", {"shape": (1,)}), *dense, ("MeanSquaredError", {})))
    cards = along_one_input(person)
    person.qtbot.waitUntil(lambda: bool(cards.tiles.items))
    assert cards.legend.accessibleName().startswith("Curves below the cards")
    picture = person.bench.pictures.picture()
    assert set(picture.below) == set(cards.tiles.items)
    text = svg_of(picture)
    assert b"<image" not in text
    assert text.count(b"<polyline") >= sum(len(item.faces) for item in cards.tiles.items.values())


# Groups


def grouped_tanh(repeat: int = 1) -> Project:
    """`small_project` with dense_1 and tanh_1 in a closed group; repeated, both have two units."""
    project = small_project(units=8 if repeat == 1 else 2)
    project = group_edits.group(project, ["dense_1", "tanh_1"], "hidden")
    return group_edits.set_repeat(project, "group_1", repeat)


@pytest.mark.parametrize("repeat", [1, 3])
def test_a_closed_group_has_the_maps_of_its_last_layer(open_window: OpenWindow, repeat: int):
    person = open_window(grouped_tanh(repeat))
    cards = waiting_for_maps(person)
    run = "tanh_1" if repeat == 1 else f"tanh_1.{repeat}"
    assert set(cards.tiles.items) == {"input_1", "group_1", "dense_2"}
    assert cards.question().nodes == ("input_1", run, "dense_2")  # type: ignore[union-attr]
    item = cards.tiles.items["group_1"]
    np.testing.assert_array_equal(item.maps, latest(cards).maps[run][: len(item.faces)])
    assert item.layer == f"{run}, the last layer of hidden"


def test_a_group_that_several_layers_leave_has_none(open_window: OpenWindow):
    project = edits.append(small_project(units=2), edits.new_layer("Add"))
    project = edits.connect(project, "tanh_1", "add_1")
    project = group_edits.group(project, ["dense_1", "tanh_1", "dense_2"], "two ways out")
    person = open_window(project)
    cards = person.bench.card_responses
    assert len(ends.exits(project.graph, "group_1")) == 2
    assert "group_1" not in cards._card_runs()


def test_a_tile_says_what_it_is_and_what_full_colour_means(open_window: OpenWindow):
    person = open_window(grouped_tanh())
    cards, canvas = waiting_for_maps(person), person.bench.canvas
    item = cards.tiles.items["group_1"]
    viewport = canvas.viewport()

    def told(number: int) -> str:
        place = canvas.place_of(Point(*item.mapToScene(tile_place(number).center()).toTuple()))  # type: ignore[misc]
        QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place)))
        text = QToolTip.text()
        QToolTip.hideText()
        return text

    largest = np.abs(latest(cards).maps["tanh_1"][2]).max()
    assert told(2).startswith("Unit 2 of tanh_1, the last layer of hidden")
    assert f"±{largest:.3g}" in told(2)
    assert told(MOST_TILES - 1) == "8 units of tanh_1, the last layer of hidden"


# Pictures


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_picture_has_the_maps_that_are_seen(person: Person, theme: str):
    cards = waiting_for_maps(person)
    person.bench.settings.set(PICTURE_THEME, theme)
    picture = person.bench.pictures.picture()
    assert set(picture.below) == set(cards.tiles.items)
    image = image_of(picture, 4.0)
    place, corner = person.bench.canvas.network.places["tanh_1"], picture.area.topLeft()
    table = signed_colors(THEMES[theme])
    for number in (0, 2):
        values = latest(cards).maps["tanh_1"][number]
        tile = tile_place(number)
        for x, y in ((0.3, 0.3), (0.7, 0.4)):
            row, column = int(y * len(values)), int(x * len(values))
            around = values[row - 1 : row + 2, column - 1 : column + 2]
            shades = table[np.rint(128 + 128 * around / np.abs(values).max()).astype(int)].reshape(-1, 3).astype(int)
            left = place.x + tile.left() + x * tile.width() - corner.x()
            top = place.y + tile.bottom() - y * tile.height() - corner.y()
            seen = np.array(image.pixelColor(round(4 * left), round(4 * top)).getRgb()[:3])  # type: ignore[index]
            assert (seen >= shades.min(axis=0) - 6).all()
            assert (seen <= shades.max(axis=0) + 6).all()
    assert b"<image" in svg_of(picture)
    person.bench.actions["responses"].trigger()
    assert not person.bench.pictures.picture().below
    assert b"<image" not in svg_of(person.bench.pictures.picture())


def test_a_picture_has_the_bars_that_are_seen(person: Person):
    waiting_for_maps(person)
    person.bench.checking.bars_button.choices["parameters"].trigger()
    below = person.bench.pictures.picture().below
    bars = person.bench.checking.bars.items
    assert {card: (each.share, each.text) for card, each in below.items() if each.text} == {
        card: (bar.share, bar.text) for card, bar in bars.items()
    }
    assert bars
    texts = svg_of(person.bench.pictures.picture()).decode()
    assert all(f">{bar.text}<" in texts for bar in bars.values())


# Room


def test_no_card_lies_below_what_floats_on_the_canvas(open_window: OpenWindow):
    person = open_window(chain(("Input", {}), *[("Dense", {"units": 2})] * 14, ("SoftmaxCrossEntropy", {})))
    canvas = person.bench.canvas
    waiting_for_maps(person)
    train_steps(person, 1)
    for told in ("", "Something to tell"):
        if told:
            person.bench.notice.tell(told, "warning", [("Do it", lambda: None)])
        QApplication.processEvents()
        floats = [each.geometry() for each in canvas.floats if each.isVisible()]
        assert len(floats) == 3, "two legends and the control of the bars"
        for place in canvas.network.places.values():
            corner, far = canvas.place_of(place), canvas.place_of(Point(place.x + WIDTH, place.y + HEIGHT))
            assert not any(each.intersects(QRect(corner, far)) for each in floats)


def test_the_room_is_that_of_where_things_float_now(open_window: OpenWindow):
    person = open_window(chain(("Input", {}), *[("Dense", {"units": 2})] * 14, ("SoftmaxCrossEntropy", {})))
    canvas = person.bench.canvas
    waiting_for_maps(person)
    train_steps(person, 1)
    for size in ((1280, 800), (1500, 1000), (1100, 700), (1280, 800)):
        person.bench.window.resize(*size)
        QApplication.processEvents()
        zoom, corner = canvas.zoom, canvas.place_of(Point(0, 0))
        canvas.fit()
        assert (canvas.zoom, canvas.place_of(Point(0, 0))) == (zoom, corner)


def test_tiles_end_above_the_connections_between_two_rows() -> None:
    """The widest one runs in the middle between the rows that `Arrange` makes."""
    middle = (HEIGHT + CARD_PITCH[1]) / 2
    assert middle - GREATEST_WIDTH / 2 > TOP + TILE


def test_a_unit_has_the_same_number_on_its_card_and_in_the_views(person: Person):
    """Units are counted from 0, as their weights are in arrays."""
    person.bench.canvas.look_at(3.0, Point(*person.bench.canvas.network.places["tanh_1"]))
    cards = waiting_for_maps(person)
    person.qtbot.waitUntil(lambda: "tanh_1" in latest(cards).maps)
    place = tile_place(2).center()
    assert cards.tiles.items["tanh_1"].tooltip(place.x()).startswith("Unit 2 of tanh_1\n")
    person.bench.views.open("neuron_responses")
    view = person.bench.views.view("neuron_responses")
    assert isinstance(view, NeuronResponses)
    view.choose_layer("tanh_1")
    person.qtbot.waitUntil(lambda: view.answer is not None and "tanh_1" in view.answer.maps)
    view.choose_unit(2)
    columns, rows = view.table()
    assert columns[-1] == "tanh_1 unit 2"
    answer, told, seen = latest(cards), [], []
    for x, y, value in np.array([[float(str(cell)) for cell in row] for row in rows])[::7]:
        told.append(value)
        seen.append(answer.maps["tanh_1"][2][np.abs(answer.ys - y).argmin(), np.abs(answer.xs - x).argmin()])
    assert np.corrcoef(told, seen)[0, 1] > 0.95, "the same unit"
