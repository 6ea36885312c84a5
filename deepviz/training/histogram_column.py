"""Histograms over time: one for each row of every step that was looked at, of which a bounded number is kept.

A histogram is its counts and the range that they cover. Both are thinned out in step with each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.engine.histogram import Histograms
from deepviz.training.checked_arrays import check_increasing, checked
from deepviz.training.column import ThinnedColumn, limit_of

MOST_KEPT, LEAST_KEPT = 256, 32
MOST_BYTES = 8 << 20
"""Histograms of a network of many layers are kept at fewer steps, so that one kind takes about 8 MiB at most."""


class HistogramColumn:
    """Histograms of one kind, kept as a `ThinnedColumn` keeps values: at 256 steps at most, evenly spread over the run.

    Parameters
    ----------
    rows, bins
        How many histograms there are at each step, and of how many bins.
    """

    def __init__(self, rows: int, bins: int) -> None:
        limit = limit_of(rows * bins * np.dtype(np.uint32).itemsize, MOST_KEPT, LEAST_KEPT, MOST_BYTES)
        self.counts = ThinnedColumn(limit, np.uint32, (rows, bins))
        self.ranges = ThinnedColumn(limit, np.float64, (rows, 2))

    @property
    def nbytes(self) -> int:
        """Memory taken, in bytes."""
        return self.counts.nbytes + self.ranges.nbytes

    def extend(self, steps: npt.NDArray[np.int64], found: Sequence[Histograms]) -> None:
        """Add the histograms of some steps."""
        self.counts.extend(steps, np.array([each.counts for each in found]))
        self.ranges.extend(steps, np.array([each.ranges for each in found]))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything as plain arrays: `step`, `counts`, `ranges` and `kept`, which is (every, count).

        They are copies, because a `ThinnedColumn` overwrites its last row: they do not change when more comes.
        """
        counts, ranges = self.counts, self.ranges
        kept = np.array([counts.every, counts.count], np.int64)
        return {"step": counts.steps.copy(), "counts": counts.view.copy(), "ranges": ranges.view.copy(), "kept": kept}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> HistogramColumn:
        """Read back what `to_arrays` gave, with a prefix before each name.

        Raises
        ------
        ValueError
            If something is missing or does not fit together.
        """
        steps = checked(arrays, f"{prefix}step", "i", None)
        check_increasing(steps, f"steps of {prefix[:-1]}")
        counts = checked(arrays, f"{prefix}counts", "u", len(steps), dimensions=(3,))
        ranges = checked(arrays, f"{prefix}ranges", "f", len(steps), dimensions=(3,))
        every, count = checked(arrays, f"{prefix}kept", "i", 2).tolist()
        column = cls(counts.shape[1], counts.shape[2])
        try:
            if counts.dtype != np.uint32 or ranges.shape[1:] != (counts.shape[1], 2):
                raise ValueError("Counts and ranges are of different kinds.")
            column.counts.resume(every, count, steps, counts)
            column.ranges.resume(every, count, steps, ranges)
        except ValueError as error:
            raise ValueError(f"The history is damaged: {prefix[:-1]}: {error}") from None
        return column
