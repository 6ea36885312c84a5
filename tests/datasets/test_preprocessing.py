"""Preprocessing against hand-computed values, and back again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from deepviz.datasets import DatasetError, Preprocessing, Scaler
from deepviz.datasets.preprocessing import Method

FLAT = np.array([[1, 10, 5], [3, 30, 5], [5, 20, 5]], dtype=np.float32)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("none", [[1, 10, 5], [3, 30, 5], [5, 20, 5]]),
        ("scale 0 to 1", [[0, 0, 0], [0.5, 1, 0], [1, 0.5, 0]]),
        ("scale -1 to 1", [[-1, -1, 0], [0, 1, 0], [1, 0, 0]]),
        ("standardise", [[-1.2247449, -1.2247449, 0], [0, 1.2247449, 0], [1.2247449, 0, 0]]),
    ],
)
def test_flat_data_goes_by_feature(method: Method, expected: list[list[float]]) -> None:
    scaler = Preprocessing(method=method).fit(FLAT)
    scaled = scaler.apply(FLAT)
    assert scaled.dtype == np.float32
    assert scaler.offset.shape == scaler.scale.shape == (3,)
    np.testing.assert_allclose(scaled, expected, atol=1e-6)
    np.testing.assert_allclose(scaler.invert(scaled), FLAT, rtol=1e-6)
    assert scaler.is_identity == (method == "none")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("none", [0, 10, 20, 30]),
        ("scale 0 to 1", [0, 1 / 3, 2 / 3, 1]),
        ("scale -1 to 1", [-1, -1 / 3, 1 / 3, 1]),
        ("standardise", [-1.3416408, -0.4472136, 0.4472136, 1.3416408]),
    ],
)
def test_images_go_as_a_whole(method: Method, expected: list[float]) -> None:
    images = np.array([0, 10, 20, 30], dtype=np.float32).reshape(2, 2, 1, 1)
    scaler = Preprocessing(method=method).fit(images)
    assert scaler.offset.shape == scaler.scale.shape == (1,)
    np.testing.assert_allclose(scaler.apply(images).ravel(), expected, atol=1e-6)
    assert scaler.apply(images).shape == images.shape


def test_only_training_samples_are_measured() -> None:
    scaler = Preprocessing(method="scale 0 to 1").fit(FLAT)
    np.testing.assert_allclose(scaler.apply(np.array([[9, 0, 7]], dtype=np.float32)), [[2, -0.5, 2]])


def test_many_blocks_give_the_same_statistics() -> None:
    x = np.random.default_rng(0).normal(1000, 3, size=(300_000, 3)).astype(np.float32)
    scaler = Preprocessing(method="standardise").fit(x)
    np.testing.assert_allclose(scaler.offset, x.astype(np.float64).mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(scaler.scale, x.astype(np.float64).std(axis=0), rtol=1e-9)
    scaled = scaler.apply(x).astype(np.float64)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-6)


@given(
    x=hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=4, min_side=1, max_side=5),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    ),
    method=st.sampled_from(["none", "scale 0 to 1", "scale -1 to 1", "standardise"]),
)
def test_any_finite_data_stays_finite(x: np.ndarray, method: Method) -> None:
    scaler = Preprocessing(method=method).fit(x)
    scaled = scaler.apply(x)
    assert np.isfinite(scaled).all()
    if method == "scale 0 to 1":
        assert scaled.min() >= 0
        assert scaled.max() <= 1
    if method == "scale -1 to 1":
        assert np.abs(scaled).max() <= 1 + 1e-6


def test_arrays_round_trip_and_cannot_be_written() -> None:
    scaler = Preprocessing(method="standardise").fit(FLAT)
    back = Scaler.from_arrays({name: array.copy() for name, array in scaler.to_arrays().items()})
    np.testing.assert_array_equal(back.apply(FLAT), scaler.apply(FLAT))
    with pytest.raises(ValueError, match="read-only"):
        scaler.offset[0] = 1


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"offset": np.zeros(2)}, "offset and a scale"),
        ({"offset": np.zeros(2), "scale": np.ones(3)}, "same length"),
        ({"offset": np.zeros(2), "scale": np.zeros(2)}, "no scale may be 0"),
        ({"offset": np.array([np.nan]), "scale": np.ones(1)}, "finite"),
    ],
)
def test_damaged_arrays_are_refused(arrays: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        Scaler.from_arrays(arrays)


def test_other_features_and_no_samples() -> None:
    with pytest.raises(DatasetError, match="have 2 features, but the preprocessing was measured on 3"):
        Preprocessing().fit(FLAT).apply(np.zeros((4, 2), dtype=np.float32))
    with pytest.raises(DatasetError, match="without training samples"):
        Preprocessing().fit(np.zeros((0, 3), dtype=np.float32))


def test_the_form_offers_the_methods() -> None:
    (field,) = Preprocessing.hyperparameters()
    assert field.kind == "choice"
    assert field.choices == ("none", "scale 0 to 1", "scale -1 to 1", "standardise")
