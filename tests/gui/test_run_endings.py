"""A run that ends early, best weights, and a plan that changes while a run is on: in a whole window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepviz.document.project import Project
from deepviz.engine import metrics, stopping
from deepviz.gui.settings import SCHEDULE_LOG, Settings
from deepviz.training.run_plan import RunPlan
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps

PER_EPOCH = 15
NEVER_BETTER = stopping.Patience(patience=2, min_delta=100.0)
"""The first epoch is the best; the run ends after two more."""


def project_with(keep_best: bool = False, epochs: int = 6, **plan: Any) -> Project:
    project = small_project(epochs=epochs, keep_best=keep_best)
    return replace(project, plan=replace(project.plan, **plan))


def choose_schedule(person: Person, label: str) -> None:
    person.bench.window.show_tab("Training")
    person.choose_in(person.bench.training_panel.schedule_list, label)


def switch(person: Person, box: Any) -> None:
    """Press a switch of the Training page with the keyboard."""
    person.bench.window.show_tab("Training")
    person.bench.training_panel.ensureWidgetVisible(box)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)


def test_a_run_that_stops_early_says_why_and_goes_on_anyway(open_window: OpenWindow) -> None:
    person = open_window(project_with(stopping=(NEVER_BETTER,)))
    person.bench.window.resize(1440, 900)  # room for the reason at the bottom
    person.run_to_the_end()
    bench, history = person.bench, person.bench.controller.history
    assert len(history) == 3 * PER_EPOCH
    first = history.column("validation_loss")[1][0]
    reason = f"the validation loss has not become better than {first:.6g} for 2 epochs"
    assert person.notice == f"Stopped early after epoch 3: {reason}."
    assert person.offers == ["Go on anyway"]
    assert bench.status.figures.startswith(f"Stopped early after epoch 3: {reason}  ·  epoch 3 of 6")
    assert history.events == ((3 * PER_EPOCH, f"stopped early: {reason}"),)
    assert "stopped early: " in bench.views.views["loss"].hover_text(3 * PER_EPOCH)
    person.take_offer("Go on anyway")
    assert person.notice == ""
    person.qtbot.waitUntil(lambda: len(bench.controller.history) == 6 * PER_EPOCH)
    person.reach("finished")
    assert person.notice == "", "nothing to say about a run that has simply come to its end"
    whole = [record.values["loss"] for record in RunPlan.of(project_with()).trainer().steps()]
    assert bench.controller.history.column("loss")[1].tolist() == whole


def test_what_was_said_goes_when_the_run_button_goes_on(open_window: OpenWindow) -> None:
    person = open_window(project_with(stopping=(stopping.StepLimit(steps=20),)))
    person.run_to_the_end()
    assert person.notice == "Stopped early after step 20: the limit of 20 steps is reached."
    person.press(person.bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: person.bench.controller.step_count == 6 * PER_EPOCH)
    person.reach("finished")
    assert person.notice == ""


def test_the_best_weights_are_named_marked_and_exported(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(project_with(True, 5))
    person.bench.learning_rate.set_value(1.0)  # much too fast: the loss goes up and down
    person.run_to_the_end()
    history, plot = person.bench.controller.history, person.bench.views.views["loss"]
    steps, losses = history.column("validation_loss")
    step, loss = int(steps[losses.argmin()]), float(losses.min())
    assert step < 5 * PER_EPOCH, "otherwise the last weights are the best ones, and nothing is shown by this"
    assert history.best == (step, loss)
    epoch = step // PER_EPOCH
    assert person.notice == (
        f"Training is done. The best weights, of epoch {epoch} (validation loss {loss:.4g}), "
        "are the result: Export takes them."
    )
    place = plot.best_place()  # type: ignore[attr-defined]
    assert place.x() == pytest.approx(plot.area.x_pixel(step))
    assert place.y() == pytest.approx(plot.area.y_pixel(loss))
    assert "best weights" in plot.hover_text(step)
    assert person.bench.files.export_to(tmp_path / "best.npz")
    assert f"the weights of step {step} " in person.notice
    trainer = RunPlan.of(person.project).trainer()
    for record in trainer.steps():
        if record.step == step:
            break
    with np.load(tmp_path / "best.npz") as exported:
        np.testing.assert_array_equal(exported["dense_1/W"], trainer.network.parameters["dense_1/W"])
    switch(person, person.bench.training_panel.run_form.field("keep_best").control)
    assert history.best is None
    assert plot.best_place() is None  # type: ignore[attr-defined]
    assert person.bench.files.export_to(tmp_path / "last.npz")
    person.undo()
    assert history.best == (step, loss), "they were only out of sight"


def test_a_paused_run_goes_on_by_another_schedule(open_window: OpenWindow) -> None:
    person = open_window(project_with())
    train_steps(person, 20)
    choose_schedule(person, "Exponential decay")
    controller = person.bench.controller
    assert controller.status == "paused"
    assert person.notice == ""
    noted = ((20, "schedule Constant → Exponential decay"),)
    person.qtbot.waitUntil(lambda: controller.history.events == noted, timeout=PATIENCE)
    train_steps(person, 5)
    rates = controller.history.column("learning_rate")[1]
    expected = [0.01] * 20 + [0.01 * 0.01 ** (step / (6 * PER_EPOCH)) for step in range(20, 25)]
    assert rates == pytest.approx(expected)
    person.undo()
    undone = (25, "schedule Exponential decay → Constant")
    person.qtbot.waitUntil(lambda: controller.history.events[-1] == undone, timeout=PATIENCE)
    assert controller.step_count == 25


def test_a_run_that_was_stopped_goes_on_by_another_plan(open_window: OpenWindow) -> None:
    person = open_window(project_with())
    train_steps(person, 20)
    person.bench.controller.stop()
    choose_schedule(person, "Exponential decay")
    switch(person, person.bench.training_panel.stopping.switches["StepLimit"])
    person.type_value(person.bench.training_panel.stopping.forms["StepLimit"], "steps", "22")
    assert person.bench.controller.status == "stopped"
    assert person.bench.controller.history.events == ((20, "schedule Constant → Exponential decay"),)
    person.run_to_the_end()
    assert person.bench.controller.step_count == 22
    assert "Stopped early after step 22" in person.notice


def test_whether_the_best_weights_are_kept_can_be_changed_after_a_run(open_window: OpenWindow) -> None:
    person = open_window(project_with(True))
    controller = person.bench.controller
    train_steps(person, PER_EPOCH + 5)
    controller.stop()
    assert controller.result_step == PER_EPOCH
    switch(person, person.bench.training_panel.run_form.field("keep_best").control)
    checkpoint = controller.checkpoint()
    assert checkpoint is not None
    assert (controller.result_step, checkpoint.result_step) == (PER_EPOCH + 5, PER_EPOCH + 5)
    person.undo()
    assert controller.result_step == PER_EPOCH


def test_rules_that_cannot_be_followed_do_not_disturb_a_run(open_window: OpenWindow) -> None:
    rule = stopping.Target(monitor="validation_F1", target=2.0)
    person = open_window(project_with(metrics=(metrics.F1(),), stopping=(rule,)))
    train_steps(person, 3)
    switch(person, person.bench.training_panel.metrics.switches["F1"])
    assert "validation F1" in person.problems[0]
    assert person.bench.controller.step_count == 3
    person.undo()
    assert person.problems == []
    train_steps(person, PER_EPOCH)
    assert "validation_F1" in person.bench.controller.history


def test_metrics_have_a_picture_and_numbers_once_they_are_measured(open_window: OpenWindow) -> None:
    person = open_window(project_with(metrics=(metrics.F1(), metrics.TopK(k=1))))
    person.bench.views.open("metrics")
    plot = person.bench.views.views["metrics"]
    train_steps(person, PER_EPOCH - 1)
    assert "No metric was measured" in plot.words.text()
    train_steps(person, 1)
    person.qtbot.waitUntil(lambda: plot.content.isVisible(), timeout=PATIENCE)
    history = person.bench.controller.history
    names, rows = plot.table()
    assert list(names) == ["step", "validation F1", "validation TopK(k=1)"]
    assert list(rows)[-1] == [PER_EPOCH, history.latest("validation_F1"), history.latest("validation_TopK(k=1)")]
    assert history.latest("validation_TopK(k=1)") == history.latest("validation_accuracy")
    facts = dict(person.bench.properties.facts.facts)
    assert facts["Validation F1"] == f"{history.latest('validation_F1'):.4g}"
    assert facts["Validation accuracy"] == f"{100 * history.latest('validation_accuracy'):.1f} %"
    assert facts["Learning rate"] == "0.01"
    person.bench.controller.reset()
    assert plot.words.isVisible()


def test_a_problem_of_the_plan_leads_to_the_training_page(open_window: OpenWindow) -> None:
    person = open_window(project_with(metrics=(metrics.R2(),)))
    person.bench.checking.toggle_list()
    card = next(card for card in person.bench.checking.panel.cards if not card.isHidden())
    assert card.place.text() == "Show the Training page"
    for press in (lambda: QTest.mouseClick(card.place, Qt.MouseButton.LeftButton), lambda: _enter(card)):
        person.bench.window.show_tab("Data")
        press()
        assert person.bench.training_panel.isVisible()


def _enter(card: Any) -> None:
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)


def test_the_axis_of_the_preview_is_remembered(open_window: OpenWindow, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "kept.ini")
    person = open_window(project_with(), settings)
    preview = person.bench.training_panel.schedule_preview
    switch(person, preview.log_button)
    assert settings.get(SCHEDULE_LOG)
    again = open_window(project_with(), settings)
    assert again.bench.training_panel.schedule_preview.plane.is_logarithmic
