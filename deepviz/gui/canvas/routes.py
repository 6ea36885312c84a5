"""The ways of a graph's edges, from the places of its cards."""

from __future__ import annotations

from collections.abc import Iterable

from deepviz.document.graph import Edge, Graph
from deepviz.gui.canvas.geometry import WIDTH, Port, card_box
from deepviz.gui.canvas.hit_test import Places, port_place
from deepviz.gui.canvas.route import Route, route


def edge_routes(graph: Graph, places: Places, edges: Iterable[Edge]) -> dict[Edge, Route]:
    """Where some edges of a graph run when its cards are at these places."""
    boxes = {node_id: card_box(place) for node_id, place in places.items()}
    found = {}
    for edge in edges:
        start = port_place(graph, places, Port(edge.source, True))
        end = port_place(graph, places, Port(edge.target, False, edge.port))
        # Only where another card fits in between can one be in the way.
        is_long = end.x - start.x > WIDTH / 2
        others = (box for node_id, box in boxes.items() if node_id not in (edge.source, edge.target))
        found[edge] = route(start, end, others if is_long else ())
    return found
