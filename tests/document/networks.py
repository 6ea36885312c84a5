"""Small networks for tests of how they are drawn and edited: branches, groups in groups, attached activations."""

from __future__ import annotations

from deepviz.document import edits, group_edits
from deepviz.document.graph import Graph
from deepviz.document.project import Project


def row(*keys: str) -> Project:
    """Layers in a row, by their keys."""
    project = Project()
    for key in keys:
        project = edits.append(project, edits.new_layer(key))
    return project


def block() -> Project:
    """A collapsed group (group_1) of dense_2, relu_1 and add_1 that dense_1 leads into twice: to dense_2 and to add_1.

    After it come dense_3 and loss_1, before it input_1.
    """
    project = row("Input", "Dense", "Dense", "ReLU", "Add", "Dense", "SoftmaxCrossEntropy")
    project = edits.connect(project, "dense_1", "add_1")
    return group_edits.group(project, ["dense_2", "relu_1", "add_1"], "block")


def nested() -> Project:
    """The block with dense_2 and relu_1 in a group of their own (group_2) inside of it."""
    return group_edits.group(block(), ["dense_2", "relu_1"], "inner")


def two_groups() -> Project:
    """input_1, then group_1 of dense_1 and dense_2, both of which lead into add_1 of group_2, with dense_3 after that.

    dense_1 leads to dense_2 as well.
    """
    project = row("Input", "Dense", "Dense", "Add", "Dense")
    project = edits.connect(project, "dense_1", "add_1")
    project = group_edits.group(project, ["dense_1", "dense_2"], "first")
    return group_edits.group(project, ["add_1", "dense_3"], "second")


def with_activation() -> Project:
    """input_1, dense_1 with relu_1 attached to it, dense_2."""
    return group_edits.attach(row("Input", "Dense", "ReLU", "Dense"), "relu_1")


def pairs(graph: Graph) -> set[str]:
    """The edges as ``source>target``, with ``:port`` for ports other than the first."""
    return {f"{edge.source}>{edge.target}" + (f":{edge.port}" if edge.port else "") for edge in graph.edges}


def places(graph: Graph) -> dict[str, tuple[float, float]]:
    """Where each node is."""
    return {node.id: node.position for node in graph.nodes}
