"""The rows of the outline as Qt's trees want them, and what a row looks like."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from deepviz.document.graph import Edge
from deepviz.gui import icons
from deepviz.gui.panels.list_page import paint_ground
from deepviz.gui.panels.outline_rows import Kind, OutlineRow
from deepviz.gui.theme import SMALL_SIZE, Theme, body_font

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole + 1
"""Gives the `OutlineRow` itself."""

CARD_HEIGHT, EDGE_HEIGHT = 40, 26
_ICON = 16


class OutlineModel(QAbstractItemModel):
    """A tree of rows. What says something new keeps its place; only when rows come or go is the tree made anew."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[OutlineRow] = []
        self._parents: list[int] = []
        self._children: list[list[int]] = [[]]
        self._places: list[int] = []
        self._numbers: dict[tuple[Kind, str | Edge], int] = {}

    def show_rows(self, rows: tuple[OutlineRow, ...]) -> bool:
        """List these rows. Says whether rows have come or gone, so that nothing of the tree before is left."""
        flat, parents = _laid_out(rows)
        same = parents == self._parents and [row.key() for row in flat] == [row.key() for row in self._rows]
        if same:
            changed = [number for number, row in enumerate(flat) if row != self._rows[number]]
            self._rows = flat
            for number in changed:
                self.dataChanged.emit(self._index(number), self._index(number))
            return False
        self.beginResetModel()
        self._rows, self._parents = flat, parents
        self._children = [[] for _ in range(len(flat) + 1)]
        self._places = []
        self._numbers = {row.key(): number for number, row in enumerate(flat)}
        for number, parent in enumerate(parents):
            self._places.append(len(self._children[parent + 1]))
            self._children[parent + 1].append(number)
        self.endResetModel()
        return True

    def index_of(self, kinds: Iterable[Kind], thing: str | Edge) -> QModelIndex:
        """The row of one of these kinds for a node, group or edge; an invalid index if there is none."""
        for kind in kinds:
            if (kind, thing) in self._numbers:
                return self._index(self._numbers[kind, thing])
        return QModelIndex()

    def rows(self) -> tuple[OutlineRow, ...]:
        """All rows, each before those below it."""
        return tuple(self._rows)

    def row_at(self, index: Index) -> OutlineRow | None:
        """The row of an index; None for an invalid one."""
        return self._rows[index.internalId()] if index.isValid() else None

    # What Qt asks

    def index(self, row: int, column: int = 0, parent: Index | None = None) -> QModelIndex:
        """The index of a row below another."""
        siblings = self._below(parent)
        if column or not 0 <= row < len(siblings):
            return QModelIndex()
        return self.createIndex(row, 0, siblings[row])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override] # QObject's parent() is another one
        """The index of the row that another is below."""
        above = self._parents[index.internalId()] if index.isValid() else -1
        return self._index(above) if above >= 0 else QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows are below another."""
        return len(self._below(parent))

    def columnCount(self, parent: Index | None = None) -> int:
        """One: what a row says is one thing to a screen reader."""
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row says in one of Qt's roles."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.spoken
        if role == ROW:
            return row
        return None

    def _below(self, parent: Index | None) -> list[int]:
        return self._children[parent.internalId() + 1 if parent is not None and parent.isValid() else 0]

    def _index(self, number: int) -> QModelIndex:
        return self.createIndex(self._places[number], 0, number)


def _laid_out(rows: tuple[OutlineRow, ...]) -> tuple[list[OutlineRow], list[int]]:
    """All rows, and for each the number of the one that it is below; -1 for none."""
    flat: list[OutlineRow] = []
    parents: list[int] = []
    waiting = [(row, -1) for row in reversed(rows)]
    while waiting:
        row, parent = waiting.pop()
        waiting += [(child, len(flat)) for child in reversed(row.children)]
        flat.append(row)
        parents.append(parent)
    return flat, parents


class OutlineDelegate(QStyledItemDelegate):
    """Draws a node or group as two lines beside its icon, and a connection as one."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows are as wide as the tree."""
        row: OutlineRow = index.data(ROW)
        return QSize(0, CARD_HEIGHT if row.kind in ("group", "node") else EDGE_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row: OutlineRow = index.data(ROW)
        theme, area = self.theme, QRectF(option.rect).adjusted(0, 1, -6, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected, has_keys = (
            bool(option.state & flag) for flag in (QStyle.StateFlag.State_Selected, QStyle.StateFlag.State_HasFocus)
        )
        paint_ground(painter, area, option, theme, selected, has_keys)
        words = area.adjusted(6, 0, -6, 0)
        if row.icon:
            ratio = painter.device().devicePixelRatioF()
            drawn = icons.pixmap(row.icon, theme.category_ink(row.category), _ICON, ratio)
            painter.drawPixmap(QPointF(words.left(), area.center().y() - _ICON / 2), drawn)
            words.setLeft(words.left() + _ICON + 8)
        if row.problem:
            ratio = painter.device().devicePixelRatioF()
            drawn = icons.pixmap("warning", theme.ink(theme.warning, 3.0), _ICON, ratio)
            painter.drawPixmap(QPointF(words.right() - _ICON, area.center().y() - _ICON / 2), drawn)
            words.setRight(words.right() - _ICON - 6)
        self._paint_words(painter, words, row)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRectF, row: OutlineRow) -> None:
        if not row.facts:
            self._paint_line(painter, area, row.title, row.detail)
            return
        upper, lower = QRectF(area), QRectF(area)
        upper.setBottom(area.center().y() + 1)
        lower.setTop(area.center().y() - 1)
        self._paint_line(painter, upper, row.title, row.detail)
        painter.setFont(body_font(SMALL_SIZE))
        painter.setPen(QColor(self.theme.dim))
        painter.drawText(lower, _LEFT, _elided(painter, row.facts, lower.width()))

    def _paint_line(self, painter: QPainter, area: QRectF, title: str, detail: str) -> None:
        """A title in full, and of what stands beside it as much as there is room for."""
        font = body_font()
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        shown = _elided(painter, title, area.width())
        painter.drawText(area, _LEFT, shown)
        left = area.left() + QFontMetricsF(font).horizontalAdvance(shown) + 8
        small: QFont = body_font(SMALL_SIZE)
        painter.setFont(small)
        painter.setPen(QColor(self.theme.dim))
        if area.right() - left > 24:
            rest = QRectF(left, area.top(), area.right() - left, area.height())
            painter.drawText(rest, _LEFT, _elided(painter, detail, rest.width()))


def _elided(painter: QPainter, text: str, width: float) -> str:
    return QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, width)


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
