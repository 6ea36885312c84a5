"""A history keeps what watched steps tell of layers and nodes: bounded, with names, in files and back again."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.engine import probes
from deepviz.engine.histogram import BINS, Histograms
from deepviz.engine.trainer import Trainer
from deepviz.training.history import History
from deepviz.training.history_arrays import until
from tests.engine.small_trainer import trainer

LAYERS, NODES = ("dense_1", "dense_2"), ("input_1", "dense_1", "tanh_1", "dense_2")


@dataclass(frozen=True)
class Record:
    step: int
    values: dict[str, object] = field(default_factory=dict)
    epoch: int = 1


def watched_run(steps: int, every: int = 2) -> History:
    """A history of made-up numbers; every so many steps are watched. Bin k of row r counts k + r."""
    history = History(LAYERS, NODES)
    counts = np.arange(BINS) + np.arange(4)[:, None]
    for step in range(1, steps + 1):
        values: dict[str, object] = {"loss": 1 / step}
        if step % every == 0:
            values["gradients/l2"] = np.array([step, np.nan])
            values["activations/mean"] = np.arange(4.0) + step
            values["activation_histogram"] = Histograms(counts, np.array([[-step, step]] * 4, float))
        history.append([Record(step, values)])
    return history


def stored(history: History) -> History:
    """The history, written to the bytes of an .npz file and read again without Python objects."""
    file = io.BytesIO()
    np.savez(file, **history.to_arrays())
    file.seek(0)
    return History.from_arrays(dict(np.load(file, allow_pickle=False)))


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(other[name], array, err_msg=name)


@pytest.mark.parametrize("steps", [3, 600, 1031, 9000])
def test_what_was_stored_does_not_change_when_the_run_goes_on(steps: int) -> None:
    history = watched_run(steps)
    arrays = history.to_arrays()
    before = {name: array.copy() for name, array in arrays.items()}
    newer = Histograms(np.full((4, BINS), 7), np.array([[-1.0, 1.0]] * 4))
    row = np.array([steps + 1.0, np.nan])
    history.append([Record(steps + 1, {"loss": 0.0, "activation_histogram": newer, "gradients/l2": row})])
    assert_same(before, arrays)


def test_all_that_a_trainer_reports_can_be_kept() -> None:
    made: Trainer = trainer()
    net, keys = made.network, tuple(probes.registry)
    history = History([node.id for node in net.trained_nodes], [node.id for node in net.nodes])
    made.watch_next = keys
    for record in made.steps():
        record.values.pop("gradient_flow", None)
        history.append([record])
        made.watch_next = keys if record.step % 3 == 0 else ()
    steps, norms = history.column("gradients/l2")
    assert steps.tolist() == [1, 4, 7, 10, 13, 16, 19]
    assert norms.shape == (7, 2)
    assert history.row_names("gradients/l2") == history.layers
    assert history.row_names("activations/dead") == history.nodes == ("input_1", "dense_1", "tanh_1", "dense_2")
    assert history.row_names("gradient_norm") == history.layers
    assert history.row_names("loss") == history.row_names("something/else") == ()
    assert set(history.histograms) == {"weight_histogram", "gradient_histogram", "activation_histogram"}
    steps, counts, ranges = history.histogram("activation_histogram")
    assert counts.shape == (7, 4, BINS)
    five, three = [20, 30, 30, 15], [12, 18, 18, 9]  # samples of 4, 6, 6 and 3 numbers
    assert counts.sum(axis=2).tolist() == [five, five, five, three, five, five, five]
    assert ranges.shape == (7, 4, 2)
    assert len(history.column("loss")[0]) == 20
    assert_same(history.to_arrays(), stored(history).to_arrays())


def test_rows_and_histograms_do_not_grow_without_bound_and_curves_lose_nothing() -> None:
    history = watched_run(9000, every=2)
    assert len(history.column("loss")[0]) == 9000
    steps, values = history.column("gradients/l2")
    assert 1024 <= len(steps) <= 2048
    assert (steps[0], steps[-1]) == (2, 9000)
    assert len(set(np.diff(steps[:-1]))) == 1, "evenly spread, but for the newest"
    np.testing.assert_array_equal(values[:, 0], steps)
    assert np.isnan(values[:, 1]).all()
    at, counts, ranges = history.histogram("activation_histogram")
    assert 128 <= len(at) <= 256
    np.testing.assert_array_equal(ranges[:, 0, 1], at)
    assert counts[-1, 3].tolist() == list(range(3, BINS + 3))


@pytest.mark.parametrize("steps", [10, 4100, 9001])
def test_a_history_that_was_stored_goes_on_as_it_would_have(steps: int) -> None:
    history = watched_run(steps)
    again = stored(history)
    assert again.layers == LAYERS
    assert again.nodes == NODES
    assert_same(history.to_arrays(), again.to_arrays())
    for each in (history, again):
        for step in range(steps + 1, steps + 9):
            each.append([Record(step, {"loss": 0.0, "gradients/l2": np.array([step, 1.0])})])
    assert_same(history.to_arrays(), again.to_arrays())


@pytest.mark.parametrize("step", [0, 1, 2, 7, 8, 4095, 4096, 8999, 9000, 10_000])
def test_a_history_cut_at_a_step_can_be_read_and_goes_on(step: int) -> None:
    whole = watched_run(9000)
    cut = History.from_arrays(until(whole.to_arrays(), step))
    assert len(cut) == min(step, 9000)
    if step >= 2:
        at, values = cut.column("gradients/l2")
        kept = whole.column("gradients/l2")[0]
        assert at.tolist() == kept[kept <= step].tolist()
        np.testing.assert_array_equal(values[:, 0], at)
        assert cut.histogram("activation_histogram")[0][-1] <= step
    else:
        assert "gradients/l2" not in cut
        assert cut.histograms == ()
    cut.append([Record(20_000, {"loss": 0.0, "gradients/l2": np.ones(2)})])
    assert cut.column("gradients/l2")[0][-1] == 20_000


def test_a_file_from_before_is_read_and_knows_no_nodes() -> None:
    arrays = History(LAYERS).to_arrays()
    del arrays["nodes"]
    history = History.from_arrays(arrays)
    assert history.nodes == ()
    history.append([Record(1, {"activations/mean": np.zeros(4)})])
    history.nodes = NODES
    history.append([Record(2, {"activations/mean": np.zeros(4)})])
    assert history.row_names("activations/mean") == NODES


def test_lines_of_a_table_are_called_by_layers_and_nodes(tmp_path: Path) -> None:
    history = watched_run(4)
    history.write_csv(tmp_path / "run.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text())))
    assert list(lines[0]) == [
        "step",
        "epoch",
        "loss",
        "gradients/l2/dense_1",
        "gradients/l2/dense_2",
        *(f"activations/mean/{node}" for node in NODES),
    ]
    assert [line["activations/mean/tanh_1"] for line in lines] == ["", "4.0", "", "6.0"]
    assert [line["gradients/l2/dense_2"] for line in lines] == ["", "", "", ""], "a frozen layer"
    history.write_jsonl(tmp_path / "run.jsonl")
    told = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert told[1]["gradients/l2/dense_1"] == 2
    assert "gradients/l2/dense_1" not in told[0]


@pytest.mark.parametrize(
    "values",
    [
        {"gradients/l2": np.zeros(3)},
        {"activations/mean": np.zeros(2)},
        {"activation_histogram": Histograms(np.zeros((3, BINS), int), np.zeros((3, 2)))},
        {"weight_histogram": Histograms(np.zeros((4, BINS), int), np.zeros((4, 2)))},
    ],
)
def test_rows_for_other_layers_are_refused_and_nothing_is_added(values: dict[str, object]) -> None:
    history = watched_run(4)
    before = history.to_arrays()
    with pytest.raises(ValueError, match="for each layer"):
        history.append([Record(5, values)])
    assert_same(before, history.to_arrays())


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("kept/gradients/l2", np.array([1, 9])),
        ("kept/gradients/l2", np.array([1])),
        ("kept/gradients/l2", np.array([0.5, 2])),
        ("at/gradients/l2", np.array([2, 5])),
        ("value/activations/mean", np.zeros((2, 3))),
        ("nodes", np.array(NODES[:3])),
        ("histogram/activation_histogram/step", np.array([2])),
        ("histogram/activation_histogram/step", np.array([4, 2])),
        ("histogram/activation_histogram/counts", np.zeros((2, 4, BINS))),
        ("histogram/activation_histogram/counts", np.zeros((2, 3, BINS), np.uint32)),
        ("histogram/activation_histogram/ranges", np.zeros((2, 4, 3))),
        ("histogram/activation_histogram/kept", np.array([2, 9])),
    ],
)
def test_damaged_files_are_told_in_words(name: str, array: np.ndarray) -> None:
    arrays = watched_run(4).to_arrays()
    assert name in arrays
    with pytest.raises(ValueError, match="The history is damaged"):
        History.from_arrays({**arrays, name: array})
