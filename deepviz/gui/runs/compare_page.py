"""The page that shows runs side by side, in place of the list until somebody goes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
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
from deepviz.gui.plots.run_legend import short_names
from deepviz.gui.runs.bars import ButtonBar, ShortLabel
from deepviz.gui.runs.comparison import Row, compared
from deepviz.gui.theme import Theme
from deepviz.training.run_summary import RunSummary

MARK = "✓ "
NARROWEST, WIDEST = 96, 300


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
        bar.add_buttons(export)
        self.table = QTableWidget()
        self.setFocusProxy(self.table)
        self.table.setAccessibleName("Comparison of runs")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setTabKeyNavigation(False)
        self.table.setProperty("role", "comparison")
        self.table.setShowGrid(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.table, 1)

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """Compare these runs."""
        self.rows = compared(runs)
        self._names = [each.name for each in runs]
        settings = sum(row.heading == "Settings" for row in self.rows)
        differ = f"{counted(settings, 'setting')} {'differs' if settings == 1 else 'differ'}" if settings else ""
        self._heading.say(f"{differ or 'Equal settings'}; {MARK.strip()} is best")
        self.table.setRowCount(len(self.rows))
        self.table.setColumnCount(len(runs))
        self.table.setHorizontalHeaderLabels(short_names(self._names))
        for place, name in enumerate(self._names):
            heading = self.table.horizontalHeaderItem(place)
            if heading is not None:
                heading.setToolTip(name)
        self.table.setVerticalHeaderLabels([row.short or row.label for row in self.rows])
        for number, row in enumerate(self.rows):
            self.table.verticalHeaderItem(number).setToolTip(f"{row.label}\n{row.tip}".strip())
            for place, text in enumerate(row.cells):
                is_best = place in row.best
                item = QTableWidgetItem(f"{MARK}{text}" if is_best else text)
                item.setToolTip(text)
                spoken = f"{row.label}: {text}{', the best' if is_best else ''}"
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
                if is_best:
                    item.setForeground(QColor(self._theme.ink(self._theme.good)))
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.table.setItem(number, place, item)
        for place in range(len(runs)):
            hint = max(self.table.sizeHintForColumn(place), self.table.horizontalHeader().sectionSizeHint(place))
            self.table.setColumnWidth(place, max(NARROWEST, min(hint + 16, WIDEST)))

    def save(self, path: Path) -> None:
        """Write the comparison as CSV.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        rows = [
            (row.heading, row.label, row.tip, *row.cells, ", ".join(self._names[place] for place in sorted(row.best)))
            for row in self.rows
        ]
        save_table(["part", "what", "path", *self._names, "best"], rows, path)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for row, line in enumerate(self.rows):
            for place in line.best:
                item = self.table.item(row, place)
                if item is not None:
                    item.setForeground(QColor(theme.ink(theme.good)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
