"""From the smallest to the largest gradient of a run: what the one scale of colours has to hold."""

from __future__ import annotations

from deepviz.gui.plots.time_bins import TimeBins
from deepviz.training.history import GRADIENT_NORM, History

PORTIONS = 256
"""Into how many portions a run is cut at the most, an even number."""


class GradientSpan:
    """The range of the geometric means of portions of a run, so that a single outlier does not stretch the scale.

    A run of up to 256 steps has a portion for each step, one of up to 512 a portion for any two, and so on.
    """

    def __init__(self) -> None:
        self._bins: TimeBins | None = None
        self._seen = 0
        self._ends: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        """Smallest and largest mean so far; None as long as there is none."""
        return self._ends

    def follow(self, history: History) -> None:
        """Take the new steps of a run into account. Zeros and what is no number do not count."""
        if GRADIENT_NORM not in history:
            return
        # The extremes of steps that were not kept are outliers by their nature.
        steps, norms, *_ = history.after(GRADIENT_NORM, self._seen)
        if not norms.size:
            return
        if self._bins is None:
            every = history.every
            self._bins = TimeBins(norms.shape[1], PORTIONS, logarithmic=True, nan_is_missing=True, width=every)
        self._bins.extend(steps, norms)
        self._seen = int(steps[-1])
        means = self._bins.mean[self._bins.count > 0]
        if len(means):
            self._ends = 10.0 ** float(means.min()), 10.0 ** float(means.max())
