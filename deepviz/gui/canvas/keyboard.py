"""The canvas by keys alone: going from node to node and along edges, nudging, connecting, and what menus name keys for.

`KEYS` is the table of all of them. What a key does is looked up there, and so is what the overview of shortcuts says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from deepviz.gui.canvas import adding, clipboard_commands, commands, complaints, freezing, group_commands
from deepviz.gui.canvas.clipboard_commands import SIZES
from deepviz.gui.canvas.connect_gesture import ConnectByKeys
from deepviz.gui.canvas.geometry import GRID, Point
from deepviz.gui.canvas.hit_test import Direction, in_flow, neighbour
from deepviz.gui.canvas.words import name_of

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_IGNORED = Qt.KeyboardModifier.KeypadModifier
"""The keypad says so of itself; its plus and minus are as good as any."""


@dataclass(frozen=True)
class CanvasKey:
    """What some keys do while the keyboard is on the canvas.

    Attributes
    ----------
    keys
        Key sequences in Qt's portable writing, the main one first.
    text
        What they do, for the overview of shortcuts. Rows of one text are shown as one.
    run
        Does it. Says False if there was nothing to do, and the key belongs to somebody else.
    """

    keys: tuple[str, ...]
    text: str
    run: Callable[[CanvasView], object]


def press_key(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key means. Says whether it means anything here."""
    if event.key() == Qt.Key.Key_Escape:
        return _escape(view)
    gesture = view.gesture
    if gesture is not None:
        if isinstance(gesture, ConnectByKeys) and event.key() in _ENTER:
            view.bubble.dismiss()
            view.end_gesture(Point(0, 0), event.modifiers())
            return True
        return gesture.press_key(event)
    row = _row_of(Qt.Key(event.key()), event.modifiers() & ~_IGNORED)
    return row is not None and row.run(view) is not False


def do(view: CanvasView, key: str, otherwise: str = "Select a layer first.") -> None:
    """Do what a key of the table does, for a menu, and say something if there is nothing that it could be done with."""
    if view.gesture is None and _TABLE[QKeySequence(key).toString()].run(view) is False:
        view.say(otherwise, view.seen().center, mood="")


def go_along(view: CanvasView, step: int) -> bool:
    """Go to the next (step 1) or previous (step -1) node of the flow. Says whether there was one."""
    order = in_flow(view.network.graph)
    if view.current not in view.network.places:
        return False
    number = order.index(view.current) + step
    if not 0 <= number < len(order):
        return False
    view.go_to(order[number])
    return True


def arrive(view: CanvasView, forwards: bool) -> None:
    """The keyboard came to the canvas: show where it is."""
    order = in_flow(view.network.graph)
    if order:
        view.go_to(view.current or order[0 if forwards else -1])


