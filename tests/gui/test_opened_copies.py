"""A periodic copy that is opened stays what it is: it has no file of its own, and nothing writes over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox

from deepviz.document import edits
from deepviz.document.file_format import load, save
from deepviz.gui.settings import PROJECT_FOLDER, RECENT_FILES
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.checkpoint_files import copies, write_copy
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.test_copy_writer import at_file, finish
from tests.gui.test_project_files import BUTTONS, answer, choose_file
from tests.gui.test_sessions import Starter, start

__all__ = ["start"]


@pytest.fixture
def trained(open_window: OpenWindow, tmp_path: Path) -> Person:
    """A project in net.deepviz, trained for six epochs, with copies of every other one beside it."""
    person = at_file(open_window, tmp_path / "net.deepviz", small_project(epochs=6, checkpoint_every=2))
    finish(person)
    assert person.bench.files.save()
    return person


def titles(person: Person) -> str:
    return person.bench.window.windowTitle()


def go_on(person: Person, steps: int = 1) -> None:
    wanted = person.bench.controller.step_count + steps
    person.bench.controller.step(steps)
    person.qtbot.waitUntil(
        lambda: person.bench.controller.step_count == wanted and person.bench.controller.status == "paused",
        timeout=PATIENCE,
    )


def trained_checkpoint(person: Person) -> Checkpoint:
    go_on(person, 3)
    checkpoint = person.bench.controller.checkpoint()
    assert checkpoint is not None
    return checkpoint


def open_by_button(person: Person, epoch: int) -> Path:
    """Press the button of a copy on the page Training."""
    listed = person.bench.training_panel.copies
    listed.look()
    row = next(row for row in listed.rows if row.epoch == epoch)
    row.open_button.click()
    return row.path


def test_saving_what_came_of_a_copy_asks_where_and_leaves_the_copy(
    trained: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = open_by_button(trained, 2)
    content, project = path.read_bytes(), (tmp_path / "net.deepviz").read_bytes()
    go_on(trained, 3)
    asked = choose_file(monkeypatch, tmp_path / "other.deepviz")
    trained.bench.actions["save"].trigger()
    assert [start for _, start in asked] == [str(tmp_path / "net epoch 2.deepviz")], "its project is not to be replaced"
    assert path.read_bytes() == content
    assert (tmp_path / "net.deepviz").read_bytes() == project
    assert trained.bench.editor.path == tmp_path / "other.deepviz"
    assert titles(trained) == "other – DeepViz"
    saved = load(tmp_path / "other.deepviz")
    assert saved.trained is not None
    assert saved.trained.state.step == trained.bench.controller.step_count
    assert saved.trained.copy_of is None, "what was saved is a project of its own"


@pytest.mark.parametrize("is_renamed", [False, True])
def test_a_copy_is_known_by_what_is_in_it(trained: Person, tmp_path: Path, is_renamed: bool) -> None:
    path = copies(tmp_path / "net.deepviz")[0].path
    if is_renamed:
        path = path.rename(tmp_path / "mine.deepviz")
    assert trained.bench.files.open(path)
    assert trained.bench.editor.path is None
    assert titles(trained) == "net, copy of epoch 2 – DeepViz"
    assert trained.bench.training_panel.copies.rows, "those of the project it came from"


def test_a_file_that_is_only_called_like_a_copy_is_a_project(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "net.epoch-0010.deepviz"
    save(small_project(), path)
    assert person.bench.files.open(path)
    assert person.bench.editor.path == path
    assert titles(person) == "net.epoch-0010 – DeepViz"


def test_the_title_of_a_copy_says_so_and_shows_edits_only_where_there_are_any(
    trained: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_by_button(trained, 4)
    assert titles(trained) == "net, copy of epoch 4 – DeepViz"
    asked = answer(monkeypatch, BUTTONS.Cancel)
    assert trained.bench.files.may_leave()
    assert asked == []
    go_on(trained)
    assert titles(trained) == "net, copy of epoch 4 (edited) – DeepViz"
    assert not trained.bench.files.may_leave()
    assert asked == ["Save the changes to “net, copy of epoch 4” first?"]


def test_copies_made_from_a_copy_lie_beside_those_of_the_project(trained: Person, tmp_path: Path) -> None:
    before = {each.path: each.path.read_bytes() for each in copies(tmp_path / "net.deepviz")}
    open_by_button(trained, 2)
    finish(trained)
    found = copies(tmp_path / "net.deepviz")
    assert sorted(tmp_path.glob("*.deepviz")) == sorted([tmp_path / "net.deepviz", *(each.path for each in found)])
    assert {path: path.read_bytes() for path in before} == before, "copies of the run before are left alone"
    new = [each for each in found if each.path not in before]
    assert [each.epoch for each in new] == [4, 6]
    assert {each.run for each in new} == {trained.bench.controller.history.run}
    assert not {each.run for each in new} & {each.run for each in found if each.path in before}
    listed = trained.bench.training_panel.copies
    listed.look()
    assert len(listed.rows) == len(found) == 5


def test_copies_do_not_fill_the_recent_projects(trained: Person, tmp_path: Path) -> None:
    open_by_button(trained, 2)
    assert trained.bench.settings.get(RECENT_FILES) == (str(tmp_path / "net.deepviz"),)
    assert trained.bench.settings.get(PROJECT_FOLDER) == str(tmp_path)


def test_the_title_says_as_soon_as_training_has_made_weights_that_are_in_no_file(
    trained: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer(monkeypatch, BUTTONS.Cancel)
    assert titles(trained) == "net – DeepViz"
    go_on(trained)
    assert titles(trained) == "net (edited) – DeepViz"
    assert not trained.bench.files.may_leave()
    assert asked == ["Save the changes to “net” first?"]
    assert trained.bench.files.save()
    assert titles(trained) == "net – DeepViz"
    trained.bench.controller.reset()
    assert titles(trained) == "net (edited) – DeepViz", "the weights in the file are not those of now"


def test_another_project_is_not_edited_because_the_one_before_was(
    trained: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.deepviz"
    save(edits.rename(small_project(), "inner"), other)
    go_on(trained)
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    choose_file(monkeypatch, other)
    trained.bench.actions["open"].trigger()
    assert titles(trained) == "other – DeepViz", "the name of the file, as in every editor"
    go_on(trained)
    open_by_other_way = tmp_path / "net.deepviz"
    choose_file(monkeypatch, open_by_other_way)
    trained.bench.actions["open"].trigger()
    assert titles(trained) == "net – DeepViz"


def test_the_bar_tells_file_and_inner_name(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "other.deepviz"
    save(edits.rename(small_project(), "inner"), path)
    assert person.bench.files.open(path)
    (label,) = [each for each in person.bench.top_bar.findChildren(QLabel) if each.toolTip().startswith("other")]
    assert label.toolTip() == f"other\n{path}\nIts runs are listed as those of “inner”, its name inside the file"
    person.bench.runs_dock.open()
    scope = person.bench.runs.panel.list_page.scope
    assert scope.toolTip() == "This project: runs of projects called “inner”, whatever file they are in"
    assert person.bench.files.save()
    assert label.toolTip().startswith(f"other\n{path}")


def test_a_copy_comes_back_as_a_copy_at_the_next_start(start: Starter, tmp_path: Path) -> None:
    first = start()
    assert first.person.bench.files.save_to(tmp_path / "net.deepviz")
    checkpoint = trained_checkpoint(first.person)
    path = write_copy(tmp_path / "net.deepviz", 10, checkpoint)
    assert first.person.bench.files.open(path)
    go_on(first.person)
    assert first.close()
    second = start().person
    assert second.bench.editor.path is None
    assert titles(second) == "net, copy of epoch 10 (edited) – DeepViz"
    assert second.bench.training_panel.copies.rows
