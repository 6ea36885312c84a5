"""The place of one live view: in the window, or in a window of its own with a frame around it.

A window of its own stands out from what it covers, goes back with Escape, and comes back to where it was left.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from deepviz.gui.plots.view import View
from deepviz.gui.theme import DARK, Theme

LARGE = 0.82
"""Share of the window that a view has in its large window."""
LEAST_DETACHED, SHIFT = QSize(460, 320), 24
LEAST_SEEN = 48
"""Pixels of a window's upper edge that have to be on a screen, so that a hand can reach it."""


class ViewDock(QDockWidget):
    """A dock that paints a frame while it is a window of its own.

    Attributes
    ----------
    theme
        Whose colours the frame has.
    large_place
        Where its large window was left by hand, on all screens together; empty before that.
    """

    back_wanted = Signal()
    """Escape was pressed in its own window."""
    place_changed = Signal()
    """A hand has moved or resized its large window."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.theme: Theme = DARK
        self.large_place = QRect()
        self._given: QRect | None = None
        """Where the program has put its large window; None while it has none."""
        self._is_moving = False
        self.topLevelChanged.connect(self._follow_floating)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def enlarge(self, frame: QRect) -> None:
        """Have a large window: where it was left by hand, otherwise in the middle of `frame`."""
        large = QRect(0, 0, round(frame.width() * LARGE), round(frame.height() * LARGE))
        large.moveCenter(frame.center())
        has_place = self.large_place.isValid() and is_reachable(self.large_place)
        self._float_at(self.large_place if has_place else large)
        self._given = self.geometry()

    def detach(self) -> None:
        """Have a window of its own, a bit larger than its place and out of the way of the others."""
        place = QRect(self.mapToGlobal(QPoint(0, 0)), self.size().expandedTo(LEAST_DETACHED))
        place.translate(SHIFT, -place.height() // 2)
        if (window := self.parentWidget()) is not None and not window.geometry().intersects(place):
            place.moveCenter(window.geometry().center())  # it lay behind another one, and Qt puts that outside
        self._float_at(place)

    def put_back(self) -> None:
        """Go back into the window, in front of those that stand on tabs with it."""
        self.setFloating(False)
        self.raise_()
        self.take_keyboard()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the view has no use for: Escape closes its own window."""
        if event.key() == Qt.Key.Key_Escape and self.isFloating():
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._note_place()
        return done

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.isFloating():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        painter.setPen(QPen(QColor(self.theme.accent), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _float_at(self, place: QRect) -> None:
        self._is_moving = True
        self.setFloating(True)
        self.setGeometry(place)
        self._is_moving = False
        self.take_keyboard()

    def take_keyboard(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Have the keyboard: where it is in here already, otherwise in what the view shows."""
        self.activateWindow()
        content, focused = self.widget(), QApplication.focusWidget()
        if isinstance(content, View) and not (focused is not None and self.isAncestorOf(focused)):
            content.take_focus(reason)

    def _note_place(self) -> None:
        """Remember where a hand has put the large window; where the program puts it is no choice of anybody's."""
        if self._given is None or self._is_moving or not self.isFloating() or self.geometry() == self._given:
            return
        self._given = self.large_place = self.geometry()
        self.place_changed.emit()

    def _follow_floating(self, is_floating: bool) -> None:
        """A screen may be gone since the window was left there."""
        if not is_floating:
            self._given = None
        elif not self._is_moving and not is_reachable(self.geometry()):
            self.move(QGuiApplication.primaryScreen().availableGeometry().center() - self.rect().center())


def is_reachable(place: QRect) -> bool:
    """Whether enough of the upper edge of a window would be on some screen for a hand to take hold of it."""
    edge = QRect(place.left(), place.top(), place.width(), LEAST_SEEN // 2)
    seen = (screen.availableGeometry().intersected(edge) for screen in QGuiApplication.screens())
    return any(each.width() >= LEAST_SEEN and each.height() >= LEAST_SEEN // 4 for each in seen)
