"""A list with one line for each layer: its name, a bar from mean - spread to mean + spread, and its figures as text.

The bars share one axis, which is marked below them. Where there is no room for all columns, the last ones give way;
where there is room for one alone, they are written shorter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from deepviz.gui.amounts import percent
from deepviz.gui.plots.activation_figures import Figures
from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import Pointer, Reading, box_size, inside, paint_box
from deepviz.gui.plots.ticks import Tick, at_least_two, format_value, linear_ticks
from deepviz.gui.theme import DARK, Theme, body_font, number_font

LINE_HEIGHT, HEAD, FOOT = 22, 20, 22
TEXT_SIZE = 11
MARGIN, GAP = 12.0, 12.0
LEAST_BAR = 70.0
WIDEST_NAME = 120.0
LARGEST = 1e300
MEAN_AND_SPREAD = "mean ± spread"
WIDE = {"dead": "64 of 64", "saturated": "> 99.99 %", "zeros": "> 99.99 %", MEAN_AND_SPREAD: ""}
"""The columns in the order in which they give way last, each with a text that has to fit in it."""
SHORT = {"dead": "", "saturated": "100 %", "zeros": "100 %"}
SHORT_HEADS = {"saturated": "sat."}
SHORT_GAP, KEY_SAMPLE = 8.0, 18.0

Layer = tuple[str, Figures]


class LayerLines(Pointed, QAbstractScrollArea):
    """The list.

    Attributes
    ----------
    layers
        What is shown: names with their figures, in order.
    current
        Which line the box stands at; None while there is no box.
    """

    menu_requested = Signal(object)
    layer_chosen = Signal(str)
    """A line was clicked, or Enter was pressed at it: the name of its layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.layers: list[Layer] = []
        self.current: int | None = None
        self.seconds_to_paint = 0.0
        self._chosen = ""
        self._is_short = False
        self._pressed: int | None = None
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(LINE_HEIGHT)

    # What is shown

    def show_layers(self, layers: Sequence[Layer]) -> None:
        """Show other layers or figures."""
        self.layers = list(layers)
        self._set_range()
        self._point_at(self.current if self.current is not None and self.current < len(layers) else None)

    def choose(self, name: str) -> None:
        """Mark the line of a layer, and bring it into sight; a name that is not there marks none."""
        self._chosen = name
        number = next((number for number, (each, _) in enumerate(self.layers) if each == name), None)
        if number is not None:
            self._bring_into_sight(number)
        self.viewport().update()

    @property
    def axis(self) -> tuple[float, float]:
        """The ends of the common axis: the lowest mean - spread and the highest mean + spread, with 0 between them."""
        ends = [end for _, each in self.layers for end in self._ends(each) if math.isfinite(end) and abs(end) < LARGEST]
        low, high = min([0.0, *ends]), max([0.0, *ends])
        margin = 0.04 * (high - low) or 1.0
        return low - margin, high + margin

    @property
    def whole_height(self) -> float:
        """The height at which all lines can be seen."""
        return HEAD + LINE_HEIGHT * len(self.layers) + FOOT

    def hover_text(self, number: int) -> str:
        """What the box says of a line: the layer's name, then a name and a value on each line."""
        pointer = self._pointer(number)
        return "\n".join([pointer.heading, *(f"{each.name} {each.value}" for each in pointer.readings)])

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.viewport().update()

    def paint_into(self, painter: QPainter, target: QRectF) -> None:
        """Paint all lines into a rectangle of a picture."""
        self._paint_lines(painter, target, 0.0, None)

    def sizeHint(self) -> QSize:
        return QSize(280, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    @staticmethod
    def _ends(figures: Figures) -> tuple[float, float]:
        return figures.mean - figures.deviation, figures.mean + figures.deviation

    def _pointer(self, number: int) -> Pointer:
        name, each = self.layers[number]
        saturated = "has no ends" if math.isnan(each.saturated) else percent(each.saturated, 4)
        values = {
            "mean": format_value(each.mean, 6), "standard deviation": format_value(each.deviation, 6),
            "zeros": percent(each.zeros, 4), "saturated": saturated, "dead units": each.dead_text,
        }  # fmt: skip
        return Pointer(number, name, tuple(Reading(*item, self.theme.accent) for item in values.items()))

    # Places

    def _columns(self) -> list[tuple[str, float]]:
        """The columns of text with their widths: as many as leave room for the bars, written short if need be."""
        self._is_short = False
        found = self._fitting(WIDE, GAP)
        if len(found) > 1:
            return found
        self._is_short = True
        short = self._fitting(SHORT, SHORT_GAP)
        self._is_short = len(short) > len(found)
        return short if self._is_short else found

    def _fitting(self, columns: dict[str, str], gap: float) -> list[tuple[str, float]]:
        metrics, found = QFontMetricsF(number_font(TEXT_SIZE)), []
        room = self.viewport().width() - 2 * MARGIN - self._name_width() - LEAST_BAR - GAP
        for head, cell in columns.items():
            texts = [self._cell(head, each) for _, each in self.layers]
            heading = QFontMetricsF(body_font(TEXT_SIZE)).horizontalAdvance(self._heading(head))
            width = max([heading, metrics.horizontalAdvance(cell), *map(metrics.horizontalAdvance, texts)]) + gap
            if room < width:
                break
            room -= width
            found.append((head, width))
        return found

    def _heading(self, head: str) -> str:
        return SHORT_HEADS.get(head, head) if self._is_short else head

    def _cell(self, head: str, figures: Figures) -> str:
        if head == "dead":
            return figures.dead_text.replace(" of ", "/") if self._is_short else figures.dead_text
        if head == MEAN_AND_SPREAD:
            return figures.mean_text
        share = figures.zeros if head == "zeros" else figures.saturated
        return "–" if head == "saturated" and math.isnan(share) else percent(share, 0 if self._is_short else 2)

    def _name_width(self) -> float:
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        widest = max((metrics.horizontalAdvance(name) for name, _ in self.layers), default=0.0)
        return min(widest + 2, WIDEST_NAME, 0.32 * self.viewport().width())

    def _line_at(self, y: float) -> int | None:
        number = math.floor((y - HEAD + self.verticalScrollBar().value()) / LINE_HEIGHT)
        inside = HEAD <= y < self.viewport().height() - FOOT
        return number if inside and 0 <= number < len(self.layers) else None

    def _set_range(self) -> None:
        room = max(LINE_HEIGHT, self.viewport().height() - HEAD - FOOT)
        self.verticalScrollBar().setPageStep(room)
        self.verticalScrollBar().setRange(0, max(0, LINE_HEIGHT * len(self.layers) - room))

    def _bring_into_sight(self, number: int) -> None:
        bar, top = self.verticalScrollBar(), number * LINE_HEIGHT
        bar.setValue(min(max(bar.value(), top + LINE_HEIGHT - bar.pageStep()), top))

    def _point_at(self, number: int | None) -> None:
        self.current = number
        self.setAccessibleDescription("" if number is None else self.hover_text(number))
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        start = perf_counter()
        painter = QPainter(self.viewport())
        whole = QRectF(self.viewport().rect())
        painter.fillRect(whole, QColor(self.theme.panel))
        self._paint_lines(painter, whole, float(self.verticalScrollBar().value()), self.current)
        if self.current is not None:
            self._paint_box(painter, self.current)
        self._paint_focus(painter)
        painter.end()
        self.seconds_to_paint = perf_counter() - start

    def _paint_lines(self, painter: QPainter, whole: QRectF, scrolled: float, current: int | None) -> None:
        theme, columns = self.theme, self._columns()
        painter.setFont(body_font(TEXT_SIZE))
        left = whole.left() + MARGIN + self._name_width() + GAP
        right = whole.right() - MARGIN
        painter.setPen(QColor(theme.dim))
        places = []
        for head, width in columns:
            cell = QRectF(right - width, whole.top(), width, HEAD)
            painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._heading(head))
            places.append((head, cell))
            right -= width
        bars = QRectF(left, whole.top() + HEAD, max(right - GAP - left, 10.0), whole.height() - HEAD - FOOT)
        self._paint_key(painter, QRectF(whole.left() + MARGIN, whole.top(), bars.right() - whole.left() - MARGIN, HEAD))
        self._paint_axis(painter, bars)
        painter.save()
        painter.setClipRect(QRectF(whole.left(), bars.top(), whole.width(), bars.height()))
        for number in range(len(self.layers)):
            top = bars.top() + number * LINE_HEIGHT - scrolled
            if top + LINE_HEIGHT >= bars.top() and top <= bars.bottom():
                line = QRectF(whole.left(), top, whole.width(), LINE_HEIGHT)
                self._paint_line(painter, number, line, bars, places, is_current=number == current)
        painter.restore()

    def _paint_key(self, painter: QPainter, place: QRectF) -> None:
        """Say what a bar and the stroke on it are, with a sample of them."""
        if KEY_SAMPLE + 5 + QFontMetricsF(painter.font()).horizontalAdvance(MEAN_AND_SPREAD) > place.width():
            return
        bar = QRectF(place.left(), place.center().y() - 3, KEY_SAMPLE, 6)
        painter.fillRect(bar, QColor(self.theme.accent_fill))
        painter.fillRect(QRectF(bar.center().x() - 1, bar.top() - 2, 2, 10), QColor(self.theme.text))
        painter.drawText(place.adjusted(KEY_SAMPLE + 5, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, MEAN_AND_SPREAD)

    def value_ticks(self, width: float) -> list[Tick]:
        """The marks of the common axis where the bars have so many pixels; two at least."""
        return at_least_two(linear_ticks, *self.axis, max(2, int(width / 44)))

    def _paint_line(
        self,
        painter: QPainter,
        number: int,
        line: QRectF,
        bars: QRectF,
        places: Sequence[tuple[str, QRectF]],
        *,
        is_current: bool,
    ) -> None:
        theme, (name, each) = self.theme, self.layers[number]
        if name == self._chosen or is_current:
            painter.fillRect(line, QColor(theme.selected if name == self._chosen else theme.hover))
        painter.setFont(body_font(TEXT_SIZE))
        painter.setPen(QColor(theme.text))
        room = bars.left() - GAP - line.left() - MARGIN
        elided = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(line.left() + MARGIN, line.top(), room + GAP, line.height()), middle, elided)
        painter.setFont(number_font(TEXT_SIZE))
        for head, cell in places:
            is_bad = (head == "dead" and each.dead > 0) or (head == "saturated" and each.saturated > 0.5)
            painter.setPen(QColor(theme.ink(theme.warning) if is_bad else theme.text))
            place = QRectF(cell.left(), line.top(), cell.width(), line.height())
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, self._cell(head, each))
        ends = self._ends(each)
        if all(math.isfinite(end) for end in ends):
            left, right = (self._x(bars, end) for end in ends)
            bar = QRectF(left, line.center().y() - 4, max(right - left, 1.0), 8)
            painter.fillRect(bar, QColor(theme.accent_fill))
            x = self._x(bars, each.mean)
            painter.fillRect(QRectF(x - 1, line.center().y() - 7, 2, 14), QColor(theme.text))

    def _paint_axis(self, painter: QPainter, bars: QRectF) -> None:
        theme, metrics = self.theme, QFontMetricsF(painter.font())
        past = -math.inf
        for value, label in self.value_ticks(bars.width()):
            x, half = self._x(bars, value), metrics.horizontalAdvance(label) / 2
            painter.setPen(QPen(QColor(theme.outline if value == 0 else theme.line), 1))
            painter.drawLine(QLineF(x, bars.top(), x, bars.bottom()))
            if x - half > past + 6:
                past = x + half
                painter.setPen(QColor(theme.dim))
                box = QRectF(x - half - 1, bars.bottom() + 3, 2 * half + 2, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)

    def _x(self, bars: QRectF, value: float) -> float:
        low, high = self.axis
        return bars.left() + (min(max(value, low), high) - low) / (high - low) * bars.width()

    def _paint_box(self, painter: QPainter, number: int) -> None:
        pointer = self._pointer(number)
        room = QSizeF(self.viewport().size())
        size = box_size(pointer, room)
        line = float(HEAD + number * LINE_HEIGHT - self.verticalScrollBar().value())
        top = line + LINE_HEIGHT + 2
        if top + size.height() > room.height():
            top = line - size.height() - 2
        corner = inside(QPointF(MARGIN + self._name_width() + GAP, top), size, room)
        paint_box(painter, self.theme, pointer, corner, room)

    @property
    def cross_hair(self) -> object:
        return self.current

    def point_nowhere(self) -> None:
        self._point_at(None)

    # What the user does

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._set_range()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self._line_at(event.position().y()) if is_left else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._line_at(event.position().y()):
            self._choose_line(pressed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number, self.by_keys = self._line_at(event.position().y()), False
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
        self._point_at(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last, page = len(self.layers) - 1, max(1, self.verticalScrollBar().pageStep() // LINE_HEIGHT)
        here = -1 if self.current is None else self.current
        moves = {
            Qt.Key.Key_Up: here - 1, Qt.Key.Key_Down: here + 1, Qt.Key.Key_PageUp: here - page,
            Qt.Key.Key_PageDown: here + page, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        if event.key() in moves and self.layers:
            number = min(max(moves[Qt.Key(event.key())], 0), last)
            self.by_keys = True
            self._bring_into_sight(number)
            self._point_at(number)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self._choose_line(self.current)
        else:
            super().keyPressEvent(event)

    def _choose_line(self, number: int) -> None:
        if number < len(self.layers):
            self.choose(self.layers[number][0])
            self.layer_chosen.emit(self.layers[number][0])
