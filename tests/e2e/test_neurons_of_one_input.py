"""Each neuron's answer along a single input, as the window shows it of a run and of a moment before, computed again."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from deepviz.datasets.sources.sine import Sine
from deepviz.document.project import DataChoice
from deepviz.gui.plots.neuron_responses import NeuronResponses
from tests.e2e.window import OpenWindow, Person, chain

PATIENCE = 60_000


def shown(person: Person, view: NeuronResponses, step: int, folder: Path) -> np.ndarray:
    """The table of the view once it is about a step: the input in the first column, a unit in each other."""
    person.qtbot.waitUntil(
        lambda: view.step == step and view.answer is not None and view.node in view.answer.maps, timeout=PATIENCE
    )
    view.save(folder / "neurons.csv")
    _, *rows = csv.reader((folder / "neurons.csv").read_text(encoding="utf-8").splitlines())
    return np.array(rows, float)


def weights(person: Person, folder: Path) -> dict[str, np.ndarray]:
    path = folder / "weights.npz"
    path.unlink(missing_ok=True)
    assert person.bench.files.export_to(path)
    with np.load(path) as stored:
        return {name: stored[name].astype(np.float64) for name in stored.files}


def test_curves_are_those_of_the_weights_of_the_step_that_is_shown(open_window: OpenWindow, tmp_path: Path) -> None:
    layers = ("Dense", {"units": 5}), ("Tanh", {}), ("Dense", {"units": 4}), ("ReLU", {}), ("Dense", {"units": 1})
    person = open_window(
        chain(("Input", {"shape": (1,)}), *layers, ("MeanSquaredError", {}), data=DataChoice(source=Sine()), epochs=50)
    )
    controller, data = person.bench.controller, person.bench.editor.data
    assert data is not None
    person.bench.views.open("neuron_responses")
    QApplication.processEvents()
    view = person.bench.views.view("neuron_responses")
    assert isinstance(view, NeuronResponses)
    view.choose_layer("relu_1")
    found: dict[int, np.ndarray] = {}
    for goal in (3, 40):
        controller.run_to(goal)
        person.qtbot.waitUntil(
            lambda goal=goal: controller.step_count == goal and controller.status == "paused", timeout=PATIENCE
        )
        table, w = shown(person, view, goal, tmp_path), weights(person, tmp_path)
        x = (table[:, :1] - data.scaler.offset) / data.scaler.scale
        hidden = np.tanh(x @ w["dense_1/W"] + w["dense_1/b"])
        np.testing.assert_allclose(table[:, 1:], np.maximum(hidden @ w["dense_2/W"] + w["dense_2/b"], 0.0), atol=1e-5)
        found[goal] = table
    assert not np.allclose(found[3], found[40], atol=1e-4)
    before = controller.moments.steps_before(40)
    controller.moments.choose(before[0])
    earlier = shown(person, view, before[0], tmp_path)
    assert not np.allclose(earlier, found[40], atol=1e-4)
    controller.moments.choose(None)
    np.testing.assert_array_equal(shown(person, view, 40, tmp_path), found[40])
