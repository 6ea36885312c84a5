"""A sheet in the middle of the window: it blocks nothing, and closes with Escape or a click beside it."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.gui.panels.popover import SHADOW, Popover

_EDGE = 24
"""Pixels that stay free between the sheet and the edge of the window."""


class Sheet(Popover):
    """A popover that belongs to the window as a whole. The keyboard goes back to where it was when it closes."""

    def toggle_over(self, window: QWidget, width: int, height: int) -> None:
        """Open over `window`, or close if open. `width` and `height` are pixels, as far as there is room."""
        focused = QApplication.focusWidget()
        is_inside = focused is not None and focused.window() is window and not self.isAncestorOf(focused)
        self.toggle_beside(focused if focused is not None and is_inside else window, width, height)

    def fit(self) -> None:
        """Take the middle of the window."""
        if self._anchor is None or self.isHidden():
            return
        window = self._anchor.window()
        width = min(self._width, window.width() - 2 * _EDGE)
        height = min(self._tallest, window.height() - 2 * _EDGE)
        left, top = (window.width() - width) // 2, (window.height() - height) // 2
        self.setGeometry(QRect(left, top, width, height).adjusted(-SHADOW, -SHADOW, SHADOW, SHADOW))

    def is_own(self, watched: QWidget) -> bool:
        """Only the sheet itself: a click on what had the keyboard before closes it."""
        return watched is self or self.isAncestorOf(watched)
