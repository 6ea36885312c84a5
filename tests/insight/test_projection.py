"""Components, shares and figures of separation, against scikit-learn and by hand."""

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
from deepviz.insight.projection import (
    Clouds,
    Projection,
    aligned,
    neighbours,
    neighbours_r2,
    principal_components,
    silhouette,
    squared_distances,
)
from deepviz.insight.subject import UnanswerableError
from tests.insight.looked_at import classes, no_progress, numbers, subject
from tests.insight.made_subjects import project_of, subject_of


@pytest.mark.parametrize("shape", [(50, 7), (20, 90), (30, 30), (9, 1), (2, 5)])
def test_components_are_those_of_scikit_learn(shape: tuple[int, int]) -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    rng = np.random.default_rng(sum(shape))
    x = rng.normal(size=shape) * rng.uniform(0.1, 3, size=shape[1]) + 5
    points, shares = principal_components(x)
    count = min(2, *shape)
    theirs = decomposition.PCA(count, svd_solver="full").fit(x)
    wanted = theirs.transform(x)
    for axis in range(count):
        if theirs.explained_variance_ratio_[axis] < 1e-12:  # two points lie on a line: the second axis is any
            np.testing.assert_allclose(points[:, axis], 0, atol=1e-6)
            continue
        sign = np.sign(wanted[:, axis] @ points[:, axis])
        np.testing.assert_allclose(points[:, axis], sign * wanted[:, axis], atol=1e-8)
        farthest = np.abs(points[:, axis]).argmax()
        assert points[farthest, axis] > 0
    np.testing.assert_allclose(shares[:count], theirs.explained_variance_ratio_, atol=1e-12)
    assert not points[:, count:].any()
    assert not shares[count:].any()


def test_components_of_nothing_and_of_what_is_not_finite() -> None:
    points, shares = principal_components(np.full((5, 3), 0.1))
    assert not points.any()
    assert not shares.any()
    points, shares = principal_components(np.array([[1.0, np.nan], [2.0, 3.0]]))
    assert np.isnan(points).all()
    assert np.isnan(shares).all()


def test_a_layer_that_gives_the_same_for_all_samples_has_no_components() -> None:
    rng = np.random.default_rng(0)
    for count in (3, 100, 333, 400):
        for features in (1, 3, 64, 500):
            x = np.tile(rng.normal(size=features).astype(np.float32), (count, 1))
            points, shares = principal_components(x)
            assert not points.any()
            assert not shares.any(), "what rounding leaves is no variance"
            assert not squared_distances(x).any()


@pytest.mark.parametrize("value", [0.1, np.float32(0.1), -7.3e5])
def test_targets_that_are_all_the_same_have_no_r2(value: float) -> None:
    rng = np.random.default_rng(1)
    for count in range(2, 120):
        squares = squared_distances(rng.normal(size=(count, 2)))
        assert np.isnan(neighbours_r2(squares, np.full((count, 1), value)))


def test_components_of_very_large_numbers_stay_in_range() -> None:
    x = np.random.default_rng(0).normal(size=(20, 3))
    small, shares = principal_components(x)
    large, same = principal_components(x * 1e200)
    np.testing.assert_allclose(large, small * 1e200, rtol=1e-9)
    np.testing.assert_allclose(same, shares)


def test_the_share_of_right_neighbours_is_that_of_leaving_one_out() -> None:
    neighbors = pytest.importorskip("sklearn.neighbors")
    selection = pytest.importorskip("sklearn.model_selection")
    rng = np.random.default_rng(4)
    y = np.arange(60) % 3
    x = rng.normal(size=(60, 5)) + y[:, None] * 0.8
    theirs = selection.cross_val_score(neighbors.KNeighborsClassifier(1), x, y, cv=selection.LeaveOneOut()).mean()
    assert 0.3 < theirs < 0.95, "the test needs neighbours of both kinds"
    assert neighbours(squared_distances(x), y) == pytest.approx(theirs)


def test_the_silhouette_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(5)
    y = np.array([0] * 20 + [1] * 15 + [2] * 10 + [3])  # one class with a single sample
    x = rng.normal(size=(46, 4)) + y[:, None]
    assert silhouette(squared_distances(x), y) == pytest.approx(metrics.silhouette_score(x, y), abs=1e-9)
    assert np.isnan(silhouette(squared_distances(x), np.zeros(46, int)))


def test_figures_by_hand_on_a_line() -> None:
    x, y = np.array([[0.0], [1.0], [3.0], [10.0]]), np.array([0, 0, 1, 1])
    # Neighbours: 0 -> 1 right, 1 -> 0 right, 3 -> 1 wrong, 10 -> 3 right.
    assert neighbours(squared_distances(x), y) == 0.75
    # s: (6.5 - 1)/6.5, (5.5 - 1)/5.5, (2.5 - 7)/7, (9.5 - 7)/9.5.
    assert silhouette(squared_distances(x), y) == pytest.approx((5.5 / 6.5 + 4.5 / 5.5 - 4.5 / 7 + 2.5 / 9.5) / 4)
    targets = np.array([[1.0], [2.0], [4.0], [5.0]])  # mean 3: spread 4 + 1 + 1 + 4
    assert neighbours_r2(squared_distances(x), targets) == pytest.approx(1 - (1 + 1 + 4 + 1) / 10)
    assert np.isnan(neighbours_r2(squared_distances(x), np.ones((4, 1))))


def test_equally_near_neighbours_count_alike_whatever_their_order() -> None:
    labels = np.array([0, 0, 1, 1, 1, 2])
    # All in one place, as behind a dead layer: by chance 1 of 5, 2 of 5 or none of the others is of the same class.
    same = squared_distances(np.full((6, 3), 0.1))
    assert neighbours(same, labels) == pytest.approx((2 * 1 / 5 + 3 * 2 / 5 + 0) / 6)
    targets = np.array([[1.0], [2.0], [3.0], [6.0]])  # mean 3, spread 14; the others' means 11/3, 10/3, 3 and 2
    missed = (8 / 3) ** 2 + (4 / 3) ** 2 + 0 + 16
    assert neighbours_r2(squared_distances(np.ones((4, 2))), targets) == pytest.approx(1 - missed / 14)
    rng = np.random.default_rng(6)
    x, y = rng.integers(0, 3, (80, 2)).astype(float), rng.integers(0, 3, 80)
    z = rng.normal(size=(80, 2))
    for _ in range(5):
        order = rng.permutation(80)
        assert neighbours(squared_distances(x[order]), y[order]) == pytest.approx(neighbours(squared_distances(x), y))
        shuffled = neighbours_r2(squared_distances(x[order]), z[order])
        assert shuffled == pytest.approx(neighbours_r2(squared_distances(x), z))


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
