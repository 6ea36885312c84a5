"""What the cells of a confusion matrix say, and their colours: blue where it is right, orange where it is wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor, QImage

from deepviz.gui import amounts
from deepviz.gui.amounts import fraction
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import Theme
from deepviz.insight.confusion import ConfusionCounts

RIGHT_COLOR, WRONG_COLOR = "#2f7fd6", "#d9691e"
"""The strongest colours; told apart by people of any colour vision."""


class ConfusionCells:
    """The cells of one answer.

    Parameters
    ----------
    names
        What the classes are called.
    scale
        What the cells show, one of `confusion.SCALES`.
    """

    def __init__(self, answer: ConfusionCounts, names: Sequence[str], scale: str, theme: Theme) -> None:
        self.answer, self.names, self.scale, self.theme = answer, tuple(names), scale, theme
        self.recall, self.precision = answer.recall, answer.precision
        self.shares = answer.scaled(scale)
        self.colors = self._colors()
        """Uint8 array of shape ``(classes, classes, 3)``."""

    def __len__(self) -> int:
        """How many classes there are."""
        return len(self.answer.counts)

    def text(self, row: int, column: int) -> str:
        """What is written in a cell: a count, or a share in percent."""
        count, share = int(self.answer.counts[row, column]), float(self.shares[row, column])
        if self.scale == "count":
            return format_integer(count)
        if math.isnan(share):
            return "–"
        return "0" if count == 0 else amounts.percent(share, 1 if share < 0.0995 else 0, "")[:-1].replace(" ", "")

    def color(self, row: int, column: int) -> QColor:
        """The colour of a cell."""
        red, green, blue = self.colors[row, column].tolist()
        return QColor(red, green, blue)

    def image(self) -> QImage:
        """All cells as an image, one pixel each."""
        size = len(self)
        return QImage(self.colors.tobytes(), size, size, 3 * size, QImage.Format.Format_RGB888).copy()

    def pointer(self, row: int, column: int) -> Pointer:
        """What the box beside the pointer says of a cell, exactly."""
        counts, true, taken = self.answer.counts, self.names[row], self.names[column]
        count, color = int(counts[row, column]), self.color(row, column).name()
        readings = (
            Reading("samples", format_integer(count), color),
            Reading(f"of true {true}", percent(count, int(counts[row].sum())), color),
            Reading(f"of predicted {taken}", percent(count, int(counts[:, column].sum())), color),
        )
        return Pointer(0.0, f"true {true}, predicted {taken}", readings)

    def words(self, row: int, column: int) -> str:
        """The same as text."""
        pointer = self.pointer(row, column)
        return "\n".join([pointer.heading, *(f"{each.name} {each.value}" for each in pointer.readings)])

    def _colors(self) -> np.ndarray:
        """From the ground to the strongest colour, by the root of the share, so that a few mistakes are seen."""
        strength = np.sqrt(np.clip(np.nan_to_num(self.shares), 0.0, 1.0))[..., None]
        ground, right, wrong = (_channels(each) for each in (self.theme.raised, RIGHT_COLOR, WRONG_COLOR))
        ink = np.where(np.eye(len(self), dtype=bool)[..., None], right, wrong)
        colors: np.ndarray = np.rint(ground + strength * (ink - ground)).astype(np.uint8)
        return colors


def percent(part: int, whole: int) -> str:
    """A share in percent with two places; a dash where there is nothing to divide by."""
    return amounts.percent(part / whole, space=" ") if whole else "–"


def share_text(value: float) -> str:
    """A share with two places; a dash where there is none."""
    return "–" if math.isnan(value) else fraction(value, 2).replace(" 0", "")


def _channels(color: str) -> np.ndarray:
    return np.array(list(bytes.fromhex(color[1:])), np.float64)
