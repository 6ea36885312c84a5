"""The network in words: every row says what its card shows, in the order of the flow, groups around their layers."""

from __future__ import annotations

from functools import partial

from deepviz.document import edits, group_edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.gui.panels.outline_rows import OutlineRow, flattened, outline
from tests.gui.panels.conftest import small_network


def rows_of(project: Project) -> tuple[OutlineRow, ...]:
    return outline(project.graph, check(project))


def row(project: Project, thing: str) -> OutlineRow:
    return next(each for each in flattened(rows_of(project)) if each.thing == thing)


def test_nodes_stand_in_the_order_of_the_flow_with_their_connections_below() -> None:
    project = small_network()
    project = edits.add_node(project, edits.new_layer("Input"), (0.0, 300.0))  # added last, but data comes in here
    rows = rows_of(project)
    assert [each.title for each in rows][:2] == ["input_1", "input_2"]
    assert [each.title for each in rows][2:] == ["dense_1", "relu_1", "dense_2", "loss_1"]
    dense = row(project, "dense_1")
    assert [(child.kind, child.thing) for child in dense.children] == [
        ("input", Edge("input_1", "dense_1")),
        ("output", Edge("dense_1", "relu_1")),
    ]
    assert [child.other_end() for child in dense.children] == ["input_1", "relu_1"]
    assert dense.children[0].spoken == "Connection from input_1, shape 2."
    assert dense.children[1].spoken == "Connection to relu_1, shape 8."


def test_a_row_says_what_the_card_shows() -> None:
    dense = row(small_network(), "dense_1")
    assert (dense.title, dense.detail) == ("dense_1", "Dense 8")
    assert dense.facts == "24 parameters", "its shape is its headline, and once is enough"
    assert dense.spoken == "dense_1: Dense 8, output 8, 24 parameters, after input_1, before relu_1."
    relu = row(small_network(), "relu_1")
    assert (relu.detail, relu.facts) == ("ReLU", "8")
    loss = row(small_network(), "loss_1")
    assert (loss.detail, loss.facts) == ("Cross-entropy", "")


def test_a_problem_is_said_where_it_is() -> None:
    project = edits.disconnect(small_network(), (Edge("relu_1", "dense_2"),))
    dense = row(project, "dense_2")
    assert dense.problem
    assert f"Problem: {dense.problem}" in dense.spoken
    assert "output not known yet" in dense.spoken
    assert row(project, "input_1").problem == ""


def test_groups_are_around_their_layers_where_the_first_of_them_stands() -> None:
    project = group_edits.group(small_network(), ["dense_1", "relu_1"], "block")
    (inner,) = project.graph.groups
    project = group_edits.group(project, [inner.id, "dense_2"], "body")
    outer = next(each for each in project.graph.groups if each.id != inner.id)
    project = group_edits.set_repeat(project, inner.id, 1)
    rows = rows_of(project)
    assert [each.thing for each in rows] == ["input_1", outer.id, "loss_1"]
    assert [each.thing for each in rows[1].children] == [inner.id, "dense_2"]
    assert [each.thing for each in rows[1].children[0].children] == ["dense_1", "relu_1"]
    assert rows[1].title == "body"
    assert rows[1].spoken == "Group body, 3 layers, 42 parameters."
    things = [each.thing for each in flattened(rows) if each.kind == "node"]
    assert sorted(map(str, things)) == sorted(project.graph.by_id), "every node once"


def test_a_repeated_group_says_how_often() -> None:
    project = Project()
    for layer in (edits.new_layer("Input"), edits.new_layer("Dense").changed(units=2), edits.new_layer("Tanh")):
        project = edits.append(project, layer)
    project = group_edits.group(project, ["dense_1", "tanh_1"], "block")
    project = group_edits.set_repeat(project, project.graph.groups[0].id, 8)
    block = row(project, project.graph.groups[0].id)
    assert block.detail == "× 8"
    assert "2 layers, 8 times in a row" in block.spoken


def test_a_problem_inside_is_told_by_the_group() -> None:
    project = group_edits.group(small_network(), ["dense_1", "relu_1"], "block")
    group_id = project.graph.groups[0].id
    assert row(project, group_id).problem == ""
    broken = edits.disconnect(project, (Edge("dense_1", "relu_1"),))
    assert row(broken, group_id).problem
    assert "Something is wrong in it" in row(broken, group_id).spoken


def test_an_attached_activation_says_on_whose_card_it_is() -> None:
    project = group_edits.attach(small_network(), "relu_1")
    assert row(project, "relu_1").facts.endswith("on dense_1")


def test_what_goes_round_in_circles_is_listed_too() -> None:
    made = [partial(edits.add_node, layer=edits.new_layer("Add"), position=(0.0, 0.0))] * 2
    project = Project()
    for make in made:
        project = make(project)
    graph = project.graph
    cyclic = type(graph)(graph.nodes, (Edge("add_1", "add_2"), Edge("add_2", "add_1")))
    rows = outline(cyclic, check(Project(graph=cyclic)))
    assert {each.thing for each in rows} == {"add_1", "add_2"}
