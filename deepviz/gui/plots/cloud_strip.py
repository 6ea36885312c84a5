"""The samples as every layer sees them, in small pictures from the input to the output, each with its figure.

They stand in a row, or below each other where that leaves more room to what is beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar, QWidget

from deepviz.gui.plots.key_focus import KeyFocus
from deepviz.gui.theme import DARK, Theme, body_font
from deepviz.insight.projection import LayerCloud

WIDTH, LOW_WIDTH, GAP, TITLE = 88.0, 106.0, 8.0, 15.0
"""Pixels of a picture, and of one with its figure beside its title, between two, and of a line of words."""
PICTURE, LOW_PICTURE, LOWEST_PICTURE = 62.0, 40.0, 28.0
"""Height of a picture, where there is little room, and where its figure stands beside its title."""
BAR = 12
"""Pixels for the scroll bar."""
NO_LIMIT = 16777215
"""Pixels, as Qt writes it."""
TEXT_SIZE = 11
DOT = 2.5


class CloudStrip(KeyFocus, QAbstractScrollArea):
    """Small pictures of clouds in a row.

    Attributes
    ----------
    clouds
        What is shown.
    figures
        What is said below each.
    colors
        Of each sample; entries of an Embedding have none.
    current
        The number of the one that is seen large elsewhere.
    picture
        Height of a picture in pixels.
    is_column, is_low
        Whether they stand below each other, and whether figures stand beside the titles to keep a row low.
    """

    chosen = Signal(int)
    """Somebody wants to see this one large."""
    menu_requested = Signal(object)
    """The context menu is wanted at a global QPoint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.clouds: Sequence[LayerCloud] = ()
        self.figures: Sequence[str] = ()
        self.colors: Sequence[str] = ()
        self.current = 0
        self.picture = PICTURE
        self.is_column = self.is_low = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Layers")
        self.set_form(is_low=False, is_column=False)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(lambda _: self.viewport().update())

    def show_clouds(
        self, clouds: Sequence[LayerCloud], figures: Sequence[str], colors: Sequence[str], current: int
    ) -> None:
        """Show these."""
        self.clouds, self.figures, self.colors = clouds, figures, colors
        self._fix_size()
        self._fit_scroll_bar()
        self.set_current(current)
        self.viewport().update()

    def set_current(self, number: int) -> None:
        """Mark this one, and bring it into sight if it has changed."""
        if number != self.current:
            self.current = number
            self._bring_into_sight()
        if self.clouds:
            self.setAccessibleDescription(f"{self.clouds[number].node} {self.figures[number]}")
        self.viewport().update()

    def set_form(self, is_low: bool, is_column: bool) -> None:
        """Stand in a row or in a column, with pictures as high as they should be or low ones."""
        self.is_low, self.is_column = is_low and not is_column, is_column
        self.picture = LOW_PICTURE if is_column else LOWEST_PICTURE if is_low else PICTURE
        across, down = Qt.ScrollBarPolicy.ScrollBarAsNeeded, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(down if is_column else across)
        self.setVerticalScrollBarPolicy(across if is_column else down)
        self._fix_size()
        self._fit_scroll_bar()
        self._bring_into_sight()
        self.viewport().update()

    def _fix_size(self) -> None:
        """Be as wide as a column or as high as a row, with a scroll bar where there is need for one."""
        if self.is_column:
            self.setMinimumSize(int(self._wide + 2 * GAP) + BAR, 0)
            self.setMaximumSize(int(self._wide + 2 * GAP) + BAR, NO_LIMIT)
        else:
            height = int(self._height) + (BAR if self._start(len(self.clouds)) > self.width() else 0)
            self.setMinimumSize(0, height)
            self.setMaximumSize(NO_LIMIT, height)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.viewport().update()

    def rect_of(self, number: int) -> QRectF:
        """Where a picture is, in pixels of the viewport."""
        start = self._start(number) - self._bar.value()
        return (
            QRectF(GAP, start + TITLE, self._wide, self.picture)
            if self.is_column
            else (QRectF(start, TITLE, self._wide, self.picture))
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(self.minimumWidth() or 120, self.minimumHeight() or int(self._height))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self.theme.panel))
        for number in range(len(self.clouds)):
            rect = self.rect_of(number)
            if rect.adjusted(0, -TITLE, 0, TITLE).intersects(QRectF(self.viewport().rect())):
                self._paint_one(painter, number, rect, is_picture=False)
        painter.end()

    def picture_height(self, width: float) -> float:
        """How high a picture of all of them is that is so wide."""
        return self._height * math.ceil(len(self.clouds) / self._across(width))

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint all of them in as many rows as needed into a rectangle of a picture."""
        across = self._across(rect.width())
        for number in range(len(self.clouds)):
            row, column = divmod(number, across)
            x, y = rect.left() + GAP + column * (self._wide + GAP), rect.top() + row * self._height + TITLE
            self._paint_one(painter, number, QRectF(x, y, self._wide, self.picture), is_picture=True)

    @property
    def _wide(self) -> float:
        return LOW_WIDTH if self.is_low else WIDTH

    @property
    def _height(self) -> float:
        """Of a row, with the words above and below the pictures."""
        return TITLE + self.picture + (0 if self.is_low else TITLE) + 4

    def _across(self, width: float) -> int:
        return max(1, math.floor((width - GAP) / (self._wide + GAP)))

    def _paint_one(self, painter: QPainter, number: int, rect: QRectF, is_picture: bool) -> None:
        cloud, theme = self.clouds[number], self.theme
        painter.setFont(body_font(TEXT_SIZE))
        metrics = QFontMetricsF(painter.font())
        is_current = number == self.current
        middle = Qt.AlignmentFlag.AlignCenter
        title = QRectF(rect.left(), rect.top() - TITLE, rect.width(), TITLE)
        below = QRectF(rect.left(), rect.bottom() + 2, rect.width(), TITLE)
        figure = self.figures[number]
        if self.is_low:  # the figure stands at the end of the same line
            below, middle = QRectF(title), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            title.setWidth(rect.width() - metrics.horizontalAdvance(figure) - 4)
        ink = theme.text if is_current else theme.dim
        for words, place, color, side in (
            (cloud.node, title, ink, Qt.AlignmentFlag.AlignVCenter if self.is_low else middle),
            (figure, below, theme.dim, middle),
        ):
            painter.setPen(QColor(color))
            words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, place.width())
            painter.drawText(place, side, words)
        painter.setBrush(QColor(theme.raised))
        painter.setPen(QPen(QColor(theme.accent if is_current else theme.outline), 1))
        painter.drawRect(rect)
        if is_current and self._shows_focus and not is_picture:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(rect.adjusted(-1, -1, 1, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        paint_dots(painter, rect.adjusted(4, 4, -4, -4), cloud.points, () if cloud.has_entries else self.colors, theme)

    # What somebody does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        along = event.position().y() if self.is_column else event.position().x() - GAP / 2
        number = math.floor((along + self._bar.value()) / self._stride)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= number < len(self.clouds):
            self.chosen.emit(number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().x() or event.angleDelta().y()
        self._bar.setValue(self._bar.value() - round(delta / 120 * self._stride))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        last = len(self.clouds) - 1
        moves = {
            Qt.Key.Key_Left: self.current - 1,
            Qt.Key.Key_Right: self.current + 1,
            Qt.Key.Key_Up: self.current - 1,
            Qt.Key.Key_Down: self.current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if key in moves and self.clouds:
            self._shows_focus = True
            self.chosen.emit(min(max(moves[key], 0), last))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fix_size()
        self._fit_scroll_bar()
        self._bring_into_sight()

    @property
    def _bar(self) -> QScrollBar:
        return self.verticalScrollBar() if self.is_column else self.horizontalScrollBar()

    @property
    def _stride(self) -> float:
        """Pixels from one picture to the next."""
        return self._height if self.is_column else self._wide + GAP

    @property
    def _room(self) -> int:
        return self.viewport().height() if self.is_column else self.viewport().width()

    def _start(self, number: int) -> float:
        """Where a picture begins, with its title, if nothing is scrolled."""
        return number * self._height if self.is_column else GAP + number * (self._wide + GAP)

    def _bring_into_sight(self) -> None:
        bar, start, room = self._bar, self._start(self.current), self._room
        size = self._height if self.is_column else self._wide
        if start < bar.value() or start + size > bar.value() + room:
            bar.setValue(math.floor(start + size / 2 - room / 2))

    def _fit_scroll_bar(self) -> None:
        room, bar = self._room, self._bar
        bar.setRange(0, max(0, math.ceil(self._start(len(self.clouds))) - room))
        bar.setPageStep(room)
        bar.setSingleStep(int(self._stride))


def paint_dots(
    painter: QPainter, rect: QRectF, points: np.ndarray, colors: Sequence[str], theme: Theme, size: float = DOT
) -> None:
    """Paint a cloud as large as it fits a rectangle.

    Parameters
    ----------
    points
        Shape ``(n, 2)``; nothing is painted if they are not finite.
    colors
        Of each point; all are of the same colour if there are none.
    """
    if not len(points) or not np.isfinite(points).all():
        return
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    middle = (low + high) / 2
    xs = rect.center().x() + (points[:, 0] - middle[0]) / span[0] * rect.width()
    ys = rect.center().y() - (points[:, 1] - middle[1]) / span[1] * rect.height()
    paint_points(painter, xs, ys, colors or [theme.accent] * len(points), size)


def paint_points(painter: QPainter, xs: np.ndarray, ys: np.ndarray, colors: Sequence[str], size: float) -> None:
    """Paint dots at pixels, colour by colour: to change the pen takes longer than to paint a dot."""
    groups: dict[str, QPolygonF] = {}
    for x, y, color in zip(xs.tolist(), ys.tolist(), colors, strict=True):
        groups.setdefault(color, QPolygonF()).append(QPointF(x, y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, dots in groups.items():
        pen = QPen(QColor(color), size)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(dots)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
