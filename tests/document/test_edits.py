"""Edits: pure functions from a project to the next one, and what they refuse."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document import edits
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Graph
from deepviz.document.layout import CARD_SIZE, arranged
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.engine import layers, losses
from deepviz.engine.layers.input import Input


def chain(*keys: str) -> Project:
    project = Project()
    for key in keys:
        project = edits.append(project, edits.new_layer(key))
    return project


def pairs(project: Project) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in sorted(project.graph.edges)]


def test_appending_builds_a_connected_chain_from_left_to_right() -> None:
    project = chain("Input", "Dense", "ReLU", "Dense", "SoftmaxCrossEntropy")
    assert [node.id for node in project.graph.nodes] == ["input_1", "dense_1", "relu_1", "dense_2", "loss_1"]
    assert pairs(project) == [
        ("dense_1", "relu_1"), ("dense_2", "loss_1"), ("input_1", "dense_1"), ("relu_1", "dense_2"),
    ]  # fmt: skip
    lefts = [node.position[0] for node in project.graph.nodes]
    assert lefts == sorted(lefts)
    assert all(right - left > CARD_SIZE[0] for left, right in pairwise(lefts))


def test_appending_after_a_node_moves_what_followed_behind_the_new_one() -> None:
    project = edits.append(chain("Input", "Dense", "SoftmaxCrossEntropy"), edits.new_layer("Tanh"), "dense_1")
    assert pairs(project) == [("dense_1", "tanh_1"), ("input_1", "dense_1"), ("tanh_1", "loss_1")]
    positions = [node.position for node in project.graph.nodes]
    assert len(set(positions)) == len(positions), "no card may hide another"


def test_appending_with_nothing_selected_goes_before_the_loss() -> None:
    project = edits.append(chain("Input", "Dense", "SoftmaxCrossEntropy"), edits.new_layer("Tanh"))
    assert ("tanh_1", "loss_1") in pairs(project)


def test_edits_leave_the_project_that_they_are_given_alone() -> None:
    project = chain("Input", "Dense", "SoftmaxCrossEntropy")
    before = project.graph
    edits.delete(project, ["dense_1"])
    edits.arrange(project)
    edits.disconnect(project, before.edges)
    assert project.graph is before
    assert project.graph == chain("Input", "Dense", "SoftmaxCrossEntropy").graph


def test_deleting_heals_the_chain_or_cuts_it() -> None:
    project = chain("Input", "Dense", "ReLU", "Dense")
    assert pairs(edits.delete(project, ["relu_1"])) == [("dense_1", "dense_2"), ("input_1", "dense_1")]
    assert pairs(edits.delete(project, ["relu_1"], heal=False)) == [("input_1", "dense_1")]
    assert pairs(edits.delete(project, ["dense_1", "relu_1"])) == [("input_1", "dense_2")]


def test_a_connection_replaces_what_the_port_had() -> None:
    project = chain("Input", "Dense", "ReLU", "Dense")
    project = edits.connect(project, "dense_1", "dense_2")
    assert [edge.source for edge in project.graph.inputs_of("dense_2")] == ["dense_1"]


def test_a_merge_takes_as_many_connections_as_one_likes_and_closes_gaps() -> None:
    project = edits.add_node(chain("Input", "Dense", "ReLU", "Tanh"), edits.new_layer("Add"), (0, 500))
    for source in ("dense_1", "relu_1", "tanh_1"):
        project = edits.connect(project, source, "add_1")
    assert [(edge.source, edge.port) for edge in project.graph.inputs_of("add_1")] == [
        ("dense_1", 0), ("relu_1", 1), ("tanh_1", 2),
    ]  # fmt: skip
    project = edits.disconnect(project, [Edge("dense_1", "add_1", 0)])
    assert [(edge.source, edge.port) for edge in project.graph.inputs_of("add_1")] == [("relu_1", 0), ("tanh_1", 1)]


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("relu_1", "dense_1", "cycle"),
        ("dense_1", "dense_1", "cycle"),
        ("loss_1", "dense_1", "no output"),
        ("dense_1", "input_1", "no input"),
        ("dense_1", "relu_1", "already"),
    ],
)
def test_connections_that_make_no_sense_are_refused_in_words(source: str, target: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        edits.connect(chain("Input", "Dense", "ReLU", "SoftmaxCrossEntropy"), source, target)


def test_inserting_on_an_edge_keeps_the_port() -> None:
    project = edits.add_node(chain("Input", "Dense", "ReLU"), edits.new_layer("Add"), (0, 500))
    project = edits.connect(edits.connect(project, "dense_1", "add_1"), "relu_1", "add_1")
    project = edits.insert_on_edge(project, edits.new_layer("Tanh"), Edge("relu_1", "add_1", 1))
    assert Edge("tanh_1", "add_1", 1) in project.graph.edges
    with pytest.raises(EditError, match="cannot stand between"):
        edits.insert_on_edge(project, edits.new_layer("Input"), Edge("dense_1", "add_1", 0))


def test_inserting_without_a_place_makes_room_in_the_row() -> None:
    project = chain("Input", "Dense", "ReLU", "SoftmaxCrossEntropy")
    project = edits.insert_on_edge(project, edits.new_layer("Tanh"), Edge("dense_1", "relu_1"))
    lefts = {node.id: node.position[0] for node in project.graph.nodes}
    order = ["input_1", "dense_1", "tanh_1", "relu_1", "loss_1"]
    assert all(lefts[after] - lefts[before] > CARD_SIZE[0] for before, after in pairwise(order))


def test_a_port_beyond_the_next_free_one_leaves_no_gap() -> None:
    project = edits.add_node(chain("Input", "Dense"), edits.new_layer("Add"), (0, 500))
    project = edits.connect(project, "dense_1", "add_1", 7)
    assert [edge.port for edge in project.graph.inputs_of("add_1")] == [0]


def test_an_input_is_added_left_of_everything_and_connected() -> None:
    project = edits.delete(chain("Input", "Dense", "ReLU"), ["input_1"])
    project = edits.add_input(project, Input(shape=(3,)))
    assert ("input_1", "dense_1") in pairs(project)
    lefts = {node.id: node.position[0] for node in project.graph.nodes}
    assert lefts["input_1"] + CARD_SIZE[0] < lefts["dense_1"]


def test_a_new_input_takes_the_shape_of_the_data_and_an_old_one_keeps_its_own() -> None:
    before = chain("Input", "Dense")
    after = edits.add_node(before, edits.new_layer("Input"), (0, 500))
    fitted = edits.with_inputs_fitted(after, before, (8, 8, 1))
    assert [fitted.graph.node(name).layer.shape for name in ("input_1", "input_2")] == [(2,), (8, 8, 1)]  # type: ignore[union-attr]
    assert edits.with_inputs_fitted(after, before, None) == after


def test_nothing_follows_a_loss() -> None:
    with pytest.raises(EditError, match="Nothing can follow the loss"):
        edits.append_after(chain("Input", "SoftmaxCrossEntropy"), edits.new_layer("Dense"), "loss_1")


def test_arranging_wraps_a_chain_in_rows_without_overlaps() -> None:
    project = edits.arrange(chain("Input", *["Dense", "ReLU"] * 5, "SoftmaxCrossEntropy"), columns=4)
    rows = {node.position[1] for node in project.graph.nodes}
    assert len(rows) == 3
    assert len({node.position for node in project.graph.nodes}) == 12


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_edits_leave_a_graph_without_cycles_whose_ports_are_used_once(data: st.DataObject) -> None:
    project = Project()
    keys = [*layers.registry, *losses.registry]
    for _ in range(data.draw(st.integers(1, 25))):
        ids = [node.id for node in project.graph.nodes]
        kinds = ["add", "append", "connect", "delete", "disconnect", "insert", "arrange"]
        kind = data.draw(st.sampled_from(kinds if ids else ["add"]))
        layer = edits.new_layer(data.draw(st.sampled_from(keys)))
        try:
            if kind == "add":
                project = edits.add_node(project, layer, (0.0, 0.0))
            elif kind == "append":
                project = edits.append(project, layer, data.draw(st.sampled_from([None, *ids])))
            elif kind == "connect":
                project = edits.connect(project, data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids)))
            elif kind == "delete":
                project = edits.delete(project, data.draw(st.sets(st.sampled_from(ids))), heal=data.draw(st.booleans()))
            elif kind == "arrange":
                project = edits.arrange(project)
            elif project.graph.edges:
                edge = data.draw(st.sampled_from(project.graph.edges))
                insert = kind == "insert"
                project = edits.insert_on_edge(project, layer, edge) if insert else edits.disconnect(project, [edge])
        except EditError:
            continue
        is_whole(project.graph)
        check(project)


def is_whole(graph: Graph) -> None:
    ids = [node.id for node in graph.nodes]
    assert len(set(ids)) == len(ids)
    assert not graph.in_order()[1], "a cycle"
    for node in graph.nodes:
        ports = [edge.port for edge in graph.inputs_of(node.id)]
        assert ports == sorted(set(ports))
        assert len({edge.source for edge in graph.inputs_of(node.id)}) == len(ports)
    assert all(edge.source in graph.by_id and edge.target in graph.by_id for edge in graph.edges)
    assert arranged(graph, 4).keys() == set(ids)
