"""Which curve is which run: names below each other as there is room, so that none is lost in a narrow view.

It is painted, so it is part of saved pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepviz.gui.plots.legend import Entry
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font, number_font

LINE, MOST_LINES = 18.0, 4
SAMPLE, GAP, PADDING = 16.0, 14.0, 12.0
LONGEST_NAME = 190.0
"""Pixels of a name; what is longer loses its middle, because names of a series differ at their ends."""
SEPARATOR = ", "


class RunLegend(QWidget):
    """Colours, names and values of runs in as many lines as they need, up to `MOST_LINES`.

    Attributes
    ----------
    entries
        What it shows: the whole names.
    """

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Entry, ...] = ()
        self._theme: Theme = DARK
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Runs that are shown")
        self.show_entries((), DARK)

    def show_entries(self, entries: Sequence[Entry], theme: Theme) -> None:
        """Show other runs, or the same with other names, values or colours."""
        self.entries, self._theme = tuple(entries), theme
        self._names = short_names([each.name for each in entries])
        told = "\n".join(f"{each.name}: {each.value}" if each.value else each.name for each in entries)
        self.setToolTip(told)
        self.setAccessibleDescription(told)
        self._fit()
        self.update()

    def words(self, width: float) -> list[str]:
        """What stands in it where it is so wide: the names that are shown, and how many are not."""
        shown = [name for name, _, _ in self._placed(width)]
        left_out = len(self.entries) - len(shown)
        return [*shown, f"+{left_out}"] if left_out else shown

    def has_values(self, width: float) -> bool:
        """Whether it tells values where it is so wide: only if that leaves no name out."""
        return len(self._placed_with(width, True)) == len(self.entries)

    def height_for(self, width: float) -> float:
        """Pixels of height that it needs where it is so wide."""
        placed = self._placed(width)
        return placed[-1][2] + LINE + 2 if placed else 0.0

    def sizeHint(self) -> QSize:
        return QSize(200, round(self.height_for(self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_into(QPainter(self), QRectF(self.rect()))

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint it into a rectangle of a picture."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, QColor(self._theme.panel))
        names, values = QFontMetricsF(body_font(SMALL_SIZE)), number_font(SMALL_SIZE - 1)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        placed, right, x, y = self._placed(rect.width()), rect.right() - PADDING, rect.left(), rect.top()
        has_values = self.has_values(rect.width())
        for entry, (name, left, top) in zip(self.entries, placed, strict=False):
            x, y = rect.left() + left, rect.top() + top
            pen = QPen(QColor(entry.color), 2, c=Qt.PenCapStyle.FlatCap)
            if entry.dashes:
                pen.setDashPattern([each * 0.7 for each in entry.dashes])  # the sample is short
            painter.setPen(pen)
            painter.drawLine(QLineF(x, y + LINE / 2, x + SAMPLE, y + LINE / 2))
            x += SAMPLE + 5
            painter.setFont(body_font(SMALL_SIZE))
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QRectF(x, y, right - x, LINE), side, name)
            x += names.horizontalAdvance(name) + 6
            painter.setFont(values)
            painter.setPen(QColor(self._theme.dim))
            value = entry.value if has_values else ""
            painter.drawText(QRectF(x, y, right - x, LINE), side, value)
            x += QFontMetricsF(values).horizontalAdvance(value) + GAP
        if len(placed) < len(self.entries):
            painter.setFont(body_font(SMALL_SIZE))
            painter.setPen(QColor(self._theme.dim))
            painter.drawText(QRectF(x, y, right - x, LINE), side, f"+{len(self.entries) - len(placed)}")

    def _placed(self, width: float) -> list[tuple[str, float, float]]:
        """The names that there is room for, each with its place: left and top."""
        return self._placed_with(width, self.has_values(width))

    def _placed_with(self, width: float, has_values: bool) -> list[tuple[str, float, float]]:
        """The same with or without values behind the names."""
        names, values = QFontMetricsF(body_font(SMALL_SIZE)), QFontMetricsF(number_font(SMALL_SIZE - 1))
        found: list[tuple[str, float, float]] = []
        x = y = 0.0
        more = names.horizontalAdvance("+99") + GAP
        room = max(width - 2 * PADDING, 1.0)

        def longest_of(value: float) -> float:
            return min(LONGEST_NAME, room - SAMPLE - 5 - value)

        told = [values.horizontalAdvance(each.value) + 6 if each.value and has_values else 0.0 for each in self.entries]
        widest = max(told, default=0.0)
        wide_enough = all(names.horizontalAdvance(name) <= longest_of(widest) for name in self._names)
        shown = self._names if wide_enough else tight_names(self._names)
        for number, (value, name) in enumerate(zip(told, shown, strict=True)):
            longest = longest_of(value)
            name = names.elidedText(name, Qt.TextElideMode.ElideMiddle, max(longest, 24.0))
            wide = SAMPLE + 5 + names.horizontalAdvance(name) + value
            if x and x + wide > room:
                x, y = 0.0, y + LINE
            is_last_line = y >= LINE * (MOST_LINES - 1)
            is_last = number == len(shown) - 1
            if y >= LINE * MOST_LINES or (is_last_line and not is_last and x and x + wide + more > room):
                break
            found.append((name, PADDING + x, y))
            x += wide + GAP
        return found

    def _fit(self) -> None:
        wanted = round(self.height_for(self.width()))
        if self.height() != wanted or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)


class CurvesWithLegend(QWidget):
    """The curves below their legend."""

    def __init__(self, area: QWidget, legend: RunLegend) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(legend)
        column.addWidget(area, 1)
        self._area = area

    def minimumSizeHint(self) -> QSize:
        """More runs do not make the window taller."""
        return self._area.minimumSizeHint()


def short_names(names: Sequence[str]) -> list[str]:
    """Names without what all of them begin with: ``seed 1`` of ``spirals, seed 1``. Nothing is left without a name."""
    if len(names) < 2:
        return list(names)
    same = len(list(takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))))
    start = names[0][:same].rfind(SEPARATOR)
    begin = start + len(SEPARATOR) if start >= 0 else 0
    return list(names) if any(not name[begin:].strip() for name in names) else [name[begin:] for name in names]


def tight_names(names: Sequence[str]) -> list[str]:
    """What differs in names, without the words that all of them have in common: ``0.01, 16`` and ``0.1, 16``.

    ``learning rate 0.01, batch size 16`` becomes ``0.01, 16`` where all have both parts, and a part that is the same
    in all of them goes altogether.
    """
    parts = [name.split(SEPARATOR) for name in names]
    if len(names) < 2 or len({len(each) for each in parts}) > 1:
        return list(names)
    columns = [_values_of(column) for column in zip(*parts, strict=True) if len(set(column)) > 1]
    tight = [SEPARATOR.join(each) for each in zip(*columns, strict=True)]
    return tight if len(set(tight)) == len(set(names)) and all(each.strip() for each in tight) else list(names)


def told_apart(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Names for files: where several runs have the same one, the id of each stands behind it."""
    seen = Counter(names)
    return [name if seen[name] == 1 else f"{name} ({run})" for name, run in zip(names, ids, strict=True)]


def _values_of(column: Sequence[str]) -> list[str]:
    """Texts without the words at their beginning that are the same in all of them; something is left of each."""
    words = [text.split(" ") for text in column]
    most = min(map(len, words)) - 1
    same = len(list(takewhile(lambda each: len(set(each)) == 1, zip(*(each[:most] for each in words), strict=True))))
    return [" ".join(each[same:]) for each in words]
