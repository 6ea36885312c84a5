"""Dragging cards on to connections and into line with others, by real events; what is shown is what is done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.tanh import Tanh
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, card_box

ALT = Qt.KeyboardModifier.AltModifier


def _with_loose(project: Project, layer=None, place=(250.0, 320.0)) -> Project:
    return edits.add_node(project, layer or Tanh(), place)


def _middle_of(owner, source, target) -> Point:
    start, end = owner.output(source), owner.input(target)
    return Point((start.x + end.x) / 2, (start.y + end.y) / 2)


def _shown(owner) -> dict[str, tuple[float, float]]:
    return {node_id: item.pos().toTuple() for node_id, item in owner.view.network.node_items().items()}


def _overlaps(owner) -> list[tuple[str, str]]:
    boxes = {node.id: card_box(node.position) for node in owner.project.graph.nodes}
    return [(a, b) for a in boxes for b in boxes if a < b and boxes[a].meets(boxes[b])]


class TestOnAnEdge:
    def test_a_loose_card_is_inserted_and_the_row_makes_room(self, on_chain):
        on_chain.show(_with_loose(on_chain.project))
        on_chain.drag(on_chain.middle("tanh_1"), _middle_of(on_chain, "dense_1", "relu_1"))
        assert on_chain.labels == ["Move tanh_1 between dense_1 and relu_1"]
        assert on_chain.pairs() >= {("dense_1", "tanh_1"), ("tanh_1", "relu_1")}
        assert ("dense_1", "relu_1") not in on_chain.pairs()
        assert on_chain.place("tanh_1") == (432, 0)
        assert _overlaps(on_chain) == []

    def test_all_of_it_is_shown_before_the_release(self, on_chain):
        on_chain.show(_with_loose(on_chain.project))
        network, edge = on_chain.view.network, Edge("dense_1", "relu_1")
        start, end = on_chain.middle("tanh_1"), _middle_of(on_chain, "dense_1", "relu_1")
        on_chain.press(start)
        on_chain.move(Point(start.x, start.y - 40))
        on_chain.move(end)
        assert not network.edge_items()[edge].isVisible()
        assert network.node_items()["tanh_1"].hot_port is not None
        shown = _shown(on_chain)
        assert shown["tanh_1"] == (432, 0)
        assert shown["relu_1"] == (648, 0)
        on_chain.release(end)
        assert _shown(on_chain) == shown
        assert network.node_items()["tanh_1"].hot_port is None
        assert on_chain.place("relu_1") == (648, 0)

    def test_leaving_the_edge_again_undoes_what_was_shown(self, on_chain):
        on_chain.show(_with_loose(on_chain.project))
        network, edge = on_chain.view.network, Edge("dense_1", "relu_1")
        on_chain.press(on_chain.middle("tanh_1"))
        on_chain.move(_middle_of(on_chain, "dense_1", "relu_1"))
        assert not network.edge_items()[edge].isVisible()
        on_chain.move(Point(300, 420))
        assert network.edge_items()[edge].isVisible()
        assert _shown(on_chain)["relu_1"] == (432, 0)
        on_chain.key(Qt.Key.Key_Escape)
        on_chain.release(Point(300, 420))
        assert on_chain.labels == []
        assert _shown(on_chain)["tanh_1"] == (250, 320)

    def test_what_had_made_room_does_not_stay_in_front(self, on_chain):
        on_chain.show(_with_loose(on_chain.project))
        items = on_chain.view.network.node_items()
        on_chain.press(on_chain.middle("tanh_1"))
        on_chain.move(_middle_of(on_chain, "dense_1", "relu_1"))
        on_chain.move(Point(300, 420))
        assert [node_id for node_id, item in items.items() if item.zValue() >= items["tanh_1"].zValue()] == ["tanh_1"]
        on_chain.key(Qt.Key.Key_Escape)
        on_chain.release(Point(300, 420))

    def test_a_card_of_a_chain_changes_its_place_and_the_chain_closes(self, on_chain):
        on_chain.drag(on_chain.middle("dense_1"), _middle_of(on_chain, "relu_1", "dense_2"))
        assert on_chain.labels == ["Move dense_1 between relu_1 and dense_2"]
        assert on_chain.pairs() >= {("input_1", "relu_1"), ("relu_1", "dense_1"), ("dense_1", "dense_2")}
        places = [on_chain.place(node_id) for node_id in ("input_1", "relu_1", "dense_1", "dense_2")]
        assert places == [(0, 0), (216, 0), (432, 0), (648, 0)]

    def test_its_own_edges_and_edges_where_it_cannot_stand_are_not_offered(self, on_chain):
        on_chain.drag(on_chain.middle("relu_1"), Point(300, 30))
        assert on_chain.labels == ["Move relu_1"]
        before = on_chain.edges
        on_chain.drag(on_chain.middle("loss_1"), _middle_of(on_chain, "input_1", "dense_1"))
        assert on_chain.labels[-1] == "Move loss_1"
        assert on_chain.edges == before

    def test_alt_only_moves(self, on_chain):
        on_chain.show(_with_loose(on_chain.project))
        before = on_chain.edges
        on_chain.drag(on_chain.middle("tanh_1"), _middle_of(on_chain, "dense_1", "relu_1"), keys=ALT)
        assert on_chain.labels == ["Move tanh_1"]
        assert on_chain.edges == before

    def test_an_edge_with_room_leaves_the_card_where_it_is_dropped(self, owner):
        project = edits.add_node(Project(), Dense(), (0.0, 0.0))
        project = edits.connect(edits.add_node(project, ReLU(), (640.0, 0.0)), "dense_1", "relu_1")
        owner.show(_with_loose(project))
        start = owner.middle("tanh_1")
        owner.drag(start, Point(405, 46 + start.y - 320 - HEIGHT / 2))
        x, y = owner.place("tanh_1")
        assert (x % 8, y) == (0, 0)
        assert 300 < x < 340
        assert owner.place("relu_1") == (640, 0)

    def test_two_cards_that_hang_together_are_inserted_together(self, on_chain):
        project = _with_loose(on_chain.project)
        project = edits.connect(edits.add_node(project, Dense(), (466.0, 320.0)), "tanh_1", "dense_3")
        on_chain.show(project)
        on_chain.view.select(("tanh_1", "dense_3"))
        on_chain.drag(on_chain.middle("tanh_1"), _middle_of(on_chain, "dense_1", "relu_1"))
        assert on_chain.labels == ["Move 2 layers between dense_1 and relu_1"]
        assert on_chain.pairs() >= {("dense_1", "tanh_1"), ("tanh_1", "dense_3"), ("dense_3", "relu_1")}

    def test_a_refused_insertion_goes_back(self, on_chain):
        on_chain.show(_with_loose(on_chain.project))
        on_chain.view.edit_requested.disconnect()
        on_chain.drag(on_chain.middle("tanh_1"), _middle_of(on_chain, "dense_1", "relu_1"))
        assert _shown(on_chain)["tanh_1"] == (250, 320)
        assert _shown(on_chain)["relu_1"] == (432, 0)
        assert on_chain.view.network.edge_items()[Edge("dense_1", "relu_1")].isVisible()


class TestAlignment:
    @pytest.fixture
    def two(self, owner):
        """A card off the grid, and another far below it."""
        project = edits.add_node(edits.add_node(Project(), Dense(), (3.0, 5.0)), Dense(), (400.0, 300.0))
        owner.show(project)
        return owner

    def test_a_card_is_drawn_to_the_level_of_another_before_the_grid(self, two):
        start = two.middle("dense_2")
        two.drag(start, Point(start.x + 43, start.y - 295 + 4))
        assert two.place("dense_2")[1] == 5
        assert two.place("dense_2")[0] % 8 == 0

    def test_lines_show_it_and_go_with_the_release(self, two):
        start = two.middle("dense_2")
        end = Point(start.x - 397 + 3, start.y - 100)
        two.press(start)
        two.move(end)
        guides = two.view.network.overlays.guides
        assert {guide.start.x for guide in guides} == {3, 3 + WIDTH}
        assert all(guide.start.x == guide.end.x for guide in guides)
        two.release(end)
        assert two.view.network.overlays.guides == ()
        assert two.place("dense_2")[0] == 3

    def test_alt_switches_it_off(self, two):
        start = two.middle("dense_2")
        end = Point(start.x + 43, start.y - 295 + 4)
        two.press(start)
        two.move(end, keys=ALT)
        assert two.view.network.overlays.guides == ()
        two.release(end, keys=ALT)
        assert two.place("dense_2") == pytest.approx((443, 9), abs=0.6)

    def test_escape_takes_the_lines_away(self, two):
        start = two.middle("dense_2")
        two.press(start)
        two.move(Point(start.x - 397 + 3, start.y - 100))
        two.key(Qt.Key.Key_Escape)
        assert two.view.network.overlays.guides == ()

    def test_a_connection_to_a_port_that_is_not_in_the_middle_is_made_straight(self, on_branches):
        on_branches.view.select(("dense_1",))
        start = on_branches.middle("dense_1")
        wanted = on_branches.input("add_1", 0).y - HEIGHT / 2
        on_branches.drag(start, Point(start.x - 30, start.y + wanted - 3))
        assert on_branches.output("dense_1").y == on_branches.input("add_1", 0).y


def test_a_card_seen_from_far_away_is_dragged_by_its_middle_and_not_by_a_port(on_chain):
    for _ in range(20):
        on_chain.view.zoom_out()
    _, top = on_chain.place("dense_1")
    start = on_chain.middle("dense_1")
    on_chain.drag(start, Point(start.x, start.y + 640))
    assert on_chain.labels == ["Move dense_1"]
    assert on_chain.place("dense_1")[1] > top + 320
