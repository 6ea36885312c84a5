"""The list of the palette: keys go through it, letters typed into it belong to the search, rows can be dragged away.

Left closes the group that a row is in, Right and Enter open one; a click on a heading does either.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QToolTip

from deepviz.gui.panels.palette_painter import PaletteDelegate
from deepviz.gui.panels.palette_rows import DEFINITION, Index, PaletteModel, Row
from deepviz.registry import Definition

TIP_OFFSET = QPoint(4, -16)
"""Where a tool tip starts, from the right end of its row; Qt adds some pixels of its own downwards."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_Move = QAbstractItemView.CursorAction
_BACKWARDS = (_Move.MoveUp, _Move.MovePrevious, _Move.MovePageUp)


class PaletteView(QListView):
    """Shows the rows of a model of definitions.

    Parameters
    ----------
    model
        The rows.
    delegate
        What they look like.
    """

    chosen = Signal(str)
    """Sent with the key of a definition that was double-clicked or chosen with Enter."""

    drag_wanted = Signal(object)
    """Sent with the definition that somebody begins to drag away."""

    typed = Signal(str)
    """Sent with letters that were typed into the list."""

    escaped = Signal()
    """Sent when Escape was pressed in the list."""

    def __init__(self, model: PaletteModel, delegate: PaletteDelegate) -> None:
        super().__init__()
        self._rows = model
        self._pressed: Row | None = None
        self.places_on_click = False
        self.shows_tips = True
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setAccessibleName("Layers to place")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(15)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)

    def current_row(self) -> Row | None:
        """The row that is marked."""
        return self._rows.row_at(self.currentIndex())

    def set_open(self, heading: str, is_open: bool) -> None:
        """Open or close a group and mark what then stands there: its first definition, or the heading."""
        top = self.verticalScrollBar().value()
        self._rows.set_open(heading, is_open)
        index = self._rows.index_of_heading(heading)
        if is_open and index.isValid():
            last = self._rows.index(index.row() + (row.count if (row := self._rows.row_at(index)) else 0))
            index = self._rows.index(index.row() + 1)
            self.verticalScrollBar().setValue(top)
            self.scrollTo(last)
        else:
            self.verticalScrollBar().setValue(top)
        self.setCurrentIndex(index)

    def take_key(self, key: int) -> bool:
        """Do what a key means for the marked row. Says whether it means anything."""
        row = self.current_row()
        if row is None:
            return False
        if key in _ENTER and row.definition is not None:
            self.chosen.emit(row.definition.key)
        elif key in (*_ENTER, Qt.Key.Key_Right, Qt.Key.Key_Space) and row.match is None:
            self.set_open(row.heading, True)
        elif key == Qt.Key.Key_Left and row.match is not None and row.heading:
            self.set_open(row.heading, False)
        else:
            return False
        return True

    def show_tip(self, index: Index) -> None:
        """Show what a row is beside the list, so that the rows below stay in sight."""
        if not self.shows_tips:
            return
        area = self.visualRect(index)
        corner = self.viewport().mapToGlobal(QPoint(self.width() + TIP_OFFSET.x(), area.top() + TIP_OFFSET.y()))
        QToolTip.showText(corner, index.data(Qt.ItemDataRole.ToolTipRole) or "", self.viewport(), area)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        """Carry the marked definition away."""
        definition: type[Definition] | None = self.currentIndex().data(DEFINITION)
        if definition is not None:
            self.drag_wanted.emit(definition)
            # Nobody tells the list that the pointer has left it: the row that it left would stay highlighted.
            QApplication.sendEvent(self.viewport(), QEvent(QEvent.Type.Leave))

    def viewportEvent(self, event: QEvent) -> bool:
        """Tool tips stand beside the list."""
        if event.type() != QEvent.Type.ToolTip:
            return super().viewportEvent(event)
        self.show_tip(self.indexAt(cast(QHelpEvent, event).pos()))
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember what is pressed: rows may be others at the second press of a double click."""
        self._pressed = self._rows.row_at(self.indexAt(event.position().toPoint()))
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a heading opens or closes it; where one click is enough, one on a layer places it."""
        row = self._rows.row_at(self.indexAt(event.position().toPoint()))
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        if row.match is None:
            self.set_open(row.heading, not row.is_open)
        elif self.places_on_click:
            self.chosen.emit(row.match.definition.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Double-clicks place a layer. The second press on a heading counts as another click."""
        row = self._rows.row_at(self.indexAt(event.position().toPoint()))
        has_changed, self._pressed = self._pressed not in (None, row), None
        if event.button() != Qt.MouseButton.LeftButton or row is None or row.match is None or has_changed:
            self.mousePressEvent(event)
        elif not self.places_on_click:
            self.chosen.emit(row.match.definition.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter places what is marked or opens a group; Escape goes back to the search."""
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif not self.take_key(event.key()):
            before = self.currentIndex()
            super().keyPressEvent(event)
            if self.currentIndex() != before and self.hasFocus():
                self.show_tip(self.currentIndex())

    def keyboardSearch(self, search: str) -> None:
        """Letters typed into the list belong to the search."""
        if search.strip():
            self.typed.emit(search)

    def moveCursor(self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Arrow keys pass over headings that are open anyway."""
        if not self._rows.rowCount():
            return QModelIndex()
        if cursorAction in (_Move.MoveLeft, _Move.MoveRight):
            return self.currentIndex()
        wanted = super().moveCursor(cursorAction, modifiers)
        start = wanted.row() if self.currentIndex().isValid() else 0
        step = -1 if cursorAction in _BACKWARDS or cursorAction == _Move.MoveEnd else 1
        numbers = range(max(start, 0), self._rows.rowCount() if step == 1 else -1, step)
        stop = next((number for number in numbers if self._rows.is_stop(number)), None)
        return self.currentIndex() if stop is None else self._rows.index(stop)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Keep the marked row in sight, and the heading above the first one with it."""
        super().currentChanged(current, previous)
        if current.row() == 1:
            self.scrollToTop()
