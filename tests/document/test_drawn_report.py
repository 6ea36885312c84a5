"""What is known about a network, told of its cards: sums for a closed group, problems and warnings at its card."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document.drawing import drawn
from deepviz.document.drawn_report import drawn_report
from deepviz.document.graph import Group
from deepviz.document.problems import DataFacts
from deepviz.document.project import Project
from deepviz.document.shapes import check
from tests.document.chains import chain

SPIRALS = DataFacts((2,), "classification", 2, 480)


def grouped(project: Project, *node_ids: str) -> Project:
    """Some nodes in one closed group."""
    nodes = tuple(replace(node, group="g" if node.id in node_ids else "") for node in project.graph.nodes)
    return replace(project, graph=replace(project.graph, nodes=nodes, groups=(Group("g", "block"),)))


def test_a_closed_group_has_the_sum_of_its_layers_and_their_warnings() -> None:
    layers = ("Dense", {"units": 8}), ("ReLU", {}), ("Dense", {"units": 2}), ("Softmax", {})
    project = grouped(
        chain(("Input", {}), *layers, ("SoftmaxCrossEntropy", {})), "dense_1", "relu_1", "dense_2", "softmax_1"
    )
    report = drawn_report(check(project, SPIRALS), drawn(project.graph))
    assert report.macs["g"] == 2 * 8 + 8 * 2
    assert report.parameters["g"] == 24 + 18
    assert [warning.where for warning in report.warnings] == ["g"]
    assert report.problems == ()


def test_what_is_not_known_of_one_layer_is_not_known_of_its_group() -> None:
    project = grouped(chain(("Input", {"shape": (8, 8, 1)}), ("Dense", {})), "dense_1")
    assert drawn_report(check(project, None), drawn(project.graph)).macs["g"] is None
