"""The colours of numbers that may be above or below zero: orange below, blue above, the ground's colour at zero.

As in TensorFlow Playground; blue and orange are told apart by people of any colour vision.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtGui import QColor, QImage

from deepviz.gui.theme import Theme

BELOW, ABOVE = "#e69f00", "#3d97e0"
"""The colours at the two ends."""
MIDDLE = 128
"""The entry of the table that stands for zero."""


@lru_cache(maxsize=8)
def signed_colors(theme: Theme) -> np.ndarray:
    """A table of colours, read-only uint8 of shape (257, 3): the lowest number first, zero at `MIDDLE`."""
    inks = [QColor(color) for color in (BELOW, theme.panel, ABOVE)]
    ends = [np.array((ink.red(), ink.green(), ink.blue()), np.float64) for ink in inks]
    shares = np.linspace(0.0, 1.0, MIDDLE + 1)[:, None]
    below = ends[0] + shares * (ends[1] - ends[0])
    above = ends[1] + shares * (ends[2] - ends[1])
    table: np.ndarray = np.rint(np.concatenate([below, above[1:]])).astype(np.uint8)
    table.flags.writeable = False
    return table


def signed_pixels(values: np.ndarray, largest: np.ndarray | float, theme: Theme) -> np.ndarray:
    """Colours of numbers.

    Parameters
    ----------
    values
        Any shape. What is not finite is painted in the colour of what is bad.
    largest
        The magnitude of the two ends, above 0; broadcast against the values.

    Returns
    -------
    Uint32 array of that shape, as pixels of the format ARGB32.
    """
    table = _packed(theme)
    with np.errstate(invalid="ignore", over="ignore"):
        shares = np.clip(values / np.where(np.asarray(largest) > 0, largest, 1.0), -1.0, 1.0)
    finite = np.isfinite(values)
    places = np.rint(MIDDLE + MIDDLE * np.where(finite, shares, 0.0)).astype(np.intp)
    pixels: np.ndarray = np.where(finite, table[places], np.uint32(QColor(theme.bad).rgba()))
    return pixels


def image_of(pixels: np.ndarray) -> QImage:
    """An image of pixels (rows, columns) in the format ARGB32, premultiplied; the first row is the lowest."""
    flipped = np.ascontiguousarray(pixels[::-1], np.uint32)
    rows, columns = flipped.shape
    made = QImage(flipped.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
    return made.copy()  # which does not need the array any more


@lru_cache(maxsize=8)
def _packed(theme: Theme) -> np.ndarray:
    red, green, blue = signed_colors(theme).T.astype(np.uint32)
    packed: np.ndarray = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
    return packed
