"""The sheet that opens below Run to…: up to which step or epoch the run is to go before it pauses."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from deepviz.gui.amounts import counted
from deepviz.gui.panels.popover import Popover
from deepviz.gui.panels.side_panel import Words

WIDTH, TALLEST = 300, 260
MARGIN = 16
FURTHEST = 2**31 - 1


class StopPanel(Popover):
    """Asks where the run is to pause. Whoever listens to `step_chosen` has it go there."""

    step_chosen = Signal(int)
    """Sent with the number of steps, counted from the first, after which the run is to pause."""

    def __init__(self, window: QWidget) -> None:
        self._page = QWidget()
        super().__init__("Run to a step or epoch", self._page)
        self.setParent(window)
        self._steps = self._per_epoch = self._last = 0
        self.number = QSpinBox()
        self.number.setAccessibleName("Step or epoch")
        self.number.setProperty("number", True)
        self.number.setGroupSeparatorShown(True)
        self.unit = QComboBox()
        self.unit.addItems(["epoch", "step"])
        self.unit.setAccessibleName("Unit")
        self.words = Words(role="small")
        self.go_button = QPushButton("Run")
        self.go_button.setProperty("primary", True)
        self.cancel_button = QPushButton("Cancel")
        self.unit.currentTextChanged.connect(self._use_unit)
        self.number.valueChanged.connect(self._tell)
        self.number.lineEdit().returnPressed.connect(self.go)
        self.go_button.clicked.connect(self.go)
        self.cancel_button.clicked.connect(self.close_quietly)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.number, 1)
        row.addWidget(self.unit, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.go_button)
        column = QVBoxLayout(self._page)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(10)
        heading = Words(role="title")
        heading.say("Run, and pause after")
        for part in (heading, row, self.words, buttons):
            if isinstance(part, QWidget):
                column.addWidget(part)
            else:
                column.addLayout(part)

    @property
    def step(self) -> int:
        """The number of steps that is chosen."""
        value = self.number.value()
        return value * self._per_epoch if self.unit.currentText() == "epoch" else value

    def open_at(self, anchor: QWidget, steps: int, steps_per_epoch: int, last: int) -> None:
        """Open at a button, or close.

        Parameters
        ----------
        steps
            How many have been made.
        steps_per_epoch
            How many make an epoch.
        last
            With which step the run ends.
        """
        if self.isVisible():
            self.close_quietly()
            return
        self._steps, self._per_epoch, self._last = steps, max(1, steps_per_epoch), last
        self._use_unit(self.unit.currentText())
        self.open_beside(anchor, WIDTH, TALLEST)
        self.number.setFocus()
        self.number.selectAll()

    def go(self) -> None:
        """Have the run go on to there, and close."""
        self.number.interpretText()
        if self.go_button.isEnabled():
            self.close_quietly()
            self.step_chosen.emit(self.step)

    def _use_unit(self, unit: str) -> None:
        each = self._per_epoch if unit == "epoch" else 1
        done = self._steps // each
        self.number.setRange(done + 1, max(done + 1, self._last // each))
        self.number.setValue(done + 1 if unit == "epoch" else self._steps + 100)
        self._tell()

    def _tell(self) -> None:
        more = self.step - self._steps
        can_go = more > 0 and self.step <= self._last
        self.go_button.setEnabled(can_go)
        left = f"That is {counted(more, 'more step')}."
        self.words.say(left if can_go else "The run has had all its epochs. Choose more of them under Training.")
