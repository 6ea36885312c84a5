"""The editor: one way in for every change, undo with names, and data that is read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtWidgets import QApplication

from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.datasets.sources.iris import Iris
from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.editor import EditError, Editor

Learn = Callable[[Project, float], Project]


def with_rate(project: Project, rate: float) -> Project:
    return edits.set_optimizer(project, project.plan.optimizer.changed(learning_rate=rate))


@pytest.fixture
def editor(qapp: QApplication) -> Editor:
    return Editor(Project())


def test_an_edit_is_shown_checked_and_undone_by_name(editor: Editor) -> None:
    seen: list[tuple[Project, Project]] = []
    reports: list[object] = []
    editor.project_changed.connect(lambda before, after: seen.append((before, after)))
    editor.report_changed.connect(reports.append)
    first = editor.project
    editor.apply("Add Input", partial(edits.append, layer=edits.new_layer("Input")))
    assert [node.id for node in editor.project.graph.nodes] == ["input_1"]
    assert editor.undo_stack.undoText() == "Add Input"
    assert not editor.is_saved
    editor.undo_stack.undo()
    assert editor.project == first
    assert editor.is_saved
    editor.undo_stack.redo()
    assert [node.id for node in editor.project.graph.nodes] == ["input_1"]
    assert len(seen) == len(reports) == 3
    assert seen[1] == (seen[0][1], seen[0][0])


def test_an_edit_that_is_refused_changes_nothing(editor: Editor) -> None:
    editor.apply("Add Dense", partial(edits.append, layer=edits.new_layer("Dense")))
    before = editor.project
    with pytest.raises(EditError):
        editor.apply("Connect", partial(edits.connect, source="dense_1", target="dense_1"))
    assert editor.project is before
    assert editor.undo_stack.count() == 1


def test_an_edit_that_changes_nothing_is_no_undo_step(editor: Editor) -> None:
    editor.apply("Nothing", lambda project: project)
    assert editor.undo_stack.count() == 0


def test_edits_of_one_merge_key_in_a_row_are_one_undo_step(editor: Editor) -> None:
    first = editor.project
    for rate in (0.1, 0.2, 0.3):
        editor.apply("Change learning rate", partial(with_rate, rate=rate), "learning_rate")
    assert editor.undo_stack.count() == 1
    assert editor.project.plan.optimizer.learning_rate == 0.3
    editor.undo_stack.undo()
    assert editor.project == first


def test_a_thousand_undos_and_redos_give_equal_projects(editor: Editor) -> None:
    states = [editor.project]
    for number in range(1000):
        editor.apply("Rename", partial(edits.rename, name=f"project {number}"))
        states.append(editor.project)
    for expected in reversed(states[:-1]):
        editor.undo_stack.undo()
        assert editor.project == expected
    for expected in states[1:]:
        editor.undo_stack.redo()
        assert editor.project == expected


def test_data_that_cannot_be_read_is_told_and_undo_brings_the_old_data_back(editor: Editor) -> None:
    data = editor.data
    assert data is not None
    missing = replace(editor.project.data, source=IdxFiles(images="nowhere", labels="nowhere"))
    editor.apply("Choose data", partial(edits.set_data, choice=missing))
    assert editor.data is None
    assert "nowhere" in editor.data_error
    editor.undo_stack.undo()
    assert editor.data is data, "data that was read is not read again"
    assert editor.data_error == ""


def test_choosing_data_sets_the_shape_of_the_input(editor: Editor) -> None:
    editor.apply("Add Input", partial(edits.append, layer=edits.new_layer("Input")))
    iris = replace(editor.project.data, source=Iris())
    editor.apply("Choose data", partial(edits.set_data, choice=iris, sample_shape=(4,)))
    assert editor.report.shapes["input_1"] == (4,)
    assert editor.facts is not None
    assert editor.facts.sample_shape == (4,)
