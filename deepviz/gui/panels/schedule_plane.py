"""The axes on which the learning rate of a run is drawn ahead, with the exact value under the pointer.

Of a run that has begun, what is behind it is drawn as well, up to a line that says where it stands.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepviz.gui.panels.schedule_curve import RunAhead
from deepviz.gui.plots.pointer import Pointer, Reading, box_size, inside, paint_box
from deepviz.gui.plots.ticks import (
    ZERO_DROP,
    format_integer,
    format_value,
    linear_ticks,
    logarithmic_ticks,
    step_ticks,
)
from deepviz.gui.theme import Theme, body_font

HEIGHT = 136
TOP, RIGHT, BOTTOM = 8.0, 10.0, 22.0
ROOM_FOR_TICKS = 5
PIXELS_PER_EPOCH_TICK = 42
TICK_SIZE = 11


class SchedulePlane(QWidget):
    """Epochs to the right, the learning rate upwards; arrow keys move the cross-hair from epoch to epoch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.run: RunAhead | None = None
        self._known: tuple[object, _Axes] | None = None
        self.is_logarithmic = False
        self.pointed_step: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate as planned")
        self.show_run(None)

    @property
    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """What is drawn: epochs, as numbers from 0, and learning rates, each of shape (n,)."""
        return self._points

    def show_run(self, run: RunAhead | None) -> None:
        """Show a run, or that it is not known how long it is."""
        self.run = run if run is not None and run.total_steps else None
        self._points = (np.empty(0), np.empty(0)) if self.run is None else self.run.points
        self._point(None)
        self.setAccessibleDescription(self._in_words())
        self.update()

    def set_logarithmic(self, on: bool) -> None:
        """Show decades, or an even axis."""
        self.is_logarithmic = on
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def reading(self) -> Pointer | None:
        """What is said at the cross-hair, with the exact learning rate of that step; None without one."""
        run, step = self.run, self.pointed_step
        if run is None or step is None:
            return None
        rate = run.rate_at(step)
        heading = f"step {format_integer(step + 1)} · epoch {format_integer(int(run.epoch_of(step)) + 1)}"
        reading = Reading("", format_value(rate, 6), self._theme.curve(0).color, rate)
        return Pointer(float(step), heading, (reading,))

    def sizeHint(self) -> QSize:
        """As wide as the panel."""
        return QSize(200, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any panel."""
        return QSize(80, HEIGHT)

    # What a person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say the value under the pointer."""
        frame = self._axes().frame
        self._point(self._step_at(event.position().x()) if frame.contains(event.position()) else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the cross-hair away."""
        self._point(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the cross-hair away."""
        super().focusOutEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move the cross-hair by an epoch, with Shift by a step; Home and End go to the ends."""
        run, key = self.run, event.key()
        if run is None:
            super().keyPressEvent(event)
            return
        stride = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else run.steps_per_epoch
        here = -stride if self.pointed_step is None else self.pointed_step
        goals = {
            Qt.Key.Key_Right: here + stride,
            Qt.Key.Key_Left: here - stride,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: run.total_steps - 1,
        }
        if key in goals:
            self._point(min(max(goals[Qt.Key(key)], 0), run.total_steps - 1))
        elif key == Qt.Key.Key_Escape and self.pointed_step is not None:
            self._point(None)
        else:
            super().keyPressEvent(event)

    def _point(self, step: int | None) -> None:
        self.pointed_step = step
        pointer = self.reading()
        said = self._in_words() if pointer is None else f"{pointer.heading}: {pointer.readings[0].value}"
        self.setAccessibleDescription(said)
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes, curve and cross-hair."""
        painter, theme = QPainter(self), self._theme
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.line), 1))
        painter.setBrush(QColor(theme.raised))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(body_font(TICK_SIZE))
        if self.run is None:
            painter.setPen(QColor(theme.dim))
            words = "Shown as soon as there are data"
            painter.drawText(self.rect().adjusted(8, 0, -8, 0), Qt.AlignmentFlag.AlignCenter, words)
        else:
            self._paint_axes(painter, self.run)
            self._paint_now(painter, self.run)
            self._paint_curve(painter)
            self._paint_pointer(painter)
        painter.end()

    def _paint_axes(self, painter: QPainter, run: RunAhead) -> None:
        axes, theme = self._axes(), self._theme
        frame = axes.frame
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for position, label in axes.ticks:
            y = axes.y_of(position)
            if frame.top() - 1 <= y <= frame.bottom() + 1:
                painter.setPen(QColor(theme.line))
                painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
                painter.setPen(QColor(theme.dim))
                painter.drawText(QRectF(0, y - 8, frame.left() - 4, 16), right, label)
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.dim))
        painter.drawText(QRectF(0, frame.bottom() + 3, frame.left() - 4, 16), right, "epoch")
        past = frame.left() - 8
        for position, label in step_ticks(0, run.epochs, max(2, int(frame.width() / PIXELS_PER_EPOCH_TICK))):
            half = metrics.horizontalAdvance(label) / 2
            x = frame.left() + position / run.epochs * frame.width()
            middle = min(x, self.width() - half - 4)
            if middle - half > past + 6:
                painter.drawText(QRectF(middle - half - 1, frame.bottom() + 3, 2 * half + 2, 16), right, label)
                past = middle + half

    def _paint_now(self, painter: QPainter, run: RunAhead) -> None:
        """An upright line between what is behind and what is to come."""
        if run.so_far is not None and 0 < run.so_far.steps < run.total_steps:
            frame, x = self._axes().frame, self._x_of(run.epoch_of(run.so_far.steps))
            painter.setPen(QPen(QColor(self._theme.dim), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))

    def _paint_curve(self, painter: QPainter) -> None:
        axes, (epochs, rates) = self._axes(), self.points
        corners = [QPointF(self._x_of(x), axes.y_of(axes.height_of(y))) for x, y in zip(epochs, rates, strict=True)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._theme.curve(0).color), 1.6)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(corners))
        if len(corners) == 1:
            painter.drawEllipse(corners[0], 1.5, 1.5)

    def _paint_pointer(self, painter: QPainter) -> None:
        pointer = self.reading()
        if pointer is None or self.run is None:
            return
        axes, theme = self._axes(), self._theme
        frame = axes.frame
        x = self._x_of(self.run.epoch_of(int(pointer.step)))
        rate = pointer.readings[0].height or 0.0
        painter.setPen(QPen(QColor(theme.dim), 1))
        painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        painter.setPen(QPen(QColor(theme.raised), 2))
        painter.setBrush(QColor(theme.curve(0).color))
        painter.drawEllipse(QPointF(x, axes.y_of(axes.height_of(rate))), 4, 4)
        room = QSizeF(self.size())
        size = box_size(pointer, room)
        left = x + 10 if x < frame.center().x() else x - 10 - size.width()
        paint_box(painter, theme, pointer, inside(QPointF(left, frame.top() + 2), size, room), room)

    # Numbers and pixels

    def _axes(self) -> _Axes:
        """The axes as they are now, worked out once for each picture."""
        key = (self.run, self.is_logarithmic, self.width(), self.height())
        if self._known is None or self._known[0] != key:
            _, rates = self.points
            self._known = key, _Axes(rates, self.is_logarithmic, self.width(), self.height())
        return self._known[1]

    def _x_of(self, epoch: float) -> float:
        assert self.run is not None
        frame = self._axes().frame
        return float(frame.left() + epoch / self.run.epochs * frame.width())

    def _step_at(self, x: float) -> int | None:
        if self.run is None:
            return None
        frame = self._axes().frame
        return self.run.step_at((x - frame.left()) / frame.width() * self.run.epochs)

    def _in_words(self) -> str:
        _, rates = self.points
        if self.run is None or not len(rates):
            return "Not known yet: there are no data."
        low, high = float(rates.min()), float(rates.max())
        ends = f"from {format_value(float(rates[0]))} to {format_value(float(rates[-1]))}"
        count = f"{format_integer(self.run.epochs)} epochs of {format_integer(self.run.steps_per_epoch)} steps"
        so_far = self.run.so_far
        if so_far is not None:
            count = f"{format_integer(self.run.total_steps)} steps, of which {format_integer(so_far.steps)} are made"
        return f"{ends}, between {format_value(low)} and {format_value(high)}, in {count}."


