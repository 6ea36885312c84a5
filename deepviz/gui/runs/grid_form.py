"""The form that varies settings of the open project or of that of a run: a line for each, with the values to try."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.runs.bars import FoldingRow
from deepviz.gui.runs.plan_page import PlanPage, Source
from deepviz.numerals import shortest
from deepviz.registry import Hyperparameter
from deepviz.training.grid import Axis, Choice, GridError, axis_of, choices_of, grid
from deepviz.training.grid_values import ValuesError
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_settings import value_words

PAUSE = 250
"""Milliseconds after the last letter until all combinations are checked."""
SETTING_LETTERS = 18
USUAL = (".learning_rate", ".batch_size", ".units", ".filters", ".rate", ".epochs")
"""How settings end that are varied most, in this order."""
SIDE_BY_SIDE = 420
"""Pixels of width that a setting and its values need beside each other."""


class AxisRow(QWidget):
    """One setting and the values to try; what is wrong with them stands below."""

    changed = Signal()
    removed = Signal()

    def __init__(self, choices: Sequence[Choice], path: str) -> None:
        super().__init__()
        self._choices = list(choices)
        self.setting = ChoiceBox()
        self.setting.setAccessibleName("Setting")
        self.setting.setMaxVisibleItems(16)
        self.setting.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setting.setMinimumContentsLength(SETTING_LETTERS)
        for choice in self._choices:
            is_layers = choice.path.startswith("graph.")  # whose names are as they are
            self.setting.addItem(
                choice.label if is_layers else choice.label[:1].upper() + choice.label[1:], choice.path
            )
        self.values = QLineEdit()
        self.values.setAccessibleName("Values to try")
        self.values.setProperty("number", True)
        self.reason = Words("", "error")
        self.remove_button = QToolButton()
        self.remove_button.setText("×")
        self.remove_button.setToolTip("Do not vary this setting")
        self.remove_button.setAccessibleName("Remove this setting")
        typed = QWidget()
        beside = QHBoxLayout(typed)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(6)
        beside.addWidget(self.values, 1)
        beside.addWidget(self.remove_button)
        line = FoldingRow(SIDE_BY_SIDE)
        line.row.addWidget(self.setting)
        line.row.addWidget(typed, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(line)
        column.addWidget(self.reason)
        self.setting.setCurrentIndex(max(0, self.setting.findData(path)))
        self._explain()
        self.setting.currentIndexChanged.connect(self._choose)
        self.values.textChanged.connect(self.changed)
        self.remove_button.clicked.connect(self.removed)

    @property
    def choice(self) -> Choice:
        """The setting that is chosen."""
        return self._choices[self.setting.currentIndex()]

    def axis(self) -> Axis:
        """The values that were typed.

        Raises
        ------
        GridError
            If they are none; it is said below them as well.
        """
        try:
            axis = axis_of(self.choice, self.values.text())
        except ValuesError as error:
            self.say(str(error) if self.values.text().strip() else "")
            raise GridError(str(error)) from None
        self.say("")
        return axis

    def say(self, reason: str) -> None:
        """Say what is wrong with these values; nothing if it is empty."""
        self.reason.say(reason)
        if bool(self.values.property("invalid")) != bool(reason):
            self.values.setProperty("invalid", bool(reason))
            self.values.style().unpolish(self.values)
            self.values.style().polish(self.values)

    def _choose(self) -> None:
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        choice = self.choice
        present = value_words(list(choice.present) if isinstance(choice.present, tuple) else choice.present)
        self.values.setPlaceholderText(f"now {present}; for example {_example(choice.wanted)}")
        low, high = choice.wanted.minimum, choice.wanted.maximum
        least = "" if low is None else f"{'above' if choice.wanted.exclusive_minimum else 'at least'} {shortest(low)}"
        bounds = ", ".join(filter(None, (least, "" if high is None else f"at most {shortest(high)}")))
        self.values.setToolTip("\n".join(filter(None, (choice.wanted.help, bounds, choice.path))))


class GridForm(PlanPage):
    """Asks which settings are varied, and how."""

    def __init__(self, source: Source) -> None:
        super().__init__(
            "Vary settings",
            "{}; all combinations are trained. Values: 0.1, 0.01 or 0.1..0.001 log 3, 16..64 step 16, "
            "0..1 linear 5, all.",
            source,
        )
        self.axis_rows: list[AxisRow] = []
        self._choices: list[Choice] = []
        self.add_button = QPushButton("Add a setting")
        self.add_button.clicked.connect(self._add)
        self.setFocusProxy(self.add_button)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        self.rows.addLayout(self._list)
        self.head.addWidget(self.add_button)  # above the rows, so that it can be seen however many there are
        self._later = QTimer(self, singleShot=True, interval=PAUSE)
        self._later.timeout.connect(self.say_outlook)

    def open(self) -> None:
        """Show the settings of the project that runs are planned from; what was typed for those it has stays."""
        before = [(row.choice.path, row.values.text()) for row in self.axis_rows]
        self._choices = choices_of(self.source.project)
        for row in list(self.axis_rows):
            self._remove(row, look=False)
        known = {choice.path for choice in self._choices}
        for path, text in before or [("plan.optimizer.learning_rate", "")]:
            if path in known:
                self._add(path, text)
        if not self.axis_rows:
            self._add()
        self.say_outlook()
        self.axis_rows[0].values.setFocus()
        self.axis_rows[0].values.selectAll()

    @property
    def has_begun(self) -> bool:
        return any(row.values.text().strip() for row in self.axis_rows)

    def planned(self) -> list[QueuedRun]:
        # Every row says what is wrong with it, and not only the first.
        axes, failed = [], None
        for row in self.axis_rows:
            try:
                axes.append(row.axis())
            except GridError as error:
                failed = failed or error
        if failed is not None:
            is_marked = any(row.reason.said for row in self.axis_rows)
            raise GridError("Mend the values that are marked in red.") if is_marked else failed
        try:
            return grid(self.source.project, axes, self.source.facts)
        except GridError as error:
            if error.axis is not None:
                self.axis_rows[error.axis].say(str(error))
            raise

    def _add(self, path: str | bool = "", text: str = "") -> None:
        row = AxisRow(self._choices, path if isinstance(path, str) and path else self._free())
        row.values.setText(text)
        row.changed.connect(self._later.start)
        row.removed.connect(lambda: self._remove(row))
        row.values.returnPressed.connect(self._queue)
        self.axis_rows.append(row)
        self._list.addWidget(row)
        self._order_tabs()
        row.values.setFocus()
        QTimer.singleShot(0, row, lambda: self.area.ensureWidgetVisible(row))  # once it has its place
        self._later.start()

    def _free(self) -> str:
        """The setting that is most likely to be varied next: of those that people vary, then of all."""
        taken = {row.choice.path for row in self.axis_rows}
        free = [choice.path for choice in self._choices if choice.path not in taken]
        usual = [path for name in USUAL for path in free if path.endswith(name)]
        return next(iter([*usual, *free]), "")

    def _order_tabs(self) -> None:
        fields = [each for row in self.axis_rows for each in (row.setting, row.values, row.remove_button)]
        self.set_tab_order(*fields, self.add_button)

    def _remove(self, row: AxisRow, look: bool = True) -> None:
        self.axis_rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._order_tabs()
        if look:
            if self.axis_rows:
                self.axis_rows[-1].values.setFocus()
            else:
                self.add_button.setFocus()
            self.say_outlook()

    def hideEvent(self, event: object) -> None:
        self._later.stop()
        super().hideEvent(event)  # type: ignore[arg-type]  # Qt hands over a QHideEvent


def _example(wanted: Hyperparameter) -> str:
    if wanted.kind == "switch":
        return "on, off"
    if wanted.kind == "choice":
        return ", ".join(map(str, wanted.choices[:2]))
    if wanted.kind == "integer":
        return "8, 16, 32"
    if wanted.kind == "number":
        return "0.1, 0.01, 0.001" if wanted.maximum is None or wanted.maximum > 1 else "0.1, 0.3, 0.5"
    return "3 x 3; 5 x 5"
