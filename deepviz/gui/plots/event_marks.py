"""Marks of what was changed by hand while a run went on: an upright line, and its words in pictures that are wide.

In a narrow picture words would hide the curves; there the box beside the cross-hair says them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from deepviz.gui.amounts import in_thin_spaces
from deepviz.gui.theme import Theme, body_font

LEAST_WIDTH = 480.0
"""Pixels of a picture from which on there are words in it."""
SIZE, GAP, HEIGHT = 11, 5.0, 16.0


class Mark(NamedTuple):
    """Where a mark stands, in pixels, and its words; empty where there is no room for them."""

    x: int
    words: str


def marks_of(events: Sequence[tuple[int, str]], pixel_of: Callable[[float], float], frame: QRectF) -> list[Mark]:
    """The marks of some events inside a frame, from left to right.

    Parameters
    ----------
    events
        Step and words of each. What lies on one pixel is one mark.
    pixel_of
        Gives the place of a step.
    """
    said: dict[int, list[str]] = {}
    for step, words in events:
        said.setdefault(round(pixel_of(step)), []).append(in_thin_spaces(words))
    places = sorted(x for x in said if frame.left() <= x <= frame.right())
    if frame.width() < LEAST_WIDTH:
        return [Mark(x, "") for x in places]
    metrics = QFontMetricsF(body_font(SIZE))
    marks = []
    for x, following in pairwise([*places, frame.right()]):
        words = ", ".join(said[int(x)])
        fits = metrics.horizontalAdvance(words) + 2 * GAP <= following - x
        marks.append(Mark(int(x), words if fits else ""))
    return marks


def paint_marks(painter: QPainter, marks: Sequence[Mark], frame: QRectF, theme: Theme) -> None:
    """Paint marks over the whole height of a frame, with their words at its top."""
    painter.setFont(body_font(SIZE))
    metrics = QFontMetricsF(painter.font())
    ground = QColor(theme.panel)
    ground.setAlpha(200)
    for mark in marks:
        painter.setPen(QPen(QColor(theme.outline), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(mark.x, frame.top()), QPointF(mark.x, frame.bottom()))
        if mark.words:
            place = QRectF(mark.x + 1, frame.top(), metrics.horizontalAdvance(mark.words) + 2 * GAP, HEIGHT)
            painter.fillRect(place, ground)
            painter.setPen(QColor(theme.dim))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark.words)
