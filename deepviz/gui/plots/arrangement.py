"""Where pictures of one size lie in a rectangle: as large as all of them fit, or so that each can still be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF

GAP, TITLE = 8.0, 15.0
"""Pixels between pictures, and above each for its title."""
SMALLEST, LOWEST = 30.0, 24.0
"""Pixels across and down a picture, at least; where there is no room for all, they are scrolled."""
LARGEST_DOT = 160.0


@dataclass(frozen=True)
class Arrangement:
    """Where pictures lie.

    Attributes
    ----------
    columns
        How many lie beside each other.
    width, height
        Pixels of each picture.
    total_height
        Pixels of all of them together, with gaps and titles.
    """

    columns: int
    width: float
    height: float
    total_height: float

    def rect(self, number: int) -> QRectF:
        """Where a picture is, without its title."""
        row, column = divmod(number, self.columns)
        x = GAP + column * (self.width + GAP)
        y = GAP + row * (self.height + TITLE + GAP) + TITLE
        return QRectF(x, y, self.width, self.height)

    def number_at(self, x: float, y: float, count: int) -> int | None:
        """Which of `count` pictures is at a point, its title included; None if there is none."""
        column, row = math.floor((x - GAP / 2) / (self.width + GAP)), math.floor(y / (self.height + TITLE + GAP))
        if not 0 <= column < self.columns or row < 0:
            return None
        number = row * self.columns + column
        return number if number < count else None


def arranged(
    count: int, rows: int, columns: int, width: float, height: float, keeps_shape: bool, scrolls: bool = True
) -> Arrangement:
    """Arrange pictures.

    Parameters
    ----------
    count
        How many there are, at least one.
    rows, columns
        Of how many dots each consists.
    width, height
        Of the rectangle, in pixels.
    keeps_shape
        Whether dots are squares; else pictures fill the rectangle.
    scrolls
        Whether they may need more height than there is.
    """
    best = (-1.0, 1)
    for across in range(1, count + 1):
        wide, high = _room(count, across, width, height)
        size = min(wide / columns, high / rows) if keeps_shape else min(wide, 3 * high)
        best = max(best, (size, -across))
    across = -best[1]
    wide, high = _room(count, across, width, height)
    if keeps_shape:
        dot = min(best[0], LARGEST_DOT) if count > 1 else best[0]
        dot = float(math.floor(dot)) if dot >= 3 else dot
        wide, high = dot * columns, dot * rows
    if scrolls and (wide < SMALLEST or high < LOWEST):
        if keeps_shape:
            dot = max(SMALLEST / columns, LOWEST / rows)
            wide, high = min(dot * columns, max(width - 2 * GAP, 10.0)), dot * rows
        else:
            wide, high = max(SMALLEST, min(wide, width)), max(LOWEST * 2, high)
        across = max(1, math.floor((width - GAP) / (wide + GAP)))
    wide, high = max(wide, 1.0), max(high, 1.0)
    down = math.ceil(count / across)
    return Arrangement(across, wide, high, GAP + down * (high + TITLE + GAP))


def _room(count: int, across: int, width: float, height: float) -> tuple[float, float]:
    """How wide and high a picture can be with so many in a row."""
    down = math.ceil(count / across)
    return (width - (across + 1) * GAP) / across, (height - GAP) / down - TITLE - GAP
