"""What is wrong with a project as a whole, and warnings: each is told where it belongs, and its offers mend it."""

from __future__ import annotations

import pytest

from deepviz.document import edits
from deepviz.document.compile import compile_project
from deepviz.document.problems import DataFacts, Problem
from deepviz.document.project import Project
from deepviz.document.shapes import check
from tests.document.chains import chain

SPIRALS = DataFacts((2,), "classification", 2, 480)
DIGITS = DataFacts((8, 8, 1), "classification", 10, 1400)
PRICES = DataFacts((2,), "regression", 1, 100)


def labels(problem: Problem) -> list[str]:
    return [repair.label for repair in problem.repairs]


def test_a_missing_loss_is_put_behind_the_end_if_that_fits() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 2}))
    missing, loose = check(project, SPIRALS).problems
    assert missing.text.startswith("There is no loss")
    assert loose.where == "dense_1"
    assert labels(missing) == ["Add softmax cross-entropy at the end"]
    mended = missing.repairs[0].edit(project)
    assert check(mended, SPIRALS).remarks == ()


def test_a_missing_loss_comes_with_a_dense_layer_if_the_outputs_do_not_fit() -> None:
    project = chain(("Input", {"shape": (8, 8, 1)}), ("Conv2D", {}))
    missing = check(project, DIGITS).problems[0]
    assert labels(missing) == [
        "Add Flatten, Dense with 10 units and softmax cross-entropy",
        "Add softmax cross-entropy at the end",
    ]
    mended = missing.repairs[0].edit(project)
    assert [node.layer.key for node in mended.graph.nodes][2:] == ["Flatten", "Dense", "SoftmaxCrossEntropy"]
    assert check(mended, DIGITS).remarks == ()
    half = missing.repairs[1].edit(project)
    assert [problem.where for problem in check(half, DIGITS).problems] == ["loss_1"]


def test_numbers_are_fitted_with_squared_error() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 4}))
    missing = check(project, PRICES).problems[0]
    assert labels(missing)[0] == "Add Dense with 1 unit and squared error"
    assert check(missing.repairs[0].edit(project), PRICES).remarks == ()


def test_a_loss_for_another_task_can_be_replaced() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 1}), ("SoftmaxCrossEntropy", {}))
    (problem,) = check(project, PRICES).problems
    assert labels(problem) == ["Replace it by squared error"]
    mended = problem.repairs[0].edit(project)
    assert check(mended, PRICES).remarks == ()
    assert mended.graph.node("loss_1").layer.key == "MeanSquaredError"


def test_an_empty_canvas_has_no_end_to_put_a_loss_behind() -> None:
    assert [labels(problem) for problem in check(Project(), SPIRALS).problems] == [["Add an Input"], []]


def test_a_second_input_and_a_second_loss_can_be_deleted() -> None:
    good = chain(("Input", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {}))
    for key, name in (("Input", "input_2"), ("MeanSquaredError", "loss_2")):
        project = edits.add_node(good, edits.new_layer(key), (0, 400))
        second = next(problem for problem in check(project, SPIRALS).problems if "second" in problem.text)
        assert second.where == name
        assert labels(second) == [f"Delete {name}"]
        assert check(second.repairs[0].edit(project), SPIRALS).problems == ()


@pytest.mark.parametrize(
    ("layer", "loss", "units"),
    [("Softmax", "SoftmaxCrossEntropy", 2), ("Softmax", "KLDivergence", 2), ("Sigmoid", "BinaryCrossEntropy", 1)],
)
def test_what_a_loss_takes_by_itself_is_a_warning_and_can_be_removed(layer: str, loss: str, units: int) -> None:
    project = chain(("Input", {}), ("Dense", {"units": units}), (layer, {}), (loss, {}))
    report = check(project, SPIRALS)
    assert report.problems == ()
    (warning,) = report.warnings
    assert warning.is_warning
    assert warning.where == f"{layer.lower()}_1"
    assert f"one {layer.lower()} too many; loss_1 takes one by itself" in warning.text
    assert labels(warning) == [f"Remove {layer.lower()}_1"]
    mended = warning.repairs[0].edit(project)
    assert check(mended, SPIRALS).remarks == ()
    assert [node.layer.key for node in mended.graph.nodes] == ["Input", "Dense", loss]


@pytest.mark.parametrize("layer", ["ReLU", "Sigmoid"])
def test_other_activations_before_a_loss_are_no_duplicates(layer: str) -> None:
    project = chain(("Input", {}), ("Dense", {"units": 2}), (layer, {}), ("SoftmaxCrossEntropy", {}))
    assert check(project, SPIRALS).remarks == ()


def test_a_softmax_before_squared_error_is_wanted() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 2}), ("Softmax", {}), ("MeanSquaredError", {}))
    assert check(project, SPIRALS).warnings == ()


def test_a_warning_does_not_keep_a_project_from_being_trained() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 2}), ("Softmax", {}), ("SoftmaxCrossEntropy", {}))
    assert check(project, SPIRALS).warnings
    network, _ = compile_project(project, SPIRALS)
    assert network.parameters.count == 6


def test_when_everything_is_frozen_nothing_trains() -> None:
    frozen = {"units": 2, "trainable": False}
    project = chain(("Input", {}), ("Dense", frozen), ("Dense", frozen), ("SoftmaxCrossEntropy", {}))
    (warning,) = check(project, SPIRALS).warnings
    assert (warning.where, labels(warning)) == (None, ["Train all layers"])
    mended = warning.repairs[0].edit(project)
    assert check(mended, SPIRALS).remarks == ()
    assert check(edits.set_layer(project, "dense_1", edits.new_layer("Dense")), SPIRALS).warnings == ()


def test_a_network_without_parameters_cannot_learn() -> None:
    (warning,) = check(chain(("Input", {}), ("SoftmaxCrossEntropy", {})), SPIRALS).warnings
    assert warning.text.startswith("Nothing can be trained: no layer has parameters")


def test_training_samples_of_one_class_are_told_and_hinder_nothing() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {}))
    report = check(project, DataFacts((2,), "classification", 2, 1120, only_class="virginica"))
    (warning,) = report.warnings
    assert report.problems == ()
    assert (warning.severity, warning.where) == ("warning", None)
    assert warning.text.startswith("All 1\u202f120 training samples belong to one class, virginica, so")
    (alone,) = check(project, DataFacts((2,), "classification", 2, 1, only_class="b")).warnings
    assert alone.text.startswith("The training sample belongs to one class, b")
    assert check(project, SPIRALS).warnings == ()
