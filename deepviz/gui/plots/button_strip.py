"""Buttons side by side that are one stop of Tab: arrow keys lead from one to the next, Space presses.

Tab comes back to the button that had the keyboard last; one that is hidden or switched off is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up)
ON = (Qt.Key.Key_Right, Qt.Key.Key_Down)
CHANGES = (QEvent.Type.FocusIn, QEvent.Type.EnabledChange, QEvent.Type.ShowToParent, QEvent.Type.HideToParent)


class ButtonStrip(QObject):
    """Leads the keyboard through some buttons.

    Parameters
    ----------
    buttons
        In the order in which they stand; at least one.
    parent
        The widget that they are in.

    Attributes
    ----------
    stop
        The button to which Tab comes.
    """

    def __init__(self, buttons: Sequence[QAbstractButton], parent: QWidget) -> None:
        super().__init__(parent)
        self._buttons = tuple(buttons)
        self.stop = self._buttons[0]
        for button in self._buttons:
            button.installEventFilter(self)
        self._stop_at(self.stop)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched in self._buttons:
            return self._go(event)
        if event.type() in CHANGES:
            has_come = event.type() == QEvent.Type.FocusIn
            self._stop_at(
                next((each for each in self._buttons if each is watched), self.stop) if has_come else self.stop
            )
        return False

    def _go(self, event: QKeyEvent) -> bool:
        """Move on if it is a key for that. Returns whether it is."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        usable = [each for each in self._buttons if self._is_usable(each)]
        place = usable.index(self.stop) if self.stop in usable else 0
        key = event.key()
        if key in BACK or key in ON:
            place = min(max(place + (1 if key in ON else -1), 0), len(usable) - 1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            place = 0 if key == Qt.Key.Key_Home else len(usable) - 1
        else:
            return False
        if usable:
            usable[place].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _stop_at(self, button: QAbstractButton) -> None:
        """Have Tab come to this button, or to the first that can be used if this one cannot."""
        if not self._is_usable(button):
            button = next((each for each in self._buttons if self._is_usable(each)), button)
        self.stop = button
        for each in self._buttons:
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus if each is button else Qt.FocusPolicy.NoFocus)

    @staticmethod
    def _is_usable(button: QAbstractButton) -> bool:
        return button.isEnabled() and not button.isHidden()
