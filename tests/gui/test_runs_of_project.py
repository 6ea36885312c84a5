"""A run of the open project is opened and made again within it: file and history of edits stay, and undo goes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepviz.datasets.dataset import DatasetError
from deepviz.document import edits
from deepviz.document.file_format import Loaded
from deepviz.document.project import Project
from deepviz.training.run_summary import RunSummary
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.test_project_files import BUTTONS, answer
from tests.gui.test_run_archive import changed_on_the_way, noted


@pytest.fixture
def person(open_window: OpenWindow, tmp_path: Path) -> Person:
    """A project in net.deepviz with a run of 12 steps with changes on the way; it was edited afterwards, and saved."""
    person = open_window(edits.rename(small_project(epochs=50), "net"))
    changed_on_the_way(person)
    person.bench.controller.stop()
    wider = person.graph.node("dense_1").layer.changed(units=30)
    person.bench.editor.apply("Wider", lambda project: edits.set_layer(project, "dense_1", wider))
    assert person.bench.files.save_to(tmp_path / "net.deepviz")
    return person


def the_run(person: Person) -> tuple[Loaded, RunSummary]:
    (run,) = [each for each in noted(person) if each.steps == 12]
    return person.bench.runs.store.load(run.id), run


def wait_for_verdict(person: Person) -> None:
    controller = person.bench.controller
    person.qtbot.waitUntil(lambda: controller.step_count == 12 and controller.status == "paused", timeout=PATIENCE)
    person.qtbot.waitUntil(
        lambda: "after step 12 all weights are the same, to the bit" in person.notice, timeout=PATIENCE
    )


def test_it_is_trained_again_as_an_edit(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, run = the_run(person)
    editor, stack = person.bench.editor, person.bench.editor.undo_stack
    asked, before, steps = answer(monkeypatch, BUTTONS.Cancel), editor.project, stack.count()
    labels = [stack.text(number) for number in range(steps)]
    content = (tmp_path / "net.deepviz").read_bytes()
    person.bench.archive.train_again(loaded, run)
    wait_for_verdict(person)
    assert editor.path == tmp_path / "net.deepviz"
    assert [stack.text(number) for number in range(steps)] == labels
    assert stack.text(steps) == f"Train {run.name} again"
    assert person.bench.window.windowTitle() == "net (edited) – DeepViz"
    assert editor.project.graph == loaded.project.graph
    assert editor.project.plan == loaded.project.plan
    assert (tmp_path / "net.deepviz").read_bytes() == content, "nothing is written unasked"
    assert asked == [], "nothing is lost by it: undo brings the settings back, and the list the weights"
    while stack.index() > steps:
        stack.undo()
    assert editor.project == before


def test_a_run_is_opened_as_an_edit(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, run = the_run(person)
    asked = answer(monkeypatch, BUTTONS.Cancel)
    editor, before = person.bench.editor, person.bench.editor.project
    steps = editor.undo_stack.count()
    person.bench.archive.open(loaded, run)
    assert asked == []
    assert (editor.path, editor.undo_stack.count()) == (tmp_path / "net.deepviz", steps + 1)
    assert editor.undo_stack.undoText() == f"Open {run.name}"
    assert person.bench.controller.step_count == 12
    weights = person.bench.controller.checkpoint().state.weights
    for name, array in loaded.trained.state.weights.items():
        np.testing.assert_array_equal(weights[name], array)
    assert person.notice.startswith(f"{run.name} is open, after step 12. Undo brings the settings of before back.")
    assert person.bench.window.windowTitle() == "net (edited) – DeepViz"
    editor.undo_stack.undo()
    assert editor.project == before


def test_weights_of_another_run_are_not_those_in_the_file(person: Person, tmp_path: Path) -> None:
    """Also where project and number of steps are the same."""
    loaded, run = the_run(person)
    person.bench.archive.open(loaded, run)
    assert person.bench.files.save()
    assert person.bench.files.is_saved
    person.bench.controller.reset()
    person.bench.controller.step(12)
    person.qtbot.waitUntil(
        lambda: person.bench.controller.step_count == 12 and person.bench.controller.status == "paused",
        timeout=PATIENCE,
    )
    person.bench.controller.stop()
    other = next(each for each in noted(person) if each.steps == 12 and each.id != run.id)
    person.bench.archive.open(loaded, run)
    assert person.bench.files.is_saved
    person.bench.archive.open(person.bench.runs.store.load(other.id), other)
    assert not person.bench.files.is_saved


@pytest.mark.parametrize("is_trained_again", [False, True])
def test_a_run_of_another_project_says_that_it_has_no_file(person: Person, is_trained_again: bool) -> None:
    loaded, run = the_run(person)
    person.bench.controller.load(None)
    person.bench.editor.open(Project())
    if is_trained_again:
        person.bench.archive.train_again(loaded, run)
        assert "without a file" in person.notice
        wait_for_verdict(person)
    else:
        person.bench.archive.open(loaded, run)
    assert person.notice.endswith("What is open now is the project of that run, without a file.")
    assert person.bench.editor.path is None
    assert person.bench.editor.project.name == "net"


def test_a_run_whose_data_are_gone_leaves_all_as_it_is(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, run = the_run(person)

    def gone(_choice: object) -> None:
        raise DatasetError("There is no file far.csv.")

    monkeypatch.setattr(person.bench.editor, "data_of", gone)
    before, steps = person.bench.editor.project, person.bench.editor.undo_stack.count()
    person.bench.archive.train_again(loaded, run)
    assert "cannot be trained again" in person.notice
    assert "far.csv" in person.notice
    assert (person.bench.editor.project, person.bench.editor.undo_stack.count()) == (before, steps)
