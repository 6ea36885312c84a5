"""The history gives back exactly what was put in, however it grew, and refuses what cannot be a run."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.training.history import History


@dataclass(frozen=True)
class Record:
    step: int
    epoch: int = 1
    values: dict[str, object] = field(default_factory=dict)


def run(steps: int = 25, per_epoch: int = 10) -> list[Record]:
    """A small run of two layers with made-up numbers: loss 1/step, norms step and -step."""
    records = []
    for step in range(1, steps + 1):
        values: dict[str, object] = {"loss": 1 / step, "gradient_norm": np.array([step, -step], np.float32)}
        if step % per_epoch == 0:
            values["validation_loss"] = 2 / step
        records.append(Record(step, (step - 1) // per_epoch + 1, values))
    return records


def test_an_empty_history():
    history = History(["dense_1"])
    assert len(history) == 0
    assert history.epoch == 0
    assert history.steps.shape == (0,)
    assert history.gradient_norms.shape == (0, 1)
    assert history.latest("loss") is None
    assert "loss" not in history
    with pytest.raises(KeyError):
        history.column("loss")


def test_values_come_back_exactly_after_growing_many_times():
    history = History(["dense_1", "dense_2"])
    for start in range(0, 1000, 7):
        history.append(run(1000)[start : start + 7])
    steps, loss = history.column("loss")
    np.testing.assert_array_equal(steps, np.arange(1, 1001))
    np.testing.assert_array_equal(loss, 1 / np.arange(1, 1001))
    np.testing.assert_array_equal(history.gradient_norms, np.stack([steps, -steps], axis=1))
    assert history.epoch == 100
    assert history.latest("loss") == 1 / 1000
    np.testing.assert_array_equal(history.latest("gradient_norm"), [1000, -1000])
    assert history.columns == ("loss", "gradient_norm", "validation_loss")


def test_a_sparse_column_has_steps_of_its_own():
    history = History(["a", "b"])
    history.append(run(25))
    steps, values = history.column("validation_loss")
    np.testing.assert_array_equal(steps, [10, 20])
    np.testing.assert_array_equal(values, [0.2, 0.1])


def test_a_column_that_stops_and_starts_again():
    history = History([])
    history.append([Record(1, values={"loss": 1.0, "speed": 10}), Record(2, values={"loss": 2.0})])
    history.append([Record(3, values={"loss": 3.0, "speed": 30})])
    np.testing.assert_array_equal(history.column("speed")[0], [1, 3])
    np.testing.assert_array_equal(history.column("speed")[1], [10.0, 30.0])
    np.testing.assert_array_equal(history.column("loss")[0], [1, 2, 3])


def test_views_are_read_only_copies_of_nothing_and_stay_as_they_were():
    history = History(["a", "b"])
    history.append(run(3))
    steps, loss = history.column("loss")
    assert loss.base is not None
    assert history.column("loss")[1].base is loss.base
    with pytest.raises(ValueError, match="read-only"):
        loss[0] = 5.0
    with pytest.raises(ValueError, match="read-only"):
        history.gradient_norms[0, 0] = 5.0
    history.append(run(500)[3:])
    np.testing.assert_array_equal(loss, [1, 1 / 2, 1 / 3])
    assert len(steps) == 3


def test_float64_norms_keep_their_digits_even_after_float32_ones():
    history = History(["a"])
    history.append([Record(1, values={"gradient_norm": np.array([0.1], np.float32)})])
    assert history.gradient_norms.dtype == np.float32
    history.append([Record(2, values={"gradient_norm": np.array([0.1])})])
    np.testing.assert_array_equal(history.gradient_norms, [[np.float64(np.float32(0.1))], [0.1]])


def test_not_a_number_and_infinity_are_kept():
    history = History(["a"])
    history.append([Record(1, values={"loss": float("nan"), "gradient_norm": np.array([np.inf])})])
    assert np.isnan(history.latest("loss"))
    assert history.gradient_norms[0, 0] == np.inf


def test_a_layer_without_a_norm_is_frozen():
    history = History(["a", "b"])
    assert history.frozen.tolist() == [False, False]
    history.append([Record(1, values={"gradient_norm": np.array([0.0, np.nan])})])
    assert history.frozen.tolist() == [False, True]
    history.append([Record(2, values={"gradient_norm": np.array([np.inf, 0.1])})])
    assert history.frozen.tolist() == [False, False]


def test_memory_is_amortised_doubling():
    history = History([])
    history.append(Record(step, values={"loss": 0.0}) for step in range(1, 100_001))
    assert 3 * 8 * 100_000 <= history.nbytes <= 2 * 3 * 8 * 100_000


def test_the_revision_changes_with_every_addition_and_only_then():
    history = History([])
    seen = [history.revision]
    history.append([])
    assert history.revision == seen[0]
    history.append([Record(1, values={"loss": 1.0})])
    seen.append(history.revision)
    history.add_event(1, "learning rate 0.01 → 0.003")
    seen.append(history.revision)
    assert len(set(seen)) == 3
    assert history.events == ((1, "learning rate 0.01 → 0.003"),)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([Record(0)], "Step 0"),
        ([Record(2), Record(2)], "Step 2"),
        ([Record(1, values={"loss": "low"})], "loss after step 1 is not a number"),
        ([Record(1, values={"gradient_norm": np.zeros(3)})], "one value for each layer"),
        ([Record(1, values={"gradient_norm": 1.0})], "one value for each layer"),
        ([Record(1, values={"map": np.zeros((2, 2))})], "more than one dimension"),
        ([Record(1, values={"map": np.zeros(2)}), Record(2, values={"map": np.zeros(4)})], "map after step 1"),
    ],
)
def test_what_cannot_be_a_run_is_refused_and_nothing_is_stored(records: list[Record], message: str):
    history = History(["a", "b"])
    with pytest.raises(ValueError, match=message):
        history.append(records)
    assert len(history) == 0
    assert history.columns == ()


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        History(["a", "a"])


def through_npz(history: History) -> History:
    """The history after being written to an .npz file without pickle and read again."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **history.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        return History.from_arrays(arrays)


