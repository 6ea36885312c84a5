"""The row of tabs above the pictures: each says what it shows, and several can be shown at once."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from deepviz.gui.theme import BODY_SIZE, DARK, Theme, body_font

HEIGHT = 36
CROSS_ROOM = 14
"""Pixels at the right end of a tab under the pointer that close what it names."""


class Tab(QAbstractButton):
    """A word that is underlined while what it names is shown, and thinly while that is open behind something else.

    Attributes
    ----------
    is_open
        Whether what it names is open: then a cross is at its end while the pointer is over it.
    """

    close_wanted = Signal()
    """The cross or the middle button was pressed, or the Delete key."""
    clicked_by_hand = Signal()
    """The same as `clicked`, of a mouse alone."""

    is_open = False

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._shows_focus = False

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def show_open(self, is_open: bool, is_seen: bool) -> None:
        """Say whether what it names is open, and whether it can be seen."""
        self.setChecked(is_seen)
        if is_open != self.is_open:
            self.is_open = is_open
            self.update()

    def nextCheckState(self) -> None:
        """A click shows what is named, and never hides it: the mark follows what is shown."""

    def sizeHint(self) -> QSize:
        return QSize(round(QFontMetricsF(_bold()).horizontalAdvance(self.text())) + 20, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Room for two or three letters: words are cut short before the window has to be wider."""
        return QSize(40, HEIGHT)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # A click needs no ring to say where the keyboard is.
        self._shows_focus = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        on_cross = event.button() == Qt.MouseButton.LeftButton and event.position().x() >= self.width() - CROSS_ROOM
        if self.is_open and (on_cross or event.button() == Qt.MouseButton.MiddleButton):
            self.close_wanted.emit()
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_click = self.isDown() and event.button() == Qt.MouseButton.LeftButton
        super().mouseReleaseEvent(event)
        if is_click and self.rect().contains(event.position().toPoint()):
            self.clicked_by_hand.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_open and event.key() == Qt.Key.Key_Delete:
            self.close_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box = self.theme, QRectF(self.rect())
        if self._shows_focus:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(box.adjusted(1, 5, -1, -5), 6, 6)
        shines = self.isChecked() or self.underMouse()
        painter.setPen(QColor(theme.text if shines else theme.dim))
        painter.setFont(_bold() if self.isChecked() else body_font())
        words = QFontMetricsF(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width() - 4)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        if self.isChecked() or self.is_open:
            thickness = 2 if self.isChecked() else 1
            color = QColor(theme.accent if self.isChecked() else theme.outline)
            painter.fillRect(QRectF(6, box.bottom() - thickness, box.width() - 12, thickness), color)
        if self.is_open and self.underMouse():
            painter.setPen(QPen(QColor(theme.dim), 1.2))
            x, y = box.right() - 4.5, box.center().y()  # at the very end: the words reach to 10 pixels before it
            for end in (QPointF(2.75, 2.75), QPointF(2.75, -2.75)):
                painter.drawLine(QLineF(QPointF(x, y) - end, QPointF(x, y) + end))


def _bold() -> QFont:
    font = body_font(BODY_SIZE)
    font.setWeight(QFont.Weight.DemiBold)
    return font
