"""What a range test found, on its axes: the curve of the loss, marks at the rates that matter, and exact numbers."""

from __future__ import annotations

import math

import numpy as np

from deepviz.gui.plots.curve import Curve
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.rate_area import RateArea, RateMark
from deepviz.gui.plots.ticks import Tick, format_value, linear_ticks, logarithmic_ticks
from deepviz.gui.theme import DARK, Theme
from deepviz.insight.rate_range import BEGINNING, Rates

ROOM_BELOW, ROOM_ABOVE = 0.12, 0.3
"""How much farther the axis reaches than from the lowest loss to where the losses began, as shares of that."""


class RatePicture:
    """Draws on axes that somebody else owns.

    Attributes
    ----------
    curve
        The smoothed loss, with that of each batch faintly behind it.
    """

    def __init__(self, area: RateArea) -> None:
        self._area = area
        self._theme: Theme = DARK
        self._found: Rates | None = None
        self._is_logarithmic = False
        self.curve = Curve()
        area.marks = self._ticks
        area.box.addItem(self.curve, ignoreBounds=True)

    def show(self, found: Rates, is_logarithmic: bool) -> None:
        """Draw another curve, of the loss or of its logarithm."""
        self._found, self._is_logarithmic = found, is_logarithmic
        smoothed, raw = self._heights(found.smoothed), self._heights(found.losses)
        self.curve.set_points(np.log10(found.rates), smoothed, raw=raw)
        self._dress()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self._theme = theme
        self._area.apply_theme(theme)
        self._dress()

    def x_range(self, present: float | None) -> tuple[float, float]:
        """The logarithms that show all rates that were tried, and those that are marked."""
        found = self._found
        assert found is not None
        shown = [found.rates[0], found.rates[-1], *(each for each in (found.suggested, present) if each is not None)]
        low, high = math.log10(min(shown)), math.log10(max(shown))
        margin = 0.02 * (high - low)
        return low - margin, high + margin

    def y_range(self) -> tuple[float, float]:
        """From the lowest loss to a little above where it began: an explosion may leave the frame."""
        found = self._found
        assert found is not None
        lowest = int(np.argmin(found.smoothed))
        shown = np.concatenate([found.losses[: max(BEGINNING, lowest + 1)], found.smoothed[: lowest + 1]])
        begun = np.concatenate([found.losses[:BEGINNING], found.smoothed[: lowest + 1]])
        lows, highs = (each[np.isfinite(each)] for each in map(self._heights, (shown, begun)))
        if not len(highs):  # no loss has a logarithm
            return 0.0, 1.0
        low, high = float(lows.min()), float(highs.max())
        span = high - low or 0.1 * abs(high) or 1.0
        return low - ROOM_BELOW * span, high + ROOM_ABOVE * span

    def marks(self, chosen: float | None, present: float | None) -> list[RateMark]:
        """What is marked, the most important first."""
        found, theme = self._found, self._theme
        assert found is not None
        marks = []
        if chosen is not None:
            marks.append(self._mark("chosen", chosen, theme.accent))
        if found.suggested is not None:
            color = theme.good if chosen is None else theme.dim
            marks.append(self._mark("suggested", two_figures(found.suggested), color))
        if present is not None:
            marks.append(self._mark("now", present, theme.text, is_dashed=True))
        if found.steepest is not None:  # otherwise the lowest loss is one by chance
            marks.append(self._mark("lowest", found.lowest, theme.curve(1).color, has_dot=True))
            marks.append(self._mark("steepest", found.steepest, theme.curve(4).color, has_dot=True))
        return marks

    def nearest(self, place: float) -> int:
        """The number of the rate that was tried and whose logarithm is nearest."""
        assert self._found is not None
        return int(np.abs(np.log10(self._found.rates) - place).argmin())

    def pointer(self, place: float) -> Pointer:
        """What the cross-hair says at the rate that was tried and whose logarithm is nearest."""
        found, here = self._found, self.nearest(place)
        assert found is not None
        readings = []
        for name, values, color in (
            ("loss of the batch", found.losses, self._theme.dim),
            ("smoothed", found.smoothed, self._theme.curve(0).color),
        ):
            height = float(self._heights(values[here : here + 1])[0])
            readings.append(Reading(name, format_value(float(values[here]), 6), color, height))
        rate = float(found.rates[here])
        return Pointer(math.log10(rate), f"learning rate {format_value(rate, 6)}", tuple(readings))

    def _mark(self, name: str, rate: float, color: str, is_dashed: bool = False, has_dot: bool = False) -> RateMark:
        assert self._found is not None
        height: float | None = None
        if has_dot:
            near = self.nearest(math.log10(rate))
            height = float(self._heights(self._found.smoothed[near : near + 1])[0])
            height = height if math.isfinite(height) else None
        return RateMark(math.log10(rate), name, format_value(rate, 2), color, self._theme.ink(color), is_dashed, height)

    def _ticks(self, low: float, high: float, room: int) -> list[Tick]:
        if self._is_logarithmic:
            return logarithmic_ticks(low, high, room)
        floor = 0.0 if self._found is None else min(0.0, float(self._found.losses.min()))
        return [tick for tick in linear_ticks(low, high, room) if tick.position >= floor]

    def _heights(self, losses: np.ndarray) -> np.ndarray:
        """Where losses are on the vertical axis; NaN for those that have no logarithm."""
        if not self._is_logarithmic:
            return losses
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(losses > 0, np.log10(losses), np.nan)

    def _dress(self) -> None:
        self.curve.set_look(self._theme.curve(0).color, (), 0.0, strong=True)


def two_figures(rate: float) -> float:
    """A rate as it is written on the button, so that exactly that is used."""
    return float(f"{rate:.1e}")
