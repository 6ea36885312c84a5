"""Groups on the canvas: made, drawn as one card or open, looked into, repeated, named; attached activations."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from deepviz.document import edits, group_edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.gui.canvas import commands, group_commands
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, Port
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.hit_test import port_place
from deepviz.gui.canvas.text_editor import TextEditor
from tests.gui.canvas.conftest import NO_KEYS, Owner

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def six() -> Project:
    """input_1, dense_1, relu_1, dense_2, relu_2, dense_3, loss_1 in two rows."""
    project = Project()
    for key in ("Input", "Dense", "ReLU", "Dense", "ReLU", "Dense", "SoftmaxCrossEntropy"):
        project = edits.append(project, edits.new_layer(key))
    return edits.arrange(project, 4)


@pytest.fixture
def on_six(owner: Owner) -> Owner:
    owner.show(six())
    return owner


@pytest.fixture
def grouped(on_six: Owner) -> Owner:
    """dense_2 and relu_2 are one card."""
    on_six.view.select(("dense_2", "relu_2"))
    on_six.key(Qt.Key.Key_G, CONTROL)
    return on_six


def drawn_pairs(owner: Owner) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in owner.view.network.graph.edges}


def test_ctrl_g_makes_one_card_of_what_is_selected(grouped: Owner) -> None:
    network = grouped.view.network
    assert grouped.labels == ["Group 2 layers"]
    assert set(network.places) == {"input_1", "dense_1", "relu_1", "group_1", "dense_3", "loss_1"}
    assert {("relu_1", "group_1"), ("group_1", "dense_3")} <= drawn_pairs(grouped)
    assert network.selected == ("group_1",)
    face = network.node_items()["group_1"].face
    assert (face.label, face.is_group, face.inputs, face.has_output) == ("Group 1", True, 1, True)


def test_messages_and_menus_call_a_group_by_its_name(grouped: Owner) -> None:
    grouped.show(group_edits.rename_group(grouped.project, "group_1", "residual block"), fit=False)
    view = grouped.view
    into = next(edge for edge in view.network.graph.edges if edge.target == "group_1")
    view.network.select((), (into,))
    assert "from relu_1 to residual block" in view.accessibleDescription()
    grouped.key(Qt.Key.Key_Delete)
    view.go_to("group_1")
    assert view.accessibleDescription().startswith("residual block: ")
    grouped.key(Qt.Key.Key_Delete)
    assert grouped.labels[1:] == ["Disconnect relu_1 from residual block", "Delete residual block"]


def test_the_card_of_a_group_tells_the_parameters_of_all_its_layers(grouped: Owner) -> None:
    face = grouped.view.network.node_items()["group_1"].face
    assert face.parameters == str(16 * 16 + 16)
    grouped.show(group_edits.set_repeat(grouped.project, "group_1", 3), fit=False)
    face = grouped.view.network.node_items()["group_1"].face
    assert (face.headline, face.parameters) == ("× 3", str(3 * (16 * 16 + 16)))


def test_dragging_the_card_moves_everything_in_it(grouped: Owner) -> None:
    before = {node: grouped.place(node) for node in ("dense_2", "relu_2", "dense_1")}
    start = grouped.middle("group_1")
    grouped.drag(start, Point(start.x + 64, start.y + 160), keys=NO_KEYS)
    moved = {node: grouped.place(node) for node in before}
    dx, dy = moved["dense_2"][0] - before["dense_2"][0], moved["dense_2"][1] - before["dense_2"][1]
    assert (dx, dy) != (0, 0)
    assert moved["relu_2"] == (before["relu_2"][0] + dx, before["relu_2"][1] + dy)
    assert moved["dense_1"] == before["dense_1"]


def test_a_double_click_looks_into_a_group_and_escape_leads_out(grouped: Owner) -> None:
    view = grouped.view
    place = view.place_of(grouped.middle("group_1"))
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)
    assert set(view.network.places) == {"dense_2", "relu_2", "relu_1", "dense_3"}
    assert set(view.network.outside) == {"relu_1", "dense_3"}
    assert view.breadcrumbs.names == ["Network", "Group 1"]
    grouped.key(Qt.Key.Key_Escape)
    assert view.breadcrumbs.names == []
    assert view.network.selected == ("group_1",)


def test_enter_looks_in_and_a_breadcrumb_leads_out(grouped: Owner) -> None:
    view = grouped.view
    view.go_to("group_1")
    grouped.key(Qt.Key.Key_Return)
    assert view.folding.scope == "group_1"
    (button,) = [each for each in view.breadcrumbs.findChildren(QToolButton) if each.text() == "Network"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.folding.scope == ""
    assert grouped.activated == []


def test_a_layer_dropped_inside_a_group_lies_in_it(grouped: Owner) -> None:
    view = grouped.view
    grouped.show(edits.arrange(grouped.project, 9), fit=False)
    view.look_into("group_1")
    grouped.show(edits.arrange(grouped.project, 9, "group_1"), fit=False)
    places = view.network.places
    outer = {node: grouped.place(node) for node in ("relu_1", "dense_3")}
    between = Point((places["dense_2"].x + WIDTH + places["relu_2"].x) / 2, places["dense_2"].y + HEIGHT / 2)
    assert grouped.drop("Dropout", between)
    assert grouped.project.graph.node("dropout_1").group == "group_1"
    assert {("dense_2", "dropout_1"), ("dropout_1", "relu_2")} <= grouped.pairs()
    assert {node: grouped.place(node) for node in outer} == outer, "they are only shown beside"


def test_what_lies_outside_can_neither_be_moved_nor_deleted(grouped: Owner) -> None:
    view = grouped.view
    view.look_into("group_1")
    before = grouped.project
    start = grouped.middle("relu_1")
    grouped.drag(start, Point(start.x, start.y + 80))
    view.select(("relu_1",))
    grouped.key(Qt.Key.Key_Delete)
    grouped.key(Qt.Key.Key_Up, SHIFT)
    assert grouped.project == before


def test_deleting_the_card_deletes_its_layers_and_heals_the_chain(grouped: Owner) -> None:
    grouped.view.select(("group_1",))
    grouped.key(Qt.Key.Key_Delete)
    assert ("relu_1", "dense_3") in grouped.pairs()
    assert grouped.project.graph.groups == ()
    assert "dense_2" not in grouped.project.graph.by_id


def test_a_connection_led_to_the_card_ends_inside(grouped: Owner) -> None:
    network = grouped.view.network
    start = port_place(network.graph, network.places, Port("input_1", True))
    end = port_place(network.graph, network.places, Port("group_1", False))
    grouped.drag(start, end)
    assert ("input_1", "dense_2") in grouped.pairs()
    assert ("relu_1", "dense_2") not in grouped.pairs()


def test_o_opens_a_group_in_a_frame_and_collapses_it_again(grouped: Owner) -> None:
    view = grouped.view
    view.select(("group_1",))
    grouped.key(Qt.Key.Key_O)
    assert {"dense_2", "relu_2"} <= set(view.network.places)
    frame = view.network.surroundings.frames["group_1"]
    for card in ("dense_2", "relu_2"):
        x, y = view.network.places[card]
        assert frame.box.contains(Point(x, y))
        assert frame.box.contains(Point(x + WIDTH, y + HEIGHT))
    assert set(view.network.selected) == {"dense_2", "relu_2"}
    grouped.key(Qt.Key.Key_O)
    assert "group_1" in view.network.places
    assert view.network.surroundings.frames == {}


def test_the_bar_of_a_frame_takes_the_group_and_drags_it(grouped: Owner) -> None:
    view = grouped.view
    view.select(("group_1",))
    grouped.key(Qt.Key.Key_O)
    bar = view.network.surroundings.frames["group_1"].bar
    before = {node: grouped.place(node) for node in ("dense_2", "relu_2")}
    start = Point(bar.left + 60, bar.top + 12)
    grouped.drag(start, Point(start.x, start.y + 200))
    moved = {node: grouped.place(node) for node in before}
    assert {moved[node][1] - before[node][1] for node in before} == {moved["dense_2"][1] - before["dense_2"][1]}
    assert moved["dense_2"][1] - before["dense_2"][1] > 100


def test_f2_writes_the_name_in_place(grouped: Owner) -> None:
    view = grouped.view
    view.select(("group_1",))
    grouped.key(Qt.Key.Key_F2)
    (field,) = view.findChildren(TextEditor)
    QTest.keyClicks(field, "residual block")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert grouped.project.graph.groups_by_id["group_1"].name == "residual block"
    assert view.network.node_items()["group_1"].face.label == "residual block"


def test_escape_gives_a_name_up(grouped: Owner) -> None:
    grouped.view.select(("group_1",))
    grouped.key(Qt.Key.Key_F2)
    (field,) = grouped.view.findChildren(TextEditor)
    QTest.keyClicks(field, "other")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert grouped.project.graph.groups_by_id["group_1"].name == "Group 1"


def test_the_menu_repeats_a_group_and_ungroups_it(grouped: Owner) -> None:
    view = grouped.view
    entries = {entry.label: entry for entry in commands.entries_for(view, "group_1", grouped.middle("group_1"))}
    times = {entry.label: entry for entry in entries["Repeat"].children}
    times["8 times"].run()
    assert grouped.project.graph.groups_by_id["group_1"].repeat == 8
    entries = {entry.label: entry for entry in commands.entries_for(view, "group_1", grouped.middle("group_1"))}
    entries["Ungroup"].run()
    assert "repeated 8 times" in grouped.refused[-1]
    group_commands.set_repeat(view, "group_1", 1)
    view.select(("group_1",))
    grouped.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert grouped.project.graph.groups == ()
    assert {"dense_2", "relu_2"} <= set(view.network.places)


def test_gradients_of_a_group_are_those_of_all_its_parameters(grouped: Owner) -> None:
    grouped.show(group_edits.set_repeat(grouped.project, "group_1", 2), fit=False)
    norms = {"dense_1": 1.0, "dense_2": 3.0, "dense_2.2": 4.0, "dense_3": 2.0}
    edges = {Edge("relu_1", "dense_2"): 0.5, Edge("relu_2", "dense_3"): 0.25}
    grouped.view.show_gradients(GradientPicture(norms, edges, 1.0))
    shown = grouped.view.network.gradients
    assert shown is not None
    assert shown.nodes["group_1"] == pytest.approx(5.0)
    assert shown.edges[Edge("relu_1", "group_1")] == 0.5
    assert shown.edges[Edge("group_1", "dense_3")] == 0.25


def test_a_frozen_layer_in_a_group_leaves_the_gradient_of_the_others(grouped: Owner) -> None:
    """What is frozen is not computed, and told as NaN; a group is no NaN for that."""
    view = grouped.view
    grouped.show(group_edits.set_repeat(grouped.project, "group_1", 3), fit=False)
    nan = float("nan")
    course = {"dense_2": np.array([nan, nan]), "dense_2.2": np.array([3.0, 6.0]), "dense_2.3": np.array([4.0, 8.0])}
    view.show_gradients(GradientPicture({"dense_2": nan, "dense_2.2": 6.0, "dense_2.3": 8.0}, {}, 1.0, course))
    shown = view.network.gradients
    assert shown is not None
    assert shown.nodes["group_1"] == pytest.approx(10.0)
    assert shown.history["group_1"] == pytest.approx([5.0, 10.0])
    course = {"dense_2": np.array([3.0, nan, 3.0]), "dense_2.2": np.array([4.0, nan, nan])}
    view.show_gradients(GradientPicture({"dense_2": 3.0, "dense_2.2": nan}, {}, 1.0, course))
    trace = view.network.node_items()["group_1"].live.trace
    assert trace is not None
    np.testing.assert_array_equal(trace.history, [5.0, nan, 3.0], "where all is frozen there is no gradient of zero")
    view.show_gradients(GradientPicture({"dense_2": nan}, {}, 1.0, {"dense_2": np.array([nan, nan])}))
    shown = view.network.gradients
    assert shown is not None
    assert "group_1" not in shown.nodes
    assert "group_1" not in shown.history


def test_an_activation_is_attached_and_detached_by_the_menu(on_six: Owner) -> None:
    view = on_six.view
    entries = {entry.label: entry for entry in commands.entries_for(view, "relu_1", on_six.middle("relu_1"))}
    entries["Attach to dense_1"].run()
    assert "relu_1" not in view.network.places
    assert view.network.node_items()["dense_1"].face.label == "Dense + ReLU"
    assert ("dense_1", "dense_2") in drawn_pairs(on_six)
    assert ("dense_1", "relu_1") in on_six.pairs(), "the network is the same"
    entries = {entry.label: entry for entry in commands.entries_for(view, "dense_1", on_six.middle("dense_1"))}
    entries["Edit ReLU"].run()
    assert on_six.activated == ["relu_1"]
    entries["Detach ReLU"].run()
    assert "relu_1" in view.network.places


def test_a_layer_appended_to_a_card_with_an_activation_comes_after_that(on_six: Owner) -> None:
    group_commands.attach_all(on_six.view, True)
    assert set(on_six.view.network.places) == {"input_1", "dense_1", "dense_2", "dense_3", "loss_1"}
    assert on_six.drop("Dropout", on_six.middle("dense_1"))
    assert {("relu_1", "dropout_1"), ("dropout_1", "dense_2")} <= on_six.pairs()
    group_commands.attach_all(on_six.view, False)
    assert "relu_2" in on_six.view.network.places


def test_selecting_a_layer_in_a_group_selects_its_card_and_revealing_it_goes_inside(grouped: Owner) -> None:
    view = grouped.view
    view.select(("relu_2",))
    assert view.network.selected == ("group_1",)
    view.reveal("relu_2")
    assert view.folding.scope == "group_1"
    assert view.network.selected == ("relu_2",)
    view.reveal("dense_1")
    assert view.folding.scope == ""
    assert view.network.selected == ("dense_1",)


def test_undoing_the_group_that_is_looked_into_leads_out_of_it(grouped: Owner) -> None:
    view = grouped.view
    view.look_into("group_1")
    grouped.show(group_edits.ungroup(grouped.project, ["group_1"]), fit=False)
    assert view.folding.scope == ""
    assert "input_1" in view.network.places


def test_delete_on_a_neighbour_outside_says_why_nothing_happens(grouped: Owner) -> None:
    grouped.view.look_into("group_1")
    before = grouped.project
    grouped.view.select(("relu_1",))
    assert grouped.view.network.selected == ("relu_1",)
    grouped.key(Qt.Key.Key_Delete)
    assert grouped.project == before
    assert "outside of this group" in grouped.messages[-1]
