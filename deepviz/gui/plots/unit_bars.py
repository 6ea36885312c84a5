"""What each unit of a flat layer gives, as bars up and down from zero, with the exact number of each.

Bars are named, by classes for example, where there is room.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, box_size, inside, paint_box
from deepviz.gui.plots.ticks import at_least_two, linear_ticks
from deepviz.gui.signed_colors import ABOVE, BELOW
from deepviz.gui.theme import DARK, Theme, body_font, readable

TOP, RIGHT, BOTTOM = 10.0, 12.0, 20.0
LEAST_CONTRAST = 2.5


class UnitBars(Pointed, QWidget):
    """Bars for some numbers.

    Attributes
    ----------
    values
        The numbers, shape ``(units,)``; what is not finite has no bar but a mark.
    names
        What they are called; empty for their numbers.
    pointed
        The one that is pointed at, or None.
    """

    menu_requested = Signal(object)
    """The context menu is wanted at a global QPoint."""

    def __init__(self, read: Callable[[int], Pointer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self.theme: Theme = DARK
        self.values = np.zeros(0)
        self.names: Sequence[str] = ()
        self.low, self.high = 0.0, 1.0
        self.pointed: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_values(self, values: np.ndarray, low: float, high: float, names: Sequence[str] = ()) -> None:
        """Show these, on an axis from `low` to `high`, which holds zero."""
        self.values, self.low, self.high, self.names = values, low, high, names
        if self.pointed is not None and self.pointed >= len(values):
            self.pointed = None
        self._say()
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def frame(self, area: QRectF | None = None) -> QRectF:
        """Where the bars are, in a rectangle or in this widget."""
        area = QRectF(self.rect()) if area is None else area
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        widest = max((metrics.horizontalAdvance(tick.label) for tick in self._ticks(area.height())), default=0.0)
        left = 8 + 8 * math.ceil((widest + 8) / 8)
        return QRectF(left, TOP, max(area.width() - left - RIGHT, 10.0), max(area.height() - TOP - BOTTOM, 10.0))

    def point_at(self, unit: int | None) -> None:
        """Say the number of a unit, or of none."""
        if unit != self.pointed:
            self.pointed = unit
            self._say()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    # Painting

    def paintEvent(self, event: QEvent) -> None:
        painter = QPainter(self)
        self.paint_into(painter, QRectF(self.rect()), is_picture=False)
        painter.end()

    def paint_into(self, painter: QPainter, rect: QRectF, is_picture: bool = True) -> None:
        """Paint the bars into a rectangle of a picture."""
        painter.save()
        painter.translate(rect.topLeft())
        area = QRectF(0, 0, rect.width(), rect.height())
        painter.fillRect(area, QColor(self.theme.panel))
        frame = self.frame(area)
        self._paint_axis(painter, frame, area.height())
        if len(self.values):
            self._paint_bars(painter, frame)
            self._paint_names(painter, frame)
        if not is_picture:
            self._paint_focus(painter)
        if not is_picture and self.pointed is not None:
            self._paint_pointer(painter, frame, area)
        painter.restore()

    def _paint_axis(self, painter: QPainter, frame: QRectF, height: float) -> None:
        painter.setFont(body_font(TEXT_SIZE))
        for position, label in self._ticks(height):
            y = self._y(position, frame)
            painter.setPen(QPen(QColor(self.theme.line), 1))
            painter.drawLine(QLineF(frame.left(), y, frame.right(), y))
            painter.setPen(QColor(self.theme.dim))
            box = QRectF(0, y - 8, frame.left() - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        painter.setPen(QPen(QColor(self.theme.outline), 1))
        painter.drawLine(QLineF(frame.left(), self._y(0, frame), frame.right(), self._y(0, frame)))

    def _paint_bars(self, painter: QPainter, frame: QRectF) -> None:
        slot = frame.width() / len(self.values)
        width = max(1.0, slot - min(4.0, 0.25 * slot))
        zero = self._y(0, frame)
        above, below = (QColor(readable(each, self.theme.panel, LEAST_CONTRAST)) for each in (ABOVE, BELOW))
        painter.setPen(Qt.PenStyle.NoPen)
        for number, value in enumerate(self.values.tolist()):
            left = frame.left() + number * slot + (slot - width) / 2
            if not math.isfinite(value):
                painter.fillRect(QRectF(left, frame.top(), width, frame.height()), QColor(self.theme.bad))
                continue
            y = self._y(min(max(value, self.low), self.high), frame)
            painter.fillRect(QRectF(left, min(y, zero), width, abs(y - zero)), above if value > 0 else below)

    def _paint_names(self, painter: QPainter, frame: QRectF) -> None:
        """Names below the bars, as many as fit: each, every second, fifth, tenth, ..."""
        count, slot = len(self.values), frame.width() / len(self.values)
        names = list(self.names) or [str(number) for number in range(count)]
        metrics = QFontMetricsF(painter.font())
        room = max((metrics.horizontalAdvance(each) for each in names), default=8.0) + 6
        if self.names:
            room = min(room, max(slot, 40.0))
        strides = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
        stride = next(each for each in strides if each * slot >= room or each >= count)
        painter.setPen(QColor(self.theme.dim))
        for number in range(0, count, stride):
            middle = frame.left() + (number + 0.5) * slot
            box = QRectF(middle - room / 2, frame.bottom() + 3, room, 15)
            name = metrics.elidedText(names[number], Qt.TextElideMode.ElideRight, room)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_pointer(self, painter: QPainter, frame: QRectF, area: QRectF) -> None:
        assert self.pointed is not None
        slot, pointer = frame.width() / len(self.values), self._read(self.pointed)
        x = frame.left() + (self.pointed + 0.5) * slot
        painter.setPen(QPen(QColor(self.theme.text), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = area.size()
        size = box_size(pointer, room)
        left = x + 10 if x < area.center().x() else x - 10 - size.width()
        paint_box(painter, self.theme, pointer, inside(QPointF(left, frame.top()), size, room), room)

    @property
    def cross_hair(self) -> object:
        return self.pointed

    def point_nowhere(self) -> None:
        self.point_at(None)

    # What somebody does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame, here, self.by_keys = self.frame(), event.position(), False
        number = math.floor((here.x() - frame.left()) / frame.width() * max(len(self.values), 1))
        self.point_at(number if 0 <= number < len(self.values) else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and len(self.values):
            by, self.by_keys = 1 if key == Qt.Key.Key_Right else -1, True
            self.point_at(0 if self.pointed is None else min(max(self.pointed + by, 0), len(self.values) - 1))
        else:
            super().keyPressEvent(event)

    def _ticks(self, height: float) -> list[Any]:
        return at_least_two(linear_ticks, self.low, self.high, max(2, int((height - TOP - BOTTOM) / 26)))

    def _y(self, value: float, frame: QRectF) -> float:
        return frame.bottom() - (value - self.low) / (self.high - self.low) * frame.height()

    def _say(self) -> None:
        """Tell those who do not see it what is pointed at."""
        if self.pointed is None:
            self.setAccessibleDescription("")
            return
        pointer = self._read(self.pointed)
        words = "\n".join([pointer.heading, *(f"{each.name} {each.value}" for each in pointer.readings)])
        self.setAccessibleDescription(words)
