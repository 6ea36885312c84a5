"""On which level an edge goes around the cards in its way, and beside which others: side by side, not on each other.

The gaps between rows of cards are corridors. A detour takes the nearest free one, and in it a lane of its own, as far
as there is room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from deepviz.document.graph import Edge
from deepviz.gui.canvas.geometry import WIDTH, Box, Point
from deepviz.gui.canvas.obstacles import Obstacles
from deepviz.gui.canvas.route import CLEARANCE, CLIMB, FORWARD_ROOM, LOOP, Route, level_between, route

LANE = 9.0
"""How far two lanes are apart, in scene units."""

NARROW_LANE = 4.5
"""The same where there is little room."""

MARGIN = 6.0
"""How near to a card an edge may pass."""

SEARCHED = 3.0
"""How far above and below both ends corridors are looked for, in cards."""

LEANING = 40.0
"""How much farther, in scene units, a corridor may be for the sake of arriving on the right side."""

_STEP = 40.0
_LANES = 12
_BUCKET = 64.0


@dataclass(frozen=True)
class Course:
    """Which way an edge takes, before lanes are given out.

    Attributes
    ----------
    start, end
        Its ports.
    level
        Where its long level stretch would best be; None for an edge that makes no detour.
    heading
        Where lanes beside that lie: -1 above, 1 below, 0 on either side.
    corridor
        How far up and down its lane may lie.
    zone
        Where another card could change its way; None if no card could.
    """

    start: Point
    end: Point
    level: float | None = None
    heading: int = 0
    corridor: tuple[float, float] = (0.0, 0.0)
    zone: Box | None = None

    @property
    def span(self) -> tuple[float, float]:
        """From where to where, from left to right, its level stretch reaches."""
        if self.end.x - self.start.x < FORWARD_ROOM:
            return self.end.x - LOOP, self.start.x + LOOP
        return self.start.x, self.end.x


def course(edge: Edge, start: Point, end: Point, obstacles: Obstacles, lean: int = 0) -> Course:
    """The way of an edge from port to port around what is in its way.

    Parameters
    ----------
    lean
        On which side it arrives beside other edges: -1 above them, 1 below, 0 neither. A detour keeps to that side.
    """
    if end.x - start.x < FORWARD_ROOM:
        return _way_back(start, end, obstacles)
    # Only where another card fits in between can one be in the way.
    if end.x - start.x <= WIDTH / 2:
        return Course(start, end)
    own = (edge.source, edge.target)
    direct = route(start, end)
    if not any(_crosses(direct, box) for box in obstacles.meeting(direct.box, own)):
        return Course(start, end, zone=direct.box)
    left, right = start.x + CLIMB / 2, max(end.x - CLIMB / 2, start.x + CLIMB / 2)
    searched = SEARCHED * obstacles.breadth
    zone = Box(left, min(start.y, end.y) - searched, right, max(start.y, end.y) + searched)
    found = _nearest_corridor(obstacles.meeting(zone, own), min(start.y, end.y), max(start.y, end.y), lean)
    return Course(start, end, *found, zone=_around(zone, direct.box))


def levels(courses: Mapping[Edge, Course]) -> dict[Edge, float]:
    """The level of each detour, such that those beside each other can be told apart. Short ones keep inside."""
    detours = [(found.span, edge, found) for edge, found in courses.items() if found.level is not None]
    detours.sort(key=lambda each: (each[0][1] - each[0][0], each[1]))
    taken: dict[int, list[tuple[float, float, float]]] = {}
    given: dict[Edge, float] = {}
    for (left, right), edge, found in detours:
        level = next((lane for lane in _lanes(found) if _is_free(taken, lane, left, right)), found.level)
        assert level is not None
        given[edge] = level
        taken.setdefault(int(level // _BUCKET), []).append((level, left, right))
    return given


def _lanes(found: Course) -> Iterator[float]:
    """The lanes of a corridor, the best one first."""
    assert found.level is not None
    upper, lower = found.corridor
    side = found.heading or 1
    one_side, both_sides = (side,), (side, -side)
    for step, sides in ((LANE, one_side if found.heading else both_sides), (NARROW_LANE, both_sides)):
        for number in range(_LANES):
            for side in sides:
                lane = found.level + side * number * step
                if number == 0 or upper <= lane <= lower:
                    yield lane


def _is_free(taken: Mapping[int, list[tuple[float, float, float]]], lane: float, left: float, right: float) -> bool:
    """Whether no edge runs along a lane, or too near to it, between two places."""
    buckets = {int((lane + aside) // _BUCKET) for aside in (-NARROW_LANE, NARROW_LANE)}
    return not any(
        abs(level - lane) < NARROW_LANE and other_left < right and left < other_right
        for bucket in buckets
        for level, other_left, other_right in taken.get(bucket, ())
    )


def _way_back(start: Point, end: Point, obstacles: Obstacles) -> Course:
    """The way to a card that lies behind, in the free corridor nearest to the best one."""
    best, searched = level_between(start, end, obstacles.breadth), SEARCHED * obstacles.breadth
    left, right = end.x - LOOP / 2, start.x + LOOP / 2
    zone = Box(left, min(start.y, end.y, best) - searched, right, max(start.y, end.y, best) + searched)
    level, heading, corridor = _nearest_corridor(obstacles.meeting(zone), best, best)
    return Course(start, end, level, heading, corridor, zone)


def _nearest_corridor(
    boxes: Iterable[Box], upper: float, lower: float, lean: int = 0
) -> tuple[float, int, tuple[float, float]]:
    """The level, the heading and the extent of the corridor that is least far from a stretch between two levels."""
    blocked: list[tuple[float, float]] = []
    for top, bottom in sorted((box.top - MARGIN, box.bottom + MARGIN) for box in boxes):
        if blocked and top <= blocked[-1][1]:
            blocked[-1] = (blocked[-1][0], max(bottom, blocked[-1][1]))
        else:
            blocked.append((top, bottom))
    limits = [float("-inf"), *(each for pair in blocked for each in pair), float("inf")]
    found: list[tuple[float, float, int, tuple[float, float]]] = []
    for above, below in list(pairwise(limits))[::2]:
        level, heading = _best_level(above, below, upper, lower)
        cost = max(0.0, upper - level) + max(0.0, level - lower)
        cost += LEANING if lean * heading < 0 else 0.0
        found.append((cost, level, heading, (above, below)))
    _, level, heading, corridor = min(found, key=lambda each: each[:2])
    return level, heading, corridor


def _best_level(above: float, below: float, upper: float, lower: float) -> tuple[float, int]:
    """Where in a corridor a detour runs best: close to what it goes around, but not against it."""
    room = CLEARANCE - MARGIN
    middle = (above + below) / 2
    if below <= upper:
        return max(below - room, middle), -1
    if above >= lower:
        return min(above + room, middle), 1
    return min(max((upper + lower) / 2, above), below), 0


def _around(first: Box, second: Box) -> Box:
    return Box(
        min(first.left, second.left),
        min(first.top, second.top),
        max(first.right, second.right),
        max(first.bottom, second.bottom),
    )


def _crosses(way: Route, box: Box) -> bool:
    return any(box.contains(point) for point in _denser(way.points))


def _denser(points: tuple[Point, ...]) -> Iterator[Point]:
    """The points with others between them, so that none is farther from the next than about half a card."""
    for first, second in pairwise(points):
        pieces = max(1, round(abs(second.x - first.x) / _STEP))
        for piece in range(pieces):
            t = piece / pieces
            yield Point(first.x + (second.x - first.x) * t, first.y + (second.y - first.y) * t)
    yield points[-1]
