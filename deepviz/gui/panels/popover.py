"""A small sheet that opens beside a button: it blocks nothing, and closes with Escape or a click elsewhere.

It is part of its window rather than a window of its own, so file dialogs can be opened from it.
"""

from __future__ import annotations

from typing import ClassVar, cast

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from deepviz.gui.theme import DARK, THEMES, Theme

SHADOW = 12
RADIUS = 10
DISTANCE = 6
"""Pixels between the sheet and what it belongs to."""

_EDGE = 8


def theme_in_use() -> Theme:
    """The theme that the application wears now."""
    application = QApplication.instance()
    return THEMES.get(str(application.property("theme")), DARK) if application is not None else DARK


class Popover(QFrame):
    """A sheet around some content.

    Parameters
    ----------
    name
        What it is called for those who do not see it.
    content
        What it shows.
    """

    closed = Signal()
    """Sent when it has closed, by itself or not."""
    prefers_above: ClassVar[bool] = False
    """Whether it opens above what it belongs to where there is room on both sides."""

    def __init__(self, name: str, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self._anchor: QWidget | None = None
        self._width, self._tallest = 320, 480
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SHADOW + 1, SHADOW + 1, SHADOW + 1, SHADOW + 1)
        layout.addWidget(content)
        self.hide()

    def toggle_beside(self, anchor: QWidget, width: int, tallest: int) -> None:
        """Open beside `anchor`, or close if open there. `width` and `tallest` are pixels."""
        if self.isVisible():
            self.close_quietly()
        else:
            self.open_beside(anchor, width, tallest)

    def open_beside(self, anchor: QWidget, width: int, tallest: int) -> None:
        """Open above or below `anchor`, where there is room, and take the keyboard."""
        if self.parent() is not anchor.window():
            self.setParent(anchor.window())
        self._anchor, self._width, self._tallest = anchor, width, tallest
        application = cast(QApplication, QApplication.instance())
        application.removeEventFilter(self)
        application.installEventFilter(self)
        self.show()
        self.raise_()
        self.fit()
        self._focus(first=True)

    def close_quietly(self) -> None:
        """Close, and give the keyboard back to what it belongs to if it had it."""
        if self.isHidden():
            return
        focused = QApplication.focusWidget()
        had_focus = focused is not None and (focused is self or self.isAncestorOf(focused))
        cast(QApplication, QApplication.instance()).removeEventFilter(self)
        self.hide()
        if had_focus and self._anchor is not None:
            self._anchor.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def fit(self) -> None:
        """Take the height that the content needs, and the place beside what it belongs to."""
        if self._anchor is None or self.isHidden():
            return
        window, anchor = self._anchor.window(), self._anchor
        width = min(self._width, window.width() - 2 * _EDGE)
        wanted = min(self._height_for(width), self._tallest)
        top_left = anchor.mapTo(window, QPoint(0, 0))
        room_above, room_below = top_left.y() - _EDGE, window.height() - top_left.y() - anchor.height() - _EDGE
        below = room_below >= min(wanted, room_above)
        if self.prefers_above:
            below = room_above < min(wanted, room_below)
        height = min(wanted, max(room_above, room_below) - DISTANCE)
        is_left = top_left.x() + anchor.width() / 2 < window.width() / 2
        left = top_left.x() if is_left else top_left.x() + anchor.width() - width
        left = max(_EDGE, min(left, window.width() - width - _EDGE))
        top = top_left.y() + anchor.height() + DISTANCE if below else top_left.y() - DISTANCE - height
        self.setGeometry(QRect(left, top, width, height).adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close at a click elsewhere in the window, and keep the place when the window changes."""
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            if watched.window() is self.window() and not self.is_own(watched):
                self.close_quietly()
        elif kind == QEvent.Type.Resize and watched is self.parent():
            self.fit()
        return super().eventFilter(watched, event)

    def is_own(self, watched: QWidget) -> bool:
        """Whether a click there leaves the sheet open: in it, and on what it belongs to."""
        inside = watched is self or self.isAncestorOf(watched)
        return inside or (self._anchor is not None and (watched is self._anchor or self._anchor.isAncestorOf(watched)))

    def event(self, event: QEvent) -> bool:
        """Escape is for the sheet, whatever shortcut the window has for it."""
        if event.type() == QEvent.Type.ShortcutOverride and cast(QKeyEvent, event).key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_quietly()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the sheet."""
        stops = self._stops()
        current = QApplication.focusWidget()
        if not stops:
            return False
        number = stops.index(current) if current in stops else (-1 if forward else 0)
        stops[(number + (1 if forward else -1)) % len(stops)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet and a soft shadow around it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sheet = QRectF(self.rect()).adjusted(SHADOW + 0.5, SHADOW + 0.5, -SHADOW - 0.5, -SHADOW - 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        theme = theme_in_use()
        for distance in range(SHADOW - 2, 0, -2):
            painter.setBrush(QColor(0, 0, 0, 14 if theme.is_dark else 6))
            around = sheet.adjusted(-distance, -distance + 2, distance, distance + 1)
            painter.drawRoundedRect(around, RADIUS + distance, RADIUS + distance)
        painter.setBrush(QColor(theme.panel))
        painter.setPen(QColor(theme.outline))
        painter.drawRoundedRect(sheet, RADIUS, RADIUS)

    def _height_for(self, width: int) -> int:
        """The height that the content needs at a width; of something that scrolls, all of it."""
        page = getattr(self._content, "page", self._content)
        layout = page.layout()
        if layout is None:
            return page.sizeHint().height() + 2
        layout.activate()
        inner = width - 2
        return (layout.heightForWidth(inner) if layout.hasHeightForWidth() else layout.sizeHint().height()) + 2

    def _stops(self) -> list[QWidget]:
        """What Tab goes through, in the order in which it is read: from the top, and from the left.

        Not by `nextInFocusChain`: it makes each result a child of the one before for PySide, which then takes wrappers
        elsewhere in the window down with it.
        """
        stops = [
            each
            for each in self.findChildren(QWidget)
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus
            and each.isVisible()
            and each.isEnabled()
            and not each.focusProxy()
        ]
        places = {each: each.mapTo(self, QPoint(0, 0)) for each in stops}
        return sorted(stops, key=lambda each: (places[each].y(), places[each].x()))

    def _focus(self, first: bool) -> None:
        stops = self._stops()
        target = stops[0 if first else -1] if stops else self
        target.setFocus(Qt.FocusReason.PopupFocusReason)
