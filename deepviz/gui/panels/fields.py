"""The controls of a form: one for each kind of hyperparameter, all with the same way to show, offer and refuse a value.

A field reads what a person typed and *offers* it as a value; whether the value is taken is for the form to say.
"""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.panels.values import can_step, read, stepped, written
from deepviz.registry import Hyperparameter


class Field(QWidget):
    """A control for one hyperparameter, and the words that say why what was entered is not taken.

    Attributes
    ----------
    hyperparameter
        What it edits.
    control
        The widget that takes the keyboard.
    stops
        The widgets that Tab stops at, in order.
    reason_label
        The words, hidden while there are none; whoever lays out the form places them under the field.
    """

    offered = Signal(object)
    """Sent with a value when the person has finished entering it."""
    refused = Signal(str)
    """Sent with a reason in words when what was entered cannot be read as a value."""
    mended = Signal()
    """Sent when what was not taken is mended, or taken back."""

    def __init__(self, hyperparameter: Hyperparameter, control: QWidget, *beside: QWidget) -> None:
        super().__init__()
        self.hyperparameter = hyperparameter
        self.control = control
        self.stops = (control, *beside)
        self.reason_label = QLabel()
        self.reason_label.setProperty("role", "error")
        self.reason_label.setWordWrap(True)
        self.reason_label.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(control, 1)
        for widget in beside:
            row.addWidget(widget)
        control.setAccessibleName(hyperparameter.label)
        control.setAccessibleDescription(hyperparameter.help)
        control.setToolTip(hyperparameter.help)
        # Not Qt's default for some controls, which lets the wheel take the keyboard and change what it passes over.
        control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        control.installEventFilter(self)

    @property
    def reason(self) -> str:
        """Why what stands in the field was not taken; empty if it was."""
        return "" if self.reason_label.isHidden() else self.reason_label.text()

    def show_reason(self, reason: str) -> None:
        """Outline the field in red and say why, or take that back if `reason` is empty."""
        if reason == self.reason:
            return
        self.reason_label.setText(reason)
        self.reason_label.setVisible(bool(reason))
        self.control.setProperty("invalid", bool(reason))
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)
        self.control.setAccessibleDescription(" ".join(filter(None, (reason, self.hyperparameter.help))))
        if reason:
            QAccessible.updateAccessibility(QAccessibleEvent(self.control, QAccessible.Event.Alert))
        else:
            self.mended.emit()

    def show_value(self, value: Any, *, again: bool = False) -> None:
        """Show a value. What is half typed stays if the value is the one shown before, unless `again` is true."""
        raise NotImplementedError

    def finish(self) -> None:
        """Offer what has been entered but not finished yet, if anything."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel change only what has the keyboard."""
        if event.type() == QEvent.Type.Wheel and not self.control.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class TypedField(Field):
    """A line that is typed: numbers, rows of numbers, shapes and texts."""

    def __init__(self, hyperparameter: Hyperparameter, *beside: QWidget) -> None:
        control: QLineEdit | NumberBox
        if can_step(hyperparameter):
            control = NumberBox(hyperparameter)
            control.stepped.connect(self._step)
        else:
            control = QLineEdit()
        control.setProperty("number", hyperparameter.kind in ("integer", "number", "shape", "sides", "numbers"))
        self.off = OffButton(hyperparameter.label) if hyperparameter.optional else None
        super().__init__(hyperparameter, control, *beside, *([] if self.off is None else [self.off]))
        self._typed = control
        self._value: Any = None
        self._shown = ""
        if self.off is not None:
            self.line.setPlaceholderText("none")
            self.off.clicked.connect(self._switch_off)
        control.editingFinished.connect(self.finish)

    @property
    def line(self) -> QLineEdit:
        """What is typed into. Asked for each time: a spin box owns its line, and may make another one."""
        return self._typed if isinstance(self._typed, QLineEdit) else self._typed.lineEdit()

    def show_value(self, value: Any, *, again: bool = False) -> None:
        """Show a value, leaving the cursor where it is."""
        text = written(value, self.hyperparameter.kind)
        if text == self._shown and value == self._value and not again:
            return
        self._value, self._shown = value, text
        if isinstance(self.control, NumberBox):
            self.control.value = value
        if self.off is not None:
            self.off.setVisible(value is not None)
        if text != self.line.text():
            cursor = self.line.cursorPosition()
            self.line.setText(text)
            # The end of a path says more than its beginning where there is no room for both.
            home = len(text) if self.hyperparameter.kind == "path" else 0
            self.line.setCursorPosition(min(cursor, len(text)) if self.control.hasFocus() else home)
        self.show_reason("")

    def finish(self) -> None:
        """Offer what stands in the line if it is not what was last shown."""
        text = self.line.text()
        if text == self._shown:
            self.show_reason("")
            return
        try:
            value = read(self.hyperparameter, text)
        except ValueError as error:
            self.refused.emit(str(error))
        else:
            self.offered.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape takes back what is half typed; undo and redo are the document's unless something is half typed."""
        kind = event.type()
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            key = cast(QKeyEvent, event)
            unfinished = self.line.text() != self._shown
            if key.key() == Qt.Key.Key_Escape and unfinished:
                if kind == QEvent.Type.KeyPress:
                    self.show_value(self._value, again=True)
                    self.line.selectAll()
                event.accept()
                return True
            undoing = key.matches(QKeySequence.StandardKey.Undo) or key.matches(QKeySequence.StandardKey.Redo)
            if undoing and not unfinished:
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def _switch_off(self) -> None:
        """Offer no value; the button goes, so the keyboard goes to the line first."""
        self.line.clear()
        self.control.setFocus(Qt.FocusReason.OtherFocusReason)
        self.finish()

    def _step(self, steps: int) -> None:
        try:
            start = read(self.hyperparameter, self.line.text())
        except ValueError:
            start = self._value
        value = stepped(self.hyperparameter, start, steps)
        self.line.setText(written(value, self.hyperparameter.kind))
        self.finish()


