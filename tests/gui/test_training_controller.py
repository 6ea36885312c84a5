"""The controller: commands of the window, what comes back, and what an edit does to a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.project import Project, RunSettings, TrainingPlan
from deepviz.engine.optimizers.sgd import SGD
from deepviz.engine.trainer import Trainer, TrainerState
from deepviz.gui.editor import Editor
from deepviz.gui.training_controller import TrainingController
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session

PATIENCE = 60_000


def project_of(epochs: int = 3, learning_rate: float = 0.1) -> Project:
    plan = TrainingPlan(SGD(learning_rate=learning_rate), RunSettings(batch_size=32, epochs=epochs))
    project = Project(plan=plan)
    for key, changes in (("Input", {}), ("Dense", {"units": 4}), ("Tanh", {}), ("Dense", {"units": 2})):
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return edits.append(project, edits.new_layer("SoftmaxCrossEntropy"))


@pytest.fixture
def controller(qtbot: QtBot) -> Iterator[TrainingController]:
    editor = Editor(project_of())
    made = TrainingController(editor, editor)
    made.editor = editor  # type: ignore[attr-defined] # for the tests only
    yield made
    assert made.shut_down()


def editor_of(controller: TrainingController) -> Editor:
    editor: Editor = controller.editor  # type: ignore[attr-defined]
    return editor


def reach(qtbot: QtBot, controller: TrainingController, status: str) -> None:
    qtbot.waitUntil(lambda: controller.status == status, timeout=PATIENCE)


def endless(controller: TrainingController) -> None:
    editor_of(controller).open(project_of(epochs=1_000_000))


def test_a_run_fills_the_history_with_what_the_engine_gives_without_a_window(
    qtbot: QtBot, controller: TrainingController
) -> None:
    controller.run()
    reach(qtbot, controller, "finished")
    expected = [record.values["loss"] for record in RunPlan.of(project_of()).trainer().steps()]
    assert controller.history.column("loss")[1].tolist() == expected
    assert controller.history.layers == ("dense_1", "dense_2")
    assert controller.step_count == controller.progress.total_steps == len(expected)
    picture = controller.gradient_picture()
    norms = controller.history.gradient_norms[-1]
    assert list(picture.nodes.values()) == norms.tolist()
    assert picture.loss == expected[-1]


def test_pause_step_and_resume(qtbot: QtBot, controller: TrainingController) -> None:
    endless(controller)
    controller.step()
    qtbot.waitUntil(lambda: controller.step_count == 1 and controller.status == "paused", timeout=PATIENCE)
    controller.step(2)
    qtbot.waitUntil(lambda: controller.step_count == 3 and controller.status == "paused", timeout=PATIENCE)
    assert controller.gradient_picture().edges.keys() == set(editor_of(controller).project.graph.edges)
    controller.run()
    reach(qtbot, controller, "running")
    qtbot.waitUntil(lambda: controller.step_count > 100, timeout=PATIENCE)
    controller.pause()
    reach(qtbot, controller, "paused")


def test_reset_goes_back_to_fresh_weights_and_the_same_curve(qtbot: QtBot, controller: TrainingController) -> None:
    controller.run()
    reach(qtbot, controller, "finished")
    first = controller.history.column("loss")[1].copy()
    controller.reset()
    assert controller.status == "idle"
    assert len(controller.history) == 0
    controller.run()
    reach(qtbot, controller, "finished")
    np.testing.assert_array_equal(controller.history.column("loss")[1], first)


def test_stop_ends_the_thread_keeps_the_weights_and_run_goes_on(qtbot: QtBot, controller: TrainingController) -> None:
    endless(controller)
    controller.run()
    qtbot.waitUntil(lambda: controller.step_count > 50, timeout=PATIENCE)
    controller.stop()
    assert controller.status == "stopped"
    stopped_at = controller.step_count
    checkpoint = controller.checkpoint()
    assert checkpoint is not None
    assert checkpoint.state.step == stopped_at
    controller.step()
    qtbot.waitUntil(lambda: controller.step_count == stopped_at + 1, timeout=PATIENCE)
    steps = controller.history.steps
    assert steps.tolist() == list(range(1, stopped_at + 2)), "no point of the curve is lost"


def test_a_finished_run_goes_on_for_as_many_epochs_again(qtbot: QtBot, controller: TrainingController) -> None:
    controller.run()
    reach(qtbot, controller, "finished")
    steps = controller.step_count
    controller.run()
    qtbot.waitUntil(lambda: controller.status == "finished" and controller.step_count == 2 * steps, timeout=PATIENCE)
    assert controller.history.steps.tolist() == list(range(1, 2 * steps + 1))
    longer = list(RunPlan.of(project_of(epochs=6)).trainer().steps())
    assert controller.history.column("loss")[1].tolist() == [record.values["loss"] for record in longer]


def test_a_run_that_is_over_before_the_window_looks_is_told_like_any_other(
    qtbot: QtBot, controller: TrainingController, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who notes runs and takes messages away listens to this; a small run goes on to its end within a moment."""
    start, told = Session.start, list[str]()

    def start_and_wait(session: Session) -> None:
        start(session)
        session._thread.join(PATIENCE / 1000)

    monkeypatch.setattr(Session, "start", start_and_wait)
    controller.status_changed.connect(told.append)
    controller.run()
    reach(qtbot, controller, "finished")
    controller.run()
    qtbot.waitUntil(lambda: controller.step_count == 90, timeout=PATIENCE)
    assert told == ["starting", "finished"] * 2


