"""Where the box beside a cross-hair stands, so that it never covers what is pointed at, and what of it has room there.

It stands on the wider side, in the half in which the pointer is not. Where no side is wide enough for a number beside
its name it lies above or below. Of more curves than have room it tells those that are nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF

from deepviz.gui.plots.pointer import BORDER, Pointer, Reading, box_size, box_width, inside, least_height
from deepviz.gui.plots.ticks import format_integer

AWAY = 12.0
"""Pixels between the box and what is pointed at."""
LARGEST_SHARE, LEAST_LINES = 0.6, 4
"""How much of the height of a picture the box takes at most, unless that is too little for so many lines."""

Distance = Callable[[Reading], float]


class BoxPlace(NamedTuple):
    """What the box says, its upper left corner, and the room it has: what `paint_box` takes."""

    pointer: Pointer
    corner: QPointF
    room: QSizeF

    @property
    def box(self) -> QRectF:
        """The box in pixels."""
        return QRectF(self.corner, box_size(self.pointer, self.room))


def place_box(pointer: Pointer, pointed: QRectF, view: QRectF, distance: Distance) -> BoxPlace:
    """Find the place of a box.

    Parameters
    ----------
    pointer
        What is to be told.
    pointed
        What must not be covered, in pixels: the cross-hair where it is pointed at, and the hand.
    view
        Where the box may be.
    distance
        How far from the pointer the curve of a reading is; those farthest are left out first.
    """
    left, right = pointed.left() - AWAY - view.left(), view.right() - pointed.right() - AWAY
    tall = max(LARGEST_SHARE * view.height(), least_height(LEAST_LINES))
    if max(left, right) - BORDER >= _least_width(pointer):
        room = QSizeF(max(left, right) + BORDER, min(tall, view.height()))
        told = fitting(pointer, room, distance)
        size = box_size(told, room)
        x = pointed.right() + AWAY if right >= left else pointed.left() - AWAY - size.width()
        is_low = pointed.center().y() >= view.center().y()
        y = view.top() if is_low else view.bottom() - size.height()
    else:
        above, below = pointed.top() - AWAY - view.top(), view.bottom() - pointed.bottom() - AWAY
        room = QSizeF(view.width(), min(max(above, below, least_height(2)), tall, view.height()))
        told = fitting(pointer, room, distance)
        size = box_size(told, room)
        x = pointed.center().x() - size.width() / 2
        y = view.bottom() - size.height() if below >= above else view.top()
    corner = inside(QPointF(x, y) - view.topLeft(), size, view.size()) + view.topLeft()
    return BoxPlace(told, corner, room)


def fitting(pointer: Pointer, room: QSizeF, distance: Distance) -> Pointer:
    """The same with as many readings as have room: the nearest ones in their order, and how many more there are."""
    told, left_out = pointer, 0
    while box_size(told, QSizeF(room.width(), 1e6)).height() > room.height() - 2 * BORDER:
        values = [each for each in told.readings if each.value]
        if not values:
            break
        farthest = max(reversed(values), key=distance)
        more = next((each for each in told.readings if each.stands_for), None)
        left_out += 1
        count = left_out if more is None else more.stands_for + 1
        kept = tuple(each for each in told.readings if each is not farthest and each is not more)
        values_end = max((place + 1 for place, each in enumerate(kept) if each.value), default=0)
        rest = Reading(f"and {format_integer(count)} more", "", "", stands_for=count)
        told = replace(pointer, readings=(*kept[:values_end], rest, *kept[values_end:]))
    return told


def _least_width(pointer: Pointer) -> float:
    """How wide the box has to be for each number to stand beside its name; words without one may go on below."""
    return box_width(replace(pointer, heading="", readings=tuple(each for each in pointer.readings if each.value)))
