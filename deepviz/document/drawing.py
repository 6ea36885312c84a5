"""The graph as it is drawn: what is collapsed is one card, what is attached has none, and a group can be looked into.

A drawing is a graph again, so whoever draws one need not know about groups. What its cards and edges stand for is in
`members` and `real`; the functions of `edits` take ids of cards, and so need no translation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

from deepviz.document import ends
from deepviz.document.graph import Comment, Edge, Graph, Group, Node, Position
from deepviz.document.layout import across, along, beyond
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.shapes import Shape

OUTSIDE_GAP = 0.2
"""How much farther than their neighbours cards outside stand from those inside, in cards."""


class GroupCard(Layer):
    """Several layers under one name. Before a network runs, its groups are written out; so this is only ever drawn."""

    key: ClassVar[str] = "Group"
    category: ClassVar[str] = "Group"
    minimum_inputs: ClassVar[int] = 0
    maximum_inputs: ClassVar[int | None] = None

    name: str
    repeat: int = 1
    layers: int = 0
    inputs: int = 0
    has_output: bool = True

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        raise TypeError("A group is drawn, not run.")

    def forward(self, *_: object) -> tuple[object, Kept]:  # type: ignore[override] # refuses whatever it is given
        raise TypeError("A group is drawn, not run.")

    def backward(self, *_: object) -> Sequence[object]:  # type: ignore[override] # refuses whatever it is given
        raise TypeError("A group is drawn, not run.")

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return []

    def headline(self) -> str:
        return f"× {self.repeat}" if self.repeat > 1 else ""


@dataclass(frozen=True)
class Frame:
    """A group that is drawn open: a frame around its cards.

    Attributes
    ----------
    group
        The group.
    cards
        Ids of the cards inside of it, also of those in frames inside of it.
    depth
        How many frames it lies in.
    """

    group: Group
    cards: tuple[str, ...]
    depth: int = 0


@dataclass(frozen=True)
class Drawing:
    """What is drawn of a graph.

    Attributes
    ----------
    source
        The graph that it was drawn from.
    scope
        Id of the group that is looked into; empty for the whole.
    graph
        Cards as nodes and what connects them as edges.
    real
        For each drawn edge the edges that it stands for.
    members
        For each card the nodes that it stands for.
    attached
        For each card with an attached activation that node.
    outside
        Cards that lie outside the scope and are connected with it. They are shown beside it, but not where they are.
    frames
        Groups that are drawn open, outer ones first.
    comments
        Comments that belong to the scope.
    """

    source: Graph
    scope: str = ""
    graph: Graph = field(default_factory=Graph)
    real: Mapping[Edge, tuple[Edge, ...]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attached: Mapping[str, Node] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    frames: tuple[Frame, ...] = ()
    comments: tuple[Comment, ...] = ()

    def card_of(self, node_id: str) -> str | None:
        """The card that shows a node or a group; None if none does."""
        return node_id if node_id in self.members else self._cards.get(node_id)

    @cached_property
    def _cards(self) -> Mapping[str, str]:
        """For each node that has no card of its own, and each group in a collapsed one, the card that shows it."""
        found = {node_id: card for card, shown in self.members.items() for node_id in shown}
        groups = (group.id for group in self.source.groups)
        return found | {each: outer for each in groups for outer in self.source.way_up(each) if outer in self.members}


def drawn(graph: Graph, scope: str = "") -> Drawing:
    """Draw a graph.

    Parameters
    ----------
    graph
        What the document holds.
    scope
        Id of the group to look into. If there is no such group, the whole is drawn.
    """
    scope = scope if scope in graph.groups_by_id else ""
    comments = tuple(comment for comment in graph.comments if comment.group == scope)
    if not graph.groups and not any(node.attached for node in graph.nodes):
        alone: dict[str, tuple[str, ...]] = {node.id: (node.id,) for node in graph.nodes}
        return Drawing(graph, scope, graph, {edge: (edge,) for edge in graph.edges}, alone, comments=comments)
    card_of = _cards(graph, scope)
    members = _members(card_of)
    neighbours = _neighbours(graph, set(card_of))
    nodes = [_card(graph, card) for card in members]
    outside = _beside(graph, nodes, neighbours, card_of)
    for side in neighbours:
        card_of |= {node_id: ends.host(graph, node_id) for node_id in side}
    real = _edges(graph, card_of, {node.id for node in outside})
    members |= {node.id: ends.members(graph, node.id) for node in outside}
    return Drawing(
        graph,
        scope,
        Graph((*nodes, *outside), tuple(real), flow=graph.flow),
        {edge: tuple(edges) for edge, edges in real.items()},
        members,
        {card: graph.node(shown[-1]) for card, shown in members.items() if _is_pair(graph, card, shown)},
        frozenset(node.id for node in outside),
        _frames(graph, scope, card_of, {node.id for node in nodes}),
        comments,
    )


def group_position(graph: Graph, group_id: str) -> Position:
    """Where the card of a group is: where the first of its cards is, row by row. There it lies on no other card."""
    places = [graph.node(ends.host(graph, node_id)).position for node_id in graph.members(group_id)]
    return min(places, key=lambda place: (place[1], place[0]), default=(0.0, 0.0))


def _cards(graph: Graph, scope: str) -> dict[str, str]:
    """For each node inside the scope the card that shows it: its own, its host's, or that of a collapsed group."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        way = graph.way_up(node.group)
        if scope and scope not in way:
            continue
        inner = way[: way.index(scope)] if scope else way
        collapsed = [group for group in inner if graph.groups_by_id[group].collapsed]
        found[node.id] = collapsed[-1] if collapsed else ends.host(graph, node.id)
    return found


