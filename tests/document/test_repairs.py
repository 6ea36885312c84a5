"""Every repair that is offered mends what was complained about, in one go; what would not help is not offered."""

from __future__ import annotations

from itertools import product

import pytest

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts, Problem, check
from deepviz.engine import layers
from deepviz.engine.shapes import Shape, ShapeError

Layers = tuple[tuple[str, dict[str, object]], ...]

DIGITS = DataFacts((28, 28, 1), "classification", 10, 1000)


def chain(*kinds: tuple[str, dict[str, object]]) -> Project:
    project = Project()
    for key, changes in kinds:
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return project


def one_problem(project: Project, facts: DataFacts | None) -> Problem:
    (problem,) = check(project, facts).problems
    return problem


@pytest.mark.parametrize(
    ("shape", "kinds", "label"),
    [
        ((28, 28, 1), (("Dense", {}),), "Insert Flatten"),
        ((784,), (("Conv2D", {}), ("Flatten", {}), ("Dense", {})), "Insert Reshape to 28 × 28 × 1"),
        ((28, 28), (("Conv2D", {}), ("Flatten", {}), ("Dense", {})), "Insert Reshape to 28 × 28 × 1"),
        ((12,), (("Conv1D", {}), ("Flatten", {}), ("Dense", {})), "Insert Reshape to 12 × 1"),
        ((4, 4, 6), (("GroupNorm", {"groups": 4}), ("Flatten", {}), ("Dense", {})), "Set groups to 2"),
        ((4, 4, 3), (("MaxPool2D", {"pool_size": (5, 5)}), ("Flatten", {}), ("Dense", {})), "Set padding to same"),
    ],
)
def test_what_a_layer_asks_for_is_done_in_one_click(shape: Shape, kinds: Layers, label: str) -> None:
    project = chain(("Input", {"shape": shape}), *kinds, ("SoftmaxCrossEntropy", {}))
    problem = check(project).problems[0]
    (repair,) = problem.repairs
    assert repair.label == label
    assert check(repair.edit(project)).problems == ()


@pytest.mark.parametrize(
    ("kinds", "label"),
    [
        ((("Flatten", {}), ("Dense", {"units": 3}), ("Dropout", {})), "Set units to 10"),
        ((("Conv2D", {}), ("GlobalAveragePool", {})), "Insert Dense with 10 units"),
        ((("Flatten", {}), ("Dense", {"units": 9}), ("Reshape", {"target_shape": (3, 3, 1)}), ("MaxPool2D", {})),
         "Insert Flatten and Dense with 10 units"),
        ((("Conv2D", {}),), "Insert Flatten and Dense with 10 units"),
        ((("Reshape", {"target_shape": (28, 28)}), ("LSTM", {"units": 3})), "Set units to 10"),
        ((("Reshape", {"target_shape": (28, 28)}), ("LSTM", {"return_sequences": True})),
         "Insert Flatten and Dense with 10 units"),
    ],
)  # fmt: skip
def test_outputs_that_do_not_fit_the_classes_are_mended_where_it_helps(kinds: Layers, label: str) -> None:
    project = chain(("Input", {"shape": (28, 28, 1)}), *kinds, ("SoftmaxCrossEntropy", {}))
    (repair,) = one_problem(project, DIGITS).repairs
    assert repair.label == label
    assert check(repair.edit(project), DIGITS).problems == ()


def test_what_would_not_help_is_not_offered() -> None:
    """No square image lies in two numbers, and a kernel of 3 × 3 does not fit into one pixel."""
    project = chain(("Input", {"shape": (2,)}), ("Conv2D", {}), ("Flatten", {}), ("SoftmaxCrossEntropy", {}))
    problem = one_problem(project, None)
    assert problem.where == "conv2d_1"
    assert problem.repairs == ()


def test_a_change_further_back_must_suit_all_layers_between() -> None:
    """Ten units would suit the loss, but not the branch that is added to them."""
    project = chain(("Input", {"shape": (5,)}), ("Dense", {"units": 5}), ("Add", {}), ("SoftmaxCrossEntropy", {}))
    project = edits.connect(project, "input_1", "add_1")
    facts = DataFacts((5,), "classification", 10, 100)
    (repair,) = one_problem(project, facts).repairs
    assert repair.label == "Insert Dense with 10 units"
    assert check(repair.edit(project), facts).problems == ()


SHAPES: tuple[Shape, ...] = ((1,), (2,), (36,), (5, 4), (6, 6, 1), (8, 8, 3), (1, 1, 1), (3, 2, 2, 2))


@pytest.mark.parametrize("kind", layers.registry.values(), ids=lambda kind: kind.key)
def test_any_layer_takes_or_refuses_any_shape_in_words_and_offers_only_what_helps(kind: type[layers.Layer]) -> None:
    for layer in (kind(), *(layer for layer, _ in kind.examples())):
        for inputs in product(SHAPES, repeat=max(1, layer.minimum_inputs)):
            if layer.maximum_inputs == 0:
                continue
            project = chain(("Input", {"shape": inputs[0]}))
            for number, shape in enumerate(inputs[1:], 2):
                reshape = layers.registry["Input"]().changed(shape=shape)
                project = edits.add_node(project, reshape, (0.0, 200.0 * number))
            project = edits.add_node(project, layer, (400.0, 0.0))
            target = project.graph.nodes[-1].id
            for number in range(len(inputs)):
                project = edits.connect(project, project.graph.nodes[number].id, target)
            try:
                layer.output_shape(inputs)
            except ShapeError:
                (problem, *_) = check(project).problems_at(target)
                assert problem.text.startswith(f"{target}: ")
                for repair in problem.repairs:
                    left = check(repair.edit(project)).problems_at(target)
                    assert all("leads nowhere" in each.text for each in left)
            else:
                assert check(project).shapes[target] == layer.output_shape(inputs)
