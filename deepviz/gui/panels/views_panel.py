"""The sheet of all live views under their headings: a tick is an open one, and the sheet stays open for the next.

A click on the box opens or closes; one on the name opens or brings to the front. Arrow keys go from one to the next
within a column and across the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.panels.popover import Popover
from deepviz.gui.panels.side_panel import Words, line

WIDTH, TALLEST = 652, 480
MARGIN = 16
COLUMNS = 4
ROW, HEADING = 26, 24
GAP = 8
BESIDE_BOX = 2
"""Pixels to the right of a box where a hand still means it."""

Entry = tuple[str, str]
"""The key of a view, and its title."""

ARROWS = {Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0)}


class ViewsPanel(Popover):
    """Offers views. It opens above its button, so that those below can be seen while they are chosen.

    Parameters
    ----------
    groups
        The views under each heading, in order.

    Attributes
    ----------
    switches
        One for each view, by its key; it has a tick while the view is open.
    """

    view_chosen = Signal(str, bool)
    """The key of a view that is to be opened and brought to the front, or to be closed."""
    arrange_wanted = Signal()
    prefers_above = True

    def __init__(self, groups: Sequence[tuple[str, Sequence[Entry]]]) -> None:
        self._page = QWidget()
        super().__init__("Views", self._page)
        self.switches: dict[str, QCheckBox] = {}
        self._columns: list[list[QCheckBox]] = []
        heights = [HEADING + ROW * len(entries) + GAP for _, entries in groups]
        across = QHBoxLayout()
        across.setSpacing(MARGIN)
        start = 0
        for count in shared_out(heights, COLUMNS):
            across.addLayout(self._column(groups[start : start + count]), 1)
            start += count
        self.arrange_button = QPushButton("Arrange as at first")
        self.arrange_button.setProperty("field", True)
        self.arrange_button.setToolTip("Open the views of the first start side by side, and close all others")
        self.arrange_button.clicked.connect(self._arrange)
        below = QHBoxLayout()
        below.addWidget(self.arrange_button)
        below.addStretch(1)
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        rows.setSpacing(8)
        rows.addLayout(across)
        rows.addWidget(line())
        rows.addLayout(below)

    def show_open(self, keys: Sequence[str]) -> None:
        """Put a tick at the views that are open."""
        for key, switch in self.switches.items():
            switch.setChecked(key in keys)

    def toggle_at(self, anchor: QWidget) -> None:
        """Open at a button, or close."""
        self.toggle_beside(anchor, WIDTH, TALLEST)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the neighbour, Escape closes."""
        key: Any = event.key()
        focused = QApplication.focusWidget()
        if key in ARROWS and isinstance(focused, QCheckBox) and focused in self.switches.values():
            self._neighbour(focused, *ARROWS[key]).setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def _column(self, groups: Sequence[tuple[str, Sequence[Entry]]]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        switches: list[QCheckBox] = []
        for heading, entries in groups:
            words = Words(heading, "group")
            words.setFixedHeight(HEADING)
            column.addWidget(words)
            for key, title in entries:
                switch = _Switch(title)
                switch.setFixedHeight(ROW)
                switch.setAccessibleName(f"{title}, {heading}")
                switch.setToolTip(f"Click the box to open or close {title}, its name to bring it to the front")
                switch.clicked.connect(lambda is_on, key=key: self.view_chosen.emit(key, is_on))
                switch.name_clicked.connect(lambda key=key: self.view_chosen.emit(key, True))
                column.addWidget(switch)
                self.switches[key] = switch
                switches.append(switch)
            column.addSpacing(GAP)
        column.addStretch(1)
        self._columns.append(switches)
        return column

    def _arrange(self) -> None:
        self.close_quietly()
        self.arrange_wanted.emit()

    def _neighbour(self, switch: QCheckBox, right: int, down: int) -> QCheckBox:
        number = next(number for number, column in enumerate(self._columns) if switch in column)
        column = self._columns[number]
        if down:
            return column[min(max(column.index(switch) + down, 0), len(column) - 1)]
        beside = self._columns[min(max(number + right, 0), len(self._columns) - 1)]
        height = switch.mapTo(self, QPoint(0, 0)).y()
        return min(beside, key=lambda each: abs(each.mapTo(self, QPoint(0, 0)).y() - height))


class _Switch(QCheckBox):
    """A tick box that leaves the arrow keys to its sheet. A click on its name never takes the tick away."""

    name_clicked = Signal()
    """The name of what has a tick was clicked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        here = event.position().toPoint()
        on_name = here.x() > box.right() + BESIDE_BOX and self.hitButton(here)
        if self.isDown() and self.isChecked() and on_name and event.button() == Qt.MouseButton.LeftButton:
            self.setDown(False)
            self.name_clicked.emit()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in ARROWS:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def shared_out(heights: Sequence[int], columns: int) -> list[int]:
    """How many things of these heights go into each column, in their order, so that the tallest is as low as can be."""
    if columns == 1 or len(heights) <= 1:
        return [len(heights)]
    best: list[int] = [len(heights)]
    for first in range(1, len(heights)):
        counts = [first, *shared_out(heights[first:], columns - 1)]
        if _tallest(heights, counts) < _tallest(heights, best):
            best = counts
    return best


def _tallest(heights: Sequence[int], counts: Sequence[int]) -> int:
    starts = [sum(counts[:number]) for number in range(len(counts))]
    return max(sum(heights[start : start + count]) for start, count in zip(starts, counts, strict=True))
