"""Detours: around cards and not over them, beside each other, and the same however a network came about."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import Project
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.concatenate import Concatenate
from deepviz.engine.layers.dense import Dense
from deepviz.gui.canvas.courses import LANE, course, levels
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, card_box
from deepviz.gui.canvas.obstacles import Obstacles
from deepviz.gui.canvas.route import CLEARANCE, route
from deepviz.gui.canvas.routes import Router, edge_routes


def grid(columns: int, rows: int) -> Obstacles:
    """Cards `0,0` (column, row) to the last, in their usual places."""
    made = Obstacles()
    for column in range(columns):
        for row in range(rows):
            made.put(f"{column},{row}", card_box((column * CARD_PITCH[0], row * CARD_PITCH[1])))
    return made


def between(source: str, target: str) -> tuple[Edge, Point, Point]:
    (left, top), (right, bottom) = (map(int, each.split(",")) for each in (source, target))
    start = Point(left * CARD_PITCH[0] + WIDTH, top * CARD_PITCH[1] + HEIGHT / 2)
    return Edge(source, target), start, Point(right * CARD_PITCH[0], bottom * CARD_PITCH[1] + HEIGHT / 2)


@pytest.mark.parametrize(
    ("source", "target"),
    [("0,1", "2,1"), ("0,0", "5,0"), ("0,0", "5,3"), ("4,3", "1,0"), ("5,0", "0,1"), ("2,1", "2,3")],
)
def test_no_edge_runs_over_a_card(source, target):
    edge, start, end = between(source, target)
    found = course(edge, start, end, grid(6, 4))
    way = route(start, end, found.level)
    boxes = [card_box((c * CARD_PITCH[0], r * CARD_PITCH[1])) for c in range(6) for r in range(4)]
    for first, second in pairwise(way.points):
        for share in (0.0, 0.25, 0.5, 0.75):
            point = Point(first.x + (second.x - first.x) * share, first.y + (second.y - first.y) * share)
            assert not any(box.contains(point, margin=-1.0) for box in boxes)


def test_the_corridor_above_comes_first_and_the_nearer_one_before():
    edge, start, end = between("0,1", "2,1")
    assert course(edge, start, end, grid(3, 3)).level == CARD_PITCH[1] - CLEARANCE
    lower = Point(end.x, end.y + 20)
    assert course(edge, Point(start.x, start.y + 20), lower, grid(3, 3)).level > CARD_PITCH[1] + HEIGHT


def test_what_is_not_in_the_way_makes_no_detour():
    edge, start, end = between("0,0", "1,0")
    assert course(edge, start, end, grid(4, 4)).level is None
    alone = Obstacles()
    alone.put("far", card_box((216, 400)))
    assert course(*between("0,0", "4,0"), alone).level is None


def test_parallel_skips_lie_beside_each_other_the_shorter_inside():
    cards = grid(8, 1)
    pairs = (("0,0", "3,0"), ("0,0", "5,0"), ("1,0", "6,0"), ("5,0", "7,0"))
    courses = {each[0]: course(*each, cards) for each in (between(*pair) for pair in pairs)}
    found = levels(courses)
    short, long, longest, apart = (found[Edge(*pair)] for pair in pairs)
    assert len({short, long, longest}) == 3
    assert short - long == pytest.approx(LANE)
    assert apart == short, "what is not beside it takes the best lane"


def test_where_there_is_little_room_lanes_move_together_but_not_on_to_cards():
    cards = grid(9, 3)
    edges = [between("0,1", f"{column},1") for column in range(2, 9)]
    courses = {each[0]: course(*each, cards) for each in edges}
    found = sorted(levels(courses).values())
    assert len(set(found)) == len(found)
    assert min(second - first for first, second in pairwise(found)) >= 4
    for level in found:
        row = level // CARD_PITCH[1]
        assert row * CARD_PITCH[1] + HEIGHT + 5 < level < (row + 1) * CARD_PITCH[1] - 5


def test_an_edge_makes_way_for_a_card_that_comes_and_goes_straight_when_it_is_gone():
    near, far = Node("a", Concatenate(), (0.0, 0.0)), Node("b", Concatenate(), (648.0, 0.0))
    graph = Graph((near, far), (Edge("a", "b"),))
    router = Router()
    router.lay(graph, {"a": (0.0, 0.0), "b": (648.0, 0.0)})
    straight = router.routes[Edge("a", "b")]
    between_them = Graph((*graph.nodes, Node("c", Concatenate(), (300.0, 0.0))), graph.edges)
    places = {node.id: node.position for node in between_them.nodes}
    assert router.lay(between_them, places) == {Edge("a", "b")}
    assert router.routes[Edge("a", "b")] != straight
    assert router.lay(between_them, places) == set()
    assert router.lay(graph, places) == {Edge("a", "b")}
    assert router.routes[Edge("a", "b")] == straight


def test_what_was_only_shown_is_forgotten():
    nodes = tuple(Node(name, Concatenate(), (x, 0.0)) for name, x in (("a", 0.0), ("b", 648.0), ("c", 300.0)))
    graph = Graph(nodes, (Edge("a", "b"), Edge("a", "c")))
    places = {node.id: Point(*node.position) for node in nodes}
    router = Router()
    router.lay(graph, places)
    before = dict(router.routes)
    assert Edge("a", "b") not in router.follow({"c": Point(300.0, 400.0)})
    router.lay(graph, {**places, "c": Point(300.0, 400.0)})
    assert router.routes[Edge("a", "b")] != before[Edge("a", "b")]
    router.follow({"c": places["c"]})
    router.lay(graph, places)
    assert router.routes == before


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_step_by_step_it_comes_to_the_same_as_at_once(data):
    names = [f"n{number}" for number in range(9)]
    spots = st.tuples(st.integers(0, 5).map(lambda n: n * 108.0), st.integers(0, 5).map(lambda n: n * 72.0))
    router = Router()
    for _ in range(4):
        chosen = data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=9, unique=True))
        nodes = tuple(Node(name, Concatenate(), data.draw(spots)) for name in chosen)
        pairs = [Edge(a.id, b.id) for number, a in enumerate(nodes) for b in nodes[number + 1 :]]
        edges = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=10))
        used: dict[str, int] = {}
        numbered = []
        for edge in edges:
            port = used.get(edge.target, 0)
            used[edge.target] = port + 1
            numbered.append(Edge(edge.source, edge.target, port))
        graph = Graph(nodes, tuple(numbered))
        places = {node.id: node.position for node in nodes}
        router.lay(graph, places)
        assert router.routes == edge_routes(graph, places, graph.edges)
        moved = data.draw(st.sampled_from(chosen))
        router.follow({moved: Point(*data.draw(spots))})


def test_new_layers_are_found_by_the_first_look_at_a_graph():
    project = edits.add_node(edits.Project(), edits.new_layer("Dense"), (0.0, 0.0))
    assert edge_routes(project.graph, {"dense_1": (0.0, 0.0)}, ()) == {}


@pytest.mark.parametrize("skip_first", [False, True])
def test_a_skip_passes_on_the_side_where_it_arrives(skip_first):
    project = Project()
    for number, layer in enumerate((Dense(), Dense(), Add())):
        project = edits.add_node(project, layer, (number * CARD_PITCH[0], 0.0))
    pairs = [("dense_1", "dense_2"), ("dense_2", "add_1"), ("dense_1", "add_1")]
    for source, target in reversed(pairs) if skip_first else pairs:
        project = edits.connect(project, source, target)
    graph = project.graph
    skip = next(edge for edge in graph.edges if (edge.source, edge.target) == ("dense_1", "add_1"))
    way = edge_routes(graph, {node.id: node.position for node in graph.nodes}, (skip,))[skip]
    assert way.box.top < 0 if skip_first else way.box.bottom > HEIGHT
