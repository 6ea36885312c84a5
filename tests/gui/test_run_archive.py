"""Every run of a window comes on the list of runs, once, whichever way it ends; and comes back from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.document import edits
from deepviz.document.file_format import load
from deepviz.document.project import Project
from deepviz.engine import stopping
from deepviz.engine.trainer import Trainer
from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.run_repeats import branch
from deepviz.training.run_summary import RunSummary
from deepviz.training.timeline import Timeline
from tests.e2e.test_faults_of_runs import diverging
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps


def noted(person: Person) -> list[RunSummary]:
    person.bench.runs.recorder.finish()
    return sorted(person.bench.runs.store.runs(), key=lambda summary: summary.created)


def finish(person: Person) -> None:
    person.bench.controller.run()
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "finished", timeout=PATIENCE)


def test_a_finished_run_is_noted_with_its_results(person: Person) -> None:
    finish(person)
    (run,) = noted(person)
    assert run.ended == "finished"
    assert run.steps == person.bench.controller.step_count
    assert run.name
    assert run.seconds > 0


def test_the_best_loss_of_the_list_is_that_by_which_the_best_weights_were_chosen(open_window: OpenWindow) -> None:
    project = small_project(epochs=6, batch_size=37, keep_best=True)  # the last batch of an epoch is smaller
    whole = replace(project.data, split=project.data.split.changed(train=90.0, validation=0.0))
    person = open_window(edits.set_data(project, whole))
    finish(person)
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    best = checkpoint.state.course.best
    (run,) = noted(person)
    assert best is not None
    assert run.figures["loss"].best == pytest.approx(best.value, rel=1e-6)
    assert run.figures["loss"].best_epoch == best.epoch


def test_a_run_that_goes_on_stays_one_run(person: Person) -> None:
    finish(person)
    finish(person)
    (run,) = noted(person)
    assert run.steps == person.bench.controller.step_count
    first = noted(person)
    person.bench.controller.reset()
    assert noted(person) == first, "leaving a run that had ended changes nothing"
    finish(person)
    assert len(noted(person)) == 2


def leave_by_reset(person: Person) -> None:
    person.bench.controller.reset()


def leave_by_stop(person: Person) -> None:
    person.bench.controller.stop()


def leave_by_edit(person: Person) -> None:
    wider = person.graph.node("dense_1").layer.changed(units=30)
    person.bench.editor.apply("wider", lambda project: edits.set_layer(project, "dense_1", wider))


def leave_by_branch(person: Person) -> None:
    assert branch(person.bench.controller, person.bench.editor, 0)


def leave_by_closing(person: Person) -> None:
    person.bench.archive.close()


@pytest.mark.parametrize(
    ("leave", "how"),
    [
        (leave_by_reset, "reset"),
        (leave_by_stop, "stopped"),
        (leave_by_edit, "edited"),
        (leave_by_branch, "branched"),
        (leave_by_closing, "closed"),
    ],
)
def test_whichever_way_it_is_left_it_is_noted(person: Person, leave: Callable[[Person], None], how: str) -> None:
    train_steps(person, 4)
    leave(person)
    (run,) = noted(person)
    assert (run.ended, run.steps) == (how, 4)


def test_what_made_no_step_is_not_noted(person: Person) -> None:
    person.bench.controller.reset()
    leave_by_edit(person)
    assert noted(person) == []


def test_an_early_end_and_a_divergence_say_so(open_window: OpenWindow) -> None:
    project = small_project(epochs=50)
    limited = replace(project, plan=replace(project.plan, stopping=(stopping.StepLimit(steps=7),)))
    early = open_window(limited)
    finish(early)
    (run,) = noted(early)
    assert run.ended == "early"
    assert run.reason
    person = open_window(diverging())
    person.bench.controller.run()
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "diverged", timeout=PATIENCE)
    assert noted(person)[-1].ended == "diverged"


def changed_on_the_way(person: Person) -> None:
    """Trains 12 steps, with another learning rate, momentum, batch size and a frozen layer on the way."""
    editor = person.bench.editor

    def with_plan(project: Project, **changes: object) -> Project:
        return edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(**changes)))

    train_steps(person, 3)
    editor.apply("", lambda project: edits.set_optimizer(project, project.plan.optimizer.changed(beta_1=0.5)))
    train_steps(person, 3)
    frozen = person.graph.node("dense_1").layer.changed(trainable=False)
    editor.apply("", lambda project: edits.set_layer(project, "dense_1", frozen))
    editor.apply("", lambda project: with_plan(project, batch_size=11))
    train_steps(person, 4)
    thawed = frozen.changed(trainable=True)
    editor.apply("", lambda project: edits.set_layer(project, "dense_1", thawed))
    train_steps(person, 2)


def test_a_run_with_changes_is_trained_again_exactly(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=50))
    changed_on_the_way(person)
    bench, controller = person.bench, person.bench.controller
    before = controller.checkpoint()
    assert before is not None
    events = before.history.events
    assert [step for step, _ in events] == [3, 6, 6, 10]
    words = [text for _, text in events]
    assert any("beta" in text for text in words)
    assert "batch size 32 → 11" in words
    assert "dense_1 frozen" in words
    assert words[-1] == "dense_1 thawed"
    controller.stop()
    (run,) = noted(person)
    loaded = load(bench.runs.store.file(run.id))
    controller.load(None)
    bench.editor.undo_stack.clear()
    bench.editor.mark_saved(None)
    longer = person.project.plan.run.changed(epochs=60)
    bench.editor.apply("Longer", lambda project: edits.set_plan(project, replace(project.plan, run=longer)))
    was = bench.editor.project
    bench.archive.train_again(loaded, run)
    person.qtbot.waitUntil(lambda: controller.step_count == 12 and controller.status == "paused", timeout=PATIENCE)
    after = controller.checkpoint()
    assert after is not None
    for name, array in before.state.weights.items():
        np.testing.assert_array_equal(after.state.weights[name], array)
    for column in ("loss", "gradient_norm", "learning_rate"):
        np.testing.assert_array_equal(after.history.column(column)[1], before.history.column(column)[1])
    assert sorted(after.history.events) == sorted(events)
    assert after.history.changes == tuple(change for number, change in enumerate(before.history.changes) if number != 2)
    assert person.project.plan.run.batch_size == 11, "the window shows what the run goes by"
    person.qtbot.waitUntil(lambda: "after step 12 all weights are the same" in person.notice, timeout=PATIENCE)
    assert person.graph.node("dense_1").layer.trainable
    stack, label = bench.editor.undo_stack, f"Train {run.name} again"
    assert [stack.text(number) for number in range(stack.count())] == ["Longer", label], "all its changes are one step"
    now = bench.editor.project
    stack.undo()
    assert bench.editor.project == was
    stack.redo()
    assert bench.editor.project == now
    for count in (2, 4):  # from how it ends to how it ends is no step; from anything else it is one of its own
        controller.load(None)
        bench.archive.train_again(loaded, run)
        person.qtbot.waitUntil(lambda: "after step 12 all weights" in person.notice, timeout=PATIENCE)
        assert bench.editor.project == now
        assert (stack.count(), stack.undoText()) == (count, label)
        bench.editor.apply("Longer", lambda project: edits.set_plan(project, replace(project.plan, run=longer)))


def test_a_run_of_the_list_is_opened_with_its_weights(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=50))
    train_steps(person, 6)
    person.bench.controller.stop()
    weights = person.bench.controller.checkpoint().state.weights["dense_1/W"].copy()
    (run,) = noted(person)
    person.bench.controller.load(None)
    person.bench.editor.open(Project())
    person.bench.archive.open(load(person.bench.runs.store.file(run.id)), run)
    assert person.bench.controller.step_count == 6
    np.testing.assert_array_equal(person.bench.controller.checkpoint().state.weights["dense_1/W"], weights)
    train_steps(person, 2)
    person.bench.controller.stop()
    (again,) = noted(person)
    assert again.id == run.id
    assert again.steps == 8


def save_and_open(person: Person, path: Path) -> None:
    """Saves, and opens the file again, as at the next start."""
    assert person.bench.files.save_to(path)
    assert person.bench.files.open(path)


def test_a_run_that_is_opened_from_its_file_is_not_listed_twice(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project(epochs=50))
    train_steps(person, 5)
    person.bench.controller.stop()
    before = noted(person)
    save_and_open(person, tmp_path / "kept.deepviz")
    assert person.bench.controller.step_count == 5
    person.bench.controller.reset()
    assert noted(person) == before, "nothing was trained since"
    save_and_open(person, tmp_path / "fresh.deepviz")
    assert person.bench.files.open(tmp_path / "kept.deepviz")
    train_steps(person, 2)
    person.bench.controller.stop()
    (run,) = noted(person)
    assert (run.id, run.steps) == (before[0].id, 7), "it is the same run that has gone on"
    assert run.seconds >= before[0].seconds


def test_a_file_of_somebody_else_is_no_run_of_this_window(open_window: OpenWindow, tmp_path: Path) -> None:
    elsewhere, here = open_window(small_project(epochs=50)), open_window(small_project(epochs=50))
    train_steps(elsewhere, 5)
    assert elsewhere.bench.files.save_to(tmp_path / "given.deepviz")
    for run in noted(elsewhere):
        elsewhere.bench.runs.store.delete([run.id])
    person = here
    person.bench.runs.store.folder = tmp_path / "own"
    assert person.bench.files.open(tmp_path / "given.deepviz")
    person.bench.controller.reset()
    assert noted(person) == []
    assert person.bench.files.open(tmp_path / "given.deepviz")
    train_steps(person, 1)
    person.bench.controller.stop()
    assert [run.steps for run in noted(person)] == [6], "what was trained here is on the list here"


def test_a_branch_is_another_run_even_where_it_begins_with_the_last_step(person: Person) -> None:
    train_steps(person, 6)
    person.bench.controller.stop()
    (first,) = noted(person)
    assert branch(person.bench.controller, person.bench.editor, 6)
    train_steps(person, 3)
    person.bench.controller.stop()
    runs = noted(person)
    assert [run.steps for run in runs] == [6, 9]
    assert runs[0].id == first.id


def test_what_goes_on_from_an_earlier_copy_is_another_run(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project(epochs=50))
    train_steps(person, 3)
    assert person.bench.files.save_to(tmp_path / "early.deepviz")
    train_steps(person, 3)
    person.bench.controller.stop()
    (first,) = noted(person)
    assert person.bench.files.save_to(tmp_path / "late.deepviz")
    assert person.bench.files.open(tmp_path / "early.deepviz")
    train_steps(person, 1)
    person.bench.controller.stop()
    runs = noted(person)
    assert [run.steps for run in runs] == [6, 4]
    assert runs[0] == first


def test_every_number_of_the_list_by_hand(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=4, batch_size=50))
    finish(person)
    history = person.bench.controller.history
    (run,) = noted(person)
    panel = person.bench.runs.panel
    person.bench.runs_dock.open()
    person.qtbot.waitUntil(lambda: len(panel.model.runs) == 1, timeout=PATIENCE)
    told = {column.key: column.words(run) for column in panel.model.columns}
    assert told["epochs"] == "4"
    steps, epochs = history.steps.tolist(), history.epochs.tolist()
    assert run.steps == len(steps)
    assert run.steps_per_epoch * 4 == run.steps
    for name in ("loss", "accuracy"):
        of_epoch: dict[int, list[float]] = {}
        for epoch, value in zip(epochs, history.column(name)[1].tolist(), strict=True):
            of_epoch.setdefault(epoch, []).append(value)
        batches = [50] * 9 + [30]  # 480 samples
        means = [np.average(values, weights=batches) for _, values in sorted(of_epoch.items())]
        best = min(means) if name == "loss" else max(means)
        assert run.figures[name].last == pytest.approx(means[-1], rel=1e-12)
        assert run.figures[name].best == pytest.approx(best, rel=1e-12)
        assert run.figures[name].best_epoch == means.index(best) + 1
        at_steps, measured = history.column(f"validation_{name}")
        assert at_steps.tolist() == [number * run.steps_per_epoch for number in (1, 2, 3, 4)]
        best = min(measured.tolist()) if name == "loss" else max(measured.tolist())
        validated = run.figures[f"validation_{name}"]
        assert (validated.last, validated.best) == (measured[-1], best)
        assert validated.best_epoch == measured.tolist().index(best) + 1
        shown = (means[-1], best) if name == "loss" else (100 * means[-1], 100 * best)
        texts = told[f"last {name}"], told[f"best validation_{name}"]
        for text, value in zip(texts, shown, strict=True):
            assert float(text.removesuffix("\u202f%")) == pytest.approx(value, rel=1e-3, abs=0.005)


def test_a_run_of_which_there_is_no_memory_for_a_copy_is_told_and_can_be_left(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_memory(_trainer: Trainer) -> TrainerState:
        raise MemoryError

    controller = person.bench.controller
    train_steps(person, 4)
    told = []
    person.bench.runs.recorder.failed.connect(told.append)
    with monkeypatch.context() as broken:
        broken.setattr(Trainer, "state", without_memory)
        broken.setattr(Timeline, "keep", lambda *_args, **_more: None)
        finish(person)
        assert told == [
            "This run could not be put on the list of runs. There is not enough memory for a copy of the weights. "
            "Close other programs, and try again."
        ]
        controller.reset()
    assert controller.status == "idle"
    finish(person)
    assert [run.ended for run in noted(person)] == ["finished"]
