"""Principal components and their shares of the variance, against scikit-learn and where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.insight.principal_components import principal_components
from deepviz.insight.separation import squared_distances


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


def test_components_of_very_large_numbers_stay_in_range() -> None:
    x = np.random.default_rng(0).normal(size=(20, 3))
    small, shares = principal_components(x)
    large, same = principal_components(x * 1e200)
    np.testing.assert_allclose(large, small * 1e200, rtol=1e-9)
    np.testing.assert_allclose(same, shares)
