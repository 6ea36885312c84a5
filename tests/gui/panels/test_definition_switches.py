"""Definitions that are switched on and off, each with its form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget

from deepviz.engine import stopping
from deepviz.gui.panels.definition_switches import DefinitionSwitches
from deepviz.gui.panels.fields import TypedField
from deepviz.registry import Definition

INSIDE = QPoint(12, 12)


@pytest.fixture
def switches(show: Callable[..., QWidget]) -> DefinitionSwitches:
    made = DefinitionSwitches(stopping.registry.values())
    show(made, 260, 600)
    return made


def test_a_switch_asks_for_the_definition_by_pointer_and_by_key(switches: DefinitionSwitches) -> None:
    told: list[tuple[Definition, bool]] = []
    switches.switched.connect(lambda definition, on: told.append((definition, on)))
    QTest.mouseClick(switches.switches["StepLimit"], Qt.MouseButton.LeftButton, pos=INSIDE)
    switches.switches["Patience"].setFocus()
    QTest.keyClick(switches.switches["Patience"], Qt.Key.Key_Space)
    assert told == [(stopping.StepLimit(), True), (stopping.Patience(), True)]


def test_only_what_is_on_has_its_form(switches: DefinitionSwitches) -> None:
    assert not any(form.isVisible() for form in switches.forms.values())
    rule = stopping.Patience(patience=3)
    switches.show_definitions((rule,))
    assert [key for key, form in switches.forms.items() if form.isVisible()] == ["Patience"]
    assert switches.switches["Patience"].isChecked()
    assert switches.chosen == (rule,)


def test_what_is_switched_off_comes_back_with_its_settings(switches: DefinitionSwitches) -> None:
    told: list[tuple[Definition, bool]] = []
    switches.switched.connect(lambda definition, on: told.append((definition, on)))
    rule = stopping.Patience(patience=3)
    switches.show_definitions((rule,))
    for chosen in ((), (rule,)):
        QTest.keyClick(switches.switches["Patience"], Qt.Key.Key_Space)
        switches.show_definitions(chosen)
    assert told == [(rule, False), (rule, True)]


def test_a_typed_value_is_told_with_what_was_before(switches: DefinitionSwitches) -> None:
    told: list[tuple[Definition, Definition]] = []
    switches.changed.connect(lambda before, after: told.append((before, after)))
    switches.show_definitions((stopping.StepLimit(),))
    field = switches.forms["StepLimit"].field("steps")
    assert isinstance(field, TypedField)
    field.control.setFocus()
    field.line.selectAll()
    QTest.keyClicks(field.line, "77")
    assert switches.finish()
    assert told == [(stopping.StepLimit(), stopping.StepLimit(steps=77))]
    QTest.keyClicks(field.line, "x")
    assert not switches.finish()


def test_names_are_chosen_from_what_is_measured(
    switches: DefinitionSwitches, choose_in: Callable[[QComboBox, str], None]
) -> None:
    told: list[Definition] = []
    switches.changed.connect(lambda _, after: told.append(after))
    offers = {"monitor": ("loss", "validation_loss", "validation_accuracy")}
    switches.show_definitions((stopping.Patience(),), offers=offers)
    box = switches.forms["Patience"].field("monitor").control
    assert isinstance(box, QComboBox)
    assert [box.itemText(index) for index in range(box.count())] == ["loss", "validation loss", "validation accuracy"]
    assert box.currentText() == "validation loss"
    choose_in(box, "validation accuracy")
    assert told == [stopping.Patience(monitor="validation_accuracy")]


def test_a_name_that_is_not_measured_is_shown_all_the_same(switches: DefinitionSwitches) -> None:
    rule = stopping.Patience(monitor="validation_F1")
    switches.show_definitions((rule,), offers={"monitor": ("loss", "validation_F1")})
    switches.show_definitions((rule,), offers={"monitor": ("loss",)})
    box = switches.forms["Patience"].field("monitor").control
    assert isinstance(box, QComboBox)
    assert (box.currentText(), box.count()) == ("validation F1", 2)


def test_what_is_not_offered_is_hidden_unless_it_is_on(switches: DefinitionSwitches) -> None:
    switches.show_definitions((stopping.Target(),), offered={"Patience"})
    visible = [key for key, switch in switches.switches.items() if switch.isVisible()]
    assert sorted(visible) == ["Patience", "Target"]
