"""The queue as it stands: how far each run is, how long all will take, and buttons to pause, go on and cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLabel, QMenu, QProgressBar, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.amounts import counted
from deepviz.gui.runs.bars import ButtonBar
from deepviz.gui.runs.columns import about_time
from deepviz.gui.runs.queue_table import QueueTable
from deepviz.training.queue_entry import OVER
from deepviz.training.queue_order import moved_down, moved_to, moved_up
from deepviz.training.run_queue import RunQueue

LOOK = 200
"""Milliseconds between two looks at the processes."""
MOVES: dict[str, tuple[str, str]] = {
    "up": ("Move up", "Alt+Up"),
    "down": ("Move down", "Alt+Down"),
    "top": ("Move to the top", ""),
    "end": ("Move to the end", ""),
}
"""How the chosen runs that wait can be moved: words and key."""


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
    failed = Signal(str)
    """Something could not be done; why, in words."""

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
        top.add(self.bar, 4)
        top.add(QWidget(), 1)
        top.add_buttons(self.pause_button, self.cancel_all_button, self.cancel_button, self.clear_button)
        self.table = QueueTable()
        self.setFocusProxy(self.table)
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.dropped.connect(lambda runs, goal: self._arrange(moved_to(self.queue.waiting, runs, goal)))
        self.table.moved.connect(self.move_chosen)
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
        for entry in self.table.chosen:
            self.queue.cancel(entry.id)
        self._changed()

    def move_chosen(self, how: str) -> None:
        """Let the chosen runs that wait begin earlier or later: a key of `MOVES`."""
        self._arrange(self._moved(how))

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
            running = sum(entry.state == "running" for entry in entries)
            ends = {0: "", 1: ", one goes on to its end"}.get(running, f", {running} go on to their ends")
            return f"{words}; paused{ends}"
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
        menu.addSeparator()
        for how, (text, key) in MOVES.items():
            action = menu.addAction(f"{text}\t{key}" if key else text)
            action.setEnabled(self._moved(how) != self.queue.waiting)
            action.triggered.connect(lambda _checked=False, how=how: self.move_chosen(how))
        menu.addSeparator()
        reasons = [entry.words for entry in self.table.chosen if entry.words]
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

    def _moved(self, how: str) -> list[str]:
        """The order of the waiting runs once those that are chosen are moved."""
        waiting, chosen = self.queue.waiting, {entry.id for entry in self.table.chosen}
        if how in ("up", "down"):
            return (moved_up if how == "up" else moved_down)(waiting, chosen)
        return moved_to(waiting, chosen, waiting[0] if how == "top" and waiting else None)

    def _arrange(self, order: Sequence[str]) -> None:
        try:
            self.queue.arrange(order)
        except OSError as error:
            self.failed.emit(f"The queue could not be written: {error.strerror or error}. Its order is as it was.")
        self._changed()
        self.table.scrollTo(self.table.currentIndex())

    def _toggle_pause(self) -> None:
        if self.queue.is_paused:
            self.queue.resume()
        else:
            self.queue.pause()
        self._changed()
        if self.queue.is_busy:
            self._timer.start()

    def _show(self) -> None:
        self.table.show_entries(self.queue.entries, [self.queue.seconds_left(each.id) for each in self.queue.entries])
        self.words.setText(self.summary())
        self.bar.setValue(round(1000 * self.queue.share))
        self._enable()

    def _enable(self) -> None:
        entries = self.queue.entries
        self.cancel_button.setEnabled(any(entry.state not in OVER for entry in self.table.chosen))
        self.cancel_all_button.setEnabled(self.queue.is_busy)
        self.pause_button.setEnabled(self.queue.is_busy)
        self.pause_button.setText("Go on" if self.queue.is_paused else "Pause")
        self.clear_button.setEnabled(any(entry.state in OVER for entry in entries))

    def _button(self, text: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda _checked=False: run())
        return button
