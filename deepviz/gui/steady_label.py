"""A label for words that change many times a second: others of as many letters do not lay the window out anew.

A stock label has everything around it placed again at each change, up to the docks of the whole window, which then
are painted again as well.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

NONE = QSize()
ROOM = QRect(0, 0, 2000, 2000)
"""Where words are placed to see how much of it they take."""


class SteadyLabel(QLabel):
    """One line of plain words. It is dressed by the style sheet as any other label.

    As long as the number of letters stays, so does the room of the widest words that there were: not all figures are
    equally wide in every font.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._room = "", QSize()
        self._take_room()

    def text(self) -> str:
        """What it says."""
        return self._words

    def setText(self, words: str) -> None:
        """Say something else. Only where that takes another room, the parts beside it are placed anew."""
        if words != self._words:
            is_as_long = len(words) == len(self._words)
            if self.accessibleName() == self._words:  # a screen reader asks the stock label, which knows of no words
                self.setAccessibleName(words)
            self._words = words
            self._take_room(self._room if is_as_long else QSize())
            self.update()

    def clear(self) -> None:
        """Say nothing."""
        self.setText("")

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        around = QSize(margins.left() + margins.right(), margins.top() + margins.bottom())
        return self._room + around + QSize(2 * self.margin(), 2 * self.margin())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Letters of another size take another room."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange):
            self._take_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, margin = QPainter(self), self.margin()
        place = self.contentsRect().adjusted(margin, margin, -margin, -margin)
        self.style().drawItemText(
            painter, place, self.alignment(), self.palette(), self.isEnabled(), self._words, self.foregroundRole()
        )

    def _take_room(self, least: QSize = NONE) -> None:
        """Tell the layout around if the words need another room than before."""
        metrics = self.fontMetrics()
        room = metrics.boundingRect(ROOM, int(self.alignment()), self._words).size()
        if not self._words:  # as stock labels do
            room = QSize(metrics.averageCharWidth(), metrics.lineSpacing())
        room = room.expandedTo(least)
        if room != self._room:
            self._room = room
            self.updateGeometry()
