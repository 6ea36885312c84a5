"""Along which axis data flows. What is true of a network that flows to the right is, turned, of one that flows down.

Turning swaps x and y: positions and ways are worked out as if data flowed to the right, and turned back.
"""

from __future__ import annotations

from dataclasses import dataclass

from deepviz.document.graph import Flow
from deepviz.document.layout import CARD_PITCH
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Box, Point
from deepviz.gui.canvas.route import Route, level_between, loose_end, route


@dataclass(frozen=True)
class Axes:
    """How long cards are along the flow, and how wide across it, in scene units.

    Attributes
    ----------
    flow
        Which way data flows.
    length, breadth
        Extent of a card along the flow and across it.
    pitch
        From one card to the next along the flow.
    """

    flow: Flow
    length: float
    breadth: float
    pitch: float

    @classmethod
    def of(cls, flow: Flow) -> Axes:
        """The axes of a flow."""
        return _DOWN if flow == "down" else _RIGHT

    def turned(self, place: tuple[float, float]) -> Point:
        """A point as it would be if data flowed to the right; turned once more, it is the first one again."""
        return Point(place[1], place[0]) if self.flow == "down" else Point(*place)

    def turned_box(self, box: Box) -> Box:
        """The same for a box."""
        return Box(box.top, box.left, box.bottom, box.right) if self.flow == "down" else box

    def turned_route(self, way: Route) -> Route:
        """The same for the way of an edge."""
        if self.flow != "down":
            return way
        turn = self.turned
        return Route(tuple((turn(a), turn(b), turn(c), turn(d)) for a, b, c, d in way.curves))


_RIGHT = Axes("right", WIDTH, HEIGHT, CARD_PITCH[0])
_DOWN = Axes("down", HEIGHT, WIDTH, CARD_PITCH[1])


def flowing_route(flow: Flow, start: Point, end: Point) -> Route:
    """The shortest way from an output port to an input port, along the flow."""
    axes = Axes.of(flow)
    start, end = axes.turned(start), axes.turned(end)
    return axes.turned_route(route(start, end, back_on=level_between(start, end, axes.breadth)))


def flowing_loose_end(flow: Flow, start: Point, end: Point) -> Route:
    """The curve from an output to where the pointer is, along the flow."""
    axes = Axes.of(flow)
    return axes.turned_route(loose_end(axes.turned(start), axes.turned(end)))
