"""A repeated block with a skip connection, closed and open: what views, cards and pages say of it, against NumPy."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits, group_edits
from deepviz.document.compile import compile_project
from deepviz.document.project import Project
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.canvas.gradients import magnitude
from deepviz.training.run_plan import RunPlan
from tests.e2e.by_hand import softmax
from tests.e2e.window import OpenWindow, chain
from tests.gui.plots.table_names import by_owner
from tests.gui.window_hands import train_steps

pytestmark = pytest.mark.slow

REPEATED = ("dense_2", "dense_2.2", "dense_2.3")
RATE = 0.1


def blocks() -> Project:
    """input_1 (2), dense_1 (3), three times x + tanh(x W + b), dense_3 (2), loss_1; all samples in one batch."""
    dense = ("Dense", {"units": 3}), ("Dense", {"units": 3}), ("Tanh", {}), ("Add", {}), ("Dense", {"units": 2})
    project = chain(("Input", {}), *dense, ("SoftmaxCrossEntropy", {}), epochs=50, batch_size=4096)
    project = group_edits.group(edits.connect(project, "dense_1", "add_1"), ["dense_2", "tanh_1", "add_1"], "block")
    return edits.set_optimizer(group_edits.set_repeat(project, "group_1", 3), SGD(learning_rate=RATE))


class ByHand:
    """The first step of it: outputs of layers, and gradients of their parameters."""

    def __init__(self, project: Project) -> None:
        plan = RunPlan.of(project)
        network, _ = compile_project(project, plan.facts)
        w = {name: array.astype(np.float64) for name, array in network.parameters.items()}
        x, y = plan.data.train.x.astype(np.float64), plan.data.train.y
        given, streams = {"dense_1": x @ w["dense_1/W"] + w["dense_1/b"]}, []
        stream = given["dense_1"]
        for node in REPEATED:
            streams.append(stream)
            given[node] = stream @ w[f"{node}/W"] + w[f"{node}/b"]
            given[node.replace("dense_2", "tanh_1")] = np.tanh(given[node])
            stream = stream + np.tanh(given[node])
            given[node.replace("dense_2", "add_1")] = stream
        given["dense_3"] = stream @ w["dense_3/W"] + w["dense_3/b"]
        shares = softmax(given["dense_3"])
        self.loss = float(-np.log(shares[np.arange(len(y)), y]).mean())
        self.given, of = given, {}
        flowing = (shares - np.eye(2)[y]) / len(y)
        of["dense_3"] = stream.T @ flowing, flowing.sum(0)
        flowing = flowing @ w["dense_3/W"].T
        for node, before in zip(reversed(REPEATED), reversed(streams), strict=True):
            inner = flowing * (1 - np.tanh(given[node]) ** 2)
            of[node] = before.T @ inner, inner.sum(0)
            flowing = flowing + inner @ w[f"{node}/W"].T
        of["dense_1"] = x.T @ flowing, flowing.sum(0)
        self.norms = {node: math.hypot(*(np.linalg.norm(each) for each in pair)) for node, pair in of.items()}
        sizes = {node: math.hypot(*(np.linalg.norm(w[f"{node}/{name}"]) for name in "Wb")) for node in of}
        self.ratios = {node: RATE * self.norms[node] / sizes[node] for node in of}


def table(view: Any, folder: Path) -> list[dict[str, str]]:
    view.draw()
    path = folder / "shown.csv"
    view.save(path)
    return [by_owner(row) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


@pytest.mark.parametrize("collapsed", [True, False], ids=["closed", "open"])
def test_each_repetition_has_numbers_of_its_own(open_window: OpenWindow, tmp_path: Path, collapsed: bool) -> None:
    project = group_edits.set_collapsed(blocks(), ["group_1"], collapsed=collapsed)
    by_hand, person = ByHand(project), open_window(project)
    bench = person.bench
    keys = ("gradient_norms", "gradient_map", "update_ratio", "layer_summary")
    for key in keys:
        bench.views.open(key)
        bench.views.docks[key].setFloating(True)
        bench.views.docks[key].show()
    QApplication.processEvents()
    train_steps(person, 1)
    norms, cells, ratios, layers = (table(bench.views.view(key), tmp_path) for key in keys)
    names = ["dense_1", *REPEATED, "dense_3"]
    for (row,), expected in ((norms, by_hand.norms), (cells, by_hand.norms), (ratios, by_hand.ratios)):
        assert [float(row[name]) for name in names] == pytest.approx([expected[name] for name in names], rel=1e-4)
    assert {row["layer"] for row in layers} == set(by_hand.given)
    for row in layers:
        values = by_hand.given[row["layer"]]
        assert float(row["mean"]) == pytest.approx(values.mean(), rel=1e-3, abs=1e-5)
        assert float(row["deviation"]) == pytest.approx(values.std(), rel=1e-4)

    block, together = ("group_1" if collapsed else "dense_2"), math.hypot(*(by_hand.norms[each] for each in REPEATED))
    items = bench.canvas.network.node_items()
    for node, norm in (("dense_1", by_hand.norms["dense_1"]), (block, together), ("dense_3", by_hand.norms["dense_3"])):
        trace = items[node].live.trace
        assert trace is not None
        assert trace.value == magnitude(norm), node
        np.testing.assert_allclose(trace.history, [norm], rtol=1e-4)
        bench.canvas.select((node,))
        if node != "group_1":
            assert bench.properties.facts.value("‖∂L/∂θ‖") == magnitude(norm)
    bench.canvas.select((block,))
    facts = dict(bench.properties.facts.facts)
    if not collapsed:
        assert facts["Parameters"] == str(3 * (3 * 3 + 3))
        assert facts["MACs a sample"] == str(3 * 3 * 3)
    trace = items["loss_1"].live.trace
    assert trace is not None
    assert float(trace.headline.removeprefix("loss ")) == pytest.approx(by_hand.loss, abs=5.01e-4)
