"""What is dragged over the canvas and dropped on it. For now that is a layer of the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from deepviz.document import edits
from deepviz.gui.canvas.placing import PlaceLayer

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView

DEFINITION_MIME = "application/x-deepviz-definition"
"""What the palette offers: the key of a layer or loss, as UTF-8."""


class Drops:
    """Follows what is dragged over a canvas, from when it enters until it leaves or is dropped.

    Parameters
    ----------
    view
        The canvas.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._placing: PlaceLayer | None = None
        self._replaces = False

    def enter(self, event: QDragEnterEvent) -> None:
        """Something has come over the canvas: take it if it is a layer."""
        self._placing = None
        if not event.mimeData().hasFormat(DEFINITION_MIME):
            event.ignore()
            return
        try:
            layer = edits.new_layer(event.mimeData().data(DEFINITION_MIME).toStdString())
        except edits.EditError as error:
            self._view.say(str(error))
            event.ignore()
            return
        self._view.cancel_gesture()
        self._view.bubble.dismiss()
        self._placing = PlaceLayer(self._view, layer)
        _accept(event)

    def move(self, event: QDragMoveEvent) -> None:
        """It has moved: show what a drop would do."""
        if self._placing is None:
            event.ignore()
            return
        self._replaces = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.follow(event.position())
        self._view.border.drag_to(event.position())
        _accept(event)

    def follow(self, place: QPointF) -> None:
        """It is at this place of the viewport, or the network has been pushed below it: show what a drop would do."""
        if self._placing is not None:
            self._placing.move(self._view.scene_point(place), self._replaces)

    def leave(self) -> None:
        """It has gone away again."""
        self._view.border.end()
        if self._placing is not None:
            self._placing.cancel()
            self._placing = None

    def drop(self, event: QDropEvent) -> None:
        """It was let go: ask for what was shown."""
        self._view.border.end()
        placing, self._placing = self._placing, None
        if placing is None:
            event.ignore()
            return
        _accept(event)
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        replaces = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        placing.drop(self._view.scene_point(event.position()), replaces)


def _accept(event: QDropEvent) -> None:
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
