"""Repeated groups written out: every repetition with layers of its own, one behind the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.document import edits, group_edits
from deepviz.document.compile import compile_project, without_loss
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.document.repeats import obstacle, unrolled
from deepviz.document.shapes import check
from deepviz.engine import layers
from deepviz.engine.layers.input import Input


def residual() -> Project:
    """input_1, dense_1, a group of dense_2, relu_1 and add_1 with a skip past the first two, dense_3, loss_1."""
    project = edits.append(Project(), Input(shape=(2,)))
    for key in ("Dense", "Dense", "ReLU", "Add", "Dense", "SoftmaxCrossEntropy"):
        project = edits.append(project, edits.new_layer(key))
    project = edits.connect(project, "dense_1", "add_1")
    project = edits.set_layer(project, "dense_3", layers.registry["Dense"](units=2))
    return group_edits.group(project, ["dense_2", "relu_1", "add_1"], "block")


def pairs(edges: tuple[Edge, ...]) -> set[tuple[str, str, int]]:
    return {(edge.source, edge.target, edge.port) for edge in edges}


def test_without_repetitions_the_graph_stays_as_it_is() -> None:
    graph = residual().graph
    written = unrolled(graph)
    assert (written.graph.nodes, written.graph.edges) == (graph.nodes, graph.edges)
    assert written.edges == {edge: edge for edge in graph.edges}


def test_a_repeated_residual_block_is_a_chain_of_blocks() -> None:
    project = group_edits.set_repeat(residual(), "group_1", 3)
    written = unrolled(project.graph)
    assert pairs(written.graph.edges) == {
        ("input_1", "dense_1", 0),
        ("dense_1", "dense_2", 0), ("dense_2", "relu_1", 0), ("relu_1", "add_1", 0), ("dense_1", "add_1", 1),
        ("add_1", "dense_2.2", 0), ("dense_2.2", "relu_1.2", 0), ("relu_1.2", "add_1.2", 0), ("add_1", "add_1.2", 1),
        ("add_1.2", "dense_2.3", 0), ("dense_2.3", "relu_1.3", 0), ("relu_1.3", "add_1.3", 0),
        ("add_1.2", "add_1.3", 1),
        ("add_1.3", "dense_3", 0), ("dense_3", "loss_1", 0),
    }  # fmt: skip
    assert written.origin["dense_2.3"] == "dense_2"
    assert written.passes["dense_2.3"] == (3,)
    assert written.edges[Edge("add_1", "dense_3")] == Edge("add_1.3", "dense_3")
    assert written.edges[Edge("dense_1", "dense_2")] == Edge("dense_1", "dense_2")


def test_a_drawn_edge_knows_all_its_repetitions() -> None:
    project = group_edits.set_repeat(residual(), "group_1", 3)
    found = unrolled(project.graph).repetitions()
    assert set(found) == set(project.graph.edges)
    assert found[Edge("dense_2", "relu_1")] == (
        Edge("dense_2", "relu_1"), Edge("dense_2.2", "relu_1.2"), Edge("dense_2.3", "relu_1.3")
    )  # fmt: skip
    assert found[Edge("dense_1", "dense_2")] == (Edge("dense_1", "dense_2"),), "only the first one is entered"
    assert found[Edge("add_1", "dense_3")] == (Edge("add_1.3", "dense_3"),), "only the last one is left"
    nested = group_edits.group(residual(), ["dense_2", "relu_1"], "inner")
    nested = group_edits.set_repeat(group_edits.set_repeat(nested, "group_1", 2), "group_2", 3)
    inside = unrolled(nested.graph).repetitions()[Edge("dense_2", "relu_1")]
    assert len(set(inside)) == 6
    plain = residual().graph
    assert unrolled(plain).repetitions() == {edge: (edge,) for edge in plain.edges}


def test_repetitions_inside_of_repetitions_have_both_numbers() -> None:
    project = group_edits.group(residual(), ["dense_2", "relu_1"], "inner")
    assert project.graph.way_up("group_2") == ("group_2", "group_1")
    project = group_edits.set_repeat(group_edits.set_repeat(project, "group_1", 2), "group_2", 2)
    written = unrolled(project.graph)
    assert pairs(written.graph.edges) == {
        ("input_1", "dense_1", 0),
        ("dense_1", "dense_2", 0), ("dense_2", "relu_1", 0),
        ("relu_1", "dense_2.1.2", 0), ("dense_2.1.2", "relu_1.1.2", 0), ("relu_1.1.2", "add_1", 0),
        ("dense_1", "add_1", 1),
        ("add_1", "dense_2.2.1", 0), ("dense_2.2.1", "relu_1.2.1", 0),
        ("relu_1.2.1", "dense_2.2.2", 0), ("dense_2.2.2", "relu_1.2.2", 0), ("relu_1.2.2", "add_1.2", 0),
        ("add_1", "add_1.2", 1),
        ("add_1.2", "dense_3", 0), ("dense_3", "loss_1", 0),
    }  # fmt: skip


def test_an_id_that_looks_like_a_repetition_is_not_taken_twice() -> None:
    project = group_edits.set_repeat(residual(), "group_1", 2)
    renamed = {"dense_1": "relu_1.2"}
    graph = project.graph
    project = replace(
        project,
        graph=replace(
            graph,
            nodes=tuple(replace(node, id=renamed.get(node.id, node.id)) for node in graph.nodes),
            edges=tuple(
                replace(
                    edge, source=renamed.get(edge.source, edge.source), target=renamed.get(edge.target, edge.target)
                )
                for edge in graph.edges
            ),
        ),
    )
    ids = [node.id for node in unrolled(project.graph).graph.nodes]
    assert len(ids) == len(set(ids))
    assert "relu_1..2" in ids


def test_parameters_are_those_of_all_repetitions() -> None:
    single = check(residual())
    several = check(group_edits.set_repeat(residual(), "group_1", 4))
    assert several.shapes == single.shapes
    assert several.parameters["dense_2"] == 4 * (16 * 16 + 16)
    assert several.total_parameters == single.total_parameters + 3 * (16 * 16 + 16)
    assert several.problems == ()


def test_the_network_that_runs_has_all_repetitions_with_weights_of_their_own() -> None:
    network, _ = compile_project(group_edits.set_repeat(residual(), "group_1", 2), None)
    assert {"dense_2/W", "dense_2.2/W"} <= set(network.parameters)
    assert (network.parameters["dense_2/W"] != network.parameters["dense_2.2/W"]).any()


def test_what_goes_wrong_only_in_a_later_repetition_is_told_at_the_layer() -> None:
    project = residual()
    project = edits.set_layer(project, "dense_2", layers.registry["Dense"](units=16))
    project = edits.insert_on_edge(project, layers.registry["Dense"](units=5), Edge("add_1", "dense_3"))
    project = group_edits.set_group(project, ["dense_4"], "group_1")
    project = group_edits.set_repeat(project, "group_1", 2)
    (problem,) = check(project).problems
    assert problem.where == "add_1"
    assert problem.text.startswith("In repetition 2: add_1")


def test_what_cannot_be_repeated_says_why() -> None:
    project = edits.disconnect(residual(), [Edge("dense_1", "dense_2")])
    project = edits.connect(project, "input_1", "dense_2")
    with pytest.raises(EditError, match="block cannot be repeated: it needs one way in, but it has 2"):
        group_edits.set_repeat(project, "group_1", 2)
    assert obstacle(residual().graph, "group_1") == ""


def test_a_group_that_was_repeated_and_has_got_a_second_way_in_is_a_problem_with_a_way_out() -> None:
    project = group_edits.set_repeat(residual(), "group_1", 2)
    project = edits.connect(project, "input_1", "add_1")
    problem = check(project).problems[0]
    assert problem.where == "group_1"
    assert "cannot be repeated 2 times" in problem.text
    repaired = problem.repairs[0].edit(project)
    assert repaired.graph.groups_by_id["group_1"].repeat == 1


def test_a_repeated_group_at_the_end_of_a_network_goes_on_from_its_last_repetition() -> None:
    project = edits.delete(group_edits.set_repeat(residual(), "group_1", 2), ["dense_3", "loss_1"], heal=False)
    graph = without_loss(unrolled(project.graph).graph)
    assert [node.id for node in graph.nodes if not graph.outputs_of(node.id)] == ["add_1.2"]
