"""The form that repeats a project with several seeds: the open one, or that of a run of the list."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from deepviz.gui.runs.bars import FoldingRow
from deepviz.gui.runs.plan_page import PlanPage, Source, labelled
from deepviz.training.grid import GridError, seeds
from deepviz.training.queue_entry import QueuedRun

USUAL_COUNT = 5
SIDE_BY_SIDE = 460
"""Pixels of width that both fields need beside each other."""


class SeedsForm(PlanPage):
    """Asks how many seeds, and which is the first."""

    def __init__(self, source: Source) -> None:
        super().__init__(
            "Repeat with seeds",
            "{}, several times, each with other weights to begin with and another order of samples: how much of a "
            "result is luck? The view Seeds shows mean, smallest and largest of all of them.",
            source,
        )
        self.count, self.first = QLineEdit(str(USUAL_COUNT)), QLineEdit("0")
        folding = FoldingRow(SIDE_BY_SIDE)
        for text, field in (("Number of seeds", self.count), ("First seed", self.first)):
            field.setProperty("number", True)
            field.setFixedWidth(96)
            field.setAccessibleName(text)
            field.textChanged.connect(self.say_outlook)
            field.returnPressed.connect(self._queue)
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 8, 0)
            row.setSpacing(8)
            row.addWidget(labelled(text, field))
            row.addWidget(field)
            row.addStretch(1)
            folding.row.addWidget(pair)
        folding.row.addStretch(1)
        self.rows.addWidget(folding)
        self.setFocusProxy(self.count)

    def open(self) -> None:
        """Begin anew for the project that runs are planned from."""
        self.first.setText(str(self.source.project.plan.run.seed))
        self.set_tab_order(self.count, self.first)  # now that all of them are in one window
        self.say_outlook()
        self.count.setFocus()
        self.count.selectAll()

    def planned(self) -> list[QueuedRun]:
        numbers = []
        for text, field in (("The number of seeds", self.count), ("The first seed", self.first)):
            if not field.text().strip().isdecimal():
                raise GridError(f"{text} must be a whole number.")
            numbers.append(int(field.text()))
        count, first = numbers
        return seeds(self.source.project, count, first, self.source.facts)
