"""Chooses how fast a run goes: as fast as it can, or so slowly that each step can be seen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from deepviz.gui.amounts import thousands
from deepviz.gui.settings import TEMPO, Settings

FULL = "Full speed"
TIP = "How many steps a second are made. Fewer let you see, and change, what happens; the result is the same."


class TempoButton(QToolButton):
    """A button with a menu. What was chosen is remembered.

    Attributes
    ----------
    limit
        Steps a second at the most; None: as many as possible.
    """

    chosen = Signal(object)
    """Another limit was chosen."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.limit: float | None = settings.get(TEMPO) or None
        self.setProperty("role", "tempo")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName("Speed of training")
        self.setToolTip(TIP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        group = QActionGroup(menu)
        for speed in TEMPO.choices:
            action = menu.addAction(words_of(speed or None))
            action.setCheckable(True)
            action.setData(speed)
            group.addAction(action)
        group.triggered.connect(lambda action: self.choose(action.data() or None))
        self.setMenu(menu)
        self._show()

    def choose(self, limit: float | None) -> None:
        """Choose another limit: one of those that can be remembered."""
        if limit != self.limit:
            self._settings.set(TEMPO, limit or 0.0)
            self.limit = limit
            self._show()
            self.chosen.emit(limit)

    def go_through(self, places: int) -> None:
        """Choose a limit so many places further down the menu, which begins with full speed; or the last there."""
        at = TEMPO.choices.index(self.limit or 0.0) + places
        self.choose(TEMPO.choices[min(max(at, 0), len(TEMPO.choices) - 1)] or None)

    def _show(self) -> None:
        self.setText(f"{words_of(self.limit)} ▾")
        self.setAccessibleDescription(words_of(self.limit))
        for action in self.menu().actions():
            action.setChecked(action.data() == (self.limit or 0.0))


def words_of(limit: float | None) -> str:
    """A limit in words."""
    if limit is None:
        return FULL
    return f"{thousands(round(limit))} {'step' if limit == 1 else 'steps'} a second"
