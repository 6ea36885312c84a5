"""Putting cards in order: layers along the flow, no card on another, few crossings, straight chains."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document.graph import Edge, Flow, Graph, Node
from deepviz.document.layout import CARD_PITCH, CARD_SIZE, arranged, arranged_within
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


def _blocks(count: int) -> Graph:
    """Blocks of four nodes with an edge around each."""
    edges = []
    for start in range(0, 4 * count, 4):
        edges += [(start + step, start + step + 1) for step in range(4)] + [(start, start + 3)]
    return graph_of(*edges[:-2], edges[-1])


def test_in_an_area_a_network_that_finds_room_is_as_it_would_be_anyway() -> None:
    graph = graph_of(*((number, number + 1) for number in range(9)))
    assert arranged_within(graph, 4, (4 * 216.0, 3 * 144.0)) == arranged(graph, 4)


@pytest.mark.parametrize("flow", ["right", "down"])
def test_in_an_area_a_long_chain_takes_its_proportions(flow: Flow) -> None:
    graph = replace(graph_of(*((number, number + 1) for number in range(99))), flow=flow)
    places = arranged_within(graph, 3, (800.0, 600.0)).values()
    width, height = (max(place[axis] for place in places) + CARD_PITCH[axis] for axis in (0, 1))
    assert 0.8 < (width / height) / (800 / 600) < 1.25


def test_in_an_area_no_more_is_cut_than_needed_even_if_it_is_seen_smaller() -> None:
    graph = _blocks(6)
    places = arranged_within(graph, 3, (3 * 216.0, 8 * 144.0))
    rows = [{places[f"n{4 * block + step}"][1] for step in range(4)} for block in range(6)]
    assert all(len(row) == 1 for row in rows), "each block is in one row"


def test_more_edges_around_a_row_have_more_room_below_it() -> None:
    chain = [(number, number + 1) for number in range(19)]
    around = [(start, end) for start in range(4) for end in range(6, 9)]
    few, many = (arranged(graph_of(*chain, *more), 10) for more in ((), around))
    rows = [sorted({y for _, y in places.values()}) for places in (few, many)]
    assert rows[0] == [0, CARD_PITCH[1]]
    assert rows[1][1] > CARD_PITCH[1] + 40


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
