"""Putting cards in order: layers along the flow, no card on another, few crossings, straight chains."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document.graph import Edge, Flow, Graph, Node
from deepviz.document.layout import CARD_PITCH, CARD_SIZE, arranged
from deepviz.engine.layers.identity import Identity


def graph_of(*edges: tuple[int, int]) -> Graph:
    names = dict.fromkeys(number for edge in edges for number in edge)
    ports: dict[int, int] = {}
    drawn = []
    for source, target in edges:
        drawn.append(Edge(f"n{source}", f"n{target}", ports.get(target, 0)))
        ports[target] = ports.get(target, 0) + 1
    return Graph(tuple(Node(f"n{number}", Identity()) for number in names), tuple(drawn))


def crossings(graph: Graph, places: dict[str, tuple[float, float]]) -> int:
    """How many pairs of edges between the same two columns cross."""
    found = 0
    for one, other in combinations(graph.edges, 2):
        (a, b), (c, d) = (places[one.source], places[one.target]), (places[other.source], places[other.target])
        if a[0] == c[0] and b[0] == d[0] and (a[1] - c[1]) * (b[1] - d[1]) < 0:
            found += 1
    return found


def test_a_chain_is_straight_and_wraps() -> None:
    graph = graph_of(*((number, number + 1) for number in range(9)))
    places = arranged(graph, 4)
    assert [places[f"n{number}"] for number in range(6)] == [
        (0.0, 0.0), (216.0, 0.0), (432.0, 0.0), (648.0, 0.0), (0.0, 144.0), (216.0, 144.0),
    ]  # fmt: skip


def test_branches_stand_around_what_they_come_from_and_go_to() -> None:
    graph = graph_of((0, 1), (0, 2), (1, 3), (2, 3))
    places = arranged(graph, 9)
    assert places["n0"][1] == places["n3"][1] == (places["n1"][1] + places["n2"][1]) / 2
    assert abs(places["n1"][1] - places["n2"][1]) == CARD_PITCH[1]


def test_branches_in_the_wrong_order_are_untangled() -> None:
    graph = graph_of((0, 1), (0, 2), (0, 3), (2, 5), (3, 6), (1, 4), (4, 7), (5, 7), (6, 7))
    nodes = {node.id: node for node in graph.nodes}
    shuffled = Graph(tuple(nodes[name] for name in ("n0", "n3", "n1", "n2", "n4", "n6", "n5", "n7")), graph.edges)
    assert crossings(shuffled, arranged(shuffled, 9)) == 0


def test_downwards_the_flow_goes_from_top_to_bottom() -> None:
    graph = graph_of((0, 1), (0, 2), (1, 3), (2, 3))
    places = arranged(replace(graph, flow="down"), 9)
    assert places["n0"][1] < places["n1"][1] == places["n2"][1] < places["n3"][1]
    assert abs(places["n1"][0] - places["n2"][0]) == CARD_PITCH[0]


@pytest.mark.parametrize("flow", ["right", "down"])
@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=30), st.integers(1, 7))
@settings(max_examples=150, deadline=None)
def test_no_card_lies_on_another_and_all_stand_on_the_grid(
    flow: Flow, pairs: list[tuple[int, int]], columns: int
) -> None:
    edges = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    graph = replace(graph_of(*sorted(edges)), flow=flow)
    places = arranged(graph, columns)
    assert places.keys() == graph.by_id.keys()
    for one, other in combinations(places.values(), 2):
        assert abs(one[0] - other[0]) > CARD_SIZE[0] or abs(one[1] - other[1]) > CARD_SIZE[1]
    assert all(x % 8 == 0 and y % 8 == 0 for x, y in places.values())
