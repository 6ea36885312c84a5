"""Edits of groups and of attached activations: they change how a network is drawn, and how often a group is repeated.

Like those of `edits` they are pure functions from a project to the next one, and take ids of cards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from deepviz.document import ends
from deepviz.document.edits import EditError, with_room
from deepviz.document.graph import Graph, Group, Node
from deepviz.document.graph_json import MOST_REPEATS as MOST_REPEATS
from deepviz.document.layout import beyond
from deepviz.document.names import free_name
from deepviz.document.project import Project
from deepviz.document.repeats import obstacle
from deepviz.document.settling import settled, with_places

LONGEST_NAME = 60


def group(project: Project, cards: Collection[str], name: str = "", collapsed: bool = True) -> Project:
    """Put cards that lie in one group, or in none, into a new group.

    Raises
    ------
    EditError
        If there is nothing to group, or the cards do not lie in the same group.
    """
    graph = project.graph
    inside = set(ends.all_members(graph, cards))
    around = {ends.group_around(graph, card) for card in cards}
    if not inside:
        raise EditError("Select the layers to group.")
    if len(around) != 1:
        raise EditError("Layers of different groups cannot be grouped together.")
    parent = around.pop()
    new_id = free_name("group", graph.by_id.keys() | graph.groups_by_id.keys())
    called = name or free_name("Group", {each.name for each in graph.groups}, joint=" ")
    new = Group(new_id, _checked_name(called), parent, collapsed=collapsed)
    inner = {card for card in cards if card in graph.groups_by_id}
    nodes = tuple(
        replace(node, group=new.id) if node.id in inside and node.group == parent else node for node in graph.nodes
    )
    groups = tuple(replace(each, parent=new.id) if each.id in inner else each for each in graph.groups)
    return replace(project, graph=settled(replace(graph, nodes=nodes, groups=(*groups, new))))


def ungroup(project: Project, group_ids: Collection[str]) -> Project:
    """Dissolve groups: what is in them lies where they lay. A repeated group is written out once.

    Raises
    ------
    EditError
        If one of them is repeated; its repetitions would be lost.
    """
    graph = project.graph
    for group_id in group_ids:
        old = graph.groups_by_id[group_id]
        if old.repeat > 1:
            raise EditError(f"{old.name} is repeated {old.repeat} times. Set its repetitions to 1 first.")
        graph = replace(
            graph,
            nodes=tuple(replace(node, group=old.parent) if node.group == group_id else node for node in graph.nodes),
            groups=tuple(
                replace(each, parent=old.parent) if each.parent == group_id else each
                for each in graph.groups
                if each.id != group_id
            ),
            comments=tuple(
                replace(each, group=old.parent) if each.group == group_id else each for each in graph.comments
            ),
        )
    return replace(project, graph=settled(graph))


def rename_group(project: Project, group_id: str, name: str) -> Project:
    """Give a group another name.

    Raises
    ------
    EditError
        If the name is empty or too long.
    """
    return _with(project, replace(project.graph.groups_by_id[group_id], name=_checked_name(name)))


def set_repeat(project: Project, group_id: str, count: int) -> Project:
    """Have the layers of a group stand in a row several times.

    Raises
    ------
    EditError
        If that is not possible: it needs one way in and one way out.
    """
    if not 1 <= count <= MOST_REPEATS:
        raise EditError(f"A group can be repeated 1 to {MOST_REPEATS} times.")
    repeated = _with(project, replace(project.graph.groups_by_id[group_id], repeat=count))
    reason = obstacle(repeated.graph, group_id)
    if count > 1 and reason:
        raise EditError(f"{repeated.graph.groups_by_id[group_id].name} cannot be repeated: {reason}.")
    return repeated


def set_collapsed(project: Project, group_ids: Collection[str], collapsed: bool) -> Project:
    """Draw groups as one card each, or open in a frame."""
    for group_id in group_ids:
        project = _with(project, replace(project.graph.groups_by_id[group_id], collapsed=collapsed))
    return project


def set_group(project: Project, cards: Collection[str], group_id: str) -> Project:
    """Put cards into a group that there is, or with an empty id out of all groups.

    What lies in a group that is put elsewhere stays in it.

    Raises
    ------
    EditError
        If a group would come to lie in itself, or there is no such group.
    """
    graph = project.graph
    if group_id and group_id not in graph.groups_by_id:
        raise EditError("The group is not there any more.")
    if any(card in graph.way_up(group_id) for card in cards):
        raise EditError("A group cannot lie in itself.")
    within = {card for card in cards if card in graph.groups_by_id}
    single = set(ends.all_members(graph, [card for card in cards if card in graph.by_id]))
    nodes = tuple(
        replace(node, group=group_id) if node.id in single and within.isdisjoint(graph.way_up(node.group)) else node
        for node in graph.nodes
    )
    groups = tuple(
        replace(each, parent=group_id) if each.id in within and within.isdisjoint(graph.way_up(each.parent)) else each
        for each in graph.groups
    )
    return replace(project, graph=settled(replace(graph, nodes=nodes, groups=groups)))


def attach(project: Project, node_id: str) -> Project:
    """Draw an activation on the card of the layer before it.

    Raises
    ------
    EditError
        If it is no activation, or not the only one that follows that layer.
    """
    attached = _with_attached(project, {node_id: True})
    if node_id not in attached.graph.by_id or not ends.is_attached(attached.graph, node_id):
        raise EditError(
            f"{node_id} cannot be drawn on another card: it must be an activation that alone follows a layer."
        )
    return attached


def detach(project: Project, node_id: str) -> Project:
    """Draw an attached activation on a card of its own again, to the right of its layer's."""
    was_attached = ends.is_attached(project.graph, node_id)
    detached = _with_attached(project, {node_id: False})
    return with_room(detached, node_id) if was_attached else detached


def attach_all(project: Project, attached: bool = True) -> Project:
    """Draw all activations on the cards of their layers where that is possible, or all on cards of their own."""
    graph = project.graph
    if not attached:
        on_cards = [node.id for node in graph.nodes if ends.is_attached(graph, node.id)]
        project = _with_attached(project, dict.fromkeys(on_cards, False))
        for node_id in on_cards:
            project = with_room(project, node_id)
        return project
    wishes = {node.id: True for node in graph.nodes if ends.is_activation(node)}
    wished = replace(graph, nodes=_wishing(graph, wishes))
    return _with_attached(project, {node_id: True for node_id in wishes if ends.is_attached(wished, node_id)})


def _with_attached(project: Project, wishes: Mapping[str, bool]) -> Project:
    """Other wishes for some nodes. What is no longer attached is put behind its layer's card."""
    graph = project.graph
    nodes = _wishing(graph, wishes)
    coming_off = [node.id for node in graph.nodes if not wishes.get(node.id, True) and ends.is_attached(graph, node.id)]
    places = {each: graph.node(ends.host(graph, each)).position for each in coming_off}
    beside = {each: beyond(graph.flow, place) for each, place in places.items()}
    return replace(project, graph=settled(replace(graph, nodes=with_places(nodes, beside))))


def _wishing(graph: Graph, wishes: Mapping[str, bool]) -> tuple[Node, ...]:
    return tuple(
        node if wishes.get(node.id, node.attached) == node.attached else replace(node, attached=wishes[node.id])
        for node in graph.nodes
    )


def _with(project: Project, changed: Group) -> Project:
    groups = tuple(changed if each.id == changed.id else each for each in project.graph.groups)
    return replace(project, graph=replace(project.graph, groups=groups))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise EditError(f"The name of a group has 1 to {LONGEST_NAME} letters.")
    return name
