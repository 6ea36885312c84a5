"""The learning rate over a whole run, thinned out for drawing: the extremes of each stretch are kept.

Of a run that has begun, what is behind is drawn as it was, and what is to come as planned from where it stands.

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
from deepviz.training.batch_sizes import BatchSizes

Noted = tuple[tuple[str, float], ...]
"""The memory of a schedule."""

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
    memory = schedule.start()
    return _searched(lambda step: schedule.factor(Progress(step, steps_per_epoch, total_steps), memory), 0, total_steps)


@lru_cache(maxsize=8)
def curve_ahead(
    schedule: Schedule, sizes: BatchSizes, epochs: int, total_steps: int, noted: Noted = ()
) -> PlannedCurve:
    """What is to be drawn from where the present size of batches came into use to the end, of at least one step."""
    memory = dict(noted) or schedule.start()
    return _searched(lambda step: schedule.factor(sizes.progress(step, epochs), memory), sizes.since, total_steps)


@dataclass(frozen=True, eq=False)
class SoFar:
    """How far a run has come.

    Attributes
    ----------
    steps
        How many have been made.
    sizes
        How large their batches were, and are from now on.
    kept, rates
        Which of the steps are known, counted from 0, and their learning rates, both of shape (n,).
    noted
        What the schedule knows of the run so far: its memory; empty for one that only counts.
    """

    steps: int
    sizes: BatchSizes
    kept: npt.NDArray[np.int64]
    rates: npt.NDArray[np.float64]
    noted: Noted = ()


@dataclass(frozen=True)
class RunAhead:
    """What the learning rate of a run depends on.

    Attributes
    ----------
    schedule, learning_rate
        The learning rate at a step is the learning rate here times the schedule's factor.
    epochs, steps_per_epoch
        How long the run is; how many steps an epoch has with the present batches.
    so_far
        What is behind it, if it has begun.
    """

    schedule: Schedule
    learning_rate: float
    epochs: int
    steps_per_epoch: int
    so_far: SoFar | None = None

    @property
    def total_steps(self) -> int:
        """Steps of the whole run, those that are made and those to come."""
        so_far = self.so_far
        if so_far is None:
            return self.epochs * self.steps_per_epoch
        return max(so_far.steps, so_far.sizes.total_steps(self.epochs))

    @property
    def points(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """What is drawn: epochs, as numbers from 0, and learning rates, each of shape (n,)."""
        so_far = self.so_far
        if so_far is None:
            curve = planned_curve(self.schedule, self.total_steps, self.steps_per_epoch)
            return curve.steps / self.steps_per_epoch, self.learning_rate * curve.factors
        kept = _extremes(so_far.rates) if len(so_far.rates) > 2 * STRETCHES else np.arange(len(so_far.rates))
        steps, rates = so_far.kept[kept], so_far.rates[kept]
        if so_far.steps < self.total_steps:
            curve = curve_ahead(self.schedule, so_far.sizes, self.epochs, self.total_steps, so_far.noted)
            ahead = curve.steps >= so_far.steps
            first = [] if ahead.any() and curve.steps[ahead][0] == so_far.steps else [so_far.steps]
            steps = np.concatenate([steps, np.array(first, np.int64), curve.steps[ahead]])
            planned = self.learning_rate * curve.factors[ahead]
            rates = np.concatenate([rates, [self.rate_at(step) for step in first], planned])
        return np.array([self.epoch_of(step) for step in steps.tolist()]), rates

    def epoch_of(self, step: int) -> float:
        """How often all samples have been seen before a step, counted from 0."""
        return step / self.steps_per_epoch if self.so_far is None else self.so_far.sizes.epochs_after(step)

    def step_at(self, epoch: float) -> int:
        """The step, counted from 0, before which the samples have been seen so often, or the last one before."""
        low, high = 0, max(self.total_steps - 1, 0)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.epoch_of(middle) <= epoch else (low, middle - 1)
        return low

    def rate_at(self, step: int) -> float:
        """The exact learning rate of a step, counted from 0; of one that is behind, that of the next one known."""
        so_far = self.so_far
        if so_far is None:
            return self.learning_rate * factor_at(self.schedule, step, self.total_steps, self.steps_per_epoch)
        if step < so_far.steps and len(so_far.rates):
            place = int(np.searchsorted(so_far.kept, step))
            return float(so_far.rates[min(place, len(so_far.rates) - 1)])
        memory = dict(so_far.noted) or self.schedule.start()
        return self.learning_rate * self.schedule.factor(so_far.sizes.progress(step, self.epochs), memory)


def _searched(factor: Callable[[int], float], begin: int, past_all: int) -> PlannedCurve:
    """The extremes of each stretch of many steps, and both ends; of few steps all."""
    known = lru_cache(maxsize=None)(factor)
    if past_all - begin <= 2 * STRETCHES:
        kept_steps = set(range(begin, past_all))
    else:
        kept_steps = {begin, past_all - 1}
        edges = np.linspace(begin, past_all, STRETCHES + 1).astype(np.int64).tolist()
        for first, past in pairwise(edges):
            for sign in (1, -1):
                kept_steps.add(_search(known, first, past - 1, sign))
    steps = np.array(sorted(kept_steps), np.int64)
    return PlannedCurve(steps, np.array([known(step) for step in steps.tolist()]))


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
