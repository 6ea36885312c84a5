"""The axes of histograms over time: zooming in value, the cross-hair, and the exact numbers of the bin under it.

What is painted is kept as a picture until it changes, so moving the pointer costs next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import BOTTOM, RIGHT, SMALLEST_LEFT, TICK_SIZE, TOP
from deepviz.gui.plots.overlay import WORD_HEIGHT, room_of, write
from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import Pointer, box_size, inside, paint_box
from deepviz.gui.plots.rebinning import Floats, bin_edges, full_range
from deepviz.gui.plots.ridge_drawing import RidgeDrawing
from deepviz.gui.plots.ticks import Tick, at_least_two, linear_ticks, step_ticks
from deepviz.gui.plots.zooming import ZOOM_KEYS, wheel_factor
from deepviz.gui.theme import DARK, Theme, body_font

BAR_MARGIN = 62.0
PIXELS_PER_VALUE_TICK, PIXELS_PER_STEP_TICK = 72, 28
MARGIN = 0.02
"""What is left free on either side of all values, as a share of their range."""
NARROWEST = 1e-9
"""How narrow a range of values may become by zooming, as a share of the whole."""


class RidgeArea(Pointed, QWidget):
    """Histograms of one layer over time.

    Parameters
    ----------
    describe
        What the box says of the histogram with a number, at a value.

    Attributes
    ----------
    drawing
        What is painted; None while there is nothing.
    is_fitted
        Whether all values are shown as the run goes on; not after the user zoomed or panned.
    place
        Which histogram the cross-hair is at, and at which value; None while there is no cross-hair.
    seconds_to_paint
        How long the last painting took.
    """

    reset_requested = Signal()
    view_changed = Signal()
    """The user zoomed or panned."""
    menu_requested = Signal(object)

    def __init__(self, describe: Callable[[int, float], Pointer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.drawing: RidgeDrawing | None = None
        self.is_fitted = True
        self.place: tuple[int, float] | None = None
        self.pointer: Pointer | None = None
        self.seconds_to_paint = 0.0
        self._describe = describe
        self._is_map = self._is_logarithmic = False
        self._found: tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32], Floats] | None = None
        self._range = (0.0, 1.0)
        self._moment: int | None = None
        self._note = ""
        self._picture: QPixmap | None = None
        self._drag_from: QPointF | None = None
        self._is_panning = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # What is shown

    def show_histograms(
        self,
        steps: npt.NDArray[np.int64],
        counts: npt.NDArray[np.uint32],
        ranges: Floats,
        moment: int | None = None,
        note: str = "",
    ) -> None:
        """Show at least one histogram, shapes (n,), (n, bins) and (n, 2).

        Parameters
        ----------
        steps, counts, ranges
            The histograms, oldest first.
        moment
            The number of one that stands out.
        note
            What is written at that one, or else at the newest: that it is of something else than the others.
        """
        self._found, self._moment, self._note = (steps, counts, ranges), moment, note
        if self.is_fitted:
            least, most = full_range(ranges) or (0.0, 1.0)
            self._range = least - MARGIN * (most - least), most + MARGIN * (most - least)
        self._lay_out()
        self._point_at(self.place)

    def clear(self) -> None:
        """Show nothing."""
        self._found, self.drawing, self._picture = None, None, None
        self._point_at(None)

    def set_form(self, is_map: bool, is_logarithmic: bool) -> None:
        """Show outlines or a map, of shares or of logarithms of counts."""
        self._is_map, self._is_logarithmic = is_map, is_logarithmic
        self._lay_out()
        self._point_at(self.place)

    def fit(self) -> None:
        """Show all values again."""
        self.is_fitted = True
        if self._found is not None:
            self.show_histograms(*self._found, self._moment, self._note)

    @property
    def value_range(self) -> tuple[float, float]:
        """The values at the left and the right edge."""
        return self._range

    def set_value_range(self, low: float, high: float) -> None:
        """Show the values between two, until `fit`."""
        least, most = self._range if self._found is None else full_range(self._found[2]) or self._range
        if not (
            math.isfinite(low)
            and math.isfinite(high)
            and NARROWEST * (most - least) < high - low < 1e3 * (most - least)
        ):
            return
        self._range, self.is_fitted = (low, high), False
        self._lay_out()
        self.view_changed.emit()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self._forget_picture()

    def paint_into(self, painter: QPainter, target: QRectF) -> None:
        """Paint everything without cross-hair into a rectangle of a picture, as lines and areas."""
        painter.translate(target.topLeft())
        painter.scale(target.width() / max(self.width(), 1), target.height() / max(self.height(), 1))
        self._paint_all(painter)

    def sizeHint(self) -> QSize:
        return QSize(280, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    # Places

    def _lay_out(self) -> None:
        """Make the drawing anew: for other histograms, another range, another size."""
        self._forget_picture()
        if self._found is None:
            return
        steps = self._found[0]
        height = max(10.0, self.height() - TOP - BOTTOM)
        whole = QRectF(0, TOP, max(20.0, float(self.width())), height)
        drawing = RidgeDrawing(*self._found, *self._range, whole, self._is_map, self._is_logarithmic)
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        labels = ["value", *(tick.label for tick in self._step_ticks(drawing))]
        left = max(SMALLEST_LEFT, 8 * math.ceil((max(map(metrics.horizontalAdvance, labels), default=0.0) + 8) / 8))
        right = BAR_MARGIN if self._is_map else RIGHT
        frame = QRectF(left, TOP, max(10.0, self.width() - left - right), height)
        self.drawing = replace(drawing, frame=frame, _polygons={})
        assert len(steps)

    def _step_ticks(self, drawing: RidgeDrawing) -> list[Tick]:
        first, last = int(drawing.steps[0]), int(drawing.steps[-1])
        room = abs(drawing.y_pixel(last) - drawing.y_pixel(first))
        ticks = step_ticks(first, last, max(2, int(room / PIXELS_PER_STEP_TICK)))
        return ticks or step_ticks(last, last, 1)

    def _value_ticks(self, width: float) -> list[Tick]:
        return at_least_two(linear_ticks, *self._range, max(2, int(width / PIXELS_PER_VALUE_TICK)))

    def _point_at(self, place: tuple[int, float] | None) -> None:
        """Put the cross-hair at a histogram and a value, or take it away."""
        if place is not None and (self.drawing is None or place[0] >= len(self.drawing.steps)):
            place = None
        self.place = place
        self.pointer = None if place is None else self._describe(*place)
        words = ""
        if self.pointer is not None:
            words = "\n".join([self.pointer.heading, *(f"{each.name} {each.value}" for each in self.pointer.readings)])
        self.setAccessibleDescription(words)
        self.update()

    # Painting

    def _forget_picture(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        start = perf_counter()
        sharpness = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != sharpness:
            self._picture = QPixmap((self.size().toSizeF() * sharpness).toSize())
            self._picture.setDevicePixelRatio(sharpness)
            self._picture.fill(QColor(self.theme.panel))
            behind = QPainter(self._picture)
            self._paint_all(behind)
            behind.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        self._paint_pointer(painter)
        self._paint_focus(painter)
        painter.end()
        self.seconds_to_paint = perf_counter() - start

    def _paint_all(self, painter: QPainter) -> None:
        drawing, theme = self.drawing, self.theme
        if drawing is None:
            return
        frame = drawing.frame
        painter.setFont(body_font(TICK_SIZE))
        metrics = QFontMetricsF(painter.font())
        for step, label in self._step_ticks(drawing):
            y = drawing.y_pixel(step)
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QLineF(frame.left() - 4, y, frame.left() - 1, y))
            painter.setPen(QColor(theme.dim))
            box = QRectF(0, min(y - 8, frame.bottom() - 12), frame.left() - 7, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        painter.setPen(QColor(theme.dim))
        highest = drawing.y_pixel(int(drawing.steps[0])) - 12
        word = QRectF(0, max(highest - 12, 0.0), frame.left() - 7, 16)
        if highest > TOP:
            painter.drawText(word, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "step")
        word, past = QRectF(0, frame.bottom() + 4, frame.left() - 7, 16), 0.0
        for value, label in self._value_ticks(frame.width()):
            x, half = drawing.x_pixel(value), metrics.horizontalAdvance(label) / 2
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))
            x_label = min(max(x, half + 1), self.width() - half - 1)
            if x_label - half < past + 8:
                continue
            if not past and x_label - half > word.right() + 6:
                painter.setPen(QColor(theme.dim))
                painter.drawText(word, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "value")
            past = x_label + half
            painter.setPen(QColor(theme.dim))
            box = QRectF(x_label - half - 1, frame.bottom() + 4, 2 * half + 2, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
        drawing.paint(painter, theme)
        if self._moment is not None:
            drawing.paint_emphasis(painter, theme, self._moment, theme.ink(theme.warning, 3.0))
        if self._note:
            y = drawing.y_pixel(float(drawing.steps[-1 if self._moment is None else self._moment]))
            top = min(max(y - WORD_HEIGHT, frame.top()), frame.bottom() - WORD_HEIGHT)
            top = top if len(drawing.steps) > 1 else frame.top()
            words = self._note if room_of(self._note) <= frame.width() else self._note.rpartition(", ")[2]
            width = min(room_of(words), frame.width())
            write(painter, QRectF(frame.right() - width, top, width, WORD_HEIGHT), words, theme.text, theme.panel)

    def _paint_pointer(self, painter: QPainter) -> None:
        drawing, theme = self.drawing, self.theme
        if drawing is None or self.place is None or self.pointer is None:
            return
        number, value = self.place
        drawing.paint_emphasis(painter, theme, number, theme.text)
        frame, x = drawing.frame, drawing.x_pixel(value)
        painter.setPen(QPen(QColor(theme.dim), 1))
        painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.panel), 2))
        painter.setBrush(QColor(theme.text))
        y = drawing.top_of(number, value)
        painter.drawEllipse(QPointF(x, y), 4, 4)
        room = QSizeF(self.size())
        size = box_size(self.pointer, room)
        left = x + 10 if x < frame.center().x() else x - 10 - size.width()
        top = frame.top() + 2 if y > frame.center().y() else frame.bottom() - size.height() - 2
        paint_box(painter, theme, self.pointer, inside(QPointF(left, top), size, room), room)

    @property
    def cross_hair(self) -> object:
        return self.place

    def point_nowhere(self) -> None:
        self._point_at(None)

    # What the user does

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.drawing is not None:
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here, drawing = event.position(), self.drawing
        if drawing is None:
            return
        if self._drag_from is None:
            inside, self.by_keys = drawing.frame.contains(here), False
            self._point_at((drawing.step_at(here), drawing.value_at(here.x())) if inside else None)
        elif self._is_panning or abs(here.x() - self._drag_from.x()) >= 3:
            self._is_panning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            shift = drawing.value_at(self._drag_from.x()) - drawing.value_at(here.x())
            self._drag_from = here
            self._point_at(None)
            self.set_value_range(self._range[0] + shift, self._range[1] + shift)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag_from, self._is_panning = None, False
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom in value about the pointer."""
        if self.drawing is not None:
            self._zoom(wheel_factor(event), self.drawing.value_at(event.position().x()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, drawing = event.key(), self.drawing
        stride = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        moves = {
            Qt.Key.Key_Left: (0, -stride), Qt.Key.Key_Right: (0, stride),
            Qt.Key.Key_Up: (-stride, 0), Qt.Key.Key_Down: (stride, 0),
        }  # fmt: skip
        if key in moves and drawing is not None:
            self.by_keys = True
            self._nudge(drawing, *moves[Qt.Key(key)])
        elif key in ZOOM_KEYS and drawing is not None:
            self._zoom(ZOOM_KEYS[Qt.Key(key)], sum(self._range) / 2 if self.place is None else self.place[1])
        elif key == Qt.Key.Key_Home:
            self.reset_requested.emit()
        else:
            super().keyPressEvent(event)

    def _nudge(self, drawing: RidgeDrawing, steps: int, bins: int) -> None:
        """Move the cross-hair to another histogram, or to the middle of another bin of the same one."""
        last = len(drawing.steps) - 1
        if self.place is None:
            number, bins = last if self._moment is None else self._moment, 0
            value = sum(self._range) / 2
        else:
            number, value = min(max(self.place[0] + steps, 0), last), self.place[1]
        if np.isfinite(drawing.ranges[number]).all() and (bins or self.place is None):
            edges = bin_edges(drawing.ranges[number], drawing.counts.shape[1])
            middles = (edges[1:] + edges[:-1]) / 2
            nearest = int(np.argmin(np.abs(middles - value)))
            value = float(middles[min(max(nearest + bins, 0), len(middles) - 1)])
        self._point_at((number, value))

    def _zoom(self, factor: float, centre: float) -> None:
        low, high = self._range
        self.set_value_range(centre - (centre - low) * factor, centre + (high - centre) * factor)
