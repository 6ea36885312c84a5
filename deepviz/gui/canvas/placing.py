"""Dragging a layer from the palette over the canvas: what its drop would do is shown as if it were done already."""

from __future__ import annotations

from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui.canvas.axes import flowing_route
from deepviz.gui.canvas.card_face import new_face
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, Port, input_port_count, port_offset
from deepviz.gui.canvas.gestures import Canvas
from deepviz.gui.canvas.placement import Placement, placement
from deepviz.gui.canvas.route import Route

EDGE_REACH = 26.0
"""How near to an edge, in pixels, the pointer has to be for the layer to be inserted there."""


class PlaceLayer:
    """A layer of the palette that is being dragged over the canvas.

    Parameters
    ----------
    canvas
        The view it is dragged over.
    layer
        What would be placed.
    """

    def __init__(self, canvas: Canvas, layer: Layer | Loss) -> None:
        self._canvas = canvas
        self._layer = layer
        self._look_round()
        self._face = new_face(layer, self._graph.flow)

    def move(self, point: Point, replaces: bool = False) -> None:
        """The pointer has moved; on a card, with `replaces`, the layer would take its place."""
        network, chosen = self._canvas.network, self._placement(point, replaces)
        network.end_preview()
        network.preview_places(chosen.moved)
        network.hide_edges(*filter(None, (chosen.edge,)))
        network.overlays.show_ghost(new_face(chosen.instead or self._layer, self._graph.flow), chosen.position)
        # The picture of the layer that is carried hides what is at the pointer: the words go to the other side.
        left, top = chosen.position
        above = point.y >= top + HEIGHT / 2
        network.overlays.show_words(
            chosen.words(self._graph), Point(left + WIDTH / 2, top if above else top + HEIGHT), above
        )
        network.overlays.show_loose_edges(*self._connections(chosen))

    def drop(self, point: Point, replaces: bool = False) -> None:
        """Ask for the layer to be placed."""
        chosen = self._placement(point, replaces)
        self._canvas.network.unmark()
        self._canvas.request(*chosen.request(self._layer, self._graph), point)
        self._canvas.network.end_preview()

    def cancel(self) -> None:
        """Show nothing more."""
        self._canvas.network.unmark()
        self._canvas.network.end_preview()

    def _look_round(self) -> None:
        """Keep where everything is: what makes room must not, by that, come under the pointer or leave it."""
        network = self._canvas.network
        self._graph, self._places, self._routes = network.graph, dict(network.places), dict(network.routes)

    def _placement(self, point: Point, replaces: bool) -> Placement:
        if self._graph is not self._canvas.network.graph:
            self._look_round()
        reach = self._canvas.in_scene(EDGE_REACH)
        return placement(self._graph, self._places, self._routes, self._layer, point, reach, replaces)

    def _connections(self, chosen: Placement) -> list[Route]:
        """The connections that would be made."""
        before = chosen.edge.source if chosen.edge is not None else chosen.before
        after = Port(chosen.after, False) if chosen.after is not None else None
        if chosen.edge is not None:
            after = Port(chosen.edge.target, False, chosen.edge.port)
        found, flow = [], self._graph.flow
        if before is not None and not self._graph.node(before).is_loss:
            found.append(flowing_route(flow, self._place_of(Port(before, True)), self._own(chosen, is_output=False)))
        if after is not None:
            found.append(flowing_route(flow, self._own(chosen, is_output=True), self._place_of(after)))
        return found

    def _place_of(self, port: Port) -> Point:
        offset = port_offset(port, input_port_count(self._graph, self._graph.node(port.node_id)), self._graph.flow)
        left, top = self._canvas.network.places[port.node_id]
        return Point(left + offset.x, top + offset.y)

    def _own(self, chosen: Placement, is_output: bool) -> Point:
        offset = port_offset(Port("", is_output), self._face.inputs, self._graph.flow)
        return Point(chosen.position.x + offset.x, chosen.position.y + offset.y)
