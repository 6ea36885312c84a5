"""The choice of a magnitude in a view of gradients: a button in its header, the same in its menu; it is remembered.

Each view has a choice of its own. On request all have the same, those that are opened later as well: choosing in one
then chooses in the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from deepviz.gui.plots.magnitude import ALL, CLIPPING, SOURCES, STATISTICS, Magnitude, changed
from deepviz.gui.plots.plot import Plot
from deepviz.gui.settings import GRADIENTS_ALIKE, GRADIENTS_SHOWN, Setting, Settings
from deepviz.gui.theme import Theme

GROUPS: tuple[tuple[str, Mapping[Any, str]], ...] = (
    ("statistic", STATISTICS),
    ("source", SOURCES),
    ("clipped", CLIPPING),
)


class ChoosesMagnitude(Plot):
    """A view that shows one of the magnitudes of gradients.

    Attributes
    ----------
    heading_of
        What stands above it, with the formula of what is chosen in place of ``{}``.
    remembered
        The setting that keeps the choice.
    choice
        What is chosen.
    """

    heading_of: ClassVar[str] = "{}"
    remembered: ClassVar[Setting[str]]

    def __init__(self, parent: QWidget | None = None) -> None:
        self.choice = ALL[0]
        self._settings: Settings | None = None
        super().__init__(parent)
        self.choice_button = QToolButton(self)
        self.choice_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.choice_button.setMenu(self.choice_menu)
        self.header.add(self.choice_button)
        self._show_choice()

    @property
    def probes(self) -> tuple[str, ...]:  # type: ignore[override]  # a view may let it depend on what is chosen
        return self.choice.probes

    @property
    def is_alike(self) -> bool:
        """Whether all views of gradients in this window have the same choice."""
        return self._alike.isChecked()

    def take_settings(self, settings: Settings) -> None:
        """Take up what was chosen before, here or for all views, and remember there what is chosen from now on."""
        self._settings = settings
        self._alike.setChecked(settings.get(GRADIENTS_ALIKE))
        self._choose(Magnitude.of_key(settings.get(GRADIENTS_SHOWN if self.is_alike else self.remembered)))

    def choose(self, choice: Magnitude) -> None:
        """Show another magnitude, here and in the views that are to have the same, be they there yet or not."""
        if self.is_alike and self._settings is not None:
            self._settings.set(GRADIENTS_SHOWN, choice.key)
        for view in (self, *(self._others() if self.is_alike else ())):
            view._choose(choice)

    def set_alike(self, on: bool) -> None:
        """Have all views of gradients in this window show what this one shows, or each what was chosen in it."""
        if self._settings is not None:
            self._settings.set(GRADIENTS_ALIKE, on)
        for view in (self, *self._others()):
            view._alike.setChecked(on)
        if on:
            self.choose(self.choice)

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if missing or self.history is None:
            return missing
        return self.choice.what_is_missing(self.history)

    def apply_theme(self, theme: Theme) -> None:
        # As the other buttons of the header; before there is one, the theme is put on by `_show_choice`.
        super().apply_theme(theme)
        self.choice_button.setStyleSheet(f"color: {theme.dim}; padding: 1px 6px;")

    def _choose(self, choice: Magnitude) -> None:
        if self._settings is not None:
            self._settings.set(self.remembered, choice.key)
        if choice == self.choice:
            self._show_choice()  # the menu has changed its mark all the same
            return
        before, self.choice = self.choice, choice
        self._show_choice()
        self.area.set_pointer(None)
        self._start()
        self._say_what_is_missing()
        self._draw_again()
        if before.probes != choice.probes:
            self.wants_changed.emit()

    def _others(self) -> list[ChoosesMagnitude]:
        """The other views of the same window, docked or in windows of their own."""
        top: QWidget = self
        while (above := top.parentWidget()) is not None:
            top = above
        return [view for view in top.findChildren(ChoosesMagnitude) if view is not self]

    def _show_choice(self) -> None:
        self.header.title = self.heading_of.format(self.choice.symbol)
        self.header.update()
        self.content.setAccessibleName(f"{self.title}: {self.choice.words}")
        self.choice_button.setText(f"{self.choice.short} ▾")
        self.choice_button.setToolTip(f"{self.choice.words}. Choose what is shown")
        self.choice_button.setAccessibleName(f"What {self.title.lower()} show: {self.choice.words}")
        for field, actions in self._choice_actions.items():
            for value, action in actions.items():
                action.setChecked(value == getattr(self.choice, field))
        # What goes back through activations is never clipped.
        self._choice_actions["clipped"][True].setEnabled(self.choice.source == "parameters")

    def _build_choices(self, menu: QMenu) -> None:
        self.choice_menu = QMenu("Gradient shown", self)
        self._choice_actions: dict[str, dict[object, QAction]] = {}
        for field, texts in GROUPS:
            group = QActionGroup(self)
            self._choice_actions[field] = {}
            for value, text in texts.items():
                action = QAction(text, self, checkable=True)
                action.triggered.connect(partial(self._choose_part, field, value))
                group.addAction(action)
                self.choice_menu.addAction(action)
                self._choice_actions[field][value] = action
            self.choice_menu.addSeparator()
        self._alike = QAction("Same in all gradient views", self, checkable=True)
        self._alike.triggered.connect(self.set_alike)
        self.choice_menu.addAction(self._alike)
        menu.addMenu(self.choice_menu)
        super()._build_choices(menu)

    def _choose_part(self, field: str, value: object, checked: bool = True) -> None:
        self.choose(changed(self.choice, field, value))
