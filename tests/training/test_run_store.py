"""The folder of runs: what is noted is read back, what is damaged hurts nothing else, and it never grows for ever."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.document.file_format import FileError
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.run_store import DELETED, RunOrigin, RunStore
from deepviz.training.run_summary import Marks, RunSummary, summary_of
from tests.training.run_made import history, project, trained


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return trained(project(epochs=3))


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def noted(store: RunStore, checkpoint: Checkpoint, name: str = "", created: float | None = None) -> RunSummary:
    summary = store.note(checkpoint, "finished", origin=RunOrigin(name))
    assert summary is not None
    if created is not None:
        store._change(summary.id, created=created)
    return summary


def test_a_run_is_read_back_as_it_was_noted(store: RunStore, checkpoint: Checkpoint) -> None:
    origin = RunOrigin("mine", "s1", "seeds", ("plan.run.seed",))
    results = {"test": {"loss": 0.5, "accuracy": float("inf")}}
    checkpoint.history.seconds = 2.5
    summary = store.note(checkpoint, "early", reason="enough", origin=origin, results=results)
    assert summary is not None
    (read,) = RunStore(store.folder).runs()
    assert read == summary
    assert (read.name, read.ended, read.reason, read.series, read.series_kind) == (
        "mine",
        "early",
        "enough",
        "s1",
        "seeds",
    )
    assert (read.steps, read.epochs, read.seconds) == (checkpoint.state.step, 3, 2.5)
    assert read.parameters == 2 * 4 + 4 + 4 * 2 + 2
    assert read.results == results
    assert read.settings["graph.dense_1.units"] == 4
    loaded = store.load(read.id)
    assert loaded.project == checkpoint.project
    assert loaded.trained is not None
    for name, array in checkpoint.state.parameters.items():
        np.testing.assert_array_equal(loaded.trained.state.parameters[name], array)
    history = store.history(read.id)
    np.testing.assert_array_equal(history.column("loss")[1], checkpoint.history.column("loss")[1])


def test_a_run_without_a_step_is_none(store: RunStore, checkpoint: Checkpoint) -> None:
    empty = replace(checkpoint, state=replace(checkpoint.state, step=0))
    assert store.note(empty, "stopped") is None
    assert store.runs() == []


def test_a_run_that_goes_on_keeps_its_name_and_star(store: RunStore, checkpoint: Checkpoint) -> None:
    first = noted(store, checkpoint)
    store.rename(first.id, "  better\nname ")
    store.star(first.id, True)
    checkpoint.history.seconds = 9.0
    again = store.note(checkpoint, "finished", run=first.id)
    assert again is not None
    (read,) = store.runs()
    assert (read.name, read.is_starred, read.seconds, read.created) == ("better name", True, 9.0, first.created)


def test_names_are_numbered(store: RunStore, checkpoint: Checkpoint) -> None:
    assert [noted(store, checkpoint).name for _ in range(3)] == ["small 1", "small 2", "small 3"]
    store.rename(store.runs()[0].id, "   ")  # an empty name is none
    assert "small 3" in {each.name for each in store.runs()}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"figures": 3}', b"\xff\xfe", b"[" * 100_000, b'{"name": NaN}']
)
def test_damaged_notes_hurt_nothing_else(store: RunStore, checkpoint: Checkpoint, content: bytes) -> None:
    good, bad = noted(store, checkpoint), noted(store, checkpoint)
    (store.folder / f"{bad.id}.json").write_bytes(content)
    found = {each.id: each for each in store.runs()}
    assert not found[good.id].damage
    assert found[bad.id].damage
    with pytest.raises(OSError, match="cannot be read"):
        store.rename(bad.id, "x")
    store.delete([bad.id])
    assert [each.id for each in store.runs()] == [good.id]


def test_what_is_missing_is_told(store: RunStore, checkpoint: Checkpoint) -> None:
    one, other, whole = (noted(store, checkpoint) for _ in range(3))
    (store.folder / f"{one.id}.json").unlink()
    store.file(other.id).unlink()
    damage = {each.id: each.damage for each in store.runs()}
    assert "notes" in damage[one.id]
    assert "missing" in damage[other.id]
    assert damage[whole.id] == ""
    with pytest.raises(FileError):
        store.history(other.id)


def test_damaged_weights_are_told_when_they_are_wanted(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, checkpoint)
    content = store.file(run.id).read_bytes()
    store.file(run.id).write_bytes(content[: len(content) // 2])
    with pytest.raises(FileError):
        store.load(run.id)
    with pytest.raises(FileError):
        store.history(run.id)


def test_weights_that_do_not_fit_are_left_out_but_the_run_is_not(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, replace(checkpoint, project=project(units=9)))
    assert not store.runs()[0].has_weights
    assert store.load(run.id).trained is None


def test_the_oldest_go_when_there_are_too_many_but_never_starred_ones(tmp_path: Path, checkpoint: Checkpoint) -> None:
    store = RunStore(tmp_path, most_runs=2)
    runs = [noted(store, checkpoint, str(number), created=1000.0 + number) for number in range(5)]
    store.star(runs[0].id, True)
    assert {each.name for each in store.prune()} == {"1", "2"}
    assert [each.name for each in store.runs()] == ["4", "3", "0"]
    assert len(list(tmp_path.iterdir())) == 6


def test_so_do_they_when_they_take_too_much_room(tmp_path: Path, checkpoint: Checkpoint) -> None:
    store = RunStore(tmp_path)
    runs = [noted(store, checkpoint, str(number), created=1000.0 + number) for number in range(3)]
    size = sum((tmp_path / f"{runs[2].id}{suffix}").stat().st_size for suffix in (".json", ".deepviz"))
    tight = RunStore(tmp_path, most_bytes=int(1.5 * size))
    assert {each.name for each in tight.prune()} == {"0", "1"}


def test_deleting_can_be_undone_until_it_is_long_ago(store: RunStore, checkpoint: Checkpoint) -> None:
    run, other = noted(store, checkpoint), noted(store, checkpoint)
    store.delete([run.id])
    store.prune()
    assert [each.id for each in store.runs()] == [other.id]
    store.bring_back([run.id])
    assert {each.id for each in store.runs()} == {run.id, other.id}
    store.delete([run.id])
    for file in (store.folder / DELETED).iterdir():
        os.utime(file, (1.0, 1.0))
    draft = store.folder / ".abc.part"
    draft.write_bytes(b"half")
    os.utime(draft, (1.0, 1.0))
    store.prune()
    assert list((store.folder / DELETED).iterdir()) == []
    assert not draft.exists()


def test_two_windows_see_each_others_changes(store: RunStore, checkpoint: Checkpoint) -> None:
    other = RunStore(store.folder)
    run = noted(store, checkpoint)
    assert [each.id for each in other.runs()] == [run.id]
    other.rename(run.id, "theirs")
    store.star(run.id, True)
    (read,) = other.runs()
    assert (read.name, read.is_starred) == ("theirs", True)
    other.delete([run.id])
    store.rename(run.id, "too late")  # it is gone: nothing is brought back by half
    assert store.runs() == []
    store.delete([run.id])


def test_an_unreadable_or_missing_folder_is_an_empty_list(tmp_path: Path) -> None:
    assert RunStore(tmp_path / "none").runs() == []
    (tmp_path / "file").write_bytes(b"")
    assert RunStore(tmp_path / "file").runs() == []
    assert RunStore(tmp_path / "none").prune() == []


def test_reading_the_list_does_not_open_what_it_knows(
    store: RunStore, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted(store, checkpoint)
    store.runs()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read again"))
    assert len(store.runs()) == 1


def test_two_changes_within_a_tick_of_the_clock_of_files_are_both_seen(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, checkpoint)
    notes = store.folder / f"{run.id}.json"
    store.rename(run.id, "one")
    assert [each.name for each in store.runs()] == ["one"]
    moment = notes.stat().st_mtime_ns
    store.rename(run.id, "two")
    os.utime(notes, ns=(moment, moment))  # many systems count in hundredths of a second
    assert [each.name for each in store.runs()] == ["two"]


def test_numbers_of_another_kind_are_damage(store: RunStore, checkpoint: Checkpoint) -> None:
    run = noted(store, checkpoint)
    file = store.folder / f"{run.id}.json"
    for name, value in (("created", 1e300), ("seconds", -1.0), ("steps", "7"), ("name", 5), ("figures", {"loss": [1]})):
        file.write_text(json.dumps(json.loads(run.to_json()) | {name: value}))
        assert store.runs()[0].damage


def test_the_run_that_is_open_is_not_told_as_such_by_what_is_kept() -> None:
    summary = RunSummary("one", name="one", ended="finished", is_open=True)
    assert b"is_open" not in summary.to_json()
    assert RunSummary.from_json("one", summary.to_json()) == replace(summary, is_open=False)
    forged = json.loads(summary.to_json()) | {"is_open": True}
    assert not RunSummary.from_json("one", json.dumps(forged).encode()).is_open


def test_only_a_name_that_nobody_typed_gives_way(store: RunStore, checkpoint: Checkpoint) -> None:
    made = [
        store.note(checkpoint, "finished", marks=marks)
        for marks in (
            Marks("small 1"),
            Marks("small 1"),
            Marks("small 7"),
            Marks("small 1", is_chosen=True, is_starred=True),
            None,
        )
    ]
    assert [each.name for each in made if each] == ["small 1", "small 2", "small 7", "small 1", "small 8"]
    assert [each.is_starred for each in made if each] == [False, False, False, True, False]


def test_an_epoch_that_goes_on_is_no_whole_one() -> None:
    """25 samples in batches of 10: the length of an epoch is known before the first is over."""
    made = history(2, per_epoch=3)
    assert summary_of("one", project(batch_size=10), made, 2, False, 25).steps_per_epoch == 3
    assert summary_of("one", project(batch_size=10), made, 2, False).steps_per_epoch == 0
