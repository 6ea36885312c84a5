"""The rows of the queue. Waiting runs are dragged to another place, or moved by keys; all others stay where they are.

Whatever is chosen stays chosen when rows change their places.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from deepviz.gui.amounts import thousands
from deepviz.gui.plots.run_legend import short_names, tight_names
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.runs.columns import about_time, figure_label, figure_tip
from deepviz.training.queue_entry import OVER, Entry

NARROWEST_NAME, NAME_SHARE = 110, 0.42
"""Pixels that names of runs have at least, and share of the table that they take at most."""
BESIDE_NAME = 24
"""Pixels of a cell beside the name in it."""
SCROLL = 90
"""Milliseconds between two rows that pass by while a run is held above or below the table."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
COLUMNS = {
    "Run": "What it will be called in the list of runs",
    "State": "Where it stands, and why it failed or diverged",
    "Epoch": "In which epoch it is, of how many",
    figure_label("loss"): f"While it runs, the mean over the samples of the epoch so far; then:\n{figure_tip('loss')}",
    figure_label("validation_loss"): figure_tip("validation_loss"),
    "Time left": "About how long it will still take, once it has begun",
}
"""Headings, and what they mean: figures are those of the list of runs."""
WAITING_TIP = "Waiting. Drag it, or press Alt+Up or Alt+Down, to let it begin earlier or later."


