"""Edits of groups and attached activations: what they make of the drawing, and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.document import comment_edits, edits, ends, group_edits
from deepviz.document.drawing import drawn
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Group
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import Project
from tests.document.networks import block, nested, places, row, with_activation


def groups_of(project: Project) -> dict[str, str]:
    """The group of each node that lies in one."""
    return {node.id: node.group for node in project.graph.nodes if node.group}


def test_grouping_puts_cards_under_a_name_and_changes_nothing_else() -> None:
    project = row("Input", "Dense", "ReLU", "Dense")
    grouped = group_edits.group(project, ["dense_1", "relu_1"], "  hidden \n layer ")
    assert grouped.graph.groups == (Group("group_1", "hidden layer"),)
    assert groups_of(grouped) == {"dense_1": "group_1", "relu_1": "group_1"}
    assert grouped.graph.edges == project.graph.edges
    assert places(grouped.graph) == places(project.graph)


def test_groups_and_layers_of_one_group_can_be_grouped_again() -> None:
    project = group_edits.group(nested(), ["group_2", "add_1"], "middle", collapsed=False)
    assert project.graph.groups_by_id["group_3"] == Group("group_3", "middle", "group_1", collapsed=False)
    assert project.graph.groups_by_id["group_2"].parent == "group_3"
    assert groups_of(project) == {"dense_2": "group_2", "relu_1": "group_2", "add_1": "group_3"}


def test_a_new_group_has_a_free_id_and_a_free_name() -> None:
    project = row("Input", "Dense", "Dense", "Dense")
    graph = project.graph
    nodes = tuple(replace(node, id="group_1") if node.id == "dense_1" else node for node in graph.nodes)
    project = replace(project, graph=replace(graph, nodes=nodes, edges=()))
    project = group_edits.group(group_edits.group(project, ["dense_2"]), ["dense_3"])
    assert [(group.id, group.name) for group in project.graph.groups] == [
        ("group_2", "Group 1"),
        ("group_3", "Group 2"),
    ]


def test_an_attached_activation_comes_along_with_its_layer() -> None:
    project = group_edits.group(with_activation(), ["dense_1"])
    assert groups_of(project) == {"dense_1": "group_1", "relu_1": "group_1"}
    assert ends.is_attached(project.graph, "relu_1")


@pytest.mark.parametrize(
    ("cards", "name", "reason"),
    [
        ([], "", "Select the layers"),
        (["dense_1", "add_1"], "", "different groups"),
        (["group_1", "add_1"], "", "different groups"),
        (["dense_1"], "x" * 61, "1 to 60 letters"),
        (["dense_1"], "a\x00b", "1 to 60 letters"),
    ],
)
def test_what_cannot_be_grouped_says_why(cards: list[str], name: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        group_edits.group(block(), cards, name)


def test_ungrouping_leaves_what_was_in_it_where_the_group_was() -> None:
    project = comment_edits.add_comment(nested(), "why", (1.0, 2.0), "group_1")
    project = group_edits.ungroup(project, ["group_1"])
    assert [(group.id, group.parent) for group in project.graph.groups] == [("group_2", "")]
    assert groups_of(project) == {"dense_2": "group_2", "relu_1": "group_2"}
    assert [comment.group for comment in project.graph.comments] == [""]
    assert group_edits.ungroup(nested(), ["group_2", "group_1"]) == group_edits.ungroup(
        nested(), ["group_1", "group_2"]
    )
    assert groups_of(group_edits.ungroup(nested(), ["group_1", "group_2"])) == {}


def test_grouping_and_ungrouping_gives_the_same_project() -> None:
    project = row("Input", "Dense", "ReLU", "Dense")
    assert group_edits.ungroup(group_edits.group(project, ["dense_1", "relu_1"]), ["group_1"]) == project


def test_a_repeated_group_is_not_dissolved() -> None:
    with pytest.raises(EditError, match="block is repeated 3 times"):
        group_edits.ungroup(group_edits.set_repeat(block(), "group_1", 3), ["group_1"])


def test_names_are_tidied_and_must_say_something() -> None:
    assert group_edits.rename_group(block(), "group_1", " a  b ").graph.groups[0].name == "a b"
    with pytest.raises(EditError, match="1 to 60 letters"):
        group_edits.rename_group(block(), "group_1", "  ")


@pytest.mark.parametrize("count", [0, -1, 101])
def test_repetitions_are_within_bounds(count: int) -> None:
    with pytest.raises(EditError, match="1 to 100 times"):
        group_edits.set_repeat(block(), "group_1", count)


def test_repetitions_of_repetitions_must_not_get_out_of_hand() -> None:
    project = group_edits.set_repeat(nested(), "group_1", 100)
    with pytest.raises(EditError, match=r"inner cannot be repeated: .* 20\u202f104 layers, and at most 5\u202f000"):
        group_edits.set_repeat(project, "group_2", 100)


def test_an_input_is_not_repeated() -> None:
    project = edits.add_node(block(), edits.new_layer("Input"), (0.0, 500.0))
    project = group_edits.set_group(project, ["input_2"], "group_1")
    with pytest.raises(EditError, match="an Input cannot be repeated"):
        group_edits.set_repeat(project, "group_1", 2)


def test_groups_open_and_close_without_anything_else_changing() -> None:
    opened = group_edits.set_collapsed(nested(), ["group_1", "group_2"], False)
    assert [group.collapsed for group in opened.graph.groups] == [False, False]
    assert group_edits.set_collapsed(opened, ["group_1", "group_2"], True) == nested()


def test_cards_can_be_put_into_a_group_and_out_of_all() -> None:
    project = group_edits.set_group(block(), ["dense_3"], "group_1")
    assert groups_of(project)["dense_3"] == "group_1"
    project = group_edits.set_group(project, ["dense_3", "add_1"], "")
    assert groups_of(project).keys() == {"dense_2", "relu_1"}
    project = group_edits.set_group(nested(), ["group_2"], "")
    assert project.graph.groups_by_id["group_2"].parent == ""


def test_a_group_that_has_become_empty_is_gone() -> None:
    project = group_edits.set_group(nested(), ["dense_2", "relu_1"], "group_1")
    assert [group.id for group in project.graph.groups] == ["group_1"]


def test_what_lies_in_a_group_that_is_moved_stays_in_it() -> None:
    project = group_edits.set_group(nested(), ["group_1", "group_2", "dense_2", "loss_1"], "")
    assert project == nested()
    project = group_edits.group(nested(), ["dense_3"], "other")
    project = group_edits.set_group(project, ["group_2", "relu_1"], "group_3")
    assert groups_of(project)["relu_1"] == "group_2"
    assert project.graph.way_up("group_2") == ("group_2", "group_3")


@pytest.mark.parametrize(
    ("card", "group", "reason"),
    [("group_1", "group_1", "in itself"), ("group_1", "group_2", "in itself"), ("dense_1", "group_9", "not there")],
)
def test_what_cannot_be_put_there_says_why(card: str, group: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        group_edits.set_group(nested(), [card], group)


def test_attaching_puts_an_activation_on_the_card_of_its_layer() -> None:
    project = row("Input", "Dense", "ReLU", "Dense")
    attached = group_edits.attach(project, "relu_1")
    assert attached.graph.node("relu_1").position == project.graph.node("dense_1").position
    assert attached.graph.edges == project.graph.edges


@pytest.mark.parametrize("node_id", ["dense_1", "tanh_1", "input_1", "loss_1", "group_1"])
def test_what_cannot_be_attached_is_refused(node_id: str) -> None:
    project = group_edits.group(row("Input", "Dense", "ReLU", "Tanh", "Dense", "SoftmaxCrossEntropy"), ["dense_2"])
    with pytest.raises(EditError, match="cannot be drawn on another card"):
        group_edits.attach(project, node_id)


def test_an_activation_beside_another_follower_is_not_attached() -> None:
    project = edits.add_node(row("Input", "Dense", "ReLU"), edits.new_layer("Tanh"), (0.0, 300.0))
    project = edits.connect(project, "dense_1", "tanh_1")
    with pytest.raises(EditError, match="cannot be drawn on another card"):
        group_edits.attach(project, "relu_1")


def test_detaching_puts_it_beside_the_card_and_makes_room() -> None:
    project = edits.arrange(with_activation(), columns=9)
    detached = group_edits.detach(project, "relu_1")
    x, y = places(detached.graph)["dense_1"]
    assert places(detached.graph)["relu_1"] == (x + CARD_PITCH[0], y)
    assert places(detached.graph)["dense_2"] == (x + 2 * CARD_PITCH[0], y)
    assert group_edits.detach(detached, "relu_1") == detached


def test_all_activations_are_attached_where_that_is_possible_and_detached_again() -> None:
    project = edits.arrange(row("Input", "Dense", "ReLU", "Dense", "Tanh", "Sigmoid", "Dense"), columns=9)
    attached = group_edits.attach_all(project)
    assert [node.id for node in attached.graph.nodes if node.attached] == ["relu_1", "tanh_1"]
    assert len(drawn(attached.graph).graph.nodes) == 5
    detached = group_edits.attach_all(attached, False)
    assert not any(node.attached for node in detached.graph.nodes)
    assert places(detached.graph) == places(project.graph)


def test_an_activation_that_comes_off_its_card_is_not_hidden_under_it() -> None:
    project = edits.set_layer(with_activation(), "dense_1", edits.new_layer("Tanh"))
    assert not ends.is_attached(project.graph, "relu_1")
    assert project.graph.node("relu_1").position != project.graph.node("dense_1").position


def test_an_attached_activation_follows_its_layer() -> None:
    project = edits.move(with_activation(), {"dense_1": (5.0, 6.0)})
    assert places(project.graph)["relu_1"] == (5.0, 6.0)
    project = edits.move(project, {"relu_1": (70.0, 70.0)})
    assert places(project.graph)["relu_1"] == (5.0, 6.0)


def test_an_activation_between_which_and_its_layer_another_is_put_goes_over_to_that() -> None:
    project = edits.insert_on_edge(with_activation(), edits.new_layer("Dropout"), Edge("dense_1", "relu_1"))
    assert ends.host(project.graph, "relu_1") == "dropout_1"
    assert places(project.graph)["relu_1"] == places(project.graph)["dropout_1"]
