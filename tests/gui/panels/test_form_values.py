"""Every hyperparameter there is can be changed in its form, with the keyboard, to any legal value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionSpinBox
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses, optimizers
from deepviz.gui.panels.fields import ChoiceField, NumberBox, SwitchField, TypedField
from deepviz.gui.panels.values import read, written
from deepviz.registry import Definition, DefinitionError, Hyperparameter
from tests.gui.panels.form_stage import Shown

KINDS = [each for kind in (layers, losses, optimizers) for each in kind.registry.values() if each.hyperparameters()]


def other_value(definition: Definition, hyperparameter: Hyperparameter) -> Any:
    """A legal value that is not the present one."""
    before = getattr(definition, hyperparameter.name)
    for value in _guesses(hyperparameter, before):
        try:
            if getattr(definition.changed(**{hyperparameter.name: value}), hyperparameter.name) == value != before:
                return value
        except DefinitionError:
            continue
    return pytest.fail(f"{definition.key}.{hyperparameter.name}: what else could it be?")


def _guesses(hyperparameter: Hyperparameter, before: Any) -> Iterator[Any]:
    if hyperparameter.kind == "switch":
        yield not before
    elif hyperparameter.kind == "choice":
        yield from hyperparameter.choices
    elif hyperparameter.kind in ("shape", "sides", "numbers"):
        one = 0.5 if hyperparameter.kind == "numbers" else 1
        yield from (tuple(each + one for each in before or ()), (*(before or ()), one), (one,), (one, one), (2, 1))
    else:
        yield from (3, 2, 0.25, 0.0625)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_value_can_be_changed(qtbot: QtBot, kind: type[Definition]) -> None:
    definition = kind()
    shown = Shown(qtbot, definition)
    shown.form.set_open(True)
    for hyperparameter in definition.hyperparameters():
        name, value = hyperparameter.name, other_value(definition, hyperparameter)
        field = shown.form.field(name)
        if not field.isVisible():
            shown.form.set_definition(definition.changed(padding="explicit"))
        if isinstance(field, TypedField):
            shown.enter(name, written(value, hyperparameter.kind))
        elif isinstance(field, SwitchField):
            QTest.keyClick(field.control, Qt.Key.Key_Space)
        else:
            assert isinstance(field, ChoiceField)
            box = field.control
            assert isinstance(box, QComboBox)
            box.setFocus()
            steps = box.findText(written(value).replace("_", " ")) - box.currentIndex()
            for _ in range(abs(steps)):
                QTest.keyClick(box, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
        assert shown.reason(name) == ""
        changed = shown.form.definition
        assert getattr(changed, name) == value
        if hyperparameter.optional and isinstance(field, TypedField):
            assert field.off is not None
            QTest.mouseClick(field.off, Qt.MouseButton.LeftButton)
            assert getattr(shown.form.definition, name) is None
        shown.form.set_definition(definition)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_what_a_form_shows_reads_back_as_the_same_value(kind: type[Definition]) -> None:
    examples: list[Definition] = (
        [kind(), *(example for example, _ in kind.examples())] if hasattr(kind, "examples") else [kind()]
    )
    for definition in examples:
        for hyperparameter in definition.hyperparameters():
            if hyperparameter.kind not in ("choice", "switch"):
                value = getattr(definition, hyperparameter.name)
                assert read(hyperparameter, written(value, hyperparameter.kind)) == value


def test_a_pair_of_lengths_is_stepped_with_the_pointer(qtbot: QtBot) -> None:
    shown = Shown(qtbot, layers.registry["Conv2D"]())
    box = shown.form.field("kernel_size").control
    assert isinstance(box, NumberBox)
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    for part, seen in (
        (QStyle.SubControl.SC_SpinBoxUp, ["4 × 4", "5 × 5"]),
        (QStyle.SubControl.SC_SpinBoxDown, ["4 × 4", "3 × 3", "2 × 2", "1 × 1", "1 × 1"]),
    ):
        button = box.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, box)
        for text in seen:
            QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=button.center())
            assert shown.line("kernel_size").text() == text
    assert [each.kernel_size for each in shown.emitted[:2]] == [(4, 4), (5, 5)]
    assert len(shown.emitted) == 6, "the last click had nowhere to go"
