"""The cross-hair: the step it stands at, what was measured there, and the box that says so in exact numbers.

The box lies wholly inside the view. Where that is narrow, names and headings go on in further lines; a number is never
cut, at worst it is written smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from deepviz.gui.theme import Theme, body_font, number_font

TEXT_SIZE = 11
LINE_HEIGHT = 16
BORDER = 2.0
"""Pixels between the box and the edge of the view at least."""
PADDING, SAMPLE, GAP = 8.0, 16.0, 20.0
"""Pixels inside of the box, before a name for its sample, and between a name and its number."""
DASHED = 13.0
"""How long the sample of a dashed curve is."""


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
    dashes
        Strokes and gaps of the curve in pen widths, which its sample has too; empty for an unbroken one.
    stands_for
        Of a line that says how many more there are: how many.
    """

    name: str
    value: str
    color: str
    height: float | None = None
    dashes: tuple[float, ...] = ()
    stands_for: int = 0


@dataclass(frozen=True)
class Pointer:
    """What the cross-hair shows: the step it stands at, a heading, and the readings."""

    step: float
    heading: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class BoxLine:
    """A line of the box as it is painted: a name or its continuation, a number, and the colour of a sample if any."""

    name: str
    value: str = ""
    color: str = ""
    is_heading: bool = False
    dashes: tuple[float, ...] = ()


def box_width(pointer: Pointer) -> float:
    """How wide the box is where there is room, in pixels."""
    names, numbers = _metrics()
    name_width = max((names.horizontalAdvance(each.name) for each in pointer.readings), default=0.0)
    value_width = max((numbers.horizontalAdvance(each.value) for each in pointer.readings), default=0.0)
    return max(
        2 * PADDING + SAMPLE + GAP - PADDING + name_width + value_width,
        2 * PADDING + names.horizontalAdvance(pointer.heading),
    )


def box_size(pointer: Pointer, room: QSizeF) -> QSizeF:
    """How large the box is in a view of that size, in pixels; never larger than the view."""
    width = _width_in(pointer, room)
    return QSizeF(width, least_height(len(box_lines(pointer, room))))


def least_height(lines: int) -> float:
    """How high a box with so many lines is, in pixels."""
    return 12.0 + LINE_HEIGHT * lines


def beside(place: QRectF, size: QSizeF, room: QSizeF, gap: float) -> QPointF:
    """The corner of a box beside a place: on the sides where there is more room, and never beyond the border."""
    centre = place.center()
    left = place.right() + gap if centre.x() < room.width() / 2 else place.left() - gap - size.width()
    top = place.bottom() + gap if centre.y() < room.height() / 2 else place.top() - gap - size.height()
    return inside(QPointF(left, top), size, room)


def inside(corner: QPointF, size: QSizeF, room: QSizeF) -> QPointF:
    """The corner of a box, moved as far as it has to be for the box to lie inside of the view."""
    left = min(max(corner.x(), BORDER), max(BORDER, room.width() - size.width() - BORDER))
    return QPointF(left, min(max(corner.y(), BORDER), max(BORDER, room.height() - size.height() - BORDER)))


