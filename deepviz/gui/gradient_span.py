"""From the smallest to the largest gradient of a run: what the one scale of colours has to hold."""

from __future__ import annotations

import numpy as np

PORTIONS = 200
"""Into how many portions a run that comes all at once is cut."""


class GradientSpan:
    """The range of the medians of portions of a run, so that a single outlier does not stretch the scale.

    Attributes
    ----------
    ends
        Smallest and largest median so far, positive and finite; None as long as there is none.
    """

    def __init__(self) -> None:
        self.ends: tuple[float, float] | None = None

    def extend(self, norms: np.ndarray) -> None:
        """Take new steps into account.

        Parameters
        ----------
        norms
            Gradient norms of shape ``(steps, layers)``.
        """
        for portion in np.array_split(norms, min(PORTIONS, len(norms))) if len(norms) > PORTIONS else [norms]:
            usable = np.where(np.isfinite(portion) & (portion > 0), portion, np.nan)
            columns = usable[:, ~np.isnan(usable).all(axis=0)]
            if columns.size:
                medians = np.nanmedian(columns, axis=0)
                low, high = float(medians.min()), float(medians.max())
                self.ends = (low, high) if self.ends is None else (min(self.ends[0], low), max(self.ends[1], high))
