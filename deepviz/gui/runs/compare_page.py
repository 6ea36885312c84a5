"""The page that shows runs side by side, in place of the list until somebody goes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.amounts import counted
from deepviz.gui.plots.exports import save_table
from deepviz.gui.plots.run_legend import short_names, tight_names, told_apart
from deepviz.gui.runs.bars import ButtonBar
from deepviz.gui.runs.columns import filled
from deepviz.gui.runs.comparison import Row, compared
from deepviz.gui.short_label import ShortLabel
from deepviz.gui.theme import Theme
from deepviz.training.run_summary import RunSummary

MARK = "✓ "
ROW_HEIGHT = 24
NARROWEST, WIDEST = 72, 220
"""Pixels of a column that holds what stands in it; longer texts end with dots, and the tip has all of them, unless
there is room that no column needs."""
WIDEST_LABEL = 150
BESIDE = 20
"""Pixels of a cell or a heading beside the words in it."""


class ComparePage(QWidget):
    """A table with a column for each run."""

    left = Signal()
    """Back to the list."""
    export_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[Row] = []
        self._names: list[str] = []
        self._ids: list[str] = []
        back = QPushButton("‹ Runs")
        back.setToolTip("Back to the list (Esc)")
        back.clicked.connect(self.left)
        export = QPushButton("Save as CSV…")
        export.clicked.connect(self.export_wanted)
        self._heading = ShortLabel()
        self._heading.setProperty("role", "dim")
        bar = ButtonBar()
        bar.add(back)
        bar.add(self._heading, 1)
        self.equal_switch = QPushButton("Equal rows")
        self.equal_switch.setCheckable(True)
        self.equal_switch.setToolTip("Show also what is equal in all of these runs")
        self.equal_switch.toggled.connect(self._show_equal)
        bar.add_buttons(self.equal_switch, export)
        self.table = _Table()
        self.table.resized.connect(self._fit)
        self.setFocusProxy(self.table)
        self.table.setAccessibleName("Comparison of runs")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setTabKeyNavigation(False)
        self.table.setProperty("role", "comparison")
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.verticalHeader().setHighlightSections(False)
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.table, 1)

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """Compare these runs."""
        self.rows = compared(runs)
        self._names, self._ids = [each.name for each in runs], [each.id for each in runs]
        settings = sum(row.heading == "Settings" and not row.is_equal for row in self.rows)
        differ = f"{counted(settings, 'setting')} {'differs' if settings == 1 else 'differ'}" if settings else ""
        self._heading.say(f"{differ or 'Equal settings'}; {MARK.strip()} is best")
        equal = sum(row.is_equal for row in self.rows)
        self.equal_switch.setText(f"Equal rows ({equal})")
        self.equal_switch.setEnabled(equal > 0)
        self.table.setRowCount(len(self.rows))
        self.table.setColumnCount(len(runs))
        labels, metrics = [row.short or row.label for row in self.rows], self.table.verticalHeader().fontMetrics()
        self.table.setVerticalHeaderLabels(
            [metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, WIDEST_LABEL) for label in labels]
        )
        for number, row in enumerate(self.rows):
            self.table.verticalHeaderItem(number).setToolTip(f"{row.label}\n{row.tip}".strip())
            for place, text in enumerate(row.cells):
                is_best = place in row.best
                item = QTableWidgetItem(f"{MARK}{text}" if is_best else text)
                item.setToolTip(text)
                spoken = f"{row.label}: {text}{', the best' if is_best else ''}{', equal' if row.is_equal else ''}"
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
                font = item.font()
                font.setBold(is_best)
                item.setFont(font)
                self.table.setItem(number, place, item)
        self._color()
        self._show_equal()

    def save(self, path: Path) -> None:
        """Write the rows that are shown as CSV, with numbers unrounded as programs read them.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        names = told_apart(self._names, self._ids)
        rows = [
            (row.heading, row.label, row.tip, *map(filled, row.values), ", ".join(names[n] for n in sorted(row.best)))
            for row in self.rows
            if self.equal_switch.isChecked() or not row.is_equal
        ]
        save_table(["part", "what", "path", *names, "best"], rows, path)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._color()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # Inside

    def _color(self) -> None:
        """The best is green, what is equal is grey."""
        theme = self._theme
        for number, row in enumerate(self.rows):
            for place in range(len(row.cells)):
                item = self.table.item(number, place)
                if item is not None:
                    color = theme.ink(theme.good) if place in row.best else theme.dim if row.is_equal else theme.text
                    item.setForeground(QColor(color))

    def _show_equal(self) -> None:
        for number, row in enumerate(self.rows):
            self.table.setRowHidden(number, row.is_equal and not self.equal_switch.isChecked())
        self._fit()

    def _fit(self) -> None:
        """Let all columns be seen at once if that is possible: names give way first, down to what differs in them."""
        count, header = len(self._names), self.table.horizontalHeader()
        if not count:
            return
        room, metrics = self.table.viewport().width(), header.fontMetrics()
        cells = [max(NARROWEST, min(self._cell_width(place), WIDEST)) for place in range(count)]
        for names in (short_names(self._names), tight_names(self._names)):
            wanted = [metrics.horizontalAdvance(name) + BESIDE for name in names]
            widths = [max(pair) for pair in zip(cells, wanted, strict=True)]
            if sum(widths) <= room:
                break
        else:
            widths = _shared(cells, widths, room)
        whole = [max(width, self._cell_width(place)) for place, width in enumerate(widths)]
        widths = _shared(widths, whole, room)  # what nobody else needs goes to texts that would be cut
        for place, (name, width) in enumerate(zip(names, widths, strict=True)):
            self.table.setColumnWidth(place, width)
            heading = QTableWidgetItem(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width - BESIDE + 4))
            heading.setToolTip(self._names[place])
            self.table.setHorizontalHeaderItem(place, heading)

    def _cell_width(self, place: int) -> int:
        """What the cells of a column need; those of equal rows make do with what there is."""
        model, rows = self.table.model(), (number for number, row in enumerate(self.rows) if not row.is_equal)
        return max((self.table.sizeHintForIndex(model.index(row, place)).width() for row in rows), default=0) + 6


class _Table(QTableWidget):
    """Says when there is more or less room for columns."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


def _shared(least: Sequence[int], wanted: Sequence[int], room: int) -> list[int]:
    """Widths that share the room which is left beyond what is needed, none getting more than it wants."""
    widths, left = list(least), max(0, room - sum(least))
    short = [place for place in range(len(widths)) if widths[place] < wanted[place]]
    while short and left >= len(short):
        part = left // len(short)
        for place in short:
            more = min(part, wanted[place] - widths[place])
            widths[place] += more
            left -= more
        short = [place for place in short if widths[place] < wanted[place]]
    return widths