class QueueTable(QTableWidget):
    """Shows the entries of a `RunQueue`."""

    dropped = Signal(object, object)
    """These waiting runs, a list of ids, are wanted before another one; at the end if that is None."""
    moved = Signal(str)
    """The chosen runs are wanted one place further ``up`` or ``down``."""

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self._entries: tuple[Entry, ...] = ()
        self._carried: list[str] = []
        self._pointer = QPoint()
        self._scroll = QTimer(self, interval=SCROLL)
        self._scroll.timeout.connect(self._scroll_on)
        self.setAccessibleName("Queue of runs")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setDragEnabled(True)
        self.setShowGrid(False)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)  # names of a series differ at their ends
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setDefaultAlignment(LEFT)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(False)
        for place, (title, tip) in enumerate(COLUMNS.items()):
            heading = QTableWidgetItem(title)
            heading.setTextAlignment(RIGHT if place > 1 else LEFT)
            heading.setToolTip(tip)
            self.setHorizontalHeaderItem(place, heading)

    @property
    def chosen(self) -> list[Entry]:
        """The entries of the rows that are chosen, from top to bottom."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        return [self._entries[row] for row in rows if row < len(self._entries)]

    def show_entries(self, entries: Sequence[Entry], seconds_left: Sequence[float | None]) -> None:
        """Show these, with how long each will still take."""
        before, here = [entry.id for entry in self._entries], self.currentRow()
        chosen = {entry.id for entry in self.chosen}
        current = before[here] if 0 <= here < len(before) else ""
        ids = [entry.id for entry in entries]
        self._entries = tuple(entries)
        self.setRowCount(len(entries))
        for row, (entry, name, left) in enumerate(zip(entries, self._names(), seconds_left, strict=True)):
            for place, text in enumerate(_cells(entry, name, left)):
                self._say(row, place, text, entry)
        self._fit_names()
        if ids[: len(before)] != before:
            self._choose(ids, chosen, current)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Qt has seen a drag begin at a row that waits. It goes nowhere but to another row, so it is done here."""
        self._carried = [entry.id for entry in self.chosen if entry.state == "waiting"]
        if self._carried:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event) if not self._carried else event.accept()
        if not self._carried:
            return
        self._pointer = event.position().toPoint()
        if self.viewport().rect().top() <= self._pointer.y() <= self.viewport().rect().bottom():
            self._scroll.stop()
        elif not self._scroll.isActive():
            self._scroll.start()
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._carried:
            super().mouseReleaseEvent(event)
            return
        self._pointer = event.position().toPoint()
        carried, goal = self._carried, self._goal()
        self._let_go()
        self.dropped.emit(carried, goal)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._carried and event.key() == Qt.Key.Key_Escape:
            self._let_go()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit("up" if event.key() == Qt.Key.Key_Up else "down")
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        waiting = [entry.id for entry in self._entries if entry.state == "waiting"]
        if not self._carried or not waiting:
            return
        goal = self._goal()
        ids = [entry.id for entry in self._entries]
        row = ids.index(waiting[-1] if goal is None else goal)
        y = self.rowViewportPosition(row) + (self.rowHeight(row) if goal is None else 0)
        y = max(1, min(y, self.viewport().height() - 1))
        painter = QPainter(self.viewport())
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
        painter.drawLine(0, y, self.viewport().width(), y)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    # Inside

    def _goal(self) -> str | None:
        """Before which waiting run the pointer is; None behind the last one."""
        y = self._pointer.y()
        for row, entry in enumerate(self._entries):
            middle = self.rowViewportPosition(row) + self.rowHeight(row) / 2
            if entry.state == "waiting" and y < middle:
                return entry.id
        return None

    def _let_go(self) -> None:
        self._carried = []
        self._scroll.stop()
        self.viewport().unsetCursor()
        self.viewport().update()

    def _scroll_on(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (1 if self._pointer.y() > 0 else -1))
        self.viewport().update()

    def _choose(self, ids: list[str], chosen: set[str], current: str) -> None:
        """Choose the rows where these runs are now."""
        model, selection = self.model(), QItemSelection()
        for row, run in enumerate(ids):
            if run in chosen:
                selection.select(model.index(row, 0), model.index(row, len(COLUMNS) - 1))
        if current in ids:
            index = model.index(ids.index(current), max(0, self.currentColumn()))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _say(self, row: int, place: int, text: str, entry: Entry) -> None:
        item = self.item(row, place)
        if item is None:
            item = QTableWidgetItem()
            self.setItem(row, place, item)
            if place > 1:
                item.setTextAlignment(RIGHT)
        waits = entry.state == "waiting"
        if bool(item.flags() & Qt.ItemFlag.ItemIsDragEnabled) != waits:
            item.setFlags(item.flags() ^ Qt.ItemFlag.ItemIsDragEnabled)
        tip = entry.name if place == 0 else WAITING_TIP if waits and place == 1 else entry.words or text
        if item.text() != text or item.toolTip() != tip:
            item.setText(text)
            item.setToolTip(tip)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{tuple(COLUMNS)[place]}: {text or 'none'}")

    def _fit_names(self) -> None:
        """Give names the room that they need, but leave the others theirs."""
        for row, name in enumerate(self._names()[: self.rowCount()]):
            item = self.item(row, 0)
            if item is not None and item.text() != name:
                item.setText(name)
        self.setColumnWidth(0, min(self.sizeHintForColumn(0) + 12, self._name_room))

    @property
    def _name_room(self) -> int:
        """Pixels of width that names take at most."""
        return max(NARROWEST_NAME, round(NAME_SHARE * self.viewport().width()))

    def _names(self) -> list[str]:
        """What the runs are called as there is room for it: what differs is what stays."""
        names, metrics = short_names([entry.name for entry in self._entries]), self.fontMetrics()
        fits = all(metrics.horizontalAdvance(name) + BESIDE_NAME <= self._name_room for name in names)
        return names if fits else tight_names(names)


def _cells(entry: Entry, name: str, left: float | None) -> tuple[str, ...]:
    epoch = f"{thousands(entry.epoch) if entry.epoch else '–'} of {thousands(entry.epochs)}"
    state = f"{entry.state}: {entry.words}" if entry.words else entry.state
    losses = ("–" if loss is None else format_value(loss, 4) for loss in (entry.loss, entry.validation_loss))
    how_long = "" if entry.state in OVER else "–" if left is None else about_time(left)
    return (name, state, epoch, *losses, how_long)
