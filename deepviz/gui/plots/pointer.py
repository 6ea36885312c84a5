"""The cross-hair: the step it stands at, what was measured there, and the box that says so in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from deepviz.gui.theme import Theme, body_font, number_font

TEXT_SIZE = 11
LINE_HEIGHT = 16


@dataclass(frozen=True)
class Reading:
    """One line of the box beside the cross-hair.

    Attributes
    ----------
    name, value
        What was measured, and its exact value as text.
    color
        The colour of the curve.
    height
        Where the curve is, in the numbers of the vertical axis, or None where it has no point.
    """

    name: str
    value: str
    color: str
    height: float | None = None


@dataclass(frozen=True)
class Pointer:
    """What the cross-hair shows: the step it stands at, a heading, and the readings."""

    step: float
    heading: str
    readings: tuple[Reading, ...]


def box_width(pointer: Pointer) -> float:
    """How wide the box is, in pixels."""
    names, numbers = QFontMetricsF(body_font(TEXT_SIZE)), QFontMetricsF(number_font(TEXT_SIZE))
    name_width = max((names.horizontalAdvance(each.name) for each in pointer.readings), default=0.0)
    value_width = max((numbers.horizontalAdvance(each.value) for each in pointer.readings), default=0.0)
    return max(44 + name_width + value_width, 16 + names.horizontalAdvance(pointer.heading))


def paint_box(painter: QPainter, theme: Theme, pointer: Pointer, corner: QPointF) -> None:
    """Paint the box with its upper left corner at a point."""
    width = box_width(pointer)
    box = QRectF(corner.x(), corner.y(), width, 12 + LINE_HEIGHT * (1 + len(pointer.readings)))
    painter.setPen(QPen(QColor(theme.outline), 1))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    painter.setPen(QColor(theme.dim))
    painter.setFont(body_font(TEXT_SIZE))
    line = QRectF(box.left() + 8, box.top() + 5, width - 16, LINE_HEIGHT)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, pointer.heading)
    for reading in pointer.readings:
        line.translate(0, LINE_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(reading.color))
        painter.drawRoundedRect(QRectF(line.left(), line.center().y() - 1.5, 10, 3), 1.5, 1.5)
        painter.setPen(QColor(theme.text))
        painter.setFont(body_font(TEXT_SIZE))
        painter.drawText(line.adjusted(16, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, reading.name)
        painter.setFont(number_font(TEXT_SIZE))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, reading.value)
