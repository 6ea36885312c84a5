"""What stands behind a card of the canvas: which layers, where data comes in, where it goes out.

A card shows a node, with the activation attached to it if there is one, or a whole group. Its id is that of the node or
group. For a graph without groups and attached activations everything here gives back what it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deepviz.document.graph import Edge, Graph, Node
from deepviz.engine.layer import Layer


def is_attached(graph: Graph, node_id: str) -> bool:
    """Whether a node is drawn on the card of the layer before it: it wants to, and nothing stands in the way."""
    return graph.node(node_id).attached and can_be_attached(graph, node_id)


def can_be_attached(graph: Graph, node_id: str) -> bool:
    """Whether a node could be drawn on the card of the layer before it.

    It must be an activation, the only one that follows that layer, and in the same group.
    """
    node, into = graph.node(node_id), graph.inputs_of(node_id)
    if not is_activation(node) or len(into) != 1:
        return False
    host = graph.node(into[0].source)
    return len(graph.outputs_of(host.id)) == 1 and host.group == node.group and can_hold_activation(host)


def is_activation(node: Node) -> bool:
    """Whether a node is an activation function."""
    return isinstance(node.layer, Layer) and node.layer.category == "Activation"


def can_hold_activation(node: Node) -> bool:
    """Whether the card of a node has room for an activation: it computes something of its inputs, linearly."""
    return isinstance(node.layer, Layer) and node.takes_input and not is_activation(node)


def attached(graph: Graph, node_id: str) -> str | None:
    """The activation that is drawn on the card of a node; None if there is none."""
    follower = next(iter(graph.outputs_of(node_id)), None)
    return follower.target if follower is not None and is_attached(graph, follower.target) else None


def host(graph: Graph, node_id: str) -> str:
    """The node on whose card a node is drawn: itself, unless it is attached."""
    return graph.inputs_of(node_id)[0].source if is_attached(graph, node_id) else node_id


def members(graph: Graph, card: str) -> tuple[str, ...]:
    """The nodes that a card stands for.

    Raises
    ------
    KeyError
        If there is no such node or group.
    """
    if card in graph.groups_by_id:
        return graph.members(card)
    follower = attached(graph, graph.node(card).id)
    return (card,) if follower is None else (card, follower)


def all_members(graph: Graph, cards: Iterable[str]) -> tuple[str, ...]:
    """The nodes that several cards stand for, each once."""
    return tuple(dict.fromkeys(node_id for card in cards for node_id in members(graph, card)))


def exits(graph: Graph, card: str) -> tuple[str, ...]:
    """The nodes of a card whose outputs leave it; if none does, those that lead nowhere."""
    inside = members(graph, card)
    known = set(inside)
    leading = [each for each in inside if any(edge.target not in known for edge in graph.outputs_of(each))]
    open_ends = [each for each in inside if not graph.outputs_of(each) and not graph.node(each).is_loss]
    return tuple(leading or open_ends)


def entries(graph: Graph, card: str) -> tuple[tuple[Edge, ...], ...]:
    """The edges that come into a card, for each of its input ports.

    A node has the ports of its layer. A group has one for each node outside that data comes from.
    """
    if card not in graph.groups_by_id:
        return tuple((edge,) for edge in graph.inputs_of(card))
    inside = set(graph.members(card))
    found: dict[str, list[Edge]] = {}
    for node_id in graph.members(card):
        for edge in graph.inputs_of(node_id):
            if edge.source not in inside:
                found.setdefault(edge.source, []).append(edge)
    return tuple(tuple(edges) for edges in found.values())


def open_inputs(graph: Graph, card: str) -> tuple[str, ...]:
    """The nodes of a card that take an input and have none."""
    return tuple(
        node_id for node_id in members(graph, card) if graph.node(node_id).takes_input and not graph.inputs_of(node_id)
    )


def real_edges(graph: Graph, drawn: Edge) -> tuple[Edge, ...]:
    """The edges of the graph that an edge between two cards stands for; none if there is no such edge."""
    if drawn.source not in graph.by_id and drawn.source not in graph.groups_by_id:
        return ()
    if drawn.target in graph.groups_by_id:
        ports = entries(graph, drawn.target)
        arriving = ports[drawn.port] if drawn.port < len(ports) else ()
    else:
        arriving = tuple(edge for edge in graph.inputs_of(drawn.target) if edge.port == drawn.port)
    return arriving if arriving and arriving[0].source in members(graph, drawn.source) else ()


def all_real_edges(graph: Graph, drawn: Iterable[Edge]) -> tuple[Edge, ...]:
    """The edges of the graph that several drawn ones stand for, each once."""
    return tuple(dict.fromkeys(edge for each in drawn for edge in real_edges(graph, each)))


def group_around(graph: Graph, card: str) -> str:
    """The group that a card lies in; empty if in none."""
    return graph.groups_by_id[card].parent if card in graph.groups_by_id else graph.node(card).group


def common_group(graph: Graph, node_ids: Sequence[str]) -> str:
    """The innermost group that all of these nodes lie in; empty if there is none."""
    ways = [graph.way_up(graph.node(node_id).group) for node_id in node_ids]
    return next((group for group in ways[0] if all(group in way for way in ways)), "") if ways else ""
