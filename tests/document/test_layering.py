"""Layers of a graph, and where the bands of a long one are cut."""

from __future__ import annotations

from deepviz.document.layering import bands_of, crossing_of, layers_of
from tests.document.test_layout import graph_of


def test_every_edge_leads_to_a_later_layer() -> None:
    graph = graph_of((0, 1), (1, 2), (0, 2), (2, 3))
    assert layers_of(graph) == [["n0"], ["n1"], ["n2"], ["n3"]]


def test_what_leads_in_from_the_side_stands_right_before_that() -> None:
    graph = graph_of((0, 1), (1, 2), (2, 3), (7, 8), (8, 3))
    assert [set(layer) for layer in layers_of(graph)] == [{"n0"}, {"n1", "n7"}, {"n2", "n8"}, {"n3"}]


def test_what_branches_off_stays_where_it_branches_off() -> None:
    graph = graph_of((0, 1), (1, 2), (2, 3), (0, 8), (8, 3))
    assert [set(layer) for layer in layers_of(graph)] == [{"n0"}, {"n1", "n8"}, {"n2"}, {"n3"}]


def test_nodes_on_a_cycle_come_last() -> None:
    graph = graph_of((0, 1), (2, 3), (3, 2))
    assert [set(layer) for layer in layers_of(graph)][:2] == [{"n0"}, {"n1"}]


def test_a_chain_is_cut_into_as_few_bands_as_can_be_the_last_the_shortest() -> None:
    graph = graph_of(*((number, number + 1) for number in range(9)))
    assert [len(band) for band in bands_of(graph, layers_of(graph), 4)] == [4, 4, 2]


def test_it_is_cut_where_the_fewest_edges_are() -> None:
    """Two blocks of four, each with an edge around it: the cut is between them, though five would find room."""
    graph = graph_of((0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (4, 5), (5, 6), (6, 7), (4, 7), (7, 8))
    layers = layers_of(graph)
    assert crossing_of(graph, layers) == [0, 2, 2, 2, 1, 2, 2, 2, 1, 0]
    assert [len(band) for band in bands_of(graph, layers, 5)] == [4, 5]
