"""Copies of the weights beside a project's file: their names, when they are due, and how many stay."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.document.file_format import CopyOf, load, save
from deepviz.training.checkpoint import trained_of
from deepviz.training.checkpoint_files import (
    Origin,
    copies,
    copy_path,
    epoch_of,
    is_due,
    next_due,
    origin_of,
    write_copy,
)
from tests.training.run_made import project, trained


@pytest.mark.parametrize(
    ("epoch", "every", "expected", "following"),
    [(0, 1, False, 1), (1, 1, True, 2), (1, 2, False, 2), (2, 2, True, 4), (7, 3, False, 9), (5, 0, False, None)],
)
def test_when_a_copy_is_due(epoch: int, every: int, expected: bool, following: int | None) -> None:
    assert is_due(epoch, every) is expected
    assert next_due(epoch, every) == following


def test_the_newest_copies_stay_and_nothing_else_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "net.v2.deepviz"
    checkpoint = trained(project())
    other = tmp_path / "net.epoch-0001.deepviz"
    other.write_bytes(b"of another project")
    for number, epoch in enumerate((30, 10, 20, 40)):  # 30 is from a longer run before
        path = write_copy(file, epoch, checkpoint, most=2)
        os.utime(path, (1000 + number, 1000 + number))
    assert path.name == "net.v2.epoch-0040.deepviz"
    assert [epoch for _, epoch, _ in copies(file)] == [20, 40]
    assert other.exists()
    loaded = load(copy_path(file, 40))
    assert loaded.trained is not None
    for name, array in checkpoint.state.parameters.items():
        np.testing.assert_array_equal(loaded.trained.state.parameters[name], array)


def test_each_run_has_copies_of_its_own(tmp_path: Path) -> None:
    file, checkpoint = tmp_path / "net.deepviz", trained(project())
    write_copy(file, 3, checkpoint, most=2)
    for number, (run, epoch) in enumerate((("b", 1), ("b", 3), ("a", 3), ("b", 2), ("../a b", 1))):
        path = write_copy(file, epoch, checkpoint, most=2, run=run)
        os.utime(path, (1000 + number, 1000 + number))
        assert path.parent == tmp_path, "whatever a file says of its run"
    strange = hashlib.sha256(b"../a b").hexdigest()[:12]
    found = [(run, epoch) for run, epoch, _ in copies(file)]
    assert sorted(found) == sorted([("", 3), ("a", 3), ("b", 2), ("b", 3), (strange, 1)])
    assert copies(tmp_path / "net.run-b.deepviz") == []


def test_a_folder_that_is_not_there_has_no_copies(tmp_path: Path) -> None:
    assert copies(tmp_path / "none" / "net.deepviz") == []
    with pytest.raises(FileNotFoundError):
        write_copy(tmp_path / "none" / "net.deepviz", 1, trained(project()))


def test_a_copy_says_inside_of_what_it_is_one(tmp_path: Path) -> None:
    """Whatever it is called by now; and its project's file is looked for beside it, not wherever a file may say."""
    checkpoint = trained(project())
    path = write_copy(tmp_path / "net.deepviz", 10, checkpoint, run="a").rename(tmp_path / "mine.deepviz")
    origin = origin_of(load(path), path)
    assert origin == Origin(tmp_path / "net.deepviz", 10)
    assert origin.words == "net, copy of epoch 10"
    called_so = copy_path(tmp_path / "net.deepviz", 10)
    save(checkpoint.project, called_so, trained_of(checkpoint, None))
    assert origin_of(load(called_so), called_so) is None
    save(checkpoint.project, called_so)
    assert origin_of(load(called_so), called_so) is None, "a project without weights is no copy"
    for said, found in (("../../net.deepviz", "net.deepviz"), ("", None)):
        save(checkpoint.project, path, replace(trained_of(checkpoint, None), copy_of=CopyOf(said, 3)))
        origin = origin_of(load(path), path)
        assert (None if origin is None else origin.file) == (None if found is None else tmp_path / found)


def test_what_comes_of_a_copy_is_saved_beside_the_project_under_a_name_that_is_free(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "net.deepviz", 10)
    assert origin.short_words == "net, epoch 10"
    for name in ("net epoch 10", "net epoch 10 2", "net epoch 10 3"):
        assert origin.free_file == tmp_path / f"{name}.deepviz"
        origin.free_file.write_bytes(b"")


def test_the_epoch_of_a_copy_is_in_its_name(tmp_path: Path) -> None:
    for run in ("", "20260721-093000-1a2b3c"):
        assert epoch_of(copy_path(tmp_path / "net.deepviz", 60, run).name) == 60
    assert epoch_of("net.deepviz") is None
