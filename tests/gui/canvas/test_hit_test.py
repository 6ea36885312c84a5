"""What is at a place, and which way lies a neighbour, from positions alone."""

from __future__ import annotations

import pytest

from deepviz.document.graph import Edge, Graph, Node
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.gui.canvas.geometry import (
    HEIGHT,
    WIDTH,
    Box,
    Point,
    Port,
    bounds,
    input_port_count,
    port_offset,
    snapped,
)
from deepviz.gui.canvas.hit_test import (
    edge_at,
    in_flow,
    input_behind,
    neighbour,
    node_at,
    nodes_in,
    output_before,
    port_at,
    port_place,
    problem_line_at,
)
from deepviz.gui.canvas.route import route

GRAPH = Graph(
    (
        Node("input_1", Input(shape=(4,)), (0, 0)),
        Node("dense_1", Dense(), (216, 0)),
        Node("add_1", Add(), (432, 0)),
        Node("loss_1", SoftmaxCrossEntropy(), (648, 0)),
    ),
    (Edge("input_1", "dense_1"), Edge("dense_1", "add_1", 0), Edge("input_1", "add_1", 1)),
)
PLACES = {node.id: node.position for node in GRAPH.nodes}


@pytest.mark.parametrize(("node_id", "count"), [("input_1", 0), ("dense_1", 1), ("add_1", 3), ("loss_1", 1)])
def test_ports_shown(node_id, count):
    assert input_port_count(GRAPH, GRAPH.node(node_id)) == count


def test_an_add_without_edges_shows_as_many_ports_as_it_needs():
    assert input_port_count(Graph((Node("add_1", Add()),)), Node("add_1", Add())) == 2


@pytest.mark.parametrize("count", [1, 2, 3, 7, 30])
def test_ports_keep_to_the_card_and_apart(count):
    heights = [port_offset(Port("n", False, number), count).y for number in range(count)]
    assert heights == sorted(set(heights))
    assert heights[0] + heights[-1] == pytest.approx(HEIGHT)
    assert heights[0] >= 12


def test_the_card_in_front_is_found():
    places = {"back": (0.0, 0.0), "front": (100.0, 40.0)}
    assert node_at(places, Point(50, 20)) == "back"
    assert node_at(places, Point(120, 60)) == "front"
    assert node_at(places, Point(-5, 20)) is None
    assert node_at(places, Point(-5, 20), margin=6) == "back"


def test_ports_are_found_within_reach_only():
    output = port_place(GRAPH, PLACES, Port("dense_1", True))
    assert output == (216 + WIDTH, HEIGHT / 2)
    assert port_at(GRAPH, PLACES, Point(output.x + 6, output.y), 8) == Port("dense_1", True)
    assert port_at(GRAPH, PLACES, Point(output.x + 9, output.y), 8) is None


def test_the_nearest_of_several_ports_is_found():
    places = [port_place(GRAPH, PLACES, Port("add_1", False, number)) for number in range(3)]
    for number, place in enumerate(places):
        assert port_at(GRAPH, PLACES, Point(place.x - 2, place.y + 3), 20) == Port("add_1", False, number)


def test_ports_can_be_looked_for_among_some_nodes_and_inputs_only():
    point = Point(216 + WIDTH + 23, HEIGHT / 2)
    assert port_at(GRAPH, PLACES, point, 40, among=("dense_1",)) == Port("dense_1", True)
    assert port_at(GRAPH, PLACES, point, 40, outputs=False).node_id == "add_1"


def test_the_nearest_edge_is_found():
    routes = {
        Edge("a", "b"): route(Point(0, 0), Point(100, 0)),
        Edge("c", "d"): route(Point(0, 12), Point(100, 12)),
    }
    assert edge_at(routes, Point(50, 4), 8) == Edge("a", "b")
    assert edge_at(routes, Point(50, 8), 8) == Edge("c", "d")
    assert edge_at(routes, Point(50, 25), 8) is None


def test_a_rubber_band_catches_what_it_touches():
    assert nodes_in(PLACES, Box(-10, -10, 220, 5)) == ("input_1", "dense_1")
    assert nodes_in(PLACES, Box(180, 0, 210, 50)) == ()


@pytest.mark.parametrize(
    ("start", "direction", "expected"),
    [
        ("a", "right", "b"),
        ("b", "left", "a"),
        ("a", "down", "c"),
        ("c", "up", "a"),
        ("d", "left", "c"),
        ("a", "left", None),
        ("b", "right", None),
    ],
)
def test_neighbours(start, direction, expected):
    places = {"a": (0.0, 0.0), "b": (216.0, 0.0), "c": (0.0, 148.0), "d": (216.0, 148.0)}
    assert neighbour(places, start, direction) == expected


def test_flow_order_ends_with_cycles():
    nodes = tuple(Node(name, Dense()) for name in ("x", "y", "z"))
    assert in_flow(Graph(nodes, (Edge("y", "z"), Edge("z", "y")))) == ["x", "y", "z"]
    order = in_flow(GRAPH)
    assert order.index("input_1") < order.index("dense_1") < order.index("add_1")
    assert len(order) == 4


def test_a_card_finds_the_free_output_on_its_left():
    card = Box(632 + 20, 0, 632 + 20 + WIDTH, HEIGHT)
    assert output_before(GRAPH, PLACES, card, 60) == "add_1"
    assert output_before(GRAPH, PLACES, Box(700, 0, 700 + WIDTH, HEIGHT), 60) is None
    used = Box(216 + WIDTH + 20, 0, 216 + 2 * WIDTH + 20, HEIGHT)
    assert output_before(GRAPH, PLACES, used, 60) is None, "dense_1's output is in use"


def test_a_card_finds_the_free_input_on_its_right():
    card = Box(648 - 30 - WIDTH, 10, 648 - 30, 10 + HEIGHT)
    assert input_behind(GRAPH, PLACES, card, 60) == "loss_1"


def test_a_problem_is_found_below_its_card():
    assert problem_line_at(PLACES, Point(220, HEIGHT + 10), ("dense_1",)) == "dense_1"
    assert problem_line_at(PLACES, Point(220, HEIGHT + 10), ()) is None
    assert problem_line_at(PLACES, Point(220, HEIGHT - 10), ("dense_1",)) is None


def test_bounds_and_grid():
    assert bounds([(0, 0), (100, 50)]) == Box(0, 0, 100 + WIDTH, 50 + HEIGHT)
    assert bounds([]) is None
    assert snapped((13, -13)) == (16, -16)
