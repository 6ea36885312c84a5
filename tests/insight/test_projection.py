"""Where samples lie for each layer, worked out again here and against scikit-learn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from deepviz.datasets.sources.digits import Digits
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.embedding import Embedding
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.insight import projection
from deepviz.insight.principal_components import principal_components
from deepviz.insight.projection import Clouds, Projection, aligned
from deepviz.insight.subject import UnanswerableError
from tests.insight.looked_at import classes, no_progress, numbers, subject
from tests.insight.made_subjects import project_of, subject_of


def test_every_layer_has_the_samples_as_it_sees_them() -> None:
    data = classes(samples=90)
    asked = subject([Input(shape=(4,)), Dense(units=6), Tanh(), Dense(units=3)], data)
    found = Projection(samples=50).answer(asked, no_progress)
    assert [layer.node for layer in found.layers] == ["input_1", "dense_1", "tanh_1", "dense_2"]
    assert found.total == len(data.train) == 72
    assert len(found.numbers) == 50
    assert len(set(found.numbers.tolist())) == 50
    np.testing.assert_array_equal(found.targets, data.train.y[found.numbers])
    x = data.train.x[found.numbers].astype(np.float64)
    hidden = np.tanh(x @ asked.network.parameters["dense_1/W"] + asked.network.parameters["dense_1/b"])
    points, shares = principal_components(hidden)
    layer = found.layers[2]
    np.testing.assert_allclose(np.abs(layer.points), np.abs(points), atol=1e-4)
    np.testing.assert_allclose(layer.shares, shares, rtol=1e-4)
    distances = ((hidden[:, None] - hidden[None]) ** 2).sum(axis=2) + np.diag(np.full(50, np.inf))
    y = data.train.y[found.numbers]
    assert layer.neighbours == pytest.approx((y[distances.argmin(axis=1)] == y).mean())
    assert (layer.width, layer.has_entries) == (6, False)


def test_portions_of_layers_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = subject([Input(shape=(4,)), Dense(units=6), Tanh(), Dense(units=3)], classes())
    whole = Projection().answer(asked, no_progress)
    monkeypatch.setattr(projection, "MOST_NUMBERS", 1)
    told: list[float] = []
    parts = Projection().answer(asked, told.append)
    assert [each.node for each in parts.layers] == [each.node for each in whole.layers]
    for one, other in zip(whole.layers, parts.layers, strict=True):
        np.testing.assert_array_equal(one.points, other.points)
    assert told == sorted(told)
    assert len(told) == 4


def test_a_regression_is_measured_by_its_targets() -> None:
    data = numbers()
    asked = subject([Input(shape=(3,)), Dense(units=1)], data)
    found = Projection().answer(asked, no_progress)
    assert not found.is_class
    np.testing.assert_array_equal(found.targets, data.train.y[found.numbers, 0])
    distances = ((data.train.x[:, None] - data.train.x[None]) ** 2).sum(axis=2, dtype=np.float64)
    np.fill_diagonal(distances, np.inf)
    y = data.train.y[:, 0].astype(np.float64)
    missed = ((y - y[distances.argmin(axis=1)]) ** 2).sum()
    assert found.layers[0].neighbours == pytest.approx(1 - missed / ((y - y.mean()) ** 2).sum(), rel=1e-5)
    assert np.isnan(found.layers[0].silhouette)
    assert found.layers[1].points[:, 1] == pytest.approx(0)  # a single number has one component


def test_an_embedding_shows_its_entries() -> None:
    data = classes((4,))
    data = replace(data, train=replace(data.train, x=np.abs(data.train.x).astype(np.int64).astype(np.float32)))
    asked = subject([Input(shape=(4,)), Embedding(input_dim=9, output_dim=5), Flatten(), Dense(units=3)], data)
    layer = Projection().answer(asked, no_progress).layers[1]
    assert layer.has_entries
    points, _ = principal_components(asked.network.parameters["embedding_1/embeddings"])
    np.testing.assert_array_equal(layer.points, points)
    assert len(layer.points) == 9


def test_what_is_not_finite_is_no_figure() -> None:
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    asked.network.parameters["dense_1/W"][0, 0] = np.nan
    first, last = Projection().answer(asked, no_progress).layers
    assert np.isfinite(first.points).all()
    assert np.isnan(last.points).all()
    assert np.isnan(last.neighbours)
    assert np.isnan(last.silhouette)


def test_signs_follow_the_answer_before() -> None:
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    before = Projection().answer(asked, no_progress)
    flipped = replace(before, layers=tuple(replace(each, points=each.points * [-1, 1]) for each in before.layers))
    turned = aligned(before, flipped)
    for one, other in zip(turned.layers, flipped.layers, strict=True):
        np.testing.assert_array_equal(one.points, other.points)
    assert aligned(before, None) is before
    others = replace(flipped, numbers=flipped.numbers + 1)
    assert aligned(before, others) is before


def test_one_sample_is_too_few() -> None:
    data = classes(samples=10)
    with pytest.raises(UnanswerableError, match="needs two samples"):
        Projection("validation").answer(subject([Input(shape=(4,)), Dense(units=3)], data), no_progress)


# Of a network that learns digits

DIGITS = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 32}), ("ReLU", {}), ("Dense", {"units": 10}))


@pytest.fixture(scope="module")
def learning() -> list[Clouds]:
    """What is seen of the training samples as time goes by, each answer turned after the one before it."""
    project, shown = project_of(Digits(), DIGITS, "SoftmaxCrossEntropy"), []
    for steps in (5, 10, 15, 20, 30, 40):
        found = Projection(samples=300).answer(subject_of(project, steps), no_progress)
        shown.append(aligned(found, shown[-1] if shown else None))
    return shown


def test_figures_of_a_trained_network_are_those_of_scikit_learn(learning: list[Clouds]) -> None:
    decomposition, metrics = pytest.importorskip("sklearn.decomposition"), pytest.importorskip("sklearn.metrics")
    neighbors = pytest.importorskip("sklearn.neighbors")
    asked = subject_of(project_of(Digits(), DIGITS, "SoftmaxCrossEntropy"), 40)
    clouds, network = learning[-1], asked.network
    x, y = asked.data.train.x[clouds.numbers].reshape(300, -1).astype(np.float64), clouds.targets
    hidden = x @ network.parameters["dense_1/W"] + network.parameters["dense_1/b"]
    seen = {"flatten_1": x, "dense_1": hidden, "relu_1": np.maximum(hidden, 0.0)}
    layers = {layer.node: layer for layer in clouds.layers}
    for node, values in seen.items():
        theirs = decomposition.PCA(2, svd_solver="full").fit(values)
        np.testing.assert_allclose(layers[node].shares, theirs.explained_variance_ratio_, rtol=1e-3)
        np.testing.assert_allclose(np.abs(layers[node].points), np.abs(theirs.transform(values)), atol=2e-3)
        nearest = neighbors.NearestNeighbors(n_neighbors=1).fit(values).kneighbors()[1][:, 0]  # but for itself
        right = (y[nearest] == y).mean()
        assert layers[node].neighbours == pytest.approx(right, abs=0.0035), "one near tie of 300, in float32"
        assert layers[node].silhouette == pytest.approx(metrics.silhouette_score(values, y), abs=1e-4)
    assert layers["dense_2"].silhouette > layers["flatten_1"].silhouette + 0.1, "classes move apart"


def test_nothing_flips_while_it_learns(learning: list[Clouds]) -> None:
    flips = 0
    for before, after in pairwise(learning):
        for one, other in zip(before.layers, after.layers, strict=True):
            assert ((one.points * other.points).sum(axis=0) >= 0).all(), other.node
            alone, _ = principal_components(other.points)
            flips += int(((one.points * alone).sum(axis=0) < 0).sum())
    assert flips > 0, "each by itself, some would have"
