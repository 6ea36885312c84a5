"""Copies of the weights are written beside the project's file while a run goes on, exactly as they were then."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from deepviz.document import edits
from deepviz.document.file_format import load
from deepviz.document.project import Project
from deepviz.gui import copy_writer
from deepviz.gui.panels.training_panel import NO_COPIES
from deepviz.training.checkpoint import checkpoint_of
from deepviz.training.checkpoint_files import copies, copy_path
from deepviz.training.run_plan import RunPlan
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps
from tests.training.test_periodic_copies import assert_same_state, headless, with_run


def at_file(open_window: OpenWindow, path: Path, project: Project) -> Person:
    person = open_window(project)
    assert person.bench.files.save_to(path)
    return person


def finish(person: Person) -> None:
    person.bench.controller.run()
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "finished", timeout=PATIENCE)
    assert person.bench.copies.finish(60.0)


def test_copies_lie_beside_the_file_and_are_exact(open_window: OpenWindow, tmp_path: Path) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=6, checkpoint_every=2))
    said: list[str] = []
    person.bench.copies.written.connect(said.append)
    finish(person)
    found = copies(tmp_path / "net.deepviz")
    assert [epoch for _, epoch, _ in found] == [2, 4, 6]
    person.qtbot.waitUntil(lambda: len(said) == 3, timeout=PATIENCE)
    assert said == [path.name for *_, path in found]
    expected = headless(person.project)
    for *_, path in found:
        loaded = load(path)
        assert loaded.trained is not None
        checkpoint, warning = checkpoint_of(loaded.project, loaded.trained)
        assert not warning
        assert_same_state(checkpoint.state, expected[checkpoint.state.step])
        assert int(checkpoint.history.steps[-1]) == checkpoint.state.step
        losses = person.bench.controller.history.column("loss")[1][: checkpoint.state.step]
        np.testing.assert_array_equal(checkpoint.history.column("loss")[1], losses)


def test_a_copy_is_opened_in_the_window_and_goes_on_to_the_same_weights(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=4, checkpoint_every=2))
    finish(person)
    weights = person.bench.controller.checkpoint().state.weights  # type: ignore[union-attr]
    last = person.bench.controller.step_count
    assert person.bench.files.save()
    first, *_ = copies(tmp_path / "net.deepviz")
    assert person.bench.files.open(first.path)
    assert person.bench.controller.step_count == last // 2
    person.bench.controller.run()
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "finished", timeout=PATIENCE)
    after = person.bench.controller.checkpoint()
    assert after is not None
    assert after.state.step == last
    for name, array in weights.items():
        np.testing.assert_array_equal(after.state.weights[name], array)


def test_settings_are_those_of_then(open_window: OpenWindow, tmp_path: Path) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=50, checkpoint_every=1))
    per_epoch = RunPlan.of(person.project).trainer().steps_per_epoch
    train_steps(person, per_epoch)
    person.bench.editor.apply("", lambda it: edits.set_optimizer(it, it.plan.optimizer.changed(learning_rate=0.5)))
    train_steps(person, per_epoch)
    assert person.bench.copies.finish(60.0)
    rates = [load(path).project.plan.optimizer.learning_rate for *_, path in copies(tmp_path / "net.deepviz")]
    assert rates == [0.01, 0.5]


def test_without_a_file_they_stay_in_the_timeline(person: Person) -> None:
    person.bench.editor.apply("", lambda it: with_run(it, checkpoint_every=1, epochs=3))
    assert "no file" in person.bench.training_panel.copies_words.said
    finish(person)
    timeline = person.bench.controller.moments.timeline
    assert len(timeline.pinned) == 3
    assert timeline.pinned <= set(timeline.steps)


def test_the_page_says_where_they_go(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(small_project(epochs=3))
    words = person.bench.training_panel.copies_words
    assert words.said == NO_COPIES
    person.bench.window.show_tab("Training")
    person.type_value(person.bench.training_panel.run_form, "checkpoint_every", "2")
    assert "timeline only" in words.said
    assert person.bench.files.save_to(tmp_path / "net.deepviz")
    assert "beside net.deepviz" in words.said
    person.type_value(person.bench.training_panel.run_form, "checkpoint_every", "0")
    assert words.said == NO_COPIES


def test_what_waits_when_the_run_is_left_is_still_written(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=3, checkpoint_every=1))
    held = threading.Event()
    write = copy_writer.write_copy

    def slowly(*arguments: object, **more: object) -> Path:
        assert held.wait(60.0)
        return write(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(copy_writer, "write_copy", slowly)
    person.bench.controller.run()
    person.qtbot.waitUntil(lambda: person.bench.controller.status == "finished", timeout=PATIENCE)
    person.bench.controller.load(None)
    person.bench.editor.open(Project())
    assert copies(tmp_path / "net.deepviz") == []
    held.set()
    assert person.bench.copies.finish(60.0)
    assert [epoch for _, epoch, _ in copies(tmp_path / "net.deepviz")] == [1, 2, 3]


def test_a_disk_that_is_full_is_told_in_words(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=1, checkpoint_every=1))

    def full(*_arguments: object, **_more: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copy_writer, "write_copy", full)
    finish(person)
    person.qtbot.waitUntil(lambda: "No space left on device" in person.notice, timeout=PATIENCE)
    assert "net.deepviz" in person.notice


def test_only_the_newest_stay(open_window: OpenWindow, tmp_path: Path) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=25, checkpoint_every=1))
    finish(person)
    assert [epoch for _, epoch, _ in copies(tmp_path / "net.deepviz")] == list(range(16, 26))


def test_a_run_made_anew_writes_its_own(open_window: OpenWindow, tmp_path: Path) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=2, checkpoint_every=1))
    finish(person)
    before = {path: path.stat().st_mtime_ns for *_, path in copies(tmp_path / "net.deepviz")}
    first = person.bench.controller.history.run
    person.bench.controller.reset()
    person.bench.editor.apply("", lambda it: with_run(it, checkpoint_every=1, epochs=1))
    finish(person)
    after = {path: path.stat().st_mtime_ns for *_, path in copies(tmp_path / "net.deepviz")}
    assert {path: after[path] for path in before} == before, "those of the other run are as they were"
    second = person.bench.controller.history.run
    assert {(run, epoch) for run, epoch, _ in copies(tmp_path / "net.deepviz")} == {(first, 1), (first, 2), (second, 1)}


def test_a_run_that_goes_on_goes_on_with_its_own_copies(open_window: OpenWindow, tmp_path: Path) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=2, checkpoint_every=1))
    finish(person)
    assert person.bench.files.save()
    assert person.bench.files.open(tmp_path / "net.deepviz")
    person.bench.editor.apply("", lambda it: with_run(it, checkpoint_every=1, epochs=4))
    finish(person)
    found = copies(tmp_path / "net.deepviz")
    assert [epoch for _, epoch, _ in found] == [1, 2, 3, 4]
    assert len({run for run, *_ in found}) == 1


def test_copies_of_several_runs_are_listed_below_a_heading_each(open_window: OpenWindow, tmp_path: Path) -> None:
    file = tmp_path / "net.deepviz"
    person = at_file(open_window, file, small_project())
    for run, epoch in (("", 7), ("20260721-093000-1a2b3c", 1), ("20260721-093000-1a2b3c", 2)):
        copy_path(file, epoch, run).write_bytes(b"")
    person.bench.window.show_tab("Training")
    panel = person.bench.training_panel.copies
    panel.look()
    assert listed(person) == [2, 1, 7], "the newest run first"
    assert [each.text() for each in panel.headings] == ["Run of 2026-07-21 09:30:00", "Another run"]
    assert all(each.isVisible() for each in panel.headings)
    assert panel.words.said == "3 copies, the last after epoch 2:"
    copy_path(file, 7).unlink()
    panel.look()
    assert listed(person) == [2, 1]
    assert panel.headings == [], "of a single run nothing needs to be said"


def listed(person: Person) -> list[int]:
    """The epochs of the copies that the Training page lists, from top to bottom."""
    return [row.epoch for row in person.bench.training_panel.copies.rows if not row.isHidden()]


def test_the_training_page_lists_copies_opens_and_deletes_them(open_window: OpenWindow, tmp_path: Path) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=6, checkpoint_every=2))
    person.bench.window.show_tab("Training")
    assert listed(person) == []
    assert person.bench.training_panel.copies.isHidden()
    finish(person)
    person.qtbot.waitUntil(lambda: listed(person) == [6, 4, 2], timeout=PATIENCE)
    assert person.bench.training_panel.copies.words.said == "3 copies, the last after epoch 6:"
    assert person.bench.training_panel.copies.words.isVisible()
    words = "Saved a copy of epoch 6. The Training page lists the copies."
    person.qtbot.waitUntil(lambda: person.bench.status.currentMessage() == words, timeout=PATIENCE)
    assert person.bench.files.save()
    newest, middle, oldest = person.bench.training_panel.copies.rows
    person.press(newest.delete_button)
    assert newest.delete_button.text() == "Sure?", "it asks once more"
    assert newest.path.exists()
    person.press(newest.delete_button)
    assert not newest.path.exists()
    assert listed(person) == [4, 2]
    assert person.bench.training_panel.copies.words.said == "2 copies, the last after epoch 4:"
    middle, oldest = person.bench.training_panel.copies.rows
    person.press(middle.delete_button)
    person.press(oldest.open_button)  # whoever does something else does not want it deleted
    assert middle.path.exists()
    assert listed(person) == [4, 2], "the copies of the project, not those of the copy"
    assert person.bench.editor.path is None, "the copy is nothing to be saved to"
    assert person.bench.editor.origin == (tmp_path / "net.deepviz", 2)
    assert person.bench.controller.step_count == 2 * person.bench.controller.progress.steps_per_epoch
    assert person.bench.top_bar.run_button.text() == "Resume"


def test_a_copy_that_was_deleted_elsewhere_is_not_listed_when_the_page_is_seen_again(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=4, checkpoint_every=2))
    finish(person)
    person.bench.window.show_tab("Training")
    person.qtbot.waitUntil(lambda: listed(person) == [4, 2], timeout=PATIENCE)
    person.bench.window.show_tab("Layer")
    copies(tmp_path / "net.deepviz")[0].path.unlink()
    person.bench.window.show_tab("Training")
    assert listed(person) == [4]
