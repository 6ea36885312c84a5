"""Figures of separation, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.insight.separation import neighbours, neighbours_r2, silhouette, squared_distances


@pytest.mark.parametrize("value", [0.1, np.float32(0.1), -7.3e5])
def test_targets_that_are_all_the_same_have_no_r2(value: float) -> None:
    rng = np.random.default_rng(1)
    for count in range(2, 120):
        squares = squared_distances(rng.normal(size=(count, 2)))
        assert np.isnan(neighbours_r2(squares, np.full((count, 1), value)))


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
