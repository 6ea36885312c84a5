"""Gradients on the canvas while it trains, each against a calculation by hand: sizes, widths, colours and words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from deepviz.document import edits, group_edits
from deepviz.document.compile import compile_project
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.gui.canvas.edge_style import plain_style
from deepviz.gui.canvas.geometry import Point
from deepviz.gui.canvas.gradients import GradientPicture, magnitude
from deepviz.gui.canvas.hover_labels import middle_of
from deepviz.gui.theme import Theme, readable, viridis
from deepviz.training.run_plan import RunPlan
from tests.e2e.window import OpenWindow, Person, chain
from tests.gui.window_hands import train_steps

WHOLE = 4096
"""More than there are samples: a batch is all of them, in whatever order."""


def residual(repeat: int = 2) -> Project:
    """input_1 (2), dense_1 (3), a repeated block x + tanh(x W + b), dense_3 (2), loss_1; all samples in one batch."""
    dense = ("Dense", {"units": 3}), ("Dense", {"units": 3}), ("Tanh", {}), ("Add", {}), ("Dense", {"units": 2})
    project = chain(("Input", {}), *dense, ("SoftmaxCrossEntropy", {}), epochs=50, batch_size=WHOLE)
    project = edits.connect(project, "dense_1", "add_1")
    project = group_edits.group(project, ["dense_2", "tanh_1", "add_1"], "block")
    return group_edits.set_repeat(project, "group_1", repeat)


def norms_by_hand(project: Project) -> dict[tuple[str, str], float]:
    """The gradient over each connection of the network that `residual` makes of two repetitions, before any step."""
    plan = RunPlan.of(project)
    network, _ = compile_project(project, plan.facts)
    weights = {name: array.astype(np.float64) for name, array in network.parameters.items()}

    def w(layer: str) -> np.ndarray:
        return weights[f"{layer}/W"]

    x, y = plan.data.train.x.astype(np.float64), plan.data.train.y
    a = x @ w("dense_1") + weights["dense_1/b"]
    t = np.tanh(a @ w("dense_2") + weights["dense_2/b"])
    b = t + a
    u = np.tanh(b @ w("dense_2.2") + weights["dense_2.2/b"])
    c = u + b
    logits = c @ w("dense_3") + weights["dense_3/b"]
    share = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    d_logits = (share - np.eye(2)[y]) / len(y)
    d_c = d_logits @ w("dense_3").T
    d_tanh_2 = d_c * (1 - u**2)
    d_b_through = d_tanh_2 @ w("dense_2.2").T
    d_b = d_c + d_b_through
    d_tanh = d_b * (1 - t**2)
    d_a_through = d_tanh @ w("dense_2").T
    d_x = (d_b + d_a_through) @ w("dense_1").T
    found = {
        ("input_1", "dense_1"): d_x,
        ("dense_1", "dense_2"): d_a_through,
        ("dense_1", "add_1"): d_b,
        ("dense_2", "tanh_1"): d_tanh,
        ("tanh_1", "add_1"): d_b,
        ("dense_2.2", "tanh_1.2"): d_tanh_2,
        ("tanh_1.2", "add_1.2"): d_c,
        ("add_1.2", "dense_3"): d_c,
        ("dense_3", "loss_1"): d_logits,
    }
    return {ends: float(np.sqrt((gradient**2).sum())) for ends, gradient in found.items()}


def shown(person: Person) -> dict[tuple[str, str], float | None]:
    picture = person.bench.canvas.network.gradients
    assert picture is not None
    return {(edge.source, edge.target): norm for edge, norm in picture.edges.items()}


def tooltip(person: Person, edge: Edge) -> str:
    """What is said when the pointer rests on an edge."""
    canvas = person.bench.canvas
    place = canvas.place_of(middle_of(canvas.network.routes[edge]))
    viewport = canvas.viewport()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place)))
    text = QToolTip.text()
    QToolTip.hideText()
    return text


def edge_of(person: Person, source: str, target: str) -> Edge:
    edges = person.bench.canvas.network.graph.edges
    return next(edge for edge in edges if (edge.source, edge.target) == (source, target))


def test_a_connection_into_a_closed_group_has_the_gradient_of_all_it_stands_for(open_window: OpenWindow) -> None:
    project = residual()
    known = norms_by_hand(project)
    person = open_window(project)
    train_steps(person, 1)
    both = math.sqrt(known["dense_1", "dense_2"] ** 2 + known["dense_1", "add_1"] ** 2)
    assert shown(person) == {
        ("input_1", "dense_1"): pytest.approx(known["input_1", "dense_1"], rel=1e-4),
        ("dense_1", "group_1"): pytest.approx(both, rel=1e-4),
        ("group_1", "dense_3"): pytest.approx(known["add_1.2", "dense_3"], rel=1e-4),
        ("dense_3", "loss_1"): pytest.approx(known["dense_3", "loss_1"], rel=1e-4),
    }
    assert both > 1.1 * known["dense_1", "add_1"], "it is not that of one of them"
    text = tooltip(person, edge_of(person, "dense_1", "group_1"))
    assert f"‖∂L/∂a‖ = {magnitude(both)} at step 1" in text
    assert "stands for 2 connections" in text
    assert "connections" not in tooltip(person, edge_of(person, "group_1", "dense_3"))
    assert not person.edge_item("dense_1", "group_1").style.is_dashed


def test_a_connection_in_an_open_group_has_the_gradient_of_all_repetitions(open_window: OpenWindow) -> None:
    project = group_edits.set_collapsed(residual(), ["group_1"], collapsed=False)
    known = norms_by_hand(project)
    person = open_window(project)
    train_steps(person, 1)
    inner = math.hypot(known["dense_2", "tanh_1"], known["dense_2.2", "tanh_1.2"])
    found = shown(person)
    assert found["dense_2", "tanh_1"] == pytest.approx(inner, rel=1e-4)
    assert found["tanh_1", "add_1"] == pytest.approx(
        math.hypot(known["tanh_1", "add_1"], known["tanh_1.2", "add_1.2"]), rel=1e-4
    )
    # What leads in goes to the first repetition alone, what leads out comes from the last.
    assert found["dense_1", "dense_2"] == pytest.approx(known["dense_1", "dense_2"], rel=1e-4)
    assert found["dense_1", "add_1"] == pytest.approx(known["dense_1", "add_1"], rel=1e-4)
    assert found["add_1", "dense_3"] == pytest.approx(known["add_1.2", "dense_3"], rel=1e-4)
    assert "stands for 2 connections" in tooltip(person, edge_of(person, "dense_2", "tanh_1"))
    trace = person.bench.canvas.network.node_items()["tanh_1"].live.trace
    assert trace is not None, "the course of a repeated layer without parameters"
    assert trace.history is not None
    both = math.hypot(known["tanh_1", "add_1"], known["tanh_1.2", "add_1.2"])
    np.testing.assert_allclose(trace.history, [both], rtol=1e-4)
    # The first add_1 leads to two nodes of the second repetition: what comes back is their sum, as what goes on to its
    # inputs, of which one is dense_1.
    trace = person.bench.canvas.network.node_items()["add_1"].live.trace
    assert trace is not None
    both = math.hypot(known["dense_1", "add_1"], known["add_1.2", "dense_3"])
    np.testing.assert_allclose(trace.history, [both], rtol=1e-4)


def test_a_layer_that_leads_to_two_branches_has_the_norm_of_the_sum_of_what_comes_back(
    open_window: OpenWindow,
) -> None:
    """input_1 (2), dense_1, tanh_1 and tanh_1 W + b added, dense_3, loss_1."""
    dense = ("Dense", {"units": 3}), ("Tanh", {}), ("Dense", {"units": 3}), ("Add", {}), ("Dense", {"units": 2})
    project = chain(("Input", {}), *dense, ("SoftmaxCrossEntropy", {}), epochs=50, batch_size=WHOLE)
    project = edits.connect(project, "tanh_1", "add_1")
    plan = RunPlan.of(project)
    network, _ = compile_project(project, plan.facts)
    w = {name: array.astype(np.float64) for name, array in network.parameters.items()}
    x, y = plan.data.train.x.astype(np.float64), plan.data.train.y
    t = np.tanh(x @ w["dense_1/W"] + w["dense_1/b"])
    logits = (t @ w["dense_2/W"] + w["dense_2/b"] + t) @ w["dense_3/W"] + w["dense_3/b"]
    share = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    d_added = (share - np.eye(2)[y]) / len(y) @ w["dense_3/W"].T
    d_t = d_added + d_added @ w["dense_2/W"].T
    person = open_window(project)
    train_steps(person, 1)
    trace = person.bench.canvas.network.node_items()["tanh_1"].live.trace
    assert trace is not None
    assert trace.history is not None
    np.testing.assert_allclose(trace.history, [np.linalg.norm(d_t)], rtol=1e-4)
    said = f"Curve: gradient of its output ‖∂L/∂a‖ = {magnitude(float(trace.history[-1]))} at step 1"
    assert said in card_tooltip(person, "tanh_1")
    train_steps(person, 2)
    assert len(person.bench.canvas.network.node_items()["tanh_1"].live.trace.history) == len(
        person.bench.canvas.network.node_items()["add_1"].live.trace.history
    )


def test_the_tip_of_a_card_says_what_its_curve_is(open_window: OpenWindow) -> None:
    project = chain(
        ("Input", {}), ("Dense", {"units": 3}), ("Tanh", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {})
    )
    person = open_window(project)
    assert "Curve" not in card_tooltip(person, "tanh_1"), "nothing has been measured"
    train_steps(person, 4)
    history, canvas = person.bench.controller.history, person.bench.canvas
    flow = dict(zip(history.edges, history.at("gradient_flow", 4), strict=False))
    for (source, _, _), norm in flow.items():
        if source in ("input_1", "tanh_1"):
            said = f"Curve: gradient of its output ‖∂L/∂a‖ = {magnitude(float(norm))} at step 4"
            assert said in card_tooltip(person, source)
    loss = canvas.network.node_items()["loss_1"].live.trace.headline
    assert f"Curve: the loss of the batch = {loss.removeprefix('loss ')}" in card_tooltip(person, "loss_1")
    assert "Curve" not in card_tooltip(person, "dense_1"), "its number stands beside the curve"
    canvas.show_gradients(GradientPicture(nodes={"dense_1": 1.0}, edges={}, edge_step=4))
    assert "‖∂L/∂a‖: not measured" in card_tooltip(person, "tanh_1")


def card_tooltip(person: Person, node_id: str) -> str:
    """What is said of a card when the pointer rests on it."""
    canvas = person.bench.canvas
    card = canvas.network.places[node_id]
    place: QPoint = canvas.place_of(Point(card.x + 40, card.y + 70))
    viewport = canvas.viewport()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place)))
    text = QToolTip.text()
    QToolTip.hideText()
    return text


def expected_style(norm: float, first: int, last: int, theme: Theme) -> tuple[float, str]:
    """Width and colour of a norm on a logarithmic scale from 10^first to 10^last, in 64 steps."""
    step = min(63, int(64 * (math.log10(norm) - first) / (last - first)))
    red, green, blue = viridis()[round(255 * step / 63)].tolist()
    return 1.5 + 4.0 * step / 63, readable(f"#{red:02x}{green:02x}{blue:02x}", theme.window, 1.6)


def test_width_and_colour_are_those_of_the_logarithm(open_window: OpenWindow) -> None:
    project = residual()
    known = norms_by_hand(project)
    person = open_window(project)
    train_steps(person, 1)
    bench = person.bench
    first, last = (round(math.log10(end)) for end in bench.canvas.network.scale)
    plain = {-3: "0.001", -2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100"}  # as an axis writes them
    assert bench.canvas.legend.ends == tuple(plain.get(power, f"1e{power}") for power in (first, last))
    for _ in range(2):  # in both themes
        for ends in (("input_1", "dense_1"), ("dense_3", "loss_1")):
            style = person.edge_item(*ends).style
            width, color = expected_style(known[ends], first, last, bench.themes.current)
            assert (style.width, QColor(style.color).name()) == (pytest.approx(width), color)
            assert not style.is_dashed
        bench.themes.toggle()


def test_what_an_edge_and_a_card_say_is_of_the_moment_that_is_chosen(open_window: OpenWindow) -> None:
    person = open_window(residual())
    for steps in (3, 4):
        train_steps(person, steps)
    controller, history = person.bench.controller, person.bench.controller.history
    flows = {step: history.at("gradient_flow", step) for step in (3, 7)}
    controller.moments.choose(3)
    edge = edge_of(person, "dense_3", "loss_1")
    assert f"= {magnitude(float(flows[3][-1]))} at step 3" in tooltip(person, edge)
    assert flows[3][-1] != flows[7][-1]
    norm = history.at("gradient_norm", 3)[history.layers.index("dense_3")]
    assert f"‖∂L/∂θ‖ = {magnitude(float(norm))} at step 3" in card_tooltip(person, "dense_3")
    controller.moments.choose(None)
    assert f"= {magnitude(float(flows[7][-1]))} at step 7" in tooltip(person, edge)


def test_behind_a_frozen_layer_gradients_flow_as_before_and_its_card_says_frozen(open_window: OpenWindow) -> None:
    project = residual()
    known = norms_by_hand(project)
    frozen = project.graph.node("dense_1").layer.changed(trainable=False)
    person = open_window(edits.set_layer(project, "dense_1", frozen))
    train_steps(person, 1)
    found = shown(person)
    assert found["input_1", "dense_1"] == pytest.approx(known["input_1", "dense_1"], rel=1e-4)
    assert found["dense_3", "loss_1"] == pytest.approx(known["dense_3", "loss_1"], rel=1e-4)
    card = person.bench.canvas.network.node_items()["dense_1"]
    assert card.shown_face.is_frozen
    assert card.live.trace is None


def test_what_no_gradient_reaches_is_dashed_and_what_is_broken_is_red(open_window: OpenWindow) -> None:
    person = open_window(residual())
    bench, names = person.bench, (("input_1", "dense_1"), ("group_1", "dense_3"), ("dense_3", "loss_1"))
    first, second, last = (edge_of(person, *ends) for ends in names)
    bench.canvas.show_gradients(GradientPicture(edges={last: 1e-2}))
    legend = bench.canvas.legend
    assert legend.kinds == ()
    low, floor = legend.height(), legend.geometry().bottom()
    out = Edge("add_1", "dense_3")  # what the card of the group is left by
    bench.canvas.show_gradients(GradientPicture(edges={first: 0.0, out: math.nan, last: 1e-2}))
    assert legend.kinds == ("zero", "NaN, ∞")
    assert legend.accessibleName().endswith("dashed where it is zero or NaN, ∞")
    assert (legend.height(), legend.geometry().bottom()) == (low + 16, floor)
    seen = {legend.grab().toImage().pixelColor(x, low + 2).name() for x in range(legend.width())}
    assert bench.themes.current.bad in seen, "a line as it is drawn"
    styles = [person.edge_item(*ends).style for ends in (*names, ("dense_1", "group_1"))]
    theme = bench.themes.current
    assert [(style.is_dashed, style.color) for style in styles[:2]] == [(True, theme.faint), (True, theme.bad)]
    assert styles[3] == plain_style(theme)
    assert len(set(styles)) == 4
    assert "No gradient flows back here." in tooltip(person, first)
    assert "overflowed" in tooltip(person, second)
    assert "No gradient is computed here." in tooltip(person, edge_of(person, "dense_1", "group_1"))
