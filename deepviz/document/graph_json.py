"""A graph as JSON values and back, for files and for the clipboard. What is wrong is told in words."""

from __future__ import annotations

from collections import Counter
from typing import Any

from deepviz.document.archive import FileError
from deepviz.document.graph import FARTHEST, Comment, Edge, Flow, Graph, Group, Node, Position
from deepviz.document.json_values import is_number, list_in, object_in, text_in, whole_in
from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.numerals import thousands
from deepviz.registry import DefinitionError

LONGEST_NAME = 200
LONGEST_COMMENT = 2_000
LARGEST_PORT = 9_999
MOST_REPEATS = 100


def graph_to_values(graph: Graph) -> dict[str, Any]:
    """A graph as JSON values. What says nothing beyond the usual is left out."""
    values: dict[str, Any] = {
        "nodes": [_node_values(node) for node in graph.nodes],
        "edges": [{"source": edge.source, "target": edge.target, "port": edge.port} for edge in graph.edges],
    }
    if graph.flow != "right":
        values["flow"] = graph.flow
    if graph.groups:
        values["groups"] = [
            {
                "id": each.id,
                "name": each.name,
                "parent": each.parent,
                "repeat": each.repeat,
                "collapsed": each.collapsed,
            }
            for each in graph.groups
        ]
    if graph.comments:
        values["comments"] = [
            {
                "id": each.id,
                "text": each.text,
                "position": [float(number) for number in each.position],
                "size": [float(number) for number in each.size],
                "group": each.group,
            }
            for each in graph.comments
        ]
    return values


def needs_second_version(graph: Graph) -> bool:
    """Whether a graph has something that the first version of the format could not say."""
    return bool(graph.groups or graph.comments or graph.flow != "right") or any(node.attached for node in graph.nodes)


def graph_from_values(values: dict[str, Any]) -> Graph:
    """A graph from JSON values.

    Raises
    ------
    FileError
        If something is missing, of the wrong type, unknown or out of bounds, or names something that is not there.
    """
    nodes: dict[str, Node] = {}
    for item in list_in(values, "nodes"):
        node = _node(item)
        if node.id in nodes:
            raise FileError(f"two nodes are called {node.id}.")
        nodes[node.id] = node
    edges: dict[tuple[str, int], Edge] = {}
    for item in list_in(values, "edges"):
        edge = Edge(text_in(item, "source"), text_in(item, "target"), _port(item))
        for end in (edge.source, edge.target):
            if end not in nodes:
                raise FileError(f"an edge names {end[:LONGEST_NAME]!r}, but there is no such node.")
        if (edge.target, edge.port) in edges:
            raise FileError(f"two edges end at input {edge.port} of {edge.target}.")
        edges[edge.target, edge.port] = edge
    groups = [_group(item) for item in list_in(values, "groups", [])]
    comments = [_comment(item) for item in list_in(values, "comments", [])]
    _check_names([*nodes, *(group.id for group in groups)], "node or group")
    _check_names([comment.id for comment in comments], "comment")
    graph = Graph(tuple(nodes.values()), tuple(edges.values()), tuple(groups), tuple(comments), _flow(values))
    _check_groups(graph)
    return graph


def _node_values(node: Node) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": node.id,
        "layer": node.layer.to_json(),
        "position": [float(each) for each in node.position],
    }
    if node.group:
        values["group"] = node.group
    if node.attached:
        values["attached"] = True
    return values


def _node(values: Any) -> Node:
    node_id = _name(values, "id")
    try:
        layer = _layer(object_in(values, "layer"))
    except DefinitionError as error:
        raise FileError(f"{node_id}: {error}") from None
    attached = values.get("attached", False)
    if not isinstance(attached, bool):
        raise FileError(f"{node_id}: attached is neither true nor false.")
    position = _pair(node_id, "position", list_in(values, "position"), -FARTHEST)
    return Node(node_id, layer, position, text_in(values, "group", ""), attached)


def _group(values: Any) -> Group:
    group_id = _name(values, "id")
    name = text_in(values, "name")
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise FileError(f"{group_id} has no proper name.")
    collapsed = values.get("collapsed", True)
    if not isinstance(collapsed, bool):
        raise FileError(f"{group_id}: collapsed is neither true nor false.")
    return Group(
        group_id, name, text_in(values, "parent", ""), whole_in(values, "repeat", 1, 1, MOST_REPEATS), collapsed
    )


def _flow(values: Any) -> Flow:
    match text_in(values, "flow", "right"):
        case "right":
            return "right"
        case "down":
            return "down"
        case other:
            raise FileError(f"data flows neither right nor down, but {other[:LONGEST_NAME]!r}.")


def _comment(values: Any) -> Comment:
    comment_id, text = _name(values, "id"), text_in(values, "text")
    if len(text) > LONGEST_COMMENT:
        raise FileError(f"{comment_id} is longer than {thousands(LONGEST_COMMENT)} letters.")
    if any("\ud800" <= letter <= "\udfff" for letter in text):  # halves of letters, which no file can hold
        raise FileError(f"{comment_id} has letters that cannot be shown.")
    position = _pair(comment_id, "position", list_in(values, "position"), -FARTHEST)
    size = _pair(comment_id, "size", list_in(values, "size"), 1.0)
    return Comment(comment_id, text, position, size, text_in(values, "group", ""))


def _check_names(names: list[str], what: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise FileError(f"more than one {what} is called {name}.")


def _check_groups(graph: Graph) -> None:
    """Every group that is named is there, and none lies in itself."""
    for name in (
        *(node.group for node in graph.nodes),
        *(group.parent for group in graph.groups),
        *(comment.group for comment in graph.comments),
    ):
        if name and name not in graph.groups_by_id:
            raise FileError(f"something lies in {name[:LONGEST_NAME]!r}, but there is no such group.")
    for group in graph.groups:
        if graph.groups_by_id[graph.way_up(group.id)[-1]].parent:
            raise FileError(f"the group {group.id} lies in itself.")


def _port(values: Any) -> int:
    try:
        return whole_in(values, "port", 0, 0, LARGEST_PORT)
    except FileError:
        raise FileError("an edge ends at something that is no input port.") from None


def _layer(values: dict[str, Any]) -> Layer | Loss:
    key = values.get("type")
    is_loss = isinstance(key, str) and key in losses.registry
    return losses.registry.from_json(values) if is_loss else layers.registry.from_json(values)


def _name(values: Any, name: str) -> str:
    found = text_in(values, name)
    if not found or not found.isprintable() or "/" in found or len(found) > LONGEST_NAME:
        raise FileError(f"{found[:LONGEST_NAME]!r} cannot be the name of a node.")
    return found


def _pair(owner: str, what: str, values: list[Any], least: float) -> Position:
    """Two numbers within the canvas; a comparison with NaN is false, so it is refused as well."""
    if len(values) != 2 or not all(is_number(each) and least <= each <= FARTHEST for each in values):
        raise FileError(f"{owner} has no proper {what}; it must be two numbers.")
    return float(values[0]), float(values[1])
