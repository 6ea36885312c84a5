"""From a graph to layers in a row: who comes after whom, and what shapes everyone meets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from deepviz.engine.layer import Layer
from deepviz.engine.layers.input import Input
from deepviz.engine.shapes import Shape, ShapeError


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


EdgeKey = tuple[str, str, int]
"""A connection: the node it starts at, the node it ends at, and which of its inputs."""


@dataclass(frozen=True)
class WiredNode:
    """A layer in its place: its name, where its inputs come from, and the shapes it meets."""

    id: str
    layer: Layer
    sources: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape


def wired(graph: GraphLike) -> list[WiredNode]:
    """Put the nodes of a graph in order, the Input first and the output last, and give each its shapes.

    Raises
    ------
    GraphError
        If the graph is not connected into one network that flows one way.
    ShapeError
        If a layer cannot take what reaches it.
    """
    layers: dict[str, Layer] = {}
    for node in graph.nodes:
        if node.id in layers:
            raise GraphError(f"Two nodes are called {node.id}.")
        layers[node.id] = node.layer
    incoming: dict[str, list[EdgeLike]] = {node_id: [] for node_id in layers}
    leaving: dict[str, list[EdgeLike]] = {node_id: [] for node_id in layers}
    for edge in graph.edges:
        for end in (edge.source, edge.target):
            if end not in layers:
                raise GraphError(f"An edge names {end}, but there is no such node.")
        incoming[edge.target].append(edge)
        leaving[edge.source].append(edge)
    inputs = [node_id for node_id, layer in layers.items() if isinstance(layer, Input)]
    if len(inputs) != 1:
        raise GraphError(f"A network has one Input; this one has {len(inputs)}.")
    outputs = [node_id for node_id in layers if not leaving[node_id]]
    if len(outputs) != 1:
        which = ", ".join(outputs) or "all go in circles"
        raise GraphError(f"One node is the output; {len(outputs)} lead nowhere ({which}).")

    done: dict[str, WiredNode] = {}
    place = {node_id: number for number, node_id in enumerate(layers)}
    missing = {node_id: len(edges) for node_id, edges in incoming.items()}
    ready = [node_id for node_id in layers if not missing[node_id]]
    while ready:
        for node_id in ready:
            layer = layers[node_id]
            sources = tuple(edge.source for edge in sorted(incoming[node_id], key=lambda edge: edge.port))
            low, high = layer.minimum_inputs, layer.maximum_inputs
            if len(sources) < low or (high is not None and len(sources) > high):
                wanted = low if low == high else f"at least {low}" if high is None else f"{low} to {high}"
                raise GraphError(f"{node_id} has {len(sources)} inputs; it takes {wanted}.")
            if sorted(edge.port for edge in incoming[node_id]) != list(range(len(sources))):
                ports = ", ".join(str(edge.port) for edge in incoming[node_id])
                raise GraphError(f"The {len(sources)} inputs of {node_id} are counted from 0, each once; not {ports}.")
            shapes = tuple(done[source].output_shape for source in sources)
            try:
                done[node_id] = WiredNode(node_id, layer, sources, shapes, layer.output_shape(shapes))
            except ShapeError as error:
                raise ShapeError(f"{node_id}: {error}", error.insert, error.change) from None
        for edge in (edge for node_id in ready for edge in leaving[node_id]):
            missing[edge.target] -= 1
        following = {edge.target for node_id in ready for edge in leaving[node_id] if not missing[edge.target]}
        ready = sorted(following, key=place.__getitem__)
    if len(done) < len(layers):
        stuck = next(node_id for node_id in layers if node_id not in done)
        raise GraphError(f"{stuck} is on a cycle or behind one; data must flow one way.")
    return _input_first_output_last(list(done.values()), inputs[0], outputs[0])


def _input_first_output_last(nodes: list[WiredNode], first: str, last: str) -> list[WiredNode]:
    middle = [node for node in nodes if node.id not in (first, last)]
    by_id = {node.id: node for node in nodes}
    return [by_id[first], *middle, *([by_id[last]] if last != first else [])]
