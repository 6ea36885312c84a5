"""From the smallest to the largest gradient of a run: what the one scale of colours has to hold."""

from __future__ import annotations

import math

import numpy as np

PORTIONS = 200
"""Into how many portions a run is cut that comes all at once."""


class GradientSpan:
    """The range of the geometric means of portions of a run, so that a single outlier does not stretch the scale.

    Attributes
    ----------
    ends
        Smallest and largest mean so far; None as long as there is none.
    """

    def __init__(self) -> None:
        self.ends: tuple[float, float] | None = None

    def extend(self, norms: np.ndarray, portions: int = 1) -> None:
        """Take new steps into account. Zeros and what is no number do not count.

        Parameters
        ----------
        norms
            Gradient norms of shape ``(steps, layers)``.
        portions
            Into how many portions they are cut, at the most.
        """
        if not norms.size:
            return
        portions = min(portions, len(norms))
        starts = np.arange(portions) * len(norms) // portions
        usable = np.isfinite(norms) & (norms > 0)
        logarithms = np.log(norms, out=np.zeros(norms.shape), where=usable)
        counts = np.add.reduceat(usable, starts, axis=0, dtype=np.int64)
        means = np.add.reduceat(logarithms, starts, axis=0)[counts > 0] / counts[counts > 0]
        if len(means):
            low, high = math.exp(means.min()), math.exp(means.max())
            self.ends = (low, high) if self.ends is None else (min(self.ends[0], low), max(self.ends[1], high))