def _members(card_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for node_id, card in card_of.items():
        found.setdefault(card, []).append(node_id)
    # A node comes before the activation attached to it, in whatever order they were added.
    return {card: tuple(sorted(shown, key=lambda each: each != card)) for card, shown in found.items()}


def _card(graph: Graph, card: str) -> Node:
    if card not in graph.groups_by_id:
        return graph.node(card)
    group = graph.groups_by_id[card]
    face = GroupCard(
        name=group.name,
        repeat=group.repeat,
        layers=len(graph.members(card)),
        inputs=max(len(ends.entries(graph, card)), 1 if ends.open_inputs(graph, card) else 0),
        has_output=bool(ends.exits(graph, card)),
    )
    return Node(card, face, group_position(graph, card), group.parent)


def _is_pair(graph: Graph, card: str, shown: Sequence[str]) -> bool:
    return card not in graph.groups_by_id and len(shown) == 2


def _neighbours(graph: Graph, inside: set[str]) -> tuple[list[str], list[str]]:
    """The nodes outside that lead in, and those that are led to."""
    before = [edge.source for edge in graph.edges if edge.target in inside and edge.source not in inside]
    after = [edge.target for edge in graph.edges if edge.source in inside and edge.target not in inside]
    return list(dict.fromkeys(before)), [node for node in dict.fromkeys(after) if node not in before]


def _beside(
    graph: Graph, nodes: Sequence[Node], neighbours: tuple[list[str], list[str]], card_of: Mapping[str, str]
) -> list[Node]:
    """Cards for nodes outside: before everything in the flow those that lead in, behind it those that are led to."""
    if not nodes:
        return []
    flow, places = graph.flow, [node.position for node in nodes]
    first = min(along(flow, place) for place in places) - 1.0 - OUTSIDE_GAP
    last = max(along(flow, place) for place in places) + 1.0 + OUTSIDE_GAP
    row = min(across(flow, place) for place in places)
    found: dict[str, Node] = {}
    for step, side in ((first, neighbours[0]), (last, neighbours[1])):
        hosts = [card for card in dict.fromkeys(ends.host(graph, node) for node in side) if card not in found]
        for number, card in enumerate(hosts):
            place = beyond(flow, (0.0, 0.0), step, row + number)
            found[card] = replace(graph.node(card), position=place)
    return list(found.values())


def _edges(graph: Graph, card_of: Mapping[str, str], outside: set[str]) -> dict[Edge, list[Edge]]:
    groups = {card for card in card_of.values() if card in graph.groups_by_id}
    ports = {
        (group, edges[0].source): number for group in groups for number, edges in enumerate(ends.entries(graph, group))
    }
    found: dict[Edge, list[Edge]] = {}
    for edge in graph.edges:
        source, target = card_of.get(edge.source), card_of.get(edge.target)
        if source is None or target is None or source == target or {source, target} <= outside:
            continue
        port = ports[target, edge.source] if target in groups else edge.port
        found.setdefault(Edge(source, target, port), []).append(edge)
    return found


def _frames(graph: Graph, scope: str, card_of: Mapping[str, str], shown: set[str]) -> tuple[Frame, ...]:
    frames = []
    for group in graph.groups:
        way = graph.way_up(group.id)
        around = way[1 : way.index(scope)] if scope in way else way[1:] if not scope else None
        if around is None or group.id == scope or group.collapsed:
            continue
        if any(graph.groups_by_id[outer].collapsed for outer in around):
            continue
        cards = dict.fromkeys(card_of[node] for node in graph.members(group.id) if node in card_of)
        frames.append(Frame(group, tuple(card for card in cards if card in shown), len(around)))
    return tuple(sorted((frame for frame in frames if frame.cards), key=lambda frame: frame.depth))
