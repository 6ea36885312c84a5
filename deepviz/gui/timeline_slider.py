"""The slider of the timeline: each kept step stands where it is in the run, and the handle goes from one to the next.

Its value is the number of the place; the last place is the present.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from deepviz.gui.theme import DARK, Theme

HEIGHT = 26
END = 9.0
"""Pixels between the border and the middle of the handle at an end."""
LEAST_GAP = 4.0
"""Pixels between two marks; nearer ones are not drawn, lest they run together."""


class TimelineSlider(QSlider):
    """Chooses one of some places along a line. Keys are those of any slider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.theme: Theme = DARK
        self._shares: tuple[float, ...] = (0.0, 1.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(80)
        self.setFixedHeight(HEIGHT)
        self.setRange(0, 1)
        self.setValue(1)

    def show_places(self, shares: Sequence[float], number: int) -> None:
        """Offer other places, and put the handle at one of them. Nothing is told to anybody.

        Parameters
        ----------
        shares
            Where along the line each is, from 0 to 1, increasing.
        number
            At which the handle stands.
        """
        self._shares = tuple(shares)
        self.blockSignals(True)
        self.setRange(0, len(self._shares) - 1)
        self.setPageStep(max(1, len(self._shares) // 10))
        self.setValue(number)
        self.blockSignals(False)
        self.update()

    def x_of(self, number: int) -> float:
        """Where a place is, in pixels from the left border."""
        return END + self._shares[number] * (self.width() - 2 * END)

    def place_at(self, x: float) -> int:
        """The place that is nearest to so many pixels from the left border."""
        return min(range(len(self._shares)), key=lambda number: abs(self.x_of(number) - x))

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place that is nearest to the press, and drag from there."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setValue(self.place_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.place_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel that passes by must not take all views back."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, here = self.height() / 2, self.x_of(self.value())
        is_now = self.value() == self.maximum()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(QRectF(END, middle - 1.5, self.width() - 2 * END, 3), 1.5, 1.5)
        painter.setBrush(QColor(theme.outline if is_now else theme.accent))
        painter.drawRoundedRect(QRectF(END, middle - 1.5, here - END, 3), 1.5, 1.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(theme.faint), 1))
        past = -LEAST_GAP
        for number in range(len(self._shares) - 1):
            x = float(round(self.x_of(number)))
            if x - past >= LEAST_GAP:
                past = x
                painter.drawLine(QPointF(x, middle + 5), QPointF(x, middle + 8))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = QColor(theme.dim if is_now and not self.hasFocus() else theme.accent)
        if not self.isEnabled():
            strong = QColor(theme.outline)
        if self.hasFocus():
            halo = QColor(strong)
            halo.setAlpha(70)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(QPointF(here, middle), 9, 9)
        painter.setBrush(strong if self.isSliderDown() else QColor(theme.panel))
        painter.setPen(QPen(strong, 2))
        painter.drawEllipse(QPointF(here, middle), 5, 5)
        painter.end()
