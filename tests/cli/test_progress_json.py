"""Progress for programs, and the copies of the weights that a run leaves on its way."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from deepviz.cli import progress
from deepviz.cli.progress import JsonProgress
from deepviz.document.file_format import load
from deepviz.engine.trainer import StepRecord
from deepviz.training.checkpoint_files import copies
from deepviz.training.epoch_loss import EpochLoss
from tests.cli.commands import Caller


def test_one_object_a_line_with_exact_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    stream = io.StringIO()
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    monkeypatch.setattr("sys.stderr", stream)
    seen = [10 * 4]
    with JsonProgress(10, 60, 6, EpochLoss(lambda: seen[0])) as shown:
        for step in range(11, 61):
            now[0] += 0.125
            seen[0] += 4
            ends = {"validation_loss": 0.5, "validation_F1": float("nan")} if step % 10 == 0 else {}
            shown.show(
                StepRecord(step, (step - 1) // 10 + 1, {"loss": float("inf") if step == 11 else 1 / step, **ends})
            )
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["step"] for line in lines] == [11, *range(13, 61, 2), 60]
    assert lines[0] == {
        "step": 11,
        "steps": 60,
        "epoch": 2,
        "epochs": 6,
        "loss": None,
        "epoch_loss": None,
        "seconds": 0.125,
        "seconds_left": None,
    }
    later = lines[6]
    assert later["step"] == 23
    assert (later["loss"], later["validation_loss"], later["validation_F1"]) == (1 / 23, 0.5, None)
    assert later["epoch_loss"] == pytest.approx((1 / 21 + 1 / 22 + 1 / 23) / 3)  # the epoch began with step 21
    assert lines[-1]["epoch_loss"] == pytest.approx(sum(1 / step for step in range(51, 61)) / 10)
    assert (later["seconds"], later["seconds_left"]) == (13 * 0.125, 37 * 0.125)
    assert lines[-1]["seconds_left"] == 0.0


def test_the_command_line_says_nothing_else(deepviz: Caller) -> None:
    answer = deepviz.done("train", "spirals", "--epochs", "3", "--progress", "json", "--json")
    lines = [json.loads(line) for line in answer.err.splitlines()]
    assert lines[-1]["step"] == lines[-1]["steps"] == answer.json["steps"]
    assert lines[-1]["validation_loss"] == answer.json["validation"]["loss"]
    deepviz.refused("train", "spirals", "--progress", "json", "--quiet")
    deepviz.refused("train", "spirals", "--progress", "xml")


def test_the_loss_of_an_epoch_is_the_mean_over_its_samples(deepviz: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """480 samples in batches of 100: the last of an epoch has 80. The run is resumed in the middle of an epoch."""
    monkeypatch.setattr(progress, "BETWEEN_OBJECTS", 0.0)
    options = ("--history", "a.csv", "--save", "a.deepviz", "--progress", "json", "--json")
    first = deepviz.done("train", "spirals", "--batch-size", "100", "--steps", "8", *options)
    again = deepviz.done("train", "a.deepviz", "--resume", "--steps", "23", *options)
    with open("a.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [json.loads(line) for line in (first.err + again.err).splitlines() if line.startswith("{")]
    assert [line["step"] for line in found] == list(range(1, 24))
    sizes, losses = np.array([100, 100, 100, 100, 80] * 5), np.array([float(row["loss"]) for row in rows])
    for line in found:
        of_epoch = slice(line["step"] - 1 - (line["step"] - 1) % 5, line["step"])
        expected = np.average(losses[of_epoch], weights=sizes[of_epoch])
        assert line["epoch_loss"] == pytest.approx(expected, rel=1e-12), line["step"]


def test_copies_are_those_of_a_run_that_ended_there(deepviz: Caller, tmp_path: Path) -> None:
    every = ("--set", "plan.run.checkpoint_every=2", "--quiet")
    deepviz.done("train", "spirals", "--epochs", "5", "--save", "a.deepviz", *every)
    (earlier, two, _), (run, four, path) = copies(tmp_path / "a.deepviz")
    assert (two, four) == (2, 4)
    assert earlier == run != ""
    deepviz.done("train", "spirals", "--epochs", "4", "--save", "b.deepviz", "--quiet")
    copy, straight = (load(tmp_path / name).trained for name in (path.name, "b.deepviz"))
    assert copy is not None
    assert straight is not None
    for name, array in straight.state.parameters.items():
        np.testing.assert_array_equal(copy.state.parameters[name], array)
    # It goes on from there to the same weights.
    deepviz.done("train", path.name, "--resume", "--epochs", "5", "--save", "c.deepviz", "--quiet")
    whole, resumed = (load(tmp_path / name).trained for name in ("a.deepviz", "c.deepviz"))
    assert whole is not None
    assert resumed is not None
    for name, array in whole.state.parameters.items():
        np.testing.assert_array_equal(resumed.state.parameters[name], array)


def test_copies_of_another_run_of_the_same_file_are_kept_apart_and_a_resumed_run_goes_on_with_its_own(
    deepviz: Caller, tmp_path: Path
) -> None:
    every = ("--set", "plan.run.checkpoint_every=1", "--quiet")
    deepviz.done("train", "spirals", "--epochs", "3", "--save", "a.deepviz", *every)
    first = {path: path.read_bytes() for *_, path in copies(tmp_path / "a.deepviz")}
    deepviz.done("train", "spirals", "--epochs", "2", "--save", "a.deepviz", *every)
    deepviz.done("train", "a.deepviz", "--resume", "--epochs", "4", "--save", "a.deepviz", "--quiet")
    assert {path: path.read_bytes() for path in first} == first
    later = [each for each in copies(tmp_path / "a.deepviz") if each.path not in first]
    assert [each.epoch for each in later] == [1, 2, 3, 4]
    assert len({each.run for each in later}) == 1


def test_without_a_place_for_them_there_are_no_copies(deepviz: Caller, tmp_path: Path) -> None:
    deepviz.done("train", "spirals", "--epochs", "2", "--set", "plan.run.checkpoint_every=1", "--quiet")
    assert list(tmp_path.iterdir()) == []


def test_an_order_that_cannot_be_read_is_refused(deepviz: Caller, tmp_path: Path) -> None:
    (tmp_path / "order").write_text("{}")
    assert "no order" in deepviz.refused("train", "spirals", "--queued", "order")
    assert "no order" in deepviz.refused("train", "spirals", "--queued", "none")


def test_projects_without_copies_are_written_as_before(deepviz: Caller, tmp_path: Path) -> None:
    from deepviz.document.project import Project
    from deepviz.document.project_json import project_from_json, project_to_json

    assert "checkpoint_every" not in project_to_json(Project())
    text = project_to_json(Project()).replace('"epochs"', '"checkpoint_every": 3,\n   "epochs"')
    assert project_from_json(text).plan.run.checkpoint_every == 3
    assert '"checkpoint_every": 3' in project_to_json(project_from_json(text))
