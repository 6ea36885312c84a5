"""A pair of axes: marks and grid, zooming and panning, and the cross-hair with its box of exact values.

pyqtgraph's view box maps numbers to pixels and clips what is drawn in it; everything around it is painted here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.box_place import BoxPlace, place_box
from deepviz.gui.plots.frame_box import OVERHANG, FrameBox
from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, Reading, paint_box
from deepviz.gui.plots.ticks import Tick, room_for, step_ticks
from deepviz.gui.plots.zooming import ZOOM_KEYS, wheel_factor
from deepviz.gui.theme import DARK, Theme, body_font

TICK_SIZE = TEXT_SIZE
TOP, BOTTOM, RIGHT = 6.0, 22.0, 12.0
SMALLEST_LEFT = 32.0
PIXELS_PER_STEP_TICK, PIXELS_PER_TICK = 54, 28
FEWEST_STEPS = 2.0
MOST_STEPS, LARGEST, MOST_DECADES = 1e15, 1e300, 700.0
"""How much of an axis can be shown: of steps, of numbers, and of their decimal logarithms, of which a float has 632."""
REACH = 40.0
"""Within how many pixels of the hand a point of a curve is what is pointed at, and not covered."""
Y_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class PlotArea(Pointed, pg.GraphicsView):
    """One pair of axes.

    Attributes
    ----------
    box
        The view box; items are added to it in the numbers of the axes.
    marks
        Gives the marks of the vertical axis from its range and the number of marks that there is room for.
    decorations
        Painted behind everything, in pixels of the area: labels, colour bars.
    can_zoom_y
        Whether the user may change the vertical range at all.
    y_is_free
        Whether the user did; otherwise the owner fits it to what is visible.
    x_name, x_marks, narrowest
        What the horizontal axis counts, what gives its marks, and how little of it can be shown.
    widest, tallest
        How much of each axis can be shown.
    seconds_to_paint
        How long the last painting took.
    """

    view_changed = Signal()
    """The user zoomed or panned."""
    reset_requested = Signal()
    pointed = Signal(object)
    """The pointer is at a QPointF in the numbers of the axes, or (None) has left."""
    nudged = Signal(int)
    """The cross-hair is to be moved by so many steps."""
    resized = Signal()
    menu_requested = Signal(object)
    """The context menu is wanted at a global QPoint."""

    box: Any = None  # pyqtgraph resizes the view before there is one

    def __init__(self, marks: Callable[[float, float, int], list[Tick]], parent: QWidget | None = None) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.theme: Theme = DARK
        self.marks = marks
        self.decorations: list[Callable[[QPainter], None]] = []
        self.pointer: Pointer | None = None
        self.right_margin = RIGHT
        self.has_grid = True
        self.can_zoom_y = True
        self.y_is_free = False
        self.x_name, self.x_marks, self.narrowest = "step", step_ticks, FEWEST_STEPS
        self.widest, self.tallest = MOST_STEPS, LARGEST
        self.seconds_to_paint = 0.0
        self._x_ticks: list[Tick] = []
        self._y_ticks: list[Tick] = []
        self._left = SMALLEST_LEFT
        self._drag_from: QPointF | None = None
        self._hand: QPointF | None = None
        """Where a hand points, in pixels; None where keys have moved the cross-hair."""
        self._is_panning = False
        self.box = FrameBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self.box.disableAutoRange()
        self.scene().addItem(self.box)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self.box.setGeometry(QRectF(SMALLEST_LEFT, TOP, 100, 60))

    # Ranges and pixels

    @property
    def x_range(self) -> tuple[float, float]:
        """The steps from the left edge to the right edge."""
        low, high = self.box.state["viewRange"][0]
        return float(low), float(high)

    @property
    def y_range(self) -> tuple[float, float]:
        """The numbers of the vertical axis from its lower to its upper end."""
        low, high = self.box.state["viewRange"][1]
        return float(low), float(high)

    @property
    def frame(self) -> QRectF:
        """Where curves are drawn, in pixels of this area."""
        return QRectF(self.box.geometry())

    @property
    def frame_height(self) -> float:
        """The height of the frame in pixels, known before its width is."""
        return max(10.0, float(self.height()) - TOP - BOTTOM)

    def set_range(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        """Show exactly these steps and numbers."""
        self.box.setRange(xRange=x_range, yRange=y_range, padding=0, disableAutoRange=False)
        self._lay_out()

    def set_right_margin(self, width: float) -> None:
        """Leave so many pixels to the right of the frame, for labels."""
        if width != self.right_margin:
            self.right_margin = width
            self._lay_out()

    def show_whole_dots(self, on: bool) -> None:
        """Paint dots at the ends of the frame whole; not where there is more of a curve beyond them."""
        self.box.overhang = OVERHANG if on else 0.0
        self.viewport().update()

    def x_pixel(self, step: float) -> float:
        """Where a step is, in pixels from the left edge of this area."""
        low, high = self.x_range
        return float(self.frame.left() + (step - low) / (high - low) * self.frame.width())

    def y_pixel(self, number: float) -> float:
        """Where a number of the vertical axis is, in pixels from the upper edge of this area."""
        low, high = self.y_range
        share = (number - low) / (high - low)
        return float(self.frame.top() + (share if self.box.yInverted() else 1 - share) * self.frame.height())

    def numbers_at(self, pixel: QPointF) -> QPointF:
        """The step and the number at a point of this area; the inverse of `x_pixel` and `y_pixel`."""
        (left, right), (low, high), frame = self.x_range, self.y_range, self.frame
        share = (pixel.y() - frame.top()) / frame.height()
        share = share if self.box.yInverted() else 1 - share
        x = left + (pixel.x() - frame.left()) / frame.width() * (right - left)
        return QPointF(x, low + share * (high - low))

    def zoom(self, x_factor: float, y_factor: float, centre: QPointF) -> None:
        """Show `x_factor` times as many steps and `y_factor` times as large a range, with `centre` staying in place."""
        (left, right), (low, high) = self.x_range, self.y_range
        x_factor = max(min(x_factor, self.widest / (right - left)), self.narrowest / (right - left))
        y_factor = min(y_factor, self.tallest / (high - low))
        self.box.setRange(
            xRange=(centre.x() - (centre.x() - left) * x_factor, centre.x() + (right - centre.x()) * x_factor),
            yRange=(centre.y() - (centre.y() - low) * y_factor, centre.y() + (high - centre.y()) * y_factor),
            padding=0,
            disableAutoRange=False,
        )
        self._lay_out()
        self.view_changed.emit()

    def zoom_by(self, factor: float) -> None:
        """Show so many times as many steps, about the cross-hair, or about the middle if there is none."""
        x = self.pointer.step if self.pointer is not None else sum(self.x_range) / 2
        self.zoom(factor, 1.0, QPointF(x, sum(self.y_range) / 2))

    def set_pointer(self, pointer: Pointer | None) -> None:
        """Put the cross-hair at a step, or take it away."""
        if pointer != self.pointer:
            self.pointer = pointer
            words = "" if pointer is None else "\n".join(f"{each.name} {each.value}" for each in pointer.readings)
            self.setAccessibleDescription(words if pointer is None else f"{pointer.heading}\n{words}")
            self.viewport().update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.viewport().update()

    def paint_into(self, painter: QPainter, target: QRectF) -> None:
        """Paint the area without cross-hair into a rectangle of a picture, scaled to fit."""
        pointer, self.pointer = self.pointer, None
        shows_focus, self._shows_focus = self._shows_focus, False
        self.render(painter, target, QRect(0, 0, self.width(), self.height()), Qt.AspectRatioMode.IgnoreAspectRatio)
        self.pointer, self._shows_focus = pointer, shows_focus

    def sizeHint(self) -> QSize:
        return QSize(280, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def _lay_out(self) -> None:
        """Compute the marks, and give the frame what the labels leave."""
        self._y_ticks = self.marks(*self.y_range, room_for(self.frame_height, PIXELS_PER_TICK))
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        widest = max((metrics.horizontalAdvance(tick.label) for tick in self._y_ticks), default=0.0)
        # In jumps of 8 pixels, lest the frame trembles while numbers change.
        self._left = max(SMALLEST_LEFT, 8 * math.ceil((widest + 8) / 8))
        frame_width = max(10.0, self.width() - self._left - self.right_margin)
        self.box.setGeometry(QRectF(self._left, TOP, frame_width, self.frame_height))
        self._x_ticks = self.x_marks(*self.x_range, room_for(frame_width, PIXELS_PER_STEP_TICK))
        # Otherwise this is done while the area is painted, and then it is painted a second time.
        self.box.prepareForPaint()
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        start = perf_counter()
        super().paintEvent(event)
        self.seconds_to_paint = perf_counter() - start

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, QColor(self.theme.panel))
        frame = self.frame
        painter.setFont(body_font(TICK_SIZE))
        metrics = QFontMetricsF(painter.font())
        grid, ink = QPen(QColor(self.theme.line), 1), QPen(QColor(self.theme.dim))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for position, label in self._y_ticks:
            y = self.y_pixel(position)
            if not frame.top() - 1 <= y <= frame.bottom() + 1:
                continue
            if self.has_grid:
                painter.setPen(grid)
                painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(ink)
            box = QRectF(0, y - 8, frame.left() - 7, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        painter.setPen(ink)
        corner = QRectF(0, frame.bottom() + 4, frame.left() - 7, 16)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.x_name)
        # A label at the left end would touch the word.
        past = frame.left() - 12
        for position, label in self._x_ticks:
            x, half = self.x_pixel(position), metrics.horizontalAdvance(label) / 2
            x_label = min(max(x, half + 1), self.width() - half - 1)
            if not frame.left() - 1 <= x <= frame.right() + 1 or x_label - half < past + 8:
                continue
            past = x_label + half
            painter.setPen(ink)
            box = QRectF(x_label - half - 1, frame.bottom() + 4, 2 * half + 2, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
        for decorate in self.decorations:
            painter.save()
            decorate(painter)
            painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        self._paint_focus(painter)
        if self.pointer is not None:
            self._draw_pointer(painter, self.pointer)

    def _draw_pointer(self, painter: QPainter, pointer: Pointer) -> None:
        frame, theme = self.frame, self.theme
        x = self.x_pixel(pointer.step)
        if not frame.left() - 1 <= x <= frame.right() + 1:
            return
        painter.setPen(QPen(QColor(theme.dim), 1))
        painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for reading in pointer.readings:
            y = math.nan if reading.height is None else self.y_pixel(reading.height)
            if frame.top() <= y <= frame.bottom():
                painter.setPen(QPen(QColor(theme.panel), 2))
                painter.setBrush(QColor(reading.color))
                painter.drawEllipse(QPointF(x, y), 4, 4)
        told, corner, room = self.place_of_box(pointer)
        paint_box(painter, theme, told, corner, room)

    def place_of_box(self, pointer: Pointer) -> BoxPlace:
        """Where the box of exact values is, and what it says there; never over what is pointed at."""
        frame, x, hand = self.frame, self.x_pixel(pointer.step), self._hand
        dots = [self.y_pixel(each.height) for each in pointer.readings if each.height is not None]
        y = hand.y() if hand is not None else sum(dots) / len(dots) if dots else frame.center().y()
        pointed = QRectF(x, y, 0, 0) if hand is None else QRectF(QPointF(x, y), hand).normalized()
        nearest = min(dots, key=lambda dot: abs(dot - y), default=y)
        if abs(nearest - y) <= REACH:
            pointed = pointed.united(QRectF(x, min(nearest, y), 1, abs(nearest - y) + 1))
        shown = QRectF(0, 0, self.width(), frame.bottom())

        def distance(reading: Reading) -> float:
            if hand is None:  # in their order
                return 0.0
            return math.inf if reading.height is None else abs(self.y_pixel(reading.height) - y)

        return place_box(pointer, pointed, shown, distance)

    @property
    def cross_hair(self) -> object:
        return self.pointer

    def point_nowhere(self) -> None:
        self.pointed.emit(None)

    # What the user does; pyqtgraph's own mouse handling is not used, because it drops quick movements

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if self.box is not None:
            self._lay_out()
            self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.frame.contains(event.position()):
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._drag_from is None:
            self.by_keys, self._hand = False, here
            self.pointed.emit(self.numbers_at(here) if self.frame.contains(here) else None)
        # A hand that trembles while it clicks does not pan.
        elif self._is_panning or (here - self._drag_from).manhattanLength() >= 3:
            self._is_panning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.y_is_free |= self.can_zoom_y and bool(event.modifiers() & Y_MODIFIERS)
            shift = self.numbers_at(self._drag_from) - self.numbers_at(here)
            (left, right), (low, high) = self.x_range, self.y_range
            y_shift = shift.y() if self.y_is_free else 0.0
            self._drag_from = here
            self.set_range((left + shift.x(), right + shift.x()), (low + y_shift, high + y_shift))
            self.pointed.emit(None)
            self.view_changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag_from, self._is_panning = None, False
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in time about the pointer; with Ctrl or Shift, along the vertical axis."""
        factor = wheel_factor(event)
        along_y = self.can_zoom_y and bool(event.modifiers() & Y_MODIFIERS)
        self.y_is_free |= along_y
        self.zoom(1.0 if along_y else factor, factor if along_y else 1.0, self.numbers_at(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        stride = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.by_keys, self._hand = True, None
            self.nudged.emit(-stride if key == Qt.Key.Key_Left else stride)
        elif key in ZOOM_KEYS:
            self.zoom_by(ZOOM_KEYS[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self.reset_requested.emit()
        else:
            super().keyPressEvent(event)
