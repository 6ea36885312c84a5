"""The graph that a user draws: nodes placed on a plane, and edges between them. It is a value.

A graph may be unfinished or wrong; `shapes.check` says what is wrong with it, and where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss

Position = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """A layer or a loss, placed in a graph.

    Attributes
    ----------
    id
        Unique in its graph: the type and a running number, such as ``dense_1``.
    layer
        The layer or loss with its hyperparameters.
    position
        Left and top of its card, in scene units (pixels at 100 %).
    """

    id: str
    layer: Layer | Loss
    position: Position = (0.0, 0.0)

    @property
    def is_loss(self) -> bool:
        """Whether this node is where the loss is computed."""
        return isinstance(self.layer, Loss)


@dataclass(frozen=True, order=True)
class Edge:
    """A connection from the output of one node to an input port (counted from 0) of another."""

    source: str
    target: str
    port: int = 0


@dataclass(frozen=True)
class Graph:
    """Nodes in the order they were added, and edges."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = field(default=())

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Nodes by their id."""
        return {node.id: node for node in self.nodes}

    def node(self, node_id: str) -> Node:
        """The node with this id.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self.by_id[node_id]

    @cached_property
    def _edges_by_target(self) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.target, []).append(edge)
        return {target: tuple(sorted(edges, key=lambda edge: edge.port)) for target, edges in found.items()}

    @cached_property
    def _edges_by_source(self) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append(edge)
        return {source: tuple(edges) for source, edges in found.items()}

    def inputs_of(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that end at a node, by port."""
        return self._edges_by_target.get(node_id, ())

    def outputs_of(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that start at a node."""
        return self._edges_by_source.get(node_id, ())

    def reaches(self, start: str, goal: str) -> bool:
        """Whether there is a way along the edges from one node to another (a node reaches itself)."""
        seen, waiting = set(), [start]
        while waiting:
            current = waiting.pop()
            if current == goal:
                return True
            if current not in seen:
                seen.add(current)
                waiting.extend(edge.target for edge in self.outputs_of(current))
        return False

    def in_order(self) -> tuple[list[str], list[str]]:
        """Node ids such that every edge points forward, and those on a cycle or behind one, which cannot be ordered."""
        waiting = {node.id: len(self.inputs_of(node.id)) for node in self.nodes}
        ready = [node_id for node_id, count in waiting.items() if count == 0]
        order: list[str] = []
        for node_id in ready:
            order.append(node_id)
            for edge in self.outputs_of(node_id):
                waiting[edge.target] -= 1
                if waiting[edge.target] == 0:
                    ready.append(edge.target)
        done = set(order)
        return order, [node.id for node in self.nodes if node.id not in done]
