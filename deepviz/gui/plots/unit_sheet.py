"""Tiles side by side, one for each unit of a layer, as large as there is room for; many are scrolled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from deepviz.gui.plots.key_focus import KeyFocus
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, box_size, inside, paint_box
from deepviz.gui.theme import DARK, Theme, body_font, number_font

MARGIN, GAP, TITLE = 12.0, 8.0, 15.0
LARGEST, SMALLEST = 600, 48
"""Pixels of a side of a tile."""
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


@dataclass(frozen=True, eq=False)
class UnitTile:
    """One tile: what paints its picture into a rectangle, what stands above it on the left, and on the right where
    there is room.
    """

    paint: Callable[[QPainter, QRectF], None]
    name: str
    value: str


class UnitSheet(KeyFocus, QAbstractScrollArea):
    """The tiles.

    Attributes
    ----------
    tiles
        What is shown.
    fills_width
        Whether tiles may be wider than they are high, and fill the whole width: those of curves.
    current
        The tile that keys go to.
    seconds_to_paint
        How long the last painting took.
    """

    pointed = Signal(object)
    """The pointer is over a tile, at shares of its width and of its height from below: (tile, x, y); or None."""
    chosen = Signal(int)
    """Somebody clicked on a tile, or pressed Enter."""
    menu_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.tiles: Sequence[UnitTile] = ()
        self.current = 0
        self.pointer: Pointer | None = None
        self.seconds_to_paint = 0.0
        self._pointer_at = QPointF()
        self._mark: tuple[int, float, float] | None = None
        self.fills_width = False
        self._of: object = None
        self._kept = QPixmap()
        self._side, self._wide, self._columns = SMALLEST, float(SMALLEST), 1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)

    def show_tiles(self, tiles: Sequence[UnitTile], fills_width: bool = False) -> None:
        """Show other tiles."""
        is_other = (len(tiles), fills_width) != (len(self.tiles), self.fills_width)
        self.tiles, self.fills_width = tiles, fills_width
        self.current = min(self.current, max(len(tiles) - 1, 0))
        if is_other:
            self._lay_out()
        self.viewport().update()

    def set_pointer(
        self, pointer: Pointer | None, at: QPointF | None = None, mark: tuple[int, float, float] | None = None
    ) -> None:
        """Say something beside a place of the viewport, or nothing.

        Parameters
        ----------
        mark
            Where on a tile the value is that is told: (tile, share of its width, share of its height from below).
        """
        self.pointer, self._mark = pointer, mark
        self._pointer_at = at or QPointF()
        words = "" if pointer is None else "\n".join(f"{each.name} {each.value}" for each in pointer.readings)
        self.setAccessibleDescription(words if pointer is None else f"{pointer.heading}\n{words}")
        self.viewport().update()

    def place_of(self, number: int) -> QRectF:
        """Where a tile lies in the viewport, without its title."""
        row, column = divmod(number, self._columns)
        top = MARGIN / 2 + row * (self._side + TITLE + GAP) - self.verticalScrollBar().value()
        return QRectF(MARGIN + column * (self._wide + GAP), top + TITLE, self._wide, self._side)

    def tile_at(self, place: QPointF) -> int | None:
        """The tile at a place of the viewport."""
        found = (number for number in range(len(self.tiles)) if self.place_of(number).contains(place))
        return next(found, None)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.viewport().update()

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint what can be seen of it into a rectangle of a picture."""
        painter.save()
        painter.translate(rect.topLeft())
        painter.setClipRect(QRectF(0, 0, rect.width(), rect.height()))
        self._paint(painter, False)
        painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(320, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        start = perf_counter()
        painter = QPainter(self.viewport())
        painter.drawPixmap(QPointF(), self._painted())
        if self.pointer is not None:
            self._paint_mark(painter)
            room, wanted = QSizeF(self.viewport().size()), QPointF(self._pointer_at.x() + 14, self._pointer_at.y() + 14)
            corner = inside(wanted, box_size(self.pointer, room), room)
            paint_box(painter, self.theme, self.pointer, corner, room)
        painter.end()
        self.seconds_to_paint = perf_counter() - start

    def _painted(self) -> QPixmap:
        """All tiles as they were painted last, as long as nothing of them has changed: pointing goes on over them."""
        room, ratio = self.viewport().size(), self.devicePixelRatioF()
        shown = self._side, self._wide, self._columns, self.verticalScrollBar().value()
        of = self.tiles, self.theme, room.toTuple(), ratio, shown, self._shows_focus, self.current
        if of != self._of:
            image = QPixmap(room * ratio)
            image.setDevicePixelRatio(ratio)
            image.fill(QColor(self.theme.panel))
            inner = QPainter(image)
            self._paint(inner, self._shows_focus)
            inner.end()
            self._of, self._kept = of, image
        return self._kept

    def _paint_mark(self, painter: QPainter) -> None:
        """A line and a point where the value is that is told."""
        if self._mark is None or self._mark[0] >= len(self.tiles):
            return
        number, across, up = self._mark
        place = self.place_of(number)
        x = place.left() + across * place.width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.dim), 1))
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        painter.setPen(QPen(QColor(self.theme.panel), 1.5))
        painter.setBrush(QColor(self.theme.text))
        painter.drawEllipse(QPointF(x, place.bottom() - up * place.height()), 4, 4)

    def _paint(self, painter: QPainter, shows_focus: bool) -> None:
        theme = self.theme
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        names, values = QFontMetricsF(body_font(TEXT_SIZE)), QFontMetricsF(number_font(TEXT_SIZE))
        height = self.viewport().height()
        needed = (names.horizontalAdvance(each.name) + values.horizontalAdvance(each.value) for each in self.tiles)
        has_values = max(needed, default=0.0) + 6 <= self._wide  # on all or on none
        for number, tile in enumerate(self.tiles):
            place = self.place_of(number)
            if place.bottom() < 0 or place.top() - TITLE > height:
                continue
            tile.paint(painter, place)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.outline), 1))
            painter.drawRect(place)
            if shows_focus and number == self.current:
                painter.setPen(QPen(QColor(theme.accent), 2))
                painter.drawRect(place.adjusted(-2, -2, 2, 2))
            above = QRectF(place.left(), place.top() - TITLE, place.width(), TITLE)
            painter.setPen(QColor(theme.text))
            painter.setFont(body_font(TEXT_SIZE))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(above, middle | Qt.AlignmentFlag.AlignLeft, tile.name)
            if has_values:
                painter.setPen(QColor(theme.dim))
                painter.setFont(number_font(TEXT_SIZE))
                painter.drawText(above, middle | Qt.AlignmentFlag.AlignRight, tile.value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self.tile_at(event.position())
        if number is None:
            self.pointed.emit(None)
            return
        place = self.place_of(number)
        x = (event.position().x() - place.left()) / place.width()
        self.pointed.emit((number, x, (place.bottom() - event.position().y()) / place.height()))
        self._pointer_at = event.position()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.tile_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self.current = number
            self.chosen.emit(number)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS and self.tiles:
            right, down = ARROWS[key]
            wanted = self.current + right + down * self._columns
            if 0 <= wanted < len(self.tiles):
                self.current = wanted
                self._bring_into_sight(wanted)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.tiles:
            self.chosen.emit(self.current)
        else:
            super().keyPressEvent(event)

    def _bring_into_sight(self, number: int) -> None:
        place, bar = self.place_of(number), self.verticalScrollBar()
        over = place.bottom() + GAP - self.viewport().height()
        bar.setValue(bar.value() + round(max(over, 0.0) or min(place.top() - TITLE - GAP, 0.0)))
        self.setAccessibleDescription(f"unit {self.tiles[number].name}, {self.tiles[number].value}")
        self.viewport().update()

    def _lay_out(self) -> None:
        """The largest tiles of which all find room; if there are none, small ones as wide as they can be, scrolled."""
        # Whether they find room is decided as if there were no scroll bar: it is not to take the room that they lack.
        width, height = self.width() - 2 * MARGIN, self.viewport().height() - MARGIN / 2
        count = max(len(self.tiles), 1)
        for side in range(LARGEST, SMALLEST - 1, -4):
            columns = max(1, int((width + GAP) // (side + GAP)))
            rows = math.ceil(count / columns)
            if side <= width and rows * (side + TITLE + GAP) <= height:
                break
        else:
            width -= self.verticalScrollBar().sizeHint().width()
            columns = max(1, int((width + GAP) // (SMALLEST + GAP)))
            side = max(SMALLEST, math.floor((width + GAP) / columns - GAP))
        self._side, self._columns = side, columns
        self._wide = max(float(side), (width + GAP) / columns - GAP) if self.fills_width else float(side)
        needed = math.ceil(count / columns) * (side + TITLE + GAP) + MARGIN / 2
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, math.ceil(needed - self.viewport().height())))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(side // 2)
        self.viewport().update()
