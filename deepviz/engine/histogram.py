"""Histograms of arrays, written down on a tape: how many of their numbers lie in each of 64 bins of equal width.

The bins are linear and go from the smallest number to the largest, so none is left out and a ridge is read along its
axis; gradients, most of which are near 0, are better drawn with their counts on a logarithmic scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from deepviz.engine.optimizer_state import CHUNK
from deepviz.engine.reading import Reading, seen, with_gaps
from deepviz.engine.tape import Tape, Tensor

BINS = 64

LARGEST = 1e300
"""Numbers beyond this, and what is not finite, are in no bin: with them no width of a bin could be computed."""

SMALLEST = 1e-300
"""A range narrower than this counts as a single number."""


class Histograms(NamedTuple):
    """One histogram for each row.

    Bin k of a row with the range from a to b holds the numbers x with ``k <= 64 (x - a) / (b - a) < k + 1``, computed
    in float64; the last bin holds b too. The counts of a row add up to how many numbers there are.

    Attributes
    ----------
    counts
        Whole numbers of shape ``(rows, 64)``; all 0 for a row that is not computed.
    ranges
        The smallest and the largest number of each row, of shape ``(rows, 2)``; NaN for a row that is not computed.
        Where all numbers of a row are the same, the range reaches as far to both sides of it: they lie in the middle.
    """

    counts: np.ndarray
    ranges: np.ndarray


def histograms(
    tape: Tape, tensors: Sequence[Tensor], computed: Sequence[bool] | None = None, *, of_samples: bool = False
) -> Reading:
    """Write down the histograms of some tensors, and return a function that reads them, as `Histograms`.

    With `computed` there is one row for each of its entries, and tensors only for those that are true.
    With `of_samples` the tensors hold something for each sample: where processes share a batch, each has a part of it,
    and the histograms are those of all parts together.
    """
    rows, double = [tape.in_order(tensor.in_memory_order()).reshape(-1) for tensor in tensors], np.dtype(np.float64)
    ranges = tape.call(_ranges, rows, (len(rows), 2), dtype=double)
    of_parts = tape.of_each(ranges) if of_samples else ranges.reshape(1, -1, 2)
    ranges = tape.call(_joined, (of_parts,), ranges.shape, dtype=double)
    counts = tape.call(_counts, [ranges, *rows], (len(rows), BINS), dtype=double)
    seen_counts, seen_ranges = seen(tape, tape.over_batch(counts) if of_samples else counts), seen(tape, ranges)
    is_computed = np.array([True] * len(rows) if computed is None else computed, bool)

    def read() -> Histograms:
        all_counts = np.zeros((len(is_computed), BINS), np.int64)
        all_counts[is_computed] = seen_counts
        return Histograms(all_counts, with_gaps(seen_ranges.T, is_computed.tolist()).T)

    return read


def none_computed(rows: int) -> Histograms:
    """What stands for the histograms of rows of which none is computed."""
    return Histograms(np.zeros((rows, BINS), np.int64), np.full((rows, 2), np.nan))


def _ranges(*arrays: np.ndarray) -> None:
    *rows, out = arrays
    for number, row in enumerate(rows):
        least, most = np.minimum.reduce(row).item(), np.maximum.reduce(row).item()
        if not (least >= -LARGEST and most <= LARGEST):
            row = _countable(row)
            least, most = (row.min(), row.max()) if row.size else (np.nan, np.nan)
        out[number] = least, most


def _joined(ranges: np.ndarray, out: np.ndarray) -> None:
    """The ranges of all parts together; one of no width is widened."""
    np.fmin.reduce(ranges[:, :, 0], out=out[:, 0])
    np.fmax.reduce(ranges[:, :, 1], out=out[:, 1])
    narrow = out[:, 1] - out[:, 0] < SMALLEST
    out[narrow] += np.maximum(0.5, np.abs(out[narrow, :1]) / 2) * (-1, 1)


def _counts(ranges: np.ndarray, *arrays: np.ndarray) -> None:
    *rows, out = arrays
    places, bins = np.empty(CHUNK), np.empty(CHUNK, np.intp)
    for row, (least, most), counts in zip(rows, ranges, out, strict=True):
        total, scale = np.zeros(BINS + 1, np.intp), BINS / (most - least)
        for start in range(0, row.size, CHUNK):
            portion = row[start : start + CHUNK]
            if not _are_countable(portion).all():
                portion = _countable(portion)
            place, number = places[: portion.size], bins[: portion.size]
            np.multiply(np.subtract(portion, least, out=place), scale, out=place)
            np.copyto(number, place, casting="unsafe")  # towards zero, and no place is below zero
            total += np.bincount(number, minlength=BINS + 1)
        counts[:] = total[:BINS]
        counts[-1] += total[BINS]  # the largest number


def _countable(row: np.ndarray) -> np.ndarray:
    kept: np.ndarray = row[_are_countable(row)]
    return kept


def _are_countable(row: np.ndarray) -> np.ndarray:
    truths: np.ndarray = np.abs(row) <= min(LARGEST, float(np.finfo(row.dtype).max))
    return truths
