"""What a page has on which further runs are planned: what will be made of it, in words, and a button that queues it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts
from deepviz.gui.amounts import counted
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.runs.bars import FoldingRow
from deepviz.gui.runs.columns import about_time
from deepviz.gui.short_label import ShortLabel
from deepviz.training.grid import MOST_RUNS, GridError
from deepviz.training.queue_entry import QueuedRun

SIDE_BY_SIDE = 520
"""Pixels of width that the buttons and what they will do need beside each other."""

BESIDE_FIELD = 4
"""Pixels above and below a field that is typed in."""


@dataclass(frozen=True)
class Outlook:
    """What is known of runs before they are begun.

    Attributes
    ----------
    at_once
        How many of them go on at the same time.
    seconds, bytes
        How long all of them take, and how much memory; None if that is not known.
    is_being_tried
        Whether the time will be known in a moment.
    """

    at_once: int
    seconds: float | None = None
    bytes: int | None = None
    is_being_tried: bool = False

    @property
    def words(self) -> str:
        """All of it: ``2 at a time: about 12 s in all, about 110 MB of memory``."""
        if self.seconds is not None:
            how_long = f"about {about_time(self.seconds)} in all"
        else:
            unknown = "how long is known once one is done"
            how_long = "how long is being tried out" if self.is_being_tried else unknown
        how_much = "" if self.bytes is None else f", about {_about_bytes(self.bytes)} of memory"
        return f"{'one' if self.at_once == 1 else self.at_once} at a time: {how_long}{how_much}"


class Source(Protocol):
    """What a page asks for: the project that runs are planned from, and how long they take."""

    @property
    def project(self) -> Project:
        """What is varied."""

    @property
    def facts(self) -> DataFacts | None:
        """What is known about its data; None while there is none."""

    @property
    def title(self) -> str:
        """What is trained, for a heading: "the open project"."""

    @property
    def words(self) -> str:
        """The same with what settings, for a sentence to begin with."""

    def outlook(self, runs: Sequence[QueuedRun]) -> Outlook:
        """How long some runs will take in all, and how much memory."""


class PlanPage(QWidget):
    """A page on which runs are planned. Subclasses fill `rows` and `head`, and implement `planned`.

    Parameters
    ----------
    heading
        What is done.
    explanation
        What that is about; "{}" stands for the words about what is trained.
    source
        The project that is open.
    """

    queued = Signal(object)
    """Sent with the list of `QueuedRun`s that are wanted."""
    left = Signal()
    """Back to the list."""

    def __init__(self, heading: str, explanation: str, source: Source) -> None:
        super().__init__()
        self.source = self._open_project = source
        self._heading, self._explanation = heading, explanation
        self.setAccessibleName(heading)
        self.heading, self.explanation = ShortLabel(), Words("", "dim")
        self.heading.setProperty("role", "heading")
        self.outlook = Words("", "dim")
        self.outlook.setWordWrap(True)
        self.queue_button = QPushButton("Put in the queue")
        self.queue_button.setProperty("primary", True)
        self.queue_button.clicked.connect(self._queue)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.left)
        self.head = QHBoxLayout()
        self.head.addWidget(self.heading, 1)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(6)
        buttons = QWidget()
        pair = QHBoxLayout(buttons)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(8)
        pair.addWidget(self.queue_button)
        pair.addWidget(self.cancel_button)
        pair.addStretch(1)
        foot = FoldingRow(SIDE_BY_SIDE)
        foot.row.addWidget(buttons)
        foot.row.addWidget(self.outlook, 1)
        page = QWidget()
        page.setProperty("role", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addLayout(self.head)
        column.addWidget(self.explanation)
        column.addLayout(self.rows)
        column.addStretch(1)
        foot.row.setContentsMargins(12, 4, 12, 8)
        self.area = QScrollArea()
        self.area.setWidget(page)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Only when all rows have their places: the words below may still be about to take a second line.
        later = Qt.ConnectionType.QueuedConnection
        self.area.verticalScrollBar().rangeChanged.connect(self._show_typed, later)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.area, 1)
        outer.addWidget(foot)
        self.plan_from(source)

    def plan_from(self, source: Source | None = None) -> None:
        """Plan runs from another project; None: from the one that is open."""
        self.source = source or self._open_project
        self.heading.say(f"{self._heading}: {self.source.title}")
        self.explanation.say(self._explanation.format(self.source.words))

    def set_tab_order(self, *fields: QWidget) -> None:
        """Let Tab go through these, then to the buttons, whatever was made first."""
        order = [*fields, self.queue_button, self.cancel_button]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    def _show_typed(self) -> None:
        """Rows were added, or there is less room: what is typed in must still be seen."""
        field, page = self.focusWidget(), self.area.widget()
        if field is not None and page is not None and field.hasFocus() and page.isAncestorOf(field):
            # Qt's ensureWidgetVisible makes do with the cursor of a field.
            place = field.mapTo(page, QPoint(0, 0))
            self.area.ensureVisible(place.x(), place.y() + field.height(), 0, BESIDE_FIELD)
            self.area.ensureVisible(place.x(), place.y(), 0, BESIDE_FIELD)

    def planned(self) -> list[QueuedRun]:
        """The runs that were asked for, all of them checked.

        Raises
        ------
        GridError
            If that is impossible; the text says why.
        """
        raise NotImplementedError

    @property
    def has_begun(self) -> bool:
        """Whether anything was typed that could be wrong; before, what is missing is no mistake."""
        return True

    def say_outlook(self) -> None:
        """Say how many runs it makes and how long they will take, or why it makes none."""
        try:
            runs = self.planned()
        except GridError as error:
            self._say(str(error), "error" if self.has_begun else "dim", False)
            return
        count = f"{counted(len(runs), 'run')} of at most {MOST_RUNS}"
        self._say(f"{count}, {self.source.outlook(runs).words}", "dim", True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _say(self, text: str, role: str, is_possible: bool) -> None:
        if self.outlook.property("role") != role:
            self.outlook.setProperty("role", role)
            self.outlook.style().unpolish(self.outlook)
            self.outlook.style().polish(self.outlook)
        self.outlook.say(text)
        self.queue_button.setEnabled(is_possible)

    def _queue(self) -> None:
        try:
            runs = self.planned()
        except GridError as error:
            self._say(str(error), "error", False)
            return
        self.queued.emit(runs)


def _about_bytes(count: int) -> str:
    """``60 MB``, ``1.2 GB``, in two digits: it is an estimate."""
    megabytes = float(f"{count / 1e6:.2g}")
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.2g} GB"


def labelled(text: str, widget: QWidget) -> QLabel:
    """A label that belongs to a widget."""
    label = QLabel(text)
    label.setBuddy(widget)
    return label


Check = Callable[[], None]
