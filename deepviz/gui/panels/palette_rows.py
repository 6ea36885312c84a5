"""The rows of the palette: what was used lately, then all definitions under the headings of their categories.

Headings can be closed. A search lists what it found, nearest first, without headings.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from deepviz.gui.amounts import counted
from deepviz.gui.panels.layer_search import Match, found
from deepviz.gui.panels.layer_tip import tool_tip
from deepviz.gui.theme import CATEGORY_HUES
from deepviz.registry import Definition

Index = QModelIndex | QPersistentModelIndex
DEFINITION = Qt.ItemDataRole.UserRole + 1
ROW = Qt.ItemDataRole.UserRole + 2
RECENT = "Recently used"
MOST_RECENT = 5


@dataclass(frozen=True)
class Row:
    """A line of the palette: a heading, or one of the definitions under it.

    Attributes
    ----------
    heading
        The heading, or the one it stands under; empty in the list of what a search found.
    match
        What stands here; None for a heading.
    count
        How many definitions a heading has under it.
    is_open
        Whether they are shown.
    """

    heading: str
    match: Match | None = None
    count: int = 0
    is_open: bool = True

    @property
    def definition(self) -> type[Definition] | None:
        """What can be placed; None for a heading."""
        return self.match.definition if self.match is not None else None


class PaletteModel(QAbstractListModel):
    """The rows that a palette shows.

    Parameters
    ----------
    entries
        What can be placed; within a category their order is kept.
    """

    closed_changed = Signal()
    """Sent when a heading has been opened or closed by a person."""

    def __init__(self, entries: Sequence[type[Definition]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[type[Definition]] = []
        self._search = ""
        self._recent: tuple[str, ...] = ()
        self._closed: set[str] = set()
        self._rows: list[Row] = []
        self.set_entries(entries)

    @property
    def closed(self) -> tuple[str, ...]:
        """The headings that are closed, in lower case and in the order of the alphabet."""
        return tuple(sorted(self._closed))

    @property
    def recent(self) -> tuple[str, ...]:
        """Keys of what was used lately, newest first."""
        return self._recent

    def set_entries(self, entries: Sequence[type[Definition]]) -> None:
        """List other definitions."""
        order = {category: position for position, category in enumerate(CATEGORY_HUES)}
        unknown = order["loss"] - 0.5  # categories of the user's own come before the losses, by the first met
        self._entries = sorted(entries, key=lambda entry: order.get(entry.category.casefold(), unknown))
        self._list_rows()

    def set_search(self, search: str) -> None:
        """List only what a person may mean by `search`, nearest first."""
        self._search = search
        self._list_rows()

    def set_recent(self, keys: Sequence[str]) -> None:
        """List these, newest first, above all categories."""
        self._recent = tuple(keys)[:MOST_RECENT]
        self._list_rows()

    def set_closed(self, headings: Collection[str]) -> None:
        """Close these headings and open all others."""
        self._closed = {heading.casefold() for heading in headings}
        self._list_rows()

    def set_open(self, heading: str, is_open: bool) -> None:
        """Open or close one heading because somebody wants to."""
        folded = heading.casefold()
        if (folded not in self._closed) != is_open:
            self._closed ^= {folded}
            self._list_rows()
            self.closed_changed.emit()

    def best_match(self) -> QModelIndex:
        """What a search most likely meant, the first row of those found; an invalid index if there is none."""
        return self.index(0) if self._search.strip() and self._rows else QModelIndex()

    def index_of(self, key: str) -> QModelIndex:
        """The row of the definition with this key under its own category; an invalid index if it is not listed now."""
        rows = [at for at, row in enumerate(self._rows) if row.definition is not None and row.definition.key == key]
        return self.index(rows[-1]) if rows and self._rows[rows[-1]].heading != RECENT else QModelIndex()

    def index_of_heading(self, heading: str) -> QModelIndex:
        """The row of a heading; an invalid index if it is not listed now."""
        rows = [at for at, row in enumerate(self._rows) if row.match is None and row.heading == heading]
        return self.index(rows[0]) if rows else QModelIndex()

    def heading_of(self, key: str) -> str:
        """The heading that a definition stands under; empty if there is no such definition."""
        return next((entry.category for entry in self._entries if entry.key == key), "")

    def row_at(self, index: Index) -> Row | None:
        """What stands in a row; None for no row."""
        return self._rows[index.row()] if index.isValid() else None

    def is_stop(self, number: int) -> bool:
        """Whether arrow keys stop at a row: at definitions, and at headings that would open with the next key."""
        row = self._rows[number]
        return row.match is not None or not row.is_open

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows there are, headings included."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Definitions can be chosen and dragged; closed headings can be chosen, to open them."""
        row = self.row_at(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        if row.definition is not None:
            return flags | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags if row.is_open else flags | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row says in one of Qt's roles; `DEFINITION` gives its definition's class, None for a heading."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == ROW:
            return row
        if role == DEFINITION:
            return row.definition
        return _heading(row, role) if row.match is None else _of(row.match, role)

    def _list_rows(self) -> None:
        self.beginResetModel()
        if self._search.strip():
            self._rows = [Row("", match) for match in found(self._entries, self._search, self._recent)]
        else:
            self._rows = []
            by_key = {entry.key: entry for entry in self._entries}
            self._add_group(RECENT, [by_key[key] for key in self._recent if key in by_key])
            groups: dict[str, list[type[Definition]]] = {}
            for entry in self._entries:
                groups.setdefault(entry.category, []).append(entry)
            for category, members in groups.items():
                self._add_group(category, members)
        self.endResetModel()

    def _add_group(self, heading: str, members: Sequence[type[Definition]]) -> None:
        if members:
            is_open = heading.casefold() not in self._closed
            self._rows.append(Row(heading, None, len(members), is_open))
            if is_open:
                self._rows += [Row(heading, Match(member)) for member in members]


def _heading(row: Row, role: int) -> object:
    if role == Qt.ItemDataRole.DisplayRole:
        return row.heading
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return f"{row.heading}, {counted(row.count, 'layer')}, {'open' if row.is_open else 'closed'}"
    if role == Qt.ItemDataRole.AccessibleDescriptionRole:
        return "The left arrow key closes it." if row.is_open else "The right arrow key or Enter opens it."
    return None


def _of(match: Match, role: int) -> object:
    definition = match.definition
    if role == Qt.ItemDataRole.DisplayRole:
        return definition.label
    if role == Qt.ItemDataRole.ToolTipRole:
        return tool_tip(definition)
    if role == Qt.ItemDataRole.AccessibleTextRole:
        also = f", also called {match.synonym}" if match.synonym else ""
        return f"{definition.label}, {definition.category}{also}"
    if role == Qt.ItemDataRole.AccessibleDescriptionRole:
        return definition.summary()
    return None
