"""The rows of the palette: definitions under the headings of their categories, narrowed by a search.

The model knows what is listed and in which order; the delegate knows what a row looks like.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from deepviz.gui import icons
from deepviz.gui.panels.values import counts, written
from deepviz.gui.theme import CATEGORY_HUES, SMALL_SIZE, Theme, body_font
from deepviz.registry import Definition, Hyperparameter

Index = QModelIndex | QPersistentModelIndex
DEFINITION = Qt.ItemDataRole.UserRole + 1
MARGIN = 12
ROW_HEIGHT = 30
HEADING_HEIGHT = 30
FIRST_HEADING_HEIGHT = 24


@dataclass(frozen=True)
class Row:
    """A line of the palette: the heading of a category, or one of its definitions."""

    category: str
    definition: type[Definition] | None = None


class PaletteModel(QAbstractListModel):
    """The rows that match a search, in the order of categories.

    Parameters
    ----------
    entries
        What can be placed; within a category their order is kept.
    """

    def __init__(self, entries: Sequence[type[Definition]]) -> None:
        super().__init__()
        self._entries: list[type[Definition]] = []
        self._search = ""
        self._rows: list[Row] = []
        self.set_entries(entries)

    def set_entries(self, entries: Sequence[type[Definition]]) -> None:
        """List other definitions."""
        known = list(CATEGORY_HUES)
        order = {category: position for position, category in enumerate(known)}
        unknown = order["loss"] - 0.5  # categories of the user's own come before the losses, by the first met
        self._entries = sorted(entries, key=lambda entry: order.get(entry.category.casefold(), unknown))
        self.set_search(self._search)

    def set_search(self, search: str) -> None:
        """List only definitions in which every word of `search` is found."""
        self._search = search
        words = search.casefold().split()
        self.beginResetModel()
        self._rows = []
        groups: dict[str, list[type[Definition]]] = {}
        for entry in self._entries:
            if all(word in _haystack(entry) for word in words):
                groups.setdefault(entry.category, []).append(entry)
        for category, members in groups.items():
            self._rows += [Row(category), *(Row(category, member) for member in members)]
        self.endResetModel()

    def best_match(self) -> QModelIndex:
        """The row that a search most likely meant; an invalid index if there is none."""
        search = self._search.casefold().strip()
        placed = [(_rank(row.definition, search), at) for at, row in enumerate(self._rows) if row.definition]
        return self.index(min(placed)[1]) if placed else QModelIndex()

    def index_of(self, key: str) -> QModelIndex:
        """The row of the definition with this key; an invalid index if it is not listed now."""
        for at, row in enumerate(self._rows):
            if row.definition is not None and row.definition.key == key:
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows there are, headings included."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Definitions can be chosen and dragged; headings cannot."""
        if not index.isValid() or self._rows[index.row()].definition is None:
            return Qt.ItemFlag.ItemNeverHasChildren
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row says in one of Qt's roles; `DEFINITION` gives its definition's class, None for a heading."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.category if row.definition is None else row.definition.label
        if role == DEFINITION:
            return row.definition
        if row.definition is not None:
            if role == Qt.ItemDataRole.ToolTipRole:
                return tool_tip(row.definition)
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.definition.label}, {row.category}"
            if role == Qt.ItemDataRole.AccessibleDescriptionRole:
                return row.definition.summary()
        return None


def _haystack(entry: type[Definition]) -> str:
    words = (entry.label, entry.key, *entry.synonyms, entry.category, entry.summary())
    return "\n".join(words).casefold()


def _rank(entry: type[Definition], search: str) -> int:
    """How far a definition is from what was typed: 0 for its very name, more for a word of its description."""
    names = [entry.label.casefold(), entry.key.casefold()]
    synonyms = [synonym.casefold() for synonym in entry.synonyms]
    tests = (
        search in names,
        any(name.startswith(search) for name in names),
        search in synonyms,
        any(synonym.startswith(search) for synonym in synonyms),
        any(search in name for name in names),
        any(search in synonym for synonym in synonyms),
    )
    return tests.index(True) if True in tests else len(tests)


def tool_tip(entry: type[Definition]) -> str:
    """What a definition is, computes and lets a person choose, as rich text; without what few people change."""
    formula = str(getattr(entry, "formula", "") or "")
    parts = [f"<b>{html.escape(entry.label)}</b>", f"<br>{html.escape(entry.summary())}"]
    if formula:
        parts.append(f"<p style='margin:6px 0 0 0'><code>{html.escape(formula)}</code></p>")
    shown = [each for each in entry.hyperparameters() if not each.advanced and _counts(entry, each)]
    if shown:
        lines = (f"{html.escape(each.label)}: {html.escape(_default(each))}" for each in shown)
        parts.append(f"<p style='margin:6px 0 0 0'>{'<br>'.join(lines)}</p>")
    parts.append("<p style='margin:6px 0 0 0'><i>Drag it onto the canvas, or press Enter.</i></p>")
    return f"<div style='width:280px'>{''.join(parts)}</div>"


def _counts(entry: type[Definition], hyperparameter: Hyperparameter) -> bool:
    """Whether a hyperparameter makes a difference while the others have their defaults."""
    return any(each.required for each in entry.hyperparameters()) or counts(entry(), hyperparameter.name)


def _default(hyperparameter: Hyperparameter) -> str:
    if hyperparameter.required:
        return "to be chosen"
    return written(hyperparameter.default, hyperparameter.kind).replace("_", " ") or "none"


class PaletteDelegate(QStyledItemDelegate):
    """Draws headings as small words and definitions as a bar of their category's hue, an icon and a name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The height of a row; rows are as wide as the list."""
        if index.data(DEFINITION) is not None:
            return QSize(0, ROW_HEIGHT)
        return QSize(0, FIRST_HEADING_HEIGHT if index.row() == 0 else HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        definition = index.data(DEFINITION)
        area = QRectF(option.rect)
        if definition is None:
            painter.setFont(_semi_bold(SMALL_SIZE))
            painter.setPen(QColor(self.theme.dim))
            painter.drawText(
                area.adjusted(MARGIN + 2, 0, -MARGIN, -6),
                Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft,
                str(index.data()),
            )
        else:
            state = option.state
            self._paint_definition(painter, area.adjusted(MARGIN, 2, -MARGIN, -2), state, definition)
        painter.restore()

    def _paint_definition(
        self, painter: QPainter, area: QRectF, state: QStyle.StateFlag, definition: type[Definition]
    ) -> None:
        theme = self.theme
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        shape = QPainterPath()
        shape.addRoundedRect(area, 5, 5)
        painter.fillPath(shape, QColor(theme.selected if selected else theme.hover if hovered else theme.raised))
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(QRectF(area.left(), area.top(), 4, area.height()), QColor(theme.category(definition.category)))
        painter.restore()
        if selected and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRoundedRect(area.adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)
        ink = theme.category_ink(definition.category)
        _draw_icon(painter, definition.key, ink, area.left() + 12, area.center().y(), 16)
        font = body_font()
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        words = area.adjusted(38, 0, -8, 0)
        label = QFontMetricsF(font).elidedText(definition.label, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)


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
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)


def _draw_icon(painter: QPainter, name: str, color: str, left: float, middle: float, size: int) -> None:
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(left, middle - size / 2), icons.pixmap(name, color, size, ratio))


def _semi_bold(size: int) -> QFont:
    font = body_font(size)
    font.setWeight(QFont.Weight.DemiBold)
    return font
