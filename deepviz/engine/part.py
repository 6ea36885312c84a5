"""The part of a batch that one process computes. With one process it is the whole batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Part:
    """Consecutive samples of a batch, and the way to what the other processes have.

    Attributes
    ----------
    start, stop
        First sample, and the one after the last.
    total
        Samples in the whole batch.
    sum_over_parts
        Takes an array of this part and fills a second one with the sum of those of all parts. Every process calls it
        at the same place of its tape, and waits there for the others. None where there is only one part.
    """

    start: int
    stop: int
    total: int
    sum_over_parts: Callable[[np.ndarray, np.ndarray], None] | None = None

    @property
    def share(self) -> float:
        """Which share of the batch it is."""
        return (self.stop - self.start) / self.total


def whole(samples: int) -> Part:
    """A batch that is not divided."""
    return Part(0, samples, samples)
