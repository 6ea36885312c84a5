"""Dragging comments: to another place, or by their corner to another size."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from deepviz.document.comment_edits import LEAST_SIZE, move_comments, resize_comment
from deepviz.gui.amounts import counted
from deepviz.gui.canvas.geometry import Box, Point, snapped
from deepviz.gui.canvas.gestures import Canvas, Gesture

DRAG_DISTANCE = 4.0
"""How many pixels a press has to move before it is taken for a drag and not for a click."""


class MoveComments(Gesture):
    """Dragging the selected comments; they snap to the grid, not with Alt."""

    def __init__(self, canvas: Canvas, start: Point, grabbed: str) -> None:
        super().__init__(canvas, start)
        self._grabbed = grabbed
        around = self.network.surroundings
        self._origins = {each: around.comments[each].box for each in around.selected_comments}
        self._has_begun = False

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        far = max(abs(point.x - self.start.x), abs(point.y - self.start.y)) > self.canvas.in_scene(DRAG_DISTANCE)
        self._has_begun = self._has_begun or far
        if self._has_begun:
            self.network.surroundings.preview_comments(self._moved(point, modifiers))

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        moved = self._moved(point, modifiers)
        if not self._has_begun or moved == self._origins:
            self.cancel()
            return
        places = {comment_id: (box.left, box.top) for comment_id, box in moved.items()}
        what = "comment" if len(places) == 1 else counted(len(places), "comment")
        self.canvas.request(f"Move {what}", partial(move_comments, positions=places), point)

    def cancel(self) -> None:
        self.network.surroundings.preview_comments(self._origins)

    def _moved(self, point: Point, modifiers: Qt.KeyboardModifier) -> dict[str, Box]:
        origin = self._origins[self._grabbed]
        wanted = Point(origin.left + point.x - self.start.x, origin.top + point.y - self.start.y)
        if not modifiers & Qt.KeyboardModifier.AltModifier:
            wanted = snapped(wanted)
        dx, dy = wanted.x - origin.left, wanted.y - origin.top
        return {each: box.moved(dx, dy) for each, box in self._origins.items()}


class ResizeComment(Gesture):
    """Dragging the lower right corner of a comment."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, canvas: Canvas, start: Point, comment_id: str) -> None:
        super().__init__(canvas, start)
        self._comment_id = comment_id
        self._origin = self.network.surroundings.comments[comment_id].box

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        self.network.surroundings.preview_comments({self._comment_id: self._resized(point)})

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        box = self._resized(point)
        if box == self._origin:
            self.cancel()
            return
        edit = partial(resize_comment, comment_id=self._comment_id, size=(box.width, box.height))
        self.canvas.request("Resize comment", edit, point)

    def cancel(self) -> None:
        self.network.surroundings.preview_comments({self._comment_id: self._origin})

    def _resized(self, point: Point) -> Box:
        origin = self._origin
        corner = snapped((origin.right + point.x - self.start.x, origin.bottom + point.y - self.start.y))
        right, bottom = max(corner.x, origin.left + LEAST_SIZE[0]), max(corner.y, origin.top + LEAST_SIZE[1])
        return Box(origin.left, origin.top, right, bottom)
