"""Marks of what was changed by hand while a run went on: an upright line, and its words in pictures that are wide.

In a narrow picture words would hide the curves; there the box beside the cross-hair says them, as it does near a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from deepviz.gui.amounts import in_thin_spaces
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import Theme, body_font

LEAST_WIDTH = 480.0
"""Pixels of a picture from which on there are words in it."""
SIZE, GAP, HEIGHT = 11, 5.0, 16.0
REACH = 8.0
"""Pixels on each side of a mark within which the box beside the cross-hair says its words."""


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


def notes_near(events: Sequence[tuple[int, str]], here: int, step: float, pixels: float) -> list[str]:
    """The words of all marks near the pointer; with its step where a mark is not at the one that the box is about.

    Parameters
    ----------
    here, step
        The step that the box is about, and where the pointer is.
    pixels
        How many a step is wide.
    """
    near = [(at, text) for at, text in events if min(abs(at - here), abs(at - step)) * pixels <= REACH]
    return [in_thin_spaces(text if at == here else f"step {format_integer(at)}: {text}") for at, text in near]


def paint_marks(
    painter: QPainter, marks: Sequence[Mark], frame: QRectF, theme: Theme, *, over_colors: bool = False
) -> None:
    """Paint marks over the whole height of a frame, with their words at its top.

    Over colours they are dark and light by turns, so that they stand out from all of them.
    """
    painter.setFont(body_font(SIZE))
    metrics = QFontMetricsF(painter.font())
    ground = QColor(theme.panel)
    ground.setAlpha(200)
    for mark in marks:
        line = QPointF(mark.x, frame.top()), QPointF(mark.x, frame.bottom())
        if over_colors:
            painter.setPen(QPen(QColor(theme.panel), 1))
            painter.drawLine(*line)
        painter.setPen(QPen(QColor(theme.text if over_colors else theme.outline), 1, Qt.PenStyle.DashLine))
        painter.drawLine(*line)
        if mark.words:
            place = QRectF(mark.x + 1, frame.top(), metrics.horizontalAdvance(mark.words) + 2 * GAP, HEIGHT)
            painter.fillRect(place, ground)
            painter.setPen(QColor(theme.dim))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark.words)
