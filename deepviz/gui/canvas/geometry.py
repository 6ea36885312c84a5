"""Where the parts of a card are: its ports, its frame, the grid it snaps to.

Plain numbers in scene units (pixels at 100 %), so that hit tests, routes and painters agree without knowing Qt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from deepviz.document.drawing import GroupCard
from deepviz.document.graph import Flow, Graph, Node
from deepviz.document.layout import CARD_SIZE

WIDTH, HEIGHT = CARD_SIZE
GRID = 8.0
PORT_RADIUS = 5.0
PORT_SPACING = 18.0
PORT_SPACING_ABOVE = 32.0
"""The same where inputs are side by side on the top of a card: there is more room, and names take more."""

PROBLEM_LINE = 20.0
"""How far below a card the line with its first problem reaches."""
PROBLEM_WIDTH = WIDTH + 36.0
"""How wide that line may be: it ends before the next card of the row."""


class Point(NamedTuple):
    """A place in the scene."""

    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """An upright rectangle in the scene."""

    left: float
    top: float
    right: float
    bottom: float

    def contains(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point lies inside, or not farther outside than `margin` along either axis."""
        return (
            self.left - margin <= point.x <= self.right + margin
            and self.top - margin <= point.y <= self.bottom + margin
        )

    def meets(self, other: Box) -> bool:
        """Whether the two have a point in common."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether the other does not reach out of this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def moved(self, dx: float, dy: float) -> Box:
        """The same rectangle elsewhere."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    @property
    def width(self) -> float:
        """From the left to the right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From the top to the bottom."""
        return self.bottom - self.top

    @property
    def center(self) -> Point:
        """The middle."""
        return Point((self.left + self.right) / 2, (self.top + self.bottom) / 2)


@dataclass(frozen=True)
class Port:
    """One of the places of a node where edges begin or end.

    Attributes
    ----------
    node_id
        The node it belongs to.
    is_output
        Whether data leaves there.
    number
        Which of the input ports it is, from 0 at the top or left; 0 for an output.
    """

    node_id: str
    is_output: bool
    number: int = 0


def takes_input(node: Node) -> bool:
    """Whether anything can be connected to the node's input side."""
    if isinstance(node.layer, GroupCard):
        return node.layer.inputs > 0
    return node.takes_input


def has_output(node: Node) -> bool:
    """Whether anything can be connected to the node's output side."""
    if isinstance(node.layer, GroupCard):
        return node.layer.has_output
    return not node.is_loss


def input_port_count(graph: Graph, node: Node) -> int:
    """How many input ports a card shows: those in use or needed, and a spare one where there may be more."""
    if isinstance(node.layer, GroupCard):
        return node.layer.inputs
    limit = node.layer.maximum_inputs
    if limit is not None and limit <= 1:
        return limit
    used = max((edge.port + 1 for edge in graph.inputs_of(node.id)), default=0)
    wanted = max(used + 1, node.layer.minimum_inputs)
    return wanted if limit is None else max(used, min(wanted, limit))


def port_offset(port: Port, count: int, flow: Flow = "right") -> Point:
    """Where a port is on its card, from the card's top left corner, when the card shows `count` input ports.

    Where data flows to the right, inputs are on the left and the output on the right; where it flows down, at the top
    and at the bottom.
    """
    if flow == "down":
        if port.is_output:
            return Point(WIDTH / 2, HEIGHT)
        spacing = min(PORT_SPACING_ABOVE, (WIDTH - 32) / max(count - 1, 1))
        return Point(WIDTH / 2 + (port.number - (count - 1) / 2) * spacing, 0.0)
    if port.is_output:
        return Point(WIDTH, HEIGHT / 2)
    spacing = min(PORT_SPACING, (HEIGHT - 24) / max(count - 1, 1))
    return Point(0.0, HEIGHT / 2 + (port.number - (count - 1) / 2) * spacing)


def card_box(position: tuple[float, float]) -> Box:
    """The frame of a card whose top left corner is at `position`."""
    return Box(position[0], position[1], position[0] + WIDTH, position[1] + HEIGHT)


def bounds(positions: Iterable[tuple[float, float]]) -> Box | None:
    """The smallest box around the cards at these positions; None if there are none."""
    places = list(positions)
    if not places:
        return None
    left, top = min(x for x, _ in places), min(y for _, y in places)
    return Box(left, top, max(x for x, _ in places) + WIDTH, max(y for _, y in places) + HEIGHT)


def around(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around some boxes; None if there are none."""
    found = list(boxes)
    if not found:
        return None
    return Box(
        min(box.left for box in found),
        min(box.top for box in found),
        max(box.right for box in found),
        max(box.bottom for box in found),
    )


def snapped(point: tuple[float, float]) -> Point:
    """The nearest point of the grid."""
    return Point(round(point[0] / GRID) * GRID, round(point[1] / GRID) * GRID)
