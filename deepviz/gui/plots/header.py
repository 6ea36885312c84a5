"""The line above a picture: its title, what its lines mean with their latest values, and the button of its menu.

A double-click on the title makes the picture fill the whole area, and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from textwrap import fill

from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSpacerItem, QToolButton, QToolTip, QWidget

from deepviz.gui.plots.header_buttons import BackButton, CrossButton, DotsButton, ResumeButton
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font, number_font

HEIGHT = 28
SAMPLE_WIDTH, PATCH_WIDTH = 18.0, 11.0
GAP = 14.0
VALUE_SIZE = 11
LONGEST_TITLE, SHORTEST_TITLE = 90.0, 36.0
"""So many pixels of its title a header keeps beside a choice, and beside several; these become narrower first."""
FEWEST_LETTERS, MORE = 4, "…"
"""Letters of a name that is cut short at least, and what stands for names that have no room at all."""
NARROWEST_CHOICE = 54
PAUSED = "paused"
"""The note of a view that stays as it is."""
TIP_WIDTH = 60
"""Letters in a line of a tip."""


@dataclass(frozen=True)
class Entry:
    """One line of the picture: its name, its latest value as text, its colour (of its name as well) and dashes.

    `short` is its name where there is no room for the whole names of all; empty if it has no other.
    """

    name: str
    value: str
    color: str
    dashes: tuple[float, ...] = ()
    is_patch: bool = False
    short: str = ""


class PlotHeader(QWidget):
    """The line above a picture.

    Attributes
    ----------
    title, short
        What the picture shows, and the same in fewer letters for where there is no room.
    entries
        What its lines mean. Where there is no room, values are left out, then the ends of names; what is not named
        at all is in the tip, which an ellipsis says.
    note
        A few dim words at the right end; left out where there is no room for them.
    explanation
        What can be seen in the picture, in plain words, for its tip.
    """

    double_clicked = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, short: str = "") -> None:
        super().__init__(parent)
        self.title, self.short = title, short or title
        self.entries: tuple[Entry, ...] = ()
        self.note = self.explanation = ""
        self.theme: Theme = DARK
        self.follow_button = QToolButton(self)
        self.follow_button.setText("Follow")
        self.follow_button.setToolTip("Show the whole run again and follow it as it grows (Home)")
        self.follow_button.hide()
        self.pause_button = ResumeButton(self)
        self.pause_button.setCheckable(True)
        self.pause_button.setToolTip("Follow the run again (Shift+P)")
        self.pause_button.setAccessibleName(f"Resume {title}")
        self.pause_button.hide()
        self.menu_button = DotsButton(self)
        self.menu_button.setToolTip("Choices, large window, pause and export")
        self.menu_button.setAccessibleName(f"Menu of {title}")
        self.close_button = CrossButton(self)
        self.close_button.setToolTip("Close")
        self.close_button.setAccessibleName(f"Close {title}")
        self.close_button.hide()
        self.back_button = BackButton(self)
        self.back_button.setToolTip("Back into the window (Esc, or double-click here)")
        self.back_button.setAccessibleName(f"Put {title} back into the window")
        self.back_button.hide()
        self._is_detached = False
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 4, 0)
        self._layout.setSpacing(2)
        self._title_room = QSpacerItem(0, 0)
        self._choices = 0
        self._layout.addItem(self._title_room)
        self._keep_room()
        self._right: list[QWidget] = [self.follow_button, self.pause_button, self.menu_button]
        self._right += [self.back_button, self.close_button]
        for widget in self._right:
            self._layout.addWidget(widget)
        self.setFixedHeight(HEIGHT)

    def add(self, widget: QWidget) -> None:
        """Put a small choice of the view's own before the buttons."""
        if isinstance(widget, QComboBox) and not widget.minimumWidth():
            widget.setMinimumWidth(NARROWEST_CHOICE)  # it gives way to the title
            self._choices += 1
            self._keep_room()
        self._right.insert(0, widget)
        self._layout.insertWidget(1, widget)

    def _keep_room(self) -> None:
        """Keep room for the title, or, beside several choices, for its beginning."""
        whole = QFontMetricsF(body_font(SMALL_SIZE)).horizontalAdvance(self.short)
        room = min(whole, LONGEST_TITLE if self._choices < 2 else SHORTEST_TITLE) + 12 + GAP
        self._title_room.changeSize(round(room), 0, QSizePolicy.Policy.MinimumExpanding)

    def set_detached(self, on: bool) -> None:
        """Look as the title of a window of its own, with buttons to put it back and to close it."""
        self._is_detached = on
        self.back_button.setVisible(on)
        self.close_button.setVisible(on)
        self.update()

    def set_note(self, text: str) -> None:
        """Say something short after the entries, such as of which step the picture is."""
        if text != self.note:
            self.note = text
            self.pause_button.setVisible(self.pause_button.isChecked())
            self.update()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show other lines or values."""
        if tuple(entries) != self.entries:
            self.entries = tuple(entries)
            self.update()

    def has_room_for(self, entries: Sequence[Entry]) -> bool:
        """Whether these entries could be shown with their names, at the present width."""
        names = QFontMetricsF(body_font(SMALL_SIZE))
        visible = [each for each in self._right if not each.isHidden()]
        taken = sum(each.sizeHint().boundedTo(each.maximumSize()).width() + 2 for each in visible)
        room = self.width() - taken - 34 - names.horizontalAdvance(self.title)
        return sum(_width_of(each, names) for each in entries) - GAP <= room

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.menu_button.color = self.close_button.color = self.back_button.color = theme.dim
        self.pause_button.color = theme.ink(theme.accent)
        self.follow_button.setStyleSheet(f"color: {theme.ink(theme.accent)}; padding: 1px 6px;")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a button has come or gone, and with it the room for names
            self.update()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip(), self)
            return True
        return super().event(event)

    def tip(self) -> str:
        """What the tip says: the title, what can be seen, and all that the lines mean."""
        lines = (f"{each.name} {each.value}".strip() for each in self.entries)
        return "\n".join(filter(None, (self.title, fill(self.explanation, TIP_WIDTH), *lines, self.note)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._is_detached:
            painter.fillRect(self.rect(), QColor(self.theme.raised))
            painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(self.theme.line))
        visible = [each for each in self._right if not each.isHidden()]
        right = min((each.x() for each in visible), default=self.width())
        self.paint_into(painter, QRectF(12, 0, right - 16, self.height()))

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint title and entries into a rectangle of a picture."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = body_font(SMALL_SIZE)
        painter.setFont(font)
        names = QFontMetricsF(font)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        title = self.title_in(rect.width())
        painter.setPen(QColor(self.theme.text))
        painter.drawText(rect, middle, title)
        x = rect.left() + names.horizontalAdvance(title) + 14
        room = rect.right() - x - self._kept_for_note(names)
        with_values, _ = self._what_fits(room)
        shown = self._shown_in(room)
        for entry, name in shown:
            self._paint_sample(painter, entry, x, rect.center().y())
            x += _sample_width(entry) + 5
            painter.setFont(font)
            painter.setPen(QColor(self.theme.dim))
            painter.drawText(QRectF(x, rect.top(), 400, rect.height()), middle, name)
            x += names.horizontalAdvance(name) + 6
            if with_values and entry.value:
                painter.setFont(number_font(VALUE_SIZE))
                painter.setPen(QColor(self.theme.text))
                painter.drawText(QRectF(x, rect.top(), 400, rect.height()), middle, entry.value)
                x += QFontMetricsF(painter.font()).horizontalAdvance(entry.value) + 6
            x += 8
        end = rect.right() - self._kept_for_note(names)
        if len(shown) < len(self.entries) and x + names.horizontalAdvance(MORE) <= end:
            painter.setFont(font)
            painter.setPen(QColor(self.theme.dim))
            painter.drawText(QRectF(x, rect.top(), 400, rect.height()), middle, MORE)
            x += names.horizontalAdvance(MORE) + 8
        self._paint_note(painter, QRectF(x, rect.top(), rect.right() - x, rect.height()))

    def title_in(self, width: float) -> str:
        """The title as it is painted where there are so many pixels for it."""
        names = QFontMetricsF(body_font(SMALL_SIZE))
        if names.horizontalAdvance(self.title) <= width:
            return self.title
        return names.elidedText(self.short, Qt.TextElideMode.ElideRight, width)

    def _kept_for_note(self, names: QFontMetricsF) -> float:
        """Pixels that names of lines leave to the note: none, but that a view is paused is said before all else."""
        return names.horizontalAdvance(PAUSED) + 8 if self.pause_button.isChecked() and self.note else 0.0

    def note_in(self, width: float) -> str:
        """What is painted of the note where there are so many pixels: all of it, that it is paused, or nothing."""
        names = QFontMetricsF(body_font(SMALL_SIZE))
        kept = (self.note, PAUSED) if self.pause_button.isChecked() and self.note else (self.note,)
        return next((each for each in kept if names.horizontalAdvance(each) <= width), "")

    def _paint_note(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(body_font(SMALL_SIZE))
        painter.setPen(QColor(self.theme.dim))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.note_in(rect.width()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def _what_fits(self, room: float) -> tuple[bool, bool]:
        """Whether there is room for values, and for names."""
        names, values = QFontMetricsF(body_font(SMALL_SIZE)), QFontMetricsF(number_font(VALUE_SIZE))
        narrow = sum(_width_of(each, names) for each in self.entries)
        # Room is kept for a longer number, lest values come and go.
        wide = narrow + sum(6 + max(values.horizontalAdvance(each.value), 42.0) for each in self.entries if each.value)
        return wide <= room, narrow - GAP <= room

    def _shown_in(self, room: float) -> list[tuple[Entry, str]]:
        """Those that are shown, with their names as they are painted: whole, cut short, or the first ones whole.

        Names are only cut short where each can still be told from the others.
        """
        names = QFontMetricsF(body_font(SMALL_SIZE))
        if self._what_fits(room)[1]:
            return [(entry, entry.name) for entry in self.entries]
        in_short = [(entry, entry.short or entry.name) for entry in self.entries]
        wide = sum(_sample_width(entry) + 5 + names.horizontalAdvance(name) + GAP for entry, name in in_short)
        if wide - GAP <= room:
            return in_short
        for_names = room + GAP - sum(_sample_width(each) + 5 + GAP for each in self.entries)
        widths = shared(for_names, [names.horizontalAdvance(each.name) for each in self.entries])
        cut = [
            names.elidedText(each.name, Qt.TextElideMode.ElideRight, width)
            for each, width in zip(self.entries, widths, strict=True)
        ]
        pairs = list(zip(self.entries, cut, strict=True))
        fits = sum(map(names.horizontalAdvance, cut)) <= for_names
        can_be_read = fits and all(text == each.name or len(text) >= FEWEST_LETTERS for each, text in pairs)
        if can_be_read and len(set(cut)) == len(cut):
            return pairs
        room -= names.horizontalAdvance(MORE)
        ends = accumulate(_width_of(each, names) for each in self.entries)
        return [(entry, entry.name) for entry, end in zip(self.entries, ends, strict=True) if end <= room]

    def _paint_sample(self, painter: QPainter, entry: Entry, x: float, y: float) -> None:
        if entry.is_patch:
            painter.setPen(QPen(QColor(self.theme.outline), 1))
            painter.setBrush(QColor(entry.color))
            painter.drawRoundedRect(QRectF(x + 0.5, y - 4.5, PATCH_WIDTH - 1, 9), 2, 2)
            return
        pen = QPen(QColor(entry.color), 2)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if entry.dashes:
            pen.setDashPattern([each * 0.7 for each in entry.dashes])
        painter.setPen(pen)
        painter.drawLine(QLineF(x, y, x + SAMPLE_WIDTH, y))


def _sample_width(entry: Entry) -> float:
    return PATCH_WIDTH if entry.is_patch else SAMPLE_WIDTH


def _width_of(entry: Entry, names: QFontMetricsF) -> float:
    """Pixels of an entry with its name, and of the gap to the next one."""
    return _sample_width(entry) + 5 + names.horizontalAdvance(entry.name) + GAP


def shared(room: float, wanted: Sequence[float]) -> list[float]:
    """How much of some room each gets: what it wants, or as much as the others that want more."""
    given, left = [0.0] * len(wanted), room
    for rank, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        given[place] = max(0.0, min(wanted[place], left / (len(wanted) - rank)))
        left -= given[place]
    return given