def test_the_learning_rate_is_passed_on_and_noted(qtbot: QtBot, controller: TrainingController) -> None:
    endless(controller)
    controller.step(5)
    qtbot.waitUntil(lambda: controller.step_count == 5, timeout=PATIENCE)
    editor = editor_of(controller)
    slower = editor.project.plan.optimizer.changed(learning_rate=0.025)
    editor.apply("Change learning rate", partial(edits.set_optimizer, optimizer=slower))
    checkpoint = controller.checkpoint()
    assert checkpoint is not None
    assert checkpoint.state.learning_rate == 0.025
    assert controller.history.events == ((5, "learning rate 0.1 → 0.025"),)


def test_moving_a_card_does_not_disturb_a_run_but_another_network_sets_its_weights_aside(
    qtbot: QtBot, controller: TrainingController
) -> None:
    endless(controller)
    controller.step(3)
    qtbot.waitUntil(lambda: controller.step_count == 3 and controller.status == "paused", timeout=PATIENCE)
    editor = editor_of(controller)
    editor.apply("Move", partial(edits.move, positions={"dense_1": (400.0, 300.0)}))
    assert controller.status == "paused"
    weights = controller.checkpoint()
    assert weights is not None
    with qtbot.waitSignal(controller.set_aside, timeout=PATIENCE):
        editor.apply("Wider", partial(edits.set_layer, node_id="dense_1", layer=edits.new_layer("Dense")))
    assert controller.status == "idle"
    assert controller.checkpoint() is None
    editor.undo_stack.undo()
    assert controller.status == "paused"
    back = controller.checkpoint()
    assert back is not None
    assert back.state.step == 3
    np.testing.assert_array_equal(back.state.parameters["dense_1/W"], weights.state.parameters["dense_1/W"])
    controller.step()
    qtbot.waitUntil(lambda: controller.step_count == 4, timeout=PATIENCE)


def test_a_project_with_problems_is_not_run(qtbot: QtBot, controller: TrainingController) -> None:
    editor_of(controller).apply("Delete", partial(edits.delete, node_ids=["loss_1"]))
    with qtbot.waitSignal(controller.blocked, timeout=PATIENCE):
        controller.run()
    assert controller.status == "idle"


def test_a_diverging_run_is_told_and_the_last_finite_weights_stay(qtbot: QtBot, controller: TrainingController) -> None:
    editor = editor_of(controller)
    project = project_of(epochs=1000, learning_rate=1e6)
    squared = edits.set_layer(project, "loss_1", edits.new_layer("MeanSquaredError"))
    linear = edits.delete(squared, ["tanh_1"])
    editor.open(linear)
    assert editor.report.problems == ()
    with qtbot.waitSignal(controller.failed, timeout=PATIENCE) as told:
        controller.run()
    failure = told.args[0]
    assert f"step {failure.step}" in failure.text
    assert controller.status == "diverged"
    checkpoint = controller.checkpoint()
    assert checkpoint is not None
    assert all(np.isfinite(array).all() for array in checkpoint.state.parameters.values())
    slower = replace(linear.plan, optimizer=SGD(learning_rate=1e-3), run=linear.plan.run.changed(epochs=1))
    editor.apply("Slower", partial(edits.set_plan, plan=slower))
    controller.run()
    reach(qtbot, controller, "finished")
    assert controller.history.steps[0] == 1, "a run that diverged is not gone on with"


def test_a_copy_of_the_weights_that_there_is_no_memory_for_is_told_in_words_and_the_run_goes_on(
    qtbot: QtBot, controller: TrainingController, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_memory(trainer: Trainer) -> TrainerState:
        raise MemoryError

    controller.step()
    qtbot.waitUntil(lambda: controller.step_count == 1 and controller.status == "paused", timeout=PATIENCE)
    with monkeypatch.context() as broken:
        broken.setattr(Trainer, "state", without_memory)
        with pytest.raises(TimeoutError, match="not enough memory for a copy of the weights"):
            controller.checkpoint()
    found = controller.checkpoint()
    assert found is not None
    assert found.state.step == 1
    controller.run()
    reach(qtbot, controller, "finished")
