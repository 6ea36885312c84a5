"""Which layers training leaves as they are: freezing them and letting them learn again, as edits of a project.

A card that stands for several layers means all of them; layers without parameters have nothing to freeze.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from deepviz.document import ends
from deepviz.document.edits import EditError
from deepviz.document.graph import Graph
from deepviz.document.project import Project
from deepviz.engine.weighted import Trained

NOTHING = "Nothing here has parameters, so there is nothing to freeze. Dense and convolutions have, for example."


def with_parameters(graph: Graph, cards: Collection[str]) -> tuple[str, ...]:
    """The nodes that cards stand for and that can be frozen, in the order of the cards.

    Raises
    ------
    KeyError
        If there is no such node or group.
    """
    return tuple(each for each in ends.all_members(graph, cards) if isinstance(graph.node(each).layer, Trained))


def are_frozen(graph: Graph, cards: Collection[str]) -> bool:
    """Whether cards have layers with parameters, and all of these are frozen."""
    layers = [graph.node(each).layer for each in with_parameters(graph, cards)]
    return bool(layers) and all(isinstance(layer, Trained) and layer.frozen for layer in layers)


def set_frozen(project: Project, cards: Collection[str], frozen: bool) -> Project:
    """Have training leave all layers of some cards as they are, or change them.

    Raises
    ------
    EditError
        If none of them has parameters.
    """
    graph = project.graph
    chosen = set(with_parameters(graph, cards))
    if not chosen:
        raise EditError(NOTHING)
    nodes = tuple(
        replace(node, layer=node.layer.changed(trainable=not frozen)) if node.id in chosen else node
        for node in graph.nodes
    )
    return replace(project, graph=replace(graph, nodes=nodes))
