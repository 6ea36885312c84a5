"""Axes of losses over learning rates, which grow by factors: what was tried can be chosen with a click or a key.

Marks are upright lines with words; the words stand to the left of their lines, below the curve, where there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import MOST_DECADES, PlotArea
from deepviz.gui.plots.overlay import room_of, write
from deepviz.gui.plots.plane_limits import within
from deepviz.gui.plots.ticks import Tick, logarithmic_ticks
from deepviz.insight.plane import Window

WORD_LINE = 15.0
LEAST_DECADES = 0.2
CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True)
class RateMark:
    """A line at a learning rate.

    Attributes
    ----------
    place
        The decimal logarithm of the rate.
    name, value
        What stands beside it; where there is no room for that, the name alone.
    color, ink
        Of the line, and of the words.
    is_dashed
        Whether it is something given, not something found.
    height
        Where on the vertical axis there is a dot; None for no dot.
    """

    place: float
    name: str
    value: str
    color: str
    ink: str
    is_dashed: bool = False
    height: float | None = None

    @property
    def words(self) -> str:
        """Name and value."""
        return f"{self.name} {self.value}"


class RateArea(PlotArea):
    """The axes.

    Attributes
    ----------
    rate_marks
        What is marked, the most important first: if there is no room for all words, the last ones are left out.
    whole
        All there is to be seen, beyond which nobody gets far; None while there is nothing.
    has_choice
        Whether a rate is chosen, so that Escape takes that back.
    """

    chosen = Signal(float)
    """Somebody clicked at the decimal logarithm of a rate, or pressed Enter at the cross-hair."""
    unchosen = Signal()
    """What was chosen is to be forgotten."""

    def __init__(self, marks: Callable[[float, float, int], list[Tick]], parent: QWidget | None = None) -> None:
        super().__init__(marks, parent)
        self.rate_marks: Sequence[RateMark] = ()
        self.has_choice = False
        self.whole: Window | None = None
        self.x_name, self.x_marks, self.narrowest = "rate", logarithmic_ticks, LEAST_DECADES
        self.widest = MOST_DECADES

    def set_range(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        left, right, low, high = within(Window(*x_range, *y_range), self.whole)
        super().set_range((left, right), (low, high))

    def zoom(self, x_factor: float, y_factor: float, centre: QPointF) -> None:
        super().zoom(x_factor, y_factor, centre)
        self.set_range(self.x_range, self.y_range)

    def show_marks(self, marks: Sequence[RateMark]) -> None:
        """Mark other rates."""
        self.rate_marks = tuple(marks)
        self.viewport().update()

    def word_places(self) -> list[tuple[str, RateMark, QRectF]]:
        """What stands where beside the marks, in pixels; nothing of those for which there is no room."""
        found: list[tuple[str, RateMark, QRectF]] = []
        for mark in self.rate_marks:
            taken = [place for _, _, place in found]
            for words in (mark.words, mark.name):
                if (place := self._free_place(self.x_pixel(mark.place), room_of(words), taken)) is not None:
                    found.append((words, mark, place))
                    break
        return found

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        painter.save()
        painter.setClipRect(self.frame.adjusted(-1, -1, 1, 1))
        self._paint_lines(painter)
        self._paint_words(painter)
        painter.restore()
        super().drawForeground(painter, rect)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._drag_from is not None and not self._is_panning
        super().mouseReleaseEvent(event)
        if was_click and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.numbers_at(event.position()).x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        if key in CHOOSING and self.pointer is not None:
            self.chosen.emit(self.pointer.step)
        elif key == Qt.Key.Key_Escape and self.has_choice and not (self.by_keys and self.pointer is not None):
            self.unchosen.emit()
        else:
            super().keyPressEvent(event)

    def _free_place(self, x: float, width: float, taken: Sequence[QRectF]) -> QRectF | None:
        """Room for words of a width beside a line, as low as can be, rather to its left."""
        frame = self.frame
        if not frame.left() <= x <= frame.right():
            return None
        for line in range(1, 1 + int(max(0.0, frame.height() / 2) // WORD_LINE)):
            for left in (x - 2 - width, x + 2):
                place = QRectF(left, frame.bottom() - line * WORD_LINE, width, WORD_LINE)
                is_inside = frame.left() <= left <= frame.right() - width
                if is_inside and not any(place.intersects(other) for other in taken):
                    return place
        return None

    def _paint_lines(self, painter: QPainter) -> None:
        frame = self.frame
        for mark in reversed(self.rate_marks):
            x = round(self.x_pixel(mark.place)) + 0.5
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            style = Qt.PenStyle.DashLine if mark.is_dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(mark.color), 1, style))
            if mark.height is None:
                painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))
                continue
            y = self.y_pixel(mark.height)
            painter.drawLine(QLineF(x, max(y, frame.top()), x, frame.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.theme.panel), 2))
            painter.setBrush(QColor(mark.color))
            painter.drawEllipse(QPointF(x, y), 4.5, 4.5)

    def _paint_words(self, painter: QPainter) -> None:
        for words, mark, place in self.word_places():
            write(painter, place, words, mark.ink, self.theme.panel)
