"""The way of an edge from an output port to an input port, as smooth cubic curves.

Forwards it is one curve. To a target that lies behind, it goes out to the right, back along the gap between the rows
and in from the left. Around cards that stand in between it makes a detour, of which `courses` says on which level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import dist

from deepviz.gui.canvas.geometry import HEIGHT, Box, Point

Cubic = tuple[Point, Point, Point, Point]

FORWARD_ROOM = 20.0
"""The least way to the right, from port to port, for which a single curve looks well."""
LOOP = 34.0
LANDING = 18.0
CLIMB = 52.0
"""How far beside a port a detour has reached its level."""
CLEARANCE = 20.0
HALF_GAP = 28.0
"""From a row of cards to the middle of the gap beside it."""
_STEPS = 16


@dataclass(frozen=True)
class Route:
    """A chain of cubic curves, each beginning where the one before it ends."""

    curves: tuple[Cubic, ...]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Points along the way, close enough to each other to stand for it."""
        found = [self.curves[0][0]]
        for start, first, second, end in self.curves:
            straight = start.y == first.y == second.y == end.y or start.x == first.x == second.x == end.x
            for step in range(1, 2 if straight else _STEPS + 1):
                t = 1.0 if straight else step / _STEPS
                s = 1.0 - t
                a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
                x = a * start.x + b * first.x + c * second.x + d * end.x
                found.append(Point(x, a * start.y + b * first.y + c * second.y + d * end.y))
        return tuple(found)

    @cached_property
    def box(self) -> Box:
        """The smallest box around the way."""
        xs, ys = [point.x for point in self.points], [point.y for point in self.points]
        return Box(min(xs), min(ys), max(xs), max(ys))

    @cached_property
    def length(self) -> float:
        """How long it is."""
        return sum(dist(a, b) for a, b in pairwise(self.points))

    def distance_to(self, point: Point) -> float:
        """How far a point is from the way."""
        return min(dist(point, _nearest_on(point, a, b)) for a, b in pairwise(self.points))

    def nearest_to(self, point: Point) -> Point:
        """The point of the way that is nearest to a point."""
        return min((_nearest_on(point, a, b) for a, b in pairwise(self.points)), key=lambda found: dist(point, found))


def route(start: Point, end: Point, level: float | None = None, back_on: float | None = None) -> Route:
    """The way from an output port to an input port.

    Parameters
    ----------
    start, end
        The ports.
    level
        How far down the long level stretch of a detour runs; None for the shortest way.
    back_on
        The same for a way that leads back, if there is no level.
    """
    if end.x - start.x < FORWARD_ROOM:
        level = back_on if level is None else level
        return _backwards(start, end, level_between(start, end) if level is None else level)
    return Route((_cubic(start, end),)) if level is None else _around(start, end, level)


def level_between(start: Point, end: Point, breadth: float = HEIGHT) -> float:
    """Where the level stretch of a way back is best, nothing being in its way: between the two rows, beside the second.

    What branches off the first row is then passed outside. Cards are so high as `breadth` says.
    """
    if abs(end.y - start.y) <= breadth:
        return max(start.y, end.y) + breadth / 2 + CLEARANCE
    aside = min(abs(end.y - start.y) / 2, breadth / 2 + HALF_GAP)
    return end.y - aside if end.y > start.y else end.y + aside


def loose_end(start: Point, end: Point) -> Route:
    """The curve from an output to where the pointer is: simple wherever that may be, for it moves all the time."""
    reach = max(abs(end.x - start.x) / 2, min(60.0, abs(end.y - start.y) / 2 + 12.0))
    return Route(((start, Point(start.x + reach, start.y), Point(end.x - reach, end.y), end),))


def _cubic(start: Point, end: Point) -> Cubic:
    reach = max((end.x - start.x) / 2, min(48.0, abs(end.y - start.y) / 2 + 12.0))
    return start, Point(start.x + reach, start.y), Point(end.x - reach, end.y), end


def _line(start: Point, end: Point) -> Cubic:
    third = (end.x - start.x) / 3
    return start, Point(start.x + third, start.y), Point(end.x - third, end.y), end


def _backwards(start: Point, end: Point, level: float) -> Route:
    """Out to the right, along the gap between the two rows, in from the left."""
    landing = min(LANDING, (start.x - end.x) / 2)
    turn, meet = Point(start.x - landing, level), Point(end.x + landing, level)
    out, home = _half_turn(start, turn, LOOP), _half_turn(end, meet, -LOOP)
    back_home = tuple((d, c, b, a) for a, b, c, d in reversed(home))
    straight = (_line(turn, meet),) if turn != meet else ()
    return Route((*out, *straight, *back_home))


def _half_turn(port: Point, landing: Point, loop: float) -> tuple[Cubic, Cubic]:
    """Away from a port, round, and on to a level line that leads the other way."""
    height = landing.y - port.y
    outermost = Point(port.x + loop, port.y + height / 2)
    return (
        (port, Point(port.x + loop * 0.6, port.y), Point(outermost.x, port.y + height * 0.18), outermost),
        (
            outermost,
            Point(outermost.x, port.y + height * 0.82),
            Point(port.x + loop * 0.5, landing.y),
            landing,
        ),
    )


def _around(start: Point, end: Point, level: float) -> Route:
    """Up or down in the gap behind the first card, along a level, and back in the gap before the last."""
    # Ports are 46 apart from card to card: the climb has to fit there, and keep its end tangent level.
    climb = min(CLIMB, (end.x - start.x) / 2)
    rise, fall = Point(start.x + climb, level), Point(end.x - climb, level)
    up: Cubic = (start, Point(start.x + 0.65 * climb, start.y), Point(start.x + 0.27 * climb, level), rise)
    down: Cubic = (fall, Point(end.x - 0.27 * climb, level), Point(end.x - 0.65 * climb, end.y), end)
    straight = (_line(rise, fall),) if rise != fall else ()
    return Route((up, *straight, down))


def _nearest_on(point: Point, start: Point, end: Point) -> Point:
    """The point of a straight line that is nearest to a point."""
    dx, dy = end.x - start.x, end.y - start.y
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((point.x - start.x) * dx + (point.y - start.y) * dy) / length
    t = min(1.0, max(0.0, t))
    return Point(start.x + t * dx, start.y + t * dy)
