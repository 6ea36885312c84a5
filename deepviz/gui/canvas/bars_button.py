"""The control of the bars, in a corner of the canvas: which quantity, on which scale, and what a full bar means."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from deepviz.gui import icons
from deepviz.gui.canvas.bars import BarScale
from deepviz.gui.theme import SMALL_SIZE, Theme, body_font

QUANTITIES = {
    "none": "None",
    "parameters": "Parameters",
    "macs": "MACs",
    "stored": "Stored memory",
    "outputs": "Output size",
    "gradient": "Gradient",
}
"""What bars can show, by the name that is remembered."""

GAP = 12


class BarsButton(QToolButton):
    """A button with a menu.

    Parameters
    ----------
    theme
        The colours to begin with.
    canvas
        What it floats on, at the top right.
    """

    quantity_chosen = Signal(str)
    """Sent with a key of `QUANTITIES`."""

    scale_chosen = Signal(bool)
    """Sent with whether the scale is to be logarithmic."""

    def __init__(self, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setProperty("role", "floating")
        self.setFont(body_font(SMALL_SIZE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setToolTip("Bars beside the layers: how much each takes of what.")
        menu = QMenu(self)
        menu.setAccessibleName("Bars")
        self.choices = self._choices(menu, QUANTITIES, lambda key: self.quantity_chosen.emit(key))
        menu.addSeparator()
        scales = {"linear": "Linear scale", "log": "Logarithmic scale"}
        self.scales = self._choices(menu, scales, lambda key: self.scale_chosen.emit(key == "log"))
        self.setMenu(menu)
        canvas.installEventFilter(self)
        self.use_theme(theme)
        self.show_choice("none", BarScale(), "", "")

    def show_choice(self, quantity: str, scale: BarScale, low: str, high: str) -> None:
        """Say what the bars show.

        Parameters
        ----------
        quantity
            A key of `QUANTITIES`.
        scale
            On which scale.
        low, high
            Its ends in words; empty where there is nothing to show.
        """
        self.choices[quantity].setChecked(True)
        self.scales["log" if scale.is_log else "linear"].setChecked(True)
        for action in self.scales.values():
            action.setEnabled(quantity != "none")
        words = "Bars"
        if quantity != "none":
            ends = "" if not high else f"  ·  log, {low} to {high}" if scale.is_log else f"  ·  full = {high}"
            words = f"{QUANTITIES[quantity]}{ends}"
        self.setText(words)
        self.setAccessibleName("Bars beside the layers: " + ("none" if quantity == "none" else words))
        self._place()

    def open_menu(self) -> None:
        """Open the menu below the button, for the keyboard."""
        menu = self.menu()
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        menu.setActiveAction(next(action for action in self.choices.values() if action.isChecked()))

    def use_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setIcon(icons.icon("bars", theme.text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if isinstance(event, QResizeEvent):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        canvas = self.parentWidget()
        self.adjustSize()
        if canvas is not None:
            self.move(canvas.width() - self.width() - GAP, GAP)

    def _choices(self, menu: QMenu, texts: dict[str, str], chosen: Callable[[str], None]) -> dict[str, QAction]:
        group = QActionGroup(menu)
        made = {}
        for key, text in texts.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, key=key: chosen(key))
            group.addAction(action)
            made[key] = action
        return made
