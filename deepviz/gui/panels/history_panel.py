"""The undo history: every step of the project in a row. A click or Enter goes there, backwards or forwards."""

from __future__ import annotations

import re

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from deepviz.gui.editor import Editor
from deepviz.gui.panels.list_page import ListPage, paint_ground
from deepviz.gui.theme import SMALL_SIZE, Theme, body_font

Index = QModelIndex | QPersistentModelIndex
STEP_STATE = Qt.ItemDataRole.UserRole + 1
"""Whether a step is "done", "here" or "undone"."""

IS_SAVED = Qt.ItemDataRole.UserRole + 2
"""Whether the project as it was after a step is the one that lies in its file."""

ROW_HEIGHT, LINE_HEIGHT = 36, 16
"""Pixels of a row, and of each line of words in it: all rows have room for two."""
MOST_TOLD = 12
"""So many changed settings of one step are told in its tooltip."""
_LINE = 18.0
"""How far from the left the line through all steps is."""

_START = "As it was opened"
_NOTHING = (
    "Nothing has been changed since this project was opened. Until it is closed every change is listed here, and a "
    "click goes back to it."
)


class HistoryModel(QAbstractListModel):
    """The steps of an editor; row 0 is the project as it was before the first.

    Parameters
    ----------
    editor
        Whose steps are listed.
    """

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._stack = editor, editor.undo_stack
        self._count = self._stack.count() + 1
        editor.steps_changed.connect(self._follow)
        editor.saved_changed.connect(self._follow)

    def rowCount(self, parent: Index | None = None) -> int:
        """How many states there are to go to."""
        return 0 if parent is not None and parent.isValid() else self._count

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every state can be gone to."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a step says in one of Qt's roles."""
        if not index.isValid() or index.row() >= self._count:
            return None
        row, here = index.row(), self._stack.index()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row)
        if role == STEP_STATE:
            return "here" if row == here else "done" if row < here else "undone"
        if role == IS_SAVED:
            return self._is_saved(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, here)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._in_full(row) + ("" if row == here else ". Click to go back to this." if row < here else
                                            ". Click to go forward to this.")  # fmt: skip
        return None

    def _words(self, row: int) -> str:
        """A step in a few words: where it changes one setting, from what to what."""
        if not row:
            return _START
        label, changes = self._editor.step_in_words(row)
        if len(changes) != 1 or not label.startswith("Change "):
            return label
        words = changes[0]
        return words if ": " in words else words[:1].upper() + words[1:]  # what begins with a layer's name keeps that

    def _in_full(self, row: int) -> str:
        """A step with all that it changes."""
        label, changes = self._editor.step_in_words(row) if row else (_START, ())
        if not changes:
            return label
        more = f" and {len(changes) - MOST_TOLD} more" if len(changes) > MOST_TOLD else ""
        return f"{label}: {'; '.join(changes[:MOST_TOLD])}{more}"

    def _spoken(self, row: int, here: int) -> str:
        words = [str(self.data(self.index(row))), f"step {row} of {self._count - 1}" if row else "before all steps"]
        words += ["the project is here"] if row == here else ["undone"] if row > here else []
        words += ["saved"] if self._is_saved(row) else []
        return ", ".join(words)

    def _is_saved(self, row: int) -> bool:
        return self._editor.path is not None and row == self._stack.cleanIndex()

    def _follow(self) -> None:
        """The stack has more, fewer or other steps, or another one is the present."""
        count = self._stack.count() + 1
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        self.dataChanged.emit(self.index(0), self.index(count - 1))


