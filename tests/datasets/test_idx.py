"""The IDX reader against files written here byte by byte, and every way in which such a file can be wrong."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepviz.datasets import DatasetError, idx, source_for_files
from deepviz.datasets.idx import NotIdxError, read_header, read_idx
from deepviz.datasets.sources.idx_files import IdxFiles


def idx_bytes(type_byte: int, shape: Sequence[int], code: str, values: Sequence[float]) -> bytes:
    """An IDX file, made with struct alone and so independently of the reader."""
    head = struct.pack(f">BBBB{len(shape)}I", 0, 0, type_byte, len(shape), *shape)
    return head + struct.pack(f">{len(values)}{code}", *values)


IMAGES = idx_bytes(0x08, (3, 2, 4), "B", range(0, 240, 10))
LABELS = idx_bytes(0x08, (3,), "B", [2, 0, 1])


def write(path: Path, content: bytes, compress: bool = False) -> Path:
    path.write_bytes(gzip.compress(content) if compress else content)
    return path


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def compress(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize(
    ("type_byte", "code", "values", "dtype"),
    [
        (0x08, "B", [0, 1, 128, 255], np.uint8),
        (0x09, "b", [-128, -1, 0, 127], np.int8),
        (0x0B, "h", [-32768, -2, 258, 32767], np.int16),
        (0x0C, "i", [-(2**31), -3, 66_051, 2**31 - 1], np.int32),
        (0x0D, "f", [-1.5, 0.0, 0.25, 1e30], np.float32),
        (0x0E, "d", [-1.5, 0.1, 1e-300, 1e300], np.float64),
    ],
)
def test_every_type(
    tmp_path: Path, compress: bool, type_byte: int, code: str, values: list[float], dtype: type[np.generic]
) -> None:
    array = read_idx(write(tmp_path / "data", idx_bytes(type_byte, (2, 2), code, values), compress))
    assert array.dtype == dtype
    assert array.dtype.isnative
    expected = np.array(values, dtype=dtype).reshape(2, 2)
    np.testing.assert_array_equal(array, expected)


def test_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    assert read_idx(write(tmp_path / "plain.gz", LABELS)).tolist() == [2, 0, 1]
    assert read_idx(write(tmp_path / "packed-ubyte", LABELS, compress=True)).tolist() == [2, 0, 1]


def test_header_alone(tmp_path: Path, compress: bool) -> None:
    header = read_header(write(tmp_path / "images", IMAGES, compress))
    assert (header.shape, header.dtype, header.total_bytes) == ((3, 2, 4), np.dtype("u1"), 40)


@given(cut=st.integers(0, len(IMAGES) - 1), compress=st.booleans())
def test_a_file_cut_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int, compress: bool) -> None:
    path = write(tmp_path_factory.mktemp("cut") / "images", IMAGES[:cut], compress)
    with pytest.raises(DatasetError, match=r"cut off|is empty|not an IDX file"):
        read_idx(path)


@given(cut=st.integers(0, len(gzip.compress(IMAGES)) - 1))
def test_gzip_data_cut_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = write(tmp_path_factory.mktemp("cut") / "images.gz", gzip.compress(IMAGES)[:cut])
    with pytest.raises(DatasetError, match=r"cut off|is empty|not an IDX file"):
        read_idx(path)


def test_cut_off_says_what_was_expected_and_found(tmp_path: Path, compress: bool) -> None:
    path = write(tmp_path / "images", IMAGES[:-5], compress)
    with pytest.raises(DatasetError, match=r"images is cut off: .*40 bytes are expected and 35 were found"):
        read_idx(path)


def test_cut_gzip_says_what_was_expected_and_found(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 256, 300_000).tolist()
    packed = gzip.compress(idx_bytes(0x08, (300_000,), "B", values))
    path = write(tmp_path / "labels.gz", packed[: len(packed) // 2])
    with pytest.raises(
        DatasetError, match=r"cut off: 300\u202f008 bytes are expected after decompression and 1[45]\d\u202f\d{3} "
    ):
        read_idx(path)


def test_trailing_bytes(tmp_path: Path, compress: bool) -> None:
    path = write(tmp_path / "images", IMAGES + b"abc", compress)
    with pytest.raises(DatasetError, match=r"too long: .*40 bytes are expected and 43 were found"):
        read_idx(path)


@pytest.mark.parametrize("place", [12, -6])
def test_damaged_gzip(tmp_path: Path, place: int) -> None:
    packed = bytearray(gzip.compress(IMAGES * 3))
    packed[place] ^= 0xFF
    with pytest.raises(DatasetError, match=r"damaged|cut off|too long|not an IDX"):
        read_idx(write(tmp_path / "images.gz", bytes(packed)))


def test_bad_checksum_is_noticed(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(IMAGES))
    packed[-6] ^= 0xFF
    with pytest.raises(DatasetError, match="gzip data is not valid"):
        read_idx(write(tmp_path / "images.gz", bytes(packed)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"data\.gz is empty\. An IDX file starts with 00 00 08 01"),
        (b"\x00\x00", "starts with 00 00"),
        (b"\x89PNG\r\n\x1a\n", "starts with 89 50 4E 47, which looks like a PNG image"),
        (b"<!DOCTYPE html><html>", "looks like a web page"),
        (b"<?xml version='1.0'?><Error>denied</Error>", "looks like text"),
        (b"PK\x03\x04 more", "looks like a zip archive"),
        (b"1,2,3\n4,5,6\n", "looks like text"),
        (b"\x00\x00\x0a\x03\x00\x00\x00\x01", r"starts with 00 00 0A 03\. "),
        (b"\x00\x00\x08\x00\x00\x00\x00\x01", r"starts with 00 00 08 00\. "),
        (b"\x03\x08\x00\x00\x0a\x00\x00\x00", "reversed byte order"),
    ],
)
def test_wrong_magic(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(NotIdxError, match=message) as caught:
        read_idx(write(tmp_path / "data.gz", content))
    assert "Despite its name it is not compressed with gzip." in str(caught.value)
    with pytest.raises(NotIdxError, match=message.replace(r"\.gz", "")):
        read_idx(write(tmp_path / "data", content, compress=True))


def test_compressed_twice(tmp_path: Path) -> None:
    with pytest.raises(NotIdxError, match="compressed twice"):
        read_idx(write(tmp_path / "images.gz", gzip.compress(IMAGES), compress=True))


@pytest.mark.parametrize("shape", [(2**32 - 1,) * 3, (2**31, 28, 28), (1, 2**32 - 1)])
def test_absurd_sizes_are_refused_before_memory_is_taken(
    tmp_path: Path, compress: bool, shape: tuple[int, ...]
) -> None:
    path = write(tmp_path / "images", idx_bytes(0x08, shape, "B", [1, 2, 3]), compress)
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match=r"header .*damaged|damaged .*header") as caught:
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert f"{shape[-1]:,}".replace(",", "\u202f") in str(caught.value)


def test_more_than_memory_should_hold(tmp_path: Path, compress: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "images", IMAGES, compress)
    monkeypatch.setattr(idx, "MAXIMUM_VALUES", 24)
    assert read_idx(path).shape == (3, 2, 4)
    monkeypatch.setattr(idx, "MAXIMUM_VALUES", 23)
    with pytest.raises(DatasetError, match="3 x 2 x 4 values, more than the 23 that can be kept in memory"):
        read_idx(path)


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path / "labels.gz", LABELS + bytes(80_000_000), compress=True)
    tracemalloc.start()
    try:
        with pytest.raises(DatasetError, match="too long: 11 bytes are expected and at least"):
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx_bytes(0x08, (0, 2, 2), "B", []), "no samples: its header says 0 x 2 x 2"),
        (idx_bytes(0x08, (1,) * 9, "B", [1]), "claims 9 dimensions"),
    ],
)
def test_other_bad_headers(tmp_path: Path, compress: bool, content: bytes, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_idx(write(tmp_path / "images", content, compress))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="There is no file"):
        read_idx(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="is not a file"):
        read_idx(tmp_path)


def pair(folder: Path, images: bytes = IMAGES, labels: bytes = LABELS) -> IdxFiles:
    return IdxFiles(images=str(write(folder / "images", images)), labels=str(write(folder / "labels", labels)))


def test_a_pair_becomes_a_data_set(tmp_path: Path, compress: bool) -> None:
    images = write(tmp_path / "images", IMAGES, compress)
    labels = write(tmp_path / "labels", LABELS, compress)
    dataset = IdxFiles(images=str(images), labels=str(labels)).load()
    assert dataset.x.shape == (3, 2, 4, 1)
    assert dataset.x[2, 1, :, 0].tolist() == [200, 210, 220, 230]
    assert dataset.y.tolist() == [2, 0, 1]
    assert dataset.class_names == ("0", "1", "2")


def test_nothing_chosen_yet(tmp_path: Path) -> None:
    labels = write(tmp_path / "labels", LABELS)
    for source in (IdxFiles(), IdxFiles(labels=str(labels)), IdxFiles(images=str(labels))):
        with pytest.raises(DatasetError, match=r"^Choose an images file and a labels file\.$"):
            source.load()


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (LABELS, IMAGES, r"wrong way round: images is a labels file \(3 of them\).*images file \(3 of 2 x 4\).*Swap"),
        (LABELS, LABELS, r"images is a labels file \(3 of them\), not images"),
        (IMAGES, IMAGES, r"labels is an images file \(3 of 2 x 4\), not labels"),
        (idx_bytes(0x08, (3, 2), "B", range(6)), LABELS, "array of 3 x 2, not images"),
        (IMAGES, idx_bytes(0x08, (2,), "B", [0, 1]), "images has 3 images but labels has 2 labels"),
        (IMAGES, idx_bytes(0x0D, (3,), "f", [0, 1, 2]), "must be whole numbers"),
        (IMAGES, idx_bytes(0x09, (3,), "b", [0, -1, 2]), "label 2 is -1, which is negative"),
        (IMAGES, idx_bytes(0x0C, (3,), "i", [0, 1, 2**31 - 1]), "label 3 is 2\u202f147\u202f483\u202f647, which is"),
        (idx_bytes(0x0D, (3, 1, 1), "f", [0, float("nan"), 1]), LABELS, r"Row 2, position \(1, 1, 1\)"),
        (IMAGES[:-1], LABELS, "cut off"),
        (IMAGES, LABELS[:-1], "cut off"),
        (IMAGES, b"hello there", "labels is not an IDX file"),
    ],
)
def test_a_pair_that_does_not_fit(tmp_path: Path, images: bytes, labels: bytes, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        pair(tmp_path, images, labels).load()


def test_the_pair_is_recognised_in_any_order(tmp_path: Path, compress: bool) -> None:
    images = write(tmp_path / "b", IMAGES, compress)
    labels = write(tmp_path / "a", LABELS, compress)
    expected = IdxFiles(images=str(images), labels=str(labels))
    assert source_for_files([images, labels]) == expected
    assert source_for_files([str(labels), str(images)]) == expected


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "images", IMAGES)
    write(tmp_path / "labels", LABELS)
    monkeypatch.chdir(tmp_path)
    source = source_for_files(["images", "labels"])
    monkeypatch.chdir("/")
    assert len(source.load()) == 3


def test_files_that_are_not_a_pair(tmp_path: Path) -> None:
    images, labels = write(tmp_path / "images", IMAGES), write(tmp_path / "labels", LABELS)
    other = write(tmp_path / "notes.txt", b"hello there")
    with pytest.raises(DatasetError, match=r"two files, .* but images is an images file"):
        source_for_files([images])
    with pytest.raises(DatasetError, match="two files"):
        source_for_files([images, labels, images])
    with pytest.raises(DatasetError, match="not images"):
        source_for_files([labels, labels])
    with pytest.raises(DatasetError, match=r"notes\.txt is not an IDX file"):
        source_for_files([images, other])
    assert IdxFiles.from_files([other]) is None


def test_mnist(mnist_files: tuple[Path, Path]) -> None:
    images, labels = mnist_files
    dataset = source_for_files([labels, images]).load()
    assert dataset.x.shape == (10_000, 28, 28, 1)
    assert dataset.class_names == tuple("0123456789")
    assert (float(dataset.x.min()), float(dataset.x.max())) == (0.0, 255.0)
    # The test part of MNIST begins with a 7; these are its published class counts.
    assert dataset.y[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(dataset.y.astype(int)).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # The mean grey value of MNIST's test part, 0.1325 of the full range.
    assert dataset.x.mean(dtype=float) / 255 == pytest.approx(0.1325, abs=1e-4)
