"""Histograms whose bins lie differently at each step, brought onto one axis, so that they can be drawn together.

Within a bin the numbers are taken to be spread evenly, since nothing else is known of them; none is lost or made up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def rebinned(counts: npt.NDArray[np.integer], ranges: Floats, edges: Floats) -> Floats:
    """Count anew in bins that are the same for all histograms.

    With ``C(x)`` for how many numbers of a histogram lie below x, a straight line within each of its bins, a new bin
    from p to q holds ``C(q) - C(p)``.

    Parameters
    ----------
    counts, ranges
        Of each histogram, shapes (n, bins) and (n, 2), as in `deepviz.engine.histogram`.
    edges
        Increasing, shape (m + 1,).

    Returns
    -------
    array
        Shape (n, m), not whole numbers. A row adds up to how many of its numbers lie between the first and the last
        edge, and is 0 where the range is NaN.
    """
    bins = counts.shape[1]
    below = np.zeros((len(counts), bins + 1))
    np.cumsum(counts, axis=1, out=below[:, 1:])
    least, most = ranges[:, :1], ranges[:, 1:]
    is_measured = np.isfinite(least)
    width = np.where(is_measured, (most - least) / bins, 1.0)
    places = np.where(is_measured, (edges - np.where(is_measured, least, 0.0)) / width, 0.0)
    # The quotient may fall just short of the number of bins at the upper end of the range.
    places = np.where(edges >= most, float(bins), np.clip(places, 0.0, bins))
    number = np.minimum(places.astype(np.intp), bins - 1)
    share = places - number
    whole = np.take_along_axis(below, number, axis=1)
    numbers_below = whole + share * np.take_along_axis(counts.astype(np.float64), number, axis=1)
    found: Floats = np.diff(np.where(is_measured, numbers_below, 0.0), axis=1)
    return found


def full_range(ranges: Floats) -> tuple[float, float] | None:
    """From the smallest number of all histograms to the largest, or None if there is no number at all."""
    if not np.isfinite(ranges).any():
        return None
    return float(np.nanmin(ranges[:, 0])), float(np.nanmax(ranges[:, 1]))


@dataclass(frozen=True)
class Bin:
    """One bin as it was measured.

    Attributes
    ----------
    number
        Which of the bins, from 0.
    low, high
        From where to where it goes; the last one holds `high` too.
    count, total
        How many numbers lie in it, and in all bins of the step.
    """

    number: int
    low: float
    high: float
    count: int
    total: int

    @property
    def share(self) -> float:
        """Which part of all numbers lies in it, from 0 to 1."""
        return self.count / self.total


def bin_at(counts: npt.NDArray[np.integer], span: Floats, value: float) -> Bin | None:
    """The bin of one histogram, of shapes (bins,) and (2,), that holds a value; None if it lies beyond all of them."""
    least, most = span.tolist()
    total = int(counts.sum())
    if not (least <= value <= most) or not total:
        return None
    number = min(int((value - least) * (len(counts) / (most - least))), len(counts) - 1)
    return bin_number(counts, span, number)


def bin_number(counts: npt.NDArray[np.integer], span: Floats, number: int) -> Bin:
    """One bin of a histogram of shapes (bins,) and (2,) that has numbers."""
    low, high = bin_edges(span, len(counts))[number : number + 2].tolist()
    return Bin(number, low, high, int(counts[number]), int(counts.sum()))


def bin_edges(span: Floats, bins: int) -> Floats:
    """Where the bins of a range of shape (2,) begin and end, shape (bins + 1,)."""
    least, most = span.tolist()
    edges: Floats = least + (most - least) * (np.arange(bins + 1) / bins)
    edges[-1] = most
    return edges
