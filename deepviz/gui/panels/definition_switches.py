"""Definitions of which any number may be in use, each a switch with its form beneath while it is on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.side_panel import GAP, Words
from deepviz.registry import Definition

INDENT = 12


class DefinitionSwitches(QWidget):
    """A list of switches. What is switched off comes back with its last settings.

    Parameters
    ----------
    entries
        The classes to choose from; of each there is at most one.

    Attributes
    ----------
    switches, forms
        By the key of the definition.
    """

    switched = Signal(object, bool)
    """Sent with a definition and whether it is to be in use from now on."""
    changed = Signal(object, object)
    """Sent with a definition in use, as it was and as it is to be."""

    def __init__(self, entries: Sequence[type[Definition]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = {entry.key: entry for entry in entries}
        self._last: dict[str, Definition] = {}
        self._chosen: dict[str, Definition] = {}
        self.switches: dict[str, QCheckBox] = {}
        self.forms: dict[str, DefinitionForm] = {}
        self._words: dict[str, Words] = {}
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GAP // 2)
        for key, entry in self._entries.items():
            switch, words, form = QCheckBox(entry.label), Words(entry.summary(), "small"), DefinitionForm()
            switch.setProperty("switch", True)
            switch.setToolTip(entry.summary())
            switch.setAccessibleDescription(entry.summary())
            form.setContentsMargins(INDENT, 0, 0, GAP)
            words.setContentsMargins(INDENT, 0, 0, 0)
            switch.clicked.connect(lambda on, key=key: self._switch(key, on))
            form.changed.connect(partial(self._change, key))
            self.switches[key], self.forms[key], self._words[key] = switch, form, words
            for widget in (switch, words, form):
                rows.addWidget(widget)
        self.show_definitions(())

    @property
    def chosen(self) -> tuple[Definition, ...]:
        """What is in use, in the order of the list."""
        return tuple(self._chosen[key] for key in self._entries if key in self._chosen)

    def show_definitions(
        self,
        chosen: Sequence[Definition],
        offered: Collection[str] | None = None,
        offers: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Show what is in use. Nothing is emitted.

        Parameters
        ----------
        chosen
            What is in use, at most one of a kind.
        offered
            Keys of what may be switched on; None for all. What is on is shown in any case, to be switched off.
        offers
            Values to choose from where a form would otherwise have them typed, by the name of the hyperparameter.
        """
        self._chosen = {each.key: each for each in chosen}
        self._last |= self._chosen
        for key, switch in self.switches.items():
            definition, form = self._chosen.get(key), self.forms[key]
            is_on = definition is not None
            switch.setChecked(is_on)
            switch.setVisible(is_on or offered is None or key in offered)
            self._words[key].setVisible(is_on)
            form.set_offers(offers or {})
            form.set_definition(definition)
            form.setVisible(definition is not None and bool(definition.hyperparameters()))

    def finish(self) -> bool:
        """Take what is half typed; says whether every field is valid."""
        finished = [form.finish() for form in self.forms.values()]
        return all(finished)

    def _switch(self, key: str, on: bool) -> None:
        self.switched.emit(self._last.get(key) or self._entries[key]() if on else self._chosen[key], on)

    def _change(self, key: str, definition: Definition) -> None:
        self.changed.emit(self._chosen[key], definition)
