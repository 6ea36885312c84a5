"""A layer is asked for where one wants it: on empty canvas, behind a card, on a connection, in place of a card."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.engine import layers, losses
from deepviz.gui.canvas import commands
from deepviz.gui.canvas.adding import LayerWanted
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point
from tests.gui.canvas.conftest import Owner, branches

EMPTY = Point(500.0, 420.0)
KINDS = [*layers.registry.values(), *losses.registry.values()]


@pytest.fixture
def wanted(owner: Owner) -> list[LayerWanted]:
    asked: list[LayerWanted] = []
    owner.view.layer_wanted.connect(asked.append)
    return asked


def double_click(owner: Owner, point: Point) -> None:
    owner.click(point)
    owner.mouse(QEvent.Type.MouseButtonDblClick, point)
    owner.release(point)


def offered(asked: LayerWanted) -> set[str]:
    return {kind.key for kind in KINDS if asked.suits(kind)}


def run(owner: Owner, thing: str | Edge | None, label: str) -> None:
    entries = commands.entries_for(owner.view, thing, EMPTY)
    next(entry for entry in entries if entry.label == label).run()


def test_a_double_click_on_empty_canvas_adds_where_it_was(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    double_click(on_chain, EMPTY)
    (asked,) = wanted
    assert asked.title == "Add a layer here"
    assert asked.place == on_chain.view.place_of(EMPTY)
    assert offered(asked) == {kind.key for kind in KINDS}
    assert on_chain.labels == []
    asked.choose("Dropout")
    assert on_chain.labels == ["Add Dropout"]
    x, y = on_chain.place("dropout_1")
    assert abs(x + WIDTH / 2 - EMPTY.x) <= 4
    assert abs(y + HEIGHT / 2 - EMPTY.y) <= 4
    assert on_chain.view.network.selected == ("dropout_1",)
    assert on_chain.view.gesture is None


def test_what_is_added_near_a_port_is_connected_as_a_drop_there_would_be(
    owner: Owner, wanted: list[LayerWanted]
) -> None:
    owner.show(branches())
    beside = Point(480.0 + WIDTH + 30.0 + WIDTH / 2, 96.0 + HEIGHT / 2)
    double_click(owner, beside)
    wanted[0].choose("Dense")
    by_menu = owner.project
    owner.show(branches())
    owner.drop("Dense", beside)
    assert owner.project == by_menu
    assert ("add_1", "dense_4") in owner.pairs()


def test_a_double_click_on_an_edge_inserts(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    edge = Edge("dense_1", "relu_1")
    double_click(on_chain, on_chain.view.network.routes[edge].box.center)
    (asked,) = wanted
    assert asked.title == "Insert between dense_1 and relu_1"
    assert "Dense" in offered(asked)
    assert not offered(asked) & {"Input", "SoftmaxCrossEntropy"}
    asked.choose("BatchNorm")
    assert on_chain.pairs() >= {("dense_1", "batchnorm_1"), ("batchnorm_1", "relu_1")}


def test_a_double_click_on_a_card_still_edits_it(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    double_click(on_chain, on_chain.middle("dense_1"))
    assert on_chain.activated == ["dense_1"]
    assert wanted == []


@pytest.mark.parametrize("button", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton])
def test_other_buttons_add_nothing(on_chain: Owner, wanted: list[LayerWanted], button: Qt.MouseButton) -> None:
    on_chain.mouse(QEvent.Type.MouseButtonDblClick, EMPTY, button)
    on_chain.release(EMPTY, button)
    assert wanted == []


def test_slash_adds_behind_the_card_and_pushes_the_row(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    on_chain.view.select(("dense_1",))
    on_chain.key(Qt.Key.Key_Slash)
    (asked,) = wanted
    assert asked.title == "Add after dense_1"
    assert "Tanh" in offered(asked)
    assert not offered(asked) & {"Input", "Huber"}, "it leads on to another layer"
    asked.choose("Tanh")
    assert on_chain.labels == ["Add Tanh after dense_1"]
    assert on_chain.pairs() >= {("dense_1", "tanh_1"), ("tanh_1", "relu_1")}
    assert on_chain.place("tanh_1") == (432, 0)
    assert on_chain.place("relu_1") == (648, 0)
    assert on_chain.view.network.selected == ("tanh_1",)


def test_slash_on_a_loss_adds_before_it(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    on_chain.view.select(("loss_1",))
    on_chain.key(Qt.Key.Key_Slash)
    assert wanted[0].title == "Insert between dense_2 and loss_1"


def test_slash_on_a_connection_inserts_there(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    edge = Edge("relu_1", "dense_2")
    on_chain.view.network.select((), (edge,))
    on_chain.key(Qt.Key.Key_Slash)
    wanted[0].choose("Dropout")
    assert on_chain.pairs() >= {("relu_1", "dropout_1"), ("dropout_1", "dense_2")}


def test_slash_with_nothing_selected_adds_in_the_middle_or_at_the_pointer(
    owner: Owner, wanted: list[LayerWanted]
) -> None:
    owner.show(Project())
    owner.key(Qt.Key.Key_Slash)
    assert wanted[0].place == owner.view.viewport().rect().center()
    QApplication.sendEvent(owner.view.viewport(), QEvent(QEvent.Type.Enter))
    owner.view.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    owner.move(Point(80.0, 40.0))
    owner.key(Qt.Key.Key_Slash)
    assert wanted[1].place == owner.view.place_of(Point(80.0, 40.0))
    wanted[1].choose("Input")
    assert [node.id for node in owner.project.graph.nodes] == ["input_1"]


def test_replacing_keeps_id_connections_and_settings(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    edges, place = on_chain.edges, on_chain.place("dense_1")
    run(on_chain, "dense_1", "Replace with…")
    (asked,) = wanted
    assert asked.title == "Replace dense_1 with"
    assert {"LSTM", "ReLU"} <= offered(asked)
    assert not offered(asked) & {"Dense", "Input", "Huber"}
    asked.choose("LSTM")
    assert on_chain.labels == ["Replace dense_1 with LSTM"]
    assert on_chain.project.graph.node("dense_1").layer == layers.LSTM(units=8)
    assert (on_chain.edges, on_chain.place("dense_1")) == (edges, place)


def test_the_key_for_replacing(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    on_chain.view.select(("loss_1",))
    on_chain.view.current = "loss_1"
    on_chain.key(Qt.Key.Key_R)
    assert offered(wanted[0]) == {kind.key for kind in losses.registry.values()} - {"SoftmaxCrossEntropy"} | {
        kind.key for kind in layers.registry.values() if kind.maximum_inputs != 0
    }


def test_menus_ask_as_keys_do(on_chain: Owner, wanted: list[LayerWanted]) -> None:
    run(on_chain, "dense_1", "Add after…")
    run(on_chain, Edge("dense_1", "relu_1"), "Insert…")
    run(on_chain, None, "Add layer…")
    assert [asked.title for asked in wanted] == [
        "Add after dense_1",
        "Insert between dense_1 and relu_1",
        "Add a layer here",
    ]
    labels = [entry.label for entry in commands.entries_for(on_chain.view, "loss_1", EMPTY)]
    assert "Add after…" not in labels
    assert "Replace with…" in labels
