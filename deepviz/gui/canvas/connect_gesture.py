"""Connecting: by dragging from port to port in either direction, by dragging an edge's end away, or by keys alone.

Let go over empty canvas, a new connection asks for the layer that it is to lead to.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.gui.canvas.axes import flowing_loose_end, flowing_route
from deepviz.gui.canvas.connected_adding import want_connected
from deepviz.gui.canvas.connecting import possible_sources, possible_targets, reconnect, refusal, without_edge
from deepviz.gui.canvas.geometry import HEIGHT, Point, Port
from deepviz.gui.canvas.gestures import Canvas, Gesture
from deepviz.gui.canvas.hit_test import (
    Direction,
    in_flow,
    neighbour,
    node_at,
    port_at,
    port_place,
    ports_of,
)
from deepviz.gui.canvas.words import ends_of, name_of

PORT_REACH = 22.0
"""How near to a port, in pixels, a connection snaps to it."""

ADDING_DISTANCE = 40.0
"""How far from its port, in pixels, a connection that is let go over empty canvas asks for a layer."""

ARROWS: dict[int, Direction] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}


class Connect(Gesture):
    """Drawing a connection from a port to another.

    Parameters
    ----------
    port
        Where it begins: an output to look for inputs, an input to look for outputs.
    moved_edge
        The edge whose end is being dragged; then `port` is the output that it comes from.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, start: Point, port: Port, moved_edge: Edge | None = None) -> None:
        super().__init__(canvas, start)
        self._port = port
        self._edge = moved_edge
        self._graph = without_edge(self.network.graph, moved_edge)
        self.network.hover(None)
        find = possible_targets if port.is_output else possible_sources
        self._possible = find(self._graph, port.node_id)
        others = set(self.network.places) - self._possible - {port.node_id}
        self.network.mark_possible(self._possible, others, outputs=not port.is_output)
        if moved_edge is not None:
            self.network.hide_edges(moved_edge)

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        over = self._end_at(point)
        possible = over if over is not None and over.node_id in self._possible else None
        self.network.mark_port(possible)
        home = port_place(self.network.graph, self.network.places, self._port)
        # Over a card the curve goes to the port it would be connected to, wherever on the card the pointer is.
        end = port_place(self.network.graph, self.network.places, possible) if possible is not None else point
        start, end = (home, end) if self._port.is_output else (end, home)
        find = flowing_route if possible is not None else flowing_loose_end
        way = find(self.network.graph.flow, start, end)
        at_home = over is not None and over.node_id == self._port.node_id
        overlays = self.network.overlays
        overlays.show_loose_edges(way, is_possible=over is None or at_home or possible is not None)
        disconnects = self._edge is not None and over is None
        text = "Let go to disconnect" if disconnects else "Let go to add a layer" if self._adds(over, point) else ""
        overlays.show_words(text, point)

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        over = self._end_at(point)
        self.network.unmark()
        if over is None or over.node_id == self._port.node_id:
            if self._edge is not None and over is None:
                text = "Disconnect " + " from ".join(ends_of(self._graph, self._edge))
                self.canvas.request(text, partial(edits.disconnect, edges=(self._edge,)), point)
            elif self._adds(over, point):
                want_connected(self.canvas, self._port, point)
            return
        self._connect(over, point)

    def cancel(self) -> None:
        self.network.unmark()

    def _connect(self, over: Port, point: Point) -> None:
        source, target = (self._port, over) if self._port.is_output else (over, self._port)
        port = target.number
        label = f"Connect {name_of(self._graph, source.node_id)} to {name_of(self._graph, target.node_id)}"
        why_not = refusal(self._graph, source.node_id, target.node_id, port)
        if why_not:
            self.canvas.say(why_not, point)
        elif self._edge is None:
            edit = partial(edits.connect, source=source.node_id, target=target.node_id, port=port)
            self.canvas.request(label, edit, point)
        elif (self._edge.target, self._edge.port) != (target.node_id, port):
            edit = partial(reconnect, edge=self._edge, target=target.node_id, port=port)
            self.canvas.request(f"{label} instead", edit, point)

    def _adds(self, over: Port | None, point: Point) -> bool:
        """Whether a release asks for a layer: over empty canvas, and not so near that it could be a mere click."""
        home = port_place(self.network.graph, self.network.places, self._port)
        far = max(abs(point.x - home.x), abs(point.y - home.y)) > self.canvas.in_scene(ADDING_DISTANCE)
        return over is None and self._edge is None and far

    def _end_at(self, point: Point) -> Port | None:
        """The port that a release at a point means: one within reach, or on a card the first that is free."""
        # Ports are where they are drawn, with the edge that is being moved; but its own port counts as free.
        graph, places = self.network.graph, self.network.places
        reach = self.canvas.in_scene(PORT_REACH)
        near = port_at(graph, places, point, reach, among=self._possible, outputs=not self._port.is_output)
        if near is not None and near.is_output != self._port.is_output:
            return near
        node_id = node_at(places, point, margin=self.canvas.in_scene(6.0))
        if node_id is None:
            return None
        if not self._port.is_output:
            return Port(node_id, True)
        return _first_free(ports_of(graph, node_id), {edge.port for edge in self._graph.inputs_of(node_id)})


