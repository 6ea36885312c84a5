"""Whatever may be changed while a run goes on can be undone with Ctrl+Z while it goes on, and both are marked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from deepviz.document.project import Project
from deepviz.engine.optimizers.sgd import SGD
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

SHIFT = Qt.KeyboardModifier.ShiftModifier
FIELDS = [
    ("optimizer", "learning_rate", "0.003", "learning rate"),
    ("optimizer", "momentum", "0.9", "momentum"),
    ("optimizer", "weight_decay", "0.01", "weight decay"),
    ("optimizer", "global_clipnorm", "0.5", "clip norm"),
    ("optimizer", "clipvalue", "0.5", "clip value"),
    ("run", "batch_size", "8", "batch size"),
]


def endless() -> Project:
    project = small_project(epochs=1_000_000)
    return replace(project, plan=replace(project.plan, optimizer=SGD(learning_rate=0.01)))


def started(open_window: OpenWindow) -> Person:
    person = open_window(endless())
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count > 5, timeout=PATIENCE)
    return person


def events_after(person: Person, count: int) -> list[str]:
    """The words of all marks, once there are so many."""
    history = person.bench.controller.history
    person.qtbot.waitUntil(lambda: len(history.events) >= count, timeout=PATIENCE)
    return [text for _, text in history.events]


def assert_it_went_on(person: Person) -> None:
    before = person.bench.controller.step_count
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count > before, timeout=PATIENCE)
    steps = person.bench.controller.history.steps
    assert person.bench.controller.is_running
    assert steps[0] == 1, "it is the same run, from its first step on"
    assert person.project.plan == endless().plan
    assert person.graph == endless().graph


@pytest.mark.parametrize(("part", "name", "value", "words"), FIELDS)
def test_a_setting_that_is_typed_is_undone_and_both_are_marked(
    open_window: OpenWindow, part: str, name: str, value: str, words: str
) -> None:
    person = started(open_window)
    person.bench.window.show_tab("Training")
    form = person.bench.training_panel.optimizer_form if part == "optimizer" else person.bench.training_panel.run_form
    form.set_open(True)
    person.type_value(form, name, value)
    assert len(events_after(person, 1)) == 1
    person.undo()
    there, back = (text.lower() for text in events_after(person, 2))
    assert there.startswith(f"{words} ")
    assert back.startswith(f"{words} ")
    (old, new), (again, last) = (text.removeprefix(words).strip().split(" → ") for text in (there, back))
    assert (old, new) == (last, again)
    assert_it_went_on(person)


def test_a_layer_that_is_frozen_is_trained_again(open_window: OpenWindow) -> None:
    person = started(open_window)
    person.click_at(person.middle("dense_1"))
    person.bench.canvas.setFocus()
    person.key(Qt.Key.Key_F, SHIFT)
    assert events_after(person, 1) == ["dense_1 frozen"]
    person.undo()
    assert events_after(person, 2) == ["dense_1 frozen", "dense_1 thawed"]
    assert_it_went_on(person)
