"""Fair timing: the contestants take turns, so that whatever else the machine does concerns them all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

TURN_SECONDS = 0.03
LEAST_STEPS = 5


def nothing() -> None:
    """No preparation."""


@dataclass(frozen=True)
class Contestant:
    """One side of a comparison.

    Attributes
    ----------
    steps
        Gives a step each time it is asked for the next one.
    prepare
        Called before each turn, such as to set the number of threads.
    """

    steps: Iterator[Any]
    prepare: Callable[[], object] = nothing

    def seconds(self, count: int) -> float:
        """Time of one step, over `count` of them."""
        start = perf_counter()
        for _ in range(count):
            next(self.steps)
        return (perf_counter() - start) / count


def medians(contestants: Mapping[str, Contestant], rounds: int) -> dict[str, float]:
    """Seconds of one step of each contestant: the median over `rounds` turns.

    A turn takes about `TURN_SECONDS` and is preceded by steps that do not count, in which caches and threads settle.
    """
    counts = {}
    for name, contestant in contestants.items():
        contestant.prepare()
        contestant.seconds(LEAST_STEPS)
        counts[name] = max(LEAST_STEPS, int(TURN_SECONDS / contestant.seconds(LEAST_STEPS)))
    turns: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            contestant.prepare()
            contestant.seconds(max(2, counts[name] // 10))
            turns[name].append(contestant.seconds(counts[name]))
    return {name: statistics.median(seconds) for name, seconds in turns.items()}
