"""What every edit leaves in order: groups and ports without gaps, nothing off the canvas or under a card it came off.

A graph in order is given back as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from deepviz.document import ends
from deepviz.document.graph import FARTHEST, Graph, Node, Position
from deepviz.document.layout import beyond


def settled(graph: Graph) -> Graph:
    """A graph without empty groups, with ports numbered from 0, and all things where they can be seen and saved."""
    return _within_canvas(_with_activations_placed(_with_ports_closed_up(_without_empty_groups(graph))))


def _without_empty_groups(graph: Graph) -> Graph:
    groups = tuple(group for group in graph.groups if graph.members(group.id))
    if len(groups) == len(graph.groups):
        return graph
    known = {"", *(group.id for group in groups)}
    return replace(graph, groups=groups, comments=tuple(each for each in graph.comments if each.group in known))


def _with_ports_closed_up(graph: Graph) -> Graph:
    """The input ports of each node are numbered from 0 without gaps."""
    inputs = (pair for node in graph.nodes for pair in enumerate(graph.inputs_of(node.id)))
    moved = {edge: replace(edge, port=number) for number, edge in inputs if edge.port != number}
    return replace(graph, edges=tuple(moved.get(edge, edge) for edge in graph.edges)) if moved else graph


def _with_activations_placed(graph: Graph) -> Graph:
    """An attached activation lies where its layer does. One that has come off it no longer lies under its card."""
    places: dict[str, Position] = {}
    for node in graph.nodes:
        if not node.attached:
            continue
        host = ends.host(graph, node.id)
        before = {graph.node(edge.source).position for edge in graph.inputs_of(node.id)}
        if host != node.id and graph.node(host).position != node.position:
            places[node.id] = graph.node(host).position
        elif host == node.id and node.position in before:
            places[node.id] = beyond(graph.flow, node.position)
    return replace(graph, nodes=with_places(graph.nodes, places)) if places else graph


def _within_canvas(graph: Graph) -> Graph:
    """Nothing is farther away than a file can tell."""
    if all(_is_within(node.position) for node in graph.nodes) and all(
        _is_within(comment.position) for comment in graph.comments
    ):
        return graph
    nodes = with_places(graph.nodes, {node.id: _moved_within(node.position) for node in graph.nodes})
    comments = tuple(replace(each, position=_moved_within(each.position)) for each in graph.comments)
    return replace(graph, nodes=nodes, comments=comments)


def with_places(nodes: tuple[Node, ...], places: Mapping[str, Position]) -> tuple[Node, ...]:
    """Nodes, some of them in another place; those that stay are the very same."""
    return tuple(
        node if places.get(node.id, node.position) == node.position else replace(node, position=places[node.id])
        for node in nodes
    )


def _is_within(position: Position) -> bool:
    x, y = position
    return -FARTHEST <= x <= FARTHEST and -FARTHEST <= y <= FARTHEST


def _moved_within(position: Position) -> Position:
    x, y = (min(max(-FARTHEST, number), FARTHEST) for number in position)  # in this order NaN is left out
    return x, y
