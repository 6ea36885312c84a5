"""Asking for a layer to be chosen: for a place of the canvas, behind a card, on a connection, or in place of one.

The canvas says what it wants a layer for; whoever owns it shows what there is, and says what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from deepviz.document import edits
from deepviz.document.graph import Edge, Flow
from deepviz.document.layout import CARD_PITCH
from deepviz.document.replacement import can_replace, replaced_layer
from deepviz.document.wrapping import append_wrapped
from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui.canvas.geometry import GRID, HEIGHT, WIDTH, Point
from deepviz.gui.canvas.placement import inserted
from deepviz.gui.canvas.placing import PlaceLayer
from deepviz.gui.canvas.words import ends_of, name_of
from deepviz.registry import Definition

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView


BELOW = 6.0
"""How far below a card, in scene units, a layer is chosen for it."""


@dataclass(frozen=True)
class LayerWanted:
    """What a layer is to be chosen for.

    Attributes
    ----------
    title
        What choosing one does, in words.
    place
        Where on the canvas it is about, in pixels of the viewport.
    suits
        Which kinds of layers and losses can be chosen.
    choose
        Called with the key of what was chosen.
    """

    title: str
    place: QPoint
    suits: Callable[[type[Definition]], bool]
    choose: Callable[[str], None]


def want_here(view: CanvasView, point: Point) -> None:
    """Ask for a layer at a place of the scene, where it becomes what a drop there would make of it."""

    def choose(key: str) -> None:
        PlaceLayer(view, edits.new_layer(key)).drop(point)

    view.layer_wanted.emit(LayerWanted("Add a layer here", view.place_of(point), lambda _: True, choose))


def want_after(view: CanvasView, node_id: str) -> None:
    """Ask for a layer right behind a card."""
    place, name = view.network.places[node_id], name_of(view.network.graph, node_id)
    has_followers = bool(view.network.graph.outputs_of(node_id))

    def choose(key: str) -> None:
        layer = edits.new_layer(key)
        edit = partial(append_wrapped, layer=layer, after=node_id, columns=columns_of(view))
        view.request(f"Add {layer.label} after {name}", edit, place)

    def suits(kind: type[Definition]) -> bool:
        return takes_input(kind) and not (has_followers and issubclass(kind, Loss))

    below = Point(place.x, place.y + HEIGHT + BELOW)  # so that the card stays in sight
    view.layer_wanted.emit(LayerWanted(f"Add after {name}", view.place_of(below), suits, choose))


def want_on(view: CanvasView, edge: Edge, point: Point | None = None) -> None:
    """Ask for a layer on a connection, at a point of the scene or in the middle."""
    at = point or view.network.routes[edge].box.center

    def choose(key: str) -> None:
        chosen = inserted(view.network.places, edge, flow=view.network.graph.flow)
        view.request(*chosen.request(edits.new_layer(key), view.network.graph), at)

    def suits(kind: type[Definition]) -> bool:
        return takes_input(kind) and not issubclass(kind, Loss)

    title = "Insert between " + " and ".join(ends_of(view.network.graph, edge))
    view.layer_wanted.emit(LayerWanted(title, view.place_of(at), suits, choose))


def want_instead(view: CanvasView, node_id: str) -> None:
    """Ask for another layer in place of one. Its connections stay, and so do settings that both have."""
    graph, place = view.network.graph, view.network.places[node_id]
    if not kinds_instead(view, node_id):
        view.say(f"No other layer can stand where {name_of(graph, node_id)} is, with all its connections.", place)
        return

    def choose(key: str) -> None:
        layer = replaced_layer(graph.node(node_id).layer, key)
        view.request(
            f"Replace {node_id} with {layer.label}", partial(edits.set_layer, node_id=node_id, layer=layer), place
        )

    below = Point(place.x, place.y + HEIGHT + BELOW)
    view.layer_wanted.emit(
        LayerWanted(f"Replace {node_id} with", view.place_of(below), partial(can_replace, graph, node_id), choose)
    )


def kinds_instead(view: CanvasView, node_id: str) -> list[type[Definition]]:
    """What could stand in place of a card."""
    kinds: list[type[Definition]] = [*layers.registry.values(), *losses.registry.values()]
    return [kind for kind in kinds if can_replace(view.network.graph, node_id, kind)]


def want_at_current(view: CanvasView) -> None:
    """Ask for a layer where keys go: on the connection or behind the card that is selected, or where the pointer is."""
    network = view.network
    if len(network.selected_edges) == 1 and not network.selected:
        want_on(view, network.selected_edges[0])
        return
    current = view.current if view.current in network.selected else None
    if current is None:
        want_here(view, view.scene_point(view.pointer_place()))
    elif not network.graph.node(current).is_loss:
        want_after(view, current)
    elif into := network.graph.inputs_of(current):
        want_on(view, into[0])
    else:
        place = network.places[current]
        if network.graph.flow == "down":
            want_here(view, Point(place.x + WIDTH / 2, place.y - HEIGHT / 2 - 40.0))
        else:
            want_here(view, Point(place.x - WIDTH / 2 - 40.0, place.y + HEIGHT / 2))


def columns_of(view: CanvasView, flow: Flow | None = None) -> int:
    """How many cards a row of the canvas may have: as many as there is room for at 100 %.

    Where data flows down (in the present graph, or with another `flow`), they are counted from top to bottom.
    """
    if (flow or view.network.graph.flow) == "down":
        return max(4, int(view.viewport().height() // (CARD_PITCH[1] + GRID)))
    return max(2, int(view.viewport().width() // (CARD_PITCH[0] + GRID)))


def takes_input(kind: type[Definition]) -> bool:
    """Whether layers of a kind can stand behind another."""
    return issubclass(kind, Layer | Loss) and kind.maximum_inputs != 0
