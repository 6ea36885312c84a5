"""A pair of axes in the data's own units: marks, zooming and panning on both, and a cross-hair for hand and keys.

What stands in the plane is painted by whoever owns it; this knows only where a number is.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import fill
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from deepviz.gui.plots.plane_axes import PlaneAxes
from deepviz.gui.plots.plane_limits import within
from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import Pointer, beside, box_size, paint_box
from deepviz.gui.plots.ticks import Marks, linear_ticks
from deepviz.gui.plots.zooming import ZOOM_KEYS, wheel_factor
from deepviz.gui.theme import DARK, Theme
from deepviz.insight.plane import Window

RIGHT = 14.0
"""Pixels to the right of the frame, where nothing stands there."""
NARROWEST, FARTHEST = 1e-5, 1e15
"""How narrow a stretch may be, as a share of its distance from 0, and how far it may reach."""
CLICK = 3
"""Pixels that a hand may tremble while it clicks."""
PAN = 0.1
TIP_WIDTH = 90
"""Letters in a line of a tip."""
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1)}

Layer = Callable[[QPainter], None]


class PlaneArea(Pointed, QWidget):
    """A plane with axes.

    Attributes
    ----------
    window_shown, whole
        What is shown, in the numbers of the axes, and all there is to be seen; None where people may go anywhere.
    layers
        Paint in the frame, in pixels of this widget, from the back to the front.
    decorations
        Paint beside the frame: colour bars.
    x_title, y_title, caption, caption_tip
        What the axes are called, some words above the frame, and what these mean exactly, for their tip.
    words_at
        The upper left corner of these words where they stand to the right of the frame; None above it.
    y_marks
        Gives the marks of the vertical axis; `step_ticks` where it counts.
    right_margin
        Pixels to the right of the frame.
    seconds_to_paint
        How long the last painting took.
    is_picture
        Whether what is being painted now is a picture for a file, and not the screen.
    """

    window_changed = Signal()
    """Somebody zoomed or panned."""
    reset_requested = Signal()
    pointed = Signal(object)
    """The pointer is at a QPointF in the numbers of the axes, or (None) has left."""
    nudged = Signal(int, int)
    """The cross-hair is to be moved by so many places to the right and up."""
    chosen = Signal(object)
    """Somebody clicked at a QPointF, in the numbers of the axes."""
    menu_requested = Signal(object)
    """The context menu is wanted at a global QPoint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.window_shown = Window(0.0, 1.0)
        self.whole: Window | None = None
        self.layers: list[Layer] = []
        self.decorations: list[Layer] = []
        self.x_title = self.y_title = self.caption = ""
        self.y_marks: Marks = linear_ticks
        self.right_margin = RIGHT
        self.caption_tip = ""
        self.words_at: tuple[float, float] | None = None
        self.keeps_shape = False
        self.pointer: Pointer | None = None
        self.pointer_height = 0.0
        self.seconds_to_paint = 0.0
        self.is_picture = False
        self._drag_from: QPointF | None = None
        self._is_panning = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Numbers and pixels

    @property
    def frame(self) -> QRectF:
        """Where the plane is, in pixels of this widget."""
        return self._axes.frame

    @property
    def _axes(self) -> PlaneAxes:
        words = self.caption, self.x_title, self.y_title
        words_and_marks = *words, self.keeps_shape, self.y_marks, self.words_at
        return PlaneAxes(self.width(), self.height(), self.right_margin, self.window_shown, *words_and_marks)

    def pixels(self, xs: np.ndarray, ys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where numbers are, in pixels of this widget."""
        frame, shown = self.frame, self.window_shown
        x = frame.left() + (xs - shown.left) * (frame.width() / (shown.right - shown.left))
        y = frame.bottom() - (ys - shown.low) * (frame.height() / (shown.high - shown.low))
        return x, y

    def pixel(self, x: float, y: float) -> QPointF:
        """Where a point of the plane is, in pixels of this widget."""
        xs, ys = self.pixels(np.array(x), np.array(y))
        return QPointF(float(xs), float(ys))

    def rect_of(self, window: Window) -> QRectF:
        """Where a stretch of the plane is, in pixels of this widget."""
        return QRectF(self.pixel(window.left, window.high), self.pixel(window.right, window.low))

    def numbers_at(self, pixel: QPointF) -> QPointF:
        """The inverse of `pixel`."""
        frame, shown = self.frame, self.window_shown
        x = shown.left + (pixel.x() - frame.left()) / frame.width() * (shown.right - shown.left)
        y = shown.low + (frame.bottom() - pixel.y()) / frame.height() * (shown.high - shown.low)
        return QPointF(x, y)

    def show_window(self, window: Window) -> None:
        """Show exactly this part of the plane."""
        if window != self.window_shown:
            self.window_shown = window
            self.update()

    def zoom(self, factor: float, centre: QPointF) -> None:
        """Show `factor` times as much of both axes, with `centre` staying in place."""
        ends: list[float] = []
        shown = self.window_shown
        for low, high, middle in ((shown.left, shown.right, centre.x()), (shown.low, shown.high, centre.y())):
            ends += [middle - (middle - low) * factor, middle + (high - middle) * factor]
        self._go(Window(*ends))

    def pan(self, x: float, y: float) -> None:
        """Show what is farther to the right and up by so much."""
        shown = self.window_shown
        self._go(Window(shown.left + x, shown.right + x, shown.low + y, shown.high + y))

    def set_pointer(self, pointer: Pointer | None, height: float = 0.0) -> None:
        """Put the cross-hair at a point of the plane, whose `step` is the horizontal one, or take it away."""
        if (pointer, height) != (self.pointer, self.pointer_height):
            self.pointer, self.pointer_height = pointer, height
            words = "" if pointer is None else "\n".join(f"{each.name} {each.value}" for each in pointer.readings)
            self.setAccessibleDescription(words if pointer is None else f"{pointer.heading}\n{words}")
            self.update()

    def say(self, caption: str, x_title: str, y_title: str) -> None:
        """Say other words above the frame and beside the axes."""
        if (caption, x_title, y_title) != (self.caption, self.x_title, self.y_title):
            self.caption, self.x_title, self.y_title = caption, x_title, y_title
            self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def event(self, event: QEvent) -> bool:
        """Over words that had to be cut the tip has all of them, and what they mean where that is to be said."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def tip_at(self, place: QPointF) -> str:
        """The tip at a point of this widget; empty if there is none."""
        axes = self._axes
        is_above = self.words_at is None and place.y() < axes.frame.top()
        if not is_above and not axes.caption_rect.contains(place):
            return ""
        whole = fill(self.caption, TIP_WIDTH) if axes.is_caption_cut else ""
        return "\n\n".join(filter(None, (whole, self.caption_tip)))

    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 110)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        start = perf_counter()
        painter = QPainter(self)
        self.paint(painter)
        painter.end()
        self.seconds_to_paint = perf_counter() - start

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint it, without cross-hair, into a rectangle of a picture."""
        painter.save()
        painter.translate(rect.topLeft())
        painter.scale(rect.width() / max(self.width(), 1), rect.height() / max(self.height(), 1))
        self.paint(painter, is_picture=True)
        painter.restore()

    def paint(self, painter: QPainter, is_picture: bool = False) -> None:
        """Paint all of it with the upper left corner at (0, 0)."""
        theme, frame = self.theme, self.frame
        painter.fillRect(QRectF(0, 0, self.width(), self.height()), QColor(theme.panel))
        painter.save()
        painter.setClipRect(frame)
        self.is_picture = is_picture
        for paint in self.layers:
            painter.save()
            paint(painter)
            painter.restore()
        painter.restore()
        painter.setPen(QPen(QColor(theme.outline), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
        self._axes.paint(painter, theme)
        for paint in self.decorations:
            painter.save()
            paint(painter)
            painter.restore()
        if is_picture:
            return
        self._paint_focus(painter)
        if self.pointer is not None:
            self._paint_pointer(painter, self.pointer, frame)

    def _paint_pointer(self, painter: QPainter, pointer: Pointer, frame: QRectF) -> None:
        place = self.pixel(pointer.step, self.pointer_height)
        if not frame.adjusted(-1, -1, 1, 1).contains(place):
            return
        painter.setPen(QPen(QColor(self.theme.text), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(place.x(), frame.top()), QPointF(place.x(), frame.bottom()))
        painter.drawLine(QPointF(frame.left(), place.y()), QPointF(frame.right(), place.y()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QSizeF(self.size())
        corner = beside(QRectF(place, QSizeF()), box_size(pointer, room), room, 12)
        paint_box(painter, self.theme, pointer, corner, room)

    @property
    def cross_hair(self) -> object:
        return self.pointer

    def point_nowhere(self) -> None:
        self.pointed.emit(None)

    # What somebody does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.frame.contains(event.position()):
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._drag_from is None:
            self.by_keys = False
            self.pointed.emit(self.numbers_at(here) if self.frame.contains(here) else None)
        elif self._is_panning or (here - self._drag_from).manhattanLength() >= CLICK:
            self._is_panning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            shift = self.numbers_at(self._drag_from) - self.numbers_at(here)
            self._drag_from = here
            self.pointed.emit(None)
            self.pan(shift.x(), shift.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._drag_from is not None and not self._is_panning
        self._drag_from, self._is_panning = None, False
        self.unsetCursor()
        if was_click and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.numbers_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(wheel_factor(event), self.numbers_at(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        shown, modifiers = self.window_shown, event.modifiers()
        if key in ARROWS and modifiers & Qt.KeyboardModifier.ControlModifier:
            right, up = ARROWS[key]
            self.pan(right * PAN * (shown.right - shown.left), up * PAN * (shown.high - shown.low))
        elif key in ARROWS:
            stride = 5 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            self.by_keys = True
            self.nudged.emit(stride * ARROWS[key][0], stride * ARROWS[key][1])
        elif key in ZOOM_KEYS:
            self.zoom(ZOOM_KEYS[key], self._middle())
        elif key == Qt.Key.Key_Home:
            self.reset_requested.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.pointer is not None:
            self.chosen.emit(self._middle())
        else:
            super().keyPressEvent(event)

    def _middle(self) -> QPointF:
        """Where the cross-hair is; the middle of the plane if there is none."""
        if self.pointer is not None:
            return QPointF(self.pointer.step, self.pointer_height)
        shown = self.window_shown
        return QPointF((shown.left + shown.right) / 2, (shown.low + shown.high) / 2)

    def _go(self, window: Window) -> None:
        """Show another part of the plane, if numbers can still tell its ends apart."""
        window = within(window, self.whole)
        for low, high in ((window.left, window.right), (window.low, window.high)):
            largest = max(abs(low), abs(high))
            if not (largest < FARTHEST and high - low > NARROWEST * largest):
                return
        self.show_window(window)
        self.window_changed.emit()
