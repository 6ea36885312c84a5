"""What can be done with what is selected on a canvas, each command once: for keys, for context menus, for the owner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.layout import CARD_PITCH
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui.canvas.connect_gesture import ConnectByKeys
from deepviz.gui.canvas.geometry import GRID, HEIGHT, WIDTH, Point, snapped
from deepviz.gui.canvas.menu import SEPARATOR, Entry, layer_entries
from deepviz.gui.canvas.placement import appended, inserted

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView


def delete_selection(view: CanvasView) -> None:
    """Ask for what is selected to be deleted; what came before a node is connected to what came after it."""
    node_ids, chosen = view.network.selected, view.network.selected_edges
    if node_ids:
        edit = partial(edits.delete, node_ids=node_ids, edges=chosen)
        view.request(f"Delete {_named(node_ids, 'layers')}", edit)
    elif chosen:
        disconnect(view, chosen)


def disconnect(view: CanvasView, chosen: tuple[Edge, ...]) -> None:
    """Ask for edges to be taken away."""
    name = f"{chosen[0].source} from {chosen[0].target}" if len(chosen) == 1 else f"{len(chosen)} connections"
    view.request(f"Disconnect {name}", partial(edits.disconnect, edges=chosen))


def nudge(view: CanvasView, dx: float, dy: float) -> None:
    """Ask for the selected nodes to be moved a little."""
    selected = view.network.selected
    if selected:
        places = ((node_id, view.network.places[node_id]) for node_id in selected)
        positions = {node_id: Point(place.x + dx, place.y + dy) for node_id, place in places}
        view.request(f"Move {_named(selected, 'layers')}", partial(edits.move, positions=positions))


def select_all(view: CanvasView) -> None:
    """Select every node and every edge."""
    view.network.select(view.network.places, view.network.graph.edges)


def arrange(view: CanvasView) -> None:
    """Ask for all nodes to be put in order, in rows as long as the canvas is wide, and show them all."""
    columns = max(2, int(view.viewport().width() // (CARD_PITCH[0] + GRID)))
    view.request("Arrange", partial(edits.arrange, columns=columns))
    view.fit()


def connect_by_keys(view: CanvasView, source: str) -> None:
    """Begin to choose, by keys, what a node's output is to be connected to."""
    place = view.network.places[source]
    if view.network.graph.node(source).is_loss:
        view.say("A loss has no output to connect.", place)
        return
    gesture = ConnectByKeys(view, source)
    if gesture.target is None:
        view.say(f"There is no layer that {source} could be connected to.", place)
        return
    view.begin(gesture)


def open_menu_at_current(view: CanvasView) -> None:
    """Open the context menu of the node that keys go to, or of the canvas."""
    if view.current is not None:
        place = view.network.places[view.current]
        point = Point(place.x + 24.0, place.y + HEIGHT - 10.0)
        view.open_menu(entries_for(view, view.current, point), QPointF(view.place_of(point)))
    else:
        middle = view.seen().center
        view.open_menu(entries_for(view, None, middle), QPointF(view.place_of(middle)))


def entries_for(view: CanvasView, thing: str | Edge | None, point: Point) -> tuple[Entry, ...]:
    """The context menu of a node, an edge, or empty canvas."""
    if isinstance(thing, str):
        return (*_repairs(view, thing, point), *_of_node(view, thing), SEPARATOR, *_of_canvas(view))
    if thing is not None:
        return (*_of_edge(view, thing, point), SEPARATOR, *_of_canvas(view))
    here = snapped((point.x - WIDTH / 2, point.y - HEIGHT / 2))

    def add(key: str) -> None:
        layer = edits.new_layer(key)
        view.request(f"Add {layer.label}", partial(edits.add_node, layer=layer, position=here), point)

    return (Entry("Add layer", children=layer_entries(add)), SEPARATOR, *_of_canvas(view))


def _repairs(view: CanvasView, node_id: str, point: Point) -> tuple[Entry, ...]:
    offers = [repair for problem in view.network.problems.get(node_id, ()) for repair in problem.repairs]
    entries = [Entry(offer.label, partial(view.request, offer.label, offer.edit, point)) for offer in offers]
    if node_id in view.network.problems:
        entries.append(Entry("What is wrong here", partial(view.show_problems, node_id), "P"))
    return (*entries, SEPARATOR) if entries else ()


def _of_node(view: CanvasView, node_id: str) -> tuple[Entry, ...]:
    graph = view.network.graph
    is_loss = graph.node(node_id).is_loss
    place = view.network.places[node_id]

    def append(key: str) -> None:
        view.request(*appended(view.network.places, node_id).request(edits.new_layer(key)), place)

    followers = bool(graph.outputs_of(node_id))
    after = layer_entries(append, lambda kind: _takes_input(kind) and not (followers and issubclass(kind, Loss)))
    into = [Entry(f"from {edge.source}", partial(disconnect, view, (edge,))) for edge in graph.inputs_of(node_id)]
    out = [Entry(f"from {edge.target}", partial(disconnect, view, (edge,))) for edge in graph.outputs_of(node_id)]
    entries = [Entry("Edit hyperparameters", partial(view.node_activated.emit, node_id), "Return")]
    if not is_loss:
        entries.append(Entry("Add after", children=after))
        entries.append(Entry("Connect to…", partial(connect_by_keys, view, node_id), "C"))
    entries.append(_submenu("Disconnect", (*into, *out)))
    entries.append(Entry("Delete", partial(delete_selection, view), "Del"))
    return tuple(entries)


def _of_edge(view: CanvasView, edge: Edge, point: Point) -> tuple[Entry, ...]:
    def insert(key: str) -> None:
        view.request(*inserted(view.network.places, edge).request(edits.new_layer(key)), point)

    between = layer_entries(insert, lambda kind: _takes_input(kind) and not issubclass(kind, Loss))
    return Entry("Insert", children=between), Entry("Disconnect", partial(disconnect, view, (edge,)), "Del")


def _of_canvas(view: CanvasView) -> tuple[Entry, ...]:
    has_nodes = bool(view.network.places)
    return (
        Entry("Select all", partial(select_all, view), "Ctrl+A", has_nodes),
        Entry("Arrange", partial(arrange, view), is_enabled=has_nodes),
        Entry("Fit", view.fit, "F", has_nodes),
    )


def _submenu(label: str, children: tuple[Entry, ...]) -> Entry:
    return Entry(label, children=children) if children else Entry(label, is_enabled=False)


def _takes_input(kind: type[Layer] | type[Loss]) -> bool:
    return issubclass(kind, Loss) or kind.maximum_inputs != 0


def _named(node_ids: tuple[str, ...], plural: str) -> str:
    return node_ids[0] if len(node_ids) == 1 else f"{len(node_ids)} {plural}"
