"""The cards of the template gallery: a list in rows under headings, walked through with the arrow keys.

Each card has a small picture of its network, a title, a sentence, and what to expect of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPen,
    QPixmap,
    QStandardItem,
    QStandardItemModel,
    QTextLayout,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from deepviz.document import examples
from deepviz.document.examples import Example
from deepviz.gui.amounts import counted, thousands
from deepviz.gui.template_sketch import paint_sketch
from deepviz.gui.theme import Theme, body_font

EXAMPLE = Qt.ItemDataRole.UserRole + 1

LEAST_CARD, CARD_HEIGHT = 228, 190
GAP = 12
HEADING_HEIGHT = 32
_SPARE = 4
"""Pixels of its width that the list keeps to itself; a row that took them would wrap one card too early."""

_SKETCH = 72
INSIDE = 12
_LINES, _LINE = 3, 16
"""How many lines the sentence may have, and their height."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class TemplateList(QListView):
    """Shows examples as cards in as many columns as fit.

    Parameters
    ----------
    theme
        The colours to draw in.
    """

    chosen = Signal(str)
    """Sent with the name of an example that was double-clicked or chosen with Enter."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = QStandardItemModel(self)
        self._delegate = _CardDelegate(theme, self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Templates")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setProperty("role", "cards")
        self.verticalScrollBar().setSingleStep(24)
        self.doubleClicked.connect(lambda _index: self.choose_current())

    @property
    def names(self) -> list[str]:
        """The names of the examples that are shown."""
        return [example.name for row in range(self._model.rowCount()) if (example := self._at(row)) is not None]

    @property
    def current(self) -> Example | None:
        """The example that is marked."""
        index = self.currentIndex()
        return self._at(index.row()) if index.isValid() else None

    def show_examples(self, found: Sequence[Example]) -> None:
        """Show these under the headings of their categories, and mark the first."""
        self._model.clear()
        for category, members in groupby(found, lambda each: each.category):
            heading = QStandardItem(category)
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            self._model.appendRow(heading)
            for example in members:
                self._model.appendRow(_item(example))
        if found:
            self.setCurrentIndex(self._model.index(1, 0))
        self.scrollToTop()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        self.viewport().update()

    def choose_current(self) -> None:
        """Choose what is marked."""
        if self.current is not None:
            self.chosen.emit(self.current.name)

    def walk(self, across: int, down: int) -> None:
        """Mark the next card to a side, or the nearest one in the next row."""
        rows = [row for row in range(self._model.rowCount()) if self._at(row) is not None]
        if not rows:
            return
        here = self.currentIndex().row()
        if across:
            place = max(0, min(len(rows) - 1, rows.index(here) + across))
            self._mark(rows[place])
            return
        start = self.visualRect(self.currentIndex()).center()
        ahead = [(row, self.visualRect(self._model.index(row, 0)).center()) for row in rows]
        ahead = [(row, centre) for row, centre in ahead if (centre.y() - start.y()) * down > CARD_HEIGHT // 2]
        if ahead:
            nearest = min(ahead, key=lambda each: (abs(each[1].y() - start.y()), abs(each[1].x() - start.x())))
            self._mark(nearest[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter chooses; the rest is for others, such as the search."""
        if event.key() in _ARROWS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.walk(*_ARROWS[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_current()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def card_size(self) -> QSize:
        """The size of a card: as many as fit share the width."""
        width = self.viewport().width() - _SPARE
        columns = max(1, width // (LEAST_CARD + GAP))
        return QSize(width // columns, CARD_HEIGHT + GAP)

    def _at(self, row: int) -> Example | None:
        found = self._model.index(row, 0).data(EXAMPLE)
        return found if isinstance(found, Example) else None

    def _mark(self, row: int) -> None:
        index = self._model.index(row, 0)
        self.setCurrentIndex(index)
        if row > 0 and self._at(row - 1) is None:
            self.scrollTo(self._model.index(row - 1, 0))  # the heading comes into sight with the first card under it
        self.scrollTo(index)


def figures(example: Example) -> str:
    """What a card says at its foot: how large it is and how long it takes."""
    count = example.parameters
    shown = thousands(count) if count < 10_000 else f"{count / 1000:.0f}k"
    words = [counted(example.layers, "layer"), f"{shown} parameters"]
    if example.seconds:
        words.append(f"≈ {example.seconds} s")
    return " · ".join(words)


def _item(example: Example) -> QStandardItem:
    item = QStandardItem(example.title)
    item.setData(example, EXAMPLE)
    reaches = f"Reaches {example.result}." if example.result else "It learns from files of your own."
    item.setToolTip(f"{example.title}: {example.data}, {example.epochs} epochs.\n{reaches}")
    item.setData(f"{example.title}. {example.description}", Qt.ItemDataRole.AccessibleTextRole)
    item.setData(f"{figures(example)}. {reaches}", Qt.ItemDataRole.AccessibleDescriptionRole)
    return item


class _CardDelegate(QStyledItemDelegate):
    """Paints cards and headings."""

    def __init__(self, theme: Theme, owner: TemplateList) -> None:
        super().__init__(owner)
        self.theme = theme
        self._list = owner
        self._sketches: dict[tuple[str, str, int, float], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        if index.data(EXAMPLE) is None:
            return QSize(self._list.viewport().width() - _SPARE, HEADING_HEIGHT)
        return self._list.card_size()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        example, area = index.data(EXAMPLE), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if example is None:
            self._paint_heading(painter, area, str(index.data()))
        else:
            state = option.state
            card = area.adjusted(0, 0, -GAP, -GAP)
            self._paint_card(painter, card, example, index == self._list.currentIndex(), state)
        painter.restore()

    def _paint_heading(self, painter: QPainter, area: QRect, words: str) -> None:
        font = body_font(13)
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_card(
        self, painter: QPainter, card: QRect, example: Example, is_current: bool, state: QStyle.StateFlag
    ) -> None:
        theme = self.theme
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(QColor(theme.selected if is_current else theme.hover if is_hovered else theme.raised))
        width = 2.0 if is_current else 1.0
        painter.setPen(QPen(QColor(theme.accent if is_current else theme.line), width))
        painter.drawRoundedRect(QRectF(card).adjusted(width / 2, width / 2, -width / 2, -width / 2), 8, 8)
        inside = card.adjusted(INSIDE, INSIDE, -INSIDE, -10)
        painter.drawPixmap(inside.topLeft(), self._sketch(painter, example, inside.width()))
        title = body_font(13)
        title.setWeight(title.Weight.DemiBold)
        painter.setFont(title)
        painter.setPen(QColor(theme.text))
        top = inside.top() + _SKETCH + 6
        words = QFontMetricsF(title).elidedText(example.title, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(QRect(inside.left(), top, inside.width(), 20), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(body_font(12))
        painter.setPen(QColor(theme.dim))
        for number, words in enumerate(lines_of(example.description, painter.font(), inside.width())):
            line = QRect(inside.left(), top + 21 + number * _LINE, inside.width(), _LINE)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
        foot = QRect(inside.left(), inside.bottom() - 15, inside.width(), 16)
        painter.setFont(body_font(11))
        words = QFontMetricsF(painter.font()).elidedText(figures(example), Qt.TextElideMode.ElideRight, foot.width())
        painter.drawText(foot, Qt.AlignmentFlag.AlignVCenter, words)

    def _sketch(self, painter: QPainter, example: Example, width: int) -> QPixmap:
        ratio = painter.device().devicePixelRatio()
        key = (example.name, self.theme.name, width, ratio)
        if key not in self._sketches:
            made = QPixmap(round(width * ratio), round(_SKETCH * ratio))
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            brush = QPainter(made)
            paint_sketch(brush, QRectF(0, 0, width, _SKETCH), examples.open_example(example.name).graph, self.theme)
            brush.end()
            if len(self._sketches) > 4 * len(examples.names()):  # of other widths, while the window was resized
                self._sketches.clear()
            self._sketches[key] = made
        return self._sketches[key]


def lines_of(text: str, font: QFont, width: float) -> list[str]:
    """A text in lines of `width` pixels; should there be too many, the last is shortened."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    found: list[str] = []
    while len(found) < _LINES and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start, end = line.textStart(), line.textStart() + line.textLength()
        is_cut = len(found) == _LINES - 1 and end < len(text)
        rest = text[start:] if is_cut else text[start:end].rstrip()
        found.append(QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width) if is_cut else rest)
    layout.endLayout()
    return found
