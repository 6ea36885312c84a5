"""A chain that is appended to goes on in the row below when its row is full, and pushes on what is there."""

from __future__ import annotations

import pytest

from deepviz.document import edits
from deepviz.document.group_edits import group
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import Project
from deepviz.document.wrapping import append_wrapped
from deepviz.engine import layers, losses

X, Y = CARD_PITCH


def cells(project: Project) -> dict[str, tuple[float, float]]:
    """Column and row of each card."""
    return {node.id: (node.position[0] / X, node.position[1] / Y) for node in project.graph.nodes}


def chain(count: int, columns: int) -> Project:
    project = append_wrapped(Project(), layers.Input(), None, columns)
    for _ in range(count - 1):
        project = append_wrapped(project, layers.Dense(), None, columns)
    return project


def test_a_long_chain_wraps_as_it_does_when_it_is_arranged() -> None:
    project = chain(11, 4)
    assert cells(project) == cells(edits.arrange(project, 4))
    assert cells(project)["dense_4"] == (0, 1)
    assert project.graph.edges == chain(11, 99).graph.edges, "what is connected is another matter"


def test_one_in_the_middle_pushes_the_last_of_each_row_on() -> None:
    project = append_wrapped(chain(11, 4), layers.ReLU(), "dense_1", 4)
    places = cells(project)
    assert places["relu_1"] == (2, 0)
    assert places["dense_2"] == (3, 0)
    assert places["dense_3"] == (0, 1)
    assert places["dense_7"] == (0, 2)
    assert places == cells(edits.arrange(project, 4))


def test_before_a_loss_that_is_the_last_of_its_row() -> None:
    project = append_wrapped(chain(3, 4), losses.MeanSquaredError(), None, 4)
    project = append_wrapped(project, layers.ReLU(), None, 4)
    assert cells(project)["relu_1"] == (3, 0)
    assert cells(project)["loss_1"] == (0, 1)


def test_what_belongs_to_another_chain_is_not_pushed() -> None:
    project = edits.add_node(chain(4, 4), layers.Dense(), (0.0, Y))
    stranger = project.graph.nodes[-1].id
    project = append_wrapped(project, layers.ReLU(), "dense_3", 4)
    assert cells(project)[stranger] == (0, 1)
    assert cells(project)["relu_1"] == (0, 2)


def test_a_row_that_is_not_full_and_rows_of_the_user_s_own_stay() -> None:
    project = edits.move(chain(3, 4), {"dense_1": (X, 20.0), "dense_2": (2 * X + 30.0, 20.0)})
    made = append_wrapped(project, layers.ReLU(), None, 4)
    assert {name: place for name, place in cells(made).items() if name != "relu_1"} == cells(project)
    assert made.graph.node("relu_1").position == (3 * X + 30.0, 20.0)


def test_what_lies_in_a_collapsed_group_takes_no_room_in_the_row() -> None:
    project = group(chain(7, 4), ("dense_1", "dense_2"), "block")
    before = cells(project)
    made = append_wrapped(project, layers.ReLU(), "dense_6", 4)
    assert cells(made)["relu_1"] == (3, 1)
    assert {name: place for name, place in cells(made).items() if name != "relu_1"} == before
    inside = append_wrapped(project, layers.ReLU(), "dense_1", 2)
    assert inside.graph.node("relu_1").group == project.graph.groups[0].id
    outside = {node.id: node.position for node in project.graph.nodes if not node.group}
    assert {name: inside.graph.node(name).position for name in outside} == outside


def test_what_cannot_follow_is_refused() -> None:
    project = append_wrapped(chain(2, 4), losses.MeanSquaredError(), None, 4)
    with pytest.raises(edits.EditError):
        append_wrapped(project, losses.MeanSquaredError(), "input_1", 4)


@pytest.mark.parametrize("columns", [1, 2, 3, 7])
def test_no_two_cards_ever_lie_on_each_other(columns: int) -> None:
    project = chain(5, columns)
    for turn in range(12):
        after = project.graph.nodes[turn % len(project.graph.nodes)].id
        project = append_wrapped(project, layers.ReLU(), after, columns)
        places = list(cells(project).values())
        assert len(set(places)) == len(places)


def test_a_row_may_become_as_long_as_the_longest_that_is_there() -> None:
    project = edits.arrange(chain(11, 4), 8)
    project = append_wrapped(project, layers.ReLU(), None, 4)
    assert cells(project)["relu_1"] == (3, 1)
    assert all(row < 2 for _, row in cells(project).values())
