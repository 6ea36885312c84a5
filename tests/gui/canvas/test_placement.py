"""What a drop at a point means, from positions alone."""

from __future__ import annotations

import pytest

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.gui.canvas.geometry import Point, card_box
from deepviz.gui.canvas.placement import add_in_place, appended, inserted, placement
from deepviz.gui.canvas.routes import edge_routes


@pytest.fixture
def row() -> Project:
    """input_1 -> dense_1 -> relu_1 in one row."""
    project = Project()
    for number, layer in enumerate((Input(shape=(4,)), Dense(), ReLU())):
        project = edits.add_node(project, layer, (number * 216.0, 0.0))
    return edits.connect(edits.connect(project, "input_1", "dense_1"), "dense_1", "relu_1")


def _placed(project, layer, point):
    places = {node.id: node.position for node in project.graph.nodes}
    routes = edge_routes(project.graph, places, project.graph.edges)
    return placement(project.graph, places, routes, layer, point, 26.0)


def test_layers_that_cannot_stand_between_are_not_inserted(row):
    for layer in (Input(shape=(4,)), SoftmaxCrossEntropy()):
        assert _placed(row, layer, Point(193, 46)).edge is None
    assert _placed(row, Dense(), Point(193, 46)).edge == Edge("input_1", "dense_1")


def test_only_what_lies_behind_the_new_card_moves(row):
    chosen = inserted({node.id: node.position for node in row.graph.nodes}, Edge("dense_1", "relu_1"))
    assert chosen.position == (432, 0)
    assert chosen.moved == {"relu_1": (648, 0)}


def test_where_there_is_room_nothing_moves(row):
    apart = edits.move(row, {"relu_1": (2000.0, 0.0)})
    assert appended({node.id: node.position for node in apart.graph.nodes}, "dense_1").moved == {}


def test_other_rows_do_not_move(row):
    project = edits.add_node(row, Dense(), (432.0, 148.0))
    chosen = appended({node.id: node.position for node in project.graph.nodes}, "dense_1")
    assert set(chosen.moved) == {"relu_1"}


def test_the_edit_does_what_the_placement_says(row):
    chosen = _placed(row, Dense(units=5), Point(193, 46))
    label, edit = chosen.request(Dense(units=5), row.graph)
    made = edit(row)
    assert label == "Insert Dense before dense_1"
    assert made.graph.node("dense_2").position == chosen.position
    boxes = [card_box(node.position) for node in made.graph.nodes]
    assert not any(a.meets(b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])


def test_all_other_nodes_stay_where_they_are(row):
    made = add_in_place(row, lambda project: edits.append_after(project, Dense(), "input_1"), (7.0, 9.0), {})
    assert [node.position for node in made.graph.nodes] == [(0, 0), (216, 0), (432, 0), (7, 9)]
