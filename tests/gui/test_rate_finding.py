"""A learning rate is found in the window: from menu, key or page, beside a run; a button puts it into the plan."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepviz.gui.plots.rate_finder import RateFinder
from deepviz.insight.rate_range import RateRange
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def at_work(open_window: OpenWindow) -> Person:
    return open_window(small_project())


def finder(person: Person) -> RateFinder:
    made = person.bench.views.view("rate_finder")
    assert isinstance(made, RateFinder)
    return made


def wait(person: Person) -> RateFinder:
    shown = finder(person)
    person.qtbot.waitUntil(lambda: shown.answer is not None, timeout=PATIENCE)
    return shown


def weights(person: Person) -> dict[str, np.ndarray]:
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return dict(checkpoint.state.weights)


def test_a_key_opens_it_and_one_button_uses_what_it_found(at_work: Person) -> None:
    bench = at_work.bench
    bench.window.show_workspace("build")
    at_work.key(Qt.Key.Key_F, CONTROL_SHIFT, bench.window)
    assert bench.window.workspace == "train"
    assert bench.views.is_open("rate_finder")
    shown = wait(at_work)
    assert shown.header.note == "untrained"
    before, rate = at_work.project, shown.rate
    assert rate is not None
    at_work.press(shown.use_button)
    assert at_work.project.plan.optimizer.learning_rate == rate
    assert bench.learning_rate.value == rate
    assert bench.editor.undo_stack.undoText() == "Change learning rate"
    assert shown.answer is not None
    at_work.undo()
    assert at_work.project == before


def test_the_page_has_a_button_for_it(at_work: Person) -> None:
    at_work.bench.window.show_tab("Training")
    at_work.press(at_work.bench.training_panel.rate_button)
    wait(at_work)


def test_what_is_half_typed_counts(at_work: Person) -> None:
    bench = at_work.bench
    bench.window.show_tab("Training")
    at_work.type_value(bench.training_panel.run_form, "batch_size", "16", finish=False)
    bench.actions["find_rate"].trigger()
    assert at_work.project.plan.run.batch_size == 16
    wait(at_work)


def test_beside_a_run_it_is_of_its_weights_and_leaves_them(at_work: Person) -> None:
    bench = at_work.bench
    bench.controller.step(5)
    at_work.qtbot.waitUntil(lambda: bench.controller.step_count == 5 and not bench.controller.is_running)
    before = weights(at_work)
    bench.actions["find_rate"].trigger()
    shown = wait(at_work)
    assert shown.header.note == "step 5"
    for name, array in weights(at_work).items():
        np.testing.assert_array_equal(array, before[name], name)
    assert bench.controller.step_count == 5


def test_of_an_earlier_moment_it_is_of_the_weights_of_then(at_work: Person) -> None:
    bench = at_work.bench
    at_work.run_to_the_end()
    kept = bench.controller.moments.timeline.steps
    bench.controller.moments.choose(kept[0])
    bench.actions["find_rate"].trigger()
    assert wait(at_work).step == kept[0]
    assert finder(at_work).question() is None


def test_cancelling_ends_the_work(at_work: Person) -> None:
    shown = finder(at_work)
    shown.choose_steps(3000)
    bench = at_work.bench
    bench.actions["find_rate"].trigger()
    assert shown.is_computing
    QTest.keyClick(shown.row.button, Qt.Key.Key_Space)
    at_work.qtbot.waitUntil(lambda: not bench.inspector.is_busy, timeout=PATIENCE)
    assert shown.answer is None
    assert shown.words.text() == RateFinder.invitation


def test_with_a_network_that_cannot_run_words_say_so(at_work: Person) -> None:
    bench = at_work.bench
    at_work.click_at(at_work.middle("loss_1"))
    at_work.key(Qt.Key.Key_Delete, widget=bench.canvas)
    bench.actions["find_rate"].trigger()
    assert "cannot be run yet" in finder(at_work).words.text()
    assert finder(at_work).question() is None


def test_the_question_is_that_of_the_menu(at_work: Person) -> None:
    shown = finder(at_work)
    shown.choose_steps(100)
    at_work.bench.actions["find_rate"].trigger()
    assert shown.question() == RateRange(steps=100, attempt=1)
    wait(at_work)


def test_after_a_run_it_says_whose_rate_it_is_and_offers_fresh_weights(at_work: Person) -> None:
    at_work.bench.window.resize(1280, 800)
    at_work.run_to_the_end()
    before = weights(at_work)
    at_work.bench.actions["find_rate"].trigger()
    shown = wait(at_work)
    assert shown.header.note == "step 45"
    assert "going on from step 45" in shown.note.text()
    assert shown.note.isVisible()
    assert "Try fresh weights" in shown.note.text()
    first = shown.answer
    shown.note.setFocus()
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return):  # to the link, and along it
        QTest.keyClick(shown.note, key)
    at_work.qtbot.waitUntil(lambda: shown.answer is not first and not shown.is_computing, timeout=PATIENCE)
    assert shown.header.note == "fresh weights"
    assert "For a new run, which Reset begins" in shown.note.text()
    assert "Try fresh" not in shown.note.text()
    assert first is not None
    assert shown.answer is not None
    assert shown.answer.losses[0] > first.losses[0], "what has learnt begins with a smaller loss"
    after = weights(at_work)
    assert all(np.array_equal(after[name], array) for name, array in before.items())
    at_work.bench.actions["reset"].trigger()
    at_work.bench.actions["find_rate"].trigger()
    at_work.qtbot.waitUntil(lambda: shown.answer is not None and shown.header.note == "untrained", timeout=PATIENCE)
    assert "fresh" not in shown.note.text()
    assert "step" not in shown.note.text()
