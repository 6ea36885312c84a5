"""A graph as `Network.from_graph` takes it: layers with names, and the edges between them, in any order.

Anything that has nodes and edges will do, such as what was drawn; the classes here are for graphs that were not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from deepviz.engine.layer import Layer


class NodeLike(Protocol):
    """A layer with a name, as `Network.from_graph` takes it."""

    @property
    def id(self) -> str: ...
    @property
    def layer(self) -> Any: ...


class EdgeLike(Protocol):
    """A connection from one node's output to another's input port."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def port(self) -> int: ...


class GraphLike(Protocol):
    """Nodes and edges in any order."""

    @property
    def nodes(self) -> Iterable[NodeLike]: ...
    @property
    def edges(self) -> Iterable[EdgeLike]: ...


@dataclass(frozen=True)
class Node:
    """A layer with a name, and nothing else."""

    id: str
    layer: Layer


@dataclass(frozen=True)
class Edge:
    """A connection, and nothing else."""

    source: str
    target: str
    port: int = 0


@dataclass(frozen=True)
class Graph:
    """Nodes and edges, and nothing else: for graphs that were not drawn."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]


class GraphError(ValueError):
    """A graph that is no network: no or several inputs or outputs, a cycle, an unknown node, a missing connection."""
