"""What edges have to go around: the cards of a canvas, found by place and not by looking at all of them."""

from __future__ import annotations

from collections.abc import Iterator

from deepviz.gui.canvas.geometry import HEIGHT, Box

CELL = 256.0
"""Side of the squares that the canvas is divided in, in scene units; a card lies in at most four."""


class Obstacles:
    """The places of all cards, kept by the squares of the canvas that they lie in.

    Attributes
    ----------
    breadth
        How high cards are, in scene units, where data flows to the right.
    """

    def __init__(self, breadth: float = HEIGHT) -> None:
        self.breadth = breadth
        self._boxes: dict[str, Box] = {}
        self._cells: dict[tuple[int, int], set[str]] = {}

    def put(self, node_id: str, box: Box) -> None:
        """A card is here now."""
        self.remove(node_id)
        self._boxes[node_id] = box
        for cell in _cells_of(box):
            self._cells.setdefault(cell, set()).add(node_id)

    def remove(self, node_id: str) -> None:
        """A card is no more. One that was not there is passed over."""
        box = self._boxes.pop(node_id, None)
        for cell in _cells_of(box) if box is not None else ():
            self._cells[cell].discard(node_id)

    def meeting(self, area: Box, but: tuple[str, ...] = ()) -> list[Box]:
        """The cards that have a point in common with an area, without some."""
        found = {node_id for cell in _cells_of(area) for node_id in self._cells.get(cell, ())}
        boxes = (self._boxes[node_id] for node_id in found.difference(but))
        return [box for box in boxes if box.meets(area)]


def _cells_of(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.left // CELL), int(box.right // CELL) + 1):
        for row in range(int(box.top // CELL), int(box.bottom // CELL) + 1):
            yield column, row
