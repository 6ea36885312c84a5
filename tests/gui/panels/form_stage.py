"""A definition with every kind of hyperparameter, and its form in a window, for the tests of the form."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field as Declared
from pydantic import model_validator
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.panels.fields import TypedField
from deepviz.gui.panels.form import DefinitionForm
from deepviz.registry import Definition


class Everything(Definition):
    """Something with a hyperparameter of every kind."""

    units: int = Declared(64, ge=1, le=65_536, title="Units", description="How many outputs there are.")
    learning_rate: float = Declared(1e-3, gt=0, le=10, title="Learning rate", json_schema_extra={"logarithmic": True})
    rate: float = Declared(0.5, ge=0, lt=1, title="Rate")
    kernel_size: tuple[int, int] = Declared((3, 3), title="Kernel size")
    shape: tuple[int, ...] = Declared((28, 28, 1), title="Shape", min_length=1)
    padding: Literal["valid", "same"] = Declared("valid", title="Padding")
    use_bias: bool = Declared(True, title="Bias")
    max_norm: float | None = Declared(None, gt=0, title="Largest norm")
    images: str = Declared("", title="Images", json_schema_extra={"kind": "path"})
    note: str = Declared("", title="Note")
    weights: tuple[Annotated[float, Declared(ge=0)], ...] | None = Declared(None, title="Weights", max_length=4)
    share: int = Declared(20, ge=0, le=90, title="Share", json_schema_extra={"unit": "%"})


class Range(Definition):
    """Two numbers that must be in order."""

    low: int = Declared(0, title="Low")
    high: int = Declared(10, title="High")

    @model_validator(mode="after")
    def in_order(self) -> Range:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Nothing(Definition):
    """Something without hyperparameters."""

    label: ClassVar[str] = "Nothing at all"


class Shown:
    """A form in a window, with what it has emitted."""

    def __init__(self, qtbot: QtBot, definition: Definition) -> None:
        self.window = QWidget()
        self.form = DefinitionForm(definition)
        self.elsewhere = QLineEdit()
        layout = QVBoxLayout(self.window)
        self.before = QLineEdit()
        layout.addWidget(self.before)
        layout.addWidget(self.form)
        layout.addWidget(self.elsewhere)
        self.emitted: list[Definition] = []
        self.form.changed.connect(self.emitted.append)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.elsewhere.setFocus()

    def line(self, name: str) -> QLineEdit:
        field = self.form.field(name)
        assert isinstance(field, TypedField)
        return field.line

    def enter(self, name: str, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        """Type over what stands in a field."""
        control = self.form.field(name).control
        self.form.focus_field(name)
        QTest.keyClicks(control, text) if text else QTest.keyClick(control, Qt.Key.Key_Delete)
        QTest.keyClick(control, end)

    def reason(self, name: str) -> str:
        return self.form.field(name).reason


def wheel(widget: QWidget, notches: int) -> bool:
    """Turn the wheel over the middle of a widget; says whether it was used."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
