"""A group repeated on the canvas, trained in the window: what its card and its edges show is what the network did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepviz.document import edits, group_edits
from deepviz.document.file_format import load
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps


def deep_project() -> Project:
    """A small project with a group of a Dense and a Tanh, three times in a row."""
    project = edits.append_after(small_project(), Dense(units=4), "input_1")
    first = project.graph.nodes[-1].id
    project = edits.append_after(project, edits.new_layer("Tanh"), first)
    activation = project.graph.nodes[-1].id
    project = edits.append_after(project, Dense(units=4), "input_1")
    project = group_edits.group(project, [first, activation], "block")
    return group_edits.set_repeat(project, "group_1", 3)


@pytest.fixture
def trained(open_window: OpenWindow) -> Person:
    person = open_window(deep_project())
    assert person.bench.editor.report.problems == ()
    train_steps(person, 3)
    return person


def test_the_card_shows_the_gradient_of_all_repetitions(trained: Person) -> None:
    bench = trained.bench
    history = bench.controller.history
    inner = [name for name in history.layers if name.partition(".")[0] in bench.editor.project.graph.members("group_1")]
    assert len(inner) == 3
    norms = history.latest("gradient_norm")
    squares = [norms[history.layers.index(name)] ** 2 for name in inner]
    shown = bench.canvas.network.gradients
    assert shown is not None
    assert shown.nodes["group_1"] == pytest.approx(float(np.sqrt(sum(squares))), rel=1e-6)
    leaving = next(edge for edge in bench.canvas.network.graph.edges if edge.source == "group_1")
    assert shown.edges[Edge(*_fields(leaving))] is not None


def test_a_project_with_repetitions_is_saved_and_goes_on_where_it_was(trained: Person, tmp_path: Path) -> None:
    path = tmp_path / "repeated.deepviz"
    assert trained.bench.files.save_to(path)
    loaded = load(path)
    assert loaded.trained is not None
    assert loaded.project.graph.groups_by_id["group_1"].repeat == 3
    names = {name.partition("/")[0] for name in loaded.trained.state.parameters}
    assert sum("." in name for name in names) == 2


def test_collapsing_and_naming_keep_the_weights_and_repeating_sets_them_aside(trained: Person) -> None:
    editor, controller = trained.bench.editor, trained.bench.controller
    steps = controller.step_count
    assert steps >= 3
    editor.apply("Open", lambda project: group_edits.set_collapsed(project, ["group_1"], False))
    editor.apply("Rename", lambda project: group_edits.rename_group(project, "group_1", "other"))
    assert controller.step_count == steps
    editor.apply("Repeat", lambda project: group_edits.set_repeat(project, "group_1", 2))
    assert controller.step_count == 0
    editor.undo_stack.undo()
    assert controller.step_count == steps


def _fields(edge: Edge) -> tuple[str, str, int]:
    return edge.source, edge.target, edge.port
