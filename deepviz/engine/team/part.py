"""The part of a batch that one process computes. With one process it is the whole batch.

The processes that share a batch are a team: each computes its samples, then they sum up what they found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np


class Team(Protocol):
    """The processes that share a batch, as one of them sees it. All call the same methods in the same order.

    Attributes
    ----------
    number
        Which of them this is, counted from 0.
    gradients
        The gradient vectors of all of them; the first is the one that the sum goes to.
    own
        The slice of the vectors that this one sums up and updates.
    """

    number: int
    gradients: Sequence[np.ndarray]
    own: slice

    def wait(self) -> None:
        """Wait until all have come this far (a barrier)."""

    def sum(self, values: np.ndarray, out: np.ndarray) -> None:
        """Fill `out` with the sum of the `values` of all, the same to the bit for all of them (an all-reduce)."""


@dataclass(frozen=True)
class Part:
    """Consecutive samples of a batch.

    Attributes
    ----------
    start, stop
        First sample, and the one after the last.
    total
        Samples in the whole batch.
    team
        Those who compute the rest; None where there is none.
    """

    start: int
    stop: int
    total: int
    team: Team | None = None

    @property
    def share(self) -> float:
        """Which share of the batch it is."""
        return (self.stop - self.start) / self.total


def whole(samples: int) -> Part:
    """A batch that is not divided."""
    return Part(0, samples, samples)


def parts(samples: int, count: int) -> list[tuple[int, int]]:
    """A batch in parts as equal as can be, as (start, stop)."""
    cuts = [number * samples // count for number in range(count + 1)]
    return list(pairwise(cuts))
