"""Sessions in a folder: written whole, locked while open, read without belief, and never deleted because of damage."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from deepviz.document import examples
from deepviz.document.file_format import load
from deepviz.gui.session_store import MOST_KEPT, Notes, SessionStore

NOTES = Notes("xor", "/somewhere/xor.deepviz", True, 7, 1_700_000_000.0, True, {"zoom": 1.5})


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return SessionStore(tmp_path / "state" / "sessions")


def written(store: SessionStore, notes: Notes = NOTES) -> str:
    slot = store.new_slot()
    slot.write(notes, examples.open_example("xor"))
    slot.release()
    return slot.name


def test_what_is_kept_is_there_again(store: SessionStore) -> None:
    assert store.kept() == []
    name = written(store)
    assert store.kept() == [(name, NOTES)]
    slot = store.claim(name)
    assert slot is not None
    assert load(slot.copy).project == examples.open_example("xor")
    slot.write(NOTES, None)
    assert not slot.copy.exists(), "the file that the notes name has it all"
    slot.clear()
    slot.release()
    assert list(store.folder.iterdir()) == []


def test_only_its_owner_may_read_the_folder(store: SessionStore) -> None:
    written(store)
    assert store.folder.stat().st_mode & 0o077 == 0


def test_a_session_that_a_window_has_open_is_nobody_elses(store: SessionStore) -> None:
    slot = store.new_slot()
    slot.write(NOTES, examples.open_example("xor"))
    assert store.kept() == []
    assert store.claim(slot.name) is None
    slot.release()
    assert [name for name, _ in store.kept()] == [slot.name]
    first = store.claim(slot.name)
    assert first is not None
    assert store.claim(slot.name) is None
    first.release()
    assert store.claim("gone") is None


def test_the_lock_of_a_process_that_was_killed_is_gone_with_it(store: SessionStore) -> None:
    script = f"""
import os, pathlib
from deepviz.document import examples
from deepviz.gui.session_store import Notes, SessionStore
slot = SessionStore(pathlib.Path({str(store.folder)!r})).new_slot()
slot.write(Notes("killed"), examples.open_example("xor"))
print("kept", flush=True)
input()
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "kept\n"
        assert store.kept() == []
    finally:
        process.kill()
        process.communicate()
    assert [notes.name for _, notes in store.kept()] == ["killed"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'{"view": 3, "path": ["x"], "written_at": 1e999}']
)
def test_notes_that_make_no_sense_leave_the_project_where_it_is(store: SessionStore, content: bytes) -> None:
    name = written(store)
    (store.folder / f"{name}.json").write_bytes(content)
    ((found, notes),) = store.kept()
    assert found == name
    assert (notes.path, notes.view) == ("", {})
    (store.folder / f"{name}.json").unlink()
    ((found, notes),) = store.kept()
    assert notes.is_edited
    assert notes.written_at > 1_000_000_000


@pytest.mark.parametrize("moment", [1e18, -1e18, -1.0, float("inf"), "yesterday"])
def test_a_moment_that_is_none_is_that_of_the_file(store: SessionStore, moment: object) -> None:
    name = written(store)
    (store.folder / f"{name}.json").write_text(json.dumps(asdict(NOTES) | {"written_at": moment}), encoding="utf-8")
    ((_, notes),) = store.kept()
    assert abs(notes.written_at - time.time()) < 3600
    assert notes.name == NOTES.name


def test_a_session_is_taken_for_edited_unless_the_notes_say_otherwise(store: SessionStore) -> None:
    name = written(store)
    (store.folder / f"{name}.json").write_text(json.dumps(asdict(NOTES) | {"is_edited": "x"}), encoding="utf-8")
    ((_, notes),) = store.kept()
    assert notes.is_edited


def test_notes_are_plain_json_and_unknown_ones_are_passed_over(store: SessionStore) -> None:
    name = written(store)
    values = json.loads((store.folder / f"{name}.json").read_text(encoding="utf-8"))
    assert values == asdict(NOTES)
    (store.folder / f"{name}.json").write_text(json.dumps(values | {"later": 1}), encoding="utf-8")
    assert store.kept() == [(name, NOTES)]


def test_what_cannot_be_written_leaves_what_was_kept_before(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = store.new_slot()
    slot.write(NOTES, examples.open_example("xor"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            slot.write(Notes("other"), examples.open_example("iris"))
    assert load(slot.copy).project == examples.open_example("xor")
    assert slot.notes == NOTES
    assert not [file for file in store.folder.iterdir() if file.suffix == ".part"]
    slot.release()


def test_a_damaged_session_is_set_aside_not_deleted(store: SessionStore) -> None:
    slot = store.claim(written(store))
    assert slot is not None
    slot.copy.write_bytes(b"no project any more")
    aside = slot.set_aside()
    assert aside is not None
    assert aside.read_bytes() == b"no project any more"
    slot.release()
    assert store.kept() == []


def test_one_that_ends_the_program_each_time_is_found_out(store: SessionStore) -> None:
    slot = store.claim(written(store))
    assert slot is not None
    slot.begin_trying()
    assert not slot.failed_before, "once may be chance"
    slot.begin_trying()
    assert slot.failed_before
    slot.end_trying()
    assert not slot.failed_before
    slot.release()


def test_old_ones_are_cleared_away(store: SessionStore) -> None:
    names = [written(store, Notes(str(age), written_at=1e9 - age)) for age in range(MOST_KEPT + 2)]
    store.prune()
    assert [name for name, _ in store.kept()] == names[:MOST_KEPT]


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = SessionStore(tmp_path / "file" / "sessions")
    assert store.kept() == []
    with pytest.raises(OSError, match=r"."):
        store.new_slot()
