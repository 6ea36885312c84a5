"""What is said at once about what the pointer is over: the shape that flows over an edge, the names of input ports.

The labels keep their size whatever the zoom, lie above everything else, and let every click through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import dist

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsScene

from deepviz.document.graph import Edge, Flow, Graph, Node
from deepviz.document.shapes import Report
from deepviz.engine.layer import Layer
from deepviz.gui.canvas.card_face import UNKNOWN, shape_words
from deepviz.gui.canvas.geometry import Point, Port, input_port_count
from deepviz.gui.canvas.hit_test import Places, port_place
from deepviz.gui.canvas.label_item import LABEL_HEIGHT, Label
from deepviz.gui.canvas.route import Route
from deepviz.gui.theme import Theme

ABOVE = 5.0
"""Pixels between an edge and the label above it: the edge itself is to be seen."""

LEAST_SPACING = 15.0
"""Pixels between two ports from which on both can be named at once."""

BESIDE = 11.0
"""Pixels between a port and the label to the left of it, or above it."""


LONG = 260.0
"""From this length on, in scene units, an edge is labelled where the pointer is: its middle may be out of sight."""


@dataclass(frozen=True)
class Hovered:
    """What there is something to be said about.

    Attributes
    ----------
    thing
        The edge, or the id of the node, that the pointer is over; None for neither.
    at
        Where the pointer came over it.
    hot_port
        The port where a connection would end: it alone is named then.
    """

    thing: str | Edge | None = None
    at: Point | None = None
    hot_port: Port | None = None


class HoverLabels:
    """The labels of a scene. They are made once and hidden until they are needed.

    Parameters
    ----------
    scene
        Where they are shown.
    """

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self._labels: list[Label] = []

    @property
    def texts(self) -> list[str]:
        """What is said at the moment, from the first label to the last."""
        return [label.text for label in self._labels if label.isVisible()]

    def show(
        self,
        graph: Graph,
        report: Report,
        places: Places,
        routes: Mapping[Edge, Route],
        over: Hovered,
        theme: Theme,
    ) -> None:
        """Say what there is to say about what the pointer is over."""
        thing, hot_port = over.thing, over.hot_port
        wanted: list[tuple[str, Point, QPointF]] = []
        if hot_port is not None and hot_port.node_id in places:
            wanted = _port_names(graph, places, graph.node(hot_port.node_id), hot_port)
        elif isinstance(thing, Edge) and thing in routes:
            way = routes[thing]
            place = middle_of(way) if over.at is None or way.length < LONG else way.nearest_to(over.at)
            wanted = [(edge_text(report, thing), place, QPointF(0.0, -ABOVE - LABEL_HEIGHT / 2))]
        elif isinstance(thing, str) and thing in places:
            wanted = _port_names(graph, places, graph.node(thing))
            if len(wanted) > 1 and dist(wanted[0][1], wanted[1][1]) * self._zoom() < LEAST_SPACING:
                wanted = []
        while len(self._labels) < len(wanted):
            self._labels.append(Label())
            self._scene.addItem(self._labels[-1])
        for number, label in enumerate(self._labels):
            label.setVisible(number < len(wanted))
            if number < len(wanted):
                label.say(*wanted[number], theme)

    def _zoom(self) -> float:
        views = self._scene.views()
        return views[0].transform().m11() if views else 1.0


def edge_text(report: Report, edge: Edge) -> str:
    """The shape that flows over an edge, such as "24 × 24 × 8"."""
    shape = shape_words(report, edge.source)
    return "shape not known yet" if shape == UNKNOWN else shape


def port_name(node: Node, number: int) -> str:
    """What arrives at an input port: what the layer calls it, or just its number."""
    names = node.layer.input_names if isinstance(node.layer, Layer) else ()
    return names[number] if number < len(names) else f"input {number + 1}"


def middle_of(way: Route) -> Point:
    """The point half way along an edge."""
    left = way.length / 2
    for before, after in pairwise(way.points):
        length = dist(before, after)
        if left <= length and length > 0:
            share = left / length
            return Point(before.x + (after.x - before.x) * share, before.y + (after.y - before.y) * share)
        left -= length
    return way.points[-1]


def _port_names(graph: Graph, places: Places, node: Node, only: Port | None = None) -> list[tuple[str, Point, QPointF]]:
    """The names of a node's input ports, if there are several."""
    count = input_port_count(graph, node)
    numbers = range(count) if only is None else range(0) if only.is_output else (only.number,)
    if count < 2:
        return []
    return [
        (port_name(node, number), port_place(graph, places, Port(node.id, False, number)), _aside(graph.flow, number))
        for number in numbers
    ]


def _aside(flow: Flow, number: int) -> QPointF:
    """Where the name of a port stands. Side by side there is no room for words: every other one stands higher."""
    if flow == "down":
        return QPointF(0.0, -BESIDE - LABEL_HEIGHT / 2 - (LABEL_HEIGHT + 2.0) * (number % 2))
    return QPointF(-BESIDE, 0.0)
