"""What the rows of the palette look like, and the card that a drag carries.

A heading says how many layers it has and whether they are shown; a layer shows the letters by which it was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from deepviz.gui import icons
from deepviz.gui.panels.layer_search import Match, Span
from deepviz.gui.panels.palette_rows import ROW, Index, Row
from deepviz.gui.theme import SMALL_SIZE, Theme, body_font
from deepviz.registry import Definition

MARGIN = 12
ROW_HEIGHT = 28
HEADING_HEIGHT = 28
ICON_SIZE = 16
LEAST_SYNONYM = 40
"""Pixels that it takes for a synonym to say anything."""
LEFT, MIDDLE, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight


class PaletteDelegate(QStyledItemDelegate):
    """Draws headings as small words and definitions as a bar of their category's hue, an icon and a name."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of a row; rows are as wide as the list."""
        row = index.data(ROW)
        return QSize(0, HEADING_HEIGHT if row is None or row.match is None else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(MARGIN, 2, -MARGIN, -2)
        if row.match is None:
            self._paint_heading(painter, area, option.state, row)
        else:
            self._paint_match(painter, area, option.state, row.match)
        painter.restore()

    def _paint_heading(self, painter: QPainter, area: QRectF, state: QStyle.StateFlag, row: Row) -> None:
        theme, color = self.theme, QColor(self.theme.dim)
        if state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            color = QColor(theme.text)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillPath(_rounded(area), QColor(theme.selected))
            if state & QStyle.StateFlag.State_HasFocus:
                _draw_focus(painter, theme, area)
        middle = QPointF(area.left() + 6, area.center().y() + 1)
        painter.setPen(QPen(color, 1.5, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(_chevron(middle, row.is_open))
        painter.setFont(_semi_bold(SMALL_SIZE))
        painter.setPen(color)
        words = area.adjusted(18, 2, -4, 0)
        painter.drawText(words, MIDDLE | LEFT, row.heading)
        painter.setFont(body_font(SMALL_SIZE))
        painter.setPen(QColor(theme.dim))
        painter.drawText(words, MIDDLE | RIGHT, str(row.count))

    def _paint_match(self, painter: QPainter, area: QRectF, state: QStyle.StateFlag, match: Match) -> None:
        theme, definition = self.theme, match.definition
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        shape = _rounded(area)
        painter.fillPath(shape, QColor(theme.selected if selected else theme.hover if hovered else theme.raised))
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(QRectF(area.left(), area.top(), 4, area.height()), QColor(theme.category(definition.category)))
        painter.restore()
        if selected and state & QStyle.StateFlag.State_HasFocus:
            _draw_focus(painter, theme, area)
        ink = theme.category_ink(definition.category)
        _draw_icon(painter, definition.key, ink, area.left() + 12, area.center().y(), ICON_SIZE)
        words = area.adjusted(38, 0, -8, 0)
        used = self._draw_marked(painter, words, definition.label, match.label_spans, theme.text)
        if match.synonym:
            self._draw_synonym(painter, words.adjusted(used + 10, 0, 0, 0), match)

    def _draw_synonym(self, painter: QPainter, room: QRectF, match: Match) -> None:
        """The words by which it was found, at the right; where there is too little room, from what was typed on."""
        heavy = body_font(SMALL_SIZE)
        heavy.setWeight(QFont.Weight.Bold)
        measure = QFontMetricsF(heavy)
        words, spans = match.synonym, match.synonym_spans
        if spans and spans[0].start and measure.horizontalAdvance(words) > room.width():
            cut = spans[0].start - 1
            words, spans = f"…{words[cut + 1 :]}", tuple(Span(span.start - cut, span.end - cut) for span in spans)
        if room.width() < LEAST_SYNONYM:
            return
        place = room.adjusted(max(room.width() - measure.horizontalAdvance(words), 0.0), 0, 0, 0)
        self._draw_marked(painter, place, words, spans, self.theme.dim, SMALL_SIZE)

    def _draw_marked(
        self, painter: QPainter, room: QRectF, text: str, spans: Sequence[Span], color: str, size: int | None = None
    ) -> float:
        """Draw a text with some of its letters heavier, cut off where the room ends. Returns the width it took."""
        plain = body_font(size) if size is not None else body_font()
        heavy = QFont(plain)
        heavy.setWeight(QFont.Weight.Bold)
        text = QFontMetricsF(heavy if spans else plain).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        x = room.left()
        for part, is_marked in _parts(text, spans):
            font = heavy if is_marked else plain
            width = QFontMetricsF(font).horizontalAdvance(part)
            painter.setFont(font)
            painter.setPen(QColor(self.theme.ink(self.theme.accent) if is_marked else color))
            painter.drawText(QRectF(x, room.top(), width + 4, room.height()), MIDDLE | LEFT, part)
            x += width
        return x - room.left()


def paint_card(painter: QPainter, theme: Theme, definition: type[Definition], size: QSize) -> None:
    """Draw the card that a definition will be on the canvas, to be carried by the pointer."""
    area = QRectF(QPointF(1, 1), QPointF(size.width() - 1, size.height() - 1))
    shape = QPainterPath()
    shape.addRoundedRect(area, 10, 10)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(shape, QColor(theme.panel))
    painter.save()
    painter.setClipPath(shape)
    painter.fillRect(QRectF(area.left(), area.top(), area.width(), 5), QColor(theme.category(definition.category)))
    painter.restore()
    painter.setPen(QPen(QColor(theme.accent), 1.5))
    painter.drawPath(shape)
    row = QRectF(area.left() + 12, area.top() + 5, area.width() - 24, 38)
    ink = theme.category_ink(definition.category)
    _draw_icon(painter, definition.key, ink, row.left(), row.center().y(), 18)
    font = _semi_bold(14)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    words = row.adjusted(28, 0, 0, 0)
    label = QFontMetricsF(font).elidedText(definition.label, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, MIDDLE | LEFT, label)


def _parts(text: str, spans: Sequence[Span]) -> list[tuple[str, bool]]:
    """A text in pieces, each of which is marked or not."""
    marked = [any(span.start <= place < span.end for span in spans) for place in range(len(text))]
    starts = [place for place in range(len(text)) if place == 0 or marked[place] != marked[place - 1]]
    return [(text[start:end], marked[start]) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _chevron(middle: QPointF, is_open: bool) -> list[QPointF]:
    corners = ((-3.5, -2.0), (0.0, 2.0), (3.5, -2.0)) if is_open else ((-2.0, -3.5), (2.0, 0.0), (-2.0, 3.5))
    return [middle + QPointF(x, y) for x, y in corners]


def _rounded(area: QRectF) -> QPainterPath:
    shape = QPainterPath()
    shape.addRoundedRect(area, 5, 5)
    return shape


def _draw_focus(painter: QPainter, theme: Theme, area: QRectF) -> None:
    painter.setPen(QPen(QColor(theme.accent), 1.5))
    painter.drawRoundedRect(area.adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)


def _draw_icon(painter: QPainter, name: str, color: str, left: float, middle: float, size: int) -> None:
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(left, middle - size / 2), icons.pixmap(name, color, size, ratio))


def _semi_bold(size: int) -> QFont:
    font = body_font(size)
    font.setWeight(QFont.Weight.DemiBold)
    return font
