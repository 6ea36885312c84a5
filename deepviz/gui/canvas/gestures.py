"""Gestures: each is an object that lives from a press to a release. It shows what would happen, then asks for it.

A gesture knows the canvas through the few things that `Canvas` lists, and never touches items.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.canvas.geometry import Box, Point, snapped
from deepviz.gui.canvas.hit_test import nodes_in
from deepviz.gui.canvas.scene import CanvasScene

DRAG_DISTANCE = 4.0
"""How many pixels a press has to move before it is taken for a drag of cards and not for a click."""

EditFunction = Callable[[Project], Project]


class Canvas(Protocol):
    """What gestures need of the view."""

    @property
    def network(self) -> CanvasScene:
        """The scene: what is drawn and where."""

    def request(self, label: str, edit: EditFunction, place: Point | None = None) -> None:
        """Ask for an edit; `place` is where to say why, should it be refused. What it adds becomes selected."""

    def say(self, text: str, place: Point | None = None, mood: str = "warning") -> None:
        """Say something at a place of the scene, or where the pointer is; without a mood it is no more than a hint."""

    def in_scene(self, pixels: float) -> float:
        """A distance on the screen in scene units."""

    def pan_by(self, dx: float, dy: float) -> None:
        """Push the network aside by so many pixels."""

    def bring_into_sight(self, node_id: str) -> None:
        """Make sure that a node can be seen."""


class Gesture:
    """What all gestures have. A press made it; moves and the release follow, or `cancel`.

    Parameters
    ----------
    canvas
        The view it happens on.
    start
        Where it began, in the scene.
    """

    cursor: Qt.CursorShape | None = None

    def __init__(self, canvas: Canvas, start: Point) -> None:
        self.canvas = canvas
        self.start = start

    @property
    def network(self) -> CanvasScene:
        """The scene of the canvas."""
        return self.canvas.network

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer has moved."""

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer was released: ask for what was shown."""

    def press_key(self, event: QKeyEvent) -> bool:
        """A key was pressed meanwhile. Says whether the gesture wanted it."""
        return False

    def cancel(self) -> None:
        """Show what was there before, and ask for nothing."""


class Pan(Gesture):
    """Pushing the whole network aside."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        # The point under the pointer is to stay there, so what it moved in the scene is what the view has to give back.
        scale = 1.0 / self.canvas.in_scene(1.0)
        self.canvas.pan_by((point.x - self.start.x) * scale, (point.y - self.start.y) * scale)


class RubberBand(Gesture):
    """Drawing a rectangle around what is to be selected; with Ctrl or Shift it adds to the selection."""

    def __init__(self, canvas: Canvas, start: Point, adds: bool) -> None:
        super().__init__(canvas, start)
        self._before = self.network.selected if adds else ()
        self._edges_before = self.network.selected_edges if adds else ()
        self._original = (self.network.selected, self.network.selected_edges)
        self.network.select(self._before, self._edges_before)

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        xs, ys = sorted((self.start.x, point.x)), sorted((self.start.y, point.y))
        area = Box(xs[0], ys[0], xs[1], ys[1])
        self.network.overlays.show_band(area)
        chosen = nodes_in(self.network.places, area)
        inside = set(chosen)
        edges = [edge for edge in self.network.graph.edges if edge.source in inside and edge.target in inside]
        self.network.select((*self._before, *chosen), (*self._edges_before, *edges))

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        self.network.overlays.hide()

    def cancel(self) -> None:
        self.network.overlays.hide()
        self.network.select(*self._original)


class MoveNodes(Gesture):
    """Dragging the selected cards. The one under the pointer snaps to the grid (not with Alt), the others keep step."""

    def __init__(self, canvas: Canvas, start: Point, grabbed: str) -> None:
        super().__init__(canvas, start)
        self._grabbed = grabbed
        self._origins = {node_id: self.network.places[node_id] for node_id in self.network.selected}
        self._has_begun = False

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        far = max(abs(point.x - self.start.x), abs(point.y - self.start.y)) > self.canvas.in_scene(DRAG_DISTANCE)
        self._has_begun = self._has_begun or far
        if self._has_begun:
            self.network.preview_places(self._moved(point, modifiers))

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        if not self._has_begun:
            # A click: of several selected nodes, the one that was clicked remains. Ctrl and Shift were seen to before.
            if not modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
                self.network.select((self._grabbed,))
            return
        moved = self._moved(point, modifiers)
        if moved == self._origins:
            self.cancel()
            return
        what = self._grabbed if len(moved) == 1 else f"{len(moved)} layers"
        self.canvas.request(f"Move {what}", partial(edits.move, positions=moved), point)
        # If the edit was made, everything is there already; if it was refused, it has to go back.
        self.network.end_preview()

    def cancel(self) -> None:
        self.network.end_preview()

    def _moved(self, point: Point, modifiers: Qt.KeyboardModifier) -> dict[str, Point]:
        origin = self._origins[self._grabbed]
        wanted = Point(origin.x + point.x - self.start.x, origin.y + point.y - self.start.y)
        if not modifiers & Qt.KeyboardModifier.AltModifier:
            wanted = snapped(wanted)
        dx, dy = wanted.x - origin.x, wanted.y - origin.y
        return {node_id: Point(place.x + dx, place.y + dy) for node_id, place in self._origins.items()}
