"""The loss of each batch, and that of the validation data at the end of each epoch; a ring marks the best weights."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepviz.gui.plots.area import TICK_SIZE
from deepviz.gui.plots.curve_plot import CurvePlot, Line
from deepviz.gui.plots.event_marks import notes_near
from deepviz.gui.theme import body_font

RING = 5.0
"""Radius in pixels."""


class LossPlot(CurvePlot):
    """Training and validation loss."""

    key = "loss"
    title = "Loss"
    explanation = "How far the network is off: the lower, the better. It does not learn from the validation data."
    order = 10
    is_default = True
    invitation = "Press Run to see the loss fall"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area.decorations.append(self._paint_best)

    def lines(self) -> Sequence[Line]:
        return self.train_and_validation("loss")

    def column_name(self, line: Line) -> str:
        return f"{line.name} loss"

    def best_place(self) -> QPointF | None:
        """Where the best weights are, in pixels of the area; None if none are kept or they are out of sight."""
        best = None if self.history is None else self.history.best
        height = None if best is None else self.to_axis(best[1])
        if best is None or height is None:
            return None
        place = QPointF(self.area.x_pixel(best[0]), self.area.y_pixel(height))
        return place if self.area.frame.adjusted(-1, -RING, 1, RING).contains(place) else None

    def _notes_near(self, here: int, step: float) -> list[str]:
        best = None if self.history is None else self.history.best
        found = [] if best is None else notes_near([(best[0], "best weights")], here, step, self._pixels)
        return [*found, *super()._notes_near(here, step)]

    def _paint_best(self, painter: QPainter) -> None:
        """A ring around the loss of the best weights, with a word above it."""
        place = self.best_place()
        if place is None:
            return
        look, frame = self.theme.curve(1), self.area.frame
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.color), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, RING, RING)
        painter.setFont(body_font(TICK_SIZE))
        painter.setPen(QColor(look.ink))
        width = QFontMetricsF(painter.font()).horizontalAdvance("best") + 2
        left = min(max(place.x() - width / 2, frame.left() + 2), frame.right() - width)
        above = place.y() - RING - 17
        top = above if above >= frame.top() else place.y() + RING + 1
        painter.drawText(QRectF(left, top, width, 16), Qt.AlignmentFlag.AlignCenter, "best")
