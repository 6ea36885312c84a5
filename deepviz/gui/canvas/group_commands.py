"""Commands on groups and attached activations: for keys, for context menus, for the owner of the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from deepviz.document import ends, group_edits, membership
from deepviz.gui.canvas.frame_item import BAR
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point
from deepviz.gui.canvas.menu import SEPARATOR, Entry
from deepviz.gui.canvas.text_editor import TextEditor
from deepviz.gui.canvas.words import named, numbered

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView

REPEATS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16)
"""How often a group can be repeated by the menu; the panel takes any number."""


def selected_groups(view: CanvasView) -> tuple[str, ...]:
    """The selected groups: those drawn as cards, and those drawn open of which all cards are selected."""
    selected = set(view.network.selected)
    groups = view.folding.graph.groups_by_id
    opened = tuple(frame.group.id for frame in view.folding.drawing.frames if selected >= set(frame.cards))
    outermost = [each for each in opened if not set(view.folding.graph.way_up(each)[1:]) & set(opened)]
    return (*(card for card in view.network.selected if card in groups), *outermost)


def group_selection(view: CanvasView) -> None:
    """Ask for the selected cards to become a group."""
    cards = view.network.own_selected
    if not cards:
        view.say("Select the layers to group first: drag a rectangle around them, or click them with Ctrl.")
        return
    view.request(f"Group {named(view.network.graph, cards)}", partial(group_edits.group, cards=cards))


def ungroup_selection(view: CanvasView) -> None:
    """Ask for the selected groups to be dissolved."""
    found = selected_groups(view)
    if not found:
        view.say("Select a group to ungroup.")
        return
    shown = {node for each in found for node in view.folding.graph.members(each)}
    view.request(f"Ungroup {_names(view, found)}", partial(group_edits.ungroup, group_ids=found))
    view.select(tuple(shown))


def leave_group(view: CanvasView) -> None:
    """Ask for the selected cards to be taken out of the group that they lie in."""
    cards = membership.together(view.folding.graph, view.network.own_selected)
    leaving = tuple(card for card in cards if ends.group_around(view.folding.graph, card))
    if not leaving:
        view.say("Select layers that lie in a group first; a group as a whole is dissolved by Ungroup.", mood="")
        return
    around = {ends.group_around(view.folding.graph, card) for card in leaving}
    view.request(
        f"Move {_called(view, leaving)} out of {_names(view, tuple(around))}", partial(membership.left, cards=leaving)
    )
    view.select(leaving)


def join_group(view: CanvasView, group_id: str) -> None:
    """Ask for the selected cards to be put into a group."""
    cards = membership.together(view.folding.graph, view.network.own_selected)
    edit = partial(membership.joined, cards=cards, group_id=group_id)
    view.request(f"Move {_called(view, cards)} into {_names(view, (group_id,))}", edit)
    view.select(cards)


def set_collapsed(view: CanvasView, group_ids: Sequence[str], collapsed: bool) -> None:
    """Ask for groups to be drawn as one card each, or open."""
    label = f"{'Collapse' if collapsed else 'Open'} {_names(view, group_ids)}"
    view.request(label, partial(group_edits.set_collapsed, group_ids=group_ids, collapsed=collapsed))
    view.select(tuple(group_ids) if collapsed else tuple(view.folding.graph.members(group_ids[0])))


def set_repeat(view: CanvasView, group_id: str, count: int) -> None:
    """Ask for a group to be repeated."""
    name = view.folding.graph.groups_by_id[group_id].name
    view.request(f"Repeat {name} × {count}", partial(group_edits.set_repeat, group_id=group_id, count=count))


def rename(view: CanvasView, group_id: str) -> TextEditor:
    """Let the name of a group be written where it stands."""
    group = view.folding.graph.groups_by_id[group_id]

    def taken(name: str) -> None:
        view.request(f"Rename {group.name}", partial(group_edits.rename_group, group_id=group_id, name=name))

    frames = view.network.surroundings.frames
    if group_id in frames:
        bar = frames[group_id].bar
        area = QRect(view.place_of(Point(bar.left, bar.top)), view.place_of(Point(bar.right, bar.top + BAR)))
    elif group_id in view.network.places:
        left, top = view.network.places[group_id]
        area = QRect(view.place_of(Point(left, top)), view.place_of(Point(left + WIDTH, top + HEIGHT / 2)))
    else:
        area = QRect(QPoint(12, 12), QPoint(12 + int(WIDTH), 48))
    field = TextEditor(view, area, group.name, taken, True, f"Name of the group {group.name}", group_edits.LONGEST_NAME)
    field.overfull.connect(lambda most: view.say(f"The name of a group has at most {most} letters."))
    return field


def rename_selected(view: CanvasView) -> bool:
    """Let the name of the selected group be written, or of the one that is looked into. Says whether there is one."""
    found = selected_groups(view) or ((view.folding.scope,) if view.folding.scope else ())
    if found:
        rename(view, found[0])
    return bool(found)


def toggle_selected(view: CanvasView) -> bool:
    """Open the selected groups in place, or collapse them. Says whether there are any."""
    found = selected_groups(view)
    if found:
        set_collapsed(view, found, found[0] in view.network.surroundings.frames)
    return bool(found)


def go_out(view: CanvasView) -> bool:
    """Look at what is around the group that is looked into. Says whether there is something."""
    scope = view.folding.scope
    if not scope:
        return False
    view.look_into(view.folding.graph.groups_by_id[scope].parent)
    view.select((scope,))
    return True


def attach(view: CanvasView, node_id: str) -> None:
    """Ask for an activation to be drawn on the card of its layer."""
    view.request(f"Attach {node_id}", partial(group_edits.attach, node_id=node_id))


def detach(view: CanvasView, node_id: str) -> None:
    """Ask for an attached activation to be drawn on a card of its own."""
    view.request(f"Detach {node_id}", partial(group_edits.detach, node_id=node_id))


def attach_all(view: CanvasView, attached: bool) -> None:
    """Ask for all activations to be drawn on the cards of their layers, or all on cards of their own."""
    label = "Attach activations" if attached else "Detach activations"
    view.request(label, partial(group_edits.attach_all, attached=attached))


def entries(view: CanvasView, card: str) -> tuple[Entry, ...]:
    """What the context menu of a card offers about groups and activations."""
    graph, drawing = view.folding.graph, view.folding.drawing
    if card in view.network.outside:
        there = view.folding.scope_of(card)
        return (Entry("Go to it", lambda: view.reveal(card)),) if there != view.folding.scope else ()
    if card in graph.groups_by_id:
        return (*_of_group(view, card), *_belonging(view), SEPARATOR)
    found: list[Entry] = []
    if card in drawing.attached:
        on_it = drawing.attached[card]
        found.append(Entry(f"Edit {on_it.layer.label}", partial(view.node_activated.emit, on_it.id)))
        found.append(Entry(f"Detach {on_it.layer.label}", partial(detach, view, on_it.id)))
    elif ends.can_be_attached(graph, card):
        (edge,) = graph.inputs_of(card)
        found.append(Entry(f"Attach to {edge.source}", partial(attach, view, card)))
    found.append(Entry("Group", partial(group_selection, view), "Ctrl+G"))
    return (*found, *_belonging(view), SEPARATOR)


def entries_of_frame(view: CanvasView, group_id: str) -> tuple[Entry, ...]:
    """The context menu of the frame of an open group."""
    return _of_group(view, group_id)


def _of_group(view: CanvasView, group_id: str) -> tuple[Entry, ...]:
    group = view.folding.graph.groups_by_id[group_id]
    is_open = group_id in view.network.surroundings.frames
    repeats = [
        Entry("Once" if count == 1 else f"{count} times", partial(set_repeat, view, group_id, count))
        for count in REPEATS
    ]
    return (
        Entry("Look into", partial(view.look_into, group_id), "Return"),
        Entry(
            "Collapse to one card" if is_open else "Open in place",
            partial(set_collapsed, view, (group_id,), is_open),
        ),
        Entry("Rename", partial(rename, view, group_id), "F2"),
        Entry(f"Repeat (now × {group.repeat})" if group.repeat > 1 else "Repeat", children=tuple(repeats)),
        Entry("Ungroup", partial(_ungroup, view, group_id), "Ctrl+Shift+G"),
    )


def _belonging(view: CanvasView) -> tuple[Entry, ...]:
    """What the context menu of cards offers about the groups that they could lie in."""
    graph = view.folding.graph
    cards = membership.together(graph, view.network.own_selected)
    around = {ends.group_around(graph, card) for card in cards}
    groups = (
        group
        for group in graph.groups
        if view.folding.scope in ("", *graph.way_up(group.parent))
        and around != {group.id}
        and set(cards).isdisjoint(graph.way_up(group.id))
    )
    children = tuple(Entry(group.name, partial(join_group, view, group.id)) for group in groups)
    found = [Entry("Move into", children=children)] if children else []
    if around - {""}:
        found.append(Entry("Move out of the group", partial(leave_group, view), "Shift+O"))
    return tuple(found)


def _called(view: CanvasView, cards: Sequence[str]) -> str:
    """What is moved: one by its name, or how many."""
    groups = view.folding.graph.groups_by_id
    if len(cards) == 1:
        return groups[cards[0]].name if cards[0] in groups else cards[0]
    return numbered(len(cards))


def _ungroup(view: CanvasView, group_id: str) -> None:
    shown = view.folding.graph.members(group_id)
    view.request(f"Ungroup {_names(view, (group_id,))}", partial(group_edits.ungroup, group_ids=(group_id,)))
    view.select(shown)


def _names(view: CanvasView, group_ids: Sequence[str]) -> str:
    names = [view.folding.graph.groups_by_id[group_id].name for group_id in group_ids]
    return names[0] if len(names) == 1 else f"{len(names)} groups"
