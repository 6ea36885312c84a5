"""What stands behind a card: its nodes, its ways in and out, and when an activation can be attached."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.document import edits, ends, group_edits
from deepviz.document.graph import Edge, Graph
from tests.document.networks import block, nested, row, two_groups, with_activation


def wishing(graph: Graph, *node_ids: str) -> Graph:
    """A graph in which these nodes wish to be attached."""
    return replace(graph, nodes=tuple(replace(node, attached=node.id in node_ids) for node in graph.nodes))


def test_an_activation_that_alone_follows_a_layer_can_be_attached() -> None:
    graph = wishing(row("Input", "Dense", "ReLU", "Dense").graph, "relu_1")
    assert ends.is_attached(graph, "relu_1")
    assert (ends.host(graph, "relu_1"), ends.attached(graph, "dense_1")) == ("dense_1", "relu_1")
    assert ends.attached(graph, "input_1") is None
    assert not ends.is_attached(wishing(graph), "relu_1"), "it does not wish to be"
    assert ends.can_be_attached(wishing(graph), "relu_1"), "but it could be"
    assert not ends.can_be_attached(graph, "dense_2"), "that is no activation"


@pytest.mark.parametrize(
    ("keys", "wish"),
    [
        (("Input", "ReLU"), "relu_1"),  # an Input computes nothing
        (("Input", "Dense", "ReLU", "Tanh"), "tanh_1"),  # an activation has no room for another
        (("Input", "Dense", "Dense"), "dense_2"),  # no activation
        (("ReLU",), "relu_1"),  # nothing before it
        (("Input", "Dense", "SoftmaxCrossEntropy"), "loss_1"),  # no layer at all
    ],
)
def test_what_cannot_be_attached_has_a_card_of_its_own(keys: tuple[str, ...], wish: str) -> None:
    graph = wishing(row(*keys).graph, wish)
    assert not ends.is_attached(graph, wish)
    assert ends.host(graph, wish) == wish


def test_a_second_follower_or_another_group_stands_in_the_way_of_a_wish() -> None:
    graph = with_activation().graph
    assert ends.is_attached(graph, "relu_1")
    second = replace(graph, edges=(*graph.edges, Edge("dense_1", "dense_2", 1)))
    assert not ends.is_attached(second, "relu_1")
    assert ends.attached(second, "dense_1") is None
    elsewhere = group_edits.group(row("Input", "Dense", "ReLU", "Dense"), ["relu_1"]).graph
    assert not ends.is_attached(wishing(elsewhere, "relu_1"), "relu_1")


def test_the_members_of_cards_are_each_named_once() -> None:
    graph = with_activation().graph
    assert ends.members(graph, "dense_1") == ("dense_1", "relu_1")
    assert ends.all_members(graph, ["relu_1", "dense_1", "dense_1"]) == ("relu_1", "dense_1")
    assert ends.members(nested().graph, "group_1") == ("dense_2", "relu_1", "add_1")
    assert ends.members(nested().graph, "group_2") == ("dense_2", "relu_1")
    with pytest.raises(KeyError):
        ends.members(graph, "dense_9")


def test_exits_are_what_leads_out_or_else_what_leads_nowhere() -> None:
    assert ends.exits(block().graph, "group_1") == ("add_1",)
    assert ends.exits(two_groups().graph, "group_1") == ("dense_1", "dense_2")
    assert ends.exits(two_groups().graph, "group_2") == ("dense_3",)
    assert ends.exits(with_activation().graph, "dense_1") == ("relu_1",)
    loss = group_edits.group(row("Input", "Dense", "SoftmaxCrossEntropy"), ["loss_1"])
    assert ends.exits(loss.graph, "group_1") == ()


def test_an_attached_activation_at_the_end_is_where_its_card_goes_on() -> None:
    graph = group_edits.attach(row("Input", "Dense", "ReLU"), "relu_1").graph
    assert ends.exits(graph, "dense_1") == ("relu_1",)


def test_entries_of_a_group_are_by_node_outside_and_those_of_a_node_by_port() -> None:
    graph = block().graph
    (port,) = ends.entries(graph, "group_1")
    assert set(port) == {Edge("dense_1", "dense_2"), Edge("dense_1", "add_1", 1)}
    assert ends.entries(graph, "add_1") == ((Edge("relu_1", "add_1"),), (Edge("dense_1", "add_1", 1),))
    assert len(ends.entries(two_groups().graph, "group_2")) == 2
    assert ends.entries(graph, "input_1") == ()


def test_open_inputs_are_what_takes_an_input_and_has_none() -> None:
    project = edits.disconnect(block(), [Edge("dense_1", "group_1")])
    assert ends.open_inputs(project.graph, "group_1") == ("dense_2",)
    assert ends.open_inputs(project.graph, "input_1") == ()
    assert ends.open_inputs(block().graph, "group_1") == ()


def test_real_edges_are_those_of_a_drawn_one_and_of_no_other() -> None:
    graph = block().graph
    both = {Edge("dense_1", "dense_2"), Edge("dense_1", "add_1", 1)}
    assert set(ends.real_edges(graph, Edge("dense_1", "group_1"))) == both
    assert ends.real_edges(graph, Edge("group_1", "dense_3")) == (Edge("add_1", "dense_3"),)
    assert ends.real_edges(graph, Edge("dense_3", "loss_1")) == (Edge("dense_3", "loss_1"),)
    assert set(ends.all_real_edges(graph, [Edge("dense_1", "group_1"), *both])) == both


@pytest.mark.parametrize(
    "gone",
    [
        Edge("dense_1", "group_1", 1), Edge("input_1", "group_1"), Edge("dense_1", "dense_3"), Edge("x", "dense_3"),
        Edge("input_1", "x"), Edge("group_1", "loss_1"),
    ],
)  # fmt: skip
def test_an_edge_that_is_not_there_any_more_stands_for_nothing(gone: Edge) -> None:
    assert ends.real_edges(block().graph, gone) == ()


def test_the_common_group_is_the_innermost_that_holds_all() -> None:
    graph = nested().graph
    assert ends.common_group(graph, ["dense_2", "relu_1"]) == "group_2"
    assert ends.common_group(graph, ["dense_2", "add_1"]) == "group_1"
    assert ends.common_group(graph, ["dense_2", "dense_1"]) == ""
    assert ends.common_group(graph, []) == ""
