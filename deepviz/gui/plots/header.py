"""The line above a picture: its title, what its lines mean with their latest values, and the button of its menu.

A double-click on the title makes the picture fill the whole area, and back. Choices that could not be read beside the
title stand below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QSpacerItem,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.plots.header_buttons import BackButton, CrossButton, DotsButton, ResumeButton
from deepviz.gui.plots.legend import GAP, Entry, paint_entries, width_of
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font

HEIGHT, BELOW = 28, 30
"""Pixels of the line, and of the one below it for choices that have no room beside the title."""
LONGEST_TITLE, SHORTEST_TITLE = 90.0, 36.0
"""So many pixels of its title a header keeps beside a choice, and beside several; these become narrower first."""
NARROWEST_CHOICE, LEGIBLE_CHOICE = 54, 104
"""Pixels of a choice at least, and those from which on what is chosen can be read."""
ROOM_TO_STACK = 200
"""Pixels of height from which on a view can have its choices in lines of their own."""
SPACING, MARGIN = 2, 4
PAUSED = "paused"
"""The note of a view that stays as it is."""
TIP_WIDTH = 60
"""Letters in a line of a tip."""


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

    pressed = Signal()
    """The left button was pressed on it."""
    double_clicked = Signal()
    entry_pointed = Signal(object)
    """The pointer is at the entry of this number, or (None) at none."""

    def __init__(self, title: str, parent: QWidget | None = None, short: str = "") -> None:
        super().__init__(parent)
        self.title, self.short = title, short or title
        self._whole_title = QFontMetricsF(body_font(SMALL_SIZE)).horizontalAdvance(self.short)
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
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        self._line, self._below = QHBoxLayout(), QHBoxLayout()
        for line in (self._line, self._below):
            line.setContentsMargins(0, 0, MARGIN, 0)
            line.setSpacing(SPACING)
            lines.addLayout(line)
        self._title_room, self._rest = QSpacerItem(0, 0), QSpacerItem(0, 0)
        self._below.addItem(self._rest)
        self._choices: list[QWidget] = []
        self.is_wrapped = self.is_stacked = self._has_width = False
        self._pointed: int | None = None
        self._least: QSize | None = None
        """The smallest size, as long as nothing comes or goes: a window that lays itself out asks for it many times."""
        self._places: list[tuple[float, float]] = []
        """From where to where each entry was painted the last time."""
        self.setMouseTracking(True)
        self._line.addItem(self._title_room)
        self._buttons: list[QWidget] = [self.follow_button, self.pause_button, self.menu_button]
        self._buttons += [self.back_button, self.close_button]
        for widget in self._buttons:
            self._line.addWidget(widget)
        self._keep_room()
        self.setFixedHeight(HEIGHT)

    def add(self, widget: QWidget) -> None:
        """Put a small choice of the view's own before the buttons."""
        if isinstance(widget, QComboBox) and not widget.minimumWidth():
            widget.setMinimumWidth(NARROWEST_CHOICE)  # it gives way to the title
        self._choices.insert(0, widget)
        self._least = None
        self._line.insertWidget(1, widget)
        self._wrap(False)
        self._fit()

    @property
    def room_beside_choice(self) -> int:
        """Pixels that the title and the buttons need beside a single choice."""
        buttons = (each.sizeHint().boundedTo(each.maximumSize()).width() for each in self._visible(self._buttons))
        return self._room_for_title(1) + sum(buttons) + SPACING * (len(self._buttons) + 1) + MARGIN

    def _room_for_title(self, choices: int) -> int:
        """Pixels kept for the title, or, beside several choices, for its beginning."""
        return round(min(self._whole_title, LONGEST_TITLE if choices < 2 else SHORTEST_TITLE) + 12 + GAP)

    def _keep_room(self) -> None:
        boxes = [] if self.is_wrapped else [each for each in self._choices if _tells_choice(each)]
        room, fixed = self._room_for_title(len(boxes)), QSizePolicy.Policy.Fixed
        if room == self._title_room.sizeHint().width():
            return  # a layout that is invalidated asks for itself to be fitted again, without end
        self._title_room.changeSize(room, HEIGHT, QSizePolicy.Policy.MinimumExpanding, fixed)
        self._line.invalidate()

    def _visible(self, widgets: Sequence[QWidget]) -> list[QWidget]:
        return [each for each in widgets if not each.isHidden()]

    @property
    def _right(self) -> list[QWidget]:
        """What stands at the right end of the line of the title."""
        return self._visible(self._buttons if self.is_wrapped else [*self._choices, *self._buttons])

    def _fit(self) -> None:
        """Have the choices below the title where they could not be read beside it, once it is known how wide it is."""
        if not self._has_width:
            return
        choices = self._visible(self._choices)
        boxes = [each for each in choices if _tells_choice(each)]
        widths = [min(each.sizeHint().width(), each.maximumWidth()) for each in choices]
        # A list shortens what is chosen so that it can still be read, a button cuts out its middle.
        widths = [min(width, LEGIBLE_CHOICE) if isinstance(each, QComboBox) else width
                  for each, width in zip(choices, widths, strict=True)]  # fmt: skip
        widths += [each.sizeHint().boundedTo(each.maximumSize()).width() for each in self._visible(self._buttons)]
        needed = self._room_for_title(len(boxes)) + sum(widths) + SPACING * len(widths) + MARGIN
        is_wrapped = bool(boxes) and self.width() < needed
        below = 8 + sum(widths[: len(choices)]) + SPACING * len(choices) + MARGIN
        parent = self.parentWidget()
        has_height = parent is None or parent.height() >= ROOM_TO_STACK
        self._wrap(is_wrapped, is_wrapped and len(choices) > 1 and self.width() < below and has_height)

    def _wrap(self, on: bool, is_stacked: bool = False) -> None:
        if (on, is_stacked) == (self.is_wrapped, self.is_stacked):
            self._keep_room()
            return
        self.is_wrapped, self.is_stacked = on, is_stacked
        for place, widget in enumerate(self._choices):
            for line in (self._line, self._below):
                line.removeWidget(widget)
            if on:
                self._below.insertWidget(place, widget)
            else:
                self._line.insertWidget(1 + place, widget)
        self._below.setContentsMargins(8 if on else 0, 0, MARGIN, 0)
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._below.setDirection(down if is_stacked else right)
        height = BELOW if on and not is_stacked else 0
        self._rest.changeSize(0, height, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._keep_room()
        lines = 0 if not on else len(self._visible(self._choices)) if is_stacked else 1
        self.setFixedHeight(HEIGHT + BELOW * lines)
        self._least = None
        self.update()

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

    def set_entries(self, entries: Iterable[Entry]) -> None:
        """Show other lines or values."""
        found = tuple(entries)
        if found != self.entries:
            self.entries = found
            self.update()

    def has_room_for(self, entries: Sequence[Entry]) -> bool:
        """Whether these entries could be shown with their names, at the present width."""
        names = QFontMetricsF(body_font(SMALL_SIZE))
        taken = sum(each.sizeHint().boundedTo(each.maximumSize()).width() + SPACING for each in self._right)
        room = self.width() - taken - 34 - names.horizontalAdvance(self.title)
        return sum(width_of(each, names) for each in entries) - GAP <= room

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.menu_button.color = self.close_button.color = self.back_button.color = theme.dim
        self.pause_button.color = theme.ink(theme.accent)
        self.follow_button.setStyleSheet(f"color: {theme.ink(theme.accent)}; padding: 1px 6px;")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        """What it needs with all choices below the title."""
        if self._least is None:
            buttons = sum(
                each.minimumSizeHint().boundedTo(each.maximumSize()).width() + SPACING
                for each in self._visible(self._buttons)
            )
            choices = sum(each.minimumWidth() + SPACING for each in self._visible(self._choices))
            width = max(self._room_for_title(1) + buttons, 8 + choices) + MARGIN
            self._least = QSize(width, self.maximumHeight())
        return self._least

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._has_width = True
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a button has come or gone, and with it the room for names
            self._least = None
            self._fit()
            self.update()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip(), self)
            return True
        return super().event(event)

    def tip(self) -> str:
        """What the tip says: the title, what can be seen, and all that the lines mean."""
        lines = [f"{each.name} {each.value}".strip() for each in self.entries]
        if not any(each.value for each in self.entries):  # names alone, such as those of many classes
            lines = [fill(", ".join(lines), TIP_WIDTH)]
        return "\n".join(filter(None, (self.title, fill(self.explanation, TIP_WIDTH), *lines, self.note)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._is_detached:
            painter.fillRect(self.rect(), QColor(self.theme.raised))
            painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), QColor(self.theme.line))
        right = min((each.x() for each in self._right), default=self.width())
        self._places = self.paint_into(painter, QRectF(12, 0, right - 16, HEIGHT))

    def paint_into(self, painter: QPainter, rect: QRectF) -> list[tuple[float, float]]:
        """Paint title and entries into a rectangle of a picture; returns from where to where each entry is."""
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
        x, places = paint_entries(painter, self.entries, QRectF(x, rect.top(), room, rect.height()), self.theme)
        self._paint_note(painter, QRectF(x, rect.top(), rect.right() - x, rect.height()))
        return places

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
        """What is painted of the note where there are so many pixels: as many of its parts as fit, first ones first."""
        names, parts = QFontMetricsF(body_font(SMALL_SIZE)), self.note.split(", ")
        kept = (", ".join(parts[:count]) for count in range(len(parts), 0, -1))
        return next((each for each in kept if names.horizontalAdvance(each) <= width), "")

    def _paint_note(self, painter: QPainter, rect: QRectF) -> None:
        painter.setFont(body_font(SMALL_SIZE))
        painter.setPen(QColor(self.theme.dim))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.note_in(rect.width()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()
        super().mousePressEvent(event)  # a dock is dragged by it

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position()
        inside = (number for number, (left, right) in enumerate(self._places) if left - 4 <= here.x() < right + 4)
        self._point(next(inside, None) if here.y() < HEIGHT else None)
        super().mouseMoveEvent(event)  # a dock is moved by it

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, number: int | None) -> None:
        if number != self._pointed:
            self._pointed = number
            self.entry_pointed.emit(number)


def _tells_choice(widget: QWidget) -> bool:
    """Whether it says what is chosen: a list, or a button with a menu of what there is."""
    return isinstance(widget, QComboBox) or (isinstance(widget, QToolButton) and widget.menu() is not None)
