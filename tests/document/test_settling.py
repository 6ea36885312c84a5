"""What every edit leaves in order."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document.graph import FARTHEST, Comment, Edge, Graph, Group, Node
from deepviz.document.layout import CARD_PITCH
from deepviz.document.settling import settled
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.relu import ReLU
from tests.document.networks import nested, places, with_activation


def test_a_graph_in_order_is_given_back_as_it_is() -> None:
    for project in (nested(), with_activation()):
        assert settled(project.graph) is project.graph


def test_groups_without_layers_go_with_their_comments_and_those_in_them() -> None:
    graph = Graph(
        (Node("dense_1", Dense(), group="kept"),),
        groups=(Group("kept", "kept"), Group("empty", "empty"), Group("inner", "inner", parent="empty")),
        comments=(Comment("a", "", group="kept"), Comment("b", "", group="inner"), Comment("c", "")),
    )
    found = settled(graph)
    assert [group.id for group in found.groups] == ["kept"]
    assert [comment.id for comment in found.comments] == ["a", "c"]


def test_ports_are_numbered_without_gaps_in_their_order() -> None:
    nodes = (Node("a", Dense()), Node("b", Dense()), Node("add", Add()))
    found = settled(Graph(nodes, (Edge("a", "add", 7), Edge("b", "add", 2))))
    assert found.edges == (Edge("a", "add", 1), Edge("b", "add", 0))


def test_an_activation_lies_where_its_layer_does_and_beside_it_when_it_comes_off() -> None:
    dense, relu = Node("d", Dense(), (40.0, 50.0)), Node("r", ReLU(), (900.0, 0.0), attached=True)
    graph = Graph((dense, relu), (Edge("d", "r"),))
    on_card = settled(graph)
    assert places(on_card) == {"d": (40.0, 50.0), "r": (40.0, 50.0)}
    off = settled(replace(on_card, nodes=(dense, replace(on_card.node("r"), group="g")), groups=(Group("g", "g"),)))
    assert places(off)["r"] == (40.0 + CARD_PITCH[0], 50.0)
    assert settled(off) is off


def test_everything_is_on_the_canvas() -> None:
    graph = Graph((Node("d", Dense(), (float("inf"), 5.0)),), comments=(Comment("c", "", (0.0, -1e30)),))
    found = settled(graph)
    assert found.node("d").position == (FARTHEST, 5.0)
    assert found.comments[0].position == (0.0, -FARTHEST)
