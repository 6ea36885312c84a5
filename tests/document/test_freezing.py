"""Freezing as an edit: all layers of the chosen cards that have parameters, and nothing else."""

from __future__ import annotations

import pytest

from deepviz.document import edits, freezing, group_edits
from deepviz.document.edits import EditError
from deepviz.document.project import Project
from deepviz.engine.weighted import Trained
from deepviz.training.run_plan import same_run


@pytest.fixture
def project() -> Project:
    """input_1 -> dense_1 -> tanh_1 -> dense_2 -> loss_1."""
    made = Project()
    for key in ("Input", "Dense", "Tanh", "Dense", "SoftmaxCrossEntropy"):
        made = edits.append(made, edits.new_layer(key))
    return made


def frozen(project: Project) -> list[str]:
    return [node.id for node in project.graph.nodes if isinstance(node.layer, Trained) and node.layer.frozen]


def test_a_layer_is_frozen_and_let_go_again_and_is_the_same_as_before(project: Project) -> None:
    cold = freezing.set_frozen(project, ["dense_1"], True)
    assert frozen(cold) == ["dense_1"]
    assert freezing.set_frozen(cold, ["dense_1"], False) == project
    assert same_run(project, cold), "a run goes on with its weights"


def test_of_several_cards_those_without_parameters_are_passed_over(project: Project) -> None:
    everything = [node.id for node in project.graph.nodes]
    assert freezing.with_parameters(project.graph, everything) == ("dense_1", "dense_2")
    assert frozen(freezing.set_frozen(project, everything, True)) == ["dense_1", "dense_2"]


def test_a_group_stands_for_its_layers(project: Project) -> None:
    grouped = group_edits.group(project, ["dense_1", "tanh_1"])
    (group,) = grouped.graph.groups
    cold = freezing.set_frozen(grouped, [group.id], True)
    assert frozen(cold) == ["dense_1"]
    assert freezing.are_frozen(cold.graph, [group.id])
    assert not freezing.are_frozen(cold.graph, [group.id, "dense_2"]), "dense_2 still learns"


def test_where_nothing_has_parameters_it_says_so(project: Project) -> None:
    assert not freezing.are_frozen(project.graph, ["tanh_1"])
    with pytest.raises(EditError, match="Nothing here has parameters"):
        freezing.set_frozen(project, ["tanh_1"], True)
