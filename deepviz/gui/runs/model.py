"""The list of runs as Qt's tables want it: sorted by any column, filtered by project and words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from deepviz.gui.runs.columns import Column, columns_of, setting_text, when_words
from deepviz.gui.runs.wanted_words import WantedWords
from deepviz.training.run_summary import RunSummary

NUMBERS = re.compile("([0-9]+)")
Index = QModelIndex | QPersistentModelIndex
NAME = 1
"""The column of names."""
RUN = Qt.ItemDataRole.UserRole + 1
"""The `RunSummary` of a row."""


class RunsModel(QAbstractTableModel):
    """The runs that pass the filter, in the order that was chosen. Sent `renamed` when somebody has typed a name."""

    renamed = Signal(str, str)
    starred = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[RunSummary] = []
        self.open_runs: tuple[str, ...] = ()
        """The ids of those that are not as they are kept."""
        self.runs: list[RunSummary] = []
        self.columns: list[Column] = columns_of([], False)
        self._projects: tuple[str, ...] | None = None
        self._words = WantedWords("")
        self._key, self._is_falling = "created", True

    @property
    def total(self) -> int:
        """How many runs there are, shown or not."""
        return len(self._all)

    @property
    def order(self) -> tuple[str, bool]:
        """The key of the column that the runs are sorted by, and whether from large to small."""
        return self._key, self._is_falling

    def sort_by(self, key: str, is_falling: bool) -> None:
        """Sort by the column with this key, whether it is shown or not."""
        self._key, self._is_falling = key, is_falling
        self._arrange()

    @property
    def sorted_by(self) -> tuple[int, bool]:
        """The column that the runs are sorted by, and whether from large to small; -1 if it is not shown."""
        keys = [column.key for column in self.columns]
        return keys.index(self._key) if self._key in keys else -1, self._is_falling

    def show_runs(self, runs: Sequence[RunSummary], open_runs: Sequence[RunSummary] = ()) -> None:
        """Take other runs: those that are kept, newest first, and what is to stand in the place of some of them."""
        self.open_runs = tuple(each.id for each in open_runs)
        merged = [each for each in runs if each.id not in self.open_runs]
        for each in open_runs:
            newer = (place for place, other in enumerate(merged) if (other.created, other.id) < (each.created, each.id))
            merged.insert(next(newer, len(merged)), each)
        if merged != self._all:
            self._all = merged
            self._arrange()

    def follow(self, run: RunSummary) -> None:
        """Take what is known by now of a run that goes on. Only its row is told, and moved if it is sorted by that."""
        place = next((place for place, each in enumerate(self._all) if each.id == run.id), -1)
        before = self._all[place] if place >= 0 else run
        if before == run:
            return
        self._all[place] = run
        if _frame(before) != _frame(run):
            self._arrange()
            return
        row = self.row_of(run.id)
        if row < 0:
            return
        self.runs[row] = run
        row = self._move(row)
        for first, last in ((0, NAME - 1), (NAME + 1, len(self.columns) - 1)):  # its name may just be typed
            self.dataChanged.emit(self.index(row, first), self.index(row, last))

    def _move(self, row: int) -> int:
        """Put a row to where it belongs by what it says now. Returns where that is."""
        chosen = next((column for column in self.columns if column.key == self._key), None)
        if chosen is None:
            return row
        run, others = self.runs[row], [*self.runs[:row], *self.runs[row + 1 :]]
        before, after = others[row - 1 : row] if row else [], others[row : row + 1]
        is_placed = not any(self._precedes(run, each, chosen) for each in before)
        if is_placed and not any(self._precedes(each, run, chosen) for each in after):
            return row
        low, high = 0, len(others)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._precedes(run, others[middle], chosen) else (middle + 1, high)
        root = QModelIndex()
        self.beginMoveRows(root, row, row, root, low if low < row else low + 1)
        self.runs.insert(low, self.runs.pop(row))
        self.endMoveRows()
        return low

    def _precedes(self, one: RunSummary, other: RunSummary, column: Column) -> bool:
        """Whether a run has to stand before another one; what says nothing comes last either way."""
        first, second = column.value(one), column.value(other)
        if first is None or second is None:
            return first is not None
        one_rank, other_rank = _comparable(first), _comparable(second)
        return other_rank < one_rank if self._is_falling else one_rank < other_rank

    def filter(self, projects: tuple[str, ...] | None, text: str) -> None:
        """Show only runs of projects of these names (None: of all) that `WantedWords` finds."""
        words = WantedWords(text)
        if (projects, words) != (self._projects, self._words):
            self._projects, self._words = projects, words
            self._arrange()

    def run(self, run: str) -> RunSummary | None:
        """What is known of a run, shown or not; None if there is none of this id."""
        return next((each for each in self._all if each.id == run), None)

    def row_of(self, run: str) -> int:
        """In which row a run is; -1 if it is not shown."""
        return next((row for row, each in enumerate(self.runs) if each.id == run), -1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; runs of which it says nothing come last either way."""
        if 0 <= column < len(self.columns):
            self._key, self._is_falling = self.columns[column].key, order == Qt.SortOrder.DescendingOrder
            self._arrange()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not (index.row() < len(self.runs) and index.column() < len(self.columns)):
            return None
        run, column = self.runs[index.row()], self.columns[index.column()]
        if role == RUN:
            return run
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if run.damage:
            if role == Qt.ItemDataRole.ToolTipRole:
                return run.damage
            if column.key not in ("name", "ended", "created"):
                return None
            if column.key == "ended" and role == Qt.ItemDataRole.DisplayRole:
                return "damaged"
        if role == Qt.ItemDataRole.DisplayRole:
            return column.words(run)
        if role == Qt.ItemDataRole.EditRole and column.key == "name":
            return run.name
        if role == Qt.ItemDataRole.ToolTipRole:
            value = column.value(run)
            path = column.key.removeprefix("setting ")
            if column.key == "created":
                return when_words(run)
            if path in run.courses:
                return setting_text(run, path)
            exact = repr(value) if isinstance(value, float) else column.words(run)
            told = run.reason if column.key == "ended" and run.reason else exact
            return "\n".join(filter(None, (told, column.more(run))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = ("starred" if run.is_starred else "not starred") if column.key == "star" else column.words(run)
            return f"{column.title if column.key != 'star' else 'Star'}: {words}"
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not str(value).strip():
            return False
        run = self.runs[index.row()]
        if str(value) != run.name:
            self.renamed.emit(run.id, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if self.columns[index.column()].key == "name" and not self.runs[index.row()].damage:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def _arrange(self) -> None:
        """Filter and sort anew."""
        shown = self._words.found([each for each in self._all if self._is_of_project(each)])
        are_several = self._projects is None or len({each.project for each in shown if not each.damage}) > 1
        columns = columns_of(shown, are_several)
        chosen = next((column for column in columns if column.key == self._key), None)
        if chosen is not None:
            value = chosen.value
            known = [each for each in shown if value(each) is not None]
            known.sort(key=lambda each: _comparable(value(each)), reverse=self._is_falling)
            shown = known + [each for each in shown if value(each) is None]
        self.beginResetModel()
        self.runs, self.columns = shown, columns
        self.endResetModel()

    def _is_of_project(self, run: RunSummary) -> bool:
        return self._projects is None or run.project in self._projects or bool(run.damage)


def _frame(run: RunSummary) -> tuple[object, ...]:
    """What of a run columns and filters go by."""
    words = (run.name, run.is_starred, run.project, run.network, run.ended, run.created)
    return words, tuple(run.figures), run.settings, run.courses


def _comparable(value: object) -> tuple[bool, float, tuple[tuple[int, str], ...]]:
    """Numbers before words, each in their order; numbers in words as well: ``run 9`` before ``run 10``."""
    if isinstance(value, int | float):
        return False, float(value), ()
    parts = NUMBERS.split(str(value))  # words and numbers by turns, words first
    return True, 0.0, tuple((int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts))


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
