"""What is said at once about what the pointer is over: shapes on edges, names of input ports."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.graph import Edge, Node
from deepviz.document.project import Project
from deepviz.engine import layers
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.input import Input
from deepviz.gui.canvas.geometry import Point
from deepviz.gui.canvas.hover_labels import middle_of, port_name
from deepviz.gui.canvas.label_item import Label
from deepviz.gui.canvas.route import route

NONE = Qt.MouseButton.NoButton


def _said(owner) -> list[str]:
    return owner.view.network.labels.texts


def _over(owner, source, target):
    owner.move(middle_of(owner.view.network.routes[Edge(source, target)]), NONE)


@pytest.fixture
def on_images(owner):
    """An image, a convolution, and another that nothing is known about."""
    project = edits.add_node(Project(), Input(shape=(28, 28, 1)), (0.0, 0.0))
    project = edits.append(project, edits.new_layer("Conv2D"), "input_1")
    project = edits.append(project, edits.new_layer("Conv2D"), "conv2d_1")
    owner.show(project)
    return owner


def test_an_edge_says_its_shape_at_once_and_no_longer_than_the_pointer_is_there(on_images):
    _over(on_images, "conv2d_1", "conv2d_2")
    (text,) = _said(on_images)
    assert text.count(" × ") == 2
    _over(on_images, "input_1", "conv2d_1")
    assert _said(on_images) == ["28 × 28 × 1"]
    on_images.move(Point(-30, -30), NONE)
    assert _said(on_images) == []


def test_it_goes_when_the_pointer_leaves_the_canvas_and_when_the_edge_is_gone(on_images):
    _over(on_images, "input_1", "conv2d_1")
    QApplication.sendEvent(on_images.view, QEvent(QEvent.Type.Leave))
    assert _said(on_images) == []
    _over(on_images, "input_1", "conv2d_1")
    on_images.show(edits.disconnect(on_images.project, on_images.project.graph.edges), fit=False)
    assert _said(on_images) == []


def test_it_says_the_new_shape_after_an_edit(on_images):
    _over(on_images, "input_1", "conv2d_1")
    on_images.show(edits.set_layer(on_images.project, "input_1", Input(shape=(32, 32, 3))), fit=False)
    assert _said(on_images) == ["32 × 32 × 3"]


def test_a_shape_that_is_not_known_is_called_so(owner):
    project = edits.add_node(Project(), edits.new_layer("Dense"), (0.0, 0.0))
    owner.show(edits.append(project, edits.new_layer("Dense"), "dense_1"))
    _over(owner, "dense_1", "dense_2")
    assert _said(owner) == ["shape not known yet"]


def test_it_stands_above_the_edge_and_hides_nothing_of_it(on_images):
    _over(on_images, "input_1", "conv2d_1")
    (label,) = [item for item in on_images.view.network.items() if isinstance(item, Label) and item.isVisible()]
    assert label.boundingRect().bottom() < 0


def test_input_ports_are_named_where_there_are_several(on_branches):
    on_branches.move(on_branches.middle("add_1"), NONE)
    assert _said(on_branches) == ["input 1", "input 2", "input 3"]
    on_branches.move(on_branches.middle("dense_1"), NONE)
    assert _said(on_branches) == []


def test_from_far_away_ports_are_too_close_to_be_named_together(on_branches):
    on_branches.view.zoom_about(on_branches.view.viewport().rect().center().toPointF(), 0.6)
    on_branches.move(on_branches.middle("add_1"), NONE)
    assert _said(on_branches) == []


def test_while_connecting_only_the_port_is_named_where_it_would_end(on_branches):
    on_branches.press(on_branches.output("dense_3"))
    on_branches.move(on_branches.input("add_1", 2))
    assert _said(on_branches) == ["input 3"]
    on_branches.key(Qt.Key.Key_Escape)
    assert _said(on_branches) == []


def test_a_connection_that_begins_takes_the_names_of_its_own_card_away(on_branches):
    on_branches.move(on_branches.output("add_1"), NONE)
    assert len(_said(on_branches)) == 3
    on_branches.press(on_branches.output("add_1"))
    assert _said(on_branches) == []
    on_branches.key(Qt.Key.Key_Escape)


def test_layers_whose_inputs_differ_name_them():
    attention = Node("a", layers.registry["MultiHeadAttention"]())
    assert [port_name(attention, number) for number in range(3)] == ["query", "value", "key"]
    assert port_name(Node("b", Add()), 1) == "input 2"


def test_the_middle_of_an_edge_is_half_way_along_it():
    assert middle_of(route(Point(0, 0), Point(100, 0))) == (50, 0)
    detour = route(Point(0, 0), Point(400, 0), level=-80)
    assert middle_of(detour) == pytest.approx((200, -80))


def test_a_long_edge_is_labelled_where_the_pointer_is(on_chain):
    way = on_chain.view.network.routes[Edge("dense_2", "loss_1")]
    on_chain.move(Point(90, middle_of(way).y + 3), NONE)
    (label,) = [item for item in on_chain.view.network.items() if isinstance(item, Label) and item.isVisible()]
    assert label.pos().toTuple() == pytest.approx((90, middle_of(way).y), abs=1)


def test_words_that_would_be_cut_off_at_a_side_move_into_sight(on_chain):
    view = on_chain.view
    view.look_at(1.0, Point(view.viewport().width() / 2 + 192, 46))
    on_chain.drag_over("Tanh", Point(193, 46))
    label = view.network.overlays._words
    shown = view.viewportTransform().map(label.scenePos()).x() + label._area.left()
    assert "Insert between" in view.network.overlays.words
    assert shown >= 0
    assert label._area.center().x() > 5, "without room it would stand in the middle below the card"
    on_chain.drag_out()
