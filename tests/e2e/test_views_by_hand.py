"""The figures on screen against plain NumPy and scikit-learn, which know but the exported weights and the data."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from deepviz.datasets.prepared import Part
from deepviz.document import examples
from deepviz.gui.plots.look import Look
from tests.e2e.by_hand import gradients as gradients_of
from tests.e2e.by_hand import outputs, sigmoid, softmax
from tests.e2e.window import PATIENCE, OpenWindow, Person
from tests.gui.plots.table_names import by_owner
from tests.gui.window_hands import wait_for_answers

metrics = pytest.importorskip("sklearn.metrics")
pytestmark = pytest.mark.slow

STEPS = 40
CLASSES = ("iris", "digits-cnn", "lstm", "logistic-regression", "spirals")
NUMBERS = ("autoencoder", "auto-mpg", "sine")
CONNECTED = ("iris", "logistic-regression", "spirals", "autoencoder", "auto-mpg", "sine")
"""Those of Dense layers, whose gradients are computed as in a textbook."""


class Shown:
    """A template that was trained a little, with a view open, and all that is needed to compute it again."""

    def __init__(self, person: Person, folder: Path) -> None:
        self.person, self.bench, self.folder = person, person.bench, folder
        data = self.bench.editor.data
        assert data is not None
        self.data = data
        graph = person.graph
        self.nodes = [node.id for node in graph.nodes if not node.is_loss]
        self.is_binary = data.task == "classification" and "/".join(self.nodes) == "input_1/dense_1"

    def open(self, key: str) -> Any:
        self.bench.views.open(key)
        QApplication.processEvents()
        return self.bench.views.view(key)

    def train(self, goal: int) -> None:
        self.bench.controller.run_to(goal)
        self.person.qtbot.waitUntil(
            lambda: self.bench.controller.step_count == goal and self.bench.controller.status == "paused",
            timeout=PATIENCE,
        )

    def weights(self) -> dict[str, np.ndarray]:
        path = self.folder / f"weights{self.bench.controller.step_count}.npz"
        assert self.bench.files.export_to(path)
        with np.load(path) as stored:
            return {name: stored[name].astype(np.float64) for name in stored.files}

    def table(self, view: Any, step: int) -> list[dict[str, str]]:
        """What the view shows of a step, as it is exported."""
        wait_for_answers(self.person)
        if isinstance(view, Look):
            assert view.step == step
        else:
            view.draw()
        assert view.what_is_missing() == ""
        path = self.folder / "shown.csv"
        view.save(path)
        with path.open(newline="", encoding="utf-8") as file:
            return [by_owner(row) for row in csv.DictReader(file)]

    def outputs(self, weights: dict[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:
        return outputs(self.nodes, weights, x)

    def probabilities(self, z: np.ndarray) -> np.ndarray:
        if self.is_binary:
            return np.concatenate([1 - sigmoid(z), sigmoid(z)], axis=1)
        return softmax(z)

    def losses(self, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """What each sample loses: cross-entropy, or the mean of squares."""
        if self.data.task == "classification":
            return -np.log(self.probabilities(z)[np.arange(len(y)), y])
        return ((z - y) ** 2).mean(axis=1)

    def batch(self, step: int) -> np.ndarray:
        """The numbers of the samples of a step: an epoch's order comes from the seed and its number alone."""
        run, count = self.person.project.plan.run, len(self.data.train)
        epoch, batch = divmod(step - 1, -(-count // run.batch_size))
        order = np.random.default_rng((run.seed, epoch)).permutation(count)
        return order[batch * run.batch_size : (batch + 1) * run.batch_size]


@pytest.fixture
def shown(request: pytest.FixtureRequest, open_window: OpenWindow, tmp_path: Path) -> Shown:
    return Shown(open_window(examples.open_example(request.param)), tmp_path)


def validation(shown: Shown) -> Part:
    assert shown.data.validation is not None
    return shown.data.validation


def numbers(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


@pytest.mark.parametrize("shown", CLASSES, indirect=True)
def test_what_is_said_of_classes(shown: Shown) -> None:
    shown.open("confusion")
    shown.train(STEPS)
    weights, part, names = shown.weights(), validation(shown), shown.data.class_names
    z = shown.outputs(weights, part.x)[shown.nodes[-1]]
    shares = shown.probabilities(z)
    predicted = shares.argmax(axis=1)

    rows = shown.table(shown.open("confusion"), STEPS)
    table = metrics.confusion_matrix(part.y, predicted, labels=range(len(names)))
    np.testing.assert_array_equal([numbers(rows, f"predicted {name}") for name in names], table.T)
    recall = metrics.recall_score(part.y, predicted, labels=range(len(names)), average=None, zero_division=np.nan)
    np.testing.assert_allclose(numbers(rows, "recall"), recall)

    view = shown.open("worst_predictions")
    rows, losses = shown.table(view, STEPS), shown.losses(z, part.y)
    assert len(rows) == min(60, len(part))
    np.testing.assert_allclose(numbers(rows, "loss"), np.sort(losses)[::-1][: len(rows)], rtol=2e-4, atol=1e-6)
    for row in rows:
        number = int(row["sample"])
        assert float(row["loss"]) == pytest.approx(losses[number], rel=2e-4, abs=1e-6)
        assert (row["true class"], row["predicted class"]) == (names[part.y[number]], names[predicted[number]])
    assert f"mean loss {losses.mean():.4g}"[:15] in view.caption.text()

    view = shown.open("roc")
    rows, positive = shown.table(view, STEPS), view.positive
    is_positive = part.y == positive
    area = metrics.roc_auc_score(is_positive, shares[:, positive])
    precision = metrics.average_precision_score(is_positive, shares[:, positive])
    assert f"AUC {area:.4f}" in view.planes.first.caption
    assert f"average precision {precision:.4f}" in view.planes.second.caption
    assert float(rows[-1]["true positives"]) == is_positive.sum()

    view = shown.open("explorer")
    view.load_sample("train", 7)
    rows = shown.table(view, STEPS)
    expected = shown.probabilities(shown.outputs(weights, shown.data.train.x[7:8])[shown.nodes[-1]])[0]
    np.testing.assert_allclose(numbers(rows, "probability"), expected, rtol=1e-3, atol=1e-6)
    assert view.bars.headline[0] == names[int(expected.argmax())]


@pytest.mark.parametrize("shown", NUMBERS, indirect=True)
def test_what_is_said_of_numbers_to_fit(shown: Shown) -> None:
    shown.open("residuals")
    shown.train(STEPS)
    weights, part = shown.weights(), validation(shown)
    z = shown.outputs(weights, part.x)[shown.nodes[-1]]
    view = shown.open("residuals")
    rows = shown.table(view, STEPS)
    np.testing.assert_allclose(numbers(rows, "predicted"), z[:, 0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(numbers(rows, "residual"), z[:, 0] - part.y[:, 0], rtol=1e-3, atol=1e-4)
    caption = view.planes.first.caption
    told = {name: float(value) for name, value in re.findall(r"(MAE|RMSE|R²) ([-\d.e]+)", caption)}
    assert told["MAE"] == pytest.approx(metrics.mean_absolute_error(part.y[:, 0], z[:, 0]), rel=1e-3)
    assert told["RMSE"] == pytest.approx(metrics.mean_squared_error(part.y[:, 0], z[:, 0]) ** 0.5, rel=1e-3)
    if np.ptp(part.y[:, 0]):
        assert told["R²"] == pytest.approx(metrics.r2_score(part.y[:, 0], z[:, 0]), rel=1e-3)
    else:
        assert "R² not defined" in caption
    rows, losses = shown.table(shown.open("worst_predictions"), STEPS), shown.losses(z, part.y)
    np.testing.assert_allclose(numbers(rows, "loss"), np.sort(losses)[::-1][: len(rows)], rtol=1e-3)
    assert [int(row["sample"]) for row in rows[:3]] == np.argsort(-losses)[:3].tolist()


@pytest.mark.parametrize("shown", [*CLASSES[:4], *NUMBERS[:2]], indirect=True)
def test_what_is_inside(shown: Shown) -> None:
    shown.open("feature_maps")
    shown.train(STEPS)
    weights, train = shown.weights(), shown.data.train
    found = shown.outputs(weights, train.x)
    for node in shown.nodes:
        view = shown.open("feature_maps")
        view.choose_node(node)
        rows = shown.table(view, STEPS)
        np.testing.assert_allclose(numbers(rows, "value"), found[node][0].ravel(), rtol=1e-3, atol=1e-5, err_msg=node)
    view = shown.open("filters")
    for name in {name.partition("/")[0] for name in weights if name.endswith("/W")}:
        view.choose_node(name)
        rows = shown.table(view, STEPS)
        np.testing.assert_array_equal(numbers(rows, "weight"), weights[f"{name}/W"].ravel())
        assert rows[0]["array"] == f"{name}/W"

    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    rows = shown.table(shown.open("projection"), STEPS)
    count = min(len(train), 400)
    chosen = np.arange(count) * len(train) // count
    for node in (shown.nodes[0], shown.nodes[-1]):
        of_node = [row for row in rows if row["layer"] == node]
        values = found[node][chosen].reshape(count, -1)
        pca = PCA(min(2, values.shape[1])).fit(values)
        for axis, name in enumerate(("component_1", "component_2")[: values.shape[1]]):
            np.testing.assert_allclose(
                np.abs(numbers(of_node, name)), np.abs(pca.transform(values)[:, axis]), rtol=2e-3, atol=2e-3
            )
            share = float(of_node[0][f"share_{axis + 1}"])
            assert share == pytest.approx(pca.explained_variance_ratio_[axis], abs=1e-4)
        if shown.data.task == "classification":
            near = NearestNeighbors(n_neighbors=2).fit(values).kneighbors(values)[1][:, 1]
            same = (train.y[chosen][near] == train.y[chosen]).mean()
            assert float(of_node[0]["neighbours"]) == pytest.approx(same, abs=0.006), "where two are equally near"
            silhouette = metrics.silhouette_score(values, train.y[chosen])
            assert float(of_node[0]["silhouette"]) == pytest.approx(silhouette, abs=1e-4)


@pytest.mark.parametrize("shown", CONNECTED, indirect=True)
def test_what_a_step_measures(shown: Shown) -> None:
    for key in ("gradient_norms", "update_ratio", "layer_summary", "loss"):
        shown.open(key)
    shown.train(STEPS - 1)
    before = shown.weights()
    batch = shown.batch(STEPS)
    x, y = shown.data.train.x[batch], shown.data.train.y[batch]
    found = shown.outputs(before, x)
    z = found[shown.nodes[-1]]
    if shown.is_binary:
        grad = (sigmoid(z) - y[:, None]) / len(y)
    elif shown.data.task == "classification":
        grad = softmax(z)
        grad[np.arange(len(y)), y] -= 1
        grad /= len(y)
    else:
        grad = 2 * (z - y) / z.size
    expected = gradients_of(shown.nodes, before, found, grad)
    views = {}
    for key in ("gradient_norms", "gradient_map", "update_ratio", "layer_summary", "loss", "accuracy"):
        views[key] = shown.open(key)
        dock = shown.bench.views.docks[key]
        dock.setFloating(True)
        dock.resize(420, 300)
        dock.show()
    QApplication.processEvents()
    shown.train(STEPS)
    after = shown.weights()

    last = shown.table(views["gradient_norms"], STEPS)[-1]
    assert last["step"] == str(STEPS)
    for node, gradient in expected.items():
        assert float(last[node]) == pytest.approx(np.linalg.norm(gradient), rel=2e-3), node
    of_map = shown.table(views["gradient_map"], STEPS)[-1]
    for node in expected:
        assert float(of_map[node]) == pytest.approx(float(last[node]), rel=1e-12), node

    last = shown.table(views["update_ratio"], STEPS)[-1]
    assert last["step"] == str(STEPS)
    for node in expected:
        old, new = (np.concatenate([each[f"{node}/{name}"].ravel() for name in "Wb"]) for each in (before, after))
        assert float(last[node]) == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=2e-3), node

    for row in shown.table(views["layer_summary"], STEPS):
        assert row["step"] == str(STEPS)
        values = found[row["layer"]]
        assert float(row["mean"]) == pytest.approx(values.mean(), rel=1e-3, abs=1e-5)
        assert float(row["deviation"]) == pytest.approx(values.std(), rel=1e-3, abs=1e-5)
        assert float(row["zeros"]) == pytest.approx((values == 0).mean(), abs=1e-6)
        units = values.reshape(len(values), -1)
        assert (int(row["dead"]), int(row["units"])) == ((units == 0).all(axis=0).sum(), units.shape[1])

    assert float(shown.table(views["loss"], STEPS)[-1]["train"]) == pytest.approx(shown.losses(z, y).mean(), rel=1e-4)
    if shown.data.task == "classification":
        accuracy = (shown.probabilities(z).argmax(axis=1) == y).mean()
        assert float(shown.table(views["accuracy"], STEPS)[-1]["train"]) == pytest.approx(accuracy, abs=1e-6)


@pytest.mark.parametrize("shown", ["spirals", "sine"], indirect=True)
def test_what_is_said_of_the_plane(shown: Shown) -> None:
    is_class = shown.data.task == "classification"
    view = shown.open("decision_boundary" if is_class else "regression_fit")
    shown.train(STEPS)
    weights, scaler = shown.weights(), shown.data.scaler
    rows = shown.table(view, STEPS)
    axes = list(shown.data.feature_names)
    points = np.stack([numbers(rows, name) for name in axes], axis=1)
    found = shown.outputs(weights, (points - scaler.offset) / scaler.scale)
    z = found[shown.nodes[-1]]
    if is_class:
        shares = shown.probabilities(z)
        for number, name in enumerate(shown.data.class_names):
            np.testing.assert_allclose(numbers(rows, f"probability of {name}"), shares[:, number], atol=1e-5)
        assert [row["class"] for row in rows] == [shown.data.class_names[each] for each in z.argmax(axis=1)]
        wrong = (shown.outputs(weights, shown.data.train.x)[shown.nodes[-1]].argmax(axis=1) != shown.data.train.y).sum()
        assert f"480 training samples, {wrong} wrong" in view.area.caption.replace("\u00a0", " ")
        view = shown.open("neuron_responses")
        rows = shown.table(view, STEPS)
        points = np.stack([numbers(rows, name) for name in axes], axis=1)
        found = shown.outputs(weights, (points - scaler.offset) / scaler.scale)
        for unit in range(16):
            np.testing.assert_allclose(numbers(rows, f"{view.node} unit {unit}"), found[view.node][:, unit], atol=1e-5)
    else:
        np.testing.assert_allclose(numbers(rows, "output"), z[:, 0], atol=1e-5)
    view = shown.open("landscape")
    view.compute()
    rows = shown.table(view, STEPS)
    surface = [row for row in rows if row["what"] == "surface"]
    (centre,) = (float(row["loss"]) for row in surface if float(row["a"]) == float(row["b"]) == 0)
    train = shown.data.train
    assert len(train) <= 512
    loss = shown.losses(shown.outputs(weights, train.x)[shown.nodes[-1]], train.y).mean()
    assert centre == pytest.approx(loss, rel=1e-5)
