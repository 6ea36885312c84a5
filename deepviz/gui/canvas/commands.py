"""What can be done with what is selected on a canvas, each command once: for keys, for context menus, for the owner."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from deepviz.document import comment_edits, edits
from deepviz.document.drawing import GroupCard
from deepviz.document.graph import Edge, Flow
from deepviz.gui.amounts import counted
from deepviz.gui.canvas import adding, clipboard_commands, complaints, freezing, group_commands
from deepviz.gui.canvas.connect_gesture import ConnectByKeys
from deepviz.gui.canvas.geometry import HEIGHT, Point
from deepviz.gui.canvas.menu import SEPARATOR, Entry
from deepviz.gui.canvas.words import ends_of, name_of, named

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView


def delete_selection(view: CanvasView, heal: bool = True) -> None:
    """Ask for what is selected to be deleted.

    With `heal`, what came before a node is connected to what came after it; otherwise all its connections are cut.
    """
    cards, chosen = view.network.own_selected, view.network.selected_edges
    comments = view.network.surroundings.selected_comments
    if cards or comments:
        edit = partial(comment_edits.delete_along, cards=cards, comments=comments, edges=chosen, heal=heal)
        what = named(view.network.graph, cards, comments)
        view.request(f"{'Delete' if heal else 'Delete and cut'} {what}", edit)
    elif chosen:
        disconnect(view, chosen)
    elif view.network.selected:
        outside = view.network.selected[0]
        view.say(f"{outside} lies outside of this group. Press Esc to go out to it.", view.network.places[outside])


def disconnect(view: CanvasView, chosen: tuple[Edge, ...]) -> None:
    """Ask for edges to be taken away."""
    single = " from ".join(ends_of(view.network.graph, chosen[0])) if len(chosen) == 1 else ""
    name = single or counted(len(chosen), "connection")
    view.request(f"Disconnect {name}", partial(edits.disconnect, edges=chosen))


def nudge(view: CanvasView, dx: float, dy: float) -> None:
    """Ask for the selected cards and comments to be moved a little; nudges in a row are one step to undo."""
    network = view.network
    cards, noted = network.own_selected, network.surroundings.selected_comments
    if cards or noted:
        places = {card: Point(network.places[card].x + dx, network.places[card].y + dy) for card in cards}
        boxes = {each: network.surroundings.comments[each].box for each in noted}
        comments = {each: Point(box.left + dx, box.top + dy) for each, box in boxes.items()}
        edit = partial(comment_edits.move_along, cards=places, comments=comments)
        merge_key = " ".join(["nudge", *sorted(cards), *sorted(noted)])
        view.request(f"Move {named(network.graph, cards, noted)}", edit, merge_key=merge_key)


def select_all(view: CanvasView) -> None:
    """Select every node and every edge."""
    network = view.network
    own = (card for card in network.places if card not in network.outside)
    network.select(own, network.graph.edges, network.surroundings.comments)


FLOWS: dict[Flow, str] = {"right": "Arrange from left to right", "down": "Arrange from top to bottom"}
"""What asking for one flow or the other is called."""


def arrange(view: CanvasView, flow: Flow | None = None) -> None:
    """Ask for all nodes to be put in order, and show them all.

    With a `flow`, data is drawn to flow that way from now on. A network that finds room at 100 % has rows as long as
    the canvas is wide; a larger one the proportions in which most can be read of it.
    """
    label = "Arrange" if flow is None else FLOWS[flow]
    room = (float(view.viewport().width()), float(view.viewport().height()))
    least = adding.columns_of(view, flow)
    view.request(label, partial(edits.arrange, columns=least, scope=view.folding.scope, flow=flow, room=room))
    view.fit()


def open_card(view: CanvasView, card: str) -> None:
    """Look into a group, or let the hyperparameters of a layer be edited."""
    if card in view.folding.graph.groups_by_id:
        view.look_into(card)
    else:
        view.node_activated.emit(card)


def toggle_minimap(view: CanvasView) -> None:
    """Show the minimap while something is out of sight, or never; say so when nothing can be seen of the change."""
    was_hidden = view.minimap.isHidden()
    view.minimap.want(not view.minimap.is_wanted)
    if was_hidden and view.minimap.isHidden():
        how = "is shown as soon as a part of the network is out of sight" if view.minimap.is_wanted else "stays away"
        view.say(f"The minimap {how}.", view.seen().center, mood="")


def connect_by_keys(view: CanvasView, source: str) -> None:
    """Begin to choose, by keys, what a node's output is to be connected to."""
    place = view.network.places[source]
    if view.network.graph.node(source).is_loss:
        view.say("A loss has no output to connect.", place)
        return
    gesture = ConnectByKeys(view, source)
    if gesture.target is None:
        view.say(f"There is no layer that {name_of(view.network.graph, source)} could be connected to.", place)
        return
    view.begin(gesture)


