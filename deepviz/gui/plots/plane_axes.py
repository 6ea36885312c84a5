"""What stands around a plane: marks and names of both axes, and some words above it; its frame is what they leave."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.plots.ticks import Marks, Tick, at_least_two, linear_ticks, room_for
from deepviz.gui.theme import Theme, body_font
from deepviz.insight.plane import Window

TOP, BOTTOM = 8.0, 38.0
TITLE_WIDTH = 18.0
CAPTION_LINE, MOST_CAPTION_LINES = 15.0, 3
HEIGHT_PER_CAPTION_LINE = 85
"""Pixels of its height for which a low picture may have one line of words above it."""
NO_BREAK = "\N{NO-BREAK SPACE}"
PIXELS_PER_X_TICK, PIXELS_PER_Y_TICK = 56, 30


@dataclass(frozen=True)
class PlaneAxes:
    """The axes of a plane.

    Attributes
    ----------
    width, height, right_margin
        Pixels of all of it, and of what is kept to the right of the frame.
    shown
        What part of the plane is seen.
    caption, x_title, y_title
        The words above it, and what the axes are called.
    y_marks
        Gives the marks of the vertical axis from its range and the number of marks that there is room for.
    keeps_shape
        Whether a unit is as long on one axis as on the other; the frame is then smaller than it might be.
    words_at
        The upper left corner of the words where they stand to the right of the frame, and not above it.
    """

    width: int
    height: int
    right_margin: float
    shown: Window
    caption: str
    x_title: str
    y_title: str
    keeps_shape: bool = False
    y_marks: Marks = linear_ticks
    words_at: tuple[float, float] | None = None

    @property
    def frame(self) -> QRectF:
        """Where the plane is, in pixels."""
        left, top = self._left(), TOP + CAPTION_LINE * (len(self.caption_lines()) if self.words_at is None else 0)
        width, height = self.width - left - self.right_margin, self.height - top - BOTTOM
        width, height = max(width, 10.0), max(height, 10.0)
        if self.keeps_shape:
            shape = (self.shown.right - self.shown.left) / (self.shown.high - self.shown.low)
            width, height = min(width, max(shape * height, 10.0)), min(height, max(width / shape, 10.0))
        return QRectF(left, top, width, height)

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Marks, names and words, all around the frame."""
        frame = self.frame
        painter.setFont(body_font(TEXT_SIZE))
        painter.setPen(QColor(theme.dim))
        metrics = QFontMetricsF(painter.font())
        words = self.caption_rect
        for number, line in enumerate(self.caption_lines()):
            place = QRectF(words.x(), words.y() + number * CAPTION_LINE, words.width(), CAPTION_LINE)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)
        shown = self.shown
        for position, label in self.y_ticks():
            y = frame.bottom() - (position - shown.low) / (shown.high - shown.low) * frame.height()
            painter.drawLine(QPointF(frame.left() - 3, y), QPointF(frame.left(), y))
            box = QRectF(0, y - 8, frame.left() - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        past = -math.inf
        for position, label in self.x_ticks():
            x = frame.left() + (position - shown.left) / (shown.right - shown.left) * frame.width()
            half = metrics.horizontalAdvance(label) / 2
            painter.drawLine(QPointF(x, frame.bottom()), QPointF(x, frame.bottom() + 3))
            if x - half < past + 6:
                continue
            past = x + half
            box = QRectF(x - half - 1, frame.bottom() + 4, 2 * half + 2, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
        elide = Qt.TextElideMode.ElideRight
        below = QRectF(frame.left(), frame.bottom() + 20, frame.width(), 16)
        if metrics.horizontalAdvance(self.x_title) > below.width():
            # Beside a frame that is narrower than it might be there is room, and below the marks beside it as well.
            below = QRectF(TITLE_WIDTH, below.top(), self.width - TITLE_WIDTH - 4.0, below.height())
        painter.setPen(QColor(theme.text))
        title = shortened(self.x_title, metrics, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(title, elide, below.width()))
        painter.save()
        painter.translate(2, frame.bottom())
        painter.rotate(-90)
        beside = QRectF(0, 0, frame.height(), 16)
        title = shortened(self.y_title, metrics, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(title, elide, beside.width()))
        painter.restore()

    def caption_lines(self) -> list[str]:
        """The caption in lines that fit; where there are too many, the last one ends with dots after a whole word.

        What is not to be broken (`NO_BREAK`) is broken where a line is too short for it.
        """
        lines = self._lines(self.caption)
        most = min(max(1, self.height // HEIGHT_PER_CAPTION_LINE), MOST_CAPTION_LINES)
        if self.words_at is not None:
            most = max(1, int((self.height - self.words_at[1]) // CAPTION_LINE))
        if len(lines) > most:
            rest = " ".join(lines[most - 1 :]).replace(NO_BREAK, " ").split(" ")
            kept = next((n for n in range(len(rest), 0, -1) if self._fits(f"{' '.join(rest[:n])}…")), 0)
            # A number of which digits are missing would be another number.
            last = f"{' '.join(rest[:kept]).rstrip(',.: ·')}…" if kept else rest[0]
            lines = [*lines[: most - 1], last]
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, self._caption_room) for line in lines]

    @property
    def is_caption_cut(self) -> bool:
        """Whether a part of the caption cannot be read."""
        return " ".join(self.caption_lines()).split() != self.caption.split()

    @property
    def _caption_room(self) -> float:
        return self.width - (20.0 if self.words_at is None else self.words_at[0] + 8.0)

    @property
    def caption_rect(self) -> QRectF:
        """Where the words are, in pixels."""
        x, y = (12.0, TOP - 4) if self.words_at is None else self.words_at
        return QRectF(x, y, self._caption_room, CAPTION_LINE * len(self.caption_lines()))

    def _fits(self, line: str) -> bool:
        return QFontMetricsF(body_font(TEXT_SIZE)).horizontalAdvance(line) <= self._caption_room

    def _lines(self, words: str) -> list[str]:
        """Words in lines of the room there is."""
        lines: list[str] = []
        for word in filter(None, words.split(" ")):
            if lines and self._fits(f"{lines[-1]} {word}"):
                lines[-1] += f" {word}"
            elif NO_BREAK in word and not self._fits(word):
                parts = word.replace(f",{NO_BREAK}", ", ")  # a number stays with its word if it can
                lines += self._lines(parts if parts != word else word.replace(NO_BREAK, " "))
            else:
                lines.append(word)
        return lines

    def x_ticks(self) -> list[Tick]:
        """The marks below the frame."""
        room = room_for(self.frame.width(), PIXELS_PER_X_TICK)
        return at_least_two(linear_ticks, self.shown.left, self.shown.right, room)

    def y_ticks(self) -> list[Tick]:
        """The marks beside the frame."""
        shown = self.shown
        height = self.height - TOP - BOTTOM - (CAPTION_LINE if self.words_at is None else 0)
        if self.keeps_shape:
            width = self.width - TITLE_WIDTH - self.right_margin
            height = min(height, width * (shown.high - shown.low) / (shown.right - shown.left))
        return at_least_two(self.y_marks, shown.low, shown.high, room_for(height, PIXELS_PER_Y_TICK))

    def _left(self) -> float:
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        widest = max((metrics.horizontalAdvance(tick.label) for tick in self.y_ticks()), default=0.0)
        # In jumps of 8 pixels, lest the frame trembles while numbers change.
        return TITLE_WIDTH + 8 * math.ceil((widest + 10) / 8)


def shortened(title: str, metrics: QFontMetricsF, room: float) -> str:
    """The title of an axis, without what stands in brackets where there is no room for all of it."""
    return title if metrics.horizontalAdvance(title) <= room else title.partition(" (")[0]
