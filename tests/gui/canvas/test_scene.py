"""Reconciling: the scene creates and removes exactly what differs, and touches nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.engine.layers.dense import Dense
from deepviz.gui.canvas.edge_style import plain_style
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.node_item import NodeItem
from deepviz.gui.theme import DARK, LIGHT


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the nodes whose cards are told to repaint."""
    told: list[str] = []
    original = NodeItem.update

    def update(self, *arguments):
        told.append(self.node_id)
        original(self, *arguments)

    monkeypatch.setattr(NodeItem, "update", update)
    return told


def test_the_same_graph_again_touches_nothing(on_chain, monkeypatch):
    network = on_chain.view.network
    items, told = dict(network.node_items()), _counting(monkeypatch)
    edges, routes = dict(network.edge_items()), dict(network.routes)
    network.show_graph(on_chain.project.graph, check(on_chain.project))
    assert dict(network.node_items()) == items
    assert dict(network.edge_items()) == edges
    assert network.routes == routes
    assert told == []


def test_an_added_node_makes_one_item_and_keeps_the_others(on_chain):
    network = on_chain.view.network
    before, all_before = dict(network.node_items()), len(network.items())
    on_chain.show(edits.add_node(on_chain.project, Dense(), (0.0, 400.0)), fit=False)
    after = network.node_items()
    assert set(after) - set(before) == {"dense_3"}
    assert all(after[node_id] is item for node_id, item in before.items())
    assert len(network.items()) == all_before + 2  # the card and its live part


def test_a_deleted_node_takes_its_items_out_of_the_scene(on_chain):
    network = on_chain.view.network
    edges = set(network.edge_items())
    on_chain.show(edits.delete(on_chain.project, ("relu_1",)), fit=False)
    assert "relu_1" not in network.node_items()
    assert edges - set(network.edge_items()) == {Edge("dense_1", "relu_1"), Edge("relu_1", "dense_2")}
    assert set(network.edge_items()) - edges == {Edge("dense_1", "dense_2")}
    assert set(network.routes) == set(network.edge_items()) == on_chain.edges
    shown = [item.node_id for item in network.items() if isinstance(item, NodeItem)]
    assert sorted(shown) == ["dense_1", "dense_2", "input_1", "loss_1"]


def test_a_changed_layer_repaints_its_card_and_those_it_concerns(on_chain, monkeypatch):
    told = _counting(monkeypatch)
    on_chain.show(edits.set_layer(on_chain.project, "dense_1", Dense(units=16)), fit=False)
    # The Dense itself, the shape behind the ReLU, the parameters of the next Dense; not its output, not the loss.
    assert sorted(set(told)) == ["dense_1", "dense_2", "relu_1"]


def test_a_moved_node_takes_its_edges_along(on_chain):
    network = on_chain.view.network
    on_chain.show(edits.move(on_chain.project, {"relu_1": (432.0, 200.0)}), fit=False)
    assert network.node_items()["relu_1"].pos() == QPointF(432, 200)
    assert network.routes[Edge("dense_1", "relu_1")].curves[-1][-1] == (432, 246)
    assert network.routes[Edge("relu_1", "dense_2")].curves[0][0] == (602, 246)


def test_the_selection_survives_by_id(on_chain):
    on_chain.view.network.select(("relu_1", "dense_2"), (Edge("dense_1", "relu_1"),))
    on_chain.show(edits.move(on_chain.project, {"relu_1": (0.0, 400.0)}), fit=False)
    assert on_chain.view.network.selected == ("relu_1", "dense_2")
    assert on_chain.selections == [("relu_1", "dense_2")]
    on_chain.show(edits.delete(on_chain.project, ("relu_1",)), fit=False)
    assert on_chain.view.network.selected == ("dense_2",)
    assert on_chain.view.network.selected_edges == ()
    assert on_chain.selections[-1] == ("dense_2",)


def test_selecting_what_is_not_there_is_passed_over(on_chain):
    on_chain.view.select(("nothing", "relu_1", "relu_1"))
    assert on_chain.view.network.selected == ("relu_1",)


def test_another_project_replaces_everything(on_chain, on_branches):
    network = on_branches.view.network
    assert set(network.node_items()) == {"input_1", "dense_1", "dense_2", "add_1", "dense_3"}
    on_branches.show(Project())
    assert network.node_items() == {}
    assert network.edge_items() == {}
    assert [item for item in network.items() if item.isVisible()] == []


def test_a_graph_that_changes_under_a_gesture_ends_it(on_chain):
    start = on_chain.middle("relu_1")
    on_chain.press(start)
    on_chain.move(start._replace(x=start.x + 80))
    on_chain.show(edits.delete(on_chain.project, ("relu_1",)), fit=False)
    assert on_chain.view.gesture is None
    on_chain.release(start)
    assert on_chain.labels == []


def _picture(**changes) -> GradientPicture:
    edges = {Edge("input_1", "dense_1"): 1e-4, Edge("dense_1", "relu_1"): 1e-3, Edge("relu_1", "dense_2"): 1e-2,
             Edge("dense_2", "loss_1"): 1e-1}  # fmt: skip
    nodes = {"dense_1": 2e-3, "dense_2": 5e-2}
    history = {"dense_1": np.geomspace(1e-2, 2e-3, 200), "loss_1": np.linspace(2, 0.118, 200)}
    return replace(GradientPicture(nodes, edges, 0.118, history), **changes)


