"""A choice of samples, where there are more than can be looked at: evenly spread, so that all of the data has a say."""

from __future__ import annotations

import numpy as np


def evenly_spread(total: int, most: int) -> np.ndarray:
    """The numbers of at most so many of all samples, in ascending order, of shape ``(min(total, most),)``.

    The same numbers each time, so that pictures of two steps of a run show the same samples.
    """
    count = min(total, most)
    numbers: np.ndarray = np.arange(count) * total // count
    return numbers