class ConnectByKeys(Gesture):
    """Connecting without a pointer: arrows choose among the nodes that can be connected to, Enter connects.

    Parameters
    ----------
    source
        The node whose output is to be connected.
    """

    scrolls = False

    def __init__(self, canvas: Canvas, source: str) -> None:
        super().__init__(canvas, Point(0, 0))
        self.source = source
        possible = possible_targets(self.network.graph, source)
        self._possible = {node_id: place for node_id, place in self.network.places.items() if node_id in possible}
        self.target = self._nearest()
        if self.target is not None:
            self.network.mark_possible(possible, set(self.network.places) - possible - {source})
            self._show()

    def press_key(self, event: QKeyEvent) -> bool:
        if self.target is None:
            return False
        if event.key() in ARROWS:
            found = neighbour(self._possible, self.target, ARROWS[event.key()])
            self.target = found or self.target
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            step = 1 if event.key() == Qt.Key.Key_Tab else -1
            order = [node_id for node_id in in_flow(self.network.graph) if node_id in self._possible]
            self.target = order[(order.index(self.target) + step) % len(order)]
        else:
            return False
        self._show()
        return True

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        """Enter was pressed."""
        self.network.unmark()
        if self.target is not None:
            place = self.network.places[self.target]
            edit = partial(edits.connect, source=self.source, target=self.target)
            self.canvas.request(self._label(), edit, place)

    def cancel(self) -> None:
        self.network.unmark()

    def _label(self) -> str:
        return "Connect " + " to ".join(
            name_of(self.network.graph, each) for each in (self.source, self.target) if each is not None
        )

    def _nearest(self) -> str | None:
        x, y = self.network.places[self.source]
        unused = [node_id for node_id in self._possible if not self.network.graph.inputs_of(node_id)]
        return min(
            unused or self._possible,
            key=lambda node_id: abs(self._possible[node_id].x - x) + abs(self._possible[node_id].y - y),
            default=None,
        )

    def _show(self) -> None:
        assert self.target is not None
        graph, places = self.network.graph, self.network.places
        taken = {edge.port for edge in graph.inputs_of(self.target)}
        port = _first_free(ports_of(graph, self.target), taken)
        assert port is not None
        start = port_place(graph, places, Port(self.source, True))
        self.network.overlays.show_loose_edges(flowing_route(graph.flow, start, port_place(graph, places, port)))
        self.network.mark_port(port)
        self.canvas.bring_into_sight(self.target)
        text = f"{self._label()}: Enter connects, arrows choose another, Esc cancels."
        self.canvas.say(text, Point(places[self.target].x, places[self.target].y + HEIGHT), mood="")


def _first_free(ports: Iterable[Port], taken: set[int]) -> Port | None:
    """The first unused input port, otherwise the last; a port of the node's own if it has no input."""
    inputs = [port for port in ports if not port.is_output]
    free = (port for port in inputs if port.number not in taken)
    return next(free, inputs[-1] if inputs else None) or next(iter(ports), None)
