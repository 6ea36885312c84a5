"""Gestures: each is an object that lives from a press to a release. It shows what would happen, then asks for it.

A gesture knows the canvas through the few things that `Canvas` lists, and never touches items.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, Qt, SignalInstance
from PySide6.QtGui import QKeyEvent

from deepviz.document.project import Project
from deepviz.gui.canvas.geometry import Box, Point
from deepviz.gui.canvas.hit_test import nodes_in
from deepviz.gui.canvas.scene import CanvasScene

EditFunction = Callable[[Project], Project]


class Canvas(Protocol):
    """What gestures need of the view."""

    @property
    def network(self) -> CanvasScene:
        """The scene: what is drawn and where."""

    def request(self, label: str, edit: EditFunction, place: Point | None = None, merge_key: str = "") -> None:
        """Ask for an edit; `place` is where to say why, should it be refused. What it adds becomes selected."""

    @property
    def layer_wanted(self) -> SignalInstance:
        """To be sent with a `LayerWanted` for somebody to choose a layer."""

    def say(self, text: str, place: Point | None = None, mood: str = "warning") -> None:
        """Say something at a place of the scene, or where the pointer is; without a mood it is no more than a hint."""

    def in_scene(self, pixels: float) -> float:
        """A distance on the screen in scene units."""

    def place_of(self, point: Point) -> QPoint:
        """Where in the viewport a point of the scene is."""

    def seen(self) -> Box:
        """The part of the scene that can be seen."""

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
    scrolls = True
    """Whether the network is pushed when the pointer comes to the border of the canvas."""

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
    scrolls = False

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        # The point under the pointer is to stay there, so what it moved in the scene is what the view has to give back.
        scale = 1.0 / self.canvas.in_scene(1.0)
        self.canvas.pan_by((point.x - self.start.x) * scale, (point.y - self.start.y) * scale)


class RubberBand(Gesture):
    """Drawing a rectangle around what is to be selected; with Ctrl or Shift it adds to the selection."""

    def __init__(self, canvas: Canvas, start: Point, adds: bool) -> None:
        super().__init__(canvas, start)
        self._before = self.network.selected if adds else ()
        around = self.network.surroundings
        self._edges_before = self.network.selected_edges if adds else ()
        self._comments_before = around.selected_comments if adds else ()
        self._original = (self.network.selected, self.network.selected_edges, around.selected_comments)
        self.network.select(self._before, self._edges_before, self._comments_before)

    def move(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        xs, ys = sorted((self.start.x, point.x)), sorted((self.start.y, point.y))
        area = Box(xs[0], ys[0], xs[1], ys[1])
        self.network.overlays.show_band(area)
        chosen = nodes_in(self.network.places, area)
        inside = set(chosen)
        edges = [edge for edge in self.network.graph.edges if edge.source in inside and edge.target in inside]
        comments = [each for each, item in self.network.surroundings.comments.items() if item.box.meets(area)]
        selected = (*self._before, *chosen)
        self.network.select(selected, (*self._edges_before, *edges), (*self._comments_before, *comments))

    def release(self, point: Point, modifiers: Qt.KeyboardModifier) -> None:
        self.network.overlays.hide()

    def cancel(self) -> None:
        self.network.overlays.hide()
        self.network.select(*self._original)
