"""A run that is ruined without ever being NaN says so where it ends or pauses, and nothing green contradicts it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from deepviz.document.project import Project
from deepviz.engine import stopping
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.theme import DARK
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps, wait_for_step

OFFER = "Divide the learning rate by 10"


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
    return f"The training loss has grown: {mean:.4g} in epoch {epoch}, and {first:.4g} at the beginning. "


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
    assert person.project.plan.optimizer.learning_rate == pytest.approx(10.0)
    assert (person.notice, bench.controller.status) == ("", "idle")
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


def test_a_diverged_run_leaves_no_green_dot(open_window: OpenWindow) -> None:
    project = ruined(learning_rate=1e6, epochs=200)
    optimizer = project.plan.optimizer.changed(weight_decay=100.0)
    person = open_window(replace(project, plan=replace(project.plan, optimizer=optimizer)))
    person.press(person.bench.top_bar.run_button)
    person.reach("diverged")
    assert person.bench.readiness.text().startswith("Network: no problems · ")
    assert DARK.good not in dot_colors(person)
