"""When a quantity of several layers had no number: stretches of steps that were NaN or infinite, for each of them.

They are found as the steps come in, so looking for them costs the same at any length of a run. Beside them, how far
apart measurements may lie before the time between them counts as not measured; this is how all views show that:

- measured: a point of a curve, which has a dot where there is room, and a plain cell of a map;
- between two measurements that lie apart as is usual: an unbroken line; in a map the colour before, hatched;
- between two that lie farther apart (`reach`): a dotted line; in a map the same as before;
- where nobody looked for long (`gaps`): no line and no colour, but hatched ground with the words "not measured";
- frozen, zero, infinite or never computed: these were measured, so they are marks or cells of their own, with words.

Of single steps the box beside the cross-hair and the tables say "not measured" in all of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

NOT_MEASURED = "not measured"
NOT_LOOKED_AT = (
    "Not measured so far: it is looked at only while this view is open and the run goes on. "
    "Let it go on, or make a step."
)
"""What is said of a step that nobody looked at."""
UNUSUAL = 8
"""So many times the usual distance of two measurements is a gap: somebody had stopped looking."""
FAR = 3
"""Measurements that lie apart more than so many times of it are joined by dots only, as `reach` has it."""


class Stretch(NamedTuple):
    """From the first to the last of measured steps that follow each other."""

    first: int
    last: int


class Stretches:
    """Stretches without a number.

    Attributes
    ----------
    nan, infinite
        For each layer its stretches of NaN and of infinity, in order.
    """

    def __init__(self, rows: int) -> None:
        self.nan: list[list[Stretch]] = [[] for _ in range(rows)]
        self.infinite: list[list[Stretch]] = [[] for _ in range(rows)]
        self._last = 0

    def extend(self, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Take in measurements, of shapes (n,) and (n, rows), that come after all earlier ones."""
        if not len(steps):
            return
        if not np.isfinite(values).all():
            for found, masks in ((self.nan, np.isnan(values)), (self.infinite, np.isinf(values))):
                for row in np.flatnonzero(masks.any(axis=0)).tolist():
                    self._add(found[row], steps, masks[:, row])
        self._last = int(steps[-1])

    def _add(self, found: list[Stretch], steps: npt.NDArray[np.int64], mask: npt.NDArray[np.bool_]) -> None:
        edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
        for begin, past in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            first, last = int(steps[begin]), int(steps[past - 1])
            if begin == 0 and found and found[-1].last == self._last:  # it goes on
                first = found.pop().first
            found.append(Stretch(first, last))


def gaps(steps: npt.NDArray[np.int64], first: int, last: int) -> list[Stretch]:
    """The steps of a run, from `first` to `last`, that lie unusually far from measurements: nothing is known of them.

    Before the first measurement there is none that could tell of steps that follow, so nothing is known of those from
    one usual distance on. Of fewer than three measurements nobody can say what is usual.
    """
    if not len(steps):
        return []
    usual = usual_distance(steps)
    ends = np.concatenate([[first - 1], steps, [last + 1]])
    distances = np.diff(ends)
    is_wide = distances > (UNUSUAL * usual if usual else np.inf)
    is_wide[0] = distances[0] > max(usual, 1.0)
    return [Stretch(int(ends[place]) + 1, int(ends[place + 1]) - 1) for place in np.flatnonzero(is_wide).tolist()]


def usual_distance(steps: npt.NDArray[np.int64]) -> float:
    """How far measurements usually lie apart, in steps: the median; 0 where there are too few to say."""
    return float(np.median(np.diff(steps))) if len(steps) >= 3 else 0.0


def reach(usual: float) -> float:
    """Up to how many steps apart two measurements are joined by an unbroken line.

    Parameters
    ----------
    usual
        The usual distance, or 0. If all steps are measured usually, or if nobody can say, each step left out counts.
    """
    return FAR * usual if usual > 1 else 1.0
