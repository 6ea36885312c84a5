"""The legend of the maps and curves below the cards: which colour stands for what, in the corner of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from deepviz.gui.canvas.legend import GAP, PADDING
from deepviz.gui.response_curves import OPACITY
from deepviz.gui.signed_colors import ABOVE, BELOW
from deepviz.gui.theme import Theme, body_font

TITLE = "each unit's answer, own scale"
MAPS = (
    "Maps below the cards: what each unit answers over the two inputs. Orange is below 0, blue above, and full colour "
    "is the unit's own largest answer."
)
CURVES = (
    "Curves below the cards: what each unit answers along the input. Orange is below 0, blue above, and the height is "
    "the unit's own, with round numbers at its ends."
)
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
        self._is_curve = False
        self.setAccessibleName(MAPS)
        self.hide()

    def use_theme(self, theme: Theme) -> None:
        """Show it in other colours."""
        self._theme = theme
        self.update()

    def show_kind(self, is_curve: bool) -> None:
        """Be about curves along a single input, or about maps over two."""
        if is_curve != self._is_curve:
            self._is_curve = is_curve
            self.setAccessibleName(CURVES if is_curve else MAPS)
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
        shades: tuple[tuple[float, str], ...] = ((0.0, BELOW), (0.5, self._theme.panel), (1.0, ABOVE))
        if self._is_curve:  # whose height says how large an answer is, and not the depth of a colour
            shades = ((0.0, BELOW), (0.497, BELOW), (0.503, ABOVE), (1.0, ABOVE))
        for share, color in shades:
            ink = QColor(color)
            if self._is_curve:
                ink.setAlphaF(OPACITY)
            colors.setColorAt(share, ink)
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
