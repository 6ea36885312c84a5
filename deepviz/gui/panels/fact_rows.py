"""Facts: a name on the left, a value in tabular figures on the right.

Values change many times a second while a run goes on. Only where the rows take another height by that, the panel
around them is told, which is placed and painted anew then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from deepviz.gui.panels.side_panel import breakable, reveal

ROW_HEIGHT = 18

Fact = tuple[str, str]
"""A name and a value."""


class FactRows(QWidget):
    """A list of facts. Setting them again changes only what differs, so it may be done many times a second."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()
        self._notes: dict[str, str] = {}
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._inside = QWidget(self)
        """Holds the rows. There is no layout between it and this widget, because that would pass all changes on."""
        self._needed: tuple[QSize, QSize, int] | None = None
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def value(self, name: str) -> str:
        """The value shown beside a name; KeyError if there is none."""
        return dict(self._facts)[name]

    def note(self, name: str) -> str:
        """What is said about a fact when the pointer rests on it; empty for nothing."""
        return self._notes.get(name, "")

    def set_facts(self, facts: Sequence[Fact], notes: Mapping[str, str] | None = None) -> None:
        """Show these facts, in this order.

        Parameters
        ----------
        notes
            By the name of a fact what to say when the pointer rests on it, such as its exact value.
        """
        before, self._facts = self._facts, tuple(facts)
        notes_before, self._notes = self._notes, dict(notes or {})
        while len(self._rows) < len(facts):
            self._rows.append(self._new_row())
        for number, (name, value) in enumerate(facts):
            note = self._notes.get(name, "")
            if number < len(before) and before[number] == (name, value) and notes_before.get(name, "") == note:
                continue
            left, right = self._rows[number]
            left.setToolTip(note)
            right.setToolTip(note)
            right.setAccessibleDescription(note)
            left.setText(name)
            right.setText(breakable(value))
            right.setAccessibleName(f"{name}: {value}")
        if len(facts) != len(before):
            for number, labels in enumerate(self._rows):
                for label in labels:
                    label.setVisible(number < len(facts))
        self._take_room()
        reveal(self, bool(facts))

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._inside.minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        return self._inside.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return self._inside.heightForWidth(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._inside.resize(event.size())
        self._take_room()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._take_room()
        return super().event(event)

    def _take_room(self) -> None:
        """Tell the panel around if the rows need another room than before."""
        inside = self._inside
        needed = inside.sizeHint(), inside.minimumSizeHint(), inside.heightForWidth(self.width())
        if needed != self._needed:
            self._needed = needed
            self.updateGeometry()

    def _new_row(self) -> tuple[QLabel, QLabel]:
        left, right = QLabel(), QLabel()
        left.setProperty("role", "dim")
        right.setProperty("role", "number")
        for label in (left, right):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumHeight(ROW_HEIGHT)
        right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        right.setWordWrap(True)
        right.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        left.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        right.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._grid.addWidget(left, len(self._rows), 0)
        self._grid.addWidget(right, len(self._rows), 1)
        return left, right
