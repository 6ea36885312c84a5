"""The legend of the maps below the cards: which colour stands for what, in words, in the corner of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from deepviz.gui.canvas.legend import GAP, PADDING
from deepviz.gui.signed_colors import ABOVE, BELOW
from deepviz.gui.theme import Theme, body_font

TITLE = "each unit's answer, own scale"
STRIP_WIDTH = 164
BESIDE = 132 + GAP
"""Pixels that the legend of the gradients takes in the corner."""


class ResponseLegend(QWidget):
    """Says what orange and blue mean. It lets every click through.

    Parameters
    ----------
    theme
        The colours to begin with.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme = theme
        self.resize(self.sizeHint())
        self.setAccessibleName(
            "Maps below the cards: what each unit answers over the two inputs. Orange is below 0, blue above, and full "
            "colour is the unit's own largest answer."
        )
        self.hide()

    def use_theme(self, theme: Theme) -> None:
        """Show it in other colours."""
        self._theme = theme
        self.update()

    def stand(self) -> None:
        """Stand at the bottom of the canvas, to the left of the legend of the gradients."""
        ground = self.parentWidget()
        if ground is not None:
            self.move(ground.width() - self.width() - GAP - BESIDE, ground.height() - self.height() - GAP)

    def sizeHint(self) -> QSize:
        return QSize(STRIP_WIDTH + 2 * PADDING, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(self._theme.window)
        back.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        strip = QRectF(PADDING, 27, STRIP_WIDTH, 6)
        colors = QLinearGradient(strip.topLeft(), strip.topRight())
        for share, color in ((0.0, BELOW), (0.5, self._theme.panel), (1.0, ABOVE)):
            colors.setColorAt(share, QColor(color))
        painter.setBrush(colors)
        painter.drawRoundedRect(strip, 1.5, 1.5)
        painter.setPen(QColor(self._theme.dim))
        painter.setFont(body_font(11))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(PADDING, 7, STRIP_WIDTH, 16), Qt.AlignmentFlag.AlignRight | middle, TITLE)
        below = QRectF(PADDING, 35, STRIP_WIDTH, 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | middle, "below 0")
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | middle, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight | middle, "above 0")
        painter.end()
