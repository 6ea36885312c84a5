"""What looks at the predictions for a part of the data have in common: the choice of the part, and the words for it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from deepviz.datasets.prepared import Part, PreparedData
from deepviz.gui.amounts import thousands
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.look import Look
from deepviz.gui.settings import PREDICTIONS_PART, Setting, Settings, Value

TOOLTIP = Qt.ItemDataRole.ToolTipRole
ROOM_FOR_TITLE = 180
"""Pixels of the header that its title and buttons need."""
PART_NAMES = {"train": "Training", "validation": "Validation", "test": "Test"}
PART_WORDS = {
    "train": "Training samples: the weights are fitted to these",
    "validation": "Validation samples: never learnt from, measured while it trains",
    "test": "Test samples: kept apart, to be looked at in the end",
}


class PartLook(Look):
    """A look at what the network says of the samples of one part.

    Attributes
    ----------
    task
        Which data it is about: "classification", "regression", or both if empty.
    """

    category = "Predictions"
    task: ClassVar[str] = ""
    other_view: ClassVar[str] = ""
    """What to look at instead if the data are not of this task."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._wanted_part = ""
        self._settings: Settings | None = None
        self._shown_data: PreparedData | None = None
        super().__init__(parent)
        self._choices: list[QComboBox] = []
        self.part_choice = self.choice("Which samples", 112)
        self.part_choice.currentIndexChanged.connect(self._choose_part)
        self.header.add(self.part_choice)

    # Which samples

    @property
    def part(self) -> str:
        """The part that is looked at: the one chosen if there is one, else validation data, else training data."""
        parts = parts_of(self.data)
        if self._wanted_part in parts:
            return self._wanted_part
        return "validation" if "validation" in parts else "train"

    def choose_part(self, part: str, remembers: bool = True) -> None:
        """Look at another part of the data from now on, and at later starts too."""
        before, self._wanted_part = self.part, part
        if remembers:
            self.remember(PREDICTIONS_PART, part)
        self._show_part_chosen()
        if self.part != before:
            self._part_changed()
            self.ask_again()

    def samples(self) -> Part | None:
        """The samples of the part that is looked at."""
        return parts_of(self.data).get(self.part)

    def count_in_words(self, looked_at: int, total: int) -> str:
        """How many samples this is about: `500 validation samples`, `2 000 of 8 000 training samples`."""
        count = thousands(looked_at) if looked_at == total else f"{thousands(looked_at)} of {thousands(total)}"
        return f"{count} {PART_NAMES[self.part].lower()} samples"

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._wanted_part = settings.get(PREDICTIONS_PART)
        self._show_part_chosen()

    def remember(self, setting: Setting[Value], value: Value) -> None:
        """Find this choice again at the next start."""
        if self._settings is not None:
            self._settings.set(setting, value)

    # For the looks themselves

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if self.data is None or (self.report is not None and self.report.problems):
            return missing
        return self.why_not(self.data) or missing

    def why_not(self, data: PreparedData) -> str:
        """Why these data cannot be shown, in words for the user; empty if they can."""
        if not self.task or data.task == self.task:
            return ""
        have = "classes and no numbers to fit" if data.task == "classification" else "numbers to fit and no classes"
        return f"These data have {have}. Open {self.other_view} instead."

    @property
    def can_ask(self) -> bool:
        """Whether there are data of the right kind."""
        return self.data is not None and not self.why_not(self.data)

    def choice(self, name: str, width: int) -> QComboBox:
        """A small list to choose from for the header, so many pixels wide."""
        box = ChoiceBox(self)
        box.setAccessibleName(name)
        box.setToolTip(name)
        # It can be squeezed, lest it keeps the view from being made so narrow that it goes.
        box.setMinimumWidth(16)
        box.setMaximumWidth(width)
        box.hide()
        self._choices.append(box)
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_choices()

    def _show_choices(self) -> None:
        """Show as many of the choices as leave room for the title; the menu has all of them."""
        taken = 0
        for number, box in enumerate(self._choices):
            # Which samples it is about is worth all the room that the title leaves; what is chosen can be read in less.
            if number == 0:
                box.ensurePolished()
                least = min(box.maximumWidth(), box.sizeHint().width())
                has_room = self.width() >= self.header.room_beside_choice + least
            else:
                has_room = self.width() >= ROOM_FOR_TITLE + taken + box.maximumWidth()
            taken += box.maximumWidth()
            box.setVisible(self.can_ask and box.count() > 1 and has_room)

    def _project_changed(self) -> None:
        if self.data is self._shown_data:
            return
        self._shown_data, self.step = self.data, None
        self._forget()
        with QSignalBlocker(self.part_choice):
            self.part_choice.clear()
            for part in parts_of(self.data):
                self.part_choice.addItem(PART_NAMES[part], part)
                self.part_choice.setItemData(self.part_choice.count() - 1, PART_WORDS[part], TOOLTIP)
        self._show_part_chosen()
        for part, action in self._part_actions.items():
            action.setEnabled(part in parts_of(self.data))
        self._show_choices()

    def _forget(self) -> None:
        """Other data are open: what was answered says nothing any more."""

    def _part_changed(self) -> None:
        """Another part is looked at: what was chosen in the one before is gone."""

    def _choose_part(self, index: int) -> None:
        self.choose_part(self.part_choice.itemData(index))

    def _show_part_chosen(self) -> None:
        with QSignalBlocker(self.part_choice):
            self.part_choice.setCurrentIndex(self.part_choice.findData(self.part))
        for part, action in self._part_actions.items():
            action.setChecked(part == self.part)
        self.part_choice.setToolTip(f"Which samples. {PART_WORDS[self.part]}.")

    def _build_choices(self, menu: QMenu) -> None:
        samples = menu.addMenu("Samples")
        samples.setToolTipsVisible(True)
        self._part_actions: dict[str, QAction] = {}
        for part, name in PART_NAMES.items():
            action = QAction(name, self, checkable=True)
            action.setToolTip(PART_WORDS[part])
            action.triggered.connect(lambda _, part=part: self.choose_part(part))
            samples.addAction(action)
            self._part_actions[part] = action


def parts_of(data: PreparedData | None) -> dict[str, Part]:
    """The parts of the data that there are, by name."""
    if data is None:
        return {}
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    return {name: part for name, part in parts.items() if part is not None}
