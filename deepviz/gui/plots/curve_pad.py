"""A sequence of numbers to be drawn by hand: each step is a place to the right, each value a height."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepviz.gui.plots.key_focus import KeyFocus
from deepviz.gui.plots.ticks import at_least_two, format_value, linear_ticks, room_for
from deepviz.gui.theme import DARK, Theme, body_font

MOST_UNDOS = 40
KEY_SHARE = 0.02
"""Arrow keys change a value by such a part of the range of the data."""
MARGIN = 0.15
"""How much farther than the data the range reaches, as a share of theirs."""


class CurvePad(KeyFocus, QWidget):
    """The pad.

    Attributes
    ----------
    values
        The sequence in the units of the data, float32, shape ``(steps, features)``.
    feature
        Which of its numbers is drawn now.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.values = np.zeros((2, 1), np.float32)
        self.feature = 0
        self.low, self.high = -1.0, 1.0
        self._undos: list[np.ndarray] = []
        self._last: tuple[int, float] | None = None
        self._step = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Sequence to be drawn")

    def set_form(self, steps: int, features: int, low: float, high: float) -> None:
        """Draw sequences of so many steps and numbers a step, of about this range."""
        margin = MARGIN * (high - low) or 1.0
        self.low, self.high = low - margin, high + margin
        self.values = np.full((steps, features), (low + high) / 2, np.float32)
        self.feature, self._undos, self._last, self._step = 0, [], None, 0
        self._describe()
        self.update()

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self._undos)

    def load(self, values: np.ndarray) -> None:
        """Take over a sequence."""
        self._keep()
        self.values = np.array(values, np.float32)
        self._done()

    def forget_strokes(self) -> None:
        """Begin with what there is: nothing can be taken back."""
        self._undos = []

    def clear(self) -> None:
        """Begin with a straight line."""
        self._keep()
        self.values = np.full_like(self.values, (self.low + self.high) / 2)
        self._done()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._undos:
            self.values = self._undos.pop()
            self._done()

    def choose_feature(self, feature: int) -> None:
        """Draw another of the numbers."""
        self.feature = feature
        self._done()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 60)

    @property
    def frame(self) -> QRectF:
        """Where the curve is, in pixels of this widget."""
        return QRectF(44, 8, max(self.width() - 54.0, 10.0), max(self.height() - 16.0, 10.0))

    def place_of(self, step: int, value: float) -> QPointF:
        """Where a value is, in pixels of this widget."""
        frame, last = self.frame, max(len(self.values) - 1, 1)
        y = frame.bottom() - (value - self.low) / (self.high - self.low) * frame.height()
        return QPointF(frame.left() + step / last * frame.width(), y)

    def _at(self, point: QPointF) -> tuple[int, float]:
        """The step and the value at a point of this widget, within the sequence and its range."""
        frame, last = self.frame, len(self.values) - 1
        step = round((point.x() - frame.left()) / frame.width() * last)
        value = self.low + (frame.bottom() - point.y()) / frame.height() * (self.high - self.low)
        return min(max(step, 0), last), min(max(value, self.low), self.high)

    def _set(self, start: tuple[int, float], end: tuple[int, float]) -> None:
        """Draw a straight line from one step to another."""
        steps = range(min(start[0], end[0]), max(start[0], end[0]) + 1)
        for step in steps:
            share = 1.0 if start[0] == end[0] else (step - start[0]) / (end[0] - start[0])
            self.values[step, self.feature] = start[1] + share * (end[1] - start[1])
        self._done()

    def _keep(self) -> None:
        self._undos = [*self._undos[-MOST_UNDOS + 1 :], self.values.copy()]

    def _done(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        value = format_value(float(self.values[self._step, self.feature]), 4)
        self.setAccessibleDescription(
            f"Step {self._step + 1} of {len(self.values)}: {value}. Left and Right go to another step, Up and Down "
            "change its value."
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, frame, theme = QPainter(self), self.frame, self.theme
        painter.fillRect(frame, QColor(theme.raised))
        painter.setFont(body_font(11))
        metrics = QFontMetricsF(painter.font())
        for position, label in at_least_two(linear_ticks, self.low, self.high, room_for(frame.height(), 30)):
            y = self.place_of(0, position).y()
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QLineF(frame.left(), y, frame.right(), y))
            painter.setPen(QColor(theme.dim))
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, 38)
            painter.drawText(QRectF(0, y - 8, 40, 16), Qt.AlignmentFlag.AlignRight, shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for feature in range(self.values.shape[1]):
            color = QColor(theme.curve(feature).color)
            painter.setPen(QPen(color, 2.0 if feature == self.feature else 1.0))
            places = [self.place_of(step, float(value)) for step, value in enumerate(self.values[:, feature])]
            painter.drawPolyline(QPolygonF(places))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.accent if self._shows_focus else theme.outline), 1.5))
        painter.drawRoundedRect(frame.adjusted(-1, -1, 1, 1), 3, 3)
        if self._shows_focus:
            painter.drawEllipse(self.place_of(self._step, float(self.values[self._step, self.feature])), 5, 5)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._keep()
            self._shows_focus = False
            self._last = self._at(event.position())
            self._set(self._last, self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            here = self._at(event.position())
            self._set(self._last, here)
            self._last = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        many = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            change = (1 if key == Qt.Key.Key_Right else -1) * (5 if many else 1)
            self._step = min(max(self._step + change, 0), len(self.values) - 1)
            self._shows_focus = True
            self._describe()
            self.update()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            up = (1 if key == Qt.Key.Key_Up else -1) * KEY_SHARE * (5 if many else 1) * (self.high - self.low)
            value = float(self.values[self._step, self.feature]) + up
            self._keep()
            self._shows_focus = True
            here = (self._step, min(max(value, self.low), self.high))
            self._set(here, here)
        elif key == Qt.Key.Key_Z and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.undo()
        elif key == Qt.Key.Key_Delete:
            self.clear()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Ctrl+Z and Delete mean the curve while it has the keys, and not the network."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key: Any = event.key()
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete)
            if (key == Qt.Key.Key_Z and control) or (key in arrows and not control):
                event.accept()
                return True
        return super().event(event)
