"""Run to… takes the run exactly to the end of an epoch or to a step, and pauses there."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.gui.actions import ROWS
from deepviz.gui.amounts import thousands
from deepviz.gui.panels.stop_panel import Course, StopPanel
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def opened(person: Person) -> StopPanel:
    person.key(Qt.Key.Key_F10, CONTROL_SHIFT, person.bench.window)
    QApplication.processEvents()
    return person.bench.stop_panel


def wait(person: Person, step: int) -> None:
    controller = person.bench.controller
    person.qtbot.waitUntil(lambda: controller.step_count == step and not controller.is_running, timeout=PATIENCE)


def test_it_is_in_the_menu_with_its_key() -> None:
    row = next(row for row in ROWS if row.key == "run_to")
    assert (row.menu, row.shortcuts) == ("Training", ("Ctrl+Shift+F10",))


def test_the_first_run_goes_to_the_end_of_an_epoch(person: Person) -> None:
    panel = opened(person)
    assert panel.isVisible()
    per_epoch = person.bench.controller.progress.steps_per_epoch
    assert panel.step == per_epoch
    QTest.keyClicks(panel.number, "2")
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    wait(person, 2 * per_epoch)
    assert person.bench.controller.status == "paused"
    assert person.bench.controller.history.epochs[-1] == 2


def test_after_a_change_of_the_batch_size_it_still_ends_with_an_epoch(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=6))
    bench, controller = person.bench, person.bench.controller
    controller.step(4)
    wait(person, 4)
    before = controller.progress.steps_per_epoch
    run = bench.editor.project.plan.run
    plan = replace(bench.editor.project.plan, run=run.changed(batch_size=2 * run.batch_size))
    bench.editor.apply("Larger batches", lambda project: edits.set_plan(project, plan))
    person.qtbot.waitUntil(lambda: controller.progress.steps_per_epoch < before, timeout=PATIENCE)
    panel = opened(person)
    assert panel.number.value() == 1
    QTest.keyClicks(panel.number, "3")
    step = panel.step
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    wait(person, step)
    epochs = controller.history.epochs
    assert epochs[-1] == 3
    controller.step(1)
    wait(person, step + 1)
    assert controller.history.epochs[-1] == 4, "that was the very last step of epoch 3"


def test_a_finished_run_goes_on_as_it_does_with_run(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=2))
    person.run_to_the_end()
    end = person.bench.controller.step_count
    panel = opened(person)
    assert panel.number.value() == 3
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    wait(person, end + person.bench.controller.progress.steps_per_epoch)
    assert person.bench.controller.status == "paused"


def test_with_a_network_that_cannot_run_the_message_says_why(person: Person) -> None:
    person.bench.commands.edit("Delete", lambda project: edits.delete(project, ["loss_1"]))
    panel = opened(person)
    assert not panel.isVisible()
    assert person.bench.controller.step_count == 0


def test_while_it_runs_it_can_be_told_where_to_pause(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=100_000))
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count > 5, timeout=PATIENCE)
    panel, goal = opened(person), 0
    panel.unit.setFocus()
    QTest.keyClick(panel.unit, "s")
    while panel.isVisible():  # what is over by the time that it is typed is told, and nothing is done
        assert person.bench.controller.is_running
        goal = person.bench.controller.step_count + 2 * (goal or 250)
        panel.number.selectAll()
        QTest.keyClicks(panel.number, str(goal))
        QTest.keyClick(panel.number, Qt.Key.Key_Return)
    person.qtbot.waitUntil(lambda: not person.bench.controller.is_running, timeout=PATIENCE)
    assert person.bench.controller.step_count >= goal


def test_what_is_offered_follows_the_run(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=100_000))
    controller = person.bench.controller
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: controller.step_count > 5, timeout=PATIENCE)
    panel = opened(person)
    first, words = panel.step, panel.words.said
    person.qtbot.waitUntil(lambda: panel.step > first, timeout=PATIENCE)
    assert panel.words.said != words
    assert panel.go_button.isEnabled()
    QTest.keyClick(panel.number, Qt.Key.Key_Escape)
    assert controller.is_running


def test_a_step_that_the_run_has_passed_meanwhile_pauses_it_and_is_told(open_window: OpenWindow) -> None:
    """What the sheet knows of the run is a little older than the run."""
    person = open_window(small_project(epochs=100_000))
    controller = person.bench.controller
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: controller.step_count > 40, timeout=PATIENCE)
    panel = opened(person)
    was = replace(panel.course_now() or Course(0, 1, 0, 0), steps=10)
    panel.course_now = lambda: was
    panel.unit.setFocus()
    QTest.keyClick(panel.unit, "s")
    panel.number.selectAll()
    QTest.keyClicks(panel.number, "20")
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert not panel.isVisible()
    person.qtbot.waitUntil(lambda: controller.status == "paused", timeout=PATIENCE)
    made = thousands(controller.step_count - 1)  # as with Pause, one more step is made, which is watched
    assert person.notice == (
        f"The run had made step {made} already when it was told to pause after step 20, so it paused at once. Resume "
        "goes on from there."
    )


def test_a_step_that_is_reached_is_not_said_to_be_passed(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=100_000))
    panel = opened(person)
    panel.unit.setFocus()
    QTest.keyClick(panel.unit, "s")
    panel.number.selectAll()
    QTest.keyClicks(panel.number, "7")
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    wait(person, 7)
    controller = person.bench.controller
    controller.step(3)  # from where it paused, past that step: nobody has passed it
    wait(person, 10)
    assert person.notice == ""
