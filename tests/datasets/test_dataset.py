"""A data set is checked when it is made, and the message says where the fault is."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import deepviz.datasets
from deepviz.datasets import Dataset, DatasetError


def classification(**changes: object) -> Dataset:
    values: dict[str, object] = {
        "x": np.zeros((4, 2)),
        "y": np.array([0, 1, 2, 1], dtype=np.uint8),
        "task": "classification",
        "class_names": ("a", "b", "c"),
        "feature_names": ("length", "width"),
    }
    return Dataset(**{**values, **changes})  # type: ignore[arg-type]


def test_types_and_facts_of_a_classification() -> None:
    dataset = classification(x=np.arange(8.0).reshape(4, 2))
    assert dataset.x.dtype == np.float32
    assert dataset.y.dtype == np.int64
    assert (len(dataset), dataset.sample_shape, dataset.classes, dataset.outputs) == (4, (2,), 3, 3)
    assert dataset.x[3].tolist() == [6.0, 7.0]
    labels = dataset.labels
    assert labels is not None
    assert labels.tolist() == [0, 1, 2, 1]


def test_types_and_facts_of_a_regression() -> None:
    dataset = Dataset(x=np.ones((5, 3, 2, 1)), y=np.ones((5, 2)), task="regression")
    assert dataset.y.dtype == np.float32
    assert (dataset.sample_shape, dataset.classes, dataset.outputs) == ((3, 2, 1), 0, 2)
    assert dataset.labels is None


def test_arrays_are_read_only_and_the_callers_stay_writable() -> None:
    x = np.zeros((4, 2), dtype=np.float32)
    dataset = classification(x=x)
    with pytest.raises(ValueError, match="read-only"):
        dataset.x[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        dataset.y[0] = 1
    x[0, 0] = 1


def with_value(value: float, place: tuple[int, ...], shape: tuple[int, ...] = (4, 2)) -> np.ndarray:
    x = np.zeros(shape)
    x[place] = value
    return x


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": with_value(np.nan, (2, 1))}, r"Row 3, column 2 \(width\) has no value"),
        ({"x": with_value(-np.inf, (0, 0))}, r"Row 1, column 1 \(length\) is infinite"),
        ({"x": with_value(1e300, (3, 0))}, r"Row 4, column 1 \(length\) is 1e\+300, which is too large"),
        ({"x": with_value(np.nan, (1, 0), (4, 1)), "feature_names": ()}, "Row 2, column 1 has no value"),
        (
            {"x": with_value(np.nan, (1, 2, 0, 0), (4, 3, 3, 1)), "feature_names": ()},
            r"Row 2, position \(3, 1, 1\) inside the sample, has no value",
        ),
        ({"y": np.array([0, 3, 9, 0])}, "Row 2 has the label 3, but the 3 classes are numbered from 0 to 2"),
        ({"y": np.array([0, 1, -1, 0])}, "Row 3 has the label -1"),
        ({"y": np.array([0.0, 1.0, 1.0, 0.0])}, "must be whole numbers, not float64"),
        ({"y": np.array([[0], [1], [1], [0]])}, "one class number for each sample"),
        ({"y": np.array([0, 1, 2])}, "4 samples but 3 targets"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0, dtype=int)}, "no samples"),
        ({"x": np.zeros(4), "feature_names": ()}, "at least one feature"),
        ({"x": np.zeros((4, 0)), "feature_names": ()}, "at least one feature"),
        ({"x": np.array([["a", "b"]] * 4)}, "must be numbers"),
        ({"x": np.zeros((4, 3))}, "2 feature names, but each sample is 3 numbers"),
        ({"class_names": ()}, "names of its classes"),
        ({"task": "clustering"}, "classification or regression"),
    ],
)
def test_bad_classification_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        classification(**changes)


@pytest.mark.parametrize(
    ("y", "names", "message"),
    [
        (np.zeros(3), (), "must be a table"),
        (with_value(np.nan, (2, 1), (3, 2)), (), "Row 3, target 2 has no value"),
        (np.zeros((3, 1)), ("a",), "no classes"),
    ],
)
def test_bad_regression_is_refused(y: np.ndarray, names: tuple[str, ...], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        Dataset(x=np.zeros((3, 1)), y=y, task="regression", class_names=names)


def test_every_public_name_can_be_had() -> None:
    for name in deepviz.datasets.__all__:
        assert getattr(deepviz.datasets, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        deepviz.datasets.nothing  # noqa: B018


def test_importing_the_package_does_not_load_numpy() -> None:
    code = "import deepviz.datasets, sys; sys.exit('numpy' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
