"""What the pointer means where there is neither card nor connection: on comments, and on the bars of open groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from deepviz.gui.canvas import clipboard_commands, group_commands
from deepviz.gui.canvas.comment_gestures import MoveComments, ResizeComment
from deepviz.gui.canvas.comment_item import at_corner
from deepviz.gui.canvas.geometry import Point
from deepviz.gui.canvas.move_gesture import MoveNodes

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView


def press_surroundings(view: CanvasView, point: Point, adds: bool) -> bool:
    """The left button went down: take a comment or a frame. Says whether there is one."""
    network, around = view.network, view.network.surroundings
    comment = around.comment_at(point)
    if comment is not None:
        if at_corner(around.comments[comment].box, point):
            network.select((), comments=(comment,))
            view.begin(ResizeComment(view, point, comment))
            return True
        selected = around.selected_comments
        if adds:
            kept = tuple(each for each in selected if each != comment)
            network.select(network.selected, network.selected_edges, kept if comment in selected else (*kept, comment))
        elif comment not in selected:
            network.select((), comments=(comment,))
        if comment in around.selected_comments:
            along = network.own_selected
            whole = MoveNodes(view, point, along[0], whole=True) if along else None
            view.begin(whole or MoveComments(view, point, comment))
        return True
    group = around.frame_bar_at(point)
    if group is None:
        return False
    cards = around.frames[group].frame.cards
    others = network.selected if adds else ()
    network.select((*others, *cards))
    view.current = cards[0]
    view.begin(MoveNodes(view, point, cards[0], whole=True))
    return True


def open_surroundings(view: CanvasView, point: Point) -> bool:
    """A double-click: write in a comment, or collapse an open group. Says whether there is one."""
    around = view.network.surroundings
    comment, group = around.comment_at(point), around.frame_bar_at(point)
    if comment is not None:
        clipboard_commands.write(view, comment)
    elif group is not None:
        group_commands.set_collapsed(view, (group,), True)
    return comment is not None or group is not None


def open_menu_of_surroundings(view: CanvasView, point: Point) -> bool:
    """Open the context menu of a comment or frame. Says whether there is one."""
    around = view.network.surroundings
    comment, group = around.comment_at(point), around.frame_bar_at(point)
    if comment is not None:
        if comment not in around.selected_comments:
            view.network.select((), comments=(comment,))
        view.open_menu(clipboard_commands.entries_of_comment(view, comment), QPointF(view.place_of(point)))
    elif group is not None:
        view.network.select(around.frames[group].frame.cards)
        view.open_menu(group_commands.entries_of_frame(view, group), QPointF(view.place_of(point)))
    return comment is not None or group is not None


def cursor_over_surroundings(view: CanvasView, point: Point) -> Qt.CursorShape | None:
    """The shape of the pointer over a comment or the bar of a frame; None elsewhere."""
    around = view.network.surroundings
    comment = around.comment_at(point)
    if comment is not None and at_corner(around.comments[comment].box, point):
        return Qt.CursorShape.SizeFDiagCursor
    if comment is not None or around.frame_bar_at(point) is not None:
        return Qt.CursorShape.SizeAllCursor
    return None