def assert_same(first: History, second: History) -> None:
    assert first.layers == second.layers
    assert first.events == second.events
    assert sorted(first.columns) == sorted(second.columns)
    np.testing.assert_array_equal(first.steps, second.steps)
    np.testing.assert_array_equal(first.epochs, second.epochs)
    for name in first.columns:
        for mine, other in zip(first.column(name), second.column(name), strict=True):
            assert mine.dtype == other.dtype
            np.testing.assert_array_equal(mine, other)


def test_stored_and_read_again_it_is_the_same_and_grows_on():
    history = History(["dense_1", "dense_2"])
    history.append(run(25))
    history.add_event(20, "batch size 32 → 64")
    again = through_npz(history)
    assert_same(again, history)
    again.append(run(30)[25:])
    assert again.column("validation_loss")[0].tolist() == [10, 20, 30]
    assert len(history) == 25


def test_an_empty_one_is_stored_and_read_again():
    assert_same(through_npz(History([])), History([]))


numbers = st.floats(width=32)
records_of_two_layers = st.lists(
    st.fixed_dictionaries(
        {"loss": st.floats()},
        optional={
            "accuracy": st.floats(0, 1),
            "gradient_norm": st.tuples(numbers, numbers).map(lambda pair: np.array(pair, np.float32)),
        },
    ),
    max_size=40,
)


@settings(deadline=None)
@given(records_of_two_layers, st.lists(st.integers(1, 9), min_size=1, max_size=10), st.integers(1, 5))
def test_whatever_is_appended_in_whatever_portions_comes_back(
    values: list[dict[str, Any]], portions: list[int], gap: int
):
    records = [Record(1 + gap * number, 1, each) for number, each in enumerate(values)]
    history = History(["a", "b"])
    left = list(records)
    while left:
        portions = portions[1:] + portions[:1]
        history.append(left[: portions[0]])
        left = left[portions[0] :]
    assert history.steps.tolist() == [record.step for record in records]
    for name in ("loss", "accuracy", "gradient_norm"):
        expected = [(record.step, record.values[name]) for record in records if name in record.values]
        if not expected:
            assert name not in history
            continue
        steps, stored = history.column(name)
        assert steps.tolist() == [step for step, _ in expected]
        np.testing.assert_array_equal(stored, np.array([value for _, value in expected]))
    assert_same(through_npz(history), history)


def damaged(**changes: Any) -> dict[str, Any]:
    history = History(["a", "b"])
    history.append(run(25))
    arrays = {**history.to_arrays(), **changes}
    return {name: array for name, array in arrays.items() if array is not None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": None}, "no 'layers'"),
        ({"step": None}, "no 'step'"),
        ({"step": np.arange(1.0, 26.0)}, "'step' is not of the right kind"),
        ({"step": np.arange(25)}, "steps do not count upwards"),
        ({"step": np.arange(25, 0, -1)}, "steps do not count upwards"),
        ({"epoch": np.ones(24, np.int64)}, "'epoch' has 24 values instead of 25"),
        ({"epoch": np.arange(25, 0, -1)}, "epochs do not count upwards"),
        ({"value/loss": np.zeros(3)}, "'value/loss' has 3 values instead of 25"),
        ({"value/loss": np.array(["x"] * 25)}, "'value/loss' is not of the right kind"),
        ({"value/loss": np.zeros((25, 1, 1))}, "'value/loss' is not of the right kind"),
        ({"value/gradient_norm": np.zeros((25, 3))}, "one value for each layer"),
        ({"at/validation_loss": np.array([10, 26])}, "steps that never were"),
        ({"at/validation_loss": np.array([20, 10])}, "steps of validation_loss"),
        ({"event/text": np.array(["x"])}, "'event/text' has 1 values instead of 0"),
        ({"layers": np.array(["a", "a"])}, "same name"),
    ],
)
def test_a_damaged_file_is_refused_in_words(changes: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        History.from_arrays(damaged(**changes))


def test_python_objects_in_a_file_are_refused():
    file = io.BytesIO()
    np.savez(file, **damaged(step=np.array([{}] * 25, dtype=object)))
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays, pytest.raises(ValueError, match="'step' cannot be read"):
        History.from_arrays(arrays)