class OffButton(QToolButton):
    """A small cross beside a value that may also be missing, such as a largest norm: it takes the value away."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.setText("×")
        self.setToolTip(f"Switch off: no {label[:1].lower()}{label[1:]}")
        self.setAccessibleName(f"Switch off {label}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)  # as high as the line, not higher
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()


class NumberBox(QAbstractSpinBox):
    """A line with two small step buttons that lets anything be typed: judging it is not its business."""

    stepped = Signal(int)

    def __init__(self, hyperparameter: Hyperparameter) -> None:
        super().__init__()
        self._hyperparameter = hyperparameter
        self.setAccelerated(True)  # a button held down takes the pointer far, from 16 units to 120
        self.lineEdit().setTextMargins(10, 0, 0, 0)  # Qt leaves out a style sheet's padding here
        self.value: int | float | tuple[int, ...] | None = None

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let everything through, so that a mistake can be explained instead of being swallowed."""
        return QValidator.State.Acceptable, text, position

    def stepBy(self, steps: int) -> None:
        """Ask for a larger or smaller value."""
        self.stepped.emit(steps)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which of the two directions is still open."""
        open_ways = QAbstractSpinBox.StepEnabledFlag.StepNone
        if stepped(self._hyperparameter, self.value, 1) != self.value:
            open_ways |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if stepped(self._hyperparameter, self.value, -1) != self.value:
            open_ways |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return open_ways


class PathField(TypedField):
    """A line for the path of a file, with a button that opens the file dialog."""

    def __init__(self, hyperparameter: Hyperparameter) -> None:
        browse = QPushButton("Browse…")
        browse.setProperty("field", True)
        browse.setAccessibleName(f"Browse for {hyperparameter.label}")
        super().__init__(hyperparameter, browse)
        self.browse = browse
        browse.clicked.connect(self._browse)

    def ask_path(self, start: str) -> str:
        """Let the person pick a file, starting from the path `start`; empty if none was picked."""
        return QFileDialog.getOpenFileName(self, self.hyperparameter.label, start)[0]

    def finish(self) -> None:
        """Offer the path; one that was dropped as an address (`file://...`) is turned into a path first."""
        address = QUrl(self.line.text().strip())
        if address.isLocalFile():
            self.line.setText(address.toLocalFile())
        super().finish()

    def _browse(self) -> None:
        picked = self.ask_path(self.line.text())
        if picked:
            self.line.setText(picked)
            self.finish()


class ChoiceField(Field):
    """A list of a few values to choose from."""

    def __init__(self, hyperparameter: Hyperparameter) -> None:
        self._box = ChoiceBox()
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.setMinimumContentsLength(5)
        super().__init__(hyperparameter, self._box)
        choices = (True, False) if hyperparameter.kind == "switch" else hyperparameter.choices
        self._values: list[Any] = [None, *choices] if hyperparameter.optional else list(choices)
        for value in self._values:
            self._box.addItem("none" if value is None else written(value).replace("_", " "))
        self._box.activated.connect(lambda index: self.offered.emit(self._values[index]))

    def show_value(self, value: Any, *, again: bool = False) -> None:
        """Show a value."""
        self._box.setCurrentIndex(self._values.index(value) if value in self._values else -1)
        self.show_reason("")


class SwitchField(Field):
    """Something that is on or off."""

    def __init__(self, hyperparameter: Hyperparameter) -> None:
        self._switch = QCheckBox()
        self._switch.setProperty("switch", True)
        super().__init__(hyperparameter, self._switch)
        self._switch.toggled.connect(lambda on: self._switch.setText("on" if on else "off"))
        self._switch.setText("off")
        self._switch.clicked.connect(lambda on: self.offered.emit(on))

    def show_value(self, value: Any, *, again: bool = False) -> None:
        """Show a value."""
        self._switch.setChecked(bool(value))
        self.show_reason("")


def field(hyperparameter: Hyperparameter) -> Field:
    """The control for a hyperparameter, by its kind."""
    if hyperparameter.kind == "path":
        return PathField(hyperparameter)
    if hyperparameter.kind == "switch" and not hyperparameter.optional:
        return SwitchField(hyperparameter)
    if hyperparameter.kind in ("choice", "switch"):
        return ChoiceField(hyperparameter)
    return TypedField(hyperparameter)
