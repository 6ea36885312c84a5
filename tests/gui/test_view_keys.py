"""Every open view is reached and used by keys alone, and its menu says by which."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deepviz.gui.plots.plot import Plot
from deepviz.gui.shortcuts import VIEW, shortcuts
from tests.e2e.window import PATIENCE, Person
from tests.gui.window_hands import train_steps

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def has_keyboard(person: Person) -> str:
    """The key of the view that the keyboard is in."""
    focused = QApplication.focusWidget()
    docks = person.bench.views.docks.items()
    return next((key for key, dock in docks if focused is not None and dock.isAncestorOf(focused)), "")


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)
    QApplication.processEvents()


def test_f6_goes_round_all_open_views_also_those_behind(person: Person) -> None:
    views = person.bench.views
    train_steps(person, 3)
    views.open("accuracy")
    person.bench.window.tabifyDockWidget(views.docks["loss"], views.docks["accuracy"])
    QApplication.processEvents()
    keys = [key for key in views.kinds if views.is_open(key)]
    assert len(keys) == 4
    person.bench.canvas.setFocus()
    seen = []
    for _ in range(5):
        press(Qt.Key.Key_F6)
        person.qtbot.waitUntil(lambda: views.is_visible(has_keyboard(person)), timeout=PATIENCE)
        seen.append(has_keyboard(person))
    assert seen == [*keys, keys[0]]
    press(Qt.Key.Key_F6, SHIFT)
    assert has_keyboard(person) == keys[-1]


def test_without_any_view_f6_opens_one(person: Person) -> None:
    for key in person.bench.views.docks:
        person.bench.views.close(key)
    person.bench.canvas.setFocus()
    press(Qt.Key.Key_F6)
    assert has_keyboard(person) == next(iter(person.bench.views.kinds))


def test_a_view_before_its_first_step_has_the_keyboard_in_its_menu(person: Person) -> None:
    person.bench.canvas.setFocus()
    press(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is person.bench.views.views["loss"].header.menu_button


def test_keys_of_a_view(person: Person) -> None:
    train_steps(person, 30)
    view, views = person.bench.views.views["loss"], person.bench.views
    assert isinstance(view, Plot)
    person.bench.canvas.setFocus()
    press(Qt.Key.Key_F6)
    assert has_keyboard(person) == "loss"
    press(Qt.Key.Key_L)
    assert view.is_logarithmic
    press(Qt.Key.Key_P, SHIFT)
    assert view.is_paused
    press(Qt.Key.Key_P, SHIFT)
    assert not view.is_paused
    before = view.area.x_range
    press(Qt.Key.Key_Plus)
    low, high = view.area.x_range
    assert high - low == pytest.approx(0.8 * (before[1] - before[0]), rel=0.1)
    press(Qt.Key.Key_Minus)
    assert view.area.x_range == pytest.approx(before)
    assert not view.is_following
    press(Qt.Key.Key_Home)
    assert view.is_following
    press(Qt.Key.Key_F11)
    assert views.docks["loss"].isFloating()
    press(Qt.Key.Key_F11)
    assert not views.docks["loss"].isFloating()
    view.take_focus()
    press(Qt.Key.Key_W, CONTROL)
    assert not views.is_open("loss")


def test_the_menu_and_the_overview_say_the_same_keys(person: Person) -> None:
    said = {keys for row in shortcuts() if row.heading == VIEW for keys in row.keys}
    view = person.bench.views.views["loss"]
    shown = {action.shortcut().toString() for action in view.menu.actions() if not action.shortcut().isEmpty()}
    assert {"Shift+P", "F11", "Home", "L", "+", "-", "Ctrl+W"} == shown
    assert shown <= said
    for each in person.bench.views.views.values():
        assert each.content.accessibleName()
        assert each.header.menu_button.accessibleName()
