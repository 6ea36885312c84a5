"""Where a run met a number that is not finite, as crosses with words at the upper edge of curves of the run.

Where it ended by that, both the cross and its words are of the last step that was made, as notes of changes are: the
step after it is on no axis, as nothing of it was measured.
Where a curve is of such numbers for a while, its first and its last have a cross each, as in curves of layers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from deepviz.gui.plots.area import PlotArea
from deepviz.gui.plots.event_marks import HEIGHT, LEAST_WIDTH
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.overlay import Overlay, room_of, write
from deepviz.gui.plots.stretches import Stretches
from deepviz.gui.plots.ticks import format_integer, format_value
from deepviz.gui.theme import Theme
from deepviz.training.divergence import Divergence

CROSS = 4.0
DIVERGED = "diverged after step "
MOST_TOLD = 24
"""Beside so many crosses at most there are words: to look for room takes time, and nobody reads more."""


@dataclass(frozen=True)
class Place:
    """Where a cross stands, in pixels, and its words with their place; empty where there is no room for them."""

    cross: QPointF
    words: str = ""
    room: QRectF = field(default_factory=QRectF)


class DivergenceMarks:
    """The crosses of one picture, over its curves.

    Attributes
    ----------
    divergences
        Where the run ended with a number that is not finite.
    curves
        The name of each curve, and in which column and in which number of its rows it is.
    """

    def __init__(self, area: PlotArea, theme: Callable[[], Theme]) -> None:
        self._area, self._theme = area, theme
        self._overlay = Overlay(area, self._paint)
        self.divergences: Sequence[Divergence] = ()
        self.curves: Sequence[tuple[str, str, int]] = ()
        self._stretches: dict[str, Stretches] = {}

    def begin(self) -> None:
        """Forget what was taken in: it is another history, or another way to show it."""
        self._stretches = {}

    def take_in(self, column: str, steps: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Look for numbers that are not finite in new rows of a column, of shape (n,) and (n,) or (n, numbers)."""
        rows = values.reshape(len(steps), -1)
        self._stretches.setdefault(column, Stretches(rows.shape[1])).extend(steps, rows)

    def show(self, divergences: Sequence[Divergence], curves: Sequence[tuple[str, str, int]]) -> None:
        """Mark other places: where the run ended, and what was taken in of these curves."""
        self.divergences, self.curves = divergences, curves
        self._overlay.fit()

    def entries(self, at: int) -> list[Entry]:
        """What a legend says of the step that is shown, if the run ended there."""
        nodes = [found.node or "the step" for found in self.divergences if found.step == at]
        return [Entry(f"NaN or ∞ in {node}", "", self._theme().bad, is_patch=True) for node in nodes]

    def places(self) -> list[Place]:
        """The crosses inside of the frame from left to right, with their words to the right, to the left or below.

        In wide pictures they are below the words of other events, which stand at the upper edge. Where there is no room
        for all words, those of the end of a run come first.
        """
        frame = self._area.frame
        y = frame.top() + CROSS + 3 + (HEIGHT if frame.width() >= LEAST_WIDTH else 0.0)
        said = sorted(self._said().items())
        taken = [QRectF(x - CROSS, y - CROSS, 2 * CROSS, 2 * CROSS) for x, _ in said]
        found: dict[float, Place] = {}
        for number, (x, texts) in enumerate(sorted(said, key=lambda cross: not cross[1][0].startswith(DIVERGED))):
            words = ", ".join(texts)
            width = room_of(words)
            middle = min(max(x - width / 2, frame.left()), frame.right() - width)
            corners = ((x + CROSS + 2, y - 7), (x - CROSS - 2 - width, y - 7), (middle, y + CROSS + 1))
            rooms = [QRectF(left, top, width, 14) for left, top in corners]
            inside = [room for room in rooms if room.left() >= frame.left() and room.right() <= frame.right() + 0.5]
            fitting = (room for room in inside if not any(map(room.intersects, taken)))
            room = next(fitting, None) if number < MOST_TOLD else None
            cross = QPointF(x, y)
            found[x] = Place(cross) if room is None else Place(cross, words, room)
            taken += [] if room is None else [room]
        return [found[x] for x, _ in said]

    def _said(self) -> dict[float, list[str]]:
        """What there is to say at which pixels from the left, inside of the frame: at a whole one each thing once."""
        frame, found = self._area.frame, dict[int, tuple[float, list[str]]]()
        said = [(step, f"{DIVERGED}{format_integer(step)}") for step, _ in self.divergences]
        for name, column, number in self.curves if self._stretches else ():
            known = self._stretches.get(column)
            kinds = () if known is None else ((np.inf, known.infinite[number]), (np.nan, known.nan[number]))
            for value, stretches in kinds:
                said += [(step, f"{name} {format_value(value)}") for stretch in stretches for step in stretch]
        for step, words in said:
            x = self._area.x_pixel(step)
            if frame.left() - 0.5 <= x <= frame.right() + 0.5:
                texts = found.setdefault(round(x), (x, []))[1]
                texts += [words] if words not in texts else []
        return dict(found.values())

    def _paint(self, painter: QPainter) -> None:
        theme = self._theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in self.places():
            painter.setPen(QPen(QColor(theme.bad), 2))
            for way in (QPointF(CROSS, CROSS), QPointF(CROSS, -CROSS)):
                painter.drawLine(place.cross - way, place.cross + way)
            write(painter, place.room, place.words, theme.ink(theme.bad), theme.panel)
