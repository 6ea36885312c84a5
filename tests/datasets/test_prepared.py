"""Prepared data: the right samples in the right parts, scaled by what the training part looks like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepviz.datasets import Dataset, DatasetError, Preprocessing, SplitChoice, prepare, registry, split_indices
from deepviz.datasets.sources.idx_files import IdxFiles


def test_parts_hold_the_split_samples_scaled_by_the_training_part() -> None:
    iris = registry["iris"]().load()
    choice = SplitChoice(train=60, validation=20, test=20, seed=1)
    data = prepare(iris, choice, Preprocessing(method="standardise"))
    assert data.validation is not None
    assert data.test is not None
    indices = split_indices(150, None, choice)
    train_x = iris.x[indices[0]].astype(np.float64)
    for part, chosen in zip((data.train, data.validation, data.test), indices, strict=True):
        expected = (iris.x[chosen] - train_x.mean(axis=0)) / train_x.std(axis=0)
        np.testing.assert_allclose(part.x, expected, atol=1e-5)
        np.testing.assert_array_equal(part.y, iris.y[chosen])
        assert len(part) == len(chosen)
    np.testing.assert_allclose(data.train.x.mean(axis=0, dtype=float), 0, atol=1e-6)


def test_facts_are_carried_along() -> None:
    digits = registry["digits"]().load()
    data = prepare(digits, SplitChoice(), Preprocessing(method="scale 0 to 1"))
    assert (data.task, data.sample_shape, data.outputs) == ("classification", (8, 8, 1), 10)
    assert data.class_names == tuple("0123456789")
    assert data.title == "Digits 8 x 8"
    assert (float(data.train.x.min()), float(data.train.x.max())) == (0.0, 1.0)
    assert data.train.x.dtype == np.float32
    assert data.train.x.flags.c_contiguous


def test_arrays_are_read_only() -> None:
    data = prepare(registry["xor"]().load(), SplitChoice(), Preprocessing(method="none"))
    with pytest.raises(ValueError, match="read-only"):
        data.train.x[0, 0] = 5
    with pytest.raises(ValueError, match="read-only"):
        data.train.y[0] = 1


def test_a_part_with_no_share_is_none() -> None:
    xor = registry["xor"]().load()
    data = prepare(xor, SplitChoice(train=100, validation=0, test=0), Preprocessing())
    assert data.validation is None
    assert data.test is None
    assert len(data.train) == len(xor)


def test_regression() -> None:
    x = np.arange(20.0)[:, None]
    dataset = Dataset(x=x, y=np.hstack([x, -x]), task="regression")
    data = prepare(dataset, SplitChoice(stratified=True), Preprocessing(method="scale -1 to 1"))
    assert data.outputs == 2
    assert data.train.y.dtype == np.float32
    np.testing.assert_allclose(data.scaler.invert(data.train.x)[:, 0], data.train.y[:, 0], atol=1e-5)


def test_too_few_samples() -> None:
    dataset = Dataset(x=np.zeros((2, 1)), y=np.zeros((2, 1)), task="regression")
    with pytest.raises(DatasetError, match="2 samples cannot be divided"):
        prepare(dataset, SplitChoice(), Preprocessing())


def test_mnist(mnist_files: tuple[Path, Path]) -> None:
    images, labels = mnist_files
    source = IdxFiles(images=str(images), labels=str(labels))
    data = prepare(source.load(), SplitChoice(seed=2), Preprocessing(method="scale 0 to 1"))
    assert data.validation is not None
    assert data.test is not None
    assert [len(part) for part in (data.train, data.validation, data.test)] == [8000, 1000, 1000]
    assert data.scaler.scale.tolist() == [255.0]
