"""Freezing by key, context menu, menu and page: while a run goes on, with a mark on the curves, and undone again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepviz.engine.weighted import Trained
from deepviz.gui.canvas import commands
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import SHIFT, press_shortcut, train_steps


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """Somebody with a network of two Dense layers that has made five steps of a long run."""
    person = open_window(small_project(epochs=1_000_000))
    train_steps(person, 5)
    return person


def frozen(person: Person) -> list[str]:
    return [node.id for node in person.graph.nodes if isinstance(node.layer, Trained) and node.layer.frozen]


def weights(person: Person) -> dict[str, np.ndarray]:
    """Copies of the parameters after the last step."""
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return {name: array.copy() for name, array in checkpoint.state.weights.items()}


def test_the_key_freezes_the_selected_card_and_marks_the_curves(person: Person) -> None:
    person.click_at(person.middle("dense_1"))
    before = weights(person)
    QTest.keyClick(person.bench.canvas, Qt.Key.Key_F, SHIFT)
    assert frozen(person) == ["dense_1"]
    assert person.bench.canvas.network.node_items()["dense_1"].face.is_frozen
    train_steps(person, 3)
    after = weights(person)
    assert np.array_equal(after["dense_1/W"], before["dense_1/W"])
    assert not np.array_equal(after["dense_2/W"], before["dense_2/W"])
    assert (5, "dense_1 frozen") in person.bench.controller.history.events


def test_undo_lets_it_learn_again_and_the_run_keeps_its_weights(person: Person) -> None:
    before = weights(person)
    person.bench.canvas.select(("dense_1", "dense_2"))
    QTest.keyClick(person.bench.canvas, Qt.Key.Key_F, SHIFT)
    assert frozen(person) == ["dense_1", "dense_2"]
    assert person.bench.editor.undo_stack.undoText() == "Freeze 2 layers"
    press_shortcut("Ctrl+Z", person.bench.window)
    assert frozen(person) == []
    assert person.bench.controller.step_count == 5
    now = weights(person)
    assert all(np.array_equal(now[name], array) for name, array in before.items())


def test_the_same_holds_for_a_run_that_was_stopped(person: Person) -> None:
    person.bench.actions["stop"].trigger()
    before = weights(person)
    person.bench.canvas.select(("dense_1",))
    person.bench.actions["freeze"].trigger()
    press_shortcut("Ctrl+Z", person.bench.window)
    now = weights(person)
    assert all(np.array_equal(now[name], array) for name, array in before.items())
    train_steps(person, 1)
    assert person.bench.controller.step_count == 6, "it goes on from there"


def test_it_is_frozen_while_the_run_goes_on(person: Person) -> None:
    controller = person.bench.controller
    person.bench.canvas.select(("dense_1",))
    press_shortcut("F5", person.bench.window)
    person.qtbot.waitUntil(lambda: controller.step_count > 10, timeout=PATIENCE)
    person.bench.properties.freeze_button.click()
    person.qtbot.waitUntil(
        lambda: any(words == "dense_1 frozen" for _, words in controller.history.events), timeout=PATIENCE
    )
    assert controller.is_running
    assert person.bench.properties.freeze_button.text() == "Unfreeze"
    person.bench.properties.freeze_button.click()
    person.qtbot.waitUntil(
        lambda: any(words == "dense_1 thawed" for _, words in controller.history.events), timeout=PATIENCE
    )
    assert controller.is_running
    controller.pause()


def test_the_context_menu_names_what_a_press_does(person: Person) -> None:
    canvas = person.bench.canvas
    canvas.select(("dense_1",))

    def offered() -> list[str]:
        entries = commands.entries_for(canvas, "dense_1", person.middle("dense_1"))
        return [entry.label for entry in entries if "reeze" in entry.label]

    assert offered() == ["Freeze"]
    canvas.select(("dense_1", "dense_2"))
    assert offered() == ["Freeze 2 layers"]
    person.bench.actions["freeze"].trigger()
    assert offered() == ["Unfreeze 2 layers"]
    canvas.select(("tanh_1",))
    assert offered() == []


def test_without_a_selection_or_parameters_it_says_what_to_do(person: Person) -> None:
    canvas = person.bench.canvas
    canvas.select(())
    person.bench.actions["freeze"].trigger()
    assert canvas.bubble.isVisible()
    assert "Select the layers" in canvas.bubble.text
    canvas.select(("tanh_1",))
    assert person.bench.properties.freeze_button.isHidden()
    person.bench.actions["freeze"].trigger()
    assert "Nothing here has parameters" in canvas.bubble.text


def test_the_page_of_several_layers_freezes_them_together(person: Person) -> None:
    person.bench.canvas.select(("dense_1", "tanh_1", "dense_2"))
    button = person.bench.properties.freeze_button
    assert button.text() == "Freeze 2 layers"
    assert "passes gradients on" in button.toolTip()
    button.click()
    assert frozen(person) == ["dense_1", "dense_2"]
    assert button.text() == "Unfreeze 2 layers"
