"""Columns that stay when a table is scrolled sideways: a second view of the same rows that lies over the first ones.

It only paints, names columns and holds the field of a name; all else that the pointer does goes to the table below.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

POINTER = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.ContextMenu,
    }
)
"""What goes on to the table, whose cells lie at the same points."""


class FrozenColumns(QTableView):
    """Shows the first columns of a table where they are as long as it is not scrolled.

    The table is to call `lie_over` when its geometry has changed and `follow` when it shows other columns.

    Parameters
    ----------
    table
        Over which it lies.
    count
        How many columns it shows.
    edge_color
        Of the line that parts them from what has been scrolled below them.
    """

    def __init__(self, table: QTableView, count: int, edge_color: str) -> None:
        super().__init__(table)
        self._table, self.count = table, count
        self.edge = _Edge(table, edge_color)
        self.setModel(table.model())
        own = self.selectionModel()
        self.setSelectionModel(table.selectionModel())
        own.deleteLater()
        self.setFocusProxy(table)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Columns that stay")
        self.setSelectionBehavior(table.selectionBehavior())
        self.setSelectionMode(table.selectionMode())
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(table.textElideMode())
        self.setShowGrid(table.showGrid())
        self.setWordWrap(table.wordWrap())
        self.setTabKeyNavigation(False)
        self.setAutoScroll(False)
        self.setVerticalScrollMode(table.verticalScrollMode())
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        here, there = self.horizontalHeader(), table.horizontalHeader()
        here.setSectionsClickable(there.sectionsClickable())
        here.setHighlightSections(there.highlightSections())
        here.setSortIndicatorShown(there.isSortIndicatorShown())
        here.sectionClicked.connect(there.sectionClicked)
        here.sectionResized.connect(self._resize_below)
        there.sectionResized.connect(self._take_width)
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        table.horizontalScrollBar().valueChanged.connect(self._tell_edge)
        self.follow()

    def follow(self) -> None:
        """Show the first of the columns that the table has now, sorted as they are."""
        for column in range(self.model().columnCount()):
            self.setColumnHidden(column, column >= self.count)
            if column < self.count:
                self.setColumnWidth(column, self._table.columnWidth(column))
        header = self._table.horizontalHeader()
        self.horizontalHeader().setSortIndicator(header.sortIndicatorSection(), header.sortIndicatorOrder())
        self.lie_over()

    def lie_over(self) -> None:
        """Cover these columns of the table, with their headings."""
        header, below = self._table.horizontalHeader(), self._table.viewport().geometry()
        width = min(sum(map(self.columnWidth, range(min(self.count, self.model().columnCount())))), below.width())
        self.horizontalHeader().setFixedHeight(header.height())
        self.setGeometry(QRect(below.x(), header.geometry().y(), width, header.height() + below.height()))
        self.edge.setGeometry(self.geometry().right(), self.y(), 1, self.height())
        self.verticalScrollBar().setValue(self._table.verticalScrollBar().value())
        self._tell_edge()

    def cell(self, row: int, column: int) -> QRect:
        """Where a cell of it is, in pixels of the viewport."""
        table = self._table
        left, top = self.columnViewportPosition(column), table.rowViewportPosition(row)
        return QRect(left, top, self.columnWidth(column), table.rowHeight(row))

    def apply_edge_color(self, color: str) -> None:
        """Take another colour for the line at the right."""
        self.edge.color = color
        self.edge.update()
        self.viewport().update()

    # What comes from the pointer and the keyboard

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in POINTER:
            # Both viewports begin at the same point, so the places in it are right there too.
            return QCoreApplication.sendEvent(self._table.viewport(), event)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What comes here was typed in the field of a name and does nothing else."""
        event.accept()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Tab ends a name and stays in its row, for there is nothing else to be typed."""
        is_to_be_kept = hint == QAbstractItemDelegate.EndEditHint.RevertModelCache
        super().closeEditor(editor, hint if is_to_be_kept else QAbstractItemDelegate.EndEditHint.NoHint)

    # Inside

    def _resize_below(self, column: int, _before: int, width: int) -> None:
        if column < self.count and width > 0:  # 0: it is hidden here
            self._table.setColumnWidth(column, width)

    def _take_width(self, column: int, _before: int, width: int) -> None:
        if column < self.count:
            self.setColumnWidth(column, width)
            self.lie_over()

    def _tell_edge(self) -> None:
        self.edge.setVisible(self._table.horizontalScrollBar().value() > 0)
        self.edge.raise_()


class _Edge(QWidget):
    """The line between what stays and what has been scrolled."""

    def __init__(self, parent: QWidget, color: str) -> None:
        super().__init__(parent)
        self.color = color
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.color))
        painter.end()
