"""The samples as every layer sees them, in small pictures from the input to the output, each with its figure."""

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
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from deepviz.gui.plots.key_focus import KeyFocus
from deepviz.gui.theme import DARK, Theme, body_font
from deepviz.insight.projection import LayerCloud

WIDTH, GAP, TITLE = 88.0, 8.0, 15.0
PICTURE, LOW_PICTURE = 62.0, 40.0
"""Height of a picture, and where there is little room."""
BAR = 12
"""Pixels for the scroll bar."""
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
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Layers")
        self.set_low(False)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self.viewport().update())

    def show_clouds(
        self, clouds: Sequence[LayerCloud], figures: Sequence[str], colors: Sequence[str], current: int
    ) -> None:
        """Show these."""
        self.clouds, self.figures, self.colors = clouds, figures, colors
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

    def set_low(self, on: bool) -> None:
        """Have low pictures, or those that are as high as they should be."""
        self.picture = LOW_PICTURE if on else PICTURE
        self.setFixedHeight(int(self._height) + BAR)
        self.viewport().update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.viewport().update()

    def rect_of(self, number: int) -> QRectF:
        """Where a picture is, in pixels of the viewport."""
        return QRectF(self._left(number) - self.horizontalScrollBar().value(), TITLE, WIDTH, self.picture)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, int(self._height) + BAR)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self.theme.panel))
        for number in range(len(self.clouds)):
            rect = self.rect_of(number)
            if rect.right() >= 0 and rect.left() <= self.viewport().width():
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
            x, y = rect.left() + GAP + column * (WIDTH + GAP), rect.top() + row * self._height + TITLE
            self._paint_one(painter, number, QRectF(x, y, WIDTH, self.picture), is_picture=True)

    @property
    def _height(self) -> float:
        """Of a row, with the words above and below the pictures."""
        return TITLE + self.picture + TITLE + 4

    def _across(self, width: float) -> int:
        return max(1, math.floor((width - GAP) / (WIDTH + GAP)))

    def _paint_one(self, painter: QPainter, number: int, rect: QRectF, is_picture: bool) -> None:
        cloud, theme = self.clouds[number], self.theme
        painter.setFont(body_font(TEXT_SIZE))
        metrics = QFontMetricsF(painter.font())
        is_current = number == self.current
        middle = Qt.AlignmentFlag.AlignCenter
        for words, y, ink in (
            (cloud.node, rect.top() - TITLE, theme.text if is_current else theme.dim),
            (self.figures[number], rect.bottom() + 2, theme.dim),
        ):
            painter.setPen(QColor(ink))
            words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, rect.width())
            painter.drawText(QRectF(rect.left(), y, rect.width(), TITLE), middle, words)
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
        x = event.position().x() + self.horizontalScrollBar().value()
        number = math.floor((x - GAP / 2) / (WIDTH + GAP))
        if event.button() == Qt.MouseButton.LeftButton and 0 <= number < len(self.clouds):
            self.chosen.emit(number)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().x() or event.angleDelta().y()
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - round(delta / 120 * WIDTH))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        last = len(self.clouds) - 1
        moves = {
            Qt.Key.Key_Left: self.current - 1,
            Qt.Key.Key_Right: self.current + 1,
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
        self._fit_scroll_bar()
        self._bring_into_sight()

    def _bring_into_sight(self) -> None:
        bar, left = self.horizontalScrollBar(), self._left(self.current)
        if left < bar.value() or left + WIDTH > bar.value() + self.viewport().width():
            bar.setValue(math.floor(left + WIDTH / 2 - self.viewport().width() / 2))

    def _left(self, number: int) -> float:
        return GAP + number * (WIDTH + GAP)

    def _fit_scroll_bar(self) -> None:
        width = self.viewport().width()
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, math.ceil(self._left(len(self.clouds))) - width))
        bar.setPageStep(width)
        bar.setSingleStep(int(WIDTH))


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
