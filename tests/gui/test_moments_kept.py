"""Moments while other things go on: what is looked at stays, and a branch leaves nothing of the run it comes from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine.optimizers.sgd import SGD
from deepviz.engine.schedules.constant import Constant
from deepviz.engine.schedules.reduce_on_plateau import ReduceOnPlateau
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.run_repeats import branch
from deepviz.training.timeline import Timeline
from tests.e2e.faults_stage import training_threads
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps


@pytest.fixture
def trained(open_window: OpenWindow) -> Person:
    """Somebody whose run has kept the steps 0, 5, 9 and 14, and others between them."""
    person = open_window(small_project(epochs=1_000_000))
    for steps in (5, 4, 5):
        train_steps(person, steps)
    return person


def thawed(project: Project, trainable: bool) -> Project:
    layer = project.graph.node("dense_1").layer.changed(trainable=trainable)
    return edits.set_layer(project, "dense_1", layer)


def state_now(person: Person) -> TrainerState:
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return checkpoint.state


def let_go(timeline: Timeline, step: int) -> None:
    """What the timeline does itself when there are too many states."""
    with timeline._lock:
        del timeline._states[step], timeline._number[step]


def test_a_moment_stays_though_the_timeline_lets_go_of_it(trained: Person) -> None:
    bench, moments = trained.bench, trained.bench.controller.moments
    moments.choose(5)
    weights = moments.timeline.at(5)
    assert weights is not None
    let_go(moments.timeline, 5)
    train_steps(trained, 3)
    assert moments.chosen == 5
    assert bench.live_bar.timeline.label.text() == "step 5 of 17"
    step, given = bench.controller.weights_later().result(0)
    assert step == 5
    assert given is not None
    np.testing.assert_array_equal(given["dense_1/W"], weights.weights["dense_1/W"])
    bench.live_bar.timeline.branch_button.click()
    assert bench.controller.step_count == 5
    np.testing.assert_array_equal(state_now(trained).weights["dense_1/W"], weights.weights["dense_1/W"])
    assert {0, 5} <= set(moments.timeline.steps) <= set(range(6))


def test_after_another_was_chosen_it_is_gone(trained: Person) -> None:
    moments = trained.bench.controller.moments
    moments.choose(5)
    let_go(moments.timeline, 5)
    moments.choose(9)
    moments.choose(5)
    assert moments.chosen == 9
    assert not branch(trained.bench.controller, trained.bench.editor, 5)


def test_a_branch_of_a_run_that_goes_on_keeps_nothing_of_it(trained: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = trained.bench.controller
    controller.run()
    trained.qtbot.waitUntil(lambda: controller.step_count > 100, timeout=PATIENCE)
    cut, ended = Timeline.cut, []

    def watched(timeline: Timeline, step: int) -> None:
        ended.append(training_threads() == [])
        cut(timeline, step)

    monkeypatch.setattr(Timeline, "cut", watched)
    assert branch(controller, trained.bench.editor, 9)
    assert ended == [True], "while it goes on, it would add states of its own"
    assert {0, 5, 9} <= set(controller.moments.timeline.steps) <= set(range(10))
    assert controller.step_count == 9


@pytest.mark.parametrize("step", [0, 9, 14])
def test_branches_at_both_ends_in_the_middle_and_twice(trained: Person, step: int) -> None:
    controller, end = trained.bench.controller, state_now(trained)
    for _ in range(2):
        assert branch(controller, trained.bench.editor, step)
        assert controller.step_count == step
        assert len(controller.history) == step
        assert controller.moments.timeline.steps[-1] == step
        if step < 14:
            train_steps(trained, 14 - step)
        assert state_now(trained).step == 14
        for name, array in end.weights.items():
            np.testing.assert_array_equal(state_now(trained).weights[name], array)


def test_a_branch_before_a_freeze_is_not_frozen_and_one_after_it_is(trained: Person) -> None:
    bench = trained.bench
    bench.editor.apply("Freeze", lambda project: thawed(project, False))
    train_steps(trained, 4)
    bench.editor.apply("Thaw", lambda project: thawed(project, True))
    train_steps(trained, 4)
    assert branch(bench.controller, bench.editor, 18)
    assert bench.editor.project.graph.node("dense_1").layer.frozen
    assert [text for _, text in bench.controller.history.events] == ["dense_1 frozen"]
    train_steps(trained, 1)
    assert np.isnan(bench.controller.history.at("gradient_norm", 19)[0])
    assert branch(bench.controller, bench.editor, 9)
    assert not bench.editor.project.graph.node("dense_1").layer.frozen
    assert bench.controller.history.events == ()
    train_steps(trained, 1)
    assert bench.controller.history.at("gradient_norm", 10)[0] > 0


def test_undo_brings_the_timeline_back_with_the_weights(trained: Person) -> None:
    kept = trained.bench.controller.moments.timeline.steps
    assert {0, 5, 9, 14} <= set(kept)
    trained.set_value("dense_1", "units", "9")
    assert trained.bench.controller.moments.timeline.steps == ()
    assert not trained.bench.live_bar.timeline.slider.isEnabled()
    trained.undo()
    assert trained.bench.controller.step_count == 14
    assert trained.bench.controller.moments.timeline.steps == kept
    assert trained.bench.live_bar.timeline.slider.isEnabled()


def test_a_branch_says_where_the_run_that_it_leaves_is(trained: Person) -> None:
    bench = trained.bench
    trained.bench.controller.moments.choose(9)
    trained.press(bench.live_bar.timeline.branch_button)
    assert trained.notice == "A new run goes on from step 9. The one that it leaves is kept under Runs."
    assert not bench.runs_dock.is_open
    trained.take_offer("Show runs")
    assert bench.runs_dock.is_open
    trained.qtbot.waitUntil(lambda: [run.steps for run in bench.runs.store.runs()] == [14], timeout=PATIENCE)


def test_the_canvas_says_of_which_step_its_gradients_are(trained: Person) -> None:
    legend = trained.bench.canvas.legend
    present = legend.height()
    assert legend.moment == ""
    trained.bench.controller.moments.choose(9)
    assert legend.moment == "at step 9"
    assert "at step 9" in legend.accessibleName()
    assert legend.height() > present
    below = trained.bench.canvas.height() - legend.geometry().bottom()
    trained.bench.window.show_workspace("build")
    assert legend.isVisible()
    trained.bench.controller.moments.choose(0)
    assert legend.moment == "at step 0"
    trained.bench.controller.moments.choose(None)
    assert legend.moment == ""
    assert legend.height() == present
    assert trained.bench.canvas.height() - legend.geometry().bottom() == below


def test_an_edit_while_it_runs_sets_the_run_aside_whole(trained: Person) -> None:
    """What the run made of its last steps must not be in its curves alone: it could not go on then."""
    controller = trained.bench.controller
    controller.run()
    trained.qtbot.waitUntil(lambda: controller.step_count > 100, timeout=PATIENCE)
    trained.set_value("dense_1", "units", "9")
    assert controller.status == "idle"
    trained.undo()
    step = state_now(trained).step
    assert controller.status == "paused"
    assert controller.history.steps.tolist() == list(range(1, step + 1))
    assert controller.moments.timeline.steps[-1] == step
    train_steps(trained, 3)
    assert controller.history.steps.tolist() == list(range(1, step + 4))


@pytest.mark.parametrize("way", ["stopped", "finished"])
def test_a_branch_from_where_other_settings_took_over_has_what_the_first_ones_knew(
    open_window: OpenWindow, way: str
) -> None:
    """The new session keeps the state that it was given, not what its own schedule makes of it."""
    # It divides the learning rate by ten after each three epochs, since nothing is good enough.
    plateau = ReduceOnPlateau(patience=3, min_delta=100.0)
    project = small_project(epochs=2 if way == "finished" else 8)
    project = edits.set_plan(project, replace(project.plan, schedule=plateau))
    twin = open_window(edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(epochs=8))))
    train_steps(twin, 100)
    expected = state_now(twin)
    person = open_window(project)
    bench, controller = person.bench, person.bench.controller
    if way == "finished":
        person.run_to_the_end()
    else:
        train_steps(person, 36)
        controller.stop()
    step = controller.step_count
    bench.editor.apply(
        "Other settings",
        lambda project: edits.set_plan(project, replace(project.plan, schedule=Constant(), optimizer=SGD())),
    )
    controller.run_to(step + 5)
    person.qtbot.waitUntil(lambda: controller.step_count == step + 5, timeout=PATIENCE)
    assert branch(controller, bench.editor, step)
    assert bench.editor.project.plan.schedule == plateau
    run = bench.editor.project.plan.run.changed(epochs=8)
    bench.editor.apply("Longer", lambda project: edits.set_plan(project, replace(project.plan, run=run)))
    controller.run_to(100)
    person.qtbot.waitUntil(lambda: controller.step_count == 100, timeout=PATIENCE)
    rates = twin.bench.controller.history.column("learning_rate")[1]
    assert len(set(rates.tolist())) == 2, "the schedule has something to remember"
    for name, array in expected.weights.items():
        np.testing.assert_array_equal(state_now(person).weights[name], array)
