"""A cross-hair for a hand and for keys: whose it is, when it goes, and to whom Escape belongs.

That of a hand goes with the hand. That of keys goes with Escape, which is nobody else's then; without one Escape is
left to those around, so that one press is enough to leave a large window or full size.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDockWidget

from deepviz.gui.plots.key_focus import KeyFocus


class Pointed(KeyFocus):
    """What a widget with a cross-hair needs. Subclasses say where it is and take it away.

    Attributes
    ----------
    by_keys
        Whether keys have put the cross-hair where it is, if there is one.
    """

    menu_requested: Any
    by_keys = False

    @property
    @abstractmethod
    def cross_hair(self) -> object:
        """Where the cross-hair is; None if there is none."""

    @abstractmethod
    def point_nowhere(self) -> None:
        """Take the cross-hair away."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What a subclass has no use for."""
        if event.key() == Qt.Key.Key_Escape and self.by_keys and self.cross_hair is not None:
            self.point_nowhere()
            # A window of its own closes as well.
            event.setAccepted(not isinstance(self.surface.window(), QDockWidget))
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self.point_nowhere()

    def hideEvent(self, event: QHideEvent) -> None:
        """Where it is shown again, such as in another window, the hand need not be over it."""
        self.point_nowhere()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point_nowhere()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())
