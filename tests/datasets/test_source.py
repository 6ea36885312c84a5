"""The registry of sources, and finding the source for a user's files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import deepviz.datasets.sources
from deepviz.datasets import DatasetError, DatasetSource, registry, source_for_files
from deepviz.registry import Registry

BUILT_IN = {"spirals", "circles", "xor", "blobs", "iris", "wine", "breast-cancer", "digits", "idx"}

STAIRS = '''
from __future__ import annotations

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Stairs(DatasetSource):
    """Points on stairs, for a test."""

    key = "stairs"
    category = "Generated"

    steps: int = Field(3, ge=1, title="Steps", description="How many steps the stairs have.")

    def load(self) -> Dataset:
        x = np.arange(self.steps)[:, None]
        return Dataset(x=x, y=2 * x, task="regression", title="Stairs")
'''


@pytest.fixture
def stairs_folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "stairs_source.py").write_text(STAIRS, encoding="utf-8")
    deepviz.datasets.sources.__path__.append(str(tmp_path))
    yield tmp_path
    deepviz.datasets.sources.__path__.remove(str(tmp_path))
    sys.modules.pop("deepviz.datasets.sources.stairs_source", None)


def test_built_in_sources() -> None:
    assert set(registry) >= BUILT_IN


@pytest.mark.parametrize("key", sorted(BUILT_IN))
def test_every_source_can_be_shown_and_saved(key: str) -> None:
    source = registry[key]
    assert source.category in ("Generated", "Real", "Your own files")
    assert source.needs_files == (source.category == "Your own files")
    assert source.label
    assert source.summary().endswith(".")
    for hyperparameter in source.hyperparameters():
        assert hyperparameter.label
        assert hyperparameter.help.endswith(".")
        assert not hyperparameter.required
    assert registry.from_json(source().to_json()) == source()


def test_paths_ask_for_a_path_control() -> None:
    assert [(field.name, field.kind) for field in registry["idx"].hyperparameters()] == [
        ("images", "path"),
        ("labels", "path"),
    ]


def test_a_file_added_at_run_time_is_found(stairs_folder: Path) -> None:
    found: Registry[DatasetSource] = Registry("deepviz.datasets.sources", DatasetSource)
    assert "stairs" in found
    dataset = found.from_json({"type": "stairs", "steps": 4}).load()
    assert dataset.y[:, 0].tolist() == [0, 2, 4, 6]
    assert [field.name for field in found["stairs"].hyperparameters()] == ["steps"]


def test_files_that_nobody_knows(tmp_path: Path) -> None:
    table, picture = tmp_path / "table.csv", tmp_path / "cat.png"
    table.write_text("BMI,age\n1,2\n", encoding="utf-8")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(DatasetError) as caught:
        source_for_files([table, str(picture)])
    message = str(caught.value)
    assert "table.csv (text)" in message
    assert "cat.png (a PNG image)" in message
    assert "IDX files (MNIST)" in message


def test_no_file_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No data file was given"):
        source_for_files([])
    with pytest.raises(DatasetError, match=r"There is no file .*nowhere"):
        source_for_files([tmp_path / "nowhere"])
    with pytest.raises(DatasetError, match="is not a file"):
        source_for_files([tmp_path])
