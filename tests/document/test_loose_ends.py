"""What is not connected: the nearest output is offered, and only one that the layer takes and that makes no cycle."""

from __future__ import annotations

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.problems import DataFacts, Problem
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.engine import layers, losses
from tests.document.chains import chain

SPIRALS = DataFacts((2,), "classification", 2, 480)
GOOD = chain(("Input", {}), ("Dense", {"units": 8}), ("ReLU", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {}))


def missing(project: Project, node_id: str) -> Problem:
    return next(each for each in check(project, SPIRALS).problems if each.where == node_id)


def offer(project: Project, node_id: str) -> list[str]:
    return [repair.label for repair in missing(project, node_id).repairs]


def test_an_open_end_comes_before_an_output_in_use() -> None:
    cut = edits.disconnect(GOOD, [Edge("relu_1", "dense_2")])
    assert offer(cut, "dense_2") == ["Connect to the output of relu_1"]
    mended = missing(cut, "dense_2").repairs[0].edit(cut)
    assert check(mended, SPIRALS).problems == ()
    assert mended.graph.inputs_of("dense_2") == (Edge("relu_1", "dense_2"),)


def test_of_outputs_in_use_the_nearest_to_the_left_is_meant() -> None:
    left, top = GOOD.graph.node("relu_1").position
    project = edits.add_node(GOOD, layers.Tanh(), (left + 210.0, top + 150.0))
    assert offer(project, "tanh_1") == ["Connect to the output of relu_1"]
    project = edits.add_node(GOOD, layers.Tanh(), (left - 10.0, top + 150.0))
    assert offer(project, "tanh_1") == ["Connect to the output of dense_1"]


def test_of_outputs_in_use_what_it_does_not_take_is_not_offered() -> None:
    images = chain(("Input", {"shape": (8, 8, 1)}), ("Flatten", {}), ("Dense", {}), ("SoftmaxCrossEntropy", {}))
    project = edits.add_node(images, layers.Conv2D(), (900.0, 0.0))
    assert offer(project, "conv2d_1") == ["Connect to the output of input_1"], "all others are flat"


def test_an_open_end_is_meant_also_if_its_shape_has_to_be_mended_next() -> None:
    images = chain(("Input", {"shape": (8, 8, 1)}), ("Conv2D", {}))
    project = edits.add_node(images, layers.Dense(), (900.0, 0.0))
    assert offer(project, "dense_1") == ["Connect to the output of conv2d_1"]
    mended = missing(project, "dense_1").repairs[0].edit(project)
    assert offer(mended, "dense_1") == ["Insert Flatten"]


def test_a_cycle_is_not_offered() -> None:
    nodes = (Node("a", layers.Tanh()), Node("b", layers.Tanh(), (300.0, 0.0)))
    project = Project(graph=Graph(nodes, (Edge("a", "b"),)))
    assert offer(project, "a") == []


def test_a_sum_is_offered_another_output_than_it_has() -> None:
    project = edits.add_node(GOOD, layers.Add(), (432.0, 200.0))
    project = edits.connect(project, "relu_1", "add_1")
    problem = missing(project, "add_1")
    assert "needs at least 2 inputs" in problem.text
    assert [repair.label for repair in problem.repairs] == ["Connect to the output of dense_1"]
    mended = problem.repairs[0].edit(project)
    assert [edge.source for edge in mended.graph.inputs_of("add_1")] == ["relu_1", "dense_1"]


def test_a_loss_is_never_an_output() -> None:
    alone = Project(graph=Graph((Node("loss", losses.Hinge()), Node("tanh", layers.Tanh(), (300.0, 0.0)))))
    assert offer(alone, "tanh") == []


def test_a_loss_is_offered_the_open_end_whatever_its_units() -> None:
    project = edits.disconnect(GOOD, [Edge("dense_2", "loss_1")])
    assert offer(project, "loss_1") == ["Connect to the output of dense_2"]
    wide = edits.set_layer(project, "dense_2", layers.Dense(units=5))
    assert offer(wide, "loss_1") == ["Connect to the output of dense_2"]
    mended = missing(wide, "loss_1").repairs[0].edit(wide)
    assert offer(mended, "loss_1") == ["Set units to 2"]
