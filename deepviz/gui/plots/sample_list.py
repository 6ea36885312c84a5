"""A list of samples: pictures with a caption where samples have pictures, otherwise a table of their numbers.

A click or Enter chooses one, so that other views look at it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from deepviz.datasets.prepared import Part, PreparedData
from deepviz.gui.plots.sample_pictures import FEATURES, SEQUENCES, SamplePictures
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import DARK, Theme, body_font, number_font

Index = QModelIndex | QPersistentModelIndex
MOST_FEATURES = 200
"""So many numbers of a sample have a column of their own."""
CAPTION_SIZE, CAPTION_LINE, GAP = 11, 15, 6
USUAL_CAPTION, WIDEST_CAPTION, USUAL_LETTERS = 98, 120, 12
"""Pixels of what stands below a picture, usually and at most, and how many letters fit in as usual."""
BESIDE = 4
"""Pixels between images side by side."""
IMAGE_SIZE, SEQUENCE_SIZE = QSize(56, 56), QSize(104, 48)
WORDS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
DIGITS = tuple("0123456789-−∞")
"""With one of these a number begins."""
ROLE_LINES = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Listed:
    """One sample of the list.

    Attributes
    ----------
    index
        Its number in the part.
    lines
        What stands below its picture.
    cells
        What stands before its numbers in a table.
    words
        All of it, for those who cannot see it.
    """

    index: int
    lines: tuple[str, ...]
    cells: tuple[str, ...]
    words: str


class SampleModel(QAbstractTableModel):
    """Samples as rows: one column with a picture, or columns of numbers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listed: tuple[Listed, ...] = ()
        self.headings: tuple[str, ...] = ()
        self.names: tuple[str, ...] = ()
        self._all_names: tuple[str, ...] = ()
        self.pictures: SamplePictures | None = None
        self.theme: Theme = DARK
        self._samples: np.ndarray = np.zeros((0, 1), np.float32)
        self._beside: Sequence[np.ndarray] = ()
        self._drawn: dict[int, QPixmap] = {}

    def show(
        self,
        data: PreparedData,
        part: Part,
        headings: tuple[str, ...],
        listed: tuple[Listed, ...],
        pictures: SamplePictures,
        beside: Sequence[np.ndarray] = (),
    ) -> None:
        """List other samples, each with the images of the same row of other arrays beside its own."""
        rows = [each.index for each in listed]
        samples = pictures.raw(part.x[rows]) if rows else np.zeros((0, *data.sample_shape), np.float32)
        self.beginResetModel()
        self.listed, self.headings, self.pictures, self._samples = listed, headings, pictures, samples
        names = data.feature_names or tuple(f"input {number + 1}" for number in range(self._flat().shape[1]))
        self._all_names = tuple(names)
        self.names = names[:MOST_FEATURES] if pictures.kind == FEATURES else ()
        self._drawn, self._beside = {}, beside
        self.endResetModel()

    def numbers(self) -> tuple[tuple[str, ...], np.ndarray]:
        """The names and the values of all numbers of the samples, shape ``(n, numbers)``; none of what is a picture."""
        if self.pictures is None or self.pictures.kind != FEATURES:
            return (), np.zeros((len(self.listed), 0))
        values = self._flat()
        return self._all_names, values

    def apply_theme(self, theme: Theme) -> None:
        """Draw pictures in the colours of `theme`."""
        self.theme, self._drawn = theme, {}

    def rowCount(self, parent: Index | None = None) -> int:
        """How many samples there are."""
        return 0 if parent is not None and parent.isValid() else len(self.listed)

    def columnCount(self, parent: Index | None = None) -> int:
        """One for a picture, else what is said of a sample and its numbers."""
        return max(1, len(self.headings) + len(self.names))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The name of a column, the number of a sample."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            is_number = orientation == Qt.Orientation.Vertical or self._is_number(section)
            return int(NUMBERS if is_number else WORDS)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(self.listed[section].index)
        titles = (*self.headings, *self.names)
        return titles[section] if section < len(titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a sample says in one of Qt's roles."""
        if not index.isValid():
            return None
        listed, column = self.listed[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            if not self.names:
                return listed.words
            if column < len(self.headings):
                return listed.cells[column]
            return format_value(float(self._flat()[index.row(), column - len(self.headings)]), 6)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return listed.words
        if role == ROLE_LINES:
            return listed.lines
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(NUMBERS if self._is_number(column) else WORDS)
        return None

    def _is_number(self, column: int) -> bool:
        """Whether there are numbers in a column, and not names."""
        return column >= len(self.headings) or all(each.cells[column][:1] in DIGITS for each in self.listed)

    def picture(self, row: int, size: QSize, ratio: float) -> QPixmap:
        """The picture of a sample, drawn when it is first seen."""
        assert self.pictures is not None
        if row not in self._drawn:
            each = QSize((size.width() + BESIDE) // (1 + len(self._beside)) - BESIDE, size.height())
            of_row = [self._samples[row], *(array[row] for array in self._beside)]
            drawn = [self.pictures.pixmap(image, each, self.theme, ratio) for image in of_row]
            self._drawn[row] = side_by_side(drawn, size, ratio) if len(drawn) > 1 else drawn[0]
        return self._drawn[row]

    def _flat(self) -> np.ndarray:
        return self._samples.reshape(len(self._samples), int(np.prod(self._samples.shape[1:])))


def side_by_side(pictures: Sequence[QPixmap], size: QSize, ratio: float) -> QPixmap:
    """Pictures of one size in a row, as one."""
    whole = QPixmap(size * ratio)
    whole.setDevicePixelRatio(ratio)
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    for number, picture in enumerate(pictures):
        painter.drawPixmap(round(number * (picture.width() / ratio + BESIDE)), 0, picture)
    painter.end()
    return whole


class PictureDelegate(QStyledItemDelegate):
    """Paints one sample: its picture with lines of text below."""

    theme: Theme = DARK
    size = IMAGE_SIZE
    lines = 2
    caption_width = USUAL_CAPTION

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As wide as the picture or the usual caption, and as high as both."""
        return QSize(
            max(self.size.width() + 12, self.caption_width), self.size.height() + self.lines * CAPTION_LINE + 12
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint it."""
        model = index.model()
        assert isinstance(model, SampleModel)
        view = option.widget
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(rect).adjusted(2, 2, -2, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(self.theme.selected))
            painter.drawRoundedRect(frame, 6, 6)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(self.theme.hover))
            painter.drawRoundedRect(frame, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self.theme.accent))
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        picture = model.picture(index.row(), self.size, view.devicePixelRatioF())
        painter.drawPixmap(rect.left() + (rect.width() - self.size.width()) // 2, rect.top() + 5, picture)
        lines: Sequence[str] = index.data(ROLE_LINES)
        for number, line in enumerate(lines):
            painter.setFont(body_font(CAPTION_SIZE) if number == 0 else number_font(CAPTION_SIZE))
            painter.setPen(QColor(self.theme.text if number == 0 else self.theme.dim))
            top = rect.top() + 6 + self.size.height() + number * CAPTION_LINE
            place = QRectF(rect.left() + 3, top, rect.width() - 6, CAPTION_LINE)
            text = QFontMetricsF(painter.font()).elidedText(line, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


class SampleList(QStackedWidget):
    """Shows samples as pictures or as a table.

    Attributes
    ----------
    model
        What is listed.
    pictures_view, table_view
        The two ways to see it; one of them is in front.
    can_be_left
        Whether Escape is for `left`, and not for the window that the list is in.
    """

    chosen = Signal(int)
    """Somebody has chosen the sample of this number in its part."""
    left = Signal()
    """Somebody has pressed Escape."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = SampleModel(self)
        self.can_be_left = False
        self._data: PreparedData | None = None
        self._pictures: SamplePictures | None = None
        self._delegate = PictureDelegate(self)
        self.pictures_view = QListView(self)
        self.pictures_view.setViewMode(QListView.ViewMode.IconMode)
        self.pictures_view.setResizeMode(QListView.ResizeMode.Adjust)
        self.pictures_view.setMovement(QListView.Movement.Static)
        self.pictures_view.setUniformItemSizes(True)
        self.pictures_view.setMouseTracking(True)
        self.pictures_view.setItemDelegate(self._delegate)
        self.table_view = QTableView(self)
        self.table_view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table_view.setCornerButtonEnabled(False)
        self.table_view.setWordWrap(False)
        self.table_view.setTabKeyNavigation(False)
        self.table_view.verticalHeader().setDefaultSectionSize(24)
        self.table_view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for view in (self.pictures_view, self.table_view):
            view.setModel(self.model)
            view.setAccessibleName(name)
            view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
            view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
            view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
            view.clicked.connect(self._choose)
            view.installEventFilter(self)
            self.addWidget(view)

    def show_samples(
        self,
        data: PreparedData,
        part: Part,
        headings: tuple[str, ...],
        listed: Sequence[Listed],
        beside: Sequence[np.ndarray] = (),
    ) -> None:
        """List these samples of a part of the data; the one that was current stays so if it is still there.

        Parameters
        ----------
        beside
            Arrays with an image for each of them, in the units of the data, that are seen beside its own.
        """
        if data is not self._data:
            self._data, self._pictures = data, SamplePictures(data)
        pictures = self._pictures
        assert pictures is not None
        wanted = tuple(listed)
        is_same = self.model.listed == wanted and self.model.headings == headings and self.model.pictures is pictures
        if is_same and not beside:
            return
        current = self.current_sample
        size = SEQUENCE_SIZE if pictures.kind == SEQUENCES else IMAGE_SIZE
        self._delegate.size = QSize(size.width() + len(beside) * (size.width() + BESIDE), size.height())
        self._delegate.lines = max((len(each.lines) for each in wanted), default=1)
        longest = max((len(line) for each in wanted for line in each.lines), default=0)
        self._delegate.caption_width = USUAL_CAPTION if longest <= USUAL_LETTERS else WIDEST_CAPTION
        place = self.view.verticalScrollBar().value()
        self.model.show(data, part, headings, wanted, pictures, beside)
        self.setCurrentWidget(self.table_view if pictures.kind == FEATURES else self.pictures_view)
        row = next((row for row, each in enumerate(wanted) if each.index == current), None)
        if row is not None:
            self.view.setCurrentIndex(self.model.index(row, 0))
        self.view.verticalScrollBar().setValue(place)

    @property
    def view(self) -> QAbstractItemView:
        """The one in front."""
        return self.table_view if self.currentWidget() is self.table_view else self.pictures_view

    @property
    def current_sample(self) -> int | None:
        """The number of the sample that the keys would choose."""
        index = self.view.currentIndex()
        return self.model.listed[index.row()].index if index.isValid() else None

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self._delegate.theme = theme
        self.model.apply_theme(theme)
        self.pictures_view.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter chooses, Escape leaves; on a first visit the first sample is the current one."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
                self._choose(self.view.currentIndex())
                return True
            if event.key() == Qt.Key.Key_Escape:
                if self.can_be_left:
                    self.left.emit()
                else:
                    event.ignore()  # it goes on to the window of the view
                return True
        if event.type() == QEvent.Type.FocusIn and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0, 0))
        return False

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.model.listed[index.row()].index)
