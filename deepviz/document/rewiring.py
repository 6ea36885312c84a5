"""Moving layers that are there already into the middle of a connection. Their old place closes behind them.

What is moved may be several nodes, such as those of a group, as long as data enters and leaves them at one place. As in
`edits`, ids of cards and edges between cards are taken as well, and mean what stands behind them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from deepviz.document import edits, ends
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Graph, Node, Position
from deepviz.document.project import Project


@dataclass(frozen=True)
class Rewiring:
    """What moving nodes on to an edge does to the connections.

    Attributes
    ----------
    removed
        Connections that are no more.
    arriving, leaving
        Those that take the place of the edge.
    healed
        Those that close the gap where the nodes were.
    """

    removed: tuple[Edge, ...]
    arriving: Edge
    leaving: tuple[Edge, ...]
    healed: tuple[Edge, ...]


def move_onto_edge(
    project: Project, moved: str | Collection[str], edge: Edge, positions: Mapping[str, Position] | None = None
) -> Project:
    """Take nodes from where they are and put them in the middle of a connection.

    What came before them is connected to what came after. Nodes without a connection before them keep what they lead
    to.

    Parameters
    ----------
    moved
        A node or group, or several to be moved together.
    edge
        The connection that they are to stand in.
    positions
        Where they, and any others that make room for them, are put on the canvas; all others stay where they are.

    Raises
    ------
    EditError
        If they cannot stand there.
    """
    ids = (moved,) if isinstance(moved, str) else tuple(moved)
    graph = project.graph
    change = rewiring(graph, ids, edge)
    kept = tuple(other for other in graph.edges if other not in change.removed)
    graph = replace(graph, edges=(*kept, *change.healed, change.arriving, *change.leaving))
    made = edits.disconnect(replace(project, graph=graph), ())  # numbers the ports that lost a connection anew
    return edits.move(made, positions) if positions else made


def rewiring(graph: Graph, moved: Collection[str], edge: Edge) -> Rewiring:
    """What moving nodes on to an edge would do.

    Raises
    ------
    EditError
        If they cannot stand there. The text says why.
    """
    inside = set(ends.all_members(graph, moved))
    replaced = ends.real_edges(graph, edge)
    if not replaced:
        raise EditError(f"{edge.source} is not connected to {edge.target} any more.")
    if any(each.source in inside or each.target in inside for each in replaced):
        raise EditError(f"The connection from {edge.source} to {edge.target} is its own.")
    into = tuple(other for other in graph.edges if other.target in inside and other.source not in inside)
    out = tuple(other for other in graph.edges if other.source in inside and other.target not in inside)
    entry, port = _entry(graph, inside, into)
    end = _exit(graph, inside, out)
    source = replaced[0].source
    if not into and any(graph.reaches(after.target, source) for after in out):
        raise EditError(f"{end} leads to {source}: there it would make a cycle; data must flow one way.")
    if not _leads_through(graph, inside, entry, end):
        raise EditError(f"What is moved does not hang together: there is no way from {entry} to {end} within it.")
    lost = (*into, *out) if into else ()
    removed = (*replaced, *lost)
    arriving = Edge(source, entry, port)
    existing = {(other.source, other.target) for other in graph.edges if other not in removed}
    leaving = tuple(Edge(end, each.target, each.port) for each in replaced if (end, each.target) not in existing)
    existing |= {(other.source, other.target) for other in (arriving, *leaving)}
    bridges = (Edge(into[0].source, after.target, after.port) for after in lost[1:])
    healed = tuple(bridge for bridge in bridges if (bridge.source, bridge.target) not in existing)
    return Rewiring(removed, arriving, leaving, healed)


def _entry(graph: Graph, inside: Collection[str], into: tuple[Edge, ...]) -> tuple[str, int]:
    """The node and port where data enters the moved nodes."""
    if len(into) > 1:
        raise EditError("Several connections lead there: it is not clear which of them is to be closed.")
    if into:
        return into[0].target, into[0].port
    nodes = [graph.node(node_id) for node_id in inside]
    open_starts = [node for node in nodes if node.takes_input and not graph.inputs_of(node.id)]
    if len(open_starts) != 1 or any(not node.takes_input for node in nodes):
        raise EditError(f"{_named(nodes)} has no input that is free to stand between two layers.")
    return open_starts[0].id, 0


def _exit(graph: Graph, inside: Collection[str], out: tuple[Edge, ...]) -> str:
    """The node where data leaves the moved nodes."""
    nodes = [graph.node(node_id) for node_id in inside]
    if any(node.is_loss for node in nodes):
        raise EditError("A loss cannot stand between two layers; it is where the gradient begins.")
    ends = {edge.source for edge in out} or {node.id for node in nodes if not graph.outputs_of(node.id)}
    if len(ends) != 1:
        raise EditError(f"{_named(nodes)} has no single output to stand between two layers.")
    return ends.pop()


def _leads_through(graph: Graph, inside: Collection[str], entry: str, end: str) -> bool:
    """Whether there is a way from one of the moved nodes to another that does not leave them."""
    within = tuple(edge for edge in graph.edges if edge.source in inside and edge.target in inside)
    return Graph(graph.nodes, within).reaches(entry, end)


def _named(nodes: Collection[Node]) -> str:
    return next(iter(nodes)).id if len(nodes) == 1 else "What is moved"
