"""What a card says about its node."""

from __future__ import annotations

import pytest

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.document.shapes import Problem, Report, check
from deepviz.engine import layers, losses
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.gui.amounts import THIN_SPACE
from deepviz.gui.canvas.card_face import face_of, new_face, problems_by_node, short


def _faces(project):
    report = check(project)
    problems = problems_by_node(report)
    return {node.id: face_of(node, project.graph, report, problems.get(node.id, ())) for node in project.graph.nodes}


def _connected(*made):
    project = Project()
    for number, layer in enumerate(made):
        project = edits.add_node(project, layer, (number * 216.0, 0.0))
        if number:
            project = edits.connect(project, project.graph.nodes[-2].id, project.graph.nodes[-1].id)
    return project


def test_shape_and_parameters():
    face = _faces(_connected(Input(shape=(28, 28, 1)), layers.Flatten(), Dense(units=512)))["dense_1"]
    assert (face.label, face.headline, face.shape) == ("Dense", "512", "512")
    assert face.parameters == f"401{THIN_SPACE}920"
    assert (face.inputs, face.has_output, face.is_loss) == (1, True, False)


def test_an_input_says_its_shape_once_and_has_no_input_port():
    face = _faces(_connected(Input(shape=(28, 28, 1)), layers.Flatten()))["input_1"]
    assert (face.headline, face.shape, face.inputs) == ("28 × 28 × 1", "", 0)


def test_a_loss_has_no_output_and_no_shape():
    face = _faces(_connected(Input(shape=(4,)), SoftmaxCrossEntropy()))["loss_1"]
    assert (face.has_output, face.shape, face.is_loss) == (False, "", True)


def test_what_cannot_be_known_is_a_question_mark():
    faces = _faces(_connected(Input(shape=(4, 4, 1)), Dense(), Dense()))
    assert faces["dense_1"].shape == faces["dense_2"].shape == "?"
    assert faces["dense_1"].problem == "Dense needs a flat input"


def test_contradictions_are_bad_and_what_is_unfinished_is_a_warning():
    faces = _faces(_connected(Input(shape=(4, 4, 1)), Dense(), Dense()))
    assert (faces["dense_1"].severity, faces["dense_2"].severity) == ("bad", "warning")
    alone = _faces(edits.add_node(Project(), Dense(), (0.0, 0.0)))["dense_1"]
    assert (alone.severity, alone.problem) == ("warning", "Nothing is connected to its input")
    assert _faces(edits.add_node(Project(), Add(), (0.0, 0.0)))["add_1"].severity == "warning"


def test_equal_nodes_have_equal_faces():
    project = _connected(Input(shape=(4,)), Dense(units=3), SoftmaxCrossEntropy())
    assert _faces(project) == _faces(edits.move(project, {"dense_1": (500.0, 500.0)}))


def test_a_problem_of_an_edge_is_shown_where_the_edge_ends():
    edge = Edge("a", "b")
    report = Report({}, {}, (Problem("First.", edge), Problem("Second.", "b"), Problem("Third.", None)))
    assert problems_by_node(report) == {"b": report.problems[:2]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dense_1: Dense needs a flat input; it gets 4 × 4. Insert Flatten.", "Dense needs a flat input"),
        ("dense_1 leads nowhere. Connect it to a layer.", "Leads nowhere"),
        ("dense_1 is part of a cycle; data must flow one way.", "Part of a cycle"),
        ("Something else entirely.", "Something else entirely"),
    ],
)
def test_short_problems(text, expected):
    assert short(Problem(text), "dense_1") == expected


@pytest.mark.parametrize("key", [*layers.registry, *losses.registry])
def test_every_layer_has_a_face_before_it_is_placed(key):
    face = new_face(edits.new_layer(key))
    assert face.label
    assert face.icon == key
    assert face.has_output != face.is_loss
