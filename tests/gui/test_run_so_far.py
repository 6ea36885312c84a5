"""What is said of a run ahead while it goes on: its length and its learning rate, as the trainer has them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine.schedule import Schedule
from deepviz.engine.schedules.constant import Constant
from deepviz.engine.schedules.cosine_decay import CosineDecay
from deepviz.engine.schedules.reduce_on_plateau import ReduceOnPlateau
from deepviz.gui.panels.schedule_curve import RunAhead
from deepviz.gui.run_so_far import run_so_far
from deepviz.training.changes import Change
from deepviz.training.replay import Replay
from tests.e2e.faults_stage import weights_of
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import press_shortcut, train_steps, wait_for_step


def with_cosine(project: Project) -> Project:
    plan = project.plan
    return edits.set_plan(project, type(plan)(plan.optimizer, plan.run, schedule=CosineDecay(warmup_steps=4)))


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """Six epochs of 480 samples in batches of 32: 90 steps, with a cosine over all of them."""
    return open_window(with_cosine(small_project(epochs=6)))


def type_batch(person: Person, size: str) -> None:
    """Type another size of batches into the Training page."""
    person.bench.window.show_tab("Training")
    field = person.bench.training_panel.run_form.field("batch_size").control
    field.setFocus()
    press_shortcut("Ctrl+A", field)
    QTest.keyClicks(field, size)
    QTest.keyClick(field, Qt.Key.Key_Return)


def run_of(person: Person) -> RunAhead:
    run = person.bench.training_panel.schedule_preview.plane.run
    assert run is not None
    return run


def test_before_a_run_all_of_it_is_planned(person: Person) -> None:
    facts = person.bench.training_panel.facts
    assert (facts.value("Steps in all"), run_of(person).so_far) == ("90", None)


def test_after_another_batch_size_steps_in_all_are_those_made_and_those_to_come(person: Person) -> None:
    """After 20 of 90 steps: 480 - 5 x 32 = 320 samples are left of epoch 2. Of 100 each: 4 steps, then 4 x 5."""
    train_steps(person, 20)
    type_batch(person, "100")
    panel, progress = person.bench.training_panel, person.bench.controller.progress
    assert panel.facts.value("Steps in an epoch") == "5"
    assert panel.facts.value("Steps in all") == str(20 + 4 + 4 * 5)
    person.qtbot.waitUntil(lambda: progress.total_steps == 44, timeout=PATIENCE)
    assert run_of(person).total_steps == 44


def test_what_was_planned_in_mid_run_is_what_the_run_then_does(person: Person) -> None:
    controller = person.bench.controller
    train_steps(person, 20)
    type_batch(person, "100")
    train_steps(person, 1)  # the change has come into force
    ahead = run_of(person)
    assert ahead.so_far is not None
    assert ahead.so_far.steps == 21
    planned = [ahead.rate_at(step) for step in range(44)]
    press_shortcut("F5", person.bench.window)
    person.qtbot.waitUntil(lambda: controller.status == "finished", timeout=PATIENCE)
    steps, rates = controller.history.column("learning_rate")
    assert steps.tolist() == list(range(1, 45))
    assert np.allclose(planned, rates, rtol=1e-12, atol=0)


def test_the_curve_joins_what_was_to_what_is_to_come(person: Person) -> None:
    train_steps(person, 20)
    ahead = run_of(person)
    epochs, rates = ahead.points
    base = person.project.plan.optimizer.learning_rate
    assert len(epochs) == 90
    assert (np.diff(epochs) > 0).all()
    # Warm-up over 4 steps to the full rate, then half a cosine over the 86 others.
    steps = np.arange(90)
    wave = (1 + np.cos(np.pi * np.clip(steps - 4, 0, None) / 86)) / 2
    assert np.allclose(rates, base * np.minimum(steps / 4, 1) * wave, rtol=1e-9)
    assert "as planned" in person.bench.training_panel.schedule_preview.title.said


def test_another_learning_rate_moves_only_what_is_to_come(person: Person) -> None:
    person.bench.window.show_tab("Training")
    train_steps(person, 20)
    before = run_of(person).points[1]
    optimizer = person.project.plan.optimizer
    edit = partial(edits.set_optimizer, optimizer=optimizer.changed(learning_rate=optimizer.learning_rate / 2))
    person.bench.editor.apply("Change learning rate", edit)
    after = run_of(person).points[1]
    assert after[:20].tolist() == before[:20].tolist()
    assert np.allclose(after[20:], before[20:] / 2, rtol=1e-12)


def test_a_run_that_went_on_for_more_epochs_is_as_long_as_both(person: Person) -> None:
    controller, panel = person.bench.controller, person.bench.training_panel
    person.bench.window.show_tab("Training")
    for steps in (90, 180):
        press_shortcut("F5", person.bench.window)
        person.qtbot.waitUntil(
            lambda steps=steps: controller.status == "finished" and controller.step_count == steps, timeout=PATIENCE
        )
        assert panel.facts.value("Steps in all") == str(steps)
        assert panel.schedule_preview.title.said == "Learning rate as it was"
    person.bench.actions["reset"].trigger()
    assert panel.facts.value("Steps in all") == "90"
    assert run_so_far(controller, person.bench.editor) is None


def test_what_is_stopped_beyond_the_planned_epochs_is_not_in_epoch_4_of_3(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=3))
    controller, bench = person.bench.controller, person.bench
    person.run_to_the_end()
    train_steps(person, 5)
    bench.actions["stop"].trigger()
    assert (controller.step_count, controller.progress.epochs) == (50, 6)
    assert bench.top_bar._epoch.text() == "epoch 4 of 6"
    assert controller.progress.total_steps == 90
    person.press(bench.top_bar.run_button)
    person.qtbot.waitUntil(lambda: controller.status == "finished", timeout=PATIENCE)
    assert controller.step_count == 90, "so it is"


def test_nobody_works_out_a_plan_that_cannot_be_seen_and_it_is_there_when_it_can(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project(epochs=4))
    panel = person.bench.training_panel
    person.bench.window.show_tab("Layer")
    shown: list[object] = []
    monkeypatch.setattr(panel.schedule_preview, "show_run", shown.append)
    train_steps(person, 7)
    assert shown == []
    person.bench.window.show_tab("Training")
    assert len(shown) == 1
    train_steps(person, 1)
    assert len(shown) > 1


def set_plan(person: Person, **parts: object) -> None:
    person.bench.editor.apply(
        "Change the plan", lambda project: edits.set_plan(project, replace(project.plan, **parts))
    )


def test_a_plateau_takes_nothing_over_from_a_schedule_that_was_before_it(open_window: OpenWindow) -> None:
    person = open_window(with_cosine(small_project(epochs=6)))
    person.bench.window.show_tab("Training")
    train_steps(person, 60)
    set_plan(person, schedule=ReduceOnPlateau())
    controller, rate = person.bench.controller, person.project.plan.optimizer.learning_rate
    assert run_of(person).rate_at(60) == rate, "the cosine had come down, and that is none of its doing"
    assert np.allclose(run_of(person).points[1][60:], rate)
    train_steps(person, 1)
    assert controller.history.column("learning_rate")[1][-1] == rate


def test_a_fall_that_is_decided_at_the_end_of_an_epoch_is_planned_for_the_next_step(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=9))
    person.bench.window.show_tab("Training")
    schedule, optimizer = ReduceOnPlateau(patience=1, decay_factor=0.5), person.project.plan.optimizer
    set_plan(person, schedule=schedule, optimizer=optimizer.changed(learning_rate=0.05))
    controller, planned, used = person.bench.controller, [], []
    for epoch in range(1, 9):
        controller.step_epoch()
        wait_for_step(person, 15 * epoch)
        planned.append(run_of(person).rate_at(15 * epoch))
        train_steps(person, 1)
        used.append(float(controller.history.column("learning_rate")[1][-1]))
    assert planned == used
    assert len(set(used)) > 1, "it has fallen"


def test_a_schedule_that_comes_back_after_the_same_step_still_knows_what_it_knew(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=9))
    person.bench.window.show_tab("Training")
    plateau = ReduceOnPlateau(patience=1, decay_factor=0.5, min_delta=1e6)
    set_plan(person, schedule=plateau)
    train_steps(person, 15 * 4)
    rate = person.project.plan.optimizer.learning_rate
    assert run_of(person).rate_at(60) == rate * 0.5**3
    set_plan(person, schedule=CosineDecay())
    set_plan(person, schedule=plateau)
    assert run_of(person).rate_at(60) == rate * 0.5**3
    person.bench.actions["stop"].trigger()
    assert run_of(person).rate_at(60) == rate * 0.5**3, "also from what the run has left"
    train_steps(person, 1)
    assert person.bench.controller.history.column("learning_rate")[1][-1] == rate * 0.5**3


def test_fewer_epochs_than_have_begun_end_with_the_one_under_way(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=100))
    controller, bench = person.bench.controller, person.bench
    train_steps(person, 50)
    set_plan(person, run=person.project.plan.run.changed(epochs=1))
    person.qtbot.waitUntil(lambda: controller.progress.total_steps == 60, timeout=PATIENCE)
    assert controller.status == "paused"
    assert bench.top_bar._epoch.text() == "epoch 4 of 4"
    controller.run()
    person.qtbot.waitUntil(lambda: controller.status == "finished", timeout=PATIENCE)
    assert (controller.step_count, bench.top_bar._epoch.text()) == (60, "epoch 4 of 4")
    assert "epoch 4 of 4" in bench.status.figures
    assert controller.ending is not None
    assert controller.ending.epoch == 4
    set_plan(person, run=person.project.plan.run.changed(epochs=2))
    assert (controller.progress.epochs, bench.top_bar._epoch.text()) == (4, "epoch 4 of 4")
    controller.run()
    person.qtbot.waitUntil(lambda: controller.status == "finished" and controller.step_count == 90, timeout=PATIENCE)
    assert bench.top_bar._epoch.text() == "epoch 6 of 6"


def test_other_epochs_are_a_mark_whether_or_not_the_schedule_spreads_over_them(person: Person) -> None:
    controller = person.bench.controller
    train_steps(person, 20)
    set_plan(person, run=person.project.plan.run.changed(epochs=1000))
    person.qtbot.waitUntil(lambda: bool(controller.history.events), timeout=PATIENCE)
    assert controller.history.events == ((20, "epochs 6 → 1\u202f000"),)
    set_plan(person, schedule=Constant())
    train_steps(person, 1)
    set_plan(person, run=person.project.plan.run.changed(epochs=3))
    train_steps(person, 1)
    assert controller.history.changes[-1][0] == 21
    assert controller.history.events[-1] == (21, "epochs 1\u202f000 → 3")
    person.undo()
    train_steps(person, 1)
    assert controller.history.events[-1] == (22, "epochs 3 → 1\u202f000")


@pytest.mark.parametrize("schedule", [CosineDecay(warmup_steps=4), Constant()], ids=lambda each: each.key)
def test_training_on_is_a_mark(person: Person, schedule: Schedule) -> None:
    set_plan(person, schedule=schedule)
    controller = person.bench.controller
    person.run_to_the_end()
    controller.run()
    person.qtbot.waitUntil(lambda: controller.status == "finished" and controller.step_count == 180, timeout=PATIENCE)
    assert controller.history.events == ((90, "epochs 6 → 12"),)


@pytest.mark.parametrize("schedule", [CosineDecay(warmup_steps=4), Constant()], ids=lambda each: each.key)
def test_a_run_that_was_made_longer_and_shorter_is_made_again_to_the_bit(person: Person, schedule: Schedule) -> None:
    """Longer after step 20, shorter than it has come after step 50, and on after its end with step 60."""
    set_plan(person, schedule=schedule)
    controller, editor = person.bench.controller, person.bench.editor
    train_steps(person, 20)
    set_plan(person, run=person.project.plan.run.changed(epochs=40))
    train_steps(person, 30)
    set_plan(person, run=person.project.plan.run.changed(epochs=2))
    for steps in (60, 90):
        controller.run()
        person.qtbot.waitUntil(
            lambda steps=steps: controller.status == "finished" and controller.step_count == steps,  # type: ignore[misc]
            timeout=PATIENCE,
        )
    history = controller.history
    assert history.events == ((20, "epochs 6 → 40"), (50, "epochs 40 → 2"), (60, "epochs 2 → 6"))
    assert editor.data is not None
    made = Replay.of(editor.project, editor.data, [Change.from_json(text, at) for at, text in history.changes], 90)
    trainer = made.trainer()
    assert [record.values["loss"] for record in made.steps(trainer)] == history.column("loss")[1].tolist()
    for name, array in weights_of(person).items():
        np.testing.assert_array_equal(array, trainer.network.parameters[name])
