"""Paints a confusion matrix: its cells, the names around it, and what each class comes to at its edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from deepviz.gui.plots.confusion_cells import ConfusionCells, share_text
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.theme import Theme, body_font, number_font, readable

TEXT_SIZE, SMALL_TEXT_SIZE = 11, 9
SIZES = (28, 22, 18, 14, TEXT_SIZE, SMALL_TEXT_SIZE, 8, 7)
"""Of the numbers in cells, the largest first."""
LARGE_SHARE = 0.3
"""Of the height of a cell, what numbers larger than usual may have."""
MARGIN, CAPTION, NAMES = 10.0, 18.0, 18.0
SUM_WIDTH = 52.0
LEAST_NAMED = 13.0
"""Pixels of a row that a name fits in."""
SHORTEST_NAME = 30.0
"""Pixels down to which names of columns are cut before only some of them are shown."""
BETWEEN = 6.0
"""Pixels between two numbers side by side, so that they are not read as one."""
LEAST_TOLD, LEAST_GAP = 14.0, 6.0
"""Pixels of a cell that a number fits in, and of one that can spare a line between it and the next."""


@dataclass(frozen=True)
class Place:
    """Where a grid is.

    Attributes
    ----------
    frame
        The place for cells, in pixels.
    start
        Where the first cell begins; outside the frame if the grid was moved.
    width, height
        Of a cell.
    classes
        How many rows and columns there are.
    """

    frame: QRectF
    start: QPointF
    width: float
    height: float
    classes: int

    def cell(self, row: int, column: int) -> QRectF:
        """Where a cell is."""
        return QRectF(self.start.x() + column * self.width, self.start.y() + row * self.height, self.width, self.height)

    @property
    def cells(self) -> QRectF:
        """What of the frame has cells."""
        all_of_them = QRectF(self.start.x(), self.start.y(), self.width * self.classes, self.height * self.classes)
        return all_of_them.intersected(self.frame)

    @property
    def rows(self) -> range:
        """The rows in sight."""
        return self._in_sight(self.frame.top(), self.frame.bottom(), self.start.y(), self.height)

    @property
    def columns(self) -> range:
        """The columns in sight."""
        return self._in_sight(self.frame.left(), self.frame.right(), self.start.x(), self.width)

    def _in_sight(self, low: float, high: float, start: float, size: float) -> range:
        first = max(0, math.floor((low - start) / size + 1e-6))
        return range(first, min(self.classes, math.ceil((high - start) / size - 1e-6)))


def paint_titles(painter: QPainter, place: Place, captions: Sequence[str], width: float, theme: Theme) -> None:
    """What is counted, and what rows and columns are."""
    painter.setFont(body_font(TEXT_SIZE))
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(theme.text))
    line = QRectF(MARGIN, 2, width - 2 * MARGIN, CAPTION)
    # A shorter wording where there is no room for the whole of it.
    words = next((each for each in captions if metrics.horizontalAdvance(each) <= line.width()), captions[-1])
    words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
    painter.setPen(QColor(theme.dim))
    cells = place.cells
    above = QRectF(cells.center().x() - 40, CAPTION, 80, 16)
    painter.drawText(above, Qt.AlignmentFlag.AlignCenter, "predicted")
    painter.save()
    painter.translate(MARGIN - 2, cells.center().y() + 30)
    painter.rotate(-90)
    painter.drawText(QRectF(0, 0, 60, 14), Qt.AlignmentFlag.AlignCenter, "true")
    painter.restore()


def paint_names(painter: QPainter, place: Place, cells: ConfusionCells, theme: Theme) -> None:
    """The names of the classes, as many as there is room for."""
    painter.setFont(body_font(TEXT_SIZE))
    painter.setPen(QColor(theme.text))
    metrics = QFontMetricsF(painter.font())
    left, elide = MARGIN + 14, Qt.TextElideMode.ElideRight
    for row, middle in _named_rows(place):
        box = QRectF(left, middle - 8, place.frame.left() - left - 6, 16)
        name = metrics.elidedText(cells.names[row], elide, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
    widest = max((metrics.horizontalAdvance(name) for name in cells.names), default=0.0)
    for column, middle, room in _named_columns(place, min(widest, SHORTEST_NAME) + 6):
        box = QRectF(middle - room / 2, CAPTION + 15, room, NAMES)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, metrics.elidedText(cells.names[column], elide, room - 2))


def paint_cells(painter: QPainter, place: Place, cells: ConfusionCells, theme: Theme) -> None:
    """The cells, with numbers in them where there is room."""
    if min(place.width, place.height) < LEAST_GAP:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        size = place.classes
        painter.drawImage(
            QRectF(place.start.x(), place.start.y(), place.width * size, place.height * size), cells.image()
        )
        return
    font = _number_font(place, cells)
    painter.setFont(font or number_font(TEXT_SIZE))
    for row in place.rows:
        for column in place.columns:
            box, color = place.cell(row, column).adjusted(0, 0, -1, -1), cells.color(row, column)
            painter.fillRect(box, color)
            if font is not None:
                ink = theme.text if cells.answer.counts[row, column] else theme.dim
                painter.setPen(QColor(readable(ink, color.name(), 4.5)))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cells.text(row, column))


def _number_font(place: Place, cells: ConfusionCells) -> QFont | None:
    """The largest that all numbers fit in; None if there is none, as some of them alone would read as if all were."""
    if place.height < LEAST_TOLD:
        return None
    texts = {cells.text(row, column) for row in place.rows for column in place.columns}
    for size in SIZES:
        font = number_font(size)
        if size > TEXT_SIZE and size > LARGE_SHARE * place.height:
            continue
        if _widest(tuple(texts), font) <= place.width - 2:
            return font
    return None


def paint_sums(painter: QPainter, place: Place, cells: ConfusionCells, theme: Theme) -> None:
    """How many samples each class has, how much of it is found, and how much of what is taken for it is it."""
    painter.setFont(body_font(TEXT_SIZE))
    painter.setPen(QColor(theme.dim))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    left, bottom = place.cells.right() + 4, place.cells.bottom() + 2
    for number, title in enumerate(("samples", "recall")):
        painter.drawText(QRectF(left + number * SUM_WIDTH, CAPTION + 15, SUM_WIDTH - 2, NAMES), right, title)
    painter.drawText(QRectF(0, bottom, place.frame.left() - 6, 16), right, "precision")
    painter.setFont(number_font(TEXT_SIZE))
    for row, middle in _named_rows(place):
        texts = format_integer(int(cells.answer.counts[row].sum())), share_text(float(cells.recall[row]))
        for number, text in enumerate(texts):
            painter.drawText(QRectF(left + number * SUM_WIDTH, middle - 8, SUM_WIDTH - 2, 16), right, text)
    shares = [share_text(float(share)) for share in cells.precision]
    if _widest(shares, painter.font()) + BETWEEN > place.width:
        painter.setFont(number_font(SMALL_TEXT_SIZE))
    for column, middle, room in _named_columns(place, _widest(shares, painter.font()) + BETWEEN):
        place_of_text = QRectF(middle - room / 2, bottom, room, 16)
        painter.drawText(place_of_text, Qt.AlignmentFlag.AlignCenter, shares[column])


def _widest(texts: Sequence[str], font: QFont) -> float:
    metrics = QFontMetricsF(font)
    return max((metrics.horizontalAdvance(text) for text in texts), default=0.0)


def _named_rows(place: Place) -> list[tuple[int, float]]:
    """The rows that have a name, with their middles: as many as there is room for."""
    stride = max(1, math.ceil(LEAST_NAMED / place.height))
    rows = [(row, place.cell(row, 0).center().y()) for row in place.rows if row % stride == 0]
    return [(row, middle) for row, middle in rows if place.frame.top() <= middle <= place.frame.bottom()]


def _named_columns(place: Place, width: float) -> list[tuple[int, float, float]]:
    """The columns that have words of a width below or above them, with their middles and the room there is."""
    stride = max(1, math.ceil(width / place.width))
    columns = [(each, place.cell(0, each).center().x()) for each in place.columns if each % stride == 0]
    inside = place.frame.left(), place.frame.right()
    return [(each, middle, stride * place.width) for each, middle in columns if inside[0] <= middle <= inside[1]]
