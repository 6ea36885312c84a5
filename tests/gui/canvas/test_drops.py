"""Drops from the palette, as real drag-and-drop events on the viewport, and where new layers go."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.relu import ReLU
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, card_box
from deepviz.gui.canvas.overlays import GHOST_OPACITY

SHIFT = Qt.KeyboardModifier.ShiftModifier


def _overlaps(owner) -> list[tuple[str, str]]:
    boxes = {node.id: card_box(node.position) for node in owner.project.graph.nodes}
    return [(a, b) for a in boxes for b in boxes if a < b and boxes[a].meets(boxes[b])]


def _ghost(owner):
    return next(item for item in owner.view.network.items() if item.opacity() == GHOST_OPACITY)


def test_on_empty_canvas_the_card_is_centred_at_the_pointer_and_selected(owner):
    owner.show(Project())
    assert owner.drop("Dense", Point(200, 120))
    assert owner.labels == ["Add Dense"]
    x, y = owner.place("dense_1")
    assert (x % 8, y % 8) == (0, 0)
    assert abs(x + WIDTH / 2 - 200) <= 4.5
    assert abs(y + HEIGHT / 2 - 120) <= 4.5
    assert owner.view.network.selected == ("dense_1",)


def test_on_an_edge_it_is_inserted_and_the_row_makes_room(on_chain):
    start, end = on_chain.output("dense_1"), on_chain.input("relu_1")
    assert on_chain.drop("Tanh", Point((start.x + end.x) / 2, start.y + 10))
    assert on_chain.labels == ["Insert Tanh before relu_1"]
    assert on_chain.pairs() >= {("dense_1", "tanh_1"), ("tanh_1", "relu_1")}
    assert ("dense_1", "relu_1") not in on_chain.pairs()
    assert [on_chain.place(node_id) for node_id in ("tanh_1", "relu_1", "dense_2")] == [(432, 0), (648, 0), (864, 0)]
    assert _overlaps(on_chain) == []


def test_on_an_edge_with_room_it_stays_where_it_was_dropped(owner):
    project = edits.add_node(Project(), Dense(), (0.0, 0.0))
    project = edits.connect(edits.add_node(project, ReLU(), (640.0, 0.0)), "dense_1", "relu_1")
    owner.show(project)
    owner.drop("Tanh", Point(405, 54))
    assert owner.place("tanh_1") == (320, 8)
    assert owner.place("relu_1") == (640, 0)
    assert owner.pairs() == {("dense_1", "tanh_1"), ("tanh_1", "relu_1")}


def test_on_the_edge_to_the_next_row_it_goes_to_the_nearer_end(on_chain):
    level = on_chain.view.network.routes[Edge("dense_2", "loss_1")].curves[2][0].y
    on_chain.drop("Tanh", Point(600, level))
    assert on_chain.pairs() >= {("dense_2", "tanh_1"), ("tanh_1", "loss_1")}
    assert on_chain.place("tanh_1") == (864, 0)
    assert _overlaps(on_chain) == []
    on_chain.drop("ReLU", Point(160, level))
    assert on_chain.place("relu_2")[0] == 0
    assert on_chain.place("loss_1")[0] == 216
    assert _overlaps(on_chain) == []


def test_beside_a_free_output_it_is_added_and_connected_in_one_edit(on_branches):
    left, top = on_branches.place("dense_3")
    on_branches.drop("ReLU", Point(left + WIDTH + 40 + WIDTH / 2, top + HEIGHT / 2))
    assert on_branches.labels == ["Add ReLU"]
    assert ("dense_3", "relu_1") in on_branches.pairs()
    assert _overlaps(on_branches) == []


def test_with_the_pointer_just_beside_a_card_it_finds_the_next_place(on_branches):
    left, top = on_branches.place("dense_3")
    on_branches.drop("ReLU", Point(left + WIDTH + 30, top + HEIGHT / 2))
    assert ("dense_3", "relu_1") in on_branches.pairs()
    assert on_branches.place("relu_1") == (left + 216, top)


def test_a_loss_beside_a_free_output_is_connected(on_branches):
    left, top = on_branches.place("add_1")
    on_branches.drop("SoftmaxCrossEntropy", Point(left + WIDTH + 50 + WIDTH / 2, top + 30))
    assert ("add_1", "loss_1") in on_branches.pairs()


def test_an_input_in_front_of_a_free_input_is_connected(on_branches):
    left, top = on_branches.place("dense_3")
    on_branches.drop("Input", Point(left - 40 - WIDTH / 2, top + HEIGHT / 2))
    assert ("input_2", "dense_3") in on_branches.pairs()


def test_on_a_card_it_is_appended(on_chain):
    on_chain.drop("Tanh", on_chain.middle("relu_1"))
    assert on_chain.labels == ["Add Tanh after relu_1"]
    assert on_chain.pairs() >= {("relu_1", "tanh_1"), ("tanh_1", "dense_2")}
    assert _overlaps(on_chain) == []


def test_on_a_loss_it_is_refused_in_words(on_chain):
    on_chain.drop("Tanh", on_chain.middle("loss_1"))
    assert on_chain.labels == []
    assert on_chain.refused == [on_chain.view.bubble.text]


def test_far_from_everything_it_is_just_placed(on_chain):
    before = on_chain.edges
    on_chain.drop("Dense", Point(500, 330))
    assert on_chain.labels == ["Add Dense"]
    assert on_chain.edges == before


def test_the_ghost_and_the_row_show_what_would_happen_and_leave_with_the_pointer(on_chain):
    network, edge = on_chain.view.network, Edge("dense_1", "relu_1")
    start = on_chain.output("dense_1")
    assert on_chain.drag_over("Tanh", Point(start.x + 23, start.y))
    assert _ghost(on_chain).isVisible()
    assert _ghost(on_chain).pos() == QPointF(432, 0)
    assert network.node_items()["relu_1"].pos() == QPointF(648, 0)
    assert not network.edge_items()[edge].isVisible()
    on_chain.drag_out()
    assert not _ghost(on_chain).isVisible()
    assert network.node_items()["relu_1"].pos() == QPointF(432, 0)
    assert network.edge_items()[edge].isVisible()
    assert on_chain.labels == []


def test_what_is_shown_is_what_is_done(on_chain):
    start = on_chain.output("dense_1")
    on_chain.drag_over("Tanh", Point(start.x + 23, start.y))
    shown = {node_id: item.pos().toTuple() for node_id, item in on_chain.view.network.node_items().items()}
    ghost = _ghost(on_chain).pos().toTuple()
    on_chain.drag_out()
    on_chain.drop("Tanh", Point(start.x + 23, start.y))
    assert {**shown, "tanh_1": ghost} == {node.id: node.position for node in on_chain.project.graph.nodes}


def test_foreign_things_are_not_taken(on_chain):
    assert not on_chain.drag_over("Dense", Point(500, 330), mime_type="text/plain")
    assert not on_chain.drag_over("NoSuchLayer", Point(500, 330))
    assert "NoSuchLayer" in on_chain.view.bubble.text
    assert not on_chain.drop("NoSuchLayer", Point(500, 330))
    assert on_chain.labels == []


def test_with_shift_it_takes_the_place_of_a_card_and_keeps_connections_and_settings(on_chain):
    units = on_chain.project.graph.node("dense_1").layer.units
    assert on_chain.drop("LSTM", on_chain.middle("dense_1"), SHIFT)
    assert on_chain.labels == ["Replace dense_1 with LSTM"]
    replaced = on_chain.project.graph.node("dense_1").layer
    assert (replaced.key, replaced.units) == ("LSTM", units)
    assert on_chain.pairs() >= {("input_1", "dense_1"), ("dense_1", "relu_1")}


def test_a_loss_on_a_loss_replaces_it_without_any_key(on_chain):
    on_chain.drop("MeanSquaredError", on_chain.middle("loss_1"))
    assert on_chain.project.graph.node("loss_1").layer.key == "MeanSquaredError"
    assert ("dense_2", "loss_1") in on_chain.pairs()


def test_where_it_cannot_replace_shift_changes_nothing(on_chain):
    on_chain.drop("Input", on_chain.middle("relu_1"), SHIFT)
    assert on_chain.project.graph.node("relu_1").layer.key == "ReLU"
    assert on_chain.labels == ["Add Input"]


def test_what_would_happen_is_said_in_words(on_chain):
    overlays, start = on_chain.view.network.overlays, on_chain.output("dense_1")
    on_card = on_chain.middle("relu_1")
    on_chain.drag_over("Tanh", Point(start.x + 23, start.y))
    assert overlays.words == "Insert between dense_1 and relu_1"
    on_chain.drag_on(on_card)
    assert overlays.words == "Add after relu_1 · Shift replaces relu_1"
    on_chain.drag_on(on_card, SHIFT)
    assert overlays.words == "Replace relu_1, its connections stay"
    assert _ghost(on_chain).pos().toTuple() == on_chain.place("relu_1")
    on_chain.drag_on(Point(500, 330))
    assert overlays.words == ""
    on_chain.drag_on(on_card)
    on_chain.drag_out()
    assert overlays.words == ""
