"""Which colour stands for which number, in maps that all have the same scale: viridis, or two hues around zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QImage

from deepviz.gui.signed_colors import signed_colors
from deepviz.gui.theme import Theme, viridis

BLOCK = 2**14
"""So many numbers are made into colours at a time."""
ROUND = (1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0)
"""The ends of scales are such numbers times a power of ten: rarely other ones, and never far above the largest."""


@dataclass(frozen=True)
class ColorScale:
    """Colours from a lowest to a highest number; what lies beyond is coloured as the ends.

    Attributes
    ----------
    low, high
        The ends.
    is_signed
        Whether zero is in the middle, with a hue to either side; else it is viridis.
    """

    low: float
    high: float
    is_signed: bool

    @classmethod
    def symmetric(cls, largest: float) -> ColorScale:
        """From minus to plus a round number that is not below `largest`."""
        end = round_up(largest)
        return cls(-end, end, True)

    @classmethod
    def of(cls, values: np.ndarray) -> ColorScale:
        """Symmetric where there are numbers below zero, else from zero up; what is not finite is left out."""
        finite = values[np.isfinite(values)]
        if not finite.size:
            return cls(0.0, 1.0, False)
        low, high = float(finite.min()), float(finite.max())
        return cls.symmetric(max(-low, high)) if low < 0 else cls(0.0, round_up(high), False)

    def table(self, theme: Theme) -> np.ndarray:
        """The colours from low to high: uint8, shape (n, 3)."""
        return signed_colors(theme) if self.is_signed else viridis()

    def pixels(self, values: np.ndarray, theme: Theme) -> np.ndarray:
        """Numbers as pixels of the format ARGB32: uint32 of the same shape; what is not finite in the colour of bad."""
        colors = self.table(theme).astype(np.uint32)
        packed = np.uint32(0xFF000000) | colors[:, 0] << np.uint32(16) | colors[:, 1] << np.uint32(8) | colors[:, 2]
        flat, bad = np.ravel(values), np.uint32(QColor(theme.bad).rgba())
        pixels = np.empty(flat.size, np.uint32)
        # In pieces that stay in the cache: a matrix of weights has hundreds of thousands of numbers, again and again.
        for start in range(0, flat.size, BLOCK):
            part = slice(start, start + BLOCK)
            finite = np.isfinite(flat[part])
            shares = np.subtract(np.where(finite, flat[part], self.low), self.low, dtype=np.float64)
            np.clip(np.divide(shares, self.high - self.low, out=shares), 0.0, 1.0, out=shares)
            np.rint(np.multiply(shares, len(packed) - 1, out=shares), out=shares)
            packed.take(shares.astype(np.intp), out=pixels[part])
            if not finite.all():
                pixels[part][~finite] = bad
        return pixels.reshape(np.shape(values))

    def shades(self, values: np.ndarray, theme: Theme) -> np.ndarray:
        """Red, green and blue as numbers, shape ``(..., 3)``, as pixels of the format ARGB32: shape ``(...)``."""
        finite = np.isfinite(values).all(axis=-1)
        shares = np.clip((np.where(np.isfinite(values), values, 0.0) - self.low) / (self.high - self.low), 0.0, 1.0)
        red, green, blue = np.moveaxis(np.rint(255 * shares).astype(np.uint32), -1, 0)
        packed = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
        pixels: np.ndarray = np.where(finite, packed, np.uint32(QColor(theme.bad).rgba()))
        return pixels


def round_up(number: float) -> float:
    """The smallest round number that is not below `number`; 1 for 0."""
    if not number > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(number))
    if power == 0.0:
        return number
    return next((each * power for each in ROUND if each * power >= number), 10 * power)


def image_from(pixels: np.ndarray) -> QImage:
    """An image of pixels (rows, columns) in the format ARGB32, premultiplied; the first row is on top."""
    held = np.ascontiguousarray(pixels, np.uint32)
    rows, columns = held.shape
    made = QImage(held.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
    return made.copy()  # which does not need the array any more
