"""Everything that keys and the pointer do, as one list, gathered from the tables that the window itself obeys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtGui import QKeySequence

from deepviz.gui.actions import MENUS, ROWS
from deepviz.gui.canvas.keyboard import FIXED_KEYS, KEYS

CANVAS, OUTLINE, VIEW, POINTER = "On the canvas", "In the outline", "In a live view", "With the pointer"


@dataclass(frozen=True)
class Shortcut:
    """What some keys, or a gesture, do.

    Attributes
    ----------
    heading
        Where it belongs: a menu, or a part of the window.
    text
        What it does.
    keys
        The keys as the system writes them, or the gesture in words; each of them does it.
    """

    heading: str
    text: str
    keys: tuple[str, ...]


OUTLINE_KEYS: tuple[Shortcut, ...] = (
    Shortcut(OUTLINE, "Go from layer to layer", ("Up", "Down")),
    Shortcut(OUTLINE, "Fold and unfold what a layer is connected to", ("Left", "Right")),
    Shortcut(OUTLINE, "Go to the layer whose name begins so", ("A … Z",)),
    Shortcut(OUTLINE, "Edit the layer, or follow the connection", ("Return",)),
    Shortcut(OUTLINE, "Delete the layer, or disconnect", ("Del",)),
    Shortcut(OUTLINE, "Open the context menu, with Connect to…", ("Shift+F10",)),
    Shortcut(OUTLINE, "Go back to the canvas", ("Esc",)),
)
"""What a tree does with keys is mostly Qt's own doing, so these cannot be looked up anywhere."""

VIEW_KEYS: tuple[Shortcut, ...] = (
    Shortcut(VIEW, "Pause the view, or let it follow the run", ("Shift+P",)),
    Shortcut(VIEW, "Large window, or back", ("F11",)),
    Shortcut(VIEW, "Go back from a window of its own", ("Esc",)),
    Shortcut(VIEW, "Zoom", ("+", "-")),
    Shortcut(VIEW, "Show everything again", ("Home",)),
    Shortcut(VIEW, "Logarithmic axis", ("L",)),
    Shortcut(VIEW, "Move the cross-hair", ("Left", "Right")),
    Shortcut(VIEW, "Close", ("Ctrl+W",)),
)
"""Keys that views have while the keyboard is in them; their menus show them too."""

GESTURES: tuple[Shortcut, ...] = (
    Shortcut(POINTER, "Add a layer; on a connection it goes in between", ("Drag from Layers",)),
    Shortcut(POINTER, "Connect, or move the end of a connection", ("Drag a port",)),
    Shortcut(POINTER, "Move what is selected; on a connection it goes in between", ("Drag a card",)),
    Shortcut(POINTER, "Edit a card, look into a group", ("Double-click",)),
    Shortcut(POINTER, "Choose a layer to add there", ("Double-click the canvas or a connection",)),
    Shortcut(POINTER, "Everything that can be done with what is there", ("Right click",)),
    Shortcut(POINTER, "Select several cards", ("Drag on the canvas",)),
    Shortcut(POINTER, "Add to the selection", ("Ctrl + click", "Shift + click")),
    Shortcut(POINTER, "Push the canvas", ("Space + drag", "Middle button")),
    Shortcut(POINTER, "Move a card without lining it up or inserting it", ("Alt + drag",)),
    Shortcut(POINTER, "Put a layer of the palette in the place of a card", ("Shift + drop",)),
    Shortcut(POINTER, "Zoom", ("Wheel", "Pinch")),
    Shortcut(POINTER, "Open a project or data", ("Drop a file",)),
)


def shortcuts() -> tuple[Shortcut, ...]:
    """Every shortcut, by heading: the menus first, then the canvas, the outline, views and the pointer.

    What the canvas and a menu both do is listed once, under the menu, with all keys and the words that say more.
    """
    listed = [
        Shortcut(heading, row.text.rstrip("…"), native(row.shortcuts))
        for heading in MENUS
        for row in ROWS
        if row.menu == heading and row.shortcuts
    ]
    for keys, text in (*((row.keys, row.text) for row in KEYS), *FIXED_KEYS):
        _add(listed, Shortcut(CANVAS, text, native(keys)))
    outline = (replace(row, keys=native(row.keys)) for row in OUTLINE_KEYS)
    views = (replace(row, keys=native(row.keys)) for row in VIEW_KEYS)
    return (*listed, *outline, *views, *GESTURES)


def native(keys: Iterable[str]) -> tuple[str, ...]:
    """Key sequences as the system writes them; what is no key sequence stays as it is."""
    written = (QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
    return tuple(text or key for key, text in zip(keys, written, strict=True))


def _add(listed: list[Shortcut], one: Shortcut) -> None:
    """List one more, or add its keys to what does the same already."""
    for number, other in enumerate(listed):
        is_same = other.text == one.text or not set(one.keys).isdisjoint(other.keys)
        if is_same and other.heading in (one.heading, *MENUS):
            keys = tuple(dict.fromkeys((*other.keys, *one.keys)))
            listed[number] = replace(other, text=max(other.text, one.text, key=len), keys=keys)
            return
    listed.append(one)
