"""A dim line of words about a picture, shortened with dots where there is no room; the tip has all of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.theme import DARK, Theme, body_font

HEIGHT = 20
PART = " · "


class Caption(QWidget):
    """One line of words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Say something else."""
        if text != self.text:
            self.text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_into(painter, QRectF(self.rect()))
        painter.end()

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint it into a rectangle of a picture."""
        painter.setFont(body_font(TEXT_SIZE))
        painter.setPen(QColor(self.theme.dim))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self.shown(rect.width()))

    def shown(self, room: float) -> str:
        """What can be read in so many pixels: as many whole parts as fit, as half of a number is another number."""
        metrics = QFontMetricsF(body_font(TEXT_SIZE))
        parts = self.text.split(PART)
        shorter = (f"{PART.join(parts[:number])}{PART}…" for number in range(len(parts) - 1, 0, -1))
        fitting = (each for each in (self.text, *shorter) if metrics.horizontalAdvance(each) <= room)
        return next(fitting, metrics.elidedText(parts[0], Qt.TextElideMode.ElideRight, room))
