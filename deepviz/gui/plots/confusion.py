"""Which classes are taken for which, as a matrix; a click on a cell shows the samples that are counted in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from deepviz.gui.amounts import percent, thousands
from deepviz.gui.plots.confusion_cells import RIGHT_COLOR, WRONG_COLOR
from deepviz.gui.plots.confusion_grid import LEAST_ROOM_FOR_SUMS, ConfusionGrid
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.part_look import PartLook
from deepviz.gui.plots.sample_list import Listed, SampleList
from deepviz.gui.settings import CONFUSION_SCALE, Settings
from deepviz.gui.short_label import ShortLabel
from deepviz.gui.theme import Theme
from deepviz.insight.confusion import SCALES, Confusion, ConfusionCounts

MOST_LISTED = 200
"""Of a cell, so many samples are listed."""
SCALE_WORDS = {"count": "Counts", "row": "% of rows", "column": "% of columns"}
ROOM_BESIDE, ROOM_BELOW = 420, 340
"""Pixels of width and of height from which on both have room."""
SMALLEST = (150, 110)
MATRIX_SHARE, SAMPLE_ROOM = 0.6, 112
"""Of the width, what the matrix has beside samples, and the pixels that one of these needs."""
WIDE = 1.25
"""From this ratio of width to height on, the samples of a cell stand beside the matrix and not below it."""


class ConfusionMatrix(PartLook):
    """True classes against predicted ones."""

    key = "confusion"
    title = "Confusion"
    explanation = "Which classes are taken for which: a row for each true class, a column for each predicted one."
    order = 70
    task = "classification"
    other_view = "Residuals"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: ConfusionCounts | None = None
        self.scale = "count"
        self.opened: tuple[int, int] | None = None
        super().__init__(parent)
        self.scale_choice = self.choice("What the cells show", 104)
        for scale in SCALES:
            self.scale_choice.addItem(SCALE_WORDS[scale], scale)
        self.scale_choice.currentIndexChanged.connect(lambda index: self.choose_scale(SCALES[index]))
        self.header.add(self.scale_choice)
        self.grid.opened.connect(self.open_cell)
        self.grid.menu_requested.connect(self._open_menu)
        self.samples_list.chosen.connect(lambda index: self.sample_chosen.emit(self.part, index))
        self.samples_list.can_be_left = True
        self.samples_list.left.connect(self.close_cell)

    def question(self) -> Confusion | None:
        return Confusion(self.part) if self.can_ask else None

    def show_answer(self, answer: Any) -> None:
        if answer.part != self.part or self.data is None:
            return
        self.answer = answer
        accuracy = f"accuracy {percent(answer.accuracy, space=' ')}"
        caption = f"{accuracy} · {self.count_in_words(answer.samples, answer.total)}"
        short = caption.removeprefix("accuracy ").removesuffix(" samples")
        self.grid.show_counts(answer, self.data.class_names, self.scale, caption, short)
        self.header.set_entries(
            [Entry("right", "", RIGHT_COLOR, is_patch=True), Entry("wrong", "", WRONG_COLOR, is_patch=True)]
        )
        self._list_samples()

    def choose_scale(self, scale: str) -> None:
        """Show counts, or shares of the true or of the predicted class."""
        self.scale = scale
        self.remember(CONFUSION_SCALE, scale)
        with QSignalBlocker(self.scale_choice):
            self.scale_choice.setCurrentIndex(SCALES.index(scale))
        for each, action in self._scale_actions.items():
            action.setChecked(each == scale)
        if self.answer is not None:
            self.show_answer(self.answer)

    def open_cell(self, true: int, predicted: int) -> None:
        """Show the samples of a cell."""
        self.opened, was_closed = (true, predicted), self.pane.isHidden()
        self._turn()
        self.pane.show()
        self._list_samples()
        if was_closed:
            self._share_room()
        self.samples_list.view.setFocus()

    def close_cell(self) -> None:
        """Show the matrix alone."""
        self.opened = None
        had_focus = self.pane.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self.pane.hide()
        self._turn()
        if had_focus:
            self.grid.setFocus()

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self.choose_scale(settings.get(CONFUSION_SCALE))

    def apply_theme(self, theme: Theme) -> None:
        self.grid.apply_theme(theme)
        self.samples_list.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.grid.paint_into(painter, QRectF(rect.topLeft(), self.grid.size()))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer, data = self.answer, self.data
        assert answer is not None
        assert data is not None
        names = data.class_names
        columns = ["true class", *(f"predicted {name}" for name in names), "samples", "recall", "precision"]
        rows = [
            [name, *counts.tolist(), int(counts.sum()), float(recall), float(precision)]
            for name, counts, recall, precision in zip(
                names, answer.counts, answer.recall, answer.precision, strict=True
            )
        ]
        return columns, rows

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _make_content(self) -> QWidget:
        self.grid = ConfusionGrid()
        self.grid.setAccessibleName("Confusion matrix")
        self.pane = QWidget()
        self.pane_title = ShortLabel()
        self.pane_title.setProperty("role", "dim")
        close = QToolButton(self.pane)
        close.setText("✕")
        close.setToolTip("Close (Esc)")
        close.setAccessibleName("Close the samples")
        close.clicked.connect(self.close_cell)
        above = QHBoxLayout()
        above.setContentsMargins(10, 0, 4, 0)
        above.addWidget(self.pane_title, 1)
        above.addWidget(close)
        self.samples_list = SampleList("Samples of the cell", self.pane)
        column = QVBoxLayout(self.pane)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(self.samples_list, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.grid)
        self.splitter.addWidget(self.pane)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([600, 400])
        self.splitter.setMinimumSize(*SMALLEST)
        self.pane.hide()
        return self.splitter

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        menu.addAction("Show all cells").triggered.connect(lambda: self.grid.reset())
        cells = menu.addMenu("Cells show")
        self._scale_actions: dict[str, QAction] = {}
        for scale in SCALES:
            action = QAction(SCALE_WORDS[scale], self, checkable=True)
            action.setChecked(scale == self.scale)
            action.triggered.connect(lambda _, scale=scale: self.choose_scale(scale))
            cells.addAction(action)
            self._scale_actions[scale] = action

    def _forget(self) -> None:
        self.answer = None
        self.grid.cells = None
        self.close_cell()

    def _part_changed(self) -> None:
        self.close_cell()

    def _turn(self) -> None:
        """Put the samples beside the matrix or below it, where there is more room."""
        is_wide = self.width() > WIDE * (self.height() or 1)
        self.splitter.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)
        # Where there is no room for both, the samples take the place of the matrix until they are closed.
        has_room = self.width() >= ROOM_BESIDE if is_wide else self.height() >= ROOM_BELOW
        self.grid.setVisible(has_room or self.opened is None)

    def _share_room(self) -> None:
        """Leave the matrix the width at which it has its sums, if a picture of a sample has room beside it."""
        room = self.splitter.width() - self.splitter.handleWidth()
        if self.splitter.orientation() == Qt.Orientation.Horizontal and not self.grid.isHidden():
            has_tiles = self.samples_list.view is self.samples_list.pictures_view
            least = min(math.ceil(LEAST_ROOM_FOR_SUMS), room - SAMPLE_ROOM) if has_tiles else 0
            grid = max(round(MATRIX_SHARE * room), least)
            self.splitter.setSizes([grid, room - grid])

    def _list_samples(self) -> None:
        answer, data, part = self.answer, self.data, self.samples()
        if self.opened is None or answer is None or data is None or part is None:
            return
        true, predicted = (data.class_names[each] for each in self.opened)
        members = answer.members(*self.opened)
        shown = members[:MOST_LISTED]
        all_of_them = thousands(len(members))
        count = all_of_them if len(shown) == len(members) else f"{len(shown)} of {all_of_them}"
        verdict = "right" if self.opened[0] == self.opened[1] else f"taken for {predicted}"
        self.pane_title.say(f"{count} × true {true}, {verdict}")
        listed = [
            Listed(index, (f"no. {index}",), (), f"Sample {index}: true {true}, predicted {predicted}")
            for index in shown.tolist()
        ]
        self.samples_list.show_samples(data, part, (), listed)
