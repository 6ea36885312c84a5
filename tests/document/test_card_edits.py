"""Edits by what is drawn: the id of a group or of a card with an activation on it stands for what is behind it."""

from __future__ import annotations

import pytest

from deepviz.document import edits, ends, group_edits
from deepviz.document.drawing import drawn, group_position
from deepviz.document.edits import EditError
from deepviz.document.graph import FARTHEST, Edge, Graph, Node
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import Project
from tests.document.networks import block, nested, pairs, places, row, two_groups, with_activation

DENSE = edits.new_layer("Dense")


# Appending and inserting


def test_what_is_appended_to_a_group_comes_after_its_output_and_outside_of_it() -> None:
    project = edits.append_after(block(), DENSE, "group_1")
    assert {"add_1>dense_4", "dense_4>dense_3"} <= pairs(project.graph)
    assert project.graph.node("dense_4").group == ""
    assert edits.append_after(nested(), DENSE, "group_2").graph.node("dense_4").group == "group_1"


def test_what_its_output_leads_to_inside_of_the_group_stays_as_it_is() -> None:
    project = edits.add_node(row("Input", "Dense", "Dense"), edits.new_layer("ReLU"), (0.0, 500.0))
    project = group_edits.group(edits.connect(project, "dense_1", "relu_1"), ["dense_1", "relu_1"])
    project = edits.append_after(project, DENSE, "group_1")
    assert pairs(project.graph) == {"input_1>dense_1", "dense_1>relu_1", "dense_1>dense_3", "dense_3>dense_2"}


def test_what_is_appended_to_a_card_with_an_activation_comes_after_that() -> None:
    project = edits.append_after(with_activation(), DENSE, "dense_1")
    assert pairs(project.graph) == {"input_1>dense_1", "dense_1>relu_1", "relu_1>dense_3", "dense_3>dense_2"}
    assert ends.is_attached(project.graph, "relu_1")


def test_with_nothing_selected_it_comes_after_the_collapsed_group_that_ends_the_network() -> None:
    project = group_edits.group(row("Input", "Dense", "ReLU"), ["dense_1", "relu_1"])
    project = edits.append(project, DENSE)
    assert "relu_1>dense_2" in pairs(project.graph)
    assert project.graph.node("dense_2").group == ""


def test_behind_an_open_group_it_stands_beside_the_layer_that_leads_on() -> None:
    project = group_edits.group(row("Input", "Dense", "ReLU"), ["dense_1", "relu_1"], collapsed=False)
    project = edits.append_after(project, DENSE, "group_1")
    x, y = places(project.graph)["relu_1"]
    assert places(project.graph)["dense_2"] == (x + CARD_PITCH[0], y)


def test_a_group_without_a_single_output_is_not_appended_to() -> None:
    with pytest.raises(EditError, match=r"first has several outputs: dense_1 and dense_2\. Look into it"):
        edits.append_after(two_groups(), DENSE, "group_1")
    lost = group_edits.group(row("Input", "Dense", "SoftmaxCrossEntropy"), ["loss_1"], "goal")
    with pytest.raises(EditError, match="goal has no output"):
        edits.append_after(lost, DENSE, "group_1")


def test_room_is_made_among_the_cards_that_are_seen_and_a_group_moves_as_one() -> None:
    project = edits.arrange(nested(), columns=9)
    before = places(drawn(project.graph).graph)
    project = edits.append_after(project, DENSE, "dense_1")
    after = places(drawn(project.graph).graph)
    assert after["dense_4"] == before["group_1"]
    assert after["group_1"] == (before["group_1"][0] + CARD_PITCH[0], before["group_1"][1])
    inside, outside = places(edits.arrange(nested(), columns=9).graph), places(project.graph)
    steps = {outside[node][0] - inside[node][0] for node in ("dense_2", "relu_1", "add_1")}
    assert steps == {CARD_PITCH[0]}


def test_inserting_before_a_group_takes_over_all_that_led_in_from_there() -> None:
    project = edits.insert_on_edge(block(), DENSE, Edge("dense_1", "group_1"))
    assert {"dense_1>dense_4", "dense_4>dense_2", "dense_4>add_1:1"} <= pairs(project.graph)
    assert not {"dense_1>dense_2", "dense_1>add_1:1"} & pairs(project.graph)
    assert project.graph.node("dense_4").group == ""


def test_inserting_within_a_group_stays_in_it_and_between_groups_out_of_both() -> None:
    inside = edits.insert_on_edge(nested(), DENSE, Edge("group_2", "add_1"))
    assert inside.graph.node("dense_4").group == "group_1"
    between = edits.insert_on_edge(two_groups(), DENSE, Edge("group_1", "group_2", 1))
    assert {"dense_1>dense_4", "dense_4>add_1:1", "dense_2>add_1"} <= pairs(between.graph)
    assert between.graph.node("dense_4").group == ""


def test_nothing_is_inserted_on_a_connection_that_is_gone() -> None:
    with pytest.raises(EditError, match="dense_1 is not connected to dense_3 any more"):
        edits.insert_on_edge(block(), DENSE, Edge("dense_1", "dense_3"))


# Connecting


def test_connecting_from_a_card_starts_where_data_leaves_it() -> None:
    project = edits.add_node(block(), edits.new_layer("Add"), (0.0, 500.0))
    assert "add_1>add_2" in pairs(edits.connect(project, "group_1", "add_2").graph)
    project = edits.add_node(with_activation(), edits.new_layer("Add"), (0.0, 500.0))
    assert "relu_1>add_1" in pairs(edits.connect(project, "dense_1", "add_1").graph)