class HistoryPanel(ListPage):
    """Lists the steps of the project, those that were undone as well, and goes to the one that is chosen.

    Parameters
    ----------
    editor
        Holds the project and its steps.
    """

    def __init__(self, editor: Editor, theme: Theme) -> None:
        super().__init__("Undo history", _NOTHING)
        self._editor = editor
        self.model = HistoryModel(editor, self)
        self.view = _HistoryView(self)
        self._delegate = _HistoryDelegate(theme, self)
        self.view.setItemDelegate(self._delegate)
        self.add_list(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.model.dataChanged.connect(self._follow)
        self._follow()

    def apply_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._delegate.theme = theme
        self.view.viewport().update()

    def focus_list(self) -> None:
        """Give the keyboard to the list, at the present step."""
        self._mark_here()
        (self._pages if self.is_empty else self.view).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def go_to(self, index: Index) -> None:
        """Make the project what it was after a step."""
        if index.isValid() and index.row() != self._editor.undo_stack.index():
            self._editor.go_to_step(index.row())

    def _follow(self) -> None:
        self.show_list(self._editor.undo_stack.count() > 0)
        self._mark_here()

    def _mark_here(self) -> None:
        here = self.model.index(self._editor.undo_stack.index())
        if self.view.currentIndex() != here:
            self.view.setCurrentIndex(here)
        self.view.scrollTo(here)


class _HistoryView(QListView):
    """The list itself. Arrows only look; Enter and a click go."""

    def __init__(self, panel: HistoryPanel) -> None:
        super().__init__()
        self._panel = panel
        self.setModel(panel.model)
        self.setAccessibleName("Steps")
        self.setAccessibleDescription("Enter goes to the step that is marked. Steps after it stay and can be redone.")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.clicked.connect(panel.go_to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the step that is marked."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._panel.go_to(self.currentIndex())
        else:
            super().keyPressEvent(event)


class _HistoryDelegate(QStyledItemDelegate):
    """Draws each step as a bead on a line: filled where the project is, hollow and faint where it was undone."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows are as wide as the list."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one step."""
        theme, area, state = self.theme, QRectF(option.rect), str(index.data(STEP_STATE))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = area.adjusted(6, 1, -6, -1)
        marked_by_keys = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus
        paint_ground(painter, sheet, option, theme, state == "here", option.state & marked_by_keys == marked_by_keys)
        self._paint_bead(painter, area, state, index.row() == 0, index.row() == index.model().rowCount() - 1)
        right = sheet.right() - 6
        if index.data(IS_SAVED):
            painter.setFont(body_font(SMALL_SIZE))
            painter.setPen(QColor(theme.dim))
            painter.drawText(QRectF(sheet.left(), area.top(), right - sheet.left(), area.height()), _RIGHT, "saved")
            right -= QFontMetricsF(painter.font()).horizontalAdvance("saved") + 8
        font = body_font()
        font.setBold(state == "here")
        painter.setFont(font)
        painter.setPen(QColor(theme.dim if state == "undone" else theme.text))
        room = right - _LINE - 14
        lines = lines_of(str(index.data()), QFontMetricsF(font), room)
        top = area.center().y() - len(lines) * LINE_HEIGHT / 2
        for number, line in enumerate(lines):
            painter.drawText(QRectF(_LINE + 14, top + number * LINE_HEIGHT, room, LINE_HEIGHT), _LEFT, line)
        painter.restore()

    def _paint_bead(self, painter: QPainter, area: QRectF, state: str, is_first: bool, is_last: bool) -> None:
        theme, middle = self.theme, QPointF(_LINE, area.center().y())
        painter.setPen(QPen(QColor(theme.outline), 1.0))
        if not is_first:
            painter.drawLine(QPointF(_LINE, area.top()), middle)
        if not is_last:
            painter.drawLine(middle, QPointF(_LINE, area.bottom()))
        painter.setPen(QPen(QColor(theme.accent if state == "here" else theme.outline), 1.5))
        painter.setBrush(QColor({"here": theme.accent, "done": theme.outline}.get(state, theme.panel)))
        radius = 4.5 if state == "here" else 3.5
        painter.drawEllipse(middle, radius, radius)


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def lines_of(words: str, metrics: QFontMetricsF, room: float) -> tuple[str, ...]:
    """The words of a step in one line, or in two: of a changed setting both values are in the second one.

    Parameters
    ----------
    metrics
        Of the font.
    room
        In pixels. What has none all the same gives: names in the middle, of values the one before.
    """
    if metrics.horizontalAdvance(words) <= room:
        return (words,)
    values = re.search(r" (\S+ → \S+)$", words)
    if values is None:
        ends = [each.start() for each in re.finditer(" ", words)]
        end = max((end for end in ends if metrics.horizontalAdvance(words[:end]) <= room), default=len(words))
        lines = words[:end], words[end + 1 :]
        return tuple(metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, room) for line in lines if line)
    name = metrics.elidedText(words[: values.start()], Qt.TextElideMode.ElideMiddle, room)
    return name, metrics.elidedText(values.group(1), Qt.TextElideMode.ElideLeft, room)
