"""All shortcuts and gestures in one searchable list, shown over the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui import icons
from deepviz.gui.panels.popover import theme_in_use
from deepviz.gui.panels.sheet import Sheet
from deepviz.gui.panels.side_panel import MARGIN, Words
from deepviz.gui.shortcuts import Shortcut, shortcuts
from deepviz.gui.theme import SMALL_SIZE, body_font

Index = QModelIndex | QPersistentModelIndex
SHORTCUT = Qt.ItemDataRole.UserRole + 1
"""Gives the `Shortcut` of a row; None for a heading."""

WIDTH, HEIGHT = 640, 620
ROW_HEIGHT, HEADING_HEIGHT = 32, 38
_CAP_HEIGHT = 22.0
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ShortcutModel(QAbstractListModel):
    """Headings and the shortcuts below them, narrowed by a search.

    Parameters
    ----------
    listed
        All shortcuts, those of one heading together.
    """

    def __init__(self, listed: Sequence[Shortcut], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listed = tuple(listed)
        self._rows: list[str | Shortcut] = []
        self.set_search("")

    def set_search(self, search: str) -> None:
        """List only those in which every word of `search` is found: in what they do, their keys or their heading."""
        words = search.casefold().split()
        self.beginResetModel()
        self._rows = []
        heading = ""
        for one in self._listed:
            text = " ".join((one.heading, one.text, *one.keys)).casefold()
            if all(word in text for word in words):
                if one.heading != heading:
                    heading = one.heading
                    self._rows.append(heading)
                self._rows.append(one)
        self.endResetModel()

    def shown(self) -> list[Shortcut]:
        """The shortcuts that are listed now."""
        return [row for row in self._rows if isinstance(row, Shortcut)]

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows there are, headings included."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Shortcuts can be marked, so that they are read out; headings cannot."""
        if not index.isValid() or isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row says in one of Qt's roles."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == SHORTCUT:
            return row if isinstance(row, Shortcut) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text if isinstance(row, Shortcut) else row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text}: {' or '.join(row.keys)}" if isinstance(row, Shortcut) else row
        return None


class ShortcutOverview(Sheet):
    """Shows every shortcut over the window. Typing searches, Escape closes."""

    def __init__(self) -> None:
        page = QWidget()
        super().__init__("Keyboard shortcuts", page)
        self.model = ShortcutModel(shortcuts(), self)
        title = QLabel("Keyboard shortcuts")
        title.setProperty("role", "title")
        self.close_button = QToolButton()
        self.close_button.setAccessibleName("Close")
        self.close_button.setToolTip("Close (Esc)")
        self.close_button.clicked.connect(self.close_quietly)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by name or key…")
        self.search.setAccessibleName("Search shortcuts")
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_ShortcutDelegate(self.view))
        self.view.setAccessibleName("Shortcuts")
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = Words(role="dim")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._nothing)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN, 12, MARGIN, 8)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.search)
        column.addWidget(self._pages, 1)

    def toggle(self, window: QWidget) -> None:
        """Open over a window with an empty search, or close."""
        theme = theme_in_use()
        self.close_button.setIcon(icons.icon("close", theme.dim))
        self._glass.setIcon(icons.icon("search", theme.dim))
        self.search.clear()
        self.toggle_over(window, WIDTH, HEIGHT)
        if self.isVisible():
            self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search, arrows move through the list, and Escape clears what was typed before it closes."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress:
            key = cast(QKeyEvent, event)
            if key.key() in _MOVES:
                self.view.keyPressEvent(key)
                return True
            if key.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _narrow(self, search: str) -> None:
        self.model.set_search(search)
        self._nothing.say(f"No shortcut is found for “{search.strip()}”. Esc shows all of them.")
        self._pages.setCurrentIndex(0 if self.model.rowCount() else 1)


class _ShortcutDelegate(QStyledItemDelegate):
    """Draws what a shortcut does on the left and its keys as caps on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows are as wide as the list."""
        return QSize(0, ROW_HEIGHT if index.data(SHORTCUT) is not None else HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        theme, area = theme_in_use(), QRectF(option.rect)
        one: Shortcut | None = index.data(SHORTCUT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if one is None:
            painter.setFont(_semi_bold(SMALL_SIZE))
            painter.setPen(QColor(theme.dim))
            painter.drawText(area.adjusted(8, 0, -8, -6), _LEFT_BELOW, str(index.data()))
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selected))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 5, 5)
        left = self._paint_caps(painter, area.adjusted(8, 0, -8, 0), one.keys)
        painter.setFont(body_font())
        painter.setPen(QColor(theme.text))
        words = QRectF(area.left() + 8, area.top(), left - area.left() - 20, area.height())
        painter.drawText(
            words, _LEFT, QFontMetricsF(body_font()).elidedText(one.text, Qt.TextElideMode.ElideRight, words.width())
        )
        painter.restore()

    def _paint_caps(self, painter: QPainter, area: QRectF, keys: Sequence[str]) -> float:
        """Draw the caps from the right. Returns where the first of them begins."""
        theme, right = theme_in_use(), area.right()
        painter.setFont(body_font(SMALL_SIZE))
        measure = QFontMetricsF(painter.font())
        for key in reversed(keys):
            width = max(measure.horizontalAdvance(key) + 14, _CAP_HEIGHT)
            cap = QRectF(right - width, area.center().y() - _CAP_HEIGHT / 2, width, _CAP_HEIGHT)
            painter.setPen(QPen(QColor(theme.outline), 1.0))
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(theme.text))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
            right -= width + 6
        return right


def _semi_bold(size: int) -> QFont:
    font = body_font(size)
    font.setWeight(QFont.Weight.DemiBold)
    return font


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_LEFT_BELOW = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
