"""The quiet line in a form below which stands what few people change: it opens and closes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox


class MoreLine(QCheckBox):
    """A line whose tick is an arrow that points to what it opens. Checked while it is open."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = 0
        self.setProperty("role", "more")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._describe)
        self._describe()

    def show_changed(self, count: int) -> None:
        """Say how many of the values below are not what they are by default: they count even out of sight."""
        self._changed = count
        self._describe()

    def _describe(self) -> None:
        is_open = self.isChecked()
        changed = "" if is_open or not self._changed else f" · {self._changed} changed"
        self.setText(f"More{changed}")
        self.setAccessibleName(f"More settings{changed}")
        self.setAccessibleDescription("Open" if is_open else "Closed")
        self.setToolTip("Hide what few people change" if is_open else "Show what few people change")
