"""The way of an edge from an output port to an input port, as smooth cubic curves.

Forwards it is one curve. To a target that lies behind, it goes out to the right, back along the gap between the rows
and in from the left; over cards that stand in between, it makes a detour above or below them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from deepviz.gui.canvas.geometry import HEIGHT, Box, Point

Cubic = tuple[Point, Point, Point, Point]

FORWARD_ROOM = 20.0
"""The least way to the right, from port to port, for which a single curve looks well."""
LOOP = 34.0
LANDING = 18.0
CLEARANCE = 20.0
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
            straight = start.y == first.y == second.y == end.y
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

    def distance_to(self, point: Point) -> float:
        """How far a point is from the way."""
        return min(_segment_distance(point, a, b) for a, b in pairwise(self.points))


def route(start: Point, end: Point, obstacles: Iterable[Box] = ()) -> Route:
    """The way from an output port to an input port.

    Parameters
    ----------
    start, end
        The ports.
    obstacles
        Cards that an edge to the right should not be hidden by. Those of its own two nodes are not among them.
    """
    if end.x - start.x < FORWARD_ROOM:
        return _backwards(start, end)
    direct = Route((_cubic(start, end),))
    hidden_by = [box for box in obstacles if box.meets(direct.box) and _crosses(direct, box)]
    return _around(start, end, hidden_by) if hidden_by else direct


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


def _backwards(start: Point, end: Point) -> Route:
    """Out to the right, along the gap between the two rows, in from the left."""
    in_other_row = abs(end.y - start.y) > HEIGHT
    level = (start.y + end.y) / 2 if in_other_row else max(start.y, end.y) + HEIGHT / 2 + CLEARANCE
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


def _around(start: Point, end: Point, hidden_by: list[Box]) -> Route:
    """Above or below what is in the way, whichever is nearer to the ports."""
    above = min(box.top for box in hidden_by) - CLEARANCE
    below = max(box.bottom for box in hidden_by) + CLEARANCE
    middle = (start.y + end.y) / 2
    level = above if middle - above <= below - middle else below
    # Ports are 46 apart from card to card: the climb has to fit there, and keep its end tangent level.
    rise, fall = Point(start.x + 52.0, level), Point(end.x - 52.0, level)
    up: Cubic = (start, Point(start.x + 34.0, start.y), Point(start.x + 14.0, level), rise)
    down: Cubic = (fall, Point(end.x - 14.0, level), Point(end.x - 34.0, end.y), end)
    return Route((up, _line(rise, fall), down))


def _crosses(way: Route, box: Box) -> bool:
    return any(box.contains(point) for point in _denser(way.points))


def _denser(points: tuple[Point, ...]) -> Iterable[Point]:
    """The points with others between them, so that none is farther from the next than about half a card."""
    for first, second in pairwise(points):
        pieces = max(1, round(abs(second.x - first.x) / 40))
        for piece in range(pieces):
            t = piece / pieces
            yield Point(first.x + (second.x - first.x) * t, first.y + (second.y - first.y) * t)
    yield points[-1]


def _segment_distance(point: Point, start: Point, end: Point) -> float:
    dx, dy = end.x - start.x, end.y - start.y
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((point.x - start.x) * dx + (point.y - start.y) * dy) / length
    t = min(1.0, max(0.0, t))
    x, y = start.x + t * dx - point.x, start.y + t * dy - point.y
    return float((x * x + y * y) ** 0.5)
