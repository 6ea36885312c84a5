"""The legend of the gradient colours: a strip of the scale with the values at its ends, in the corner of the canvas."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from deepviz.gui.amounts import thousands
from deepviz.gui.canvas.edge_style import EdgeStyle, level_color, pen
from deepviz.gui.canvas.gradients import LEVELS, GradientScale
from deepviz.gui.plots.ticks import powers_of_ten
from deepviz.gui.theme import Theme, body_font, number_font

TITLE = "gradient, log scale"
STRIP_WIDTH = 116
HEIGHT, LINE = 56, 16
PADDING = 8
ZERO, BROKEN = "zero", "NaN, ∞"
"""What a dashed line means, and a dashed one in the colour of alarm."""
DASHES = 18.0
"""Pixels of a dashed line that is explained."""
GAP = 12
"""Pixels to the border of the canvas."""


class Legend(QWidget):
    """Shows a scale. It lets every click through.

    Parameters
    ----------
    theme
        The colours to begin with.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme, self._scale = theme, GradientScale()
        self._step: int | None = None
        self._kinds: tuple[str, ...] = ()
        self.resize(self.sizeHint())
        self._say_it()

    def show_scale(self, scale: GradientScale) -> None:
        """Show another scale."""
        if scale != self._scale:
            self._scale = scale
            self._say_it()
            self.update()

    def show_moment(self, step: int | None) -> None:
        """Say that what is shown belongs to an earlier step; None: to the present."""
        if step != self._step:
            self._step = step
            self.resize(self.sizeHint())
            self.stand()
            self._say_it()
            self.update()

    def show_kinds(self, norms: Iterable[float | None]) -> None:
        """Explain the dashed lines of edges with these norms, if there are any: zeros, and what is no finite number."""
        known = {norm for norm in norms if norm is not None}
        kinds = (*((ZERO,) if 0.0 in known else ()), *(() if all(map(isfinite, known)) else (BROKEN,)))
        if kinds != self._kinds:
            self._kinds = kinds
            self.resize(self.sizeHint())
            self.stand()
            self._say_it()
            self.update()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What dashed lines it explains."""
        return self._kinds

    @property
    def moment(self) -> str:
        """What it says of the moment that is shown; empty for the present."""
        return "" if self._step is None else f"at step {thousands(self._step)}"

    def use_theme(self, theme: Theme) -> None:
        """Show it in other colours."""
        self._theme = theme
        self.update()

    @property
    def ends(self) -> tuple[str, str]:
        """The texts at its ends, as on the axes of the views."""
        low, high = powers_of_ten((self._scale.first, self._scale.last))
        return low, high

    def stand(self) -> None:
        """Stand in the lower right corner of the canvas."""
        ground = self.parentWidget()
        if ground is not None:
            self.move(ground.width() - self.width() - GAP, ground.height() - self.height() - GAP)

    def sizeHint(self) -> QSize:
        return QSize(STRIP_WIDTH + 2 * PADDING, HEIGHT + LINE * (bool(self.moment) + bool(self._kinds)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(self._theme.window)
        back.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        top = float(LINE if self.moment else 0)
        strip = QRectF(PADDING, top + 27, STRIP_WIDTH, 6)
        colors = QLinearGradient(strip.topLeft(), strip.topRight())
        for level in range(0, LEVELS, 3):
            colors.setColorAt(level / (LEVELS - 1), QColor(level_color(level, self._theme)))
        painter.setBrush(colors)
        painter.drawRoundedRect(strip, 1.5, 1.5)
        painter.setPen(QColor(self._theme.dim))
        painter.setFont(body_font(11))
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        title = QRectF(PADDING, 7, STRIP_WIDTH, LINE)
        painter.drawText(title, right | Qt.AlignmentFlag.AlignVCenter, TITLE)
        if self.moment:
            painter.setPen(QColor(self._theme.ink(self._theme.accent)))
            painter.drawText(title.translated(0, LINE), right | Qt.AlignmentFlag.AlignVCenter, self.moment)
            painter.setPen(QColor(self._theme.dim))
        painter.setFont(number_font(11))
        low, high = self.ends
        below = QRectF(PADDING, top + 35, STRIP_WIDTH, LINE)
        painter.drawText(below, left | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(below, right | Qt.AlignmentFlag.AlignVCenter, high)
        painter.setFont(body_font(11))
        row = below.translated(0, LINE)
        for kind in self._kinds:
            color, width = (self._theme.faint, 1.5) if kind == ZERO else (self._theme.bad, 3.0)
            painter.setPen(pen(EdgeStyle(color, width, is_dashed=True)))
            painter.drawLine(QLineF(row.left(), row.center().y(), row.left() + DASHES, row.center().y()))
            painter.setPen(QColor(self._theme.dim))
            painter.drawText(row.adjusted(DASHES + 4, 0, 0, 0), left | Qt.AlignmentFlag.AlignVCenter, kind)
            row.setLeft(row.left() + DASHES + 4 + painter.fontMetrics().horizontalAdvance(kind) + 8)
        painter.end()

    def _say_it(self) -> None:
        low, high = self.ends
        when = f" {self.moment}" if self.moment else ""
        dashed = f"; dashed where it is {' or '.join(self._kinds)}" if self._kinds else ""
        self.setAccessibleName(f"Gradient colours{when} on a logarithmic scale from {low} to {high}{dashed}")
