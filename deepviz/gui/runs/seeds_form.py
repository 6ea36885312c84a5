"""The form that repeats the open project with several seeds."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from deepviz.gui.runs.plan_page import PlanPage, Source, labelled
from deepviz.training.grid import GridError, seeds
from deepviz.training.queue_entry import QueuedRun

USUAL_COUNT = 5


class SeedsForm(PlanPage):
    """Asks how many seeds, and which is the first."""

    def __init__(self, source: Source) -> None:
        super().__init__(
            "Repeat with seeds",
            "The same project several times, each with other weights to begin with and another order of samples: how "
            "much of a result is luck? The view Seeds shows mean, smallest and largest of all of them.",
            source,
        )
        self.count, self.first = QLineEdit(str(USUAL_COUNT)), QLineEdit("0")
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, field in (("Number of seeds", self.count), ("First seed", self.first)):
            field.setProperty("number", True)
            field.setFixedWidth(96)
            field.setAccessibleName(text)
            field.textChanged.connect(self.say_outlook)
            field.returnPressed.connect(self._queue)
            row.addWidget(labelled(text, field))
            row.addWidget(field)
            row.addSpacing(8)
        row.addStretch(1)
        self.rows.addLayout(row)

    def open(self) -> None:
        """Begin anew for the project that is open."""
        self.first.setText(str(self.source.project.plan.run.seed))
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
