"""What goes back to the data is the same number on the canvas, in the curves and in the map of gradients."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.ticks import format_value
from tests.e2e.window import PATIENCE, OpenWindow, chain


def test_the_input_has_one_gradient_everywhere(open_window: OpenWindow) -> None:
    layers = ("Input", {}), ("Dense", {"units": 4}), ("Tanh", {}), ("Dense", {"units": 2})
    person = open_window(chain(*layers, ("MeanSquaredError", {}), epochs=3))
    views, controller = person.bench.views, person.bench.controller
    curves, plot = views.view("gradient_norms"), views.view("gradient_map")
    assert isinstance(curves, GradientNorms)
    assert isinstance(plot, GradientMap)
    for view in (curves, plot):
        view.choose(Magnitude("l2", "activations"))
    person.qtbot.waitUntil(lambda: "activation_gradients" in views.probes, timeout=PATIENCE)
    QApplication.processEvents()
    with person.qtbot.waitSignal(controller.ended, timeout=PATIENCE):
        person.bench.actions["run"].trigger()
    last = int(controller.history.steps[-1])  # which reads all that is wanted
    for view in (curves, plot):
        view.draw()
    picture = controller.gradient_picture()
    (edge,) = [edge for edge in picture.edges if edge.source == "input_1"]
    value = picture.edges[edge]
    assert value
    assert picture.edge_step == last
    assert picture.flows["input_1"][-1] == value
    steps, rows = controller.history.column("activation_gradients/l2")
    assert steps[-1] == last
    assert rows[-1, 0] == pytest.approx(value, rel=1e-6)
    assert "not computed" not in curves.hover_text(last)
    assert f"input_1 {format_value(rows[-1, 0], 6)}" in curves.hover_text(last)
    assert f"input_1 {format_value(rows[-1, 0], 6)}" in plot.hover_text(last - 0.5, 0.5)
