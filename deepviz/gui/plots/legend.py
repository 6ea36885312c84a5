"""What the lines of a picture mean, in one line: a sample of each with its name and latest value, as there is room.

Where there is no room, values are told in brief, then left out, then the ends of names, then names as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from deepviz.gui.plots.class_marks import paint_mark
from deepviz.gui.theme import SMALL_SIZE, Theme, body_font, number_font

SAMPLE_WIDTH, PATCH_WIDTH, MARK = 18.0, 11.0, 9.0
GAP = 14.0
VALUE_SIZE = 11
FEWEST_LETTERS, MORE = 4, "…"
"""Letters of a name that is cut short at least, and what stands for names that have no room at all."""
FARTHEST = 400
"""Pixels that a name or a value may be wide."""


@dataclass(frozen=True)
class Entry:
    """One line of the picture: its name, its latest value as text, its colour (of its name as well) and dashes.

    `short` is its name where there is no room for the whole names of all; empty if it has no other. `mark` is the
    number of a class whose mark stands for it, in place of a patch. `brief` is the most important part of its value,
    which is shown where there is no room for all of it; empty if all of it is.
    """

    name: str
    value: str
    color: str
    dashes: tuple[float, ...] = ()
    is_patch: bool = False
    short: str = ""
    mark: int | None = None
    brief: str = ""


def paint_entries(
    painter: QPainter, entries: Sequence[Entry], rect: QRectF, theme: Theme
) -> tuple[float, list[tuple[float, float]]]:
    """Paint entries into a rectangle.

    Returns
    -------
    Where whatever comes after them may begin, and from where to where each entry is that is shown.
    """
    names, x, middle = QFontMetricsF(body_font(SMALL_SIZE)), rect.left(), Qt.AlignmentFlag.AlignVCenter
    entries = in_brief(entries, rect.width())
    with_values, _ = what_fits(entries, rect.width())
    shown, places = shown_in(entries, rect.width()), list[tuple[float, float]]()

    def write(words: str, color: str) -> float:
        painter.setPen(QColor(color))
        painter.drawText(QRectF(x, rect.top(), FARTHEST, rect.height()), middle, words)
        return x + QFontMetricsF(painter.font()).horizontalAdvance(words) + 6

    for entry, name in shown:
        left = x
        if name or with_values:  # else it is a line that nothing is said of
            paint_sample(painter, entry, x, rect.center().y(), theme)
            x += sample_width(entry) + 5
            painter.setFont(body_font(SMALL_SIZE))
            x = write(name, theme.dim)
            if with_values and entry.value:
                painter.setFont(number_font(VALUE_SIZE))
                x = write(entry.value, theme.text)
            x += 8
        places.append((left, x))
    painter.setFont(body_font(SMALL_SIZE))
    if len(shown) < len(entries) and x + names.horizontalAdvance(MORE) <= rect.right():
        x = write(MORE, theme.dim) + 2
    return x, places


def in_brief(entries: Sequence[Entry], room: float) -> Sequence[Entry]:
    """The entries, with the most important part of their values where there is no room for the whole values of all."""
    if what_fits(entries, room)[0]:
        return entries
    return [replace(each, value=each.brief or each.value) for each in entries]


def what_fits(entries: Sequence[Entry], room: float) -> tuple[bool, bool]:
    """Whether there is room for values, and for names."""
    names, values = QFontMetricsF(body_font(SMALL_SIZE)), QFontMetricsF(number_font(VALUE_SIZE))
    narrow = sum(width_of(each, names) for each in entries)
    # Room is kept for a longer number, lest values come and go.
    wide = narrow + sum(6 + max(values.horizontalAdvance(each.value), 42.0) for each in entries if each.value)
    return wide <= room, narrow - GAP <= room


def shown_in(entries: Sequence[Entry], room: float) -> list[tuple[Entry, str]]:
    """Those that are shown, with their names as they are painted: whole, cut short, or the first ones whole.

    Names are only cut short where each can still be told from the others.
    """
    names = QFontMetricsF(body_font(SMALL_SIZE))
    if what_fits(entries, room)[1]:
        return [(entry, entry.name) for entry in entries]
    in_short = [(entry, entry.short or entry.name) for entry in entries]
    wide = sum(sample_width(entry) + 5 + names.horizontalAdvance(name) + GAP for entry, name in in_short)
    if wide - GAP <= room:
        return in_short
    for_names = room + GAP - sum(sample_width(each) + 5 + GAP for each in entries)
    widths = shared(for_names, [names.horizontalAdvance(each.name) for each in entries])
    cut = [
        names.elidedText(each.name, Qt.TextElideMode.ElideRight, width)
        for each, width in zip(entries, widths, strict=True)
    ]
    pairs = list(zip(entries, cut, strict=True))
    fits = sum(map(names.horizontalAdvance, cut)) <= for_names
    can_be_read = fits and all(text == each.name or len(text) >= FEWEST_LETTERS for each, text in pairs)
    if can_be_read and len(set(cut)) == len(cut):
        return pairs
    room -= names.horizontalAdvance(MORE)
    ends = accumulate(width_of(each, names) for each in entries)
    return [(entry, entry.name) for entry, end in zip(entries, ends, strict=True) if end <= room]


def paint_sample(painter: QPainter, entry: Entry, x: float, y: float, theme: Theme) -> None:
    if entry.mark is not None:
        paint_mark(painter, entry.mark, QPointF(x + PATCH_WIDTH / 2, y), MARK, entry.color, theme.panel)
        return
    if entry.is_patch:
        painter.setPen(QPen(QColor(theme.outline), 1))
        painter.setBrush(QColor(entry.color))
        painter.drawRoundedRect(QRectF(x + 0.5, y - 4.5, PATCH_WIDTH - 1, 9), 2, 2)
        return
    pen = QPen(QColor(entry.color), 2)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if entry.dashes:
        pen.setDashPattern([each * 0.7 for each in entry.dashes])
    painter.setPen(pen)
    painter.drawLine(QLineF(x, y, x + SAMPLE_WIDTH, y))


def sample_width(entry: Entry) -> float:
    return PATCH_WIDTH if entry.is_patch else SAMPLE_WIDTH


def width_of(entry: Entry, names: QFontMetricsF) -> float:
    """Pixels of an entry with its name, and of the gap to the next one."""
    return sample_width(entry) + 5 + names.horizontalAdvance(entry.name) + GAP


def shared(room: float, wanted: Sequence[float]) -> list[float]:
    """How much of some room each gets: what it wants, or as much as the others that want more."""
    given, left = [0.0] * len(wanted), room
    for rank, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[place] = max(0.0, min(wanted[place], left / (len(wanted) - rank)))
        left -= given[place]
    return given
