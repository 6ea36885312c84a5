"""Keys, wheel, focus and drops in a form, and what it does when it is given another definition."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from deepviz.gui.panels.fields import PathField
from tests.gui.panels.form_stage import Everything, Nothing, Range, Shown, wheel


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
        "Weights",
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
