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


def choose_moment(person: Person, step: int | None) -> None:
    """Drag the timeline's slider to a kept step, or (None) to now."""
    timeline, controller = person.bench.live_bar.timeline, person.bench.controller
    if step is None:
        timeline.slider.setValue(timeline.slider.maximum())
    else:
        person.qtbot.waitUntil(lambda: step in timeline._steps, timeout=PATIENCE)
        timeline.slider.setValue(timeline._steps.index(step))
    assert controller.moments.chosen == step


def wait_for_answers(person: Person) -> None:
    """Wait until every visible view has the answer for the moment that is shown."""
    inspector = person.bench.inspector
    inspector.look_around()
    person.qtbot.waitUntil(lambda: not inspector.is_busy and not inspector._soon.isActive(), timeout=PATIENCE)
