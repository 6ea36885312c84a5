"""Where a run met a number that is not finite and ended, as a cross with words at the upper edge of curves of the run.

What could not be made is the step after the last one that was measured; the words name that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from deepviz.gui.plots.area import PlotArea
from deepviz.gui.plots.event_marks import HEIGHT, LEAST_WIDTH
from deepviz.gui.plots.overlay import Overlay, room_of, write
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import Theme
from deepviz.training.divergence import Divergence

CROSS = 4.0


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
    """

    def __init__(self, area: PlotArea, theme: Callable[[], Theme]) -> None:
        self._area, self._theme = area, theme
        self._overlay = Overlay(area, self._paint)
        self.divergences: Sequence[Divergence] = ()

    def show(self, divergences: Sequence[Divergence]) -> None:
        """Mark other places."""
        self.divergences = divergences
        self._overlay.fit()

    def places(self) -> list[Place]:
        """The crosses inside of the frame from left to right, with their words to the right or to the left.

        In wide pictures they are below the words of other events, which stand at the upper edge.
        """
        frame = self._area.frame
        y = frame.top() + CROSS + 3 + (HEIGHT if frame.width() >= LEAST_WIDTH else 0.0)
        places, end = list[Place](), frame.left()
        for step, _ in sorted(self.divergences):
            x = self._area.x_pixel(step)
            if not frame.left() - 0.5 <= x <= frame.right() + 0.5:
                continue
            words = f"diverged: step {format_integer(step + 1)}"
            width = room_of(words)
            lefts = (x + CROSS + 2, x - CROSS - 2 - width)
            left = next((left for left in lefts if left >= end and left + width <= frame.right() + 0.5), None)
            cross = QPointF(x, y)
            places.append(Place(cross) if left is None else Place(cross, words, QRectF(left, y - 7, width, 14)))
            end = max(x + CROSS, places[-1].room.right())
        return places

    def _paint(self, painter: QPainter) -> None:
        theme = self._theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in self.places():
            painter.setPen(QPen(QColor(theme.bad), 2))
            for way in (QPointF(CROSS, CROSS), QPointF(CROSS, -CROSS)):
                painter.drawLine(place.cross - way, place.cross + way)
            write(painter, place.room, place.words, theme.ink(theme.bad), theme.panel)
