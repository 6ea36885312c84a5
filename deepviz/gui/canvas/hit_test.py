"""What is at a place of the canvas, which way lies a neighbour: pure functions on positions.

Nothing here knows Qt. Reaches are in scene units; the view makes them from pixels, so that they feel alike at any zoom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import hypot
from typing import Literal

from deepviz.document.graph import Edge, Flow, Graph
from deepviz.gui.canvas.axes import Axes
from deepviz.gui.canvas.geometry import (
    HEIGHT,
    PROBLEM_LINE,
    PROBLEM_WIDTH,
    WIDTH,
    Box,
    Point,
    Port,
    card_box,
    has_output,
    input_port_count,
    port_offset,
    takes_input,
)
from deepviz.gui.canvas.route import Route

Places = Mapping[str, tuple[float, float]]
"""Top left corner of each node's card, by id, those in front last."""

Direction = Literal["left", "right", "up", "down"]

_HEADINGS: dict[str, tuple[float, float]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


def ports_of(graph: Graph, node_id: str) -> list[Port]:
    """The ports that a node shows: inputs from top to bottom or from left to right, then the output."""
    node = graph.node(node_id)
    ports = [Port(node_id, False, number) for number in range(input_port_count(graph, node))]
    return [*ports, Port(node_id, True)] if has_output(node) else ports


def port_place(graph: Graph, places: Places, port: Port) -> Point:
    """Where a port is in the scene."""
    x, y = port_offset(port, input_port_count(graph, graph.node(port.node_id)), graph.flow)
    left, top = places[port.node_id]
    return Point(left + x, top + y)


def node_at(places: Places, point: Point, margin: float = 0.0) -> str | None:
    """The node whose card is at a point; the one in front if several are."""
    found = None
    for node_id, (left, top) in places.items():
        inside = left - margin <= point.x <= left + WIDTH + margin and top - margin <= point.y <= top + HEIGHT + margin
        found = node_id if inside else found
    return found


def problem_line_at(places: Places, point: Point, with_problems: Iterable[str]) -> str | None:
    """The node whose line with a problem, below its card, is at a point."""
    for node_id in with_problems:
        left, top = places[node_id]
        if Box(left, top + HEIGHT, left + PROBLEM_WIDTH, top + HEIGHT + PROBLEM_LINE).contains(point):
            return node_id
    return None


def port_at(
    graph: Graph, places: Places, point: Point, reach: float, among: Iterable[str] | None = None, outputs: bool = True
) -> Port | None:
    """The port nearest to a point, if it is within reach.

    Parameters
    ----------
    among
        Only ports of these nodes; None for all.
    outputs
        Whether outputs count; otherwise only inputs do.
    """
    nearest, best = reach, None
    for node_id in places if among is None else among:
        left, top = places[node_id]
        if not (left - reach <= point.x <= left + WIDTH + reach and top - reach <= point.y <= top + HEIGHT + reach):
            continue
        for port in ports_of(graph, node_id):
            place = port_place(graph, places, port)
            distance = hypot(place.x - point.x, place.y - point.y)
            if distance <= nearest and (outputs or not port.is_output):
                nearest, best = distance, port
    return best


def edge_at(routes: Mapping[Edge, Route], point: Point, reach: float) -> Edge | None:
    """The edge nearest to a point, if it is within reach."""
    nearest, best = reach, None
    for edge, way in routes.items():
        if way.box.contains(point, nearest):
            distance = way.distance_to(point)
            if distance <= nearest:
                nearest, best = distance, edge
    return best


def nodes_in(places: Places, area: Box) -> tuple[str, ...]:
    """The nodes whose cards touch an area."""
    return tuple(node_id for node_id, place in places.items() if card_box(place).meets(area))


def neighbour(places: Places, start: str, direction: Direction, among: Iterable[str] | None = None) -> str | None:
    """The node that lies nearest in a direction, where going astray sideways counts three times; None if none does."""
    heading_x, heading_y = _HEADINGS[direction]
    from_x, from_y = places[start]
    found, best = None, float("inf")
    for node_id in places if among is None else among:
        x, y = places[node_id][0] - from_x, places[node_id][1] - from_y
        ahead, astray = x * heading_x + y * heading_y, abs(x * heading_y) + abs(y * heading_x)
        if node_id == start or ahead <= 1.0 or astray > 4 * ahead:
            continue
        if ahead + 3 * astray < best:
            found, best = node_id, ahead + 3 * astray
    return found


def in_flow(graph: Graph) -> list[str]:
    """All nodes from the data to the loss; those on a cycle come last."""
    order, cyclic = graph.in_order()
    return order + cyclic


def output_before(graph: Graph, places: Places, card: Box, reach: float) -> str | None:
    """The node whose unused output a card would stand close to, being placed behind it in the flow."""
    free = (node.id for node in graph.nodes if not node.is_loss and not graph.outputs_of(node.id))
    return _beside(graph.flow, places, free, card, reach, side=1)


def input_behind(graph: Graph, places: Places, card: Box, reach: float) -> str | None:
    """The node whose unused input a card would stand close to, being placed before it in the flow."""
    free = (node.id for node in graph.nodes if takes_input(node) and not graph.inputs_of(node.id))
    return _beside(graph.flow, places, free, card, reach, side=-1)


def _beside(flow: Flow, places: Places, candidates: Iterable[str], card: Box, reach: float, side: int) -> str | None:
    """The candidate with the smallest gap to a card that stands behind it (side 1) or before it (side -1)."""
    axes = Axes.of(flow)
    card, found, best = axes.turned_box(card), None, reach
    for node_id in candidates:
        left, top = axes.turned(places[node_id])
        gap = card.left - (left + axes.length) if side > 0 else left - card.right
        level = abs(card.top - top)
        # A card may overlap a little, and stand up to half a card higher or lower.
        if -24.0 <= gap <= best and level <= axes.breadth / 2:
            found, best = node_id, gap
    return found
