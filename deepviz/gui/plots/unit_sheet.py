"""Tiles side by side, one for each unit of a layer, as large as there is room for; many are scrolled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
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
    """One tile: its picture, what stands above it on the left, and on the right where there is room."""

    image: QImage
    name: str
    value: str


class UnitSheet(KeyFocus, QAbstractScrollArea):
    """The tiles.

    Attributes
    ----------
    tiles
        What is shown.
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
        self._side, self._columns = SMALLEST, 1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)

    def show_tiles(self, tiles: Sequence[UnitTile]) -> None:
        """Show other tiles."""
        is_other = len(tiles) != len(self.tiles)
        self.tiles = tiles
        self.current = min(self.current, max(len(tiles) - 1, 0))
        if is_other:
            self._lay_out()
        self.viewport().update()

    def set_pointer(self, pointer: Pointer | None, at: QPointF | None = None) -> None:
        """Say something beside a place of the viewport, or nothing."""
        self.pointer = pointer
        self._pointer_at = at or QPointF()
        words = "" if pointer is None else "\n".join(f"{each.name} {each.value}" for each in pointer.readings)
        self.setAccessibleDescription(words if pointer is None else f"{pointer.heading}\n{words}")
        self.viewport().update()

    def place_of(self, number: int) -> QRectF:
        """Where a tile lies in the viewport, without its title."""
        row, column = divmod(number, self._columns)
        top = MARGIN / 2 + row * (self._side + TITLE + GAP) - self.verticalScrollBar().value()
        return QRectF(MARGIN + column * (self._side + GAP), top + TITLE, self._side, self._side)

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
        painter.fillRect(self.viewport().rect(), QColor(self.theme.panel))
        self._paint(painter, self._shows_focus)
        if self.pointer is not None:
            room, wanted = QSizeF(self.viewport().size()), QPointF(self._pointer_at.x() + 14, self._pointer_at.y() + 14)
            corner = inside(wanted, box_size(self.pointer, room), room)
            paint_box(painter, self.theme, self.pointer, corner, room)
        painter.end()
        self.seconds_to_paint = perf_counter() - start

    def _paint(self, painter: QPainter, shows_focus: bool) -> None:
        theme = self.theme
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        names, values = QFontMetricsF(body_font(TEXT_SIZE)), QFontMetricsF(number_font(TEXT_SIZE))
        height = self.viewport().height()
        needed = (names.horizontalAdvance(each.name) + values.horizontalAdvance(each.value) for each in self.tiles)
        has_values = max(needed, default=0.0) + 6 <= self._side  # on all or on none
        for number, tile in enumerate(self.tiles):
            place = self.place_of(number)
            if place.bottom() < 0 or place.top() - TITLE > height:
                continue
            painter.drawImage(place, tile.image)
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
        """The largest tiles of which all find room; if there are none, small ones that are scrolled."""
        width, height = self.viewport().width() - 2 * MARGIN, self.viewport().height() - MARGIN / 2
        count = max(len(self.tiles), 1)
        for side in range(LARGEST, SMALLEST - 1, -4):
            columns = max(1, int((width + GAP) // (side + GAP)))
            rows = math.ceil(count / columns)
            if side <= width and rows * (side + TITLE + GAP) <= height:
                break
        self._side, self._columns = side, columns
        needed = math.ceil(count / columns) * (side + TITLE + GAP) + MARGIN / 2
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, math.ceil(needed - self.viewport().height())))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(side // 2)
        self.viewport().update()