def test_gradients_colour_edges_on_one_scale_and_say_their_values(on_chain):
    view, network = on_chain.view, on_chain.view.network
    view.show_gradients(_picture())
    styles = {edge.target: item.style for edge, item in network.edge_items().items()}
    widths = [styles[node_id].width for node_id in ("dense_1", "relu_1", "dense_2", "loss_1")]
    assert widths == sorted(widths)
    assert (min(widths), max(widths)) == pytest.approx((1.5, 5.5), abs=0.1)
    assert len({style.color for style in styles.values()}) == 4
    items = network.node_items()
    assert items["dense_1"].live.trace.value == "0.0020"
    assert items["loss_1"].live.trace.headline == "loss 0.118"
    assert not items["relu_1"].live.isVisible()
    assert network.scale == (1e-4, 1e-1)
    assert view.legend.isVisible()
    assert view.legend.ends == ("1e-4", "1e-1")


def test_zero_unknown_and_nan_look_like_neither_weak_nor_strong(on_chain):
    network = on_chain.view.network
    edges = {Edge("input_1", "dense_1"): None, Edge("dense_1", "relu_1"): 0.0,
             Edge("relu_1", "dense_2"): float("nan"), Edge("dense_2", "loss_1"): 1e-1}  # fmt: skip
    on_chain.view.show_gradients(_picture(edges=edges, nodes={"dense_1": 0.0, "dense_2": float("nan")}))
    styles = {edge.target: item.style for edge, item in network.edge_items().items()}
    assert (styles["dense_1"].color, styles["dense_1"].is_dashed) == (DARK.faint, False), "not computed"
    assert (styles["relu_1"].color, styles["relu_1"].is_dashed) == (DARK.faint, True), "zero"
    assert (styles["dense_2"].color, styles["dense_2"].is_dashed) == (DARK.bad, True)
    assert not styles["loss_1"].is_dashed
    assert network.node_items()["dense_1"].live.trace.value == "0"
    unknown = network.node_items()["dense_2"].live.trace  # it was frozen, since a run ends before a norm is no number
    assert (unknown.value, unknown.is_bad) == ("", False), "and is not frozen any more"
    on_chain.view.show_gradients(_picture(nodes={"dense_1": 0.0, "dense_2": float("inf")}))
    assert network.node_items()["dense_2"].live.trace.is_bad


def test_what_looks_the_same_is_not_repainted(on_chain, monkeypatch):
    from deepviz.gui.canvas.edge_item import EdgeItem

    on_chain.view.show_gradients(_picture())
    told, cards = [], _counting(monkeypatch)
    monkeypatch.setattr(EdgeItem, "update", lambda self: told.append(self.edge))
    changed = {**_picture().edges, Edge("dense_1", "relu_1"): 1.9e-3}
    on_chain.view.show_gradients(_picture(edges=changed))
    assert told == [Edge("dense_1", "relu_1")]
    assert cards == []


def test_clearing_gradients_gives_back_the_plain_graph(on_chain):
    network = on_chain.view.network
    on_chain.view.show_gradients(_picture())
    on_chain.view.clear_gradients()
    assert {item.style for item in network.edge_items().values()} == {plain_style(DARK)}
    assert not any(item.live.isVisible() for item in network.node_items().values())
    assert not on_chain.view.legend.isVisible()
    assert network.gradients is None


def test_the_scale_is_told_to_others_only_when_it_changes(on_chain):
    told = []
    on_chain.view.network.scale_changed.connect(lambda low, high: told.append((low, high)))
    on_chain.view.show_gradients(_picture())
    on_chain.view.show_gradients(_picture())
    on_chain.view.show_gradients(_picture(nodes={"dense_1": 3.0}))
    assert told == [(1e-4, 1e-1), (1e-4, 1e1)]


def test_another_theme_recolours_everything(on_chain):
    on_chain.view.show_gradients(_picture())
    dark = {edge: item.style for edge, item in on_chain.view.network.edge_items().items()}
    image = on_chain.view.grab().toImage()
    on_chain.view.use_theme(LIGHT)
    light = {edge: item.style for edge, item in on_chain.view.network.edge_items().items()}
    assert dark != light
    corner = on_chain.view.grab().toImage().pixelColor(4, 4).name()
    assert (image.pixelColor(4, 4).name(), corner) == (DARK.window, LIGHT.window)


def test_an_empty_graph_says_what_to_do(owner):
    owner.show(Project())
    with_hint = owner.view.grab().toImage()
    owner.show(edits.add_node(Project(), Dense(), (9000.0, 9000.0)), fit=False)
    owner.view.network.show_graph(owner.project.graph, check(owner.project))
    middle = with_hint.rect().center()
    strip = [with_hint.pixelColor(x, middle.y() - 14).name() for x in range(middle.x() - 80, middle.x() + 80)]
    without = owner.view.grab().toImage()
    plain = [without.pixelColor(x, middle.y() - 14).name() for x in range(middle.x() - 80, middle.x() + 80)]
    assert DARK.text in strip
    assert DARK.text not in plain


def test_a_graph_with_a_cycle_can_be_shown(owner):
    project = edits.add_node(edits.add_node(Project(), Dense(), (0.0, 0.0)), Dense(), (300.0, 0.0))
    graph = Graph(project.graph.nodes, (Edge("dense_1", "dense_2"), Edge("dense_2", "dense_1")))
    owner.show(replace(project, graph=graph))
    assert set(owner.view.network.problems) == {"dense_1", "dense_2"}
    owner.view.grab()
