"""How far a pair of axes may be zoomed and moved: never far from what there is to be seen.

Without a limit a careless turn of the wheel leaves axes that mean nothing, such as a recall of 1.4.
"""

from __future__ import annotations

import numpy as np

from deepviz.insight.plane import Window

MARGIN = 0.05
"""How far beyond the whole axes may reach on each side, as a share of its span."""
MARGIN_SHARE, SLACK = 0.06, 0.35
"""Shares of the range of points: what is left free around them, and how much more may be before it is fitted."""
SMALLEST = 1e-6
"""The smallest share of the whole that can be shown."""


def within(wanted: Window, whole: Window | None) -> Window:
    """The part of a plane that is nearest to a wanted one and not beyond the whole.

    Parameters
    ----------
    wanted
        What somebody wants to see.
    whole
        All there is to be seen; None where there is no limit.
    """
    if whole is None:
        return wanted
    left, right = _within(wanted.left, wanted.right, whole.left, whole.right)
    return Window(left, right, *_within(wanted.low, wanted.high, whole.low, whole.high))


def _within(low: float, high: float, least: float, greatest: float) -> tuple[float, float]:
    whole = greatest - least
    first, last = least - MARGIN * whole, greatest + MARGIN * whole
    if high - low >= last - first:
        return first, last
    span = max(high - low, SMALLEST * whole)
    start = min(max((low + high - span) / 2, first), last - span)
    # What is within stays as it is, to the bit.
    return (low, high) if low >= first and high <= last and high - low >= span else (start, start + span)


def fitted(points: np.ndarray, before: Window) -> Window:
    """A stretch of the plane with all points in it; the one before if it fits well enough, lest all things tremble.

    Parameters
    ----------
    points
        Finite, shape ``(n, 2)``, at least one.
    """
    ends: list[float] = []
    for axis, (low, high) in enumerate(((before.left, before.right), (before.low, before.high))):
        least, greatest = float(points[:, axis].min()), float(points[:, axis].max())
        span = greatest - least
        margin = MARGIN_SHARE * span if span > 0 else max(abs(least) * MARGIN_SHARE, 1.0)
        is_good = span > 0 and low <= least and greatest <= high and high - low <= (1 + SLACK) * span
        ends += [low, high] if is_good else [least - margin, greatest + margin]
    return Window(*ends)
