"""The timeline: every view goes back to a kept step, and a new run branches off there, bit for bit the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.run_repeats import branch
from deepviz.training.checkpoint import Checkpoint
from tests.e2e.window import LEFT, PATIENCE, OpenWindow, Person, small_project


def train(person: Person, steps: int) -> None:
    controller = person.bench.controller
    goal = controller.step_count + steps
    controller.step(steps)
    person.qtbot.waitUntil(lambda: controller.step_count == goal and not controller.is_running, timeout=PATIENCE)


def state_now(person: Person) -> TrainerState:
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return checkpoint.state


def set_rate(project: Project, rate: float) -> Project:
    return edits.set_optimizer(project, project.plan.optimizer.changed(learning_rate=rate))


@pytest.fixture
def trained(open_window: OpenWindow) -> Person:
    """Somebody whose run has kept the steps 0, 5, 9 and 14, and perhaps some between them."""
    person = open_window(small_project(epochs=50))
    for steps in (5, 4, 5):
        train(person, steps)
    return person


def same(one: TrainerState, other: TrainerState) -> bool:
    pairs = [(one.weights[name], other.weights[name]) for name in one.weights]
    for key, twin in one.optimizer_vectors.items():
        pairs += [(twin[name], other.optimizer_vectors[key][name]) for name in twin]
    return one.step == other.step and all((a == b).all() for a, b in pairs)


def test_steps_after_which_it_stopped_are_kept(trained: Person) -> None:
    steps = trained.bench.controller.moments.timeline.steps
    assert {0, 5, 9, 14} <= set(steps)
    timeline = trained.bench.live_bar.timeline
    assert timeline.slider.isEnabled()
    assert timeline.slider.maximum() == len(steps) - 1, "and now"
    assert timeline.label.text() == "step 14 · now"
    assert not timeline.branch_button.isEnabled()


def test_before_there_is_a_run_there_is_no_timeline(person: Person) -> None:
    assert not person.bench.live_bar.timeline.slider.isEnabled()


def test_the_slider_takes_all_views_back(trained: Person) -> None:
    bench = trained.bench
    bench.views.open("accuracy")
    timeline, history = bench.live_bar.timeline, bench.controller.history
    timeline.slider.setFocus()
    trained.key(Qt.Key.Key_Home, widget=timeline.slider)
    for _ in range(bench.controller.moments.timeline.steps.index(5)):
        trained.key(Qt.Key.Key_Right, widget=timeline.slider)
    assert bench.controller.moments.chosen == 5
    assert all(view.moment == 5 for view in bench.views.views.values())
    assert timeline.label.text() == "step 5 of 14"
    picture = bench.controller.gradient_picture()
    assert picture.loss == history.at("loss", 5)
    assert picture.nodes["dense_1"] == history.at("gradient_norm", 5)[0]
    flows = history.at("gradient_flow", 5)
    edge = next(edge for edge in picture.edges if edge.source == "dense_1")
    number = [target for _, target, _ in history.edges].index(edge.target)
    assert picture.edges[edge] == flows[number]
    card = bench.canvas.network.node_items()["loss_1"]
    assert card.live.trace is not None
    assert card.live.trace.history.tolist() == history.column("loss")[1][:5].tolist()
    assert card.live.trace.headline == f"loss {picture.loss:.3f}"
    trained.qtbot.mouseClick(timeline.live_button, LEFT)
    assert bench.controller.moments.chosen is None
    assert all(view.moment is None for view in bench.views.views.values())
    assert bench.controller.gradient_picture().loss == history.latest("loss")


def test_while_it_goes_on_the_moment_stays(trained: Person) -> None:
    bench = trained.bench
    bench.controller.moments.choose(9)
    train(trained, 3)
    assert bench.controller.moments.chosen == 9
    assert bench.live_bar.timeline.label.text() == "step 9 of 17"
    assert bench.controller.gradient_picture().loss == bench.controller.history.at("loss", 9)


def test_a_branch_goes_on_bit_for_bit_as_the_run_did(trained: Person) -> None:
    controller = trained.bench.controller
    end, losses = state_now(trained), controller.history.column("loss")[1].tolist()
    left: list[Checkpoint] = []
    controller.leaving.connect(lambda checkpoint, how: left.append(checkpoint) if how == "branched" else None)
    timeline = trained.bench.live_bar.timeline
    timeline.slider.setValue(controller.moments.timeline.steps.index(5))
    trained.qtbot.mouseClick(timeline.branch_button, LEFT)
    assert controller.step_count == 5
    assert controller.status == "paused"
    assert controller.moments.chosen is None
    assert controller.history.steps.tolist() == [1, 2, 3, 4, 5]
    assert controller.moments.timeline.steps[-1] == 5
    assert [checkpoint.state.step for checkpoint in left] == [14], "the other run is not lost"
    assert len(left[0].history) == 14
    train(trained, 9)
    assert same(state_now(trained), end)
    assert controller.history.column("loss")[1].tolist() == losses


def test_settings_go_back_to_what_they_were_there(trained: Person) -> None:
    bench = trained.bench
    before = bench.editor.project.plan.optimizer.learning_rate
    bench.editor.apply("faster", lambda project: set_rate(project, 0.5))
    trained.qtbot.waitUntil(lambda: bool(bench.controller.history.events), timeout=PATIENCE)
    assert bench.controller.history.events[-1] == (14, f"learning rate {before:g} → 0.5")
    train(trained, 4)
    bench.editor.apply("slower", lambda project: set_rate(project, 0.001))
    train(trained, 4)
    end = state_now(trained)
    bench.controller.moments.choose(18)
    branch(bench.controller, bench.editor, 18)
    assert bench.editor.project.plan.optimizer.learning_rate == 0.5
    assert bench.controller.history.events == ((14, f"learning rate {before:g} → 0.5"),)
    bench.editor.apply("slower", lambda project: set_rate(project, 0.001))
    train(trained, 4)
    assert same(state_now(trained), end)
    branch(bench.controller, bench.editor, 9)
    assert bench.editor.project.plan.optimizer.learning_rate == before
    bench.editor.undo_stack.undo()
    assert bench.editor.project.plan.optimizer.learning_rate == 0.001, "and undo takes it back"


def test_a_step_that_was_not_kept_cannot_be_chosen(trained: Person) -> None:
    trained.bench.controller.moments.choose(700)
    assert trained.bench.controller.moments.chosen is None
    assert not branch(trained.bench.controller, trained.bench.editor, 700)
    assert trained.bench.controller.step_count == 14


def test_reset_begins_a_timeline_of_its_own(trained: Person) -> None:
    trained.bench.controller.moments.choose(5)
    trained.bench.controller.reset()
    assert trained.bench.controller.moments.chosen is None
    assert not trained.bench.live_bar.timeline.slider.isEnabled()
    train(trained, 2)
    assert trained.bench.controller.moments.timeline.steps[-1] == 2


def test_while_it_runs_states_are_kept_by_themselves(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=100_000))
    controller = person.bench.controller
    controller.run()
    person.qtbot.waitUntil(lambda: len(controller.moments.timeline.steps) >= 4, timeout=PATIENCE)
    controller.pause()
    person.qtbot.waitUntil(lambda: not controller.is_running, timeout=PATIENCE)
    QApplication.processEvents()
    for step in controller.moments.timeline.steps[1:]:
        kept = controller.moments.timeline.at(step)
        assert kept is not None
        assert controller.history.at("gradient_flow", step) is not None
        watched = controller.history.column("gradient_flow")[0]
        assert step in watched, "a kept step was looked at from all sides"
    twin = open_window(replace(small_project(epochs=100_000), name="twin"))
    goal = controller.moments.timeline.steps[1]
    train(twin, goal)
    kept = controller.moments.timeline.at(goal)
    assert kept is not None
    np.testing.assert_array_equal(state_now(twin).weights["dense_1/W"], kept.weights["dense_1/W"])


def test_run_to_stops_there(person: Person) -> None:
    controller = person.bench.controller
    controller.run_to(11)
    person.qtbot.waitUntil(lambda: controller.status == "paused" and controller.step_count == 11, timeout=PATIENCE)
    controller.run_to(4)
    person.qtbot.waitUntil(lambda: controller.status == "paused", timeout=PATIENCE)
    assert controller.step_count == 11


def test_cards_without_parameters_show_the_course_of_what_came_back_to_them(trained: Person) -> None:
    bench, history = trained.bench, trained.bench.controller.history
    number = [source for source, _, _ in history.edges].index("tanh_1")
    expected = history.column("gradient_flow")[1][:, number]
    assert len(expected) >= 3
    trace = bench.canvas.network.node_items()["tanh_1"].live.trace
    assert trace is not None
    np.testing.assert_array_equal(trace.history, expected)
    assert trace.value == "", "the edge behind it shows its size"
    assert bench.canvas.network.node_items()["dense_1"].live.trace.value
    bench.controller.moments.choose(5)
    trace = bench.canvas.network.node_items()["tanh_1"].live.trace
    assert trace is not None
    np.testing.assert_array_equal(trace.history, expected[: len(trace.history)])
    assert len(trace.history) < len(expected)
