"""Where cards line up with others while they are dragged: positions they are drawn to, and the lines that show why.

Along each axis a card is drawn to the nearest of three things: edges and middles of other cards, a straight way to a
port that it is connected to, and gaps as wide as those beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from deepviz.document.graph import Flow
from deepviz.gui.canvas.geometry import Box, Point

REACH = 6.0
"""How many pixels a card may be away from where it would line up."""

OVERHANG = 10.0
"""How far a line reaches beyond the cards that it touches, in scene units."""

_SAME = 0.01


@dataclass(frozen=True)
class Guide:
    """A line that shows what lines up.

    Attributes
    ----------
    start, end
        Its ends.
    is_gap
        Whether it measures a gap between two cards, and so has marks at its ends.
    """

    start: Point
    end: Point
    is_gap: bool = False


@dataclass(frozen=True)
class Alignment:
    """What dragged cards are drawn to.

    Attributes
    ----------
    dx, dy
        How far they have to be moved to line up; None along an axis on which nothing is near.
    guides
        What to show.
    """

    dx: float | None = None
    dy: float | None = None
    guides: tuple[Guide, ...] = field(default=())


def aligned(
    moving: Box, others: Sequence[Box], reach: float, levels: Iterable[float] = (), flow: Flow = "right"
) -> Alignment:
    """What a dragged card is drawn to.

    Parameters
    ----------
    moving
        Where the card would be.
    others
        The cards that do not move.
    reach
        How far away, in scene units, it is drawn to anything.
    levels
        How far across the flow the card would have to be moved for a connection of it to run straight, for each.
    flow
        Which way connections run.
    """
    straight = list(levels)
    sideways, upwards = (straight, []) if flow == "down" else ([], straight)
    dx = _nearest([*_shifts(_across(moving), map(_across, others)), *sideways], reach)
    dy = _nearest([*_shifts(_down(moving), map(_down, others)), *upwards], reach)
    if dx is None:
        dx = _nearest([*_gaps(moving, others, False)], reach)
    if dy is None:
        dy = _nearest([*_gaps(moving, others, True)], reach)
    settled = moving.moved(dx or 0.0, dy or 0.0)
    guides = (
        *(_lines(settled, others, upright=True) if dx is not None else ()),
        *(_lines(settled, others, upright=False) if dy is not None else ()),
        *(_gap_marks(settled, others, False) if dx is not None else ()),
        *(_gap_marks(settled, others, True) if dy is not None else ()),
    )
    return Alignment(dx, dy, guides)


def _shifts(own: tuple[float, float], others: Iterable[tuple[float, float]]) -> Iterator[float]:
    """How far a card is from having its near edge, middle or far edge level with that of another."""
    near, far = own
    for other_near, other_far in others:
        yield other_near - near
        yield other_far - far
        yield (other_near + other_far - near - far) / 2


def _gaps(moving: Box, others: Sequence[Box], upright: bool) -> Iterator[float]:
    """How far a card is from having gaps as wide as others of its row (or column, if upright)."""
    near, far = _down(moving) if upright else _across(moving)
    before, after = _neighbours(moving, others, upright)
    if before and after:
        yield (before[0][1] + after[0][0] - near - far) / 2
    if len(before) > 1:
        yield before[0][1] + before[0][0] - before[1][1] - near
    if len(after) > 1:
        yield after[0][0] - after[1][0] + after[0][1] - far


def _neighbours(
    moving: Box, others: Sequence[Box], upright: bool
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The extents of the cards of a row (or column) before and after a card, the nearest first."""
    own, crosswise = (_down(moving), _across(moving)) if upright else (_across(moving), _down(moving))
    row = [
        (_down(box) if upright else _across(box))
        for box in others
        if _overlap(crosswise, _across(box) if upright else _down(box))
    ]
    before = sorted({each for each in row if each[1] <= own[0] + REACH}, reverse=True)
    after = sorted({each for each in row if each[0] >= own[1] - REACH})
    return before, after


def _lines(moving: Box, others: Sequence[Box], upright: bool) -> Iterator[Guide]:
    """A line for each edge or middle that is level with another card's; middles only where edges are not."""
    near, far = _across(moving) if upright else _down(moving)
    for level in (near, far):
        touching = [box for box in others if level in _rounded(_across(box) if upright else _down(box), level)]
        if touching:
            yield _line(level, (moving, *touching), upright)
    middle = (near + far) / 2
    if not any(abs(_length(box, upright) - _length(moving, upright)) < _SAME for box in others):
        touching = [box for box in others if abs(sum(_across(box) if upright else _down(box)) / 2 - middle) < _SAME]
        if touching:
            yield _line(middle, (moving, *touching), upright)


def _gap_marks(moving: Box, others: Sequence[Box], upright: bool) -> Iterator[Guide]:
    """The equal gaps beside a card; none if no two are equal."""
    near, far = _down(moving) if upright else _across(moving)
    before, after = _neighbours(moving, others, upright)
    spans = [(before[0][1], near)] if before else []
    spans += [(far, after[0][0])] if after else []
    spans += [(before[1][1], before[0][0])] if len(before) > 1 else []
    spans += [(after[0][1], after[1][0])] if len(after) > 1 else []
    own = spans[: bool(before) + bool(after)]
    middle = moving.center.x if upright else moving.center.y
    for start, end in spans:
        twins = [other for other in spans if abs((other[1] - other[0]) - (end - start)) < _SAME and other[1] > other[0]]
        if len(twins) > 1 and any(twin in own for twin in twins):
            ends = (Point(middle, start), Point(middle, end)) if upright else (Point(start, middle), Point(end, middle))
            yield Guide(*ends, is_gap=True)


def _line(level: float, boxes: Sequence[Box], upright: bool) -> Guide:
    if upright:
        top, bottom = min(box.top for box in boxes) - OVERHANG, max(box.bottom for box in boxes) + OVERHANG
        return Guide(Point(level, top), Point(level, bottom))
    left, right = min(box.left for box in boxes) - OVERHANG, max(box.right for box in boxes) + OVERHANG
    return Guide(Point(left, level), Point(right, level))


def _nearest(shifts: Sequence[float], reach: float) -> float | None:
    best = min(shifts, key=abs, default=None)
    return best if best is not None and abs(best) <= reach else None


def _rounded(extent: tuple[float, float], level: float) -> tuple[float, ...]:
    """The ends of an extent, those that are as good as level made so."""
    return tuple(level if abs(end - level) < _SAME else end for end in extent)


def _across(box: Box) -> tuple[float, float]:
    return box.left, box.right


def _down(box: Box) -> tuple[float, float]:
    return box.top, box.bottom


def _length(box: Box, upright: bool) -> float:
    near, far = _across(box) if upright else _down(box)
    return far - near


def _overlap(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return first[0] < second[1] and second[0] < first[1]
