"""Files picked one by one find each other; what does not belong together is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.gui.panels.data_files import PickedFiles, partner

IMAGES = struct.pack(">4B3I", 0, 0, 8, 3, 2, 2, 2) + bytes(8)
LABELS = struct.pack(">4BI", 0, 0, 8, 1, 2) + bytes(2)


def write(folder: Path, **contents: bytes) -> list[Path]:
    made = [folder / name for name in contents]
    for path, content in zip(made, contents.values(), strict=True):
        path.write_bytes(content)
    return made


def test_the_partner_has_the_usual_name(tmp_path: Path) -> None:
    images = tmp_path / "train-images-idx3-ubyte.gz"
    labels = tmp_path / "train-labels-idx1-ubyte"
    other = tmp_path / "test-labels-idx1-ubyte"
    for path in (images, labels, other):
        path.touch()
    assert partner(images) == labels
    assert partner(labels) == images
    assert partner(other) is None
    assert partner(tmp_path / "table.csv") is None


def test_two_files_in_any_order(tmp_path: Path) -> None:
    a, b = write(tmp_path, a=IMAGES, b=LABELS)
    wanted = IdxFiles(images=str(a), labels=str(b))
    assert PickedFiles().source([a, b]) == PickedFiles().source([b, a]) == wanted


def test_one_after_the_other(tmp_path: Path) -> None:
    a, b = write(tmp_path, a=IMAGES, b=LABELS)
    picked = PickedFiles()
    with pytest.raises(DatasetError, match="two files"):
        picked.source([b])
    assert picked.waiting == b
    assert picked.source([a]) == IdxFiles(images=str(a), labels=str(b))
    assert picked.waiting is None


def test_two_of_a_kind_stay_waiting_for_the_last(tmp_path: Path) -> None:
    a, b = write(tmp_path, a=IMAGES, b=IMAGES)
    picked = PickedFiles()
    for path in (a, b):
        with pytest.raises(DatasetError):
            picked.source([path])
        assert picked.waiting == path


def test_something_else_is_not_waited_for(tmp_path: Path) -> None:
    (path,) = write(tmp_path, picture=b"\x89PNG\r\n\x1a\n")
    picked = PickedFiles()
    with pytest.raises(DatasetError, match="PNG"):
        picked.source([path])
    assert picked.waiting is None
