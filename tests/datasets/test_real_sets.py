"""The bundled real sets against figures published elsewhere, typed in by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from deepviz.datasets import Dataset, DatasetError, bundled, registry
from deepviz.resources_path import resource


def counts(dataset: Dataset) -> list[int]:
    return np.bincount(dataset.y.astype(int)).tolist()


def test_iris() -> None:
    iris = registry["iris"]().load()
    assert iris.x.shape == (150, 4)
    assert counts(iris) == [50, 50, 50]
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert iris.feature_names[0] == "sepal length (cm)"
    # The means by species, as printed in every textbook.
    species = [
        [5.006, 3.428, 1.462, 0.246],
        [5.936, 2.770, 4.260, 1.326],
        [6.588, 2.974, 5.552, 2.026],
    ]
    for number, means in enumerate(species):
        np.testing.assert_allclose(iris.x[iris.y == number].mean(axis=0, dtype=float), means, atol=1e-4)
    np.testing.assert_allclose(iris.x.mean(axis=0, dtype=float), [5.843333, 3.057333, 3.758, 1.199333], atol=1e-4)
    # Fisher's own values for the two samples that are wrong at UCI.
    np.testing.assert_allclose(iris.x[34], [4.9, 3.1, 1.5, 0.2], rtol=1e-6)
    np.testing.assert_allclose(iris.x[37], [4.9, 3.6, 1.4, 0.1], rtol=1e-6)


def test_wine() -> None:
    wine = registry["wine"]().load()
    assert wine.x.shape == (178, 13)
    assert counts(wine) == [59, 71, 48]
    means = {
        "alcohol": 13.000618,
        "malic acid": 2.336348,
        "ash": 2.366517,
        "alcalinity of ash": 19.494944,
        "magnesium": 99.741573,
        "total phenols": 2.295112,
        "flavanoids": 2.029270,
        "nonflavanoid phenols": 0.361854,
        "proanthocyanins": 1.590899,
        "color intensity": 5.058090,
        "hue": 0.957449,
        "OD280/OD315 of diluted wines": 2.611685,
        "proline": 746.893258,
    }
    assert wine.feature_names == tuple(means)
    np.testing.assert_allclose(wine.x.mean(axis=0, dtype=float), list(means.values()), atol=1e-4)


def test_breast_cancer() -> None:
    cancer = registry["breast-cancer"]().load()
    assert cancer.x.shape == (569, 30)
    assert dict(zip(cancer.class_names, counts(cancer), strict=True)) == {"malignant": 212, "benign": 357}
    means = [14.127292, 19.289649, 91.969033, 654.889104, 0.096360, 0.104341, 0.088799, 0.048919, 0.181162, 0.062798]
    np.testing.assert_allclose(cancer.x[:, :10].mean(axis=0, dtype=float), means, atol=1e-4)
    assert cancer.feature_names[0] == "mean radius"
    assert cancer.feature_names[29] == "worst fractal dimension"
    # The first patient of the original file.
    np.testing.assert_allclose(cancer.x[0, :4], [17.99, 10.38, 122.8, 1001.0], rtol=1e-6)


def test_digits() -> None:
    digits = registry["digits"]().load()
    assert digits.x.shape == (1797, 8, 8, 1)
    assert counts(digits) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert digits.class_names == tuple("0123456789")
    assert (float(digits.x.min()), float(digits.x.max())) == (0.0, 16.0)
    assert digits.x.mean(dtype=float) == pytest.approx(4.884165, abs=1e-6)
    assert digits.x[0, 0, :, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert digits.y[:10].tolist() == list(range(10))


def test_auto_mpg() -> None:
    cars = registry["auto-mpg"]().load()
    assert (cars.task, cars.outputs, cars.class_names) == ("regression", 1, ())
    assert cars.x.shape == (392, 9)
    # The means that are printed of these 392 cars wherever they are used, such as in R's ISLR.
    means = [5.471939, 194.411990, 104.469388, 2977.584184, 15.541327, 75.979592]
    np.testing.assert_allclose(cars.x[:, :6].mean(axis=0, dtype=float), means, rtol=1e-6)
    assert cars.y.mean(dtype=float) == pytest.approx(23.445918, abs=1e-5)
    assert cars.x[:, 6:].sum(axis=0).tolist() == [245, 68, 79]
    # The first car of the original file, a Chevrolet Chevelle Malibu.
    assert cars.x[0].tolist() == [8, 307, 130, 3504, 12, 70, 1, 0, 0]
    assert cars.y[0].tolist() == [18]


def test_digits_to_rebuild_are_their_own_targets() -> None:
    digits, images = registry["digits"]().load(), registry["digit-images"]().load()
    assert (images.task, images.outputs) == ("regression", 64)
    np.testing.assert_array_equal(images.x * 16, digits.x)
    np.testing.assert_array_equal(images.y, images.x.reshape(len(images), 64))
    assert (float(images.x.min()), float(images.x.max())) == (0.0, 1.0)


@pytest.mark.parametrize("key", ["iris", "wine", "breast-cancer", "digits", "digit-images", "auto-mpg"])
def test_attribution_travels_with_the_data(key: str) -> None:
    citation = registry[key]().load().citation
    doi = citation.split("doi:")[1].split(" ")[0]
    assert "CC BY 4.0" in citation
    assert doi in resource("datasets", "LICENSES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(resource("datasets").glob("*.npz")), ids=lambda path: path.stem)
def test_files_hold_no_pickles(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["class_names.npy", "feature_names.npy", "x.npy", "y.npy"]
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays)


@pytest.mark.parametrize("content", [None, b"", b"not an archive", b"PK\x03\x04 and then nonsense"])
def test_incomplete_installation_is_said_plainly(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "iris.npz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(bundled, "resource", lambda *parts: path)
    with pytest.raises(DatasetError, match="Iris is missing or damaged"):
        registry["iris"]().load()