def test_connecting_to_a_port_of_a_group_takes_the_place_of_all_that_came_in_there() -> None:
    project = edits.connect(block(), "input_1", "group_1", 0)
    assert {"input_1>dense_2", "input_1>add_1:1"} <= pairs(project.graph)
    assert not any(edge.source == "dense_1" for edge in project.graph.edges)


def test_connecting_to_a_group_without_a_port_leads_to_what_lacks_an_input() -> None:
    project = edits.disconnect(block(), [Edge("dense_1", "group_1")])
    assert "dense_1>dense_2" in pairs(edits.connect(project, "dense_1", "group_1").graph)
    with pytest.raises(EditError, match="Nothing in block lacks an input"):
        edits.connect(block(), "input_1", "group_1")


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [("group_1", "dense_1", "cycle"), ("loss_1", "group_1", "lacks"), ("group_1", "input_1", "no input")],
)
def test_connections_of_groups_that_make_no_sense_are_refused(source: str, target: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        edits.connect(block(), source, target)


# Deleting and cutting


def test_cutting_a_drawn_connection_cuts_all_that_it_stands_for_and_closes_ports() -> None:
    project = edits.disconnect(block(), [Edge("dense_1", "group_1")])
    assert pairs(project.graph) == {
        "input_1>dense_1", "dense_2>relu_1", "relu_1>add_1", "add_1>dense_3", "dense_3>loss_1",
    }  # fmt: skip
    second = edits.disconnect(two_groups(), [Edge("group_1", "group_2")])
    assert [(edge.source, edge.port) for edge in second.graph.inputs_of("add_1")] == [("dense_1", 0)]


def test_deleting_a_group_heals_where_it_was() -> None:
    project = edits.delete(nested(), ["group_1"])
    assert pairs(project.graph) == {"input_1>dense_1", "dense_1>dense_3", "dense_3>loss_1"}
    assert project.graph.groups == ()
    assert pairs(edits.delete(nested(), ["group_1"], heal=False).graph) == {"input_1>dense_1", "dense_3>loss_1"}


def test_whether_a_gap_closes_does_not_depend_on_the_order_of_what_is_deleted() -> None:
    project = row("Input", "Dense", "Add", "Dense")
    project = edits.connect(project, "input_1", "add_1")
    for chosen in (["dense_1", "add_1"], ["add_1", "dense_1"]):
        assert pairs(edits.delete(project, chosen).graph) == {"input_1>dense_2"}


def test_healing_does_not_connect_what_is_connected_already() -> None:
    project = edits.connect(row("Input", "Dense", "Add", "Dense"), "input_1", "add_1")
    healed = edits.delete(project, ["dense_1"])
    assert pairs(healed.graph) == {"input_1>add_1", "add_1>dense_2"}


def test_what_two_nodes_lead_to_is_not_healed_as_it_is_not_clear_what_is_meant() -> None:
    project = edits.connect(block(), "input_1", "add_1")
    assert {"dense_1>dense_3", "input_1>dense_3"}.isdisjoint(pairs(edits.delete(project, ["add_1"]).graph))


def test_deleting_a_card_deletes_its_activation_but_not_the_other_way_round() -> None:
    assert pairs(edits.delete(with_activation(), ["dense_1"]).graph) == {"input_1>dense_2"}
    assert pairs(edits.delete(with_activation(), ["relu_1"]).graph) == {"input_1>dense_1", "dense_1>dense_2"}


def test_healing_a_cycle_from_a_file_connects_nothing_with_itself() -> None:
    nodes = tuple(Node(name, DENSE) for name in "abc")
    graph = Graph(nodes, (Edge("a", "b"), Edge("b", "a"), Edge("b", "c")))
    assert edits.delete(Project(graph=graph), ["b"]).graph.edges == (Edge("a", "c"),)


# Moving


def test_moving_a_group_moves_all_that_is_in_it() -> None:
    before = places(nested().graph)
    left, top = group_position(nested().graph, "group_1")
    project = edits.move(nested(), {"group_1": (left + 30.0, top - 70.0), "loss_1": (0.0, 9.0)})
    assert group_position(project.graph, "group_1") == (left + 30.0, top - 70.0)
    for node_id in ("dense_2", "relu_1", "add_1"):
        x, y = before[node_id]
        assert places(project.graph)[node_id] == (x + 30.0, y - 70.0)
    assert places(project.graph)["loss_1"] == (0.0, 9.0)
    assert places(project.graph)["dense_1"] == before["dense_1"]


def test_nothing_is_moved_so_far_that_it_could_not_be_saved() -> None:
    project = edits.move(block(), {"loss_1": (1e300, float("nan")), "group_1": (-1e9, 0.0)})
    assert places(project.graph)["loss_1"] == (FARTHEST, -FARTHEST)
    assert places(project.graph)["dense_2"][0] == -FARTHEST


def test_arranging_a_scope_leaves_the_rest_where_it_is() -> None:
    project = edits.move(nested(), {"add_1": (0.0, 900.0), "loss_1": (5.0, 5.0)})
    arranged = edits.arrange(project, scope="group_1")
    outside = ("input_1", "dense_1", "dense_3", "loss_1")
    assert all(places(arranged.graph)[each] == places(project.graph)[each] for each in outside)
    x, y = places(arranged.graph)["dense_2"]
    assert places(arranged.graph)["add_1"] == (x + CARD_PITCH[0], y)
