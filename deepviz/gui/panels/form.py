"""The form that edits any definition: a layer, a loss, an optimizer, a data set.

It is made from the definition's own hyperparameters and knows none of them by name. A value is taken when it has been
entered to the end; one that does not fit is explained under its field and changes nothing. What few people change
stands below a line that opens and closes, so that a form begins with what matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from deepviz.gui.panels import values
from deepviz.gui.panels.fields import Field, PathField, TypedField, field
from deepviz.gui.panels.more_line import MoreLine
from deepviz.gui.theme import FIELD_HEIGHT
from deepviz.registry import Definition, Hyperparameter

ROW_GAP = 6
COLUMN_GAP = 12


class DefinitionForm(QWidget):
    """Labels on the left, one field for each hyperparameter on the right.

    Parameters
    ----------
    definition
        What to edit; None for an empty form.
    """

    changed = Signal(object)
    """Sent with the new, valid definition after each change that a person made."""
    mended = Signal()
    """Sent when a value that could not be taken is mended or gone, and no other is left."""
    opened = Signal(bool)
    """Sent when a person has opened or closed what few people change."""

    def __init__(self, definition: Definition | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._definition: Definition | None = None
        self._owner = ""
        self._fields: dict[str, Field] = {}
        self._labels: dict[str, QLabel] = {}
        self._offers: Mapping[str, tuple[str, ...]] = {}
        self._is_open = False
        self.more: MoreLine | None = None
        # New widgets go to the end of the window's tab order; this one stays where the form is and leads them there.
        self._place = QWidget(self)
        self._place.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # else Qt would not order others after it
        self._place.hide()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(COLUMN_GAP)
        self._grid.setVerticalSpacing(ROW_GAP)
        self._grid.setColumnStretch(0, 4)
        self._grid.setColumnStretch(1, 5)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.set_definition(definition)

    @property
    def definition(self) -> Definition | None:
        """The last valid definition: what the fields show, but for what is half typed or refused."""
        return self._definition

    def set_definition(self, definition: Definition | None, owner: str = "") -> None:
        """Show a definition. Nothing is emitted.

        Parameters
        ----------
        definition
            What to edit. If it is of the type shown already, values change in place: the keyboard and the cursor stay
            where they are, and what is half typed stays unless its value has changed.
        owner
            Whose definition it is, such as the id of a node. For another owner than before, whatever is half typed is
            dropped; call `finish` first to keep it.
        """
        of_same_type = type(definition) is type(self._definition) and definition is not None
        same_owner, self._owner, self._definition = owner == self._owner, owner, definition
        if not of_same_type:
            self._rebuild()
        for name, shown in self._fields.items():
            shown.show_value(getattr(definition, name), again=not (of_same_type and same_owner))
        self._show_what_counts()

    def set_offers(self, offers: Mapping[str, tuple[str, ...]]) -> None:
        """Let texts be chosen from lists instead of being typed, by the names of their hyperparameters.

        A value that is not in its list is shown all the same. Nothing is emitted.
        """
        if offers == self._offers:
            return
        self._offers = dict(offers)
        if self._definition is not None and offers.keys() & type(self._definition).model_fields.keys():
            definition, self._definition = self._definition, None
            self.set_definition(definition, self._owner)

    def set_open(self, is_open: bool) -> None:
        """Show or hide what few people change, in this and any later definition. Nothing is emitted."""
        self._is_open = is_open
        self._show_what_counts()

    def finish(self) -> bool:
        """Take what is half typed, as if the keyboard had left the field; says whether every field is valid now.

        Call it before a shortcut runs that needs the values, such as saving: shortcuts leave the keyboard where it is.
        """
        for shown in self._fields.values():
            shown.finish()
        return not any(shown.reason for shown in self._fields.values())

    def field(self, name: str) -> Field:
        """The field of the hyperparameter called `name`; KeyError if there is none."""
        return self._fields[name]

    def focus_field(self, name: str) -> None:
        """Give the keyboard to the field of a hyperparameter and select what stands there."""
        shown = self._fields[name]
        if shown.isHidden():
            self.set_open(True)
        shown.control.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(shown, TypedField):
            shown.line.selectAll()

    def _rebuild(self) -> None:
        had_reasons = any(shown.reason for shown in self._fields.values())
        for shown in self._fields.values():
            shown.blockSignals(True)  # hiding what has the keyboard would offer its text to the new definition
        self._fields, self._labels, self.more = {}, {}, None
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if had_reasons:
            self.mended.emit()
        if self._definition is None:
            return
        hyperparameters = self._definition.hyperparameters()
        if not hyperparameters:
            nothing = QLabel(f"{self._definition.label} has nothing to set.")
            nothing.setProperty("role", "dim")
            nothing.setWordWrap(True)
            self._grid.addWidget(nothing, 0, 0, 1, 2)
        stops: list[QWidget] = [self._place]
        has_common = not all(each.advanced for each in hyperparameters)
        for hyperparameter in hyperparameters:
            if hyperparameter.name in self._offers:
                present = getattr(self._definition, hyperparameter.name)
                listed = dict.fromkeys((*self._offers[hyperparameter.name], present))
                hyperparameter.kind, hyperparameter.choices = "choice", tuple(listed)
            if hyperparameter.advanced and has_common and self.more is None:
                self.more = MoreLine()
                self.more.clicked.connect(self._open_or_close)
                self._grid.addWidget(self.more, 3 * len(self._fields), 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
                self.more.show()
                stops.append(self.more)
            stops += self._add_row(hyperparameter).stops
        for before, widget in pairwise(stops):
            QWidget.setTabOrder(before, widget)

    def _advanced(self) -> list[Field]:
        """The fields below the line that opens."""
        return [shown for shown in self._fields.values() if self.more is not None and shown.hyperparameter.advanced]

    def _open_or_close(self, is_open: bool) -> None:
        """Carry out a click on the line. It stays open over a value that cannot be taken: the reason must be seen."""
        for shown in self._advanced():
            shown.finish()
        is_open = is_open or any(shown.reason for shown in self._advanced())
        self.set_open(is_open)
        self.opened.emit(is_open)

    def _show_what_counts(self) -> None:
        """Hide what makes no difference, or is closed away; and say how much is changed out of sight."""
        definition, below = self._definition, self._advanced()
        if definition is None:
            return
        for name, shown in self._fields.items():
            is_shown = values.counts(definition, name) and (self._is_open or shown not in below)
            for widget in (self._labels[name], shown):
                widget.setVisible(is_shown)
        if self.more is not None:
            self.more.setChecked(self._is_open)
            hidden = [shown.hyperparameter for shown in below]
            self.more.show_changed(sum(getattr(definition, each.name) != each.default for each in hidden))

    def _add_row(self, hyperparameter: Hyperparameter) -> Field:
        made = field(hyperparameter)
        says_it = hyperparameter.label.lower().endswith(hyperparameter.unit)  # "Warm-up steps" are steps
        unit = "" if says_it else f" ({hyperparameter.unit})"
        label = QLabel(hyperparameter.label + unit)
        label.setProperty("role", "dim")
        label.setWordWrap(True)
        label.setToolTip(hyperparameter.help)
        label.setBuddy(made.control)
        label.setMinimumHeight(FIELD_HEIGHT)
        made.offered.connect(lambda value: self._take(made, value))
        made.refused.connect(made.show_reason)
        made.mended.connect(self._tell_mended)
        row = 3 * len(self._fields) + (self.more is not None)
        # A path is long, and so are names that are offered: they get the whole width, under their label.
        if isinstance(made, PathField) or hyperparameter.name in self._offers:
            self._grid.addWidget(label, row, 0, 1, 2)
            self._grid.addWidget(made, row + 1, 0, 1, 2)
        else:
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(made, row, 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(made.reason_label, row + 2, 0, 1, 2)
        for widget in (label, made):
            widget.show()  # a layout would show it an event later; until then it could not take the keyboard
        self._fields[hyperparameter.name], self._labels[hyperparameter.name] = made, label
        return made

    def _tell_mended(self) -> None:
        if not any(shown.reason for shown in self._fields.values()):
            self.mended.emit()

    def _take(self, source: Field, value: Any) -> None:
        definition, name = self._definition, source.hyperparameter.name
        if definition is None:
            return
        try:
            new = values.changed(definition, source.hyperparameter, value)
        except ValueError as error:
            source.show_reason(str(error))
            return
        self._definition = new
        source.show_value(getattr(new, name), again=True)
        self._show_what_counts()
        if new != definition:
            self.changed.emit(new)
