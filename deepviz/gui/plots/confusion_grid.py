"""A confusion matrix as a grid of coloured cells with names, sums, recall and precision around it.

Small grids fill their place; of large ones, zooming and moving show a part, and names stay in sight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

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
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.confusion_cells import ConfusionCells
from deepviz.gui.plots.confusion_painting import (
    CAPTION,
    MARGIN,
    NAMES,
    SUM_WIDTH,
    TEXT_SIZE,
    Place,
    paint_cells,
    paint_names,
    paint_sums,
    paint_titles,
)
from deepviz.gui.plots.key_focus import KeyFocus
from deepviz.gui.plots.pointer import beside, box_size, paint_box
from deepviz.gui.theme import DARK, Theme, body_font
from deepviz.insight.confusion import ConfusionCounts

MOST_NAME_WIDTH = 96.0
LEAST_ROOM_FOR_SUMS = 344.0
"""Narrower grids leave sums, recall and precision to the box beside the pointer."""
LARGEST_CELL = 320.0
WHEEL_NOTCH, MOST_ZOOM = 1.25, 40.0
CLICK = 3
"""Pixels that a hand may tremble while it clicks."""
ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
ZOOM_KEYS = {Qt.Key.Key_Plus: WHEEL_NOTCH, Qt.Key.Key_Equal: WHEEL_NOTCH, Qt.Key.Key_Minus: 1 / WHEEL_NOTCH}

Cell = tuple[int, int]


class ConfusionGrid(KeyFocus, QWidget):
    """The grid.

    Attributes
    ----------
    cells
        What is shown; None before the first answer.
    caption
        Words above it.
    current
        The cell that is framed: row (true class) and column (predicted class).
    zoom
        How much larger than to fill the place.
    """

    opened = Signal(int, int)
    """Somebody wants to see the samples of a cell: true and predicted class."""
    menu_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.cells: ConfusionCells | None = None
        self.caption = self._short_caption = ""
        self.current: Cell | None = None
        self.zoom = 1.0
        self._offset = QPointF()
        self._hovered: Cell | None = None
        self._here: QPointF | None = None
        self._drag_from: QPointF | None = None
        self._is_panning = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_counts(
        self, answer: ConfusionCounts, names: Sequence[str], scale: str, caption: str, short: str = ""
    ) -> None:
        """Show other numbers, with words above them and shorter ones where there is no room."""
        if self.cells is None or self.cells.names != tuple(names):
            self.current = self._hovered = None
            self.zoom, self._offset = 1.0, QPointF()
        self.cells, self.caption = ConfusionCells(answer, names, scale, self.theme), caption
        self._short_caption = short or caption
        self._describe()
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        if self.cells is not None:
            self.cells = ConfusionCells(self.cells.answer, self.cells.names, self.cells.scale, theme)
        self.update()

    def reset(self) -> None:
        """Show all cells."""
        self.set_zoom(1.0, self.frame.center())

    def choose(self, row: int, column: int) -> None:
        """Frame a cell and bring it into sight."""
        self.current = (row, column)
        self._bring_into_sight(self.current)
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 280)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 110)

    # Where things are

    @property
    def has_sums(self) -> bool:
        """Whether there is room for sums, recall and precision."""
        return self.width() >= LEAST_ROOM_FOR_SUMS

    @property
    def frame(self) -> QRectF:
        """Where cells may be, in pixels of this widget."""
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        names = self.cells.names if self.cells is not None else ()
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0.0)
        least = metrics.horizontalAdvance("precision") - 12 if self.has_sums else 0.0
        left = MARGIN + 14 + max(least, min(widest, MOST_NAME_WIDTH, 0.25 * self.width())) + 6
        top = CAPTION + 15 + NAMES
        width = self.width() - left - (2 * SUM_WIDTH + 4 if self.has_sums else 0.0) - MARGIN
        height = self.height() - top - (20.0 if self.has_sums else 0.0) - 6
        largest = LARGEST_CELL * max(len(names), 1)
        return QRectF(left, top, max(min(width, largest), 10.0), max(min(height, largest), 10.0))

    @property
    def place(self) -> Place:
        """Where the cells are, in pixels of this widget."""
        frame, classes = self.frame, max(len(self.cells) if self.cells is not None else 1, 1)
        width, height = frame.width() / classes * self.zoom, frame.height() / classes * self.zoom
        # No cell is more than twice as wide as high, or it would no longer look like a matrix.
        width, height = min(width, 2 * height), min(height, 2 * width)
        return Place(frame, frame.topLeft() - self._offset, width, height, classes)

    def cell_at(self, point: QPointF) -> Cell | None:
        """Which cell is at a point of this widget."""
        place = self.place
        if self.cells is None or not place.frame.contains(point):
            return None
        row = math.floor((point.y() - place.start.y()) / place.height)
        column = math.floor((point.x() - place.start.x()) / place.width)
        return (row, column) if 0 <= row < place.classes and 0 <= column < place.classes else None

    def set_zoom(self, zoom: float, centre: QPointF) -> None:
        """Show cells larger or smaller, with what is at `centre` staying in place."""
        zoom = min(max(zoom, 1.0), MOST_ZOOM)
        inside = centre - self.frame.topLeft()
        held = (inside + self._offset) / self.zoom
        self.zoom = zoom
        self._move_to(held * zoom - inside)

    def _move_to(self, offset: QPointF) -> None:
        place = self.place
        right = max(place.width * place.classes - place.frame.width(), 0.0)
        below = max(place.height * place.classes - place.frame.height(), 0.0)
        self._offset = QPointF(min(max(offset.x(), 0.0), right), min(max(offset.y(), 0.0), below))
        self._hover()
        self.update()

    def _bring_into_sight(self, cell: Cell) -> None:
        place = self.place
        box, frame = place.cell(*cell), place.frame
        x = min(box.left() - frame.left(), 0.0) or max(box.right() - frame.right(), 0.0)
        y = min(box.top() - frame.top(), 0.0) or max(box.bottom() - frame.bottom(), 0.0)
        self._move_to(self._offset + QPointF(x, y))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter)
        self._paint_focus(painter)
        told = self._hovered or (self.current if self._shows_focus else None)
        if told is not None and self.cells is not None:
            self._paint_box(painter, self.cells, told)
        painter.end()

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint it, without pointer and frames, into a rectangle of a picture."""
        painter.save()
        painter.translate(rect.topLeft())
        painter.scale(rect.width() / max(self.width(), 1), rect.height() / max(self.height(), 1))
        self.paint(painter, is_picture=True)
        painter.restore()

    def paint(self, painter: QPainter, is_picture: bool = False) -> None:
        """Paint all of it with the upper left corner at (0, 0)."""
        painter.fillRect(QRectF(0, 0, self.width(), self.height()), QColor(self.theme.panel))
        if self.cells is None:
            return
        place = self.place
        paint_titles(painter, place, (self.caption, self._short_caption), self.width(), self.theme)
        paint_names(painter, place, self.cells, self.theme)
        if self.has_sums:
            paint_sums(painter, place, self.cells, self.theme)
        painter.save()
        painter.setClipRect(place.frame.adjusted(-1, -1, 1, 1))
        paint_cells(painter, place, self.cells, self.theme)
        if self.current is not None and not is_picture:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.text), 2))
            painter.drawRect(place.cell(*self.current).adjusted(0.5, 0.5, -1.5, -1.5))
        painter.restore()

    def _paint_box(self, painter: QPainter, cells: ConfusionCells, cell: Cell) -> None:
        """The exact numbers of a cell, beside it and never beyond the border."""
        pointer, box = cells.pointer(*cell), self.place.cell(*cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QSizeF(self.size())
        paint_box(painter, self.theme, pointer, beside(box, box_size(pointer, room), room, 8), room)

    def _describe(self) -> None:
        if self.cells is None or self.current is None:
            self.setAccessibleDescription(self.caption)
        else:
            self.setAccessibleDescription(self.cells.words(*self.current))

    # What somebody does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        if self._drag_from is not None and self.zoom > 1:
            if self._is_panning or (here - self._drag_from).manhattanLength() > CLICK:
                self._is_panning, self._here = True, None
                self._move_to(self._offset - (here - self._drag_from))
                self._drag_from = here
            return
        self._here = here
        self._hover()

    def _hover(self) -> None:
        """Point at the cell that is under the pointer now: cells may move while it rests."""
        hovered = None if self._here is None else self.cell_at(self._here)
        if hovered != self._hovered:
            self._hovered = hovered
            self.setCursor(Qt.CursorShape.ArrowCursor if hovered is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_click = self._drag_from is not None and not self._is_panning
        self._drag_from, self._is_panning = None, False
        cell = self.cell_at(event.position())
        if was_click and cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(*cell)
            self.opened.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        self._here = None
        self._hover()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._here = None  # the cell that was pointed at is elsewhere, and nobody pointed at the one that is there
        self._move_to(self._offset)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        self.set_zoom(self.zoom * WHEEL_NOTCH ** (delta / 120), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        if key in ARROWS and self.cells is not None:
            self._shows_focus = True
            down, right = ARROWS[key] if self.current is not None else (0, 0)
            row, column = self.current or (0, 0)
            last = len(self.cells) - 1
            self.choose(min(max(row + down, 0), last), min(max(column + right, 0), last))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.current is not None:
            self.opened.emit(*self.current)
        elif key in ZOOM_KEYS:
            centre = self.frame.center() if self.current is None else self.place.cell(*self.current).center()
            self.set_zoom(self.zoom * ZOOM_KEYS[key], centre)
            if self.current is not None:
                self._bring_into_sight(self.current)
        elif key == Qt.Key.Key_Home:
            self.reset()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())
