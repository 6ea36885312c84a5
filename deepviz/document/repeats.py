"""Groups that are repeated, written out: the graph as it is trained, with every repetition as layers of its own.

The first repetition keeps the ids of its nodes; those of later ones carry their number, as in ``conv2d_1.3``. Data goes
through the repetitions one after the other, so a repeated group needs one way in and one way out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deepviz.document import ends
from deepviz.document.graph import Edge, Graph, Node
from deepviz.engine.layers.input import Input
from deepviz.numerals import thousands

MOST_LAYERS = 5_000
"""Layers that a network with repetitions may have, all of them counted: they are checked while somebody types."""


@dataclass(frozen=True)
class Unrolled:
    """A graph with its repeated groups written out.

    Attributes
    ----------
    graph
        Nodes and edges without groups.
    origin
        For each of its nodes the node that was drawn.
    passes
        For each of its nodes which repetition it is in, from 1, for each repeated group around it, outer ones first.
    edges
        For each drawn edge the one that takes its place: what leaves a repeated group leaves its last repetition.
    """

    graph: Graph
    origin: Mapping[str, str]
    passes: Mapping[str, tuple[int, ...]]
    edges: Mapping[Edge, Edge]

    def repetitions(self) -> dict[Edge, tuple[Edge, ...]]:
        """For each drawn edge all those that take its place, one for each repetition of what it lies in.

        What leads from one repetition to the next was never drawn, and is left out.
        """
        found: dict[Edge, list[Edge]] = {drawn: [] for drawn in self.edges}
        for edge in self.graph.edges:
            drawn = Edge(self.origin[edge.source], self.origin[edge.target], edge.port)
            if drawn in found:
                found[drawn].append(edge)
        return {drawn: tuple(edges) for drawn, edges in found.items()}


def unrolled(graph: Graph) -> Unrolled:
    """Write out all repeated groups that can be repeated."""
    repeated = [group for group in graph.groups if group.repeat > 1 and not obstacle(graph, group.id)]
    if not repeated:
        same = {node.id: node.id for node in graph.nodes}
        plain = replace(graph, groups=(), comments=()) if graph.groups or graph.comments else graph
        return Unrolled(plain, same, dict.fromkeys(same, ()), {edge: edge for edge in graph.edges})
    work = _Work(graph)
    for group in sorted(repeated, key=lambda group: -len(graph.way_up(group.id))):
        work.repeat(graph.members(group.id), group.repeat)
    return work.finished()


def obstacle(graph: Graph, group_id: str) -> str:
    """Why a group cannot be repeated as often as it is to be, in words; empty if it can."""
    if graph.layers_written_out > MOST_LAYERS:
        layers = f"{thousands(graph.layers_written_out)}"
        return f"all repetitions together would be {layers} layers, and at most {thousands(MOST_LAYERS)} are possible"
    inside = set(graph.members(group_id))
    entering = ends.entries(graph, group_id)
    leaving = [each for each in inside if any(edge.target not in inside for edge in graph.outputs_of(each))]
    open_ends = [each for each in inside if not graph.outputs_of(each)]
    if any(graph.node(each).is_loss for each in inside):
        return "a loss cannot be repeated"
    if any(isinstance(graph.node(each).layer, Input) for each in inside):
        return "an Input cannot be repeated"
    if len(entering) != 1:
        return f"it needs one way in, but it has {len(entering) or 'none'}"
    if len(leaving) > 1:
        return f"it needs one way out, but {' and '.join(sorted(leaving))} lead out of it"
    if not leaving and len(open_ends) != 1:
        return "it needs one way out, but it has none" if not open_ends else "it has several open ends"
    return ""


Name = tuple[str, tuple[int, ...]]
"""A node's own id and the numbers of its repetitions, outer ones first."""


class _Work:
    """A graph in the course of being written out, its nodes under names that cannot be mistaken."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: dict[Name, Node] = {(node.id, ()): node for node in graph.nodes}
        self.edges: list[tuple[Name, Name, int]] = [
            ((edge.source, ()), (edge.target, ()), edge.port) for edge in graph.edges
        ]
        self.came_of: list[Edge | None] = list(graph.edges)

    def repeat(self, members: Sequence[str], count: int) -> None:
        """Put `count` repetitions of some nodes in the place of them, each behind the one before it."""
        chosen = set(members)
        inside = [name for name in self.nodes if name[0] in chosen]
        kept = set(inside)
        out = {source for source, target, _ in self.edges if source in kept and target not in kept}
        leading = {source for source, _, _ in self.edges}
        exit_ = next(iter(out or [name for name in inside if name not in leading]))
        nodes: dict[Name, Node] = {}
        for name, node in self.nodes.items():
            if name in kept:
                nodes |= {(name[0], (number, *name[1])): node for number in range(1, count + 1)}
            else:
                nodes[name] = node
        edges: list[tuple[Name, Name, int]] = []
        came_of: list[Edge | None] = []
        for (source, target, port), edge in zip(self.edges, self.came_of, strict=True):
            if target not in kept:
                edges.append((_nth(source, count) if source in kept else source, target, port))
                came_of.append(edge)
                continue
            for number in range(1, count + 1):
                before = _nth(exit_, number - 1) if number > 1 else source
                edges.append((_nth(source, number) if source in kept else before, _nth(target, number), port))
                came_of.append(edge if number == 1 else None)
        self.nodes, self.edges, self.came_of = nodes, edges, came_of

    def finished(self) -> Unrolled:
        """The graph that came of it."""
        ids = self._ids()
        nodes = tuple(
            replace(node, id=ids[name], group="") if node.group or ids[name] != node.id else node
            for name, node in self.nodes.items()
        )
        edges = tuple(Edge(ids[source], ids[target], port) for source, target, port in self.edges)
        return Unrolled(
            Graph(nodes, edges),
            {ids[name]: name[0] for name in self.nodes},
            {ids[name]: name[1] for name in self.nodes},
            {drawn: edge for drawn, edge in zip(self.came_of, edges, strict=True) if drawn is not None},
        )

    def _ids(self) -> dict[Name, str]:
        """An id for each name. Should someone have called a node ``a.2``, more dots keep the added ones apart."""
        dots = "."
        while True:
            ids = {
                name: name[0] if set(name[1]) <= {1} else name[0] + dots + ".".join(map(str, name[1]))
                for name in self.nodes
            }
            if len(set(ids.values())) == len(ids):
                return ids
            dots += "."


def _nth(name: Name, number: int) -> Name:
    return name[0], (number, *name[1])
