"""Many small pictures on one scale of colours, any of which can be seen large, with the exact number of each dot.

What the numbers are called is told by whoever owns it; this knows only where a dot is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
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

from deepviz.gui.plots.arrangement import GAP, TITLE, Arrangement, arranged
from deepviz.gui.plots.color_bar import bar_margin, paint_color_bar
from deepviz.gui.plots.color_scale import ColorScale
from deepviz.gui.plots.pointed import Pointed
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, beside, box_size, paint_box
from deepviz.gui.theme import DARK, Theme, body_font

ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
LEAST_BAR = 40.0
"""Pixels of height below which there is no colour bar."""

Place = tuple[int, int, int]
"""A picture, and the row and column of a dot in it."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One of the pictures: its title, one that is shorter, and an image with a pixel for each dot."""

    title: str
    short: str
    image: QImage


class TileGrid(Pointed, QAbstractScrollArea):
    """Pictures of one size.

    Attributes
    ----------
    pictures
        What is shown.
    current
        The picture that the keyboard stands at.
    large
        The one that is seen large, or None.
    place
        The dot that is pointed at, or None.
    seconds_to_paint
        How long the last painting took.
    """

    large_changed = Signal(object)
    """Another picture is seen large: its number, or None."""
    menu_requested = Signal(object)
    """The context menu is wanted at a global QPoint."""

    def __init__(self, read: Callable[[Place], Pointer | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self.theme: Theme = DARK
        self.pictures: Sequence[Picture] = ()
        self.scale: ColorScale | None = None
        self.keeps_shape = True
        self.current = 0
        self.large: int | None = None
        self.place: Place | None = None
        self.seconds_to_paint = 0.0
        self._margin = 0.0
        self._hand = QPointF()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.viewport().update())

    def show_pictures(self, pictures: Sequence[Picture], scale: ColorScale | None, keeps_shape: bool = True) -> None:
        """Show these.

        Parameters
        ----------
        scale
            For the colour bar; None leaves it out.
        keeps_shape
            Whether dots are squares; else pictures fill the room there is.
        """
        same = len(pictures) == len(self.pictures) and (not pictures or pictures[0].title == self.pictures[0].title)
        if scale is None or scale != self.scale:
            self._margin = 0.0 if scale is None else bar_margin(scale.low, scale.high)
        self.pictures, self.scale, self.keeps_shape = pictures, scale, keeps_shape
        if not same:
            self.current, self.place = 0, None
            self._enlarge(None)
        elif self.place is not None and not self._is_inside(self.place):
            self.place = None
        self._fit_scroll_bar()
        self._say_place()
        self.viewport().update()

    def enlarge(self, number: int | None) -> None:
        """Show a picture large, or all of them again."""
        if number is not None:
            self.current = number
        self.place = None
        self._enlarge(number)

    def point_at(self, place: Place | None) -> None:
        """Say the number of a dot, or of none."""
        if place != self.place:
            self.place = place
            self._say_place()
            self.viewport().update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.viewport().update()

    def rect_of(self, number: int) -> QRectF:
        """Where a picture is on the screen, in pixels of the viewport; empty while another one is seen large."""
        if self.large is not None and number != self.large:
            return QRectF()
        shown = self._arrangement()
        return shown.rect(number if self.large is None else 0).translated(0, -self.verticalScrollBar().value())

    def sizeHint(self) -> QSize:
        return QSize(320, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        start = perf_counter()
        painter = QPainter(self.viewport())
        area = QRectF(self.viewport().rect())
        painter.fillRect(area, QColor(self.theme.panel))
        if self.pictures:
            offset = self.verticalScrollBar().value()
            self._paint(painter, area, self._arrangement(), offset, is_picture=False)
            self._paint_pointer(painter, area)
        painter.end()
        self.seconds_to_paint = perf_counter() - start

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint all pictures, or the large one, into a rectangle of a file; none is left out."""
        painter.save()
        painter.translate(rect.topLeft())
        area = QRectF(0, 0, rect.width(), rect.height())
        painter.fillRect(area, QColor(self.theme.panel))
        if self.pictures:
            self._paint(painter, area, self._arrangement(area, scrolls=False), 0, is_picture=True)
        painter.restore()

    def _paint(self, painter: QPainter, area: QRectF, shown: Arrangement, offset: int, is_picture: bool) -> None:
        numbers = range(len(self.pictures)) if self.large is None else (self.large,)
        painter.setFont(body_font(TEXT_SIZE))
        metrics = QFontMetricsF(painter.font())
        is_wide = all(metrics.horizontalAdvance(self.pictures[each].title) <= shown.width for each in numbers)
        for place, number in enumerate(numbers):
            rect = shown.rect(place).translated(0, -offset)
            if rect.bottom() < area.top() or rect.top() - TITLE > area.bottom():
                continue
            self._paint_one(painter, metrics, self.pictures[number], rect, is_wide or len(numbers) == 1)
            if not is_picture and number == self.current and self._shows_focus and self.large is None:
                painter.setPen(QPen(QColor(self.theme.accent), 2))
                painter.drawRect(rect.adjusted(-2, -2, 2, 2))
        if self.scale is not None and area.height() >= LEAST_BAR:
            frame = QRectF(0, GAP + TITLE, area.width() - self._margin, max(area.height() - 2 * GAP - TITLE, 10.0))
            painter.fillRect(QRectF(frame.right(), 0, self._margin, area.height()), QColor(self.theme.panel))
            scale = self.scale
            paint_color_bar(painter, frame, scale.table(self.theme), scale.low, scale.high, self.theme, says_ends=True)

    def _paint_one(
        self, painter: QPainter, metrics: QFontMetricsF, picture: Picture, rect: QRectF, is_wide: bool
    ) -> None:
        room = rect.width() + GAP - 2
        title = picture.title if is_wide else picture.short
        painter.setPen(QColor(self.theme.dim))
        line = QRectF(rect.left(), rect.top() - TITLE, room, TITLE)
        title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        # Dots stay sharp where they are larger than pixels; where they are smaller, none is to be left out.
        is_fine = rect.width() < picture.image.width() or rect.height() < picture.image.height()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_fine)
        painter.drawImage(rect, picture.image)
        painter.setPen(QPen(QColor(self.theme.outline), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)

    def _paint_pointer(self, painter: QPainter, area: QRectF) -> None:
        pointer = None if self.place is None else self._read(self.place)
        if pointer is None or self.place is None:
            return
        number, row, column = self.place
        rect, image = self.rect_of(number), self.pictures[number].image
        wide, high = rect.width() / image.width(), rect.height() / image.height()
        dot = QRectF(rect.left() + column * wide, rect.top() + row * high, wide, high)
        painter.setPen(QPen(QColor(self.theme.text), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(dot.adjusted(-1, -1, 1, 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = area.size()
        paint_box(painter, self.theme, pointer, beside(dot, box_size(pointer, room), room, 10), room)

    @property
    def cross_hair(self) -> object:
        return self.place

    def point_nowhere(self) -> None:
        self.point_at(None)

    # What somebody does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._hand = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or (event.position() - self._hand).manhattanLength() > 3:
            return
        number = self._number_at(event.position())
        if self.large is not None:
            self.enlarge(None)
        elif number is not None and len(self.pictures) > 1:
            self.enlarge(number)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.by_keys = False
        self.point_at(self._place_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        if not self.pictures:
            event.ignore()
        elif key in ARROWS and (self.large is not None or len(self.pictures) == 1):
            self.by_keys = True
            self._move_dot(*ARROWS[key], 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in ARROWS:
            self._move_current(*ARROWS[key])
        elif key in ENTER and len(self.pictures) > 1:
            self.enlarge(self.current if self.large is None else None)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and self.large is not None:
            by = 1 if key == Qt.Key.Key_PageDown else -1
            self.enlarge((self.large + by) % len(self.pictures))
        elif key == Qt.Key.Key_Escape and self.large is not None:
            self.enlarge(None)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            QAbstractScrollArea.keyPressEvent(self, event)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_scroll_bar()

    # Inside

    def _enlarge(self, number: int | None) -> None:
        if number != self.large:
            self.large = number
            self._fit_scroll_bar()
            self.viewport().update()
            self.large_changed.emit(number)
        self._say_place()

    def _arrangement(self, area: QRectF | None = None, scrolls: bool = True) -> Arrangement:
        area = QRectF(self.viewport().rect()) if area is None else area
        count = len(self.pictures) if self.large is None else 1
        image = self.pictures[0].image if self.large is None else self.pictures[self.large].image
        width = area.width() - self._margin
        return arranged(count, image.height(), image.width(), width, area.height(), self.keeps_shape, scrolls)

    def _fit_scroll_bar(self) -> None:
        height = self.viewport().height()
        total = self._arrangement().total_height if self.pictures else 0
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, math.ceil(total) - height))
        bar.setPageStep(height)
        bar.setSingleStep(24)

    def _number_at(self, here: QPointF) -> int | None:
        if not self.pictures:
            return None
        if self.large is not None:
            return self.large if self.rect_of(self.large).contains(here) else None
        y = here.y() + self.verticalScrollBar().value()
        return self._arrangement().number_at(here.x(), y, len(self.pictures))

    def _place_at(self, here: QPointF) -> Place | None:
        number = self._number_at(here)
        if number is None:
            return None
        rect, image = self.rect_of(number), self.pictures[number].image
        column = math.floor((here.x() - rect.left()) / rect.width() * image.width())
        row = math.floor((here.y() - rect.top()) / rect.height() * image.height())
        return (number, row, column) if self._is_inside((number, row, column)) else None

    def _is_inside(self, place: Place) -> bool:
        number, row, column = place
        if not 0 <= number < len(self.pictures):
            return False
        image = self.pictures[number].image
        return 0 <= row < image.height() and 0 <= column < image.width()

    def _move_dot(self, down: int, right: int, by: int) -> None:
        number = self.large or 0
        image = self.pictures[number].image
        if self.place is None:
            self.point_at((number, image.height() // 2, image.width() // 2))
            return
        row = min(max(self.place[1] + by * down, 0), image.height() - 1)
        column = min(max(self.place[2] + by * right, 0), image.width() - 1)
        self.point_at((number, row, column))

    def _move_current(self, down: int, right: int) -> None:
        self._shows_focus = True
        moved = self.current + right + down * self._arrangement().columns
        if 0 <= moved < len(self.pictures):
            self.current = moved
        rect, bar = self.rect_of(self.current), self.verticalScrollBar()
        if rect.top() - TITLE < 0:
            bar.setValue(bar.value() + math.floor(rect.top() - TITLE - GAP))
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + math.ceil(rect.bottom() + GAP - self.viewport().height()))
        self._say_place()
        self.viewport().update()

    def _say_place(self) -> None:
        """Tell those who do not see it what is pointed at."""
        pointer = None if self.place is None else self._read(self.place)
        if pointer is not None:
            words = "\n".join([pointer.heading, *(f"{each.name} {each.value}" for each in pointer.readings)])
        else:
            words = self.pictures[self.current].title if self.pictures else ""
        self.setAccessibleDescription(words)
