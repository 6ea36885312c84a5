"""The sheet that opens below Run to…: up to which step or epoch the run is to go before it pauses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.amounts import counted, thousands
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.number_box import NumberBox
from deepviz.gui.panels.popover import Popover
from deepviz.gui.panels.side_panel import Words

WIDTH, TALLEST = 300, 260
MARGIN = 16
FURTHEST = 2**31 - 1
AHEAD, AHEAD_SECONDS = 100, 6.0
"""What is offered while a run goes on lies so many steps and so many seconds ahead, so that it can be taken."""
AT_A_LOSS = "To stop at a loss or an accuracy, switch on Target under Training, Stop early."


@dataclass(frozen=True)
class Course:
    """How far a run has come, and how far it goes.

    Attributes
    ----------
    steps
        How many have been made.
    per_epoch
        How many make an epoch from now on; earlier epochs may have had other batches.
    last, epochs
        With which step the run ends, and which epoch is over then.
    speed
        How many steps it makes in a second; 0 while it rests.
    """

    steps: int
    per_epoch: int
    last: int
    epochs: int
    speed: float = 0.0

    def gone_on(self, epochs: int) -> Course:
        """The course as it is when the run goes on: one that has had all its epochs goes on for so many more."""
        if self.last > self.steps:
            return self
        return replace(self, last=self.last + epochs * self.per_epoch, epochs=self.epochs + epochs)

    @property
    def next_epoch(self) -> int:
        """The first epoch that is not over yet."""
        return self.epochs - -(-(self.last - self.steps) // self.per_epoch) + 1

    def offer(self, of_epoch: bool, seconds: float = AHEAD_SECONDS) -> int:
        """The epoch or the step that is offered: the next, or one that a run which goes on comes to in some seconds."""
        on_the_way = math.ceil(seconds * self.speed)
        if not of_epoch:
            return min(self.steps + max(AHEAD, on_the_way), self.last)
        return max(self.next_epoch, min(self.next_epoch + on_the_way // self.per_epoch, self.epochs))

    def end_of(self, epoch: int) -> int:
        """The step with which an epoch is over that is not over yet."""
        return self.last - (self.epochs - epoch) * self.per_epoch


class StopPanel(Popover):
    """Asks where the run is to pause. Whoever listens to `step_chosen` has it go there.

    Attributes
    ----------
    course_now
        Gives the course as it is now, None if the run cannot go on; asked while it is open.
    """

    step_chosen = Signal(int)
    """Sent with the number of steps, counted from the first, after which the run is to pause."""

    def __init__(self, window: QWidget) -> None:
        self._page = QWidget()
        super().__init__("Run to a step or epoch", self._page)
        self.setParent(window)
        self._course = Course(0, 1, 0, 0)
        self.course_now: Callable[[], Course | None] = lambda: self._course
        self._offered = 0
        """What was last offered; 0 once somebody has chosen something else."""
        self.number = NumberBox()
        self.number.setAccessibleName("Step or epoch")
        self.number.setProperty("number", True)
        self.number.setRange(1, FURTHEST)  # whatever is typed is told what it means, not made something else
        self.unit = ChoiceBox()
        self.unit.addItems(["epoch", "step"])
        self.unit.setAccessibleName("Unit")
        self.words = Words(role="small")
        self.go_button = QPushButton("Run")
        self.go_button.setProperty("primary", True)
        self.cancel_button = QPushButton("Cancel")
        self.unit.currentTextChanged.connect(self._use_unit)
        self.number.valueChanged.connect(self._take_up)
        self.number.lineEdit().textEdited.connect(self._keep_typed)
        self.number.lineEdit().returnPressed.connect(self.go)
        self.go_button.clicked.connect(self.go)
        self.cancel_button.clicked.connect(self.close_quietly)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.unit, 1)
        row.addWidget(self.number, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.go_button)
        column = QVBoxLayout(self._page)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(10)
        column.addWidget(Words("Run, and pause after", "heading"))
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(Words(AT_A_LOSS, "small"))
        column.addLayout(buttons)

    @property
    def step(self) -> int:
        """The number of steps that is chosen."""
        value = self.number.value()
        return self._course.end_of(value) if self._is_epoch else value

    def open_at(self, anchor: QWidget, course: Course) -> None:
        """Open at a button, or close."""
        if self.isVisible():
            self.close_quietly()
            return
        self._course = course
        self._use_unit()
        self.open_beside(anchor, WIDTH, TALLEST)
        self.number.setFocus()
        self.number.selectAll()

    def follow(self) -> None:
        """Show how far the run has come meanwhile; an offer goes on with it, what somebody has chosen stays."""
        if not self.isVisible():
            return
        course = self.course_now()
        if course is None:
            self.close_quietly()
            return
        self._course = course
        # It stays for a while, so that it can be read, and goes on before the run is there; one may begin anew.
        nearest, farthest = course.offer(self._is_epoch, AHEAD_SECONDS / 2), course.offer(self._is_epoch)
        if self._offered and not nearest <= self._offered <= farthest:
            self._make_offer()
        self._tell()

    def go(self) -> None:
        """Have the run go on to there, and close; say so if it is there already."""
        self.number.interpretText()
        self._course = self.course_now() or self._course
        self._tell()
        if self.go_button.isEnabled():
            self.close_quietly()
            self.step_chosen.emit(self.step)

    @property
    def _is_epoch(self) -> bool:
        return self.unit.currentText() == "epoch"

    def _use_unit(self) -> None:
        self._make_offer()
        self._tell()

    def _make_offer(self) -> None:
        """Put what can be chosen with Enter alone into the field; all of it is marked if it was."""
        line, value = self.number.lineEdit(), self._course.offer(self._is_epoch)
        was_marked = line.hasSelectedText() and line.selectedText() == line.text()
        self._offered = 0
        self.number.setValue(value)
        self._offered = value
        if was_marked:
            self.number.selectAll()

    def _take_up(self, value: int) -> None:
        """Another number stands in the field: one that somebody has chosen, unless it is being offered."""
        self._offered = 0
        self._tell()

    def _keep_typed(self) -> None:
        self._offered = 0

    def _tell(self) -> None:
        course, value = self._course, self.number.value()
        is_over = value < course.next_epoch if self._is_epoch else value <= course.steps
        is_beyond = value > (course.epochs if self._is_epoch else course.last)
        self.go_button.setEnabled(not is_over and not is_beyond)
        if is_beyond:
            end = f"epoch {thousands(course.epochs)}, step {thousands(course.last)}"
            self.words.say(f"The run ends with {end}. Choose more epochs under Training.")
        elif is_over:
            self.words.say(f"{self.unit.currentText().capitalize()} {thousands(value)} is over already.")
        else:
            which = f"step {thousands(self.step)}, " if self._is_epoch else ""
            self.words.say(f"That is {which}{counted(self.step - course.steps, 'more step')}.")
        self.fit()