def open_menu_at_current(view: CanvasView) -> None:
    """Open the context menu of the node that keys go to, of the comment that is selected, or of the canvas."""
    around = view.network.surroundings
    if around.selected_comments and not view.network.selected:
        box = around.comments[around.selected_comments[-1]].box
        point = Point(box.left + 24.0, box.top + 24.0)
        entries = clipboard_commands.entries_of_comment(view, around.selected_comments[-1])
        view.open_menu(entries, QPointF(view.place_of(point)))
    elif view.current is not None:
        place = view.network.places[view.current]
        point = Point(place.x + 24.0, place.y + HEIGHT - 10.0)
        view.open_menu(entries_for(view, view.current, point), QPointF(view.place_of(point)))
    else:
        middle = view.seen().center
        view.open_menu(entries_for(view, None, middle), QPointF(view.place_of(middle)))


def entries_for(view: CanvasView, thing: str | Edge | None, point: Point) -> tuple[Entry, ...]:
    """The context menu of a node, an edge, or empty canvas."""
    if isinstance(thing, str):
        own = (*freezing.entries(view), *group_commands.entries(view, thing))
        about = (*_repairs(view, thing, point), *own, *_of_node(view, thing))
        return (*about, SEPARATOR, *clipboard_commands.entries_of_selection(view), SEPARATOR, *_of_canvas(view))
    if thing is not None:
        return (*_of_edge(view, thing, point), SEPARATOR, *_of_canvas(view))
    return (
        Entry("Add layer…", partial(adding.want_here, view, point), "/"),
        Entry("Add comment", partial(clipboard_commands.add_comment, view, point), "N"),
        Entry("Paste", partial(clipboard_commands.paste, view, point), "Ctrl+V"),
        SEPARATOR,
        *_of_canvas(view),
    )


def _repairs(view: CanvasView, node_id: str, point: Point) -> tuple[Entry, ...]:
    offers = [repair for problem in view.network.problems.get(node_id, ()) for repair in problem.repairs]
    entries = [Entry(offer.label, partial(view.request, offer.label, offer.edit, point)) for offer in offers]
    if node_id in view.network.problems:
        entries.append(Entry("What is wrong here", partial(complaints.tell, view, node_id), "P"))
    return (*entries, SEPARATOR) if entries else ()


def _of_node(view: CanvasView, node_id: str) -> tuple[Entry, ...]:
    graph = view.network.graph
    if isinstance(graph.node(node_id).layer, GroupCard):
        return (
            Entry("Connect to…", partial(connect_by_keys, view, node_id), "C"),
            Entry("Delete", partial(delete_selection, view), "Del"),
        )
    is_loss = graph.node(node_id).is_loss
    into = [_cut(view, edge, edge.source) for edge in graph.inputs_of(node_id)]
    out = [_cut(view, edge, edge.target) for edge in graph.outputs_of(node_id)]
    entries = [Entry("Edit hyperparameters", partial(view.node_activated.emit, node_id), "Return")]
    if not is_loss:
        entries.append(Entry("Add after…", partial(adding.want_after, view, node_id), "/"))
        entries.append(Entry("Connect to…", partial(connect_by_keys, view, node_id), "C"))
    if adding.kinds_instead(view, node_id):
        entries.append(Entry("Replace with…", partial(adding.want_instead, view, node_id), "R"))
    entries.append(_submenu("Disconnect", (*into, *out)))
    entries.append(Entry("Delete", partial(delete_selection, view), "Del"))
    if into and out:
        entries.append(Entry("Delete and cut", partial(delete_selection, view, heal=False), "Shift+Del"))
    return tuple(entries)


def _of_edge(view: CanvasView, edge: Edge, point: Point) -> tuple[Entry, ...]:
    inserting = Entry("Insert…", partial(adding.want_on, view, edge, point), "/")
    return inserting, Entry("Disconnect", partial(disconnect, view, (edge,)), "Del")


def _of_canvas(view: CanvasView) -> tuple[Entry, ...]:
    has_nodes = bool(view.network.places)
    return (
        Entry("Select all", partial(select_all, view), "Ctrl+A", has_nodes),
        Entry("Arrange", partial(arrange, view), is_enabled=has_nodes),
        *(Entry(label, partial(arrange, view, flow), is_enabled=has_nodes) for flow, label in FLOWS.items()),
        Entry("Fit", view.fit, "F", has_nodes),
    )


def _cut(view: CanvasView, edge: Edge, other: str) -> Entry:
    return Entry(f"from {name_of(view.network.graph, other)}", partial(disconnect, view, (edge,)))


def _submenu(label: str, children: tuple[Entry, ...]) -> Entry:
    return Entry(label, children=children) if children else Entry(label, is_enabled=False)
