"""The form is made from any definition, takes what fits, explains what does not, and never emits anything invalid."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import pytest
from pydantic import Field as Declared
from pydantic import model_validator
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses, optimizers
from deepviz.gui.panels.fields import ChoiceField, PathField, SwitchField, TypedField
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


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot, Everything())


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


def test_a_field_for_every_hyperparameter(shown: Shown) -> None:
    kinds = {name: type(shown.form.field(name)) for name in Everything.model_fields}
    assert kinds["units"] is TypedField
    assert kinds["padding"] is ChoiceField
    assert kinds["use_bias"] is SwitchField
    assert kinds["images"] is PathField
    texts = {name: shown.line(name).text() for name, kind in kinds.items() if issubclass(kind, TypedField)}
    assert texts == {
        "units": "64",
        "learning_rate": "0.001",
        "rate": "0.5",
        "kernel_size": "3 × 3",
        "shape": "28 × 28 × 1",
        "max_norm": "",
        "images": "",
        "note": "",
        "share": "20",
    }
    labels = [label.text() for label in shown.form.findChildren(QLabel) if label.buddy() is not None]
    assert labels[:3] == ["Units", "Learning rate", "Rate"]
    assert "Share (%)" in labels
    control = shown.form.field("units").control
    assert control.toolTip() == "How many outputs there are."
    assert control.accessibleName() == "Units"
    assert control.accessibleDescription() == "How many outputs there are."


@pytest.mark.parametrize(
    "definition",
    [each for kind in (layers, losses, optimizers) for each in kind.registry.values()],
    ids=lambda d: d.key,
)
def test_every_definition_there_is_has_a_form(qtbot: QtBot, definition: type[Definition]) -> None:
    made = definition()
    form = DefinitionForm(made)
    qtbot.addWidget(form)
    for each in made.hyperparameters():
        assert form.field(each.name).hyperparameter.name == each.name
        assert each.help, f"{definition.key}.{each.name} does not say what it is"
    assert form.finish()


def test_enter_takes_a_value(shown: Shown) -> None:
    shown.enter("units", "128")
    assert shown.emitted == [Everything(units=128)]
    assert shown.form.definition == Everything(units=128)
    shown.enter("units", "128")
    shown.enter("units", "1.28e2")
    assert len(shown.emitted) == 1, "nothing has changed"
    assert shown.line("units").text() == "128"


def test_leaving_the_field_takes_a_value(shown: Shown) -> None:
    shown.enter("learning_rate", "3e-4", Qt.Key.Key_Tab)
    assert shown.emitted == [Everything(learning_rate=3e-4)]
    assert shown.line("learning_rate").text() == "0.0003"
    shown.form.focus_field("note")
    QTest.keyClicks(shown.line("note"), "hello")
    QTest.mouseClick(shown.elsewhere, Qt.MouseButton.LeftButton)
    assert shown.emitted[-1] == Everything(learning_rate=3e-4, note="hello")


def test_nothing_is_sent_while_typing(shown: Shown) -> None:
    shown.form.focus_field("units")
    QTest.keyClicks(shown.form.field("units").control, "12")
    assert shown.emitted == []


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("units", "0", "Units must be at least 1."),
        ("units", "70000", "Units must be at most 65\u2009536."),
        ("units", "2.5", "Units must be a whole number, for example 64."),
        ("units", "many", "Units must be a whole number, for example 64."),
        ("units", "", "Units must be a whole number, for example 64."),
        ("learning_rate", "0", "Learning rate must be above 0."),
        ("learning_rate", "nan", "Learning rate must be a number, for example 0.001."),
        ("learning_rate", "1e999", "Learning rate must be a number, for example 0.001."),
        ("rate", "1", "Rate must be below 1."),
        ("max_norm", "-1", "Largest norm must be above 0."),
        ("shape", "28 by 28", "Shape must be whole numbers, for example 28 × 28 × 1."),
        ("shape", "", "Shape must be whole numbers, for example 28 × 28 × 1."),
        ("kernel_size", "1, 2, 3", "Kernel size must have at most 2 numbers, not 3."),
    ],
)
def test_what_does_not_fit_is_explained_and_changes_nothing(shown: Shown, name: str, text: str, reason: str) -> None:
    shown.enter(name, text)
    field = shown.form.field(name)
    assert shown.reason(name) == reason
    assert field.reason_label.isVisible()
    assert field.control.property("invalid") is True
    assert field.control.accessibleDescription().startswith(reason)
    assert shown.line(name).text() == text, "what was typed stays, to be mended"
    assert shown.emitted == []
    assert shown.form.definition == Everything()
    assert not shown.form.finish()


def test_a_reason_goes_when_the_value_is_mended(shown: Shown) -> None:
    shown.enter("units", "0")
    shown.enter("units", "8")
    assert shown.reason("units") == ""
    assert shown.form.field("units").control.property("invalid") is False
    assert shown.emitted == [Everything(units=8)]


def test_escape_restores(shown: Shown) -> None:
    shown.enter("units", "0")
    control = shown.form.field("units").control
    QTest.keyClick(control, Qt.Key.Key_Escape)
    assert shown.line("units").text() == "64"
    assert shown.reason("units") == ""
    assert shown.emitted == []
    QTest.keyClicks(control, "9")
    QTest.keyClick(control, Qt.Key.Key_Return)
    assert shown.emitted == [Everything(units=9)], "the restored value is selected, ready to be typed over"


def test_rules_between_fields(qtbot: QtBot) -> None:
    shown = Shown(qtbot, Range())
    shown.enter("low", "11")
    assert shown.reason("low") == "Low must not be above high."
    assert shown.emitted == []


def test_optional_values_can_be_taken_away(shown: Shown) -> None:
    assert shown.line("max_norm").placeholderText() == "none"
    shown.enter("max_norm", "2")
    shown.enter("max_norm", "")
    assert [each.max_norm for each in shown.emitted] == [2.0, None]


@pytest.mark.parametrize("text", ["32 × 16 × 3", "32x16x3", "32, 16, 3", "(32, 16, 3)", " 32 16  3 ", "32*16*3"])
def test_shapes_are_read_as_people_write_them(shown: Shown, text: str) -> None:
    shown.enter("shape", text)
    assert shown.emitted == [Everything(shape=(32, 16, 3))]
    assert shown.line("shape").text() == "32 × 16 × 3"


def test_one_number_for_all_of_a_fixed_size(shown: Shown) -> None:
    shown.enter("kernel_size", "5")
    shown.enter("shape", "64")
    assert shown.emitted == [Everything(kernel_size=(5, 5)), Everything(kernel_size=(5, 5), shape=(64,))]


def test_step_keys_and_wheel(shown: Shown) -> None:
    units = shown.form.field("units").control
    shown.form.focus_field("units")
    QTest.keyClick(units, Qt.Key.Key_Up)
    QTest.keyClick(units, Qt.Key.Key_PageUp)
    assert wheel(units, -1)
    assert [each.units for each in shown.emitted] == [65, 75, 74]
    rate = shown.form.field("learning_rate").control
    shown.form.focus_field("learning_rate")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
        QTest.keyClick(rate, key)
    assert [each.learning_rate for each in shown.emitted[3:]] == [0.002, 0.005, 0.002, 0.0002]


def test_step_buttons(shown: Shown) -> None:
    units = shown.form.field("units").control
    QTest.mouseClick(units, Qt.MouseButton.LeftButton, pos=QPoint(units.width() - 8, 6))
    QTest.mouseClick(units, Qt.MouseButton.LeftButton, pos=QPoint(units.width() - 8, units.height() - 6))
    assert [each.units for each in shown.emitted] == [65, 64]


def test_steps_stop_at_the_bounds(shown: Shown) -> None:
    shown.enter("share", "90")
    share = shown.form.field("share").control
    QTest.keyClick(share, Qt.Key.Key_Up)
    assert wheel(share, 1), "the panel must not scroll away under it"
    QTest.keyClick(share, Qt.Key.Key_PageDown)
    assert [each.share for each in shown.emitted] == [90, 80]


@pytest.mark.parametrize("name", ["units", "learning_rate", "padding", "max_norm"])
def test_the_wheel_over_what_has_not_the_keyboard_changes_nothing(shown: Shown, name: str) -> None:
    control = shown.form.field(name).control
    assert not wheel(control, -1), "it is left to the panel, to scroll"
    assert not control.hasFocus()
    assert control.focusPolicy() == Qt.FocusPolicy.StrongFocus, "nor does the wheel take the keyboard"
    assert shown.emitted == []
    assert shown.form.definition == Everything()


def test_choice_and_switch(shown: Shown) -> None:
    box = shown.form.field("padding").control
    assert isinstance(box, QComboBox)
    assert [box.itemText(index) for index in range(box.count())] == ["valid", "same"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(shown.form.field("use_bias").control, Qt.Key.Key_Space)
    assert shown.emitted == [Everything(padding="same"), Everything(padding="same", use_bias=False)]


@pytest.mark.parametrize("rebuilt", [False, True])
def test_tab_follows_the_fields(shown: Shown, rebuilt: bool) -> None:
    if rebuilt:
        shown.form.set_definition(Range())
        shown.form.set_definition(Everything())
    shown.form.field("units").control.setFocus()
    visited = []
    for _ in Everything.model_fields:
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused.accessibleName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert visited == [
        "Units",
        "Learning rate",
        "Rate",
        "Kernel size",
        "Shape",
        "Padding",
        "Bias",
        "Largest norm",
        "Images",
        "Browse for Images",
        "Note",
    ]


def test_new_fields_keep_the_forms_place_in_the_tab_order(shown: Shown) -> None:
    shown.form.set_definition(Range())
    shown.before.setFocus()
    visited = []
    for _ in range(4):
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert visited == [shown.before, *(shown.form.field(name).control for name in ("low", "high")), shown.elsewhere]


def test_a_path_is_browsed_for_or_dropped(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    field = shown.form.field("images")
    assert isinstance(field, PathField)
    started: list[str] = []
    answers = ["", str(tmp_path / "images.gz")]
    monkeypatch.setattr(field, "ask_path", lambda start: started.append(start) or answers.pop(0))
    QTest.mouseClick(field.browse, Qt.MouseButton.LeftButton)
    assert shown.emitted == []
    QTest.mouseClick(field.browse, Qt.MouseButton.LeftButton)
    assert shown.emitted == [Everything(images=str(tmp_path / "images.gz"))]
    shown.enter("images", (tmp_path / "labels.gz").as_uri())
    assert shown.emitted[-1] == Everything(images=str(tmp_path / "labels.gz"))
    assert started == ["", ""]


def test_values_change_in_place(shown: Shown) -> None:
    units = shown.form.field("units")
    shown.form.focus_field("note")
    QTest.keyClicks(shown.line("note"), "half ty")
    shown.line("note").setCursorPosition(2)
    shown.form.set_definition(Everything(units=7))
    assert shown.form.field("units") is units
    assert shown.line("units").text() == "7"
    assert shown.line("note").text() == "half ty"
    assert shown.line("note").cursorPosition() == 2
    assert shown.line("note").hasFocus()
    assert shown.emitted == []


def test_the_cursor_stays_when_the_value_under_it_changes(shown: Shown) -> None:
    shown.form.focus_field("shape")
    shown.line("shape").setCursorPosition(3)
    shown.form.set_definition(Everything(shape=(32, 32, 3)))
    assert shown.line("shape").text() == "32 × 32 × 3"
    assert shown.line("shape").cursorPosition() == 3


def test_what_is_half_typed_does_not_reach_another_owner(shown: Shown) -> None:
    shown.form.set_definition(Everything(), owner="dense_1")
    shown.enter("units", "0")
    shown.form.focus_field("note")
    QTest.keyClicks(shown.line("note"), "for dense_1")
    shown.form.set_definition(Everything(), owner="dense_2")
    assert shown.line("units").text() == "64"
    assert shown.reason("units") == ""
    assert shown.line("note").text() == ""
    shown.elsewhere.setFocus()
    assert shown.emitted == []


def test_finish_takes_what_is_half_typed(shown: Shown) -> None:
    shown.form.focus_field("units")
    QTest.keyClicks(shown.form.field("units").control, "12")
    assert shown.form.finish()
    assert shown.emitted == [Everything(units=12)]


def test_another_type_gets_other_fields(shown: Shown) -> None:
    shown.form.focus_field("units")
    QTest.keyClicks(shown.form.field("units").control, "12")
    shown.form.set_definition(Range())
    assert shown.line("high").text() == "10"
    with pytest.raises(KeyError):
        shown.form.field("units")
    shown.form.set_definition(Nothing())
    QApplication.sendPostedEvents()
    visible = [label.text() for label in shown.form.findChildren(QLabel) if label.isVisible()]
    assert visible == ["Nothing at all has nothing to set."]
    shown.form.set_definition(None)
    assert shown.form.definition is None
    assert shown.emitted == [], "what was half typed belonged to something else"


def test_undo_in_a_field_is_for_what_is_half_typed(shown: Shown, qtbot: QtBot) -> None:
    from PySide6.QtGui import QKeySequence, QShortcut

    undone: list[bool] = []
    shortcut = QShortcut(QKeySequence("Ctrl+Z"), shown.window)
    shortcut.activated.connect(lambda: undone.append(True))
    for name in ("note", "units"):
        undone.clear()
        control = shown.form.field(name).control
        shown.form.focus_field(name)
        QTest.keyClicks(control, "7")
        QTest.keyClick(control, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert not undone, "the field takes its own letters back"
        QTest.keyClick(control, Qt.Key.Key_Escape)
        QTest.keyClick(control, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert undone == [True], "nothing is half typed: the document's undo"
