"""The cells of a map of layers by time: what is known of each, and its colour on a log scale.

Numbers are coloured with viridis. Zero, infinity, what was not computed and what nobody looked at are kinds of their
own, never numbers: a gradient that has vanished cannot be taken for a small one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from deepviz.gui.plots.stretches import Stretch
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.gui.theme import Theme, viridis

Pixels = npt.NDArray[np.uint8]
Levels = tuple[float, float]


class Kind(IntEnum):
    """What is known of a cell."""

    NOT_MEASURED = 0
    NUMBER = 1
    ZERO = 2
    BAD = 3
    """Infinite, or no number although there should be one."""
    FROZEN = 4
    NOT_COMPUTED = 5


@dataclass(frozen=True, eq=False)
class MapCells:
    """The cells of a map.

    Attributes
    ----------
    bins
        What was measured.
    kinds
        The `Kind` of each cell, shape (bins, rows).
    source
        For each bin the one whose numbers it shows, shape (bins,): itself if something was measured in it, the last one
        before if its steps lie between two measurements, and -1 if nothing is known.
    """

    bins: TimeBins
    kinds: Pixels
    source: npt.NDArray[np.intp]

    @classmethod
    def of(cls, bins: TimeBins, is_computed: npt.NDArray[np.bool_], gaps: Iterable[Stretch] | None = None) -> MapCells:
        """The cells of some bins.

        Parameters
        ----------
        bins
            Of a logarithmic kind.
        is_computed
            Of each row whether there can be numbers at all, shape (rows,).
        gaps
            Where steps are measured now and then: the times in which nobody looked. Other steps between measurements
            show the last one. None where all steps are measured: a bin without is not known.
        """
        count, zeros, bad = bins.count, bins.zeros, bins.bad
        kinds = np.full(count.shape, Kind.FROZEN, np.uint8)
        for kind, mask in ((Kind.ZERO, zeros > 0), (Kind.NUMBER, count > 0), (Kind.BAD, bad > 0)):
            kinds[mask] = kind
        kinds[:, ~is_computed] = Kind.NOT_COMPUTED
        kinds[bins.rows == 0] = Kind.NOT_MEASURED
        source = np.where(bins.rows > 0, np.arange(len(bins)), -1)
        if gaps is not None:
            measured = bins.rows > 0
            source = np.maximum.accumulate(source)
            starts = bins.starts
            for gap in gaps:
                source[(starts >= gap.first) & (starts + bins.width - 1 <= gap.last) & ~measured] = -1
            kinds = np.where(source[:, None] >= 0, kinds[source], np.uint8(Kind.NOT_MEASURED))
        return cls(bins, kinds, source)

    @property
    def is_carried(self) -> npt.NDArray[np.bool_]:
        """Which bins show what was measured before them, shape (bins,)."""
        found: npt.NDArray[np.bool_] = (self.source >= 0) & (self.source != np.arange(len(self.source)))
        return found

    @property
    def means(self) -> npt.NDArray[np.float64]:
        """The mean logarithm that each cell shows, shape (bins, rows); NaN where there is none."""
        found: npt.NDArray[np.float64] = np.where(self.kinds == Kind.NUMBER, self.bins.mean[self.source], np.nan)
        return found

    def pixels(self, levels: Levels, theme: Theme) -> Pixels:
        """Red, green, blue and opacity of each cell, first row on top: shape (rows, bins, 4)."""
        low, high = levels
        kinds = self.kinds.T
        mean = np.nan_to_num(self.means.T, nan=low)
        # A new array, not a transposed one: pyqtgraph shows nothing of one row with the strides of a column.
        pixels = np.empty((*kinds.shape, 4), np.uint8)
        pixels[..., :3] = viridis()[np.clip((mean - low) * (256 / (high - low)), 0, 255).astype(np.uint8)]
        pixels[..., 3] = np.where(kinds == Kind.NOT_MEASURED, 0, 255)
        for kind, color in kind_colors(theme).items():
            pixels[kinds == kind, :3] = list(bytes.fromhex(color[1:]))
        return pixels


def kind_colors(theme: Theme) -> dict[Kind, str]:
    """The colour of each kind of cell that is no number. What was not measured has none."""
    return {Kind.ZERO: theme.dim, Kind.BAD: theme.bad, Kind.FROZEN: theme.line, Kind.NOT_COMPUTED: theme.line}


def color_of(value: float, levels: Levels, theme: Theme) -> str:
    """The colour of a cell with this number, as `#rrggbb`."""
    if math.isnan(value):
        return theme.line
    if math.isinf(value):
        return theme.bad
    if value <= 0:
        return theme.dim
    low, high = levels
    place = min(max((math.log10(value) - low) * 256 / (high - low), 0), 255)
    return "#" + bytes(viridis()[int(place)]).hex()


def levels_of(bins: TimeBins) -> Levels:
    """The decades from the smallest to the largest mean: whole numbers, so that colours rarely change their meaning."""
    means = bins.mean[bins.count > 0]
    if not len(means):
        return -1.0, 0.0
    low, high = math.floor(float(means.min())), math.ceil(float(means.max()))
    return float(low), float(max(high, low + 1))