def box_lines(pointer: Pointer, room: QSizeF) -> list[BoxLine]:
    """What stands in the box in a view of that size, line by line.

    What has no room in its line goes on in the next one. Where there are more lines than the view is high, the last
    one says how many readings are not shown.
    """
    names, numbers = _metrics()
    across = _width_in(pointer, room) - 2 * PADDING
    lines = [BoxLine(each, is_heading=True) for each in _wrapped(pointer.heading, names, across)]
    most = max(1, int((room.height() - 2 * BORDER - 12) // LINE_HEIGHT))
    readings = [_lines_of(each, names, numbers, across) for each in pointer.readings]
    if len(lines) + sum(map(len, readings)) <= most:
        return lines + [line for part in readings for line in part]
    for number, part in enumerate(readings):
        if len(lines) + len(part) >= most:
            return [*lines, BoxLine(f"+{len(readings) - number} more")][: max(most, 1)]
        lines += part
    return lines[:most]


def paint_box(painter: QPainter, theme: Theme, pointer: Pointer, corner: QPointF, room: QSizeF) -> None:
    """Paint the box with its upper left corner at a point of a view of that size."""
    size = box_size(pointer, room)
    box = QRectF(corner, size)
    painter.setPen(QPen(QColor(theme.outline), 1))
    painter.setBrush(QColor(theme.raised))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    line = QRectF(box.left() + PADDING, box.top() + 5, size.width() - 2 * PADDING, LINE_HEIGHT)
    middle = Qt.AlignmentFlag.AlignVCenter
    for each in box_lines(pointer, room):
        if each.color and each.dashes:
            painter.setPen(_dashed_pen(each.color, each.dashes))
            painter.drawLine(QLineF(line.left(), line.center().y(), line.left() + DASHED, line.center().y()))
        elif each.color:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(each.color))
            painter.drawRoundedRect(QRectF(line.left(), line.center().y() - 1.5, 10, 3), 1.5, 1.5)
        painter.setPen(QColor(theme.dim if each.is_heading else theme.text))
        painter.setFont(body_font(TEXT_SIZE))
        painter.drawText(line.adjusted(0 if each.is_heading else SAMPLE, 0, 0, 0), middle, each.name)
        if each.value:
            painter.setFont(_font_for(each.value, line.width()))
            painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, each.value)
        line.translate(0, LINE_HEIGHT)


def _dashed_pen(color: str, dashes: tuple[float, ...]) -> QPen:
    """A pen with dashes like those of a curve, so long that they come out even over a sample."""
    pen = QPen(QColor(color), 2)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    length = DASHED / max(1, round(DASHED / (0.8 * sum(dashes))))
    pen.setDashPattern([each * length / sum(dashes) / pen.widthF() for each in dashes])
    return pen


def _metrics() -> tuple[QFontMetricsF, QFontMetricsF]:
    return QFontMetricsF(body_font(TEXT_SIZE)), QFontMetricsF(number_font(TEXT_SIZE))


def _width_in(pointer: Pointer, room: QSizeF) -> float:
    return min(box_width(pointer), max(room.width() - 2 * BORDER, 2 * PADDING + SAMPLE + 1))


def _lines_of(reading: Reading, names: QFontMetricsF, numbers: QFontMetricsF, across: float) -> list[BoxLine]:
    """A reading in one line, or its name in as many as it takes and its number at their end."""
    room = across - SAMPLE
    value = numbers.horizontalAdvance(reading.value)
    gap = GAP - PADDING if reading.value else 0.0
    if names.horizontalAdvance(reading.name) + gap + value <= room:
        return [BoxLine(reading.name, reading.value, reading.color, dashes=reading.dashes)]
    parts = _wrapped(reading.name, names, room) or [""]
    lines = [BoxLine(each) for each in parts]
    lines[0] = BoxLine(parts[0], "", reading.color, dashes=reading.dashes)
    values = _wrapped(reading.value, numbers, across, is_number=True)
    if values and names.horizontalAdvance(parts[-1]) + gap + numbers.horizontalAdvance(values[0]) <= room:
        last = lines.pop()
        lines.append(BoxLine(last.name, values.pop(0), last.color, dashes=last.dashes))
    return lines + [BoxLine("", each) for each in values]


def _wrapped(text: str, metrics: QFontMetricsF, room: float, is_number: bool = False) -> list[str]:
    """A text in lines that fit; a word that does not loses its middle, unless it is a number."""
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        if lines and metrics.horizontalAdvance(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            is_whole = is_number or _is_number(word)
            lines.append(word if is_whole else metrics.elidedText(word, Qt.TextElideMode.ElideMiddle, room))
    return lines


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word) and not any(letter.isalpha() for letter in word.replace("e", ""))


def _font_for(value: str, width: float) -> QFont:
    """The font of numbers, smaller where one is wider than the box."""
    for size in range(TEXT_SIZE, 5, -1):
        font = number_font(size)
        if QFontMetricsF(font).horizontalAdvance(value) <= width:
            return font
    return number_font(5)
