"""The table of runs: rows are chosen by pointer and keys, stars are set with a click, names are typed in place.

Star and name stay where they are when it is scrolled sideways.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from deepviz.gui.runs.frozen import FrozenColumns
from deepviz.gui.runs.model import RUN, Index, RunsModel
from deepviz.gui.theme import Theme
from deepviz.training.run_summary import RunSummary

ROW_HEIGHT = 28
WIDEST = 340
STAR_WIDTH = 34
STAR, NAME = 0, 1
"""The columns that stay."""
NARROWEST_NAME, NAME_SHARE = 120, 0.5
"""Pixels that names have at least, and share of the table that they and stars take at most if it has to be scrolled."""


class RunsTable(QTableView):
    """Shows a `RunsModel`."""

    chosen_changed = Signal()
    """Other rows are chosen, or what is known of them is otherwise."""
    menu_wanted = Signal(QPoint)
    """The context menu is wanted at a global point."""
    opened = Signal()
    """Enter was pressed, or a row double-clicked beside its name."""

    deleted = Signal()
    """The chosen runs are to be deleted."""
    compared = Signal()
    """The chosen runs are to be compared."""

    _has_frozen = False  # Qt asks where things are while the table is still being made

    def __init__(self, model: RunsModel, theme: Theme) -> None:
        super().__init__()
        self.runs_model = model
        self._kept: tuple[list[RunSummary], str] = ([], "")
        self._is_restoring = False
        self._widths: dict[str, int] = {}
        self._is_fitting = False
        self._wanted_name = 0
        self.setModel(model)
        self.delegate = _StarDelegate(theme, self)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName("Runs")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)  # names are typed in `frozen`
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of a series differ at their ends
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.sectionClicked.connect(self.sort_by)
        self.frozen = FrozenColumns(self, NAME + 1, theme.outline)
        self.frozen_delegate = _StarDelegate(theme, self.frozen)
        self.frozen.setItemDelegate(self.frozen_delegate)
        self.frozen.setAccessibleName("Names of runs")
        self._has_frozen = True
        header.sectionResized.connect(self._note_width)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda place: self.menu_wanted.emit(self.viewport().mapToGlobal(place)))
        model.modelAboutToBeReset.connect(self._keep_chosen)
        model.modelReset.connect(self._restore_chosen)
        model.dataChanged.connect(self._leave_room)
        self.doubleClicked.connect(self._double_clicked)
        self._show_order()

    @property
    def chosen(self) -> list[RunSummary]:
        """The runs of the rows that are chosen, from top to bottom."""
        rows = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        return [self.runs_model.runs[row] for row in rows if row < len(self.runs_model.runs)]

    def choose(self, runs: list[str], current: str = "") -> None:
        """Choose the rows of these runs, as far as they are shown."""
        model, selection = self.runs_model, QItemSelection()
        rows = [row for row in map(model.row_of, runs) if row >= 0]
        for row in rows:
            selection.select(model.index(row, 0), model.index(row, model.columnCount() - 1))
        here = model.row_of(current) if current else (rows[0] if rows else -1)
        if here >= 0:
            self.selectionModel().setCurrentIndex(model.index(here, 1), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def stand_at(self, row: int) -> None:
        """Let the keyboard stand in a row, or in the last one if there are fewer, without choosing it."""
        index = self.runs_model.index(min(row, len(self.runs_model.runs) - 1), 1)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def rename_current(self) -> None:
        """Let the name of the current run be typed."""
        index = self.currentIndex()
        name = self.runs_model.index(index.row(), NAME) if index.isValid() else index
        if name.flags() & Qt.ItemFlag.ItemIsEditable:
            # The others stay chosen, and with them what views show.
            self.selectionModel().setCurrentIndex(name, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.frozen.edit(name)

    def apply_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self.delegate.theme = self.frozen_delegate.theme = theme
        self.viewport().update()
        self.frozen.apply_edge_color(theme.outline)

    def fit_columns(self) -> None:
        """Make each column as wide as somebody has drawn it, or as what stands in it needs, within bounds."""
        header, self._is_fitting = self.horizontalHeader(), True
        for number, column in enumerate(self.runs_model.columns):
            needed = max(self.sizeHintForColumn(number) + 8, header.sectionSizeHint(number) + 6)
            wanted = self._widths.get(column.key, STAR_WIDTH if number == STAR else min(needed, WIDEST))
            self.setColumnWidth(number, wanted)
        self._wanted_name, self._is_fitting = self.columnWidth(NAME), False
        self._fit_name()

    def _leave_room(self, first: QModelIndex, last: QModelIndex) -> None:
        """Numbers of the run that goes on may get longer; columns that somebody has drawn stay as they are."""
        self._is_fitting = True
        for column in range(first.column(), last.column() + 1):
            needed = self.sizeHintForIndex(first.siblingAtColumn(column)).width() + 8
            if self.runs_model.columns[column].key not in self._widths and column > NAME:
                self.setColumnWidth(column, max(self.columnWidth(column), min(needed, WIDEST)))
        self._is_fitting = False

    def _fit_name(self) -> None:
        """Names stay, so they leave room for what is scrolled beside them."""
        room, star = self.viewport().width(), self.columnWidth(STAR)
        others = sum(self.columnWidth(column) for column in range(self.runs_model.columnCount()) if column != NAME)
        most = max(NARROWEST_NAME, round(NAME_SHARE * room) - star, room - others)
        self._is_fitting = True
        self.setColumnWidth(NAME, min(self._wanted_name, most))
        self._is_fitting = False

    def _note_width(self, column: int, _before: int, width: int) -> None:
        """Somebody has drawn a column wider or narrower, and it stays so whatever is listed."""
        if not self._is_fitting and width > 0:
            self._widths[self.runs_model.columns[column].key] = width
            if column == NAME:
                self._wanted_name = width

    # Where things are: what lies under the columns that stay cannot be seen

    def visualRect(self, index: Index) -> QRect:
        if self._has_frozen and index.isValid() and index.column() < self.frozen.count:
            return self.frozen.cell(index.row(), index.column())
        return super().visualRect(index)

    def indexAt(self, place: QPoint) -> QModelIndex:
        if self._has_frozen and 0 <= place.x() < self.frozen.width():
            return self.runs_model.index(self.rowAt(place.y()), self.frozen.columnAt(place.x()))
        return super().indexAt(place)

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        bar = self.horizontalScrollBar()
        before = bar.value()
        super().scrollTo(index, hint)
        if not self._has_frozen or not index.isValid():
            return
        if index.column() < self.frozen.count:
            bar.setValue(before)  # they can always be seen
        else:
            bar.setValue(bar.value() - max(0, self.frozen.width() - self.visualRect(index).left()))

    def updateGeometries(self) -> None:
        super().updateGeometries()
        if self._has_frozen:
            self.frozen.lie_over()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_name()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.frozen.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.frozen.viewport().update()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if not self._is_restoring:
            self.chosen_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 types a name whatever cell is current; Enter shows the curves; Space sets the star; Delete deletes."""
        key = event.key()
        if key == Qt.Key.Key_F2:
            self.rename_current()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_comparing = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            (self.compared if is_comparing else self.opened).emit()
        elif key == Qt.Key.Key_Delete:
            self.deleted.emit()
        elif key == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle_star(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if index.isValid() and index.column() == STAR and event.button() == Qt.MouseButton.LeftButton and plain:
            self._toggle_star(index)

    def _toggle_star(self, index: Index) -> None:
        run = index.data(RUN)
        if isinstance(run, RunSummary) and not run.damage:
            self.runs_model.starred.emit(run.id, not run.is_starred)

    def _double_clicked(self, index: Index) -> None:
        if index.column() > NAME:
            self.opened.emit()
        elif index.column() == NAME:
            self.rename_current()

    def sort_by(self, column: int) -> None:
        """Sort by a column; the other way round if that is done already."""
        now, is_falling = self.runs_model.sorted_by
        order = Qt.SortOrder.AscendingOrder if (column != now or is_falling) else Qt.SortOrder.DescendingOrder
        self.runs_model.sort(column, order)

    def _show_order(self) -> None:
        column, is_falling = self.runs_model.sorted_by
        order = Qt.SortOrder.DescendingOrder if is_falling else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, order)
        self.frozen.follow()

    def _keep_chosen(self) -> None:
        current = self.currentIndex().data(RUN)
        self._kept = self.chosen, current.id if isinstance(current, RunSummary) else ""
        self._is_restoring = True

    def _restore_chosen(self) -> None:
        before, current = self._kept
        self.choose([each.id for each in before], current)
        self._is_restoring = False
        self.fit_columns()
        self._show_order()
        if self.chosen != before:  # others, or the same with another name
            self.chosen_changed.emit()


class _StarDelegate(QStyledItemDelegate):
    """Paints stars; other cells as usual."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        run = index.data(RUN)
        if index.column() > 0 or not isinstance(run, RunSummary) or run.damage:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = QColor(self.theme.warning if run.is_starred else self.theme.dim)
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(color if run.is_starred else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(star(QRectF(option.rect).center(), 6.5))
        painter.restore()


def star(centre: QPointF, radius: float) -> QPolygonF:
    """A star with five points."""
    from math import cos, pi, sin

    points = []
    for number in range(10):
        reach = radius if number % 2 == 0 else 0.42 * radius
        angle = pi * number / 5
        points.append(QPointF(centre.x() + reach * sin(angle), centre.y() - reach * cos(angle)))
    return QPolygonF(points)
