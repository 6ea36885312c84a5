"""Gradients of images and sequences, from exported weights alone: plain gradient descent moves weights by rate times g.

It holds for whatever kind of layer, with a frozen one among them, and for the batch that the step had.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits, examples
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.canvas.gradients import magnitude
from tests.e2e.window import OpenWindow, Person
from tests.gui.plots.table_names import by_owner
from tests.gui.window_hands import choose_moment, train_steps, wait_for_answers

pytestmark = pytest.mark.slow

RATE = 0.5
NOT_TRAINED = ("moving_mean", "moving_variance")


def weights(person: Person, folder: Path) -> dict[str, np.ndarray]:
    path = folder / "weights.npz"
    assert person.bench.files.export_to(path)
    with np.load(path) as stored:
        return {
            name: stored[name].astype(np.float64) for name in stored.files if name.partition("/")[2] not in NOT_TRAINED
        }


def of_layers(arrays: dict[str, np.ndarray]) -> dict[str, float]:
    """The norm of all arrays of each layer together."""
    squares: dict[str, float] = {}
    for name, array in arrays.items():
        layer = name.partition("/")[0]
        squares[layer] = squares.get(layer, 0.0) + float((array**2).sum())
    return {layer: square**0.5 for layer, square in squares.items()}


@pytest.mark.parametrize(("name", "frozen"), [("digits-cnn", "conv2d_1"), ("lstm", ""), ("iris", "dense_1")])
def test_gradients_and_updates_are_what_the_weights_went(
    open_window: OpenWindow, tmp_path: Path, name: str, frozen: str
) -> None:
    project = edits.set_optimizer(examples.open_example(name), SGD(learning_rate=RATE))
    if frozen:
        layer = project.graph.node(frozen).layer.changed(trainable=False)
        project = edits.set_layer(project, frozen, layer)
    person = open_window(project)
    bench = person.bench
    keys = ("gradient_norms", "update_ratio", "filters")
    for key in keys:
        bench.views.open(key)
        bench.views.docks[key].setFloating(True)
        bench.views.docks[key].show()
    QApplication.processEvents()
    train_steps(person, 5)
    before = weights(person, tmp_path)
    train_steps(person, 1)
    after = weights(person, tmp_path)
    moved = of_layers({each: after[each] - before[each] for each in before})
    sizes = of_layers(before)
    shown: dict[str, dict[str, str]] = {}
    for key in keys[:2]:
        view: Any = bench.views.view(key)
        view.draw()
        view.save(tmp_path / "shown.csv")
        table = csv.DictReader((tmp_path / "shown.csv").read_text(encoding="utf-8").splitlines())
        shown[key] = by_owner(list(table)[-1])
        assert shown[key]["step"] == "6"
    assert set(shown["gradient_norms"]) == {"step", *moved}
    for each, distance in moved.items():
        bench.canvas.select((each,))
        fact = bench.properties.facts.value("‖∂L/∂θ‖")
        if each == frozen:
            assert distance == 0
            assert (shown["gradient_norms"][each], shown["update_ratio"][each], fact) == ("frozen",) * 3
            continue
        assert float(shown["gradient_norms"][each]) == pytest.approx(distance / RATE, rel=1e-3), each
        assert float(shown["update_ratio"][each]) == pytest.approx(distance / sizes[each], rel=1e-3), each
        assert fact == magnitude(float(shown["gradient_norms"][each]))

    view = bench.views.view("filters")
    for step, known in ((5, before), (None, after)):
        choose_moment(person, step)
        wait_for_answers(person)
        assert view.step == (6 if step is None else step)
        view.save(tmp_path / "shown.csv")
        rows = list(csv.DictReader((tmp_path / "shown.csv").read_text(encoding="utf-8").splitlines()))
        values = np.array([float(row["weight"]) for row in rows])
        np.testing.assert_array_equal(values, known[rows[0]["array"]].ravel(), err_msg=f"at step {step}")
