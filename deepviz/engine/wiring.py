"""From a graph to layers in a row: who comes after whom, and what shapes everyone meets.

The order is a topological one, found by Kahn's algorithm (Kahn 1962): take what waits for nobody, then what waits only
for what is taken, and so on. What is never taken is on a cycle, or behind one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deepviz.engine.graph import EdgeLike, GraphError, GraphLike
from deepviz.engine.layer import Layer
from deepviz.engine.layers.input import Input
from deepviz.engine.shapes import Shape, ShapeError

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
    for node_id in _in_order(incoming, leaving):
        done[node_id] = _in_its_place(node_id, layers[node_id], incoming[node_id], done)
    if len(done) < len(layers):
        stuck = next(node_id for node_id in layers if node_id not in done)
        raise GraphError(f"{stuck} is on a cycle or behind one; data must flow one way.")
    return _input_first_output_last(list(done.values()), inputs[0], outputs[0])


def _in_order(incoming: Mapping[str, Sequence[EdgeLike]], leaving: Mapping[str, Sequence[EdgeLike]]) -> Iterator[str]:
    """Nodes in an order such that each comes after those that feed it; those on a cycle, or behind one, are left out.

    Of nodes that could come next at the same time, the one that the graph names first comes first.
    """
    place = {node_id: number for number, node_id in enumerate(incoming)}
    missing = {node_id: len(edges) for node_id, edges in incoming.items()}
    ready = [node_id for node_id in incoming if not missing[node_id]]
    while ready:
        yield from ready
        edges = [edge for node_id in ready for edge in leaving[node_id]]
        for edge in edges:
            missing[edge.target] -= 1
        ready = sorted({edge.target for edge in edges if not missing[edge.target]}, key=place.__getitem__)


def _in_its_place(node_id: str, layer: Layer, incoming: Sequence[EdgeLike], done: Mapping[str, WiredNode]) -> WiredNode:
    """A node with its sources in the order of its input ports, and its shapes. Errors are those of `wired`."""
    edges = sorted(incoming, key=lambda edge: edge.port)
    low, high = layer.minimum_inputs, layer.maximum_inputs
    if len(edges) < low or (high is not None and len(edges) > high):
        wanted = low if low == high else f"at least {low}" if high is None else f"{low} to {high}"
        raise GraphError(f"{node_id} has {len(edges)} inputs; it takes {wanted}.")
    if [edge.port for edge in edges] != list(range(len(edges))):
        ports = ", ".join(str(edge.port) for edge in incoming)
        raise GraphError(f"The {len(edges)} inputs of {node_id} are counted from 0, each once; not {ports}.")
    sources = tuple(edge.source for edge in edges)
    shapes = tuple(done[source].output_shape for source in sources)
    try:
        return WiredNode(node_id, layer, sources, shapes, layer.output_shape(shapes))
    except ShapeError as error:
        raise ShapeError(f"{node_id}: {error}", error.insert, error.change) from None


def _input_first_output_last(nodes: list[WiredNode], first: str, last: str) -> list[WiredNode]:
    middle = [node for node in nodes if node.id not in (first, last)]
    by_id = {node.id: node for node in nodes}
    return [by_id[first], *middle, *([by_id[last]] if last != first else [])]
