"""The form is made from any definition, takes what fits, explains what does not, and never emits anything invalid."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses, optimizers
from deepviz.gui.panels.fields import ChoiceField, PathField, SwitchField, TypedField
from deepviz.gui.panels.form import DefinitionForm
from deepviz.registry import Definition
from tests.gui.panels.form_stage import Everything, Range, Shown


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
        "weights": "",
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
        ("units", "70000", "Units must be at most 65\u202f536."),
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
        ("weights", "1, many", "Weights must be numbers, for example 1, 0.5, 2."),
        ("weights", "1, -0.5", "Each number must be at least 0."),
        ("weights", "1, 2, 3, 4, 5", "Weights must have at most 4 numbers, not 5."),
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


@pytest.mark.parametrize(
    "text", ["1, 0.5, 20", "1,0.5,20", "(1, 0.5, 20)", "1 0.5 20", "1; 0,5; 20", "1 0,5 20", "1,0.5, 20"]
)
def test_rows_of_numbers_are_read_as_people_write_them(shown: Shown, text: str) -> None:
    shown.enter("weights", text)
    assert shown.emitted == [Everything(weights=(1, 0.5, 20))]
    assert shown.line("weights").text() == "1, 0.5, 20"
    shown.enter("weights", "")
    assert shown.emitted[-1] == Everything()


def test_class_weights_are_entered_in_the_form(qtbot: QtBot) -> None:
    shown = Shown(qtbot, losses.SoftmaxCrossEntropy())
    assert shown.line("class_weights").placeholderText() == "none"
    shown.enter("class_weights", "1, 2.5")
    assert shown.emitted == [losses.SoftmaxCrossEntropy(class_weights=(1, 2.5))]
