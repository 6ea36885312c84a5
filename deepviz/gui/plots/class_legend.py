"""What the marks of all classes are called: in the header of a view, or in lines of their own where it has no room."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.class_marks import paint_mark
from deepviz.gui.plots.header import PlotHeader
from deepviz.gui.plots.legend import MARK, PATCH_WIDTH, Entry
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font

LINE, LEFT, BESIDE, GAP = 17, 12.0, 3.0, 8.0
"""Pixels of a line, to its left, between a mark and its name, and between two classes."""
MOST_LINES = 3
"""Of more lines little would be left to the picture; all names are in the tip."""


class ClassLegend(QWidget):
    """Names of classes beside their marks.

    Attributes
    ----------
    entries
        The classes that are shown here; none while the header shows them.
    """

    pointed = Signal(object)
    """The pointer is at the entry of this number, or (None) at none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.entries: tuple[Entry, ...] = ()
        self._classes: tuple[Entry, ...] = ()
        self._header: PlotHeader | None = None
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Classes")
        self.hide()

    def stand_in_for(self, header: PlotHeader) -> None:
        """Show classes only where this header has no room for all of them; it does so elsewhere."""
        self._header = header
        header.installEventFilter(self)

    def show_classes(self, classes: Iterable[Entry]) -> None:
        """Name these."""
        self._classes = tuple(classes)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        has_room = self._header is not None and self._header.has_room_for(self._classes)
        if self._header is not None:
            self._header.set_entries(self._classes if has_room else ())
        entries = () if has_room else self._classes
        if entries != self.entries:
            self.entries = entries
            names = ", ".join(each.name for each in self.entries)
            self.setToolTip(names)
            self.setAccessibleDescription(names)
            self._fit()
            self.update()
        self.setVisible(bool(self.entries))

    def places(self, width: float) -> list[QRectF]:
        """Where each entry is in so many pixels of width."""
        names, x, y = QFontMetricsF(body_font(SMALL_SIZE)), LEFT, 0.0
        found = []
        for entry in self.entries:
            wide = min(PATCH_WIDTH + BESIDE + names.horizontalAdvance(entry.name) + 1, width - LEFT - 4)
            if x > LEFT and x + wide > width - 4:
                x, y = LEFT, y + LINE
            found.append(QRectF(x, y, wide, LINE))
            x += wide + GAP
        return found

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint them into a rectangle of a picture, as wide as that is."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(body_font(SMALL_SIZE))
        metrics = QFontMetricsF(painter.font())
        for entry, place in zip(self.entries, self.places(rect.width()), strict=True):
            here = place.translated(rect.topLeft())
            middle = QPointF(here.left() + PATCH_WIDTH / 2, here.center().y())
            paint_mark(painter, entry.mark or 0, middle, MARK, entry.color, self.theme.panel)
            words = here.adjusted(PATCH_WIDTH + BESIDE, 0, 0, 0)
            painter.setPen(QColor(self.theme.dim))
            name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, name)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        self.paint_into(painter, QRectF(self.rect()))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        places = self.places(self.width())
        self._point(next((place for place, rect in enumerate(places) if rect.contains(event.position())), None))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _fit(self) -> None:
        lines = round(self.places(self.width())[-1].top() / LINE) + 1 if self.entries else 0
        self.setFixedHeight(LINE * min(lines, MOST_LINES))

    def _point(self, number: int | None) -> None:
        if number != self._pointed:
            self._pointed = number
            self.pointed.emit(number)
