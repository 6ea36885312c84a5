"""Layers as text and back: what copy puts on the clipboard, and what paste makes of it.

The text is JSON, so it goes from one window to another, into a message, into a file, and back.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from deepviz.document import ends
from deepviz.document.archive import FileError
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Graph, Position
from deepviz.document.graph_json import graph_from_values, graph_to_values
from deepviz.document.names import free_names, id_stem
from deepviz.document.project import Project
from deepviz.document.settling import settled
from deepviz.registry import DefinitionError

FORMAT = "deepviz layers"
VERSION = 1
LONGEST_TEXT = 20_000_000
OFFSET = 32.0
"""How far to the right and below the original a duplicate is placed, in scene units."""


def part(graph: Graph, cards: Collection[str], comments: Collection[str] = ()) -> Graph:
    """Some cards of a graph with what connects them with each other, and comments.

    Groups whose cards are chosen come along, those around them do not.
    """
    chosen = set(ends.all_members(graph, cards))
    whole = {group.id for group in graph.groups if any(card in graph.way_up(group.id) for card in cards)}
    return Graph(
        tuple(
            replace(node, group=node.group if node.group in whole else "") for node in graph.nodes if node.id in chosen
        ),
        tuple(edge for edge in graph.edges if edge.source in chosen and edge.target in chosen),
        tuple(
            replace(group, parent=group.parent if group.parent in whole else "")
            for group in graph.groups
            if group.id in whole
        ),
        tuple(
            replace(comment, group=comment.group if comment.group in whole else "")
            for comment in graph.comments
            if comment.id in comments or comment.group in whole
        ),
    )


def copied(graph: Graph, cards: Collection[str], comments: Collection[str] = ()) -> str:
    """Cards and comments as text; empty if there are none."""
    found = part(graph, cards, comments)
    if not found.nodes and not found.comments:
        return ""
    values = {"format": FORMAT, "version": VERSION, **graph_to_values(found)}
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> Graph | None:
    """What a text holds; None if it does not come from `copied`.

    Raises
    ------
    EditError
        If it does but cannot be read.
    """
    if FORMAT not in text[:200] or len(text) > LONGEST_TEXT:
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise EditError("What is on the clipboard looks like layers, but it is damaged.") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        return None
    if values.get("version") != VERSION:
        raise EditError("The layers on the clipboard come from a newer DeepViz.")
    try:
        return graph_from_values(values)
    except (FileError, DefinitionError) as error:
        raise EditError(f"The layers on the clipboard cannot be read: {error}") from None


def paste(project: Project, found: Graph, at: Position | None = None, group: str = "") -> Project:
    """Place a copied part of a graph under new names.

    Parameters
    ----------
    found
        From `read` or `part`.
    at
        Where its top left corner goes, in scene units; without it, a little to the side of where it was.
    group
        The group that it is placed in; empty for none.

    Raises
    ------
    EditError
        If there is no such group.
    """
    graph = project.graph
    if group and group not in graph.groups_by_id:
        raise EditError("The group is not there any more.")
    corner = _corner(found)
    dx, dy = (OFFSET, OFFSET) if at is None else (at[0] - corner[0], at[1] - corner[1])
    stems = {node.id: id_stem(node.layer) for node in found.nodes} | {each.id: "group" for each in found.groups}
    names = free_names(stems, graph.by_id.keys() | graph.groups_by_id.keys())
    nodes = tuple(
        replace(
            node,
            id=names[node.id],
            position=(node.position[0] + dx, node.position[1] + dy),
            group=names.get(node.group, group),
        )
        for node in found.nodes
    )
    groups = tuple(replace(each, id=names[each.id], parent=names.get(each.parent, group)) for each in found.groups)
    edges = tuple(Edge(names[edge.source], names[edge.target], edge.port) for edge in found.edges)
    notes = free_names({each.id: "comment" for each in found.comments}, {each.id for each in graph.comments})
    comments = tuple(
        replace(
            comment,
            id=notes[comment.id],
            position=(comment.position[0] + dx, comment.position[1] + dy),
            group=names.get(comment.group, group),
        )
        for comment in found.comments
    )
    return replace(
        project,
        graph=settled(
            Graph(
                (*graph.nodes, *nodes),
                (*graph.edges, *edges),
                (*graph.groups, *groups),
                (*graph.comments, *comments),
                graph.flow,
            )
        ),
    )


def duplicate(project: Project, cards: Collection[str], comments: Collection[str] = ()) -> Project:
    """Place a copy of some cards beside them, in the same group."""
    graph = project.graph
    nodes = ends.all_members(graph, [card for card in cards if card in graph.by_id])
    around = [graph.groups_by_id[card].parent for card in cards if card in graph.groups_by_id]
    around += [comment.group for comment in graph.comments if comment.id in comments]
    group = ends.common_group(graph, nodes) if nodes else next(iter(around), "")
    return paste(project, part(graph, cards, comments), group=group)


def _corner(found: Graph) -> Position:
    places = [node.position for node in found.nodes] + [comment.position for comment in found.comments]
    return (min(x for x, _ in places), min(y for _, y in places)) if places else (0.0, 0.0)
