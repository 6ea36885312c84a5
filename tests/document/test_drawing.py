"""The graph as it is drawn: groups as cards and as frames, attached activations, and what lies outside a scope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.document import comment_edits, edits, group_edits
from deepviz.document.drawing import GroupCard, drawn, group_position
from deepviz.document.graph import Edge
from tests.document.networks import block, nested, pairs, places, row, two_groups, with_activation
from tests.document.promises import is_drawn_right


def test_without_groups_the_drawing_is_the_graph_itself() -> None:
    graph = row("Input", "Dense", "ReLU").graph
    drawing = drawn(graph)
    assert drawing.graph is graph
    assert drawing.real == {edge: (edge,) for edge in graph.edges}
    assert drawing.members == {"input_1": ("input_1",), "dense_1": ("dense_1",), "relu_1": ("relu_1",)}


def test_a_collapsed_group_is_one_card_and_edges_from_one_node_one_edge() -> None:
    drawing = drawn(block().graph)
    assert pairs(drawing.graph) == {"input_1>dense_1", "dense_1>group_1", "group_1>dense_3", "dense_3>loss_1"}
    assert set(drawing.real[Edge("dense_1", "group_1")]) == {Edge("dense_1", "dense_2"), Edge("dense_1", "add_1", 1)}
    assert drawing.members["group_1"] == ("dense_2", "relu_1", "add_1")
    assert drawing.graph.node("group_1").layer == GroupCard(name="block", repeat=1, layers=3, inputs=1, has_output=True)
    assert drawing.frames == ()


def test_the_card_of_a_group_is_where_the_first_of_its_cards_is_row_by_row() -> None:
    project = edits.move(block(), {"dense_2": (500.0, 40.0), "relu_1": (900.0, 0.0), "add_1": (300.0, 80.0)})
    assert drawn(project.graph).graph.node("group_1").position == (900.0, 0.0)
    project = edits.move(project, {"add_1": (300.0, 0.0)})
    assert group_position(project.graph, "group_1") == (300.0, 0.0)


def test_a_group_has_a_port_for_each_node_outside_that_leads_in() -> None:
    project = edits.connect(block(), "input_1", "add_1")
    drawing = drawn(project.graph)
    assert {edge for edge in pairs(drawing.graph) if "group_1" in edge} == {
        "dense_1>group_1", "input_1>group_1:1", "group_1>dense_3",
    }  # fmt: skip
    assert drawing.real[Edge("input_1", "group_1", 1)] == (Edge("input_1", "add_1", 2),)


def test_between_two_groups_there_is_an_edge_for_each_node_that_leads_over() -> None:
    drawing = drawn(two_groups().graph)
    assert pairs(drawing.graph) == {"input_1>group_1", "group_1>group_2", "group_1>group_2:1"}
    assert {drawing.real[edge] for edge in drawing.graph.edges if edge.target == "group_2"} == {
        (Edge("dense_2", "add_1"),), (Edge("dense_1", "add_1", 1),),
    }  # fmt: skip


def test_an_open_group_is_a_frame_around_its_cards_and_its_edges_are_those_of_its_layers() -> None:
    graph = group_edits.set_collapsed(block(), ["group_1"], False).graph
    drawing = drawn(graph)
    assert drawing.graph.edges == graph.edges
    (frame,) = drawing.frames
    assert (frame.group.id, frame.cards, frame.depth) == ("group_1", ("dense_2", "relu_1", "add_1"), 0)


def test_a_collapsed_group_hides_whether_those_in_it_are_open() -> None:
    project = group_edits.set_collapsed(nested(), ["group_2"], False)
    drawing = drawn(project.graph)
    assert "group_2" not in drawing.members
    assert drawing.frames == ()
    assert drawing.members["group_1"] == ("dense_2", "relu_1", "add_1")


def test_an_open_group_shows_a_collapsed_one_and_frames_know_how_deep_they_lie() -> None:
    outer_open = group_edits.set_collapsed(nested(), ["group_1"], False)
    drawing = drawn(outer_open.graph)
    assert [(frame.group.id, set(frame.cards)) for frame in drawing.frames] == [("group_1", {"group_2", "add_1"})]
    both = drawn(group_edits.set_collapsed(outer_open, ["group_2"], False).graph)
    assert [(frame.group.id, frame.depth) for frame in both.frames] == [("group_1", 0), ("group_2", 1)]
    assert set(both.frames[0].cards) == {"dense_2", "relu_1", "add_1"}


def test_a_scope_shows_what_is_in_a_group_and_what_it_is_connected_with() -> None:
    drawing = drawn(nested().graph, "group_1")
    assert drawing.outside == {"dense_1", "dense_3"}
    assert pairs(drawing.graph) == {"dense_1>group_2", "dense_1>add_1:1", "group_2>add_1", "add_1>dense_3"}
    assert drawing.frames == (), "the frame of what is looked into is the canvas"
    lefts = {card: x for card, (x, _) in places(drawing.graph).items()}
    inner = (lefts["group_2"], lefts["add_1"])
    assert lefts["dense_1"] < min(inner) < max(inner) < lefts["dense_3"]


def test_what_lies_outside_is_not_connected_with_each_other_and_stands_apart() -> None:
    project = edits.connect(edits.add_node(block(), edits.new_layer("Add"), (0.0, 500.0)), "add_1", "add_2")
    project = edits.connect(project, "dense_1", "add_2")
    drawing = drawn(project.graph, "group_1")
    assert drawing.outside == {"dense_1", "dense_3", "add_2"}
    assert "dense_1>add_2:1" not in pairs(drawing.graph)
    assert len(set(places(drawing.graph).values())) == len(drawing.graph.nodes)


def test_a_scope_that_is_not_there_is_the_whole() -> None:
    assert drawn(block().graph, "group_9").scope == ""
    assert drawn(block().graph, "group_9").graph == drawn(block().graph).graph


def test_an_attached_activation_is_on_the_card_of_its_layer() -> None:
    graph = with_activation().graph
    drawing = drawn(graph)
    assert pairs(drawing.graph) == {"input_1>dense_1", "dense_1>dense_2"}
    assert drawing.attached == {"dense_1": graph.node("relu_1")}
    assert drawing.members["dense_1"] == ("dense_1", "relu_1")
    assert drawing.real[Edge("dense_1", "dense_2")] == (Edge("relu_1", "dense_2"),)


def test_outside_a_scope_an_attached_activation_stays_on_its_card() -> None:
    project = group_edits.group(with_activation(), ["dense_2"])
    drawing = drawn(project.graph, "group_1")
    assert drawing.outside == {"dense_1"}
    assert drawing.attached.keys() == {"dense_1"}
    assert pairs(drawing.graph) == {"dense_1>dense_2"}


def test_an_activation_that_was_added_before_its_layer_comes_after_it_on_the_card() -> None:
    graph = with_activation().graph
    graph = replace(graph, nodes=tuple(reversed(graph.nodes)))
    assert drawn(graph).members["dense_1"] == ("dense_1", "relu_1")


@pytest.mark.parametrize(
    ("asked", "card"),
    [("dense_1", "dense_1"), ("group_1", "group_1"), ("relu_1", "group_1"), ("group_2", "group_1"), ("none", None)],
)
def test_the_card_that_shows_something_is_found(asked: str, card: str | None) -> None:
    assert drawn(nested().graph).card_of(asked) == card


def test_an_open_group_and_what_lies_elsewhere_are_on_no_card() -> None:
    project = group_edits.set_collapsed(nested(), ["group_1"], False)
    assert drawn(project.graph).card_of("group_1") is None
    assert drawn(project.graph).card_of("relu_1") == "group_2"
    assert drawn(project.graph, "group_2").card_of("loss_1") is None


def test_comments_are_seen_in_their_own_group_only() -> None:
    project = comment_edits.add_comment(nested(), "whole", (0.0, 0.0))
    project = comment_edits.add_comment(project, "inside", (0.0, 0.0), "group_2")
    seen = {scope: [comment.text for comment in drawn(project.graph, scope).comments] for scope in ("", "group_2")}
    assert seen == {"": ["whole"], "group_2": ["inside"]}
    assert drawn(project.graph, "group_1").comments == ()


@pytest.mark.parametrize("project", [block(), nested(), two_groups(), with_activation()])
@pytest.mark.parametrize("scope", ["", "group_1", "group_2"])
@pytest.mark.parametrize("collapsed", [(), ("group_1",), ("group_2",), ("group_1", "group_2")])
def test_every_drawing_agrees_with_its_graph(project, scope, collapsed) -> None:  # type: ignore[no-untyped-def]
    for group_id in project.graph.groups_by_id:
        project = group_edits.set_collapsed(project, [group_id], group_id in collapsed)
    is_drawn_right(drawn(project.graph, scope))


def test_a_group_card_says_how_often_it_is_repeated_and_cannot_run() -> None:
    assert GroupCard(name="x", repeat=8).headline() == "× 8"
    assert GroupCard(name="x").headline() == ""
    with pytest.raises(TypeError, match="drawn, not run"):
        GroupCard(name="x").output_shape([(2,)])
