"""The canvas by keys alone: going from node to node, nudging, connecting, and everything the menus name a key for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from deepviz.gui.canvas import commands
from deepviz.gui.canvas.connect_gesture import ARROWS, ConnectByKeys
from deepviz.gui.canvas.geometry import GRID, Point
from deepviz.gui.canvas.hit_test import in_flow, neighbour

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView

_NUDGES = {"left": (-GRID, 0.0), "right": (GRID, 0.0), "up": (0.0, -GRID), "down": (0.0, GRID)}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


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
    # The keypad says so of itself; its plus and minus are as good as any.
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() in ARROWS:
        return _arrow(view, event.key(), modifiers)
    if modifiers == Qt.KeyboardModifier.NoModifier:
        return _plain(view, event.key())
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return _with_control(view, event.key())
    if modifiers == Qt.KeyboardModifier.ShiftModifier and event.key() == Qt.Key.Key_F10:
        commands.open_menu_at_current(view)
        return True
    return False


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


def _escape(view: CanvasView) -> bool:
    if view.cancel_gesture():
        view.bubble.dismiss()
        return True
    if view.bubble.dismiss():
        return True
    if view.network.selected or view.network.selected_edges:
        view.network.select(())
        return True
    return False


def _arrow(view: CanvasView, key: int, modifiers: Qt.KeyboardModifier) -> bool:
    direction = ARROWS[key]
    if modifiers == Qt.KeyboardModifier.ShiftModifier:
        commands.nudge(view, *_NUDGES[direction])
        return True
    if modifiers != Qt.KeyboardModifier.NoModifier or not view.network.places:
        return False
    if view.current is None:
        view.go_to(in_flow(view.network.graph)[0])
        return True
    found = neighbour(view.network.places, view.current, direction)
    view.go_to(found or view.current)
    return True


def _plain(view: CanvasView, key: int) -> bool:
    if key in _ENTER and view.current is not None:
        view.node_activated.emit(view.current)
    elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        commands.delete_selection(view)
    elif key == Qt.Key.Key_F:
        view.fit()
    elif key == Qt.Key.Key_C and view.current is not None:
        commands.connect_by_keys(view, view.current)
    elif key == Qt.Key.Key_P and view.current is not None:
        view.show_problems(view.current)
    elif key == Qt.Key.Key_Menu:
        commands.open_menu_at_current(view)
    else:
        return False
    return True


def _with_control(view: CanvasView, key: int) -> bool:
    if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        view.zoom_in()
    elif key == Qt.Key.Key_Minus:
        view.zoom_out()
    elif key == Qt.Key.Key_0:
        view.zoom_reset()
    elif key == Qt.Key.Key_A:
        commands.select_all(view)
    else:
        return False
    return True
