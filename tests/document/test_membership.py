"""Cards are put into groups and taken out of them: what belongs where afterwards, and where it is drawn."""

from __future__ import annotations

import pytest

from deepviz.document import edits, ends, group_edits, membership
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import Project
from tests.document.networks import row

DX, DY = CARD_PITCH


def opened() -> Project:
    """input_1, dense_1, [relu_1, dense_2], tanh_1, dense_3, loss_1 in one row; the group is drawn open."""
    project = row("Input", "Dense", "ReLU", "Dense", "Tanh", "Dense", "SoftmaxCrossEntropy")
    project = edits.arrange(project, columns=9)
    return group_edits.group(project, ["relu_1", "dense_2"], collapsed=False)


def around(project: Project, *cards: str) -> list[str]:
    return [ends.group_around(project.graph, card) for card in cards]


def overlaps(project: Project) -> list[tuple[str, str]]:
    places = {node.id: node.position for node in project.graph.nodes}
    pairs = [(one, other) for one in places for other in places if one < other]
    return [
        (one, other)
        for one, other in pairs
        if abs(places[one][0] - places[other][0]) < DX and abs(places[one][1] - places[other][1]) < DY
    ]


def test_what_joins_a_group_stands_behind_what_is_last_in_it() -> None:
    project = membership.joined(opened(), ("dense_3",), "group_1")
    assert around(project, "relu_1", "dense_2", "dense_3", "tanh_1") == ["group_1", "group_1", "group_1", ""]
    x, y = project.graph.node("dense_2").position
    assert project.graph.node("dense_3").position == (x + DX, y)
    assert project.graph.edges == opened().graph.edges
    assert overlaps(project) == []


def test_what_leaves_stands_below_the_frame_and_nothing_else_changes() -> None:
    project = membership.left(opened(), ("dense_2",))
    assert around(project, "relu_1", "dense_2") == ["group_1", ""]
    assert project.graph.node("dense_2").position[1] == opened().graph.node("relu_1").position[1] + 1.5 * DY
    others = [node for node in opened().graph.nodes if node.id != "dense_2"]
    assert [project.graph.node(node.id).position for node in others] == [node.position for node in others]


def test_what_leaves_lies_on_nothing_that_stands_below_the_frame() -> None:
    project = group_edits.ungroup(opened(), ["group_1"])
    project = edits.arrange(project, columns=3)
    project = group_edits.group(project, ["dense_1", "relu_1"], collapsed=False)
    assert overlaps(project) == []
    for card in ("dense_1", "relu_1"):
        left = membership.left(project, (card,))
        assert around(left, card) == [""]
        assert overlaps(left) == []
        assert around(membership.joined(left, (card,), "group_1"), card) == ["group_1"]
        assert overlaps(membership.joined(left, (card,), "group_1")) == []


def test_all_layers_of_a_group_are_taken_for_the_group() -> None:
    graph = opened().graph
    assert membership.together(graph, ("relu_1", "dense_2", "tanh_1")) == ("group_1", "tanh_1")
    assert membership.together(graph, ("relu_1", "tanh_1")) == ("relu_1", "tanh_1")
    outer = group_edits.group(opened(), ["group_1", "tanh_1"], collapsed=False)
    assert membership.together(outer.graph, ("relu_1", "dense_2", "tanh_1")) == ("group_2",)
    project = membership.left(outer, ("relu_1", "dense_2"))
    assert project.graph.groups_by_id["group_1"].parent == ""
    assert around(project, "relu_1", "tanh_1") == ["group_1", "group_2"]


def test_a_group_joins_another_but_not_itself() -> None:
    project = group_edits.group(opened(), ["tanh_1", "dense_3"], collapsed=True)
    joined = membership.joined(project, ("group_1",), "group_2")
    assert joined.graph.way_up("group_1") == ("group_1", "group_2")
    with pytest.raises(EditError, match="in itself"):
        membership.joined(project, ("group_1",), "group_1")
    with pytest.raises(EditError, match="not there"):
        membership.joined(project, ("dense_1",), "group_9")


def test_what_lies_in_no_group_cannot_leave_one() -> None:
    with pytest.raises(EditError, match="no group"):
        membership.left(opened(), ("dense_1",))


def test_what_is_inserted_lies_where_both_ends_lie() -> None:
    project = edits.add_node(opened(), edits.new_layer("Sigmoid"), (0.0, 900.0))
    edge = next(edge for edge in project.graph.edges if edge.source == "relu_1")
    inside = membership.inserted_into(project, ("sigmoid_1",), edge, {})
    assert around(inside, "sigmoid_1") == ["group_1"]
    edge = Edge("dense_2", "tanh_1", 0)
    outside = membership.inserted_into(inside, ("sigmoid_1",), edge, {})
    assert around(outside, "sigmoid_1") == [""]


def test_what_is_dropped_in_a_frame_on_a_card_stands_in_the_next_free_place_below() -> None:
    project = edits.add_node(opened(), edits.new_layer("Sigmoid"), (0.0, 900.0))
    project = edits.add_node(project, edits.new_layer("ELU"), (DX, 900.0))
    x, y = project.graph.node("relu_1").position
    places = {"sigmoid_1": (x + 0.3 * DX, y + 0.4 * DY), "elu_1": (x + 1.4 * DX, y + 0.4 * DY)}
    made = membership.moved_into(project, tuple(places), "group_1", places, {})
    assert around(made, "sigmoid_1", "elu_1") == ["group_1", "group_1"]
    assert overlaps(made) == []
    assert made.graph.node("sigmoid_1").position == pytest.approx((x + 0.3 * DX, y + 1.4 * DY))  # two halves of a card
    assert made.graph.node("elu_1").position == pytest.approx((x + 1.4 * DX, y + 1.4 * DY)), "they keep together"
    stayed = [node for node in project.graph.nodes if node.id not in places]
    assert [made.graph.node(node.id).position for node in stayed] == [node.position for node in stayed]


def test_what_is_dropped_beside_the_cards_of_a_frame_stays_there() -> None:
    project = edits.add_node(opened(), edits.new_layer("Sigmoid"), (0.0, 900.0))
    x, y = project.graph.node("relu_1").position
    for place in ((x, y + 1.01 * DY), (x - 0.9 * DX, y - 1.01 * DY)):
        made = membership.moved_into(project, ("sigmoid_1",), "group_1", {"sigmoid_1": place}, {})
        assert made.graph.node("sigmoid_1").position == place
