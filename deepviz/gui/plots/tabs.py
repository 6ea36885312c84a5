"""The row of tabs above the pictures: each says what it shows, and several can be shown at once."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from deepviz.gui.theme import BODY_SIZE, DARK, Theme, body_font

HEIGHT = 36


class Tab(QAbstractButton):
    """A word that is underlined while what it names is shown."""

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
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawRect(QRectF(6, box.bottom() - 2, box.width() - 12, 2))


def _bold() -> QFont:
    font = body_font(BODY_SIZE)
    font.setWeight(QFont.Weight.DemiBold)
    return font
