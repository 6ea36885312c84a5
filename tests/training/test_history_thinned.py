"""A history of a very long run keeps fewer steps, with exact values and extremes, in memory and in files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.engine.trainer import Trainer
from deepviz.training import notes
from deepviz.training.history import History
from deepviz.training.history_arrays import until
from tests.engine.small_trainer import trainer

LAYERS = ("dense_1", "dense_2")


@dataclass(frozen=True)
class Record:
    step: int
    values: dict[str, object] = field(default_factory=dict)
    epoch: int = 1


def loss(step: int) -> float:
    return float(np.sin(step * 1.3) + 100 * (step == 777))


def long_run(steps: int, most: int | None = 64, first: int = 1, history: History | None = None) -> History:
    """A run with a loss, norms of two layers, and every 10 steps an epoch with a validation; given in odd portions."""
    if history is None:
        history = History(LAYERS, most_steps=most)
    records = []
    for step in range(first, first + steps):
        values: dict[str, object] = {"loss": loss(step), "gradient_norm": np.array([step, -loss(step)])}
        if step % 10 == 0:
            values["validation_loss"] = -step
        records.append(Record(step, values, (step - 1) // 10 + 1))
        if step % 37 == 0:
            history.append(records)
            records = []
    history.append(records)
    return history


def stored(history: History, most: int | None = None) -> History:
    file = io.BytesIO()
    np.savez(file, **history.to_arrays())
    file.seek(0)
    return History.from_arrays(dict(np.load(file, allow_pickle=False)), most)


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(other[name], array, err_msg=name)


def test_of_a_long_run_every_16th_step_is_kept_with_its_exact_values() -> None:
    history = long_run(1003)
    assert (history.every, history.first_step, len(history)) == (16, 1, 63)
    kept = [*range(16, 1001, 16), 1003]
    assert history.steps.tolist() == kept
    assert history.epochs.tolist() == [(step - 1) // 10 + 1 for step in kept]
    steps, values = history.column("loss")
    assert steps.tolist() == kept
    assert values.tolist() == [loss(step) for step in kept]
    assert history.gradient_norms[:, 0].tolist() == kept
    assert history.latest("loss") == loss(1003)
    assert history.latest_numbers()["validation_loss"] == -1000
    low, high = history.extremes("loss")
    row = kept.index(784)
    assert history.stretch("loss", row) == (769, 784)
    assert high[row] == loss(777), "the spike is not lost"
    assert low[row] == min(loss(step) for step in range(769, 785))
    assert history.extremes("gradient_norm")[0][row].tolist() == [769, -loss(777)]


def test_what_is_measured_once_an_epoch_is_thinned_by_itself() -> None:
    history = long_run(1003)
    steps, values = history.column("validation_loss")
    assert len(steps) == 63, "of 100 epochs: the last of each 16 steps that has one"
    assert values.tolist() == (-steps).tolist()
    assert steps[-1] == 1000
    low, _ = history.extremes("validation_loss")
    merged = [each for each in range(10, 1001, 10) if each not in steps]
    assert [-int(each) for each in low if -each in merged] == []
    assert sorted(-history.extremes("validation_loss")[1])[:3] == [10, 20, 40]


def test_of_what_is_measured_once_an_epoch_an_eighth_is_enough() -> None:
    history = History([], most_steps=16_384)
    for start in range(1, 60_001, 10_000):
        records = [
            Record(step, {"loss": 0.0} | ({"validation_loss": 1.0} if step % 10 == 0 else {}))
            for step in range(start, start + 10_000)
        ]
        history.append(records)
    assert (history.every, len(history)) == (4, 15_000)
    steps = history.column("validation_loss")[0]
    assert 1024 < len(steps) <= 2048
    assert (steps[0], steps[-1]) == (30, 60_000)
    history.most_steps = 4096
    assert len(history.column("validation_loss")[0]) <= 1024


def test_what_comes_after_a_step_is_found_by_its_number() -> None:
    history = long_run(1003)
    steps, values, low, high = history.after("loss", 970)
    assert steps.tolist() == [976, 992, 1003]
    assert values.tolist() == [loss(step) for step in (976, 992, 1003)]
    assert low.tolist() == [min(map(loss, range(a, b))) for a, b in ((961, 977), (977, 993), (993, 1004))]
    assert high.tolist() == [max(map(loss, range(a, b))) for a, b in ((961, 977), (977, 993), (993, 1004))]
    assert len(history.after("loss", 1003)[0]) == 0
    assert len(history.after("loss", 0)[0]) == len(history)
    whole = long_run(30)
    _, values, low, high = whole.after("gradient_norm", 28)
    assert values.shape == (2, 2)
    assert values is low is high


def test_the_value_at_a_step_is_the_last_one_before() -> None:
    history = long_run(1003)
    assert history.at("loss", 992) == loss(992)
    assert history.at("loss", 991) == loss(976)
    assert history.at("loss", 99999) == loss(1003)
    assert history.at("loss", 15) is None
    assert history.at("gradient_norm", 40).tolist() == [32, -loss(32)]
    assert history.at("validation_loss", 1003) == -1000
    assert history.at("nothing", 5) is None


@pytest.mark.parametrize("steps", [20, 64, 65, 1003])
def test_stored_and_read_again_it_goes_on_as_it_would_have(steps: int) -> None:
    history = long_run(steps)
    again = stored(history, 64)
    assert (again.every, again.first_step) == (history.every, history.first_step)
    assert_same(history.to_arrays(), again.to_arrays())
    for each in (history, again):
        long_run(300, first=steps + 1, history=each)
    assert_same(history.to_arrays(), again.to_arrays())


def test_a_file_with_more_steps_than_are_kept_is_thinned_when_it_is_read() -> None:
    whole = long_run(1003, most=None)
    assert len(whole) == 1003
    read = stored(whole, 64)
    assert_same(read.to_arrays(), long_run(1003).to_arrays())
    assert len(stored(whole)) == 1003


@pytest.mark.parametrize("step", [0, 5, 16, 17, 500, 1002, 1003, 2000])
def test_cut_at_a_step_it_can_be_read_and_goes_on(step: int) -> None:
    whole = long_run(1003)
    whole.add_change(3, "{}")
    whole.add_change(600, "[1]")
    cut = History.from_arrays(until(whole.to_arrays(), step), 64)
    kept = whole.steps[whole.steps <= step]
    assert cut.steps.tolist() == kept.tolist()
    assert cut.changes == tuple(each for each in ((3, "{}"), (600, "[1]")) if each[0] <= step)
    long_run(1100 - step if step < 1003 else 100, first=max(step, 1003) + 1 if step >= 1003 else step + 1, history=cut)
    assert cut.latest("loss") == loss(int(cut.steps[-1]))
    if len(kept):
        assert cut.first_step == 1


def test_what_was_stored_does_not_change_when_the_run_goes_on() -> None:
    history = long_run(1003)
    arrays = history.to_arrays()
    copies = {name: array.copy() for name, array in arrays.items()}
    long_run(5, first=1004, history=history)
    assert_same(copies, arrays)


def test_a_quantity_that_comes_and_goes_is_kept_with_its_own_steps() -> None:
    history = History([], most_steps=8)
    for step in range(1, 41):
        values: dict[str, object] = {"loss": float(step)}
        if step <= 10 or step > 30:
            values["speed"] = -float(step)
        history.append([Record(step, values)])
    assert history.column("speed")[0].tolist() == [4, 8, 10, 32, 36, 40]
    assert history.extremes("speed")[0].tolist() == [-4, -8, -10, -32, -36, -40]
    assert history.extremes("speed")[1].tolist() == [-1, -5, -9, -31, -33, -37]
    assert_same(history.to_arrays(), stored(history, 8).to_arrays())


def test_lines_of_a_file_are_the_kept_steps(tmp_path: Path) -> None:
    history = long_run(1003)
    history.add_event(990, "slower")
    history.write_csv(tmp_path / "run.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text())))
    validated = history.column("validation_loss")[0].tolist()
    assert [int(line["step"]) for line in lines] == sorted({*history.steps.tolist(), *validated})
    by_step = {int(line["step"]): line for line in lines}
    assert [float(by_step[step]["loss"]) for step in history.steps] == history.column("loss")[1].tolist()
    found = {step: float(line["validation_loss"]) for step, line in by_step.items() if line["validation_loss"]}
    assert found == {step: -float(step) for step in validated}
    assert {step: line["event"] for step, line in by_step.items() if line["event"]} == {990: "slower"}
    assert by_step[30] == {**dict.fromkeys(lines[0], ""), "step": "30", "validation_loss": "-30.0"}
    assert by_step[16]["epoch"] == "2"


def test_the_epoch_of_a_line_is_left_out_only_where_nobody_knows_it(tmp_path: Path) -> None:
    history = History(LAYERS, most_steps=8)
    for step in range(1, 65):
        watched = {"gradients/l2": np.ones(2)} if step in (17, 35) else {}
        history.append([Record(step, {"loss": 0.0, **watched}, (step + 4) // 20 + 1)])
    assert history.steps.tolist() == [8, 16, 24, 32, 40, 48, 56, 64]
    assert history.epochs.tolist() == [1, 2, 2, 2, 3, 3, 4, 4]
    history.write_csv(tmp_path / "run.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text())))
    epochs = [(int(line["step"]), line["epoch"]) for line in lines]
    unknown = (35, "")
    assert epochs == [
        *((8, "1"), (16, "2"), (17, "2"), (24, "2"), (32, "2"), unknown),
        *((40, "3"), (48, "3"), (56, "4"), (64, "4")),
    ]


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("every", np.array([3, 1])),
        ("every", np.array([0, 1])),
        ("every", np.array([16])),
        ("every", np.array([16, 0])),
        ("every", np.array([1 << 50, 1])),
        ("every/validation_loss", np.array([64, 10])),
        ("low/loss", np.full(63, 1e9)),
        ("high/loss", np.zeros(5)),
        ("low/gradient_norm", np.zeros((63, 3))),
        ("high/gradient_norm", np.zeros(63)),
        ("at/validation_loss", np.arange(1000, 1063)),
    ],
)
def test_a_damaged_file_is_refused_in_words(name: str, array: np.ndarray) -> None:
    arrays = long_run(1003).to_arrays()
    assert name in arrays
    with pytest.raises(ValueError, match="The history is damaged"):
        History.from_arrays({**arrays, name: array})


def test_a_file_without_its_extremes_is_refused() -> None:
    arrays = long_run(1003).to_arrays()
    del arrays["low/loss"]
    with pytest.raises(ValueError, match="no 'low/loss'"):
        History.from_arrays(arrays)


def test_gradients_of_edges_are_kept_now_and_then_with_names() -> None:
    made: Trainer = trainer()
    net = made.network
    history = History(
        [node.id for node in net.trained_nodes], [node.id for node in net.nodes], most_steps=64, edges=net.edges
    )
    assert history.row_names("gradient_flow") == ("input_1 → dense_1", "dense_1 → tanh_1", "tanh_1 → dense_2", "loss")
    made.watch_next = ("gradient_flow",)
    for record in made.steps():
        history.append([record])
        made.watch_next = ("gradient_flow",) if record.step % 3 == 0 else ()
    steps, flow = history.column("gradient_flow")
    assert steps.tolist() == [1, 4, 7, 10, 13, 16, 19]
    assert flow.shape == (7, 4)
    again = stored(history)
    assert again.edges == tuple(net.edges)
    assert_same(history.to_arrays(), again.to_arrays())
    with pytest.raises(ValueError, match="for each layer"):
        history.append([Record(99, {"gradient_flow": np.zeros(3)})])


def test_an_edge_to_another_input_is_told_by_its_number() -> None:
    history = History([], edges=[("a", "add_1", 0), ("b", "add_1", 1)])
    assert history.row_names("gradient_flow") == ("a → add_1", "b → add_1 (2)", "loss")


@pytest.mark.parametrize("edges", [np.array(["a"]), np.array([["a", "b"]]), np.array([["a", "b", "x"]])])
def test_damaged_edges_are_refused_in_words(edges: np.ndarray) -> None:
    with pytest.raises(ValueError, match="The history is damaged: 'edges'"):
        History.from_arrays({**History([]).to_arrays(), "edges": edges})


def test_changes_are_kept_as_json_with_their_steps() -> None:
    history = long_run(30)
    before = history.revision
    history.add_change(0, '{"learning_rate": 0.1}')
    history.add_change(12, "[1, null]")
    assert history.revision > before
    assert history.changes == ((0, '{"learning_rate": 0.1}'), (12, "[1, null]"))
    assert stored(history).changes == history.changes
    with pytest.raises(ValueError, match="must be JSON"):
        history.add_change(13, "learning rate 0.1")
    with pytest.raises(ValueError, match="must be JSON"):
        history.add_change(13, "NaN")


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("change/step", np.array([5, 1])),
        ("change/step", np.array([5])),
        ("change/json", np.array(["{}", "{"])),
        ("change/json", np.array([1, 2])),
    ],
)
def test_damaged_changes_are_refused_in_words(name: str, array: np.ndarray) -> None:
    history = long_run(30)
    history.add_change(1, "{}")
    history.add_change(5, "{}")
    with pytest.raises(ValueError, match="The history is damaged"):
        History.from_arrays({**history.to_arrays(), name: array})


def test_events_are_bounded_and_the_first_says_how_many_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_EVENTS", 5)
    history = long_run(30)
    for number in range(1, 21):
        history.add_event(number, f"change {number}")
    assert history.events == ((16, "16 earlier changes"), *((step, f"change {step}") for step in range(17, 21)))
    again = stored(history)
    again.add_event(21, "change 21")
    assert again.events[:2] == ((17, "17 earlier changes"), (18, "change 18"))
    assert len(again.events) == 5
