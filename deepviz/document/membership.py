"""Edits of which group cards lie in: what is moved into a group that there is, or out of the one around it.

They put cards where the group is drawn, or clear of it, so that a frame holds what belongs to it and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deepviz.document import edits, ends
from deepviz.document.comment_edits import move_along
from deepviz.document.drawing import drawn, group_position
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Flow, Graph, Position
from deepviz.document.group_edits import set_group
from deepviz.document.layout import across, along, beyond
from deepviz.document.project import Project
from deepviz.document.rewiring import move_onto_edge

CLEAR = 0.5
"""How far a card stands clear of the frame that it was taken out of, in cards."""


def joined(project: Project, cards: Sequence[str], group_id: str) -> Project:
    """Put cards into a group, in the row of what comes last in it.

    Raises
    ------
    EditError
        If a group would come to lie in itself, or there is no such group.
    """
    graph = project.graph
    if group_id not in graph.groups_by_id:
        raise EditError("The group is not there any more.")
    moved = set(ends.all_members(graph, cards))
    there = [place for node_id, place in _places(graph, group_id).items() if node_id not in moved]
    cards = together(graph, cards)
    project = set_group(project, cards, group_id)
    last = max(there, key=lambda place: (across(graph.flow, place), along(graph.flow, place)), default=None)
    for number, card in enumerate(cards if last is not None else (), start=1):
        assert last is not None
        project = edits.move(project, {card: beyond(graph.flow, last, number)})
        project = _with_room(project, card)
    return project


def left(project: Project, cards: Sequence[str]) -> Project:
    """Take cards out of the group that each lies in, into the one around that, and put them beside it.

    Raises
    ------
    EditError
        If none of them lies in a group.
    """
    graph = project.graph
    cards = together(graph, cards)
    around = {card: ends.group_around(graph, card) for card in cards}
    leaving = [card for card in cards if around[card]]
    if not leaving:
        raise EditError("It lies in no group that it could be moved out of.")
    moved = set(ends.all_members(graph, leaving))
    for number, card in enumerate(leaving):
        group = graph.groups_by_id[around[card]]
        stay = [place for node_id, place in _places(graph, group.id).items() if node_id not in moved]
        project = set_group(project, (card,), group.parent)
        if stay:
            first = min(along(graph.flow, place) for place in stay)
            lowest = max(across(graph.flow, place) for place in stay)
            project = _aside(project, card, first + number, lowest + 1 + CLEAR)
    return project


def moved_into(
    project: Project,
    cards: Sequence[str],
    group_id: str,
    places: Mapping[str, Position],
    comments: Mapping[str, Position],
) -> Project:
    """Put cards and comments elsewhere, and these cards into a group, or with an empty id out of all.

    A frame is drawn closely around its cards, so what is put into one would mostly lie on others: it stands farther
    aside then, in the first place that is free.

    Raises
    ------
    EditError
        If a group would come to lie in itself, or there is no such group.
    """
    made = set_group(move_along(project, places, comments), together(project.graph, cards), group_id)
    return _clear_of_others(made, cards) if group_id else made


def inserted_into(project: Project, cards: Sequence[str], edge: Edge, places: Mapping[str, Position]) -> Project:
    """Put cards in the middle of a connection, and into the group that both of its ends lie in.

    Raises
    ------
    EditError
        If they cannot stand there.
    """
    graph = project.graph
    ends_of_it = [end for each in ends.real_edges(graph, edge) for end in (each.source, each.target)]
    made = move_onto_edge(project, cards, edge, places)
    return set_group(made, together(graph, cards), ends.common_group(graph, ends_of_it))


def together(graph: Graph, cards: Sequence[str]) -> tuple[str, ...]:
    """What some cards are when they are taken together: a group, where all of its layers are among them.

    Parameters
    ----------
    cards
        Ids of layers and of groups.
    """
    taken = set(ends.all_members(graph, cards))
    whole = {group.id for group in graph.groups if taken.issuperset(graph.members(group.id))}
    found = []
    for card in cards:
        way = (card, *(each for each in graph.way_up(ends.group_around(graph, card)) if each in whole))
        found.append(way[-1])
    return tuple(dict.fromkeys(found))


def _aside(project: Project, card: str, at: float, row: float) -> Project:
    """A card so far along the flow in a row, or in the next one farther aside in which it lies on no other."""
    flow = project.graph.flow
    while True:
        moved = edits.move(project, {card: beyond(flow, (0.0, 0.0), at, row)})
        own, others = _drawn_with(moved.graph, card)
        if not any(_overlap(flow, one, other) for one in own.values() for other in others.values()):
            return moved
        row += CLEAR


def _clear_of_others(project: Project, cards: Sequence[str]) -> Project:
    """Cards where they are, or all of them so much farther aside that none lies on one that was there before."""
    flow = project.graph.flow
    own, others = _drawn_with(project.graph, *cards)
    rows = 0.0
    while True:
        moved = {card: beyond(flow, place, 0.0, rows) for card, place in own.items()}
        if not any(_overlap(flow, one, other) for one in moved.values() for other in others.values()):
            return edits.move(project, moved) if rows else project
        rows += CLEAR


def _with_room(project: Project, card: str) -> Project:
    """Push what a card lies on, and what stands behind that in its row, along the flow. The card keeps its place."""
    flow = project.graph.flow
    own, others = _drawn_with(project.graph, card)
    hit = [place for place in others.values() if any(_overlap(flow, one, place) for one in own.values())]
    if not hit:
        return project
    first = min(along(flow, place) for place in hit)
    shift = max(along(flow, place) for place in own.values()) + 1.0 - first
    pushed = {
        other: beyond(flow, place, shift)
        for other, place in others.items()
        if along(flow, place) >= first and any(abs(across(flow, place) - across(flow, each)) < CLEAR for each in hit)
    }
    return edits.move(project, pushed)


def _drawn_with(graph: Graph, *cards: str) -> tuple[dict[str, Position], dict[str, Position]]:
    """Where the cards of something are, and where all others that are drawn in the same picture."""
    way = graph.way_up(ends.group_around(graph, cards[0]))
    seen = drawn(graph, next((group for group in way if graph.groups_by_id[group].collapsed), ""))
    places = {node.id: node.position for node in seen.graph.nodes if node.id not in seen.outside}
    inside = set(ends.all_members(graph, cards))
    own = {each: place for each, place in places.items() if inside.issuperset(seen.members[each])}
    return own, {each: place for each, place in places.items() if each not in own}


def _overlap(flow: Flow, one: Position, other: Position) -> bool:
    """Whether two cards at these places lie on each other."""
    return (
        abs(along(flow, one) - along(flow, other)) < 1.0 - 1e-6
        and abs(across(flow, one) - across(flow, other)) < 1.0 - 1e-6
    )


def _places(graph: Graph, group_id: str) -> dict[str, Position]:
    """Where the layers and groups right in a group are, each layer by the id it has, a collapsed group by its own."""
    found = {node.id: node.position for node in graph.nodes if node.group == group_id}
    for group in graph.groups:
        if group.parent == group_id:
            inside = graph.members(group.id)
            collapsed = {inside[0]: group_position(graph, group.id)} if group.collapsed and inside else {}
            found |= collapsed or _places(graph, group.id)
    return found