def _row_of(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> CanvasKey | None:
    """The row of the table for a key. Where a sign such as "?" or "+" needs Shift, that is not counted."""
    found = _TABLE.get(QKeySequence(QKeyCombination(modifiers, key)).toString())
    if found is None and Qt.Key.Key_Space < key < Qt.Key.Key_AsciiTilde and not Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
        found = _TABLE.get(QKeySequence(QKeyCombination(modifiers & ~_SHIFT, key)).toString())
    return found


def _escape(view: CanvasView) -> bool:
    if view.cancel_gesture():
        view.bubble.dismiss()
        return True
    if view.bubble.dismiss():
        return True
    if view.network.selected_edges and not view.network.selected and view.current is not None:
        view.go_to(view.current)
        return True
    network = view.network
    if network.selected or network.selected_edges or network.surroundings.selected_comments:
        network.select(())
        return True
    return group_commands.go_out(view)


def _go(direction: Direction, view: CanvasView) -> bool:
    if not view.network.places:
        return False
    if view.current is None:
        view.go_to(in_flow(view.network.graph)[0])
        return True
    view.go_to(neighbour(view.network.places, view.current, direction) or view.current)
    return True


def _go_to_end(number: int, view: CanvasView) -> bool:
    order = in_flow(view.network.graph)
    if order:
        view.go_to(order[number])
    return bool(order)


def _nudge(dx: float, dy: float, view: CanvasView) -> None:
    commands.nudge(view, dx, dy)


def _enter(view: CanvasView) -> bool:
    """Edit the node that keys go to, or follow the edge that was chosen from there, or write in a comment."""
    comments = view.network.surroundings.selected_comments
    if len(comments) == 1 and not view.network.selected:
        clipboard_commands.write(view, comments[0])
        return True
    if view.current is None:
        return False
    chosen = view.network.selected_edges
    if not view.network.selected and len(chosen) == 1:
        view.go_to(chosen[0].target if chosen[0].source == view.current else chosen[0].source)
    else:
        commands.open_card(view, view.current)
    return True


def _choose_edge(step: int, view: CanvasView) -> bool:
    """Choose the next edge of the node that keys go to: what comes in from top to bottom, then what goes out."""
    if view.current is None:
        return False
    edges = (*view.network.graph.inputs_of(view.current), *view.network.graph.outputs_of(view.current))
    if not edges:
        text = f"{name_of(view.network.graph, view.current)} is connected to nothing."
        view.say(text, view.network.places[view.current], mood="")
        return True
    chosen = view.network.selected_edges
    number = edges.index(chosen[0]) + step if len(chosen) == 1 and chosen[0] in edges else (0 if step > 0 else -1)
    view.network.select((), (edges[number % len(edges)],))
    return True


def _delete(view: CanvasView, heal: bool = True) -> None:
    """Delete what is selected, and let keys go on from what was before it."""
    graph, deleted = view.network.graph, set(view.network.selected)
    home = view.current
    if home in deleted:
        before = [edge.source for edge in graph.inputs_of(home) if edge.source not in deleted]
        after = [edge.target for edge in graph.outputs_of(home) if edge.target not in deleted]
        home = next(iter([*before, *after]), None)
    commands.delete_selection(view, heal)
    if view.current is None and home in view.network.places:
        view.go_on_from(home)


def _replace(view: CanvasView) -> bool:
    if view.current is None:
        return False
    adding.want_instead(view, view.current)
    return True


def _connect(view: CanvasView) -> bool:
    if view.current is None:
        return False
    commands.connect_by_keys(view, view.current)
    return True


def _show_problems(view: CanvasView) -> bool:
    if view.current is None:
        return False
    complaints.tell(view, view.current)
    return True


def _resize(key: str, view: CanvasView) -> bool:
    _label, dx, dy = SIZES[key]
    return clipboard_commands.resize_comments(view, dx, dy)


def _ask_for_help(view: CanvasView) -> None:
    view.help_wanted.emit()


KEYS: tuple[CanvasKey, ...] = (
    CanvasKey(("Left",), "Go to the card in that direction", partial(_go, "left")),
    CanvasKey(("Right",), "Go to the card in that direction", partial(_go, "right")),
    CanvasKey(("Up",), "Go to the card in that direction", partial(_go, "up")),
    CanvasKey(("Down",), "Go to the card in that direction", partial(_go, "down")),
    CanvasKey(("Home",), "Go to the first or last card of the flow", partial(_go_to_end, 0)),
    CanvasKey(("End",), "Go to the first or last card of the flow", partial(_go_to_end, -1)),
    CanvasKey(("Shift+Left",), "Nudge what is selected", partial(_nudge, -GRID, 0.0)),
    CanvasKey(("Shift+Right",), "Nudge what is selected", partial(_nudge, GRID, 0.0)),
    CanvasKey(("Shift+Up",), "Nudge what is selected", partial(_nudge, 0.0, -GRID)),
    CanvasKey(("Shift+Down",), "Nudge what is selected", partial(_nudge, 0.0, GRID)),
    CanvasKey(("Return", "Enter"), "Edit the card, or follow the connection", _enter),
    CanvasKey(("E",), "Choose the next or previous connection of the card", partial(_choose_edge, 1)),
    CanvasKey(("Shift+E",), "Choose the next or previous connection of the card", partial(_choose_edge, -1)),
    CanvasKey(("/",), "Add a layer: behind the card, on the connection, or at the pointer", adding.want_at_current),
    CanvasKey(("R",), "Replace the layer of the card", _replace),
    CanvasKey(("C",), "Connect to…: arrows choose, Enter connects", _connect),
    CanvasKey(("Del", "Backspace"), "Delete, connecting what was around it", _delete),
    CanvasKey(("Shift+Del", "Shift+Backspace"), "Delete, and cut the connections", partial(_delete, heal=False)),
    CanvasKey(("P",), "Say what is wrong here", _show_problems),
    CanvasKey(("Menu", "Shift+F10"), "Open the context menu", commands.open_menu_at_current),
    CanvasKey(("F",), "Fit the network", lambda view: view.fit()),
    CanvasKey(("M",), "Show or hide the minimap", commands.toggle_minimap),
    CanvasKey(("Ctrl++", "Ctrl+="), "Zoom in", lambda view: view.zoom_in()),
    CanvasKey(("Ctrl+-",), "Zoom out", lambda view: view.zoom_out()),
    CanvasKey(("Ctrl+0",), "Actual size", lambda view: view.zoom_reset()),
    CanvasKey(("Ctrl+A",), "Select all", commands.select_all),
    CanvasKey(("Ctrl+C",), "Copy", clipboard_commands.copy),
    CanvasKey(("Ctrl+X",), "Cut", clipboard_commands.cut),
    CanvasKey(("Ctrl+V",), "Paste", clipboard_commands.paste),
    CanvasKey(("Ctrl+D",), "Duplicate", clipboard_commands.duplicate),
    CanvasKey(("Ctrl+G",), "Group what is selected", group_commands.group_selection),
    CanvasKey(("Ctrl+Shift+G",), "Ungroup: dissolve the group", group_commands.ungroup_selection),
    CanvasKey((freezing.KEY,), "Freeze, or let learn again", freezing.toggle_frozen),
    CanvasKey(("F2",), "Rename the group", group_commands.rename_selected),
    CanvasKey(("O",), "Open the group in place, or collapse it to one card", group_commands.toggle_selected),
    CanvasKey(("Shift+O",), "Move out of the group", group_commands.leave_group),
    CanvasKey(("N",), "Add a comment", clipboard_commands.add_comment),
    CanvasKey(("Shift+N",), "Go to the next comment", clipboard_commands.go_to_next_comment),
    *(
        # Some window managers take Alt+Shift and arrows for themselves.
        CanvasKey(
            (key, key.replace("Alt", "Ctrl")), "Make the selected comment larger or smaller", partial(_resize, key)
        )
        for key in SIZES
    ),
    CanvasKey(("?",), "Keyboard shortcuts", _ask_for_help),
)
"""Every key of the canvas. Tab and Shift+Tab, which Qt sends another way, and Escape are told by `FIXED_KEYS`."""

FIXED_KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Tab", "Shift+Tab"), "Go along the flow, and on to the next part of the window"),
    (("Esc",), "Cancel; select nothing"),
    (("Space",), "Hold it and drag to push the canvas"),
)
"""Keys that are not in the table since they mean one thing whatever is going on, with what they do."""

_TABLE = {QKeySequence(key).toString(): row for row in KEYS for key in row.keys}
