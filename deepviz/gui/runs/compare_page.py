"""The page that shows runs side by side, in place of the list until somebody goes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QResizeEvent
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
from deepviz.gui.runs.comparison import NOTED, Row, compared
from deepviz.gui.short_label import ShortLabel
from deepviz.gui.theme import Theme
from deepviz.training.run_summary import RunSummary

MARK = "✓ "
ROW_HEIGHT = 24
NARROWEST, WIDEST = 72, 220
"""Pixels of a column that holds what stands in it; longer texts take room that no column needs, and more lines."""
MOST_LINES, TIP_LETTERS = 5, 100
"""Lines of a row before texts end with dots, and letters in a line of their tips, which have all of them."""
WIDEST_LABEL, LABEL_SHARE = 150, 0.25
"""Pixels that labels of rows may always take, and which share of the table where that is more."""
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
        self.runs: list[RunSummary] = []
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
        self.runs, self.rows = list(runs), compared(runs)
        self._names, self._ids = [each.name for each in runs], [each.id for each in runs]
        settings = sum(row.heading == "Settings" and not row.is_equal for row in self.rows)
        differ = f"{counted(settings, 'setting')} {'differs' if settings == 1 else 'differ'}" if settings else ""
        self._heading.say(f"{differ or 'Equal settings'}; {MARK.strip()} is best")
        equal = sum(row.is_equal for row in self.rows)
        self.equal_switch.setText(f"Equal rows ({equal})")
        self.equal_switch.setEnabled(equal > 0)
        self.table.setRowCount(len(self.rows))
        self.table.setColumnCount(len(runs))
        self._label()
        for number, row in enumerate(self.rows):
            for place, text in enumerate(row.cells):
                is_best = place in row.best
                item = QTableWidgetItem(f"{MARK}{text}" if is_best else text)
                item.setToolTip(fill(text, TIP_LETTERS))
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

    def _label(self) -> None:
        """Say what each row is about, in as much room as a table of this width has for that."""
        metrics = self.table.verticalHeader().fontMetrics()
        room = max(WIDEST_LABEL, round(LABEL_SHARE * self.table.width()))
        labels = (row.short or row.label for row in self.rows)
        told = [metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, room) for label in labels]
        for number, (row, text) in enumerate(zip(self.rows, told, strict=True)):
            item = self.table.verticalHeaderItem(number)
            if item is None or item.text() != text:
                item = QTableWidgetItem(text)
                self.table.setVerticalHeaderItem(number, item)
            item.setToolTip(f"{row.label}\n{row.tip}".strip())

    def _fit(self) -> None:
        """Let all columns be seen at once if that is possible: names give way first, down to what differs in them.

        What is left goes to texts that would be cut: first to those of settings and figures, of which each is short.
        """
        count, header = len(self._names), self.table.horizontalHeader()
        if not count:
            return
        self._label()
        room, metrics = self.table.viewport().width(), header.fontMetrics()
        cells = [max(NARROWEST, min(self._cell_width(place), WIDEST)) for place in range(count)]
        for names in (short_names(self._names), tight_names(self._names)):
            wanted = [metrics.horizontalAdvance(name) + BESIDE for name in names]
            widths = [max(pair) for pair in zip(cells, wanted, strict=True)]
            if sum(widths) <= room:
                break
        else:
            widths = _shared(cells, widths, room)
        for with_notes in (False, True):
            needed = (self._cell_width(place, with_notes) for place in range(count))
            widths = _shared(widths, [max(pair) for pair in zip(widths, needed, strict=True)], room)
        for place, (name, width) in enumerate(zip(names, widths, strict=True)):
            self.table.setColumnWidth(place, width)
            heading = QTableWidgetItem(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width - BESIDE + 4))
            heading.setToolTip(self._names[place])
            self.table.setHorizontalHeaderItem(place, heading)

        self._fit_rows(widths)

    def _fit_rows(self, widths: Sequence[int]) -> None:
        """Give rows as many lines as their texts need."""
        for number, row in enumerate(self.rows):
            lines = 1
            for place, (text, width) in enumerate(zip(row.cells, widths, strict=True)):
                item = self.table.item(number, place)
                if item is not None and not row.is_equal:
                    metrics, inside = QFontMetrics(item.font()), QRect(0, 0, width - BESIDE + 4, ROW_HEIGHT)
                    needed = metrics.boundingRect(inside, Qt.TextFlag.TextWordWrap, text).height()
                    # A line may be a pixel higher than what lies between two: it is rounded.
                    lines = max(lines, round(needed / max(metrics.lineSpacing(), 1)))
            more = (min(lines, MOST_LINES) - 1) * self.table.fontMetrics().lineSpacing()
            self.table.setRowHeight(number, ROW_HEIGHT + more)

    def _cell_width(self, place: int, with_notes: bool = False) -> int:
        """What the cells of a column need; those of equal rows make do with what there is, as do notes, which are long.

        Parameters
        ----------
        with_notes
            Whether what was noted of runs counts as well.
        """
        numbers = [n for n, row in enumerate(self.rows) if not row.is_equal and (with_notes or row.label != NOTED)]
        items = (self.table.item(number, place) for number in numbers)
        widths = (QFontMetrics(item.font()).horizontalAdvance(item.text()) for item in items if item is not None)
        return max(widths, default=0) + BESIDE


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
