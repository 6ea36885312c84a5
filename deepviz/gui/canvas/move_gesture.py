"""Dragging cards: to another place, where they line up with others, into a group or out of one, or on to a connection.

On a connection they are inserted.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from deepviz.document import edits
from deepviz.document.comment_edits import move_along
from deepviz.document.graph import Edge
from deepviz.document.membership import inserted_into, joined, moved_into
from deepviz.document.rewiring import Rewiring, rewiring
from deepviz.gui.canvas.alignment import REACH, aligned
from deepviz.gui.canvas.axes import Axes, flowing_route
from deepviz.gui.canvas.belonging import Belonging
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Box, Point, Port, card_box, snapped
from deepviz.gui.canvas.gestures import Canvas, EditFunction, Gesture
from deepviz.gui.canvas.hit_test import edge_at, port_place
from deepviz.gui.canvas.placement import closed_up, inserted
from deepviz.gui.canvas.words import ends_of, named

DRAG_DISTANCE = 4.0
"""How many pixels a press has to move before it is taken for a drag of cards and not for a click."""

EDGE_REACH = 26.0
"""How near to an edge, in pixels, a card without connections is inserted there."""

CONNECTED_REACH = 12.0
"""The same for a card with connections: whoever puts a network in order passes over many edges."""


class MoveNodes(Gesture):
    """Dragging the selected cards; the others keep step with the one under the pointer.

    It is drawn to what it lines up with, otherwise to the grid. On an edge on which they can stand, all is shown as if
    they were inserted already. Dropped in a group they lie in it from then on, and out of their own no longer. With Alt
    none of it happens: they go where the pointer goes.

    Parameters
    ----------
    grabbed
        The node under the pointer.
    whole
        Whether they are taken as a whole, by the frame around them; then a click leaves all of them selected.
    """

    def __init__(self, canvas: Canvas, start: Point, grabbed: str, whole: bool = False) -> None:
        super().__init__(canvas, start)
        self._grabbed = grabbed
        self._is_whole = whole
        network = self.network
        self._origins = {card: network.places[card] for card in network.own_selected}
        around = network.surroundings
        self._comments = {each: around.comments[each].box for each in around.selected_comments}
        self._graph = network.graph
        self._has_begun = False
        self._edge: Edge | None = None
        self._group: str | None = None
        """The group that they would come to lie in; None if they stay where they are."""
        self._places: dict[str, Point] = {}
        """Where cards are shown at the moment that are not where the graph says."""

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        far = max(abs(point.x - self.start.x), abs(point.y - self.start.y)) > self.canvas.in_scene(DRAG_DISTANCE)
        if far and not self._has_begun:
            self._begin()
        if not self._has_begun:
            return
        is_free = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        edge = None if is_free else self._edge_under(point)
        self._group = None if is_free or edge is not None else self._belonging.at(point)
        self._belonging.show(self._group)
        if edge is not None:
            self._show_on(edge, point)
        else:
            self._show_moved(point, is_free)

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        if not self._has_begun:
            # A click: of several selected nodes, the one that was clicked remains. Ctrl and Shift were seen to before.
            adding = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            if not adding and not self._is_whole:
                self.network.select((self._grabbed,))
            return
        self.move(point, modifiers)
        edge, places, group = self._edge, self._places, self._group
        self._unmark()
        what = named(self.network.graph, tuple(self._origins), tuple(self._comments))
        if edge is not None:
            edit = partial(inserted_into, cards=tuple(self._origins), edge=edge, places=places)
            self.canvas.request(f"Move {what} between {' and '.join(ends_of(self._graph, edge))}", edit, point)
        elif group is not None:
            self._request_group(group, what, point)
        elif places != self._origins:
            notes = {each: (box.left, box.top) for each, box in self._shifted_comments().items()}
            self.canvas.request(f"Move {what}", partial(move_along, cards=places, comments=notes), point)
        # If the edit was made, everything is there already; if it was refused, it has to go back.
        self.network.end_preview()

    def _request_group(self, group: str, what: str, point: Point) -> None:
        """Ask for them to be put into a group, or with the id of what is looked into out of theirs."""
        belonging, cards = self._belonging, tuple(self._origins)
        edit: EditFunction = partial(joined, cards=cards, group_id=group)
        if not belonging.is_card(group):
            notes = {each: (box.left, box.top) for each, box in self._shifted_comments().items()}
            edit = partial(moved_into, cards=cards, group_id=group, places=self._places, comments=notes)
        where = "out of" if belonging.leaves(group) else "into"
        self.canvas.request(f"Move {what} {where} {belonging.name_of(group)}", edit, point)

    def cancel(self) -> None:
        self._unmark()
        self.network.end_preview()
        self.network.surroundings.preview_comments(self._comments)

    def _unmark(self) -> None:
        if self._has_begun:
            self._belonging.show(None)
        self.network.unmark()

    def _begin(self) -> None:
        """Look round: what makes room later must not, by that, come under the pointer or leave it."""
        self._has_begun = True
        network, moved = self.network, self._origins.keys()
        network.hover(None)
        self._others = {node_id: place for node_id, place in network.places.items() if node_id not in moved}
        own = {edge for node_id in moved for edge in self._edges_at(node_id)}
        self._crossing = [edge for edge in own if (edge.source in moved) != (edge.target in moved)]
        self._routes = {edge: way for edge, way in network.routes.items() if edge not in own}
        self._reach = CONNECTED_REACH if self._crossing else EDGE_REACH
        self._changes: dict[Edge, Rewiring | None] = {}
        self._belonging = Belonging(network, self._grabbed, moved)

    def _edges_at(self, node_id: str) -> tuple[Edge, ...]:
        return (*self._graph.inputs_of(node_id), *self._graph.outputs_of(node_id))

    # On an edge

    def _edge_under(self, point: Point) -> Edge | None:
        """The edge that they would be inserted on: one at the pointer, or below a card that has no connections."""
        origin, reach = self._origins[self._grabbed], self.canvas.in_scene(self._reach)
        left, top = origin.x + point.x - self.start.x, origin.y + point.y - self.start.y
        middle = Point(left + WIDTH / 2, top + HEIGHT / 2)
        for place in (point,) if self._crossing else (point, middle):
            edge = edge_at(self._routes, place, reach)
            if edge is not None and self._change(edge) is not None:
                return edge
        return None

    def _change(self, edge: Edge) -> Rewiring | None:
        """What inserting them on an edge does to the connections; None if they cannot stand there."""
        if edge not in self._changes:
            try:
                self._changes[edge] = rewiring(self._graph, tuple(self._origins), edge)
            except edits.EditError:
                self._changes[edge] = None
        return self._changes[edge]

    def _show_on(self, edge: Edge, point: Point) -> None:
        change = self._changes[edge]
        assert change is not None
        self._edge, flow = edge, self._graph.flow
        wanted = self._wanted(point)
        if len(self._origins) == 1:
            origin = self._origins[self._grabbed]
            places = closed_up(self._others, origin, edge, flow) if change.healed else dict(self._others)
            found = inserted(places, edge, snapped(wanted[self._grabbed]), flow)
            moved = {node_id: place for node_id, place in places.items() if place != self._others[node_id]}
            wanted = {**moved, **found.moved, self._grabbed: found.position}
        self._show(wanted)
        network = self.network
        network.hide_edges(*change.removed)
        network.mark_port(Port(change.arriving.target, False, change.arriving.port))
        network.overlays.show_guides(())
        new = (change.arriving, *change.leaving, *change.healed)
        network.overlays.show_loose_edges(*(flowing_route(flow, *self._ends_of(each)) for each in new))
        place = network.places[self._grabbed]
        text = f"Insert between {' and '.join(ends_of(self._graph, edge))} · Alt only moves"
        network.overlays.show_words(text, Point(place.x + WIDTH / 2, place.y + HEIGHT))

    def _ends_of(self, edge: Edge) -> tuple[Point, Point]:
        graph, places = self._graph, self.network.places
        target = Port(edge.target, False, edge.port)
        return port_place(graph, places, Port(edge.source, True)), port_place(graph, places, target)

    # Elsewhere

    def _show_moved(self, point: Point, is_free: bool) -> None:
        if self._edge is not None:
            self._edge = None
            self.network.unmark()
        wanted = self._wanted(point)
        if not is_free:
            place = wanted[self._grabbed]
            dx, dy = self._drawn_to(place)
            wanted = {node_id: Point(each.x + dx, each.y + dy) for node_id, each in wanted.items()}
        else:
            self.network.overlays.show_guides(())
        self._show(wanted)
        place = self._places[self._grabbed]
        words = "" if self._group is None else self._belonging.words(self._group)
        self.network.overlays.show_words(words, Point(place.x + WIDTH / 2, place.y + HEIGHT))

    def _drawn_to(self, place: Point) -> tuple[float, float]:
        """How far the grabbed card is drawn to what it lines up with, or to the grid, being wanted at a place."""
        seen = self.canvas.seen()
        others = [box for box in map(card_box, self._others.values()) if box.meets(seen)]
        shift = Point(place.x - self._origins[self._grabbed].x, place.y - self._origins[self._grabbed].y)
        found = aligned(card_box(place), others, self.canvas.in_scene(REACH), self._levels(shift), self._graph.flow)
        self.network.overlays.show_guides(found.guides)
        grid = snapped(place)
        return (
            grid.x - place.x if found.dx is None else found.dx,
            grid.y - place.y if found.dy is None else found.dy,
        )

    def _levels(self, shift: Point) -> list[float]:
        """How far across the flow each connection with a card that stays would have to go to run straight."""
        turned = Axes.of(self._graph.flow).turned
        places: dict[str, tuple[float, float]] = {**self._others, **self._origins}
        found = []
        for edge in self._crossing:
            start = turned(port_place(self._graph, places, Port(edge.source, True)))
            end = turned(port_place(self._graph, places, Port(edge.target, False, edge.port)))
            level = end.y - start.y if edge.source in self._origins else start.y - end.y
            found.append(level - turned(shift).y)
        return found

    def _wanted(self, point: Point) -> dict[str, Point]:
        """Where the pointer alone would have the cards."""
        dx, dy = point.x - self.start.x, point.y - self.start.y
        return {node_id: Point(place.x + dx, place.y + dy) for node_id, place in self._origins.items()}

    def _show(self, places: dict[str, Point]) -> None:
        """Show cards at these places, and all others where they belong."""
        back = {node_id: self._others[node_id] for node_id in self._places.keys() - places.keys()}
        self.network.preview_places(back, is_lifted=False)
        self.network.preview_places(places)
        self._places = places
        self.network.surroundings.preview_comments(self._shifted_comments())

    def _shifted_comments(self) -> dict[str, Box]:
        """Where the selected comments are, keeping step with the grabbed card."""
        place, origin = self._places[self._grabbed], self._origins[self._grabbed]
        dx, dy = place.x - origin.x, place.y - origin.y
        return {each: box.moved(dx, dy) for each, box in self._comments.items()}
