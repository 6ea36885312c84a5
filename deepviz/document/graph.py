"""The graph that a user draws: nodes placed on a plane, edges between them, groups of nodes, comments. It is a value.

A graph may be unfinished or wrong; `shapes.check` says what is wrong with it, and where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss

Position = tuple[float, float]

Flow = Literal["right", "down"]
"""Which way data is drawn to flow: from the left to the right, or from the top to the bottom."""

FARTHEST = 1e7
"""How far from the middle of the canvas anything may be, in scene units."""


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
    group
        Id of the group that it lies in; empty if in none.
    attached
        Whether it is to be drawn on the card of the layer before it rather than on a card of its own. That is a wish:
        `ends.is_attached` says whether it can be granted.
    """

    id: str
    layer: Layer | Loss
    position: Position = (0.0, 0.0)
    group: str = ""
    attached: bool = False

    @property
    def is_loss(self) -> bool:
        """Whether this node is where the loss is computed."""
        return isinstance(self.layer, Loss)

    @property
    def takes_input(self) -> bool:
        """Whether data can be led to this node; not so to where it comes in."""
        return self.layer.maximum_inputs != 0


@dataclass(frozen=True, order=True)
class Edge:
    """A connection from the output of one node to an input port (counted from 0) of another."""

    source: str
    target: str
    port: int = 0


@dataclass(frozen=True)
class Group:
    """Nodes under a common name, which can be drawn as one card. Each of them names it as its group.

    Attributes
    ----------
    id
        Unique among the nodes and groups of its graph, such as ``group_1``.
    name
        What people call it, such as ``residual block``.
    parent
        Id of the group that it lies in; empty if in none.
    repeat
        How many times its layers stand in a row, each time with weights of their own.
    collapsed
        Whether it is drawn as one card.
    """

    id: str
    name: str
    parent: str = ""
    repeat: int = 1
    collapsed: bool = True


@dataclass(frozen=True)
class Comment:
    """A note on the canvas. It means nothing to the network.

    Attributes
    ----------
    id
        Unique among the comments of its graph, such as ``comment_1``.
    text
        What it says; it may have several lines.
    position
        Left and top, in scene units.
    size
        Width and height, in scene units.
    group
        Id of the group inside of which it is seen; empty for none.
    """

    id: str
    text: str
    position: Position = (0.0, 0.0)
    size: tuple[float, float] = (216.0, 96.0)
    group: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes in the order they were added, edges, groups and comments; and which way its data is drawn to flow."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = field(default=())
    groups: tuple[Group, ...] = ()
    comments: tuple[Comment, ...] = ()
    flow: Flow = "right"

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
    def groups_by_id(self) -> Mapping[str, Group]:
        """Groups by their id."""
        return {group.id: group for group in self.groups}

    def way_up(self, group_id: str) -> tuple[str, ...]:
        """A group, the group that it lies in, and so on; empty for no group."""
        found: list[str] = []
        while group_id in self.groups_by_id and group_id not in found:
            found.append(group_id)
            group_id = self.groups_by_id[group_id].parent
        return tuple(found)

    @cached_property
    def _nodes_by_group(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for node in self.nodes:
            for group_id in self.way_up(node.group):
                found.setdefault(group_id, []).append(node.id)
        return {group_id: tuple(members) for group_id, members in found.items()}

    def members(self, group_id: str) -> tuple[str, ...]:
        """Ids of all nodes in a group and in the groups in it, in the order they were added."""
        return self._nodes_by_group.get(group_id, ())

    @cached_property
    def layers_written_out(self) -> int:
        """How many nodes there are if each counts as often as the groups around it are repeated."""
        ways = (self.way_up(node.group) for node in self.nodes)
        return sum(math.prod(self.groups_by_id[group_id].repeat for group_id in way) for way in ways)

    @cached_property
    def _edges_by_target(self) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(edge.target, []).append(edge)
        return {
            target: tuple(edges) if len(edges) == 1 else tuple(sorted(edges, key=lambda edge: edge.port))
            for target, edges in found.items()
        }

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

    def reached_from(self, start: str) -> set[str]:
        """Ids of all nodes that there is a way to along the edges from a node, itself among them."""
        return _met(start, lambda node_id: (edge.target for edge in self.outputs_of(node_id)))

    def leading_to(self, goal: str) -> set[str]:
        """Ids of all nodes that there is a way from along the edges to a node, itself among them."""
        return _met(goal, lambda node_id: (edge.source for edge in self.inputs_of(node_id)))

    def reaches(self, start: str, goal: str) -> bool:
        """Whether there is a way along the edges from one node to another (a node reaches itself)."""
        return goal in self.reached_from(start)

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


def _met(start: str, beside: Callable[[str], Iterable[str]]) -> set[str]:
    """All that is met by going from one to those beside it, and on from there."""
    seen, waiting = {start}, [start]
    while waiting:
        new = [other for other in beside(waiting.pop()) if other not in seen]
        seen.update(new)
        waiting += new
    return seen
