"""The factors of a schedule over a whole run, thinned out for drawing: the extremes of each stretch are kept.

Short runs are worked out step by step. In long ones every stretch is sampled, and then searched around its smallest and
largest sample, which finds the extremes unless the schedule turns more than once between two samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from deepviz.engine.schedule import Progress, Schedule

STRETCHES = 240
"""Into how many stretches a run is divided: about one for each pixel."""

EXACT = 20_000
"""Up to so many steps all are worked out, which takes about 20 ms."""

SAMPLES = 24
"""In each stretch of a longer run."""


@dataclass(frozen=True, eq=False)
class PlannedCurve:
    """Points of a curve.

    Attributes
    ----------
    steps
        Counted from 0, shape (n,), increasing; the first and the last step of the run are among them.
    factors
        By what the learning rate is multiplied there, shape (n,).
    """

    steps: npt.NDArray[np.int64]
    factors: npt.NDArray[np.float64]


def factor_at(schedule: Schedule, step: int, total_steps: int, steps_per_epoch: int) -> float:
    """The factor at one step, counted from 0, of a run in which nothing is observed."""
    return schedule.factor(Progress(step, steps_per_epoch, total_steps), schedule.start())


@lru_cache(maxsize=8)
def planned_curve(schedule: Schedule, total_steps: int, steps_per_epoch: int) -> PlannedCurve:
    """What is to be drawn for a run of at least one step, as if nothing was observed in it."""
    if total_steps <= EXACT:
        factors = schedule.curve(total_steps, steps_per_epoch)
        kept = np.arange(total_steps) if total_steps <= 2 * STRETCHES else _extremes(factors)
        return PlannedCurve(kept, factors[kept])
    found: dict[int, float] = {}
    memory = schedule.start()

    def factor(step: int) -> float:
        if step not in found:
            found[step] = schedule.factor(Progress(step, steps_per_epoch, total_steps), memory)
        return found[step]

    kept_steps = {0, total_steps - 1}
    edges = np.linspace(0, total_steps, STRETCHES + 1).astype(np.int64).tolist()
    for first, past in pairwise(edges):
        for sign in (1, -1):
            kept_steps.add(_search(factor, first, past - 1, sign))
    steps = np.array(sorted(kept_steps), np.int64)
    return PlannedCurve(steps, np.array([factor(step) for step in steps.tolist()]))


@dataclass(frozen=True)
class RunAhead:
    """What the learning rate of a run depends on.

    Attributes
    ----------
    schedule, learning_rate
        The learning rate at a step is the learning rate here times the schedule's factor.
    epochs, steps_per_epoch
        How long the run is.
    """

    schedule: Schedule
    learning_rate: float
    epochs: int
    steps_per_epoch: int

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self.epochs * self.steps_per_epoch

    @property
    def curve(self) -> PlannedCurve:
        """The factors to be drawn."""
        return planned_curve(self.schedule, self.total_steps, self.steps_per_epoch)

    def rate_at(self, step: int) -> float:
        """The exact learning rate of a step, counted from 0."""
        return self.learning_rate * factor_at(self.schedule, step, self.total_steps, self.steps_per_epoch)


def _extremes(factors: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Where the smallest and the largest number of each stretch are, and the two ends."""
    edges = np.linspace(0, len(factors), STRETCHES + 1).astype(np.int64)
    kept = {0, len(factors) - 1}
    for first, past in pairwise(edges.tolist()):
        part = factors[first:past]
        kept |= {first + int(part.argmin()), first + int(part.argmax())}
    return np.array(sorted(kept), np.int64)


def _search(factor: Callable[[int], float], low: int, high: int, sign: int) -> int:
    """The step from `low` to `high` with the largest factor (`sign` 1) or the smallest (-1), by closing in on it."""
    while True:
        count = min(SAMPLES, high - low + 1)
        steps = np.linspace(low, high, count).astype(np.int64).tolist()
        best = max(range(count), key=lambda place: sign * factor(steps[place]))
        if high - low < SAMPLES:
            return int(steps[best])
        low, high = steps[max(best - 1, 0)], steps[min(best + 1, count - 1)]
