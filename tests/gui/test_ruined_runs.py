"""A run that is ruined without ever being NaN says so where it ends or pauses, and nothing green contradicts it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from deepviz.document.project import Project
from deepviz.engine import stopping
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.theme import DARK
from tests.e2e.faults_stage import assert_equal, weights_of
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps, wait_for_step

STARTED = "Fresh weights, and a learning rate of {}. The run before is kept under Runs. Undo brings it back."
OFFER = "Begin again with 10"


def ruined(epochs: int = 4, learning_rate: float = 100.0, **plan: object) -> Project:
    project = small_project(epochs=epochs)
    optimizer = SGD(learning_rate=learning_rate, momentum=0.9, weight_decay=0.001)
    return replace(project, plan=replace(project.plan, optimizer=optimizer, **plan))


def expected(person: Person, epoch: int) -> str:
    """The words, by hand from the losses of the steps: all batches of the small project have the same size."""
    history = person.bench.controller.history
    _, losses = history.column("loss")
    data, size = person.bench.editor.data, person.project.plan.run.batch_size
    assert data is not None
    assert len(data.train) % size == 0
    mean, first = np.mean(losses[history.epochs == epoch], dtype=np.float64), float(losses[0])
    return f"The training loss has grown: {mean:.4g} on average in epoch {epoch}, from {first:.4g} in step 1. "


def dot_colors(person: Person) -> set[str]:
    icon = person.bench.readiness.icon().pixmap(14, 10).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = (icon.pixelColor(x, y) for x in range(icon.width()) for y in range(icon.height()))
    return {color.name() for color in pixels if color.alpha() == 255}


def test_a_ruined_run_that_is_over_says_so_and_offers_smaller_steps(open_window: OpenWindow) -> None:
    person = open_window(ruined())
    bench = person.bench
    person.run_to_the_end()
    assert bench.controller.status == "finished", "all numbers stayed finite"
    advice = "Steps that are too large do that. Try a smaller learning rate than 100."
    assert person.notice == f"Training is done. {expected(person, 4)}{advice}"
    assert person.offers == [OFFER]
    assert bench.readiness.text().startswith("Network: no problems · ")
    assert DARK.good not in dot_colors(person)
    person.take_offer(OFFER)
    assert person.project.plan.optimizer.learning_rate == 10.0
    assert bench.controller.status == "idle"
    assert person.notice == STARTED.format("10")
    assert person.offers == ["Undo"]
    assert bench.readiness.text().startswith("Ready to train")
    assert DARK.good in dot_colors(person)


def test_a_good_run_says_nothing(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=3))
    person.run_to_the_end()
    assert person.notice == ""
    assert person.bench.readiness.text().startswith("No problems · ")
    assert DARK.good in dot_colors(person)


def test_one_that_is_ended_early_says_both(open_window: OpenWindow) -> None:
    rule = stopping.Patience(patience=1, min_delta=1e6)
    person = open_window(ruined(stopping=(rule,)))
    person.run_to_the_end()
    assert person.notice.startswith("Stopped early after epoch 2: ")
    assert expected(person, 2) in person.notice
    assert person.offers == [OFFER, "Go on anyway"]


def test_where_it_pauses_it_is_told_once_an_epoch_and_taken_back_when_it_goes_on(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=40))
    bench, controller = person.bench, person.bench.controller
    per_epoch = controller.progress.steps_per_epoch
    train_steps(person, per_epoch - 1)
    assert person.notice == "", "no epoch is over"
    controller.step_epoch()
    wait_for_step(person, per_epoch)
    person.qtbot.waitUntil(lambda: person.notice != "", timeout=PATIENCE)
    assert person.notice.startswith(expected(person, 1))
    assert person.offers == [OFFER]
    bench.notice.dismiss()
    train_steps(person, 1)
    assert person.notice == "", "it was told of this epoch"
    bench.actions["reset"].trigger()
    assert bench.readiness.text().startswith("Ready to train")


def diverging() -> Project:
    project = ruined(learning_rate=1e6, epochs=200)
    optimizer = project.plan.optimizer.changed(weight_decay=100.0)
    return replace(project, plan=replace(project.plan, optimizer=optimizer))


def test_a_diverged_run_leaves_no_green_dot(open_window: OpenWindow) -> None:
    person = open_window(diverging())
    person.press(person.bench.top_bar.run_button)
    person.reach("diverged")
    assert person.bench.readiness.text().startswith("Network: no problems · ")
    assert DARK.good not in dot_colors(person)


SPOILT = "Steps with a learning rate of 100 have spoilt the weights. Begin again from fresh ones."


def set_rate(person: Person, rate: float) -> None:
    """Type another learning rate into the toolbar."""
    line = person.bench.learning_rate.line
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, f"{rate:g}")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert person.project.plan.optimizer.learning_rate == rate


def test_weights_that_a_larger_rate_has_spoilt_are_not_blamed_on_the_present_one(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=3))
    person.run_to_the_end()
    set_rate(person, 0.016)
    assert person.notice.endswith(SPOILT), "the advice follows the learning rate"
    assert person.offers == ["Begin again with 0.016"]
    person.press(person.bench.top_bar.run_button)
    person.reach("finished")
    person.qtbot.waitUntil(lambda: person.notice != "", timeout=PATIENCE)
    assert "The training loss has grown" in person.notice
    assert person.notice.endswith(SPOILT)
    assert "smaller" not in person.notice
    assert person.offers == ["Begin again with 0.016"]


def test_with_the_rate_of_before_again_the_advice_is_that_of_before(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=3))
    person.run_to_the_end()
    told, offers = person.notice, person.offers
    set_rate(person, 0.016)
    assert person.notice != told
    person.bench.actions["undo"].trigger()
    assert (person.notice, person.offers) == (told, offers)


def test_a_dismissed_message_does_not_come_back_with_another_rate(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=3))
    person.run_to_the_end()
    person.bench.notice.dismiss()
    set_rate(person, 0.016)
    assert person.notice == ""


def test_of_a_diverged_run_the_advice_follows_the_rate_and_the_button_never_divides_a_smaller_one(
    open_window: OpenWindow,
) -> None:
    person = open_window(diverging())
    person.press(person.bench.top_bar.run_button)
    person.reach("diverged")
    assert person.notice.endswith("Try a smaller learning rate than 1000000.")
    assert "Begin again with 100000" in person.offers
    set_rate(person, 0.016)
    assert person.notice.endswith("The learning rate was 1000000 then. Begin again from fresh weights.")
    assert "Begin again with 0.016" in person.offers
    person.take_offer("Begin again with 0.016")
    assert person.project.plan.optimizer.learning_rate == 0.016
    assert person.bench.controller.status == "idle"


def test_beginning_again_is_one_step_that_brings_the_run_back(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=3))
    bench, controller = person.bench, person.bench.controller
    person.run_to_the_end()
    weights, losses = weights_of(person), controller.history.column("loss")[1].copy()
    steps, count = controller.step_count, bench.editor.undo_stack.count()
    kept = controller.moments.timeline.steps
    button = next(each for each in bench.notice.findChildren(QPushButton) if each.text() == OFFER)
    assert "Fresh weights" in button.toolTip()
    assert "kept under Runs" in button.toolTip()
    person.take_offer(OFFER)
    assert bench.editor.undo_stack.count() == count + 1
    assert (controller.step_count, controller.status) == (0, "idle")
    person.take_offer("Undo")
    assert person.project.plan.optimizer.learning_rate == 100.0
    assert (controller.step_count, controller.status) == (steps, "paused")
    np.testing.assert_array_equal(controller.history.column("loss")[1], losses)
    assert_equal(weights_of(person), weights)
    assert set(kept) <= set(controller.moments.timeline.steps)
    assert person.notice == f"The run is back as it was after step {steps}."
    bench.actions["redo"].trigger()
    assert (controller.step_count, controller.status) == (0, "idle")
    assert person.project.plan.optimizer.learning_rate == 10.0
    assert person.notice == ""


def test_once_something_is_trained_again_undo_is_of_the_rate_alone(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=3))
    controller = person.bench.controller
    person.run_to_the_end()
    person.take_offer(OFFER)
    train_steps(person, 1)
    assert person.notice == "", "it is no longer so"
    person.bench.actions["undo"].trigger()
    assert controller.step_count == 1
    assert person.project.plan.optimizer.learning_rate == 100.0


def test_where_the_rate_stays_as_it_is_the_run_can_be_brought_back_too(open_window: OpenWindow) -> None:
    person = open_window(ruined(epochs=3))
    controller = person.bench.controller
    person.run_to_the_end()
    steps = controller.step_count
    set_rate(person, 0.016)
    person.take_offer("Begin again with 0.016")
    assert (controller.step_count, controller.status) == (0, "idle")
    assert "Undo" not in person.notice, "undo is of the learning rate, which was changed before"
    person.take_offer("Bring it back")
    assert (controller.step_count, controller.status) == (steps, "paused")
    assert person.project.plan.optimizer.learning_rate == 0.016, "only the run was left"
