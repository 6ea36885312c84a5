"""The archive under a project file: what is asked for and nothing else, and nothing that is too large to be true."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from deepviz.document import archive
from deepviz.document.archive import FileError, arrays_of, npz_bytes, pack, unpack
from tests.document.rights import without_rights

MEMBERS = {"project.json": b"{}", "weights": bytes(range(256)) * 40, "history": b"h" * 5000}


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "packed.deepviz"
    path.write_bytes(pack(MEMBERS, compressed=["history"]))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        unpack(path, "project.json", ["weights", "history"], ["history"])
    return str(caught.value)


def test_what_is_packed_is_unpacked(packed: Path) -> None:
    assert unpack(packed, "project.json", ["weights", "history"], ["history"]) == MEMBERS
    assert unpack(packed, "project.json", [], []) == {"project.json": b"{}"}


def test_equal_contents_give_equal_bytes_on_any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    before = pack(MEMBERS)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 1, 0))
    assert pack(MEMBERS) == before


def test_strangers_are_not_touched(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr("../../evil", b"1")
        file.writestr("/etc/evil", b"2")
    assert unpack(packed, "project.json", ["weights"], []).keys() == {"project.json", "weights"}
    assert [path.name for path in tmp_path.iterdir()] == [packed.name]


def test_a_directory_that_lies_about_a_size_is_not_believed(packed: Path) -> None:
    content = bytearray(packed.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    entry = int.from_bytes(content[end + 16 : end + 20], "little")
    content[entry + 24 : entry + 28] = (4 * 10**9).to_bytes(4, "little")
    packed.write_bytes(bytes(content))
    assert "project.json claims to be 4\u202f000\u202f000\u202f000 bytes long" in refusal(packed)


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_file_that_may_not_be_read(packed: Path) -> None:
    packed.chmod(0)
    with without_rights():
        text = refusal(packed)
    assert text == "packed.deepviz cannot be read: Permission denied."


def test_a_file_that_is_encrypted_or_compressed_in_a_strange_way(packed: Path) -> None:
    whole = packed.read_bytes()
    end = whole.rindex(b"PK\x05\x06")
    entry = int.from_bytes(whole[end + 16 : end + 20], "little")
    for place, value in ((8, 1), (10, 99)):  # a flag that says "encrypted"; a method that nobody knows
        content = bytearray(whole)
        content[entry + place] = value
        packed.write_bytes(bytes(content))
        assert "packed.deepviz" in refusal(packed)


def test_arrays_come_back_in_any_type_shape_and_layout() -> None:
    arrays = {
        "a/b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(3, 2)),
        "big endian": np.arange(3, dtype=">i2"),
        "none": np.zeros((0, 4)),
        "scalar": np.array(3.0),
        "text": np.array(["learning rate 0.01 → 0.003", ""]),
    }
    found = arrays_of(npz_bytes(arrays))
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    assert npz_bytes(found) == npz_bytes(arrays)


def test_objects_are_not_written() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        npz_bytes({"a": np.array([object()])})


def test_a_bomb_among_arrays_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LOOSE", 1_000_000)
    bomb = io.BytesIO()
    np.savez_compressed(bomb, a=np.zeros(1_000_000))
    with pytest.raises(ValueError, match="claims to be"):
        arrays_of(bomb.getvalue())


def test_what_is_no_array_is_refused() -> None:
    strange = io.BytesIO()
    with zipfile.ZipFile(strange, "w") as file:
        file.writestr("readme.txt", b"hello")
    with pytest.raises(ValueError, match="not an array"):
        arrays_of(strange.getvalue())
