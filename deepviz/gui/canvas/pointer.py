"""What the pointer means while nothing has begun yet: which gesture a press begins, what it is over, its tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from deepviz.document.graph import Edge
from deepviz.gui.canvas import adding, commands, complaints, words
from deepviz.gui.canvas.card_painter import NO_NUMBERS_BELOW
from deepviz.gui.canvas.connect_gesture import Connect
from deepviz.gui.canvas.geometry import HEIGHT, Point, Port
from deepviz.gui.canvas.gestures import RubberBand
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.hit_test import edge_at, node_at, port_at, problem_line_at
from deepviz.gui.canvas.move_gesture import MoveNodes
from deepviz.gui.canvas.pointer_around import (
    cursor_over_surroundings,
    open_menu_of_surroundings,
    open_surroundings,
    press_surroundings,
)
from deepviz.gui.canvas.response_tiles import ResponseItem

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView

PORT_REACH = 11.0
FARTHEST_REACH = HEIGHT / 3
"""In scene units: seen from far away, most of a card is still the card, and not one of its ports."""
EDGE_REACH = 8.0
_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def port_under(view: CanvasView, point: Point) -> Port | None:
    """The port at a point of the scene, with some reach around it."""
    reach = min(view.in_scene(PORT_REACH), FARTHEST_REACH)
    return port_at(view.network.graph, view.network.places, point, reach)


def thing_under(view: CanvasView, point: Point) -> str | Edge | None:
    """The node (its id) or edge at a point of the scene."""
    found = node_at(view.network.places, point)
    return found or edge_at(view.network.routes, point, view.in_scene(EDGE_REACH))


def press(view: CanvasView, point: Point, modifiers: Qt.KeyboardModifier) -> None:
    """The left button went down: select, and begin the gesture that belongs to what is there."""
    network, adds = view.network, bool(modifiers & _ADDING)
    port = port_under(view, point)
    if port is not None:
        _press_port(view, point, port)
        return
    thing = thing_under(view, point)
    complaining = None if isinstance(thing, str) else problem_line_at(network.places, point, network.problems)
    if isinstance(thing, str):
        _press_node(view, point, thing, adds)
    elif complaining is not None:
        network.select((complaining,))
        complaints.tell(view, complaining)
    elif thing is None and press_surroundings(view, point, adds):
        pass
    elif thing is not None:
        others = network.selected_edges if adds else ()
        kept = tuple(other for other in others if other != thing)
        network.select(network.selected if adds else (), kept if thing in others else (*kept, thing))
    else:
        view.begin(RubberBand(view, point, adds))


def double_click(view: CanvasView, point: Point) -> bool:
    """Edit a card, or ask for a layer to be put on a connection or on an empty place. Says whether it means anything.

    On a port or on the line that tells a problem it is no more than a second click.
    """
    network = view.network
    thing = thing_under(view, point)
    if not isinstance(thing, str) and (
        port_under(view, point) or problem_line_at(network.places, point, network.problems)
    ):
        return False
    view.cancel_gesture()
    view.bubble.dismiss()
    if thing is None and open_surroundings(view, point):
        return True
    if isinstance(thing, str):
        commands.open_card(view, thing)
    elif thing is not None:
        adding.want_on(view, thing, point)
    else:
        adding.want_here(view, point)
    return True


def hover(view: CanvasView, point: Point) -> None:
    """Show what is under the pointer, and by its shape what a press would do."""
    port = port_under(view, point)
    thing = port.node_id if port is not None else thing_under(view, point)
    view.network.hover(thing, point)
    if port is not None:
        view.viewport().setCursor(Qt.CursorShape.CrossCursor)
    elif isinstance(thing, Edge) or problem_line_at(view.network.places, point, view.network.problems):
        view.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
    elif thing is None and (shape := cursor_over_surroundings(view, point)) is not None:
        view.viewport().setCursor(shape)
    else:
        view.viewport().unsetCursor()


def tooltip(view: CanvasView, point: Point) -> str:
    """What to say about what is at a point of the scene; empty for nothing."""
    network = view.network
    tiles = view.itemAt(view.place_of(point))
    if isinstance(tiles, ResponseItem) and view.zoom >= NO_NUMBERS_BELOW:
        return tiles.tooltip(tiles.mapFromScene(QPointF(*point)).x())
    thing = thing_under(view, point) or problem_line_at(network.places, point, network.problems)
    gradients = network.gradients or GradientPicture()
    if isinstance(thing, str):
        problems = network.problems.get(thing, ())
        gradient, costs = gradients.nodes.get(thing), network.costs.get(thing)
        curve = words.curve_in_words(network.graph, gradients, thing)
        return words.node_tooltip(
            network.graph, network.report, thing, gradient, problems, costs, gradients.past_step, curve
        )
    if thing is not None:
        gradient, is_measured = gradients.edges.get(thing), bool(gradients.edges)
        count, step = gradients.counts.get(thing, 1), gradients.edge_step
        return words.edge_tooltip(network.graph, network.report, thing, gradient, is_measured, count, step)
    return ""


def open_menu_at(view: CanvasView, point: Point) -> None:
    """Open the context menu of what is at a point of the scene, and select that."""
    thing = thing_under(view, point)
    if thing is None and open_menu_of_surroundings(view, point):
        return
    if isinstance(thing, str) and thing not in view.network.selected:
        view.network.select((thing,))
    elif isinstance(thing, Edge) and thing not in view.network.selected_edges:
        view.network.select((), (thing,))
    view.open_menu(commands.entries_for(view, thing, point), QPointF(view.place_of(point)))


def _press_port(view: CanvasView, point: Point, port: Port) -> None:
    """A port in use gives its edge's end into the hand; any other begins a new edge."""
    arriving = view.network.graph.inputs_of(port.node_id) if not port.is_output else ()
    moved = next((edge for edge in arriving if edge.port == port.number), None)
    if moved is None:
        view.begin(Connect(view, point, port))
    else:
        view.begin(Connect(view, point, Port(moved.source, True), moved))


def _press_node(view: CanvasView, point: Point, node_id: str, adds: bool) -> None:
    network = view.network
    if adds and node_id in network.selected:
        network.select((other for other in network.selected if other != node_id), network.selected_edges)
        return
    if adds:
        comments = network.surroundings.selected_comments
        network.select((*network.selected, node_id), network.selected_edges, comments)
    elif node_id not in network.selected:
        network.select((node_id,))
    view.current = node_id
    if node_id not in network.outside:
        view.begin(MoveNodes(view, point, node_id))
