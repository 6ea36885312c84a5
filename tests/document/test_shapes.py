"""The live check: shapes, parameter counts, and problems at the node concerned with offers that mend them."""

from __future__ import annotations

import tracemalloc

import pytest

from deepviz.document import edits, group_edits
from deepviz.document.compile import ProjectError, compile_project
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts, check

SPIRALS = DataFacts((2,), "classification", 2, 480)
DIGITS = DataFacts((8, 8, 1), "classification", 10, 1400)
PRICES = DataFacts((2,), "regression", 1, 100)


def chain(*layers: tuple[str, dict[str, object]]) -> Project:
    project = Project()
    for key, changes in layers:
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return project


GOOD = chain(("Input", {}), ("Dense", {"units": 8}), ("ReLU", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {}))


def test_a_good_project_has_shapes_counts_and_no_problem() -> None:
    report = check(GOOD, SPIRALS)
    assert report.problems == ()
    assert report.shapes == {"input_1": (2,), "dense_1": (8,), "relu_1": (8,), "dense_2": (2,), "loss_1": ()}
    assert report.parameters == {"input_1": 0, "dense_1": 24, "relu_1": 0, "dense_2": 18, "loss_1": 0}
    assert report.total_parameters == 42
    network, _ = compile_project(GOOD, SPIRALS)
    assert network.parameters.count == 42


def test_a_mismatch_is_told_at_its_node_and_its_repair_mends_it() -> None:
    project = chain(("Input", {"shape": (8, 8, 1)}), ("Dense", {"units": 10}), ("SoftmaxCrossEntropy", {}))
    (problem,) = check(project, DIGITS).problems
    assert problem.where == "dense_1"
    assert "needs a flat input; it gets 8 × 8 × 1. Insert Flatten." in problem.text
    (repair,) = problem.repairs
    assert check(repair.edit(project), DIGITS).problems == ()


def test_an_output_that_does_not_fit_the_targets_offers_the_right_number_of_units() -> None:
    project = chain(("Input", {}), ("Dense", {"units": 7}), ("ReLU", {}), ("SoftmaxCrossEntropy", {}))
    (problem,) = check(project, SPIRALS).problems
    assert problem.where == "loss_1"
    assert "each of the data's 2 classes; it gets 7" in problem.text
    assert check(problem.repairs[0].edit(project), SPIRALS).problems == ()


@pytest.mark.parametrize("key", ["BinaryCrossEntropy", "Hinge"])
def test_two_classes_take_a_single_output_where_the_loss_can_read_it(key: str) -> None:
    project = chain(("Input", {}), ("Dense", {"units": 7}), ("ReLU", {}), (key, {}))
    (problem,) = check(project, SPIRALS).problems
    assert "data's 2 classes, or a single one; it gets 7" in problem.text
    (repair,) = problem.repairs
    assert repair.label == "Set units to 1"
    mended = repair.edit(project)
    assert check(mended, SPIRALS).problems == ()
    assert check(mended, DataFacts((2,), "classification", 3, 10)).problems[0].repairs[0].label == "Set units to 3"


def test_class_weights_that_do_not_fit_the_data_are_told_at_the_loss() -> None:
    layer = ("SoftmaxCrossEntropy", {"class_weights": (1, 2, 3)})
    (problem,) = check(chain(("Input", {}), ("Dense", {"units": 2}), layer), SPIRALS).problems
    assert problem.where == "loss_1"
    assert "3 class weights for 2 classes" in problem.text
    assert problem.repairs == ()


def test_an_input_that_does_not_fit_the_data_is_told_and_mended() -> None:
    problems = check(GOOD, DIGITS).problems
    assert [problem.where for problem in problems] == ["input_1", "loss_1"]
    mended = problems[0].repairs[0].edit(GOOD)
    assert mended.graph.node("input_1").layer.shape == (8, 8, 1)  # type: ignore[union-attr]


def test_a_loss_for_classes_refuses_numbers() -> None:
    (problem,) = check(GOOD, PRICES).problems
    assert "is for classification; this data is for regression" in problem.text


def test_missing_parts_are_told() -> None:
    texts = [problem.text for problem in check(Project(), SPIRALS).problems]
    assert [text.split(":")[0] for text in texts] == ["There is no Input", "There is no loss"]


def test_a_dangling_layer_is_told_at_the_layer() -> None:
    project = edits.connect(edits.add_node(GOOD, edits.new_layer("Tanh"), (0, 300)), "relu_1", "tanh_1")
    (problem,) = check(project, SPIRALS).problems
    assert problem.where == "tanh_1"
    assert "leads nowhere" in problem.text
    assert check(problem.repairs[0].edit(project), SPIRALS).problems == ()


def test_a_layer_without_input_is_told_at_the_layer() -> None:
    (problem,) = check(edits.add_node(GOOD, edits.new_layer("Tanh"), (0, 300)), SPIRALS).problems
    assert problem.where == "tanh_1"
    assert "nothing is connected to its input" in problem.text


def test_a_cycle_from_a_file_is_told_at_its_nodes_and_not_behind_it() -> None:
    layer = edits.new_layer("Tanh")
    nodes = tuple(Node(name, layer) for name in ("a", "b", "behind"))
    graph = Graph(nodes, (Edge("a", "b"), Edge("b", "a"), Edge("b", "behind")))
    report = check(Project(graph=graph), SPIRALS)
    assert {problem.where for problem in report.problems if "cycle" in problem.text} == {"a", "b"}
    assert report.shapes["behind"] is None


def test_compiling_a_wrong_project_raises_its_problems() -> None:
    with pytest.raises(ProjectError, match="There is no Input") as caught:
        compile_project(Project(), SPIRALS)
    assert len(caught.value.problems) == 2


def growing(times: int, size: tuple[int, int] = (1000, 1000)) -> Project:
    """A layer that makes an image so many times as high and wide, repeated, and a pooling layer behind it."""
    project = edits.append(Project(), edits.new_layer("Input").changed(shape=(8, 8, 1)))
    project = edits.append(project, edits.new_layer("UpSample2D").changed(size=size))
    project = edits.append(project, edits.new_layer("MaxPool2D"))
    (grows,) = (node.id for node in project.graph.nodes if node.layer.key == "UpSample2D")
    return group_edits.set_repeat(group_edits.group(project, [grows]), "group_1", times)


@pytest.mark.parametrize("times", [3, 10, 100])
def test_what_is_repeated_until_it_is_beyond_all_bounds_is_told_and_not_tried(times: int) -> None:
    report = check(growing(times))
    assert "upsample2d_1" in [problem.node_id for problem in report.problems]
    assert report.shapes["maxpool2d_1"] is None


def test_what_grows_beyond_all_bounds_is_told_where_it_does() -> None:
    project = group_edits.ungroup(growing(1), ["group_1"])
    for _ in range(2):
        project = edits.append(project, edits.new_layer("UpSample2D").changed(size=(1000, 1000)))
    (told,) = [problem for problem in check(project).problems if "numbers for each sample" in problem.text]
    most = "1\u202f000\u202f000\u202f000\u202f000"
    assert told.text.startswith(f"upsample2d_2: UpSample2D would give more than {most} numbers")


def test_pooling_something_very_large_takes_no_memory_to_check() -> None:
    project = growing(2, (1000, 1))
    tracemalloc.start()
    try:
        shapes = check(project).shapes.values()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (4_000_000, 4, 1) in shapes
    assert most < 2_000_000
