"""Hands for a whole window: pressing shortcuts, and making steps that are waited for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.e2e.window import PATIENCE, Person

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def press_shortcut(shortcut: str, widget: QWidget) -> None:
    """Press a key with its modifiers, written as Qt does."""
    combination = QKeySequence(shortcut)[0]
    QTest.keyClick(widget, combination.key(), combination.keyboardModifiers())


def train_steps(person: Person, count: int) -> None:
    """Make steps from the toolbar's controller and wait until the run pauses."""
    before = person.bench.controller.step_count
    person.bench.controller.step(count)
    wait_for_step(person, before + count)


def wait_for_step(person: Person, number: int) -> None:
    controller = person.bench.controller
    person.qtbot.waitUntil(lambda: controller.step_count == number and controller.status == "paused", timeout=PATIENCE)
    person.see_all_drawn()
