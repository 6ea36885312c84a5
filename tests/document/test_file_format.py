"""The `.deepviz` file: what is saved comes back, bad files are refused in words, damage costs as little as it can."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import zipfile
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.document import archive, edits, examples
from deepviz.document.compile import compile_project
from deepviz.document.file_format import FileError, Trained, load, save
from deepviz.document.project import Project
from deepviz.engine.trainer import TrainerState

PROJECT = examples.open_example("circles")


def trained(project: Project = PROJECT) -> Trained:
    """What training could have left, with numbers that need all their digits."""
    network, _ = compile_project(project, None)
    parameters = network.parameters.copied()
    rng = np.random.default_rng(0)
    vectors = {
        name: {key: rng.standard_normal(array.shape).astype(np.float32) for key, array in parameters.items()}
        for name in ("m", "v")
    }
    history = {"step": np.arange(1, 6), "value/loss": rng.standard_normal(5), "layers": np.array(["dense_1"])}
    scaler = {"offset": rng.standard_normal(2), "scale": np.array([1 / 3, 7.0])}
    results = {"test": {"loss": 0.1 + 0.2, "accuracy": 0.97}}
    return Trained(TrainerState(5, 0.1 + 0.2, parameters, vectors), history, scaler, results, "abc")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "saved.deepviz"
    save(PROJECT, path, trained())
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


def rewritten(path: Path, changes: dict[str, bytes | None], sums_too: bool = True) -> Path:
    """The file with other members (None: without); with `sums_too` its checksums are made to fit."""
    contents = {name: content for name, content in members(path).items() if name != archive.CHECKSUMS}
    old_sums = members(path)[archive.CHECKSUMS]
    contents = {name: content for name, content in {**contents, **changes}.items() if content is not None}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        file.writestr(archive.CHECKSUMS, json.dumps(sums).encode() if sums_too else old_sums)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        load(path)
    text = str(caught.value)
    assert path.name in text
    assert "\n" not in text
    return text


# ------------------------------------------------------------------------------------------------ what comes back


def test_an_untrained_project_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.deepviz"
    save(PROJECT, path)
    loaded = load(path)
    assert (loaded.project, loaded.trained, loaded.warnings) == (PROJECT, None, ())
    assert sorted(members(path)) == ["checksums.json", "project.json"]


def test_all_that_training_left_comes_back_to_the_bit(saved: Path) -> None:
    loaded, wanted = load(saved), trained()
    assert loaded.warnings == ()
    assert loaded.project == PROJECT
    found = loaded.trained
    assert found is not None
    assert (found.state.step, found.state.learning_rate) == (5, 0.1 + 0.2)
    assert (found.results, found.data_fingerprint) == (wanted.results, "abc")
    for ours, theirs in (
        (found.state.parameters, wanted.state.parameters),
        (found.state.optimizer_vectors["m"], wanted.state.optimizer_vectors["m"]),
        (found.state.optimizer_vectors["v"], wanted.state.optimizer_vectors["v"]),
        (found.history, wanted.history),
        (found.scaler, wanted.scaler),
    ):
        assert ours.keys() == theirs.keys()
        for name in theirs:
            assert ours[name].dtype == theirs[name].dtype
            np.testing.assert_array_equal(ours[name], theirs[name])


def test_equal_contents_give_equal_bytes_whatever_the_time(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.deepviz"
    loaded = load(saved)
    save(loaded.project, again, loaded.trained)
    assert again.read_bytes() == saved.read_bytes()
    with zipfile.ZipFile(saved) as found:
        assert {entry.date_time for entry in found.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in found.infolist()} == {0o644}


def test_the_file_is_what_the_manual_says(saved: Path) -> None:
    """Everything in it can be read with official libraries, and each has its checksum."""
    from safetensors.numpy import load as load_safetensors

    found = members(saved)
    sums = json.loads(found.pop("checksums.json"))
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    assert load_safetensors(found["weights.safetensors"])["dense_1/W"].shape == (2, 8)
    with np.load(io.BytesIO(found["history.npz"]), allow_pickle=False) as history:
        assert history["value/loss"].shape == (5,)
    assert json.loads(found["project.json"])["version"] == 1


def test_data_files_of_the_users_own_keep_their_paths(tmp_path: Path) -> None:
    source = examples.open_example("mnist-mlp").data.source.changed(images="x/images.gz", labels="/abs/labels.gz")
    project = edits.set_data(PROJECT, replace(PROJECT.data, source=source))
    save(project, tmp_path / "own.deepviz")
    assert load(tmp_path / "own.deepviz").project.data.source == source


def test_a_file_that_was_zipped_anew_by_hand_is_read(saved: Path) -> None:
    contents = members(saved)
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in reversed(contents.items()):
            file.writestr(name, content)
        file.writestr("notes.txt", "a stranger")
    assert load(saved).project == PROJECT
    assert load(saved).warnings == ()


# --------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a DeepViz project"),
        (b"hello", "not a DeepViz project"),
        (b"PK\x03\x04" + b"\0" * 100, "not a DeepViz project"),
        (b"PK\x05\x06" + b"\0" * 18, "it has no project.json"),
    ],
)
def test_what_is_no_project_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.deepviz"
    path.write_bytes(content)
    assert words in refusal(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "gone.deepviz")
    (tmp_path / "folder.deepviz").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder.deepviz")


def test_a_file_cut_short_anywhere_is_refused(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    path = tmp_path / "cut.deepviz"
    for length in [*range(0, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:length])
        refusal(path)


def test_no_flipped_byte_gives_other_numbers_or_another_kind_of_error(saved: Path, tmp_path: Path) -> None:
    whole, rng = saved.read_bytes(), random.Random(0)
    path, wanted = tmp_path / "flipped.deepviz", trained()
    refused = 0
    for _ in range(400):
        content = bytearray(whole)
        content[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path.write_bytes(content)
        try:
            loaded = load(path)
        except FileError:
            refused += 1
            continue
        assert loaded.project == PROJECT
        if loaded.trained is not None:
            for name, array in wanted.state.parameters.items():
                np.testing.assert_array_equal(loaded.trained.state.parameters[name], array)
    assert refused > 200


@pytest.mark.parametrize("name", ["project.json", "weights.safetensors", "state.safetensors"])
def test_another_content_than_the_checksum_says_is_refused(saved: Path, name: str) -> None:
    content = bytearray(members(saved)[name])
    content[len(content) // 2] ^= 1
    text = refusal(rewritten(saved, {name: bytes(content)}, sums_too=False))
    assert f"{name} does not have the checksum" in text


def test_missing_parts_are_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    assert "it has no project.json" in refusal(rewritten(saved, {"project.json": None}))
    for name in ("weights.safetensors", "state.safetensors"):
        saved.write_bytes(whole)
        assert f"{name} is missing" in refusal(rewritten(saved, {name: None}, sums_too=False))
    saved.write_bytes(whole)
    assert "cannot be read" in refusal(rewritten(saved, {"state.safetensors": None}))


def test_a_list_of_checksums_is_needed(saved: Path) -> None:
    contents = members(saved)
    for sums in (None, b"", b"[]", b'{"project.json": 1}', b"[" * 100_000):
        with zipfile.ZipFile(saved, "w") as file:
            for name, content in {**contents, "checksums.json": sums}.items():
                if content is not None:
                    file.writestr(name, content)
        assert "no readable list of checksums" in refusal(saved)


def test_a_name_that_occurs_twice_is_refused(saved: Path) -> None:
    with zipfile.ZipFile(saved, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("project.json", "{}")
    assert "a name occurs twice" in refusal(saved)


def test_a_newer_format_is_told_as_such(saved: Path) -> None:
    values = json.loads(members(saved)["project.json"])
    values["version"] = 3
    text = refusal(rewritten(saved, {"project.json": json.dumps(values).encode()}))
    assert "saved by a newer DeepViz" in text
    assert "Update DeepViz" in text


def test_what_is_wrong_inside_the_project_names_the_file(saved: Path) -> None:
    assert "not valid JSON" in refusal(rewritten(saved, {"project.json": b"{"}))


def test_bombs_are_refused_before_they_are_unpacked(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LOOSE", 1_000_000)
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("checksums.json", "{}")
        file.writestr("project.json", b"[" + b" " * 17_000_000 + b"]")
    assert "claims to be 17\u202f000\u202f002 bytes long" in refusal(saved)
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("checksums.json", "{}")
        file.writestr("project.json", "{}")
        file.writestr("weights.safetensors", bytes(2_000_000))
    assert "weights.safetensors claims to be 2\u202f000\u202f000 bytes long" in refusal(saved)


def spoilt_state(**changes: Any) -> Trained:
    return replace(trained(), state=replace(trained().state, **changes))


PARAMETERS = trained().state.parameters
UNFIT: list[tuple[Trained, str]] = [
    (
        spoilt_state(parameters={**PARAMETERS, "dense_9/W": np.ones(3, np.float32)}),
        "dense_9/W is in only one of the two",
    ),
    (spoilt_state(parameters={}), "dense_1/W is in only one of the two"),
    (
        spoilt_state(parameters={**PARAMETERS, "dense_1/W": np.ones((3, 8), np.float32)}),
        "dense_1/W is (3, 8) in place of (2, 8)",
    ),
    (
        spoilt_state(parameters={**PARAMETERS, "dense_1/W": np.full((2, 8), np.nan, np.float32)}),
        "dense_1/W are not all finite",
    ),
    (spoilt_state(parameters={**PARAMETERS, "dense_1/W": np.ones((2, 8), np.int64)}), "dense_1/W are not all finite"),
    (spoilt_state(optimizer_vectors={"m": {"dense_1/W": PARAMETERS["dense_1/W"]}}), "is in only one of the two"),
    (spoilt_state(step=-1), "number of steps"),
    (spoilt_state(learning_rate=float("nan")), "learning rate"),
]


@pytest.mark.parametrize(("wrong", "words"), UNFIT)
def test_weights_that_do_not_fit_are_neither_saved_nor_read(
    saved: Path, monkeypatch: pytest.MonkeyPatch, wrong: Trained, words: str
) -> None:
    before = saved.read_bytes()
    with pytest.raises(FileError, match="would be unreadable") as caught:
        save(PROJECT, saved, wrong)
    assert words in str(caught.value)
    assert saved.read_bytes() == before
    with monkeypatch.context() as patch:  # a file that someone else wrote
        patch.setattr("deepviz.document.file_format._check_fit", lambda project, state: None)
        save(PROJECT, saved, wrong)
    assert words in refusal(saved)


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"\xff" * 8, b"\x02\0\0\0\0\0\0\0{}", b"\x80\x04K\x01."])
def test_weights_that_are_no_safetensors_are_refused(saved: Path, content: bytes) -> None:
    whole = saved.read_bytes()
    assert "saved.deepviz: the weights" in refusal(rewritten(saved, {"weights.safetensors": content}))
    saved.write_bytes(whole)
    assert "saved.deepviz: the weights" in refusal(rewritten(saved, {"state.safetensors": content}))


# --------------------------------------------------------------------------------- what damage leaves of the rest


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, step=np.array([{}, None], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def huge() -> bytes:
    """An archive whose array says that it is far larger than the file."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,), }"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("step.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["history.npz", "scaler.npz", "results.json"])
@pytest.mark.parametrize("content", [b"", b"PK", b"[]", b'{"results": 3}', pickled(), huge(), b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("sums_too", [True, False])
def test_damage_to_what_is_optional_costs_only_that(saved: Path, name: str, content: bytes, sums_too: bool) -> None:
    loaded = load(rewritten(saved, {name: content}, sums_too=sums_too))
    assert loaded.warnings == (f"saved.deepviz: {name} is damaged and was left out.",)
    assert loaded.project == PROJECT
    found = loaded.trained
    assert found is not None
    assert found.state.step == 5
    left = {"history.npz": found.history, "scaler.npz": found.scaler, "results.json": found.results}
    assert {key for key, value in left.items() if not value} == {name}


def test_optional_parts_that_are_missing_are_told_if_they_were_there(saved: Path) -> None:
    whole = saved.read_bytes()
    assert load(rewritten(saved, {"history.npz": None}, sums_too=False)).warnings
    saved.write_bytes(whole)
    assert load(rewritten(saved, {"history.npz": None})).warnings == ()


# ------------------------------------------------------------------------------------------------- all or nothing


def test_a_save_that_fails_leaves_the_old_file_and_no_litter(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(Project(), saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_what_could_not_be_read_back_is_not_written(saved: Path) -> None:
    before = saved.read_bytes()
    for project in (
        edits.rename(PROJECT, "a\nb"),
        edits.rename(PROJECT, "\ud800"),
        replace(PROJECT, graph=replace(PROJECT.graph, nodes=(replace(PROJECT.graph.nodes[0], position=(nan, 0.0)),))),
    ):
        with pytest.raises(FileError, match=r"saved\.deepviz would be unreadable"):
            save(project, saved)
    assert saved.read_bytes() == before


def test_a_link_is_followed_and_permissions_are_kept(saved: Path, tmp_path: Path) -> None:
    saved.chmod(0o600)
    link = tmp_path / "link.deepviz"
    link.symlink_to(saved)
    save(Project("new"), link)
    assert link.is_symlink()
    assert load(saved).project.name == "new"
    assert saved.stat().st_mode & 0o777 == 0o600


def test_a_large_history_is_not_compressed_so_that_it_can_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LOOSE", 100_000)
    constant = replace(trained(), history={"value/loss": np.zeros(1_000_000)})
    save(PROJECT, tmp_path / "long.deepviz", constant)
    loaded = load(tmp_path / "long.deepviz")
    assert loaded.warnings == ()
    assert loaded.trained is not None
    assert loaded.trained.history["value/loss"].shape == (1_000_000,)
