"""What the button of the run says follows one rule, however the run has come to where it rests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepviz.document import edits
from deepviz.document.file_format import load
from deepviz.engine import stopping
from deepviz.engine.schedules.exponential_decay import ExponentialDecay
from deepviz.gui.plots.ticks import format_value
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import press_shortcut, train_steps, wait_for_step


def words(person: Person) -> str:
    assert person.bench.actions["run"].text() == person.bench.top_bar.run_button.text()
    return person.bench.top_bar.run_button.text()


def test_after_one_step_it_goes_on(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=50))
    assert words(person) == "Run"
    for number in (1, 2):
        person.bench.actions["step"].trigger()
        wait_for_step(person, number)
        assert words(person) == "Resume"
    press_shortcut("Ctrl+Z", person.bench.window)
    person.bench.actions["reset"].trigger()
    assert words(person) == "Run"


@pytest.mark.parametrize("how", ["step", "run to", "epoch", "again"])
def test_after_the_last_step_it_trains_on(open_window: OpenWindow, how: str) -> None:
    """A run that pauses after its last step has nothing to go on with: it has ended, and Train on means more."""
    person = open_window(small_project(epochs=2))
    bench, controller = person.bench, person.bench.controller
    total = controller.progress.total_steps
    if how == "step":
        controller.step(total - 1)
        wait_for_step(person, total - 1)
        assert words(person) == "Resume"
        controller.step(1)
    elif how == "run to":
        controller.run_to(total)
    elif how == "epoch":
        controller.step_epoch()
        wait_for_step(person, total // 2)
        controller.step_epoch()
    else:
        person.run_to_the_end()
        person.qtbot.waitUntil(lambda: bool(bench.runs.store.runs()), timeout=PATIENCE)  # a thread writes it
        (run,) = bench.runs.store.runs()
        bench.archive.train_again(load(bench.runs.store.file(run.id)), run)
    person.qtbot.waitUntil(lambda: controller.status == "finished", timeout=PATIENCE)
    assert controller.step_count == total
    assert words(person) == "Train on"
    assert "for 2 more epochs." in bench.top_bar.run_button.toolTip()
    if how == "again":
        person.qtbot.waitUntil(lambda: "all weights are the same" in person.notice, timeout=PATIENCE)


def test_with_a_schedule_the_bar_says_that_its_rate_is_the_base(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=50))
    rate, controller = person.bench.learning_rate, person.bench.controller
    train_steps(person, 2)
    assert (rate.label.text(), rate.label.toolTip()) == ("learning rate", "")
    plan = replace(person.project.plan, schedule=ExponentialDecay(decay_rate=0.5, decay_steps=5))
    person.bench.editor.apply("Use it", lambda project: edits.set_plan(project, plan))
    assert rate.label.text() == "base rate"
    train_steps(person, 8)
    used = float(controller.history.column("learning_rate")[1][-1])
    assert used < 0.6 * rate.value
    assert f"Now it is {format_value(used, 2)}." in rate.label.toolTip()
    assert rate.accessibleDescription() == rate.label.toolTip()
    person.bench.actions["reset"].trigger()
    assert "Now" not in rate.label.toolTip()
    person.bench.editor.undo_stack.undo()
    assert rate.label.text() == "learning rate"


@pytest.mark.parametrize(("steps_left", "said"), [(0, ("Train on", "finished")), (1, ("Resume", "paused"))])
def test_a_run_found_again_in_a_file_is_told_as_it_was_left(
    open_window: OpenWindow, tmp_path: Path, steps_left: int, said: tuple[str, str]
) -> None:
    person = open_window(small_project(epochs=2))
    total = person.bench.controller.progress.total_steps
    person.bench.controller.step(total - steps_left)
    status = "paused" if steps_left else "finished"
    controller = person.bench.controller
    wanted = (total - steps_left, status)
    person.qtbot.waitUntil(lambda: (controller.step_count, controller.status) == wanted, timeout=PATIENCE)
    assert person.bench.files.save_to(tmp_path / "kept.deepviz")
    person.bench.files.new()
    assert words(person) == "Run"
    assert person.bench.files.open(tmp_path / "kept.deepviz")
    person.qtbot.waitUntil(lambda: words(person) == said[0], timeout=PATIENCE)
    person.qtbot.waitUntil(lambda: person.bench.status.figures.startswith(said[1]), timeout=PATIENCE)
    if not steps_left:
        assert "for 2 more epochs." in person.bench.top_bar.run_button.toolTip()


def test_a_run_that_a_rule_has_ended_is_found_again_as_it_ended(open_window: OpenWindow, tmp_path: Path) -> None:
    project = small_project(epochs=6)
    rule = stopping.StepLimit(steps=20)
    person = open_window(replace(project, plan=replace(project.plan, stopping=(rule,))))
    bench, controller = person.bench, person.bench.controller
    bench.window.resize(1440, 900)  # room for the reason at the bottom
    person.run_to_the_end()
    figures = bench.status.figures
    assert figures.startswith("Stopped early after step 20: the limit of 20 steps is reached")
    assert bench.files.save_to(tmp_path / "kept.deepviz")
    bench.files.new()
    assert bench.files.open(tmp_path / "kept.deepviz")
    person.qtbot.waitUntil(lambda: words(person) == "Train on", timeout=PATIENCE)
    person.qtbot.waitUntil(lambda: bench.status.figures == figures, timeout=PATIENCE)
    no_rules = replace(person.project.plan, stopping=())
    bench.editor.apply("Without it", lambda project: edits.set_plan(project, no_rules))
    assert words(person) == "Resume", "nothing has ended it that is still wanted"
    bench.editor.undo_stack.undo()
    assert words(person) == "Train on"
    press_shortcut("F5", bench.window)
    person.qtbot.waitUntil(lambda: controller.status == "finished" and controller.step_count == 90, timeout=PATIENCE)


def test_a_run_that_went_on_to_its_end_is_found_again_as_finished(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project(epochs=2))
    bench, controller = person.bench, person.bench.controller
    for epochs in (2, 4):
        person.run_to_the_end()
        assert controller.history.epoch == epochs
    figures = bench.status.figures
    assert bench.files.save_to(tmp_path / "kept.deepviz")
    bench.files.new()
    assert bench.files.open(tmp_path / "kept.deepviz")
    person.qtbot.waitUntil(lambda: words(person) == "Train on", timeout=PATIENCE)
    person.qtbot.waitUntil(lambda: bench.status.figures == figures, timeout=PATIENCE)
    assert "epoch 4 of 4" in figures
    person.run_to_the_end()
    assert controller.history.epoch == 6
