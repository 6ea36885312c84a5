"""The queue as it stands: how far each run is, how long all will take, and buttons to pause, go on and cancel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.amounts import counted, thousands
from deepviz.gui.plots.run_legend import short_names, tight_names
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.runs.bars import ButtonBar
from deepviz.gui.runs.columns import about_time, figure_label, figure_tip
from deepviz.training.queue_entry import OVER, Entry
from deepviz.training.run_queue import RunQueue

LOOK = 200
"""Milliseconds between two looks at the processes."""
NARROWEST_NAME, NAME_SHARE = 110, 0.42
"""Pixels that names of runs have at least, and share of the table that they take at most."""
BESIDE_NAME = 24
"""Pixels of a cell beside the name in it."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
COLUMNS = {
    "Run": "What it will be called in the list of runs",
    "State": "Where it stands, and why it failed or diverged",
    "Epoch": "In which epoch it is, of how many",
    figure_label("loss"): f"{figure_tip('loss')}; of the epoch that goes on, over its steps so far",
    figure_label("validation_loss"): figure_tip("validation_loss"),
    "Time left": "About how long it will still take",
}
"""Headings, and what they mean: figures are those of the list of runs."""


class QueuePage(QWidget):
    """Shows a `RunQueue` and drives it: it is what looks at the processes."""

    left = Signal()
    """Back to the list."""
    changed = Signal()
    """Something in the queue is otherwise than before."""
    run_over = Signal(str)
    """A run is over, and may be on the list now."""
    all_over = Signal()
    """Nothing is left to be done."""

    def __init__(self, queue: RunQueue) -> None:
        super().__init__()
        self.queue = queue
        self._over: set[str] = set()
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self.look)
        back = QPushButton("‹ Runs")
        back.setToolTip("Back to the list (Esc)")
        back.clicked.connect(self.left)
        self.words = QLabel()
        self.words.setProperty("role", "dim")
        self.words.setWordWrap(True)
        self.words.setContentsMargins(10, 0, 10, 4)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(40)
        self.bar.setMaximumWidth(180)
        self.bar.setAccessibleName("Progress of the queue")
        self.pause_button = self._button("Pause", self._toggle_pause)
        self.cancel_button = self._button("Cancel chosen", self.cancel_chosen)
        self.cancel_all_button = self._button("Cancel all", self.cancel_all)
        self.clear_button = self._button("Clear done", self.clear)
        top = ButtonBar()
        top.add(back)
        top.add(self.bar, 1)
        top.add_buttons(self.pause_button, self.cancel_all_button, self.cancel_button, self.clear_button)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName("Queue of runs")
        self.setFocusProxy(self.table)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setTextElideMode(Qt.TextElideMode.ElideLeft)  # names of a series differ at their ends
        self.table.setWordWrap(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.table.horizontalHeader().setStretchLastSection(False)
        for place, (title, tip) in enumerate(COLUMNS.items()):
            heading = QTableWidgetItem(title)
            heading.setTextAlignment(RIGHT if place > 1 else LEFT)
            heading.setToolTip(tip)
            self.table.setHorizontalHeaderItem(place, heading)
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(
            lambda place: self.menu().popup(self.table.viewport().mapToGlobal(place))
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.words)
        column.addWidget(self.table, 1)
        self._show()

    def start(self) -> None:
        """Look at the queue from now on; to be called when something was put in."""
        self._changed()  # also what is put into a paused queue is shown, though nothing begins
        if self.queue.is_busy:
            self._timer.start()

    def look(self) -> None:
        """See how far everything is."""
        if self.queue.look():
            self._show()
            self.changed.emit()
        over = {entry.id for entry in self.queue.entries if entry.state in OVER}
        for run in sorted(over - self._over):
            self.run_over.emit(run)
        self._over = over
        if not self.queue.is_busy and self._timer.isActive():
            self._timer.stop()
            self.all_over.emit()

    def shut_down(self) -> None:
        """End all processes; what is not done is offered again at the next start."""
        self._timer.stop()
        self.queue.close()

    def cancel_chosen(self) -> None:
        """Take the runs of the chosen rows out of the queue."""
        for row in {index.row() for index in self.table.selectedIndexes()}:
            self.queue.cancel(self.queue.entries[row].id)
        self._changed()

    def cancel_all(self) -> None:
        """Take out all that is not done."""
        self.queue.cancel_all()
        self._changed()

    def clear(self) -> None:
        """Take away the rows of what is over."""
        self.queue.clear()
        self._changed()

    @property
    def counts(self) -> tuple[int, int]:
        """How many runs are over, of how many that were not cancelled."""
        wanted = [entry for entry in self.queue.entries if entry.state != "cancelled"]
        return sum(entry.state in OVER for entry in wanted), len(wanted)

    def summary(self) -> str:
        """How it stands, in words."""
        entries = self.queue.entries
        if not entries:
            return "The queue is empty."
        over, wanted = self.counts
        numbers = {state: sum(entry.state == state for entry in entries) for state in OVER}
        bad = [f"{numbers[state]} of them {state}" for state in ("failed", "diverged") if numbers[state]]
        told = [f"{over} of {counted(wanted, 'run')} done", *bad] if wanted else []
        words = ", ".join([*told, *([f"{numbers['cancelled']} cancelled"] if numbers["cancelled"] else [])])
        if not self.queue.is_busy:
            return words
        if self.queue.is_paused:
            return f"{words}; paused" + (", one goes on to its end" if self.queue.is_working else "")
        left = self.queue.seconds_left()
        return f"{words}; " + ("time left not known yet" if left is None else f"about {about_time(left)} left")

    def menu(self) -> QMenu:
        """What can be done with the chosen rows and with all of them."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button, key in (
            (self.cancel_button, "Del"),
            (self.cancel_all_button, ""),
            (self.pause_button, ""),
            (self.clear_button, ""),
        ):
            action = menu.addAction(f"{button.text()}\t{key}" if key else button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        chosen = {index.row() for index in self.table.selectedIndexes()}
        reasons = [entry.words for row, entry in enumerate(self.queue.entries) if row in chosen and entry.words]
        copy = menu.addAction("Copy what went wrong")
        copy.setEnabled(bool(reasons))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText("\n".join(reasons)))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.cancel_chosen()
        else:
            super().keyPressEvent(event)

    def _changed(self) -> None:
        self.look()
        self._show()
        self.changed.emit()

    def _toggle_pause(self) -> None:
        if self.queue.is_paused:
            self.queue.resume()
        else:
            self.queue.pause()
        self._changed()
        if self.queue.is_busy:
            self._timer.start()

    def _show(self) -> None:
        entries = self.queue.entries
        self.table.setRowCount(len(entries))
        for row, (entry, name) in enumerate(zip(entries, self._names(), strict=True)):
            for place, text in enumerate(self._cells(entry, name)):
                item = self.table.item(row, place)
                if item is None:
                    item = QTableWidgetItem()
                    self.table.setItem(row, place, item)
                    if place > 1:
                        item.setTextAlignment(RIGHT)
                if item.text() != text:
                    item.setText(text)
                    item.setToolTip(entry.name if place == 0 else entry.words or text)
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{tuple(COLUMNS)[place]}: {text or 'none'}")
        self._fit_names()
        self.words.setText(self.summary())
        self.bar.setValue(round(1000 * self.queue.share))
        self._enable()

    def _fit_names(self) -> None:
        """Give names the room that they need, but leave the others theirs."""
        for row, name in enumerate(self._names()[: self.table.rowCount()]):
            item = self.table.item(row, 0)
            if item is not None and item.text() != name:
                item.setText(name)
        self.table.setColumnWidth(0, min(self.table.sizeHintForColumn(0) + 12, self._name_room))

    @property
    def _name_room(self) -> int:
        """Pixels of width that names take at most."""
        return max(NARROWEST_NAME, round(NAME_SHARE * self.table.viewport().width()))

    def _names(self) -> list[str]:
        """What the runs are called as there is room for it: what differs is what stays."""
        names, metrics = short_names([entry.name for entry in self.queue.entries]), self.table.fontMetrics()
        fits = all(metrics.horizontalAdvance(name) + BESIDE_NAME <= self._name_room for name in names)
        return names if fits else tight_names(names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def _enable(self) -> None:
        entries = self.queue.entries
        chosen = {index.row() for index in self.table.selectedIndexes()}
        self.cancel_button.setEnabled(any(row < len(entries) and entries[row].state not in OVER for row in chosen))
        self.cancel_all_button.setEnabled(self.queue.is_busy)
        self.pause_button.setEnabled(self.queue.is_busy)
        self.pause_button.setText("Go on" if self.queue.is_paused else "Pause")
        self.clear_button.setEnabled(any(entry.state in OVER for entry in entries))

    def _cells(self, entry: Entry, name: str) -> tuple[str, ...]:
        left = None if entry.state in OVER else self.queue.seconds_left(entry.id)
        epoch = f"{thousands(entry.epoch) if entry.epoch else '–'} of {thousands(entry.epochs)}"
        state = f"{entry.state}: {entry.words}" if entry.words else entry.state
        losses = ("–" if loss is None else format_value(loss, 4) for loss in (entry.loss, entry.validation_loss))
        return (
            name,
            state,
            epoch,
            *losses,
            "" if entry.state in OVER else "–" if left is None else about_time(left),
        )

    def _button(self, text: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda _checked=False: run())
        return button
