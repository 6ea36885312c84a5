"""A pair of axes in the data's own units: marks, zooming and panning on both, and a cross-hair for hand and keys.

What stands in the plane is painted by whoever owns it; this knows only where a number is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.plane_limits import within
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, beside, box_size, paint_box
from deepviz.gui.plots.ticks import Tick, linear_ticks
from deepviz.gui.theme import DARK, Theme, body_font
from deepviz.insight.plane import Window

TOP, RIGHT, BOTTOM = 8.0, 14.0, 38.0
TITLE_WIDTH = 18.0
CAPTION_LINE, MOST_CAPTION_LINES = 15.0, 3
HEIGHT_PER_CAPTION_LINE = 85
"""Pixels of its height for which a low picture may have one line of words above it."""
PIXELS_PER_X_TICK, PIXELS_PER_Y_TICK = 56, 30
WHEEL_NOTCH = 1.2
NARROWEST, FARTHEST = 1e-5, 1e15
"""How narrow a stretch may be, as a share of its distance from 0, and how far it may reach."""
CLICK = 3
"""Pixels that a hand may tremble while it clicks."""
PAN = 0.1
ZOOM_KEYS = {
    Qt.Key.Key_Plus: 1 / WHEEL_NOTCH,
    Qt.Key.Key_Equal: 1 / WHEEL_NOTCH,
    Qt.Key.Key_Minus: WHEEL_NOTCH,
}
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1)}

Layer = Callable[[QPainter], None]


class PlaneArea(QWidget):
    """A plane with axes.

    Attributes
    ----------
    window_shown, whole
        What is shown, in the numbers of the axes, and all there is to be seen; None where people may go anywhere.
    layers
        Paint in the frame, in pixels of this widget, from the back to the front.
    decorations
        Paint beside the frame: colour bars.
    x_title, y_title, caption
        What the axes are called, and some words above the frame.
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
        self.right_margin = RIGHT
        self.pointer: Pointer | None = None
        self.pointer_height = 0.0
        self.seconds_to_paint = 0.0
        self.is_picture = False
        self._drag_from: QPointF | None = None
        self._is_panning = False
        self._shows_focus = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Numbers and pixels

    @property
    def frame(self) -> QRectF:
        """Where the plane is, in pixels of this widget."""
        left = self._left()
        top = TOP + CAPTION_LINE * len(self._caption_lines())
        width, height = self.width() - left - self.right_margin, self.height() - top - BOTTOM
        return QRectF(left, top, max(width, 10.0), max(height, 10.0))

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
        self._paint_axes(painter, frame)
        for paint in self.decorations:
            painter.save()
            paint(painter)
            painter.restore()
        if is_picture:
            return
        if self._shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(QRectF(1, 1, self.width() - 2, self.height() - 2), 4, 4)
        if self.pointer is not None:
            self._paint_pointer(painter, self.pointer, frame)

    def _paint_axes(self, painter: QPainter, frame: QRectF) -> None:
        painter.setFont(body_font(TEXT_SIZE))
        painter.setPen(QColor(self.theme.dim))
        metrics = QFontMetricsF(painter.font())
        for number, line in enumerate(self._caption_lines()):
            place = QRectF(12, TOP - 4 + number * CAPTION_LINE, self.width() - 20, CAPTION_LINE)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)
        shown = self.window_shown
        for position, label in self._y_ticks():
            y = self.pixel(shown.left, position).y()
            painter.drawLine(QPointF(frame.left() - 3, y), QPointF(frame.left(), y))
            box = QRectF(0, y - 8, frame.left() - 6, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        past = -math.inf
        room = max(2, int(frame.width() / PIXELS_PER_X_TICK))
        for position, label in linear_ticks(shown.left, shown.right, room):
            x, half = self.pixel(position, shown.low).x(), metrics.horizontalAdvance(label) / 2
            painter.drawLine(QPointF(x, frame.bottom()), QPointF(x, frame.bottom() + 3))
            if x - half < past + 6:
                continue
            past = x + half
            box = QRectF(x - half - 1, frame.bottom() + 4, 2 * half + 2, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
        elide = Qt.TextElideMode.ElideRight
        below = QRectF(frame.left(), frame.bottom() + 20, frame.width(), 16)
        painter.setPen(QColor(self.theme.text))
        title = shortened(self.x_title, metrics, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(title, elide, below.width()))
        painter.save()
        painter.translate(2, frame.bottom())
        painter.rotate(-90)
        beside = QRectF(0, 0, frame.height(), 16)
        title = shortened(self.y_title, metrics, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(title, elide, beside.width()))
        painter.restore()

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

    def _caption_lines(self) -> list[str]:
        """The caption in lines that fit, the last one cut where there are too many."""
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        room = self.width() - 20.0
        lines: list[str] = []
        for word in filter(None, self.caption.split(" ")):
            if lines and metrics.horizontalAdvance(f"{lines[-1]} {word}") <= room:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        most = min(max(1, self.height() // HEIGHT_PER_CAPTION_LINE), MOST_CAPTION_LINES)
        if len(lines) > most:
            rest = " ".join(lines[most - 1 :])
            lines = [*lines[: most - 1], metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room)]
        return lines

    def _y_ticks(self) -> list[Tick]:
        shown = self.window_shown
        height = self.height() - TOP - BOTTOM - CAPTION_LINE
        return linear_ticks(shown.low, shown.high, max(2, int(height / PIXELS_PER_Y_TICK)))

    def _left(self) -> float:
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        widest = max((metrics.horizontalAdvance(tick.label) for tick in self._y_ticks()), default=0.0)
        # In jumps of 8 pixels, lest the frame trembles while numbers change.
        return TITLE_WIDTH + 8 * math.ceil((widest + 10) / 8)

    # What somebody does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.frame.contains(event.position()):
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._drag_from is None:
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

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        self.zoom(WHEEL_NOTCH ** (-delta / 120), self.numbers_at(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        shown, modifiers = self.window_shown, event.modifiers()
        if key in ARROWS and modifiers & Qt.KeyboardModifier.ControlModifier:
            right, up = ARROWS[key]
            self.pan(right * PAN * (shown.right - shown.left), up * PAN * (shown.high - shown.low))
        elif key in ARROWS:
            stride = 5 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            self.nudged.emit(stride * ARROWS[key][0], stride * ARROWS[key][1])
        elif key in ZOOM_KEYS:
            self.zoom(ZOOM_KEYS[key], self._middle())
        elif key == Qt.Key.Key_Home:
            self.reset_requested.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.pointer is not None:
            self.chosen.emit(self._middle())
        elif key == Qt.Key.Key_Escape and self.pointer is not None:
            self.pointed.emit(None)
            event.setAccepted(not self.window().inherits("QDockWidget"))  # a window of its own closes as well
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._shows_focus = event.reason() in (*reasons, Qt.FocusReason.ShortcutFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        self.pointed.emit(None)
        self.update()

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


def shortened(title: str, metrics: QFontMetricsF, room: float) -> str:
    """The title of an axis, without what stands in brackets where there is no room for all of it."""
    return title if metrics.horizontalAdvance(title) <= room else title.partition(" (")[0]
