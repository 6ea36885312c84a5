"""Cards dragged into groups and out of them by real events: what is said and drawn meanwhile, and what is asked for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepviz.document import edits, group_edits
from deepviz.document.layout import CARD_PITCH
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.geometry import Point, card_box
from deepviz.gui.canvas.menu import Entry
from deepviz.gui.canvas.response_tiles import AREA
from tests.gui.canvas.conftest import Owner

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def framed(owner: Owner) -> Owner:
    """input_1 -> [dense_1 -> relu_1] in an open frame -> dense_2 -> loss_1 in one row, and tanh_1 alone below."""
    project = owner.project
    for key in ("Input", "Dense", "ReLU", "Dense", "SoftmaxCrossEntropy"):
        project = edits.append(project, edits.new_layer(key))
    project = edits.arrange(project, 9)
    project = edits.add_node(project, edits.new_layer("Tanh"), (240.0, 320.0))
    owner.show(group_edits.group(project, ["dense_1", "relu_1"], collapsed=False))
    return owner


def group_of(owner: Owner, node_id: str) -> str:
    return owner.project.graph.node(node_id).group


def in_frame(owner: Owner) -> Point:
    """A point of the frame that lies on no card and on no connection: below the cards."""
    box = owner.view.network.surroundings.frames["group_1"].box
    return Point(box.left + box.width / 2 - 30, box.bottom - 6)


def hold(owner: Owner, card: str, point: Point, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    owner.press(owner.middle(card))
    start = owner.middle(card)
    for share in (0.3, 0.7, 1.0):
        owner.move(Point(start.x + share * (point.x - start.x), start.y + share * (point.y - start.y)), keys=keys)


def test_a_card_dropped_in_a_frame_lies_in_the_group(framed: Owner) -> None:
    point = in_frame(framed)
    hold(framed, "tanh_1", point)
    assert framed.view.network.overlays.words == "Into Group 1 · Alt only moves"
    frame, place = framed.view.network.surroundings.frames["group_1"], framed.view.network.places["tanh_1"]
    assert frame.box.contains(Point(*place)), "the frame is drawn around what comes"
    framed.release(point)
    assert group_of(framed, "tanh_1") == "group_1"
    assert framed.labels == ["Move tanh_1 into Group 1"], "one step to undo"
    assert framed.project.graph.node("tanh_1").position == (place.x, place.y + CARD_PITCH[1]), "below"
    assert framed.view.network.overlays.words == ""


def test_a_card_dropped_on_others_in_a_frame_lies_on_none_of_them(framed: Owner) -> None:
    on_both = Point(*framed.middle("dense_1"))
    hold(framed, "tanh_1", on_both)
    framed.release(on_both)
    assert group_of(framed, "tanh_1") == "group_1"
    boxes = [card_box(Point(*node.position)) for node in framed.project.graph.nodes]
    met = [(one, other) for number, one in enumerate(boxes) for other in boxes[:number] if one.meets(other)]
    assert met == []


def test_the_name_of_a_frame_stands_clear_of_what_is_below_the_row_above(framed: Owner) -> None:
    """The response maps of that row end there, and connections that have wrapped run in the middle between two rows."""
    card, frame = card_box(framed.view.network.places["dense_1"]), framed.view.network.surroundings.frames["group_1"]
    above = card.moved(0.0, -CARD_PITCH[1])
    assert frame.bar.top >= above.top + AREA.bottom() - 2.0, "two pixels of it are for smooth edges"
    assert frame.bar.top >= (above.bottom + card.top) / 2 + 2.75, "half of the thickest connection"
    assert frame.bar.bottom <= card.top


def test_a_card_dragged_out_of_its_frame_leaves_the_group(framed: Owner) -> None:
    box = framed.view.network.surroundings.frames["group_1"].box
    point = Point(box.left + 40, box.bottom + 120)
    hold(framed, "dense_1", point)
    assert framed.view.network.overlays.words == "Out of Group 1 · Alt only moves"
    smaller = framed.view.network.surroundings.frames["group_1"].box
    assert smaller.width < box.width, "the frame lets it go"
    framed.release(point)
    assert (group_of(framed, "dense_1"), group_of(framed, "relu_1")) == ("", "group_1")
    assert framed.labels == ["Move dense_1 out of Group 1"]
    assert ("dense_1", "relu_1") in framed.pairs(), "connections stay"


def test_within_its_frame_a_card_is_only_moved(framed: Owner) -> None:
    place = framed.middle("dense_1")
    framed.drag(place, Point(place.x, place.y + 24))
    assert framed.labels == ["Move dense_1"]
    assert group_of(framed, "dense_1") == "group_1"


@pytest.mark.parametrize("card", ["tanh_1", "dense_1"])
def test_with_alt_a_card_stays_in_the_group_it_is_in(framed: Owner, card: str) -> None:
    before = group_of(framed, card)
    box = framed.view.network.surroundings.frames["group_1"].box
    point = in_frame(framed) if card == "tanh_1" else Point(box.left + 40, box.bottom + 120)
    hold(framed, card, point, ALT)
    assert framed.view.network.overlays.words == ""
    framed.release(point, keys=ALT)
    assert group_of(framed, card) == before
    assert framed.labels == [f"Move {card}"]


def test_escape_puts_card_and_frame_back(framed: Owner) -> None:
    network = framed.view.network
    before, place = network.surroundings.frames["group_1"].box, network.places["tanh_1"]
    hold(framed, "tanh_1", in_frame(framed))
    assert network.surroundings.frames["group_1"].box != before
    framed.key(Qt.Key.Key_Escape)
    assert network.surroundings.frames["group_1"].box == before
    assert network.places["tanh_1"] == place
    assert framed.labels == []


def test_a_card_dropped_on_a_closed_group_joins_it(framed: Owner) -> None:
    framed.show(group_edits.set_collapsed(framed.project, ["group_1"], True))
    point = framed.middle("group_1")
    hold(framed, "tanh_1", point)
    assert framed.view.network.overlays.words == "Into Group 1 · Alt only moves"
    framed.release(point)
    assert group_of(framed, "tanh_1") == "group_1"
    assert "tanh_1" not in framed.view.network.places
    relu, tanh = (framed.project.graph.node(each).position for each in ("relu_1", "tanh_1"))
    assert tanh[0] > relu[0], "behind what is last in it"
    assert tanh[1] == relu[1]


def test_a_frame_taken_by_its_bar_is_put_into_another_group_as_a_whole(framed: Owner) -> None:
    framed.show(group_edits.group(framed.project, ["tanh_1"], collapsed=True))
    bar = framed.view.network.surroundings.frames["group_1"].bar
    framed.drag(Point(bar.left + 60, bar.top + 8), framed.middle("group_2"))
    assert framed.project.graph.way_up("group_1") == ("group_1", "group_2")
    assert (group_of(framed, "dense_1"), group_of(framed, "relu_1")) == ("group_1", "group_1")


def test_dragging_a_whole_frame_about_changes_no_group(framed: Owner) -> None:
    before = [node.group for node in framed.project.graph.nodes]
    bar = framed.view.network.surroundings.frames["group_1"].bar
    framed.drag(Point(bar.left + 60, bar.top + 8), Point(bar.left + 60, bar.top + 208))
    assert [node.group for node in framed.project.graph.nodes] == before
    assert framed.labels == ["Move 2 layers"]


def test_a_card_inserted_on_a_connection_in_a_frame_lies_in_the_group(framed: Owner) -> None:
    start, end = framed.output("dense_1"), framed.input("relu_1")
    framed.drag(framed.middle("tanh_1"), Point((start.x + end.x) / 2, (start.y + end.y) / 2))
    assert {("dense_1", "tanh_1"), ("tanh_1", "relu_1")} <= framed.pairs()
    assert group_of(framed, "tanh_1") == "group_1"


def test_the_menu_moves_cards_into_groups_and_out(framed: Owner) -> None:
    framed.view.select(("tanh_1",))
    chosen = entry(framed, "tanh_1", "Move into")
    assert [child.label for child in chosen.children] == ["Group 1"]
    assert chosen.children[0].run is not None
    chosen.children[0].run()
    assert group_of(framed, "tanh_1") == "group_1"
    assert framed.view.network.selected == ("tanh_1",)
    framed.key(Qt.Key.Key_O, SHIFT)
    assert group_of(framed, "tanh_1") == ""
    assert framed.labels == ["Move tanh_1 into Group 1", "Move tanh_1 out of Group 1"]
    assert not framed.view.network.surroundings.frames["group_1"].box.contains(Point(*framed.place("tanh_1")))


def entry(owner: Owner, card: str, label: str) -> Entry:
    found = commands.entries_for(owner.view, card, owner.middle(card))
    return next(each for each in found if each.label == label)
