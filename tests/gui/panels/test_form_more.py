"""What few people change stands below a line that opens; what makes no difference is hidden; what may go can go."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field as Declared
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.engine import layers
from deepviz.gui.panels.fields import TypedField
from deepviz.gui.panels.more_line import MoreLine
from deepviz.registry import Definition
from tests.gui.panels.form_stage import Range, Shown

ADVANCED = {"advanced": True}


class Rare(Definition):
    """Something of which most people change one thing only."""

    max_norm: float | None = Declared(None, gt=0, title="Largest norm", json_schema_extra=ADVANCED)
    units: int = Declared(16, ge=1, title="Units")
    padding: Literal["same", "explicit"] = Declared("same", title="Padding")
    own_padding: tuple[int, int] = Declared(
        (0, 0),
        title="Own padding",
        json_schema_extra={"kind": "sides", "when": {"padding": "explicit"}},
    )


@pytest.fixture
def rare(qtbot: QtBot) -> Shown:
    return Shown(qtbot, Rare())


def line_of(shown: Shown) -> MoreLine:
    assert shown.form.more is not None
    return shown.form.more


def visible(shown: Shown) -> list[str]:
    return [name for name in type(shown.form.definition).model_fields if shown.form.field(name).isVisible()]


def type_into(shown: Shown, name: str, text: str) -> None:
    field = shown.form.field(name)
    assert isinstance(field, TypedField)
    field.line.selectAll()
    QTest.keyClicks(field.control, text)


def test_a_form_begins_with_what_matters(rare: Shown) -> None:
    assert visible(rare) == ["units", "padding"]
    height = rare.form.sizeHint().height()
    QTest.mouseClick(line_of(rare), Qt.MouseButton.LeftButton)
    assert visible(rare) == ["max_norm", "units", "padding"]
    QApplication.processEvents()
    places = [rare.form.field("padding").y(), line_of(rare).y(), rare.form.field("max_norm").y()]
    assert places == sorted(places)
    assert rare.form.sizeHint().height() > height
    QTest.mouseClick(line_of(rare), Qt.MouseButton.LeftButton)
    assert visible(rare) == ["units", "padding"]
    assert rare.form.sizeHint().height() == height
    assert rare.emitted == []


def test_the_line_is_reached_and_worked_by_keyboard(rare: Shown) -> None:
    rare.form.field("padding").control.setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is line_of(rare)
    QTest.keyClick(line_of(rare), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rare.elsewhere
    line_of(rare).setFocus()
    QTest.keyClick(line_of(rare), Qt.Key.Key_Space)
    QTest.keyClick(line_of(rare), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rare.form.field("max_norm").control
    assert (line_of(rare).accessibleName(), line_of(rare).accessibleDescription()) == ("More settings", "Open")


def test_it_stays_open_for_the_next_definition_and_is_told(rare: Shown) -> None:
    told: list[bool] = []
    rare.form.opened.connect(told.append)
    QTest.mouseClick(line_of(rare), Qt.MouseButton.LeftButton)
    rare.form.set_definition(Range())
    assert rare.form.more is None
    rare.form.set_definition(Rare(units=3))
    assert visible(rare) == ["max_norm", "units", "padding"]
    assert line_of(rare).isChecked()
    rare.form.set_open(False)
    assert visible(rare) == ["units", "padding"]
    assert told == [True]


def test_a_closed_line_says_that_something_is_changed_below_it(rare: Shown) -> None:
    assert line_of(rare).text() == "More"
    rare.form.set_definition(Rare(max_norm=2.0, units=5))
    assert line_of(rare).text() == "More · 1 changed"
    assert line_of(rare).accessibleName() == "More settings · 1 changed"
    rare.form.set_definition(Rare(units=5))
    assert line_of(rare).text() == "More"


def test_it_does_not_close_over_a_value_that_cannot_be_taken(rare: Shown) -> None:
    rare.form.set_open(True)
    type_into(rare, "max_norm", "-1")
    QTest.mouseClick(line_of(rare), Qt.MouseButton.LeftButton)
    assert rare.form.field("max_norm").isVisible()
    assert rare.reason("max_norm") == "Largest norm must be above 0."
    assert line_of(rare).isChecked()
    type_into(rare, "max_norm", "4")
    QTest.mouseClick(line_of(rare), Qt.MouseButton.LeftButton)
    assert visible(rare) == ["units", "padding"]
    assert rare.emitted[-1] == Rare(max_norm=4.0)


def test_a_field_that_is_wanted_opens_the_line(rare: Shown) -> None:
    rare.form.focus_field("max_norm")
    assert rare.form.field("max_norm").isVisible()
    assert QApplication.focusWidget() is rare.form.field("max_norm").control


def test_what_makes_no_difference_is_hidden_until_it_does(rare: Shown) -> None:
    rare.form.field("padding").control.setFocus()
    QTest.keyClick(rare.form.field("padding").control, Qt.Key.Key_Down)
    assert rare.emitted == [Rare(padding="explicit")]
    assert visible(rare) == ["units", "padding", "own_padding"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rare.form.field("own_padding").control
    rare.enter("own_padding", "3")
    assert rare.emitted[-1] == Rare(padding="explicit", own_padding=(3, 3))
    assert rare.line("own_padding").text() == "3, 3"
    rare.enter("own_padding", "1 2")
    assert rare.line("own_padding").text() == "1, 2"
    rare.form.field("padding").control.setFocus()
    QTest.keyClick(rare.form.field("padding").control, Qt.Key.Key_Up)
    assert visible(rare) == ["units", "padding"]
    assert rare.emitted[-1] == Rare(own_padding=(1, 2))
    rare.form.set_definition(Rare(padding="explicit"))
    assert visible(rare) == ["units", "padding", "own_padding"]


def test_a_value_that_may_be_missing_has_a_cross_that_takes_it_away(rare: Shown) -> None:
    rare.form.set_definition(Rare(max_norm=2.5))
    rare.form.set_open(True)
    field = rare.form.field("max_norm")
    assert isinstance(field, TypedField)
    assert field.off is not None
    assert field.off.isVisible()
    assert field.off.accessibleName() == "Switch off Largest norm"
    field.control.setFocus()
    QTest.keyClick(field.control, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is field.off
    QTest.keyClick(field.off, Qt.Key.Key_Space)
    assert rare.emitted == [Rare()]
    assert field.line.text() == ""
    assert not field.off.isVisible()
    assert field.control.hasFocus()
    QTest.keyClick(field.control, Qt.Key.Key_Up)
    assert rare.emitted[-1] == Rare(max_norm=1.0)
    assert field.off.isVisible()


def test_dense_looks_as_calm_as_ever(qtbot: QtBot) -> None:
    shown = Shown(qtbot, layers.Dense())
    assert visible(shown) == ["units", "use_bias"]


def test_where_everything_is_rarely_changed_all_of_it_is_shown(qtbot: QtBot) -> None:
    shown = Shown(qtbot, layers.registry["LayerNorm"]())
    assert shown.form.more is None
    assert visible(shown) == ["trainable", "epsilon", "center", "scale"]
