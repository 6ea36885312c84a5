"""The files that a history is written to can be read by standard readers and hold every number exactly."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from deepviz.training import history_file
from deepviz.training.history import History


@dataclass(frozen=True)
class Record:
    step: int
    epoch: int = 1
    values: dict[str, object] = field(default_factory=dict)


@pytest.fixture
def history() -> History:
    history = History(["dense_1", "dense_2"])
    norms = np.array([[1e-7, 0.25], [0.1, np.nan], [3.0, np.inf]], np.float32)
    history.append(
        [
            Record(1, 1, {"loss": 0.1, "gradient_norm": norms[0]}),
            Record(2, 1, {"loss": 1 / 3, "gradient_norm": norms[1], "validation_loss": 0.7}),
            Record(3, 2, {"loss": 1e-300, "gradient_norm": norms[2]}),
        ]
    )
    return history


def test_csv_is_read_back_by_the_csv_module(history: History, tmp_path: Path):
    path = tmp_path / "run.csv"
    history.write_csv(path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("step", "epoch", "loss", "gradient_norm/dense_1", "gradient_norm/dense_2", "validation_loss")
    ]
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    assert [row["epoch"] for row in rows] == ["1", "1", "2"]
    assert [float(row["loss"]) for row in rows] == [0.1, 1 / 3, 1e-300]
    assert [row["validation_loss"] for row in rows] == ["", "0.7", ""]
    texts = [[row[f"gradient_norm/dense_{layer}"] for layer in (1, 2)] for row in rows]
    assert texts[1][1] == "", "the second layer was frozen"
    read = np.array([[float(text or "nan") for text in row] for row in texts], np.float32)
    np.testing.assert_array_equal(read, history.gradient_norms)


def test_json_lines_are_strict_json_and_leave_out_what_is_missing(history: History, tmp_path: Path):
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    path = tmp_path / "run.jsonl"
    history.write_jsonl(path)
    rows = [json.loads(line, parse_constant=refuse) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == {
        "step": 1,
        "epoch": 1,
        "loss": 0.1,
        "gradient_norm/dense_1": float(np.float32(1e-7)),
        "gradient_norm/dense_2": 0.25,
    }
    assert "gradient_norm/dense_2" not in rows[1]
    assert rows[1]["validation_loss"] == 0.7
    assert rows[2]["gradient_norm/dense_2"] == "Infinity"


def test_events_have_a_column_of_their_own(history: History, tmp_path: Path):
    history.add_event(0, "seed 3")
    history.add_event(2, "learning rate 0.1 → 0.01")
    history.add_event(2, "batch size 8 → 16, really")
    history.write_csv(tmp_path / "run.csv")
    with (tmp_path / "run.csv").open(newline="", encoding="utf-8") as file:
        events = [row["event"] for row in csv.DictReader(file)]
    assert events == ["seed 3", "learning rate 0.1 → 0.01; batch size 8 → 16, really", ""]


def test_a_long_run_is_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history_file, "ROWS_AT_A_TIME", 10)
    history = History([])
    for step in range(1, 96):
        values: dict[str, object] = {"loss": float(step)}
        history.append([Record(step, values=values | ({"validation_loss": -step} if step % 7 == 0 else {}))])
    history.write(tmp_path / "run.csv")
    with (tmp_path / "run.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == list(range(1, 96))
    assert [float(row["validation_loss"]) for row in rows if row["validation_loss"]] == [
        -float(step) for step in range(7, 96, 7)
    ]


def test_an_empty_history_is_a_heading(tmp_path: Path):
    History([]).write(tmp_path / "run.csv")
    assert (tmp_path / "run.csv").read_text() == "step,epoch\n"
    History([]).write(tmp_path / "run.jsonl")
    assert (tmp_path / "run.jsonl").read_text() == ""


def test_another_suffix_is_refused(history: History, tmp_path: Path):
    with pytest.raises(ValueError, match=r"not as \.xlsx"):
        history.write(tmp_path / "run.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [History.write_csv, History.write_jsonl])
def test_a_failure_leaves_the_older_file_as_it_was(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[History, Path], None]
):
    def fail(_: int) -> None:
        raise OSError("disk full")

    path = tmp_path / "run"
    path.write_text("older")
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write(history, path)
    assert path.read_text() == "older"
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


def test_a_link_is_followed_rather_than_replaced(history: History, tmp_path: Path):
    (tmp_path / "real.csv").write_text("older")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    history.write_csv(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("step,")