class _Axes:
    """The vertical axis, its marks, and the room that they leave for the curve.

    Parameters
    ----------
    rates
        The learning rates to be shown, shape (n,).
    """

    def __init__(self, rates: np.ndarray, is_logarithmic: bool, width: int, height: int) -> None:
        self._is_logarithmic = is_logarithmic
        top, positive = float(rates.max(initial=0.0)), rates[rates > 0]
        self._smallest = float(positive.min()) if len(positive) else 1e-6
        zero = None
        if is_logarithmic:
            has_zero = bool((rates <= 0).any())
            zero = self.height_of(0.0) if has_zero else None
            low, high = self.height_of(0.0 if has_zero else self._smallest), math.log10(max(top, self._smallest))
            margin = max(0.05 * (high - low), 0.15)
            self._low, self._high = low - margin, high + margin
            self.ticks = logarithmic_ticks(self._low, self._high, ROOM_FOR_TICKS, zero)
        else:
            self._low, self._high = 0.0, 1.06 * top or 1.0
            self.ticks = linear_ticks(self._low, self._high, ROOM_FOR_TICKS)
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        widest = max((metrics.horizontalAdvance(tick.label) for tick in self.ticks), default=0.0)
        left = max(metrics.horizontalAdvance("epoch"), widest) + 12
        self.frame = QRectF(left, TOP, max(10.0, width - left - RIGHT), height - TOP - BOTTOM)

    def height_of(self, rate: float) -> float:
        """Where a learning rate is on the axis; on one of decades zero is below all others."""
        if not self._is_logarithmic:
            return rate
        return math.log10(rate) if rate > 0 else math.log10(self._smallest) - ZERO_DROP

    def y_of(self, position: float) -> float:
        """Where a position of the axis is in pixels."""
        share = (position - self._low) / (self._high - self._low)
        return float(self.frame.bottom() - share * self.frame.height())
