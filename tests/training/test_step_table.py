"""A table keeps every step up to a limit, and from then on one of 2, 4, 8, ... with the extremes between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.training.step_table import LEAST_KEPT, MOST_BYTES, StepTable


def values_of(steps: Sequence[int]) -> dict[str, np.ndarray]:
    """Numbers that are different at each step: a single one, a row of two, and a whole one without extremes."""
    at = np.array(steps, np.int64)
    wild = np.sin(at * 1.7) * at
    return {"loss": wild, "norm": np.stack([at**2, -wild], axis=1).astype(float), "epoch": (at - 1) // 10 + 1}


def filled(most: int | None, steps: Sequence[int], portions: Sequence[int] = (1000,)) -> StepTable:
    """A table to which these steps came, so many at once."""
    table = StepTable(most)
    table.add_column("loss", np.float64, ())
    table.add_column("norm", np.float64, (2,))
    table.add_column("epoch", np.int64, (), is_plain=True)
    start, number = 0, 0
    while start < len(steps):
        part = steps[start : start + portions[number % len(portions)]]
        table.extend(np.array(part, np.int64), values_of(part))
        start, number = start + len(part), number + 1
    return table


def expected(steps: Sequence[int], every: int) -> list[list[int]]:
    """The steps of each stretch that has any: (0, every], (every, 2 every], ..."""
    stretches: dict[int, list[int]] = {}
    for step in steps:
        stretches.setdefault(-(-step // every), []).append(step)
    return list(stretches.values())


def assert_right(table: StepTable, steps: Sequence[int]) -> None:
    """Compare with a search through all steps, one by one."""
    stretches = expected(steps, table.every)
    assert table.steps.tolist() == [stretch[-1] for stretch in stretches]
    values = values_of(table.steps.tolist())
    for name, array in values.items():
        np.testing.assert_array_equal(table.view(name), array)
    for name in ("loss", "norm"):
        of_stretches = [values_of(stretch)[name] for stretch in stretches]
        assert table.low(name).tolist() == [part.min(axis=0).tolist() for part in of_stretches]
        assert table.high(name).tolist() == [part.max(axis=0).tolist() for part in of_stretches]
    for row, stretch in enumerate(stretches):
        first, last = table.stretch(row)
        assert (max(first, stretch[0]), last) == (stretch[0], stretch[-1])
        assert last - first < table.every


increasing = st.lists(st.integers(1, 9), max_size=120).map(lambda gaps: np.cumsum(gaps, dtype=int).tolist())


@settings(deadline=None)
@given(increasing, st.sampled_from([2, 3, 8, 50]), st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_what_is_kept_is_exact_and_nothing_between_is_lost(
    steps: list[int], most: int, portions: list[int]
) -> None:  # fmt: skip
    table = filled(most, steps, portions)
    assert len(table) <= most
    assert_right(table, steps)
    if table.every > 1:
        assert len(expected(steps, table.every // 2)) > most, "no more was let go than had to be"


@given(st.integers(1, 400), st.sampled_from([4, 16]))
def test_of_steps_without_gaps_the_multiples_are_kept_and_the_newest(count: int, most: int) -> None:
    table = filled(most, range(1, count + 1), [7])
    multiples = list(range(table.every, count + 1, table.every))
    assert table.steps.tolist() == multiples + [count] * (count % table.every > 0)
    assert table.first == 1
    assert len(table) >= min(count, most // 2)


def test_without_a_limit_all_is_kept() -> None:
    table = filled(None, range(1, 3001))
    assert table.every == 1
    assert table.steps.tolist() == list(range(1, 3001))
    assert table.low("norm") is not None
    np.testing.assert_array_equal(table.low("norm"), table.view("norm"))


def test_a_limit_that_is_set_later_lets_go_at_once() -> None:
    table = filled(None, range(1, 101))
    table.most = 30
    assert table.every == 4
    assert_right(table, range(1, 101))
    table.extend(np.arange(101, 131), values_of(range(101, 131)))
    assert table.every == 8
    assert_right(table, range(1, 131))


def test_what_was_handed_out_stays_when_steps_are_let_go() -> None:
    table = filled(8, range(1, 9))
    steps, loss = table.steps, table.view("loss")
    table.extend(np.array([9]), values_of([9]))
    assert table.every == 2
    assert steps.tolist() == list(range(1, 9))
    np.testing.assert_array_equal(loss, values_of(range(1, 9))["loss"])
    for array in (table.steps, table.view("norm"), table.low("norm"), table.high("loss")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_a_number_that_is_missing_does_not_hide_the_others_and_infinity_shows() -> None:
    table = StepTable(2)
    table.add_column("norm", np.float64, (3,))
    rows = np.array([[1, np.nan, 1], [np.nan, np.nan, np.inf], [3, np.nan, 1], [2, np.nan, 1]])
    table.extend(np.arange(1, 5), {"norm": rows})
    assert table.every == 2
    np.testing.assert_array_equal(table.view("norm"), rows[[1, 3]])
    np.testing.assert_array_equal(table.low("norm"), [[1, np.nan, 1], [2, np.nan, 1]])
    np.testing.assert_array_equal(table.high("norm"), [[1, np.nan, np.inf], [3, np.nan, 1]])


def test_float64_after_float32_keeps_every_digit_of_the_extremes_too() -> None:
    table = StepTable(2)
    table.add_column("norm", np.float32, ())
    table.extend(np.arange(1, 5), {"norm": np.array([1, 2, 3, 4], np.float32)})
    table.extend(np.array([5, 6]), {"norm": np.array([0.1, 0.3])})
    assert table.every == 4
    assert table.view("norm").tolist() == [4, 0.3]
    assert table.low("norm").tolist() == [1, 0.1]


def test_memory_stops_growing() -> None:
    assert filled(64, range(1, 20_001), [100]).nbytes <= filled(64, range(1, 400), [100]).nbytes


def test_wide_tables_are_kept_at_fewer_steps_but_not_at_too_few() -> None:
    table = StepTable(1 << 17)
    table.add_column("norm", np.float64, (1000,))
    table.extend(np.arange(1, 6001), {"norm": np.zeros((6000, 1000))})
    assert table.every == 8, f"{MOST_BYTES >> 20} MiB hold 1398 steps of three times 1000 numbers"
    assert len(table) == 750
    table = StepTable(1 << 17)
    table.add_column("norm", np.float64, (100_000,))
    table.extend(np.arange(1, 31), {"norm": np.zeros((30, 100_000))})
    assert table.every == 1, f"{LEAST_KEPT} are kept in any case"


@pytest.mark.parametrize("count", [1, 8, 9, 30, 33, 100])
def test_a_table_that_is_taken_over_goes_on_as_the_first_would_have(count: int) -> None:
    first = filled(8, range(1, count + 1))
    second = StepTable(None, first.first, first.every)
    for name in ("loss", "norm", "epoch"):
        view = first.view(name)
        second.add_column(name, view.dtype, view.shape[1:], is_plain=name == "epoch")
    names = ("loss", "norm")
    second.load(
        first.steps,
        {name: first.view(name) for name in ("loss", "norm", "epoch")},
        {name: first.low(name) for name in names},
        {name: first.high(name) for name in names},
    )
    second.most = 8
    for table in (first, second):
        table.extend(np.arange(count + 1, count + 20), values_of(range(count + 1, count + 20)))
        assert_right(table, range(1, count + 20))


@pytest.mark.parametrize(
    ("first", "every", "steps", "low"),
    [
        (1, 3, [3, 6], [0, 0]),
        (1, 2, [3, 4], [0, 0]),
        (4, 2, [3, 6], [0, 0]),
        (0, 2, [2, 4], [0, 0]),
        (1, 2, [4, 6], [0, 0]),
        (1, 2, [2, 4], [0, 2]),
        (1, 2, [2, 4], [np.inf, 0]),
    ],
)
def test_what_no_table_can_have_kept_is_refused(first: int, every: int, steps: list[int], low: list[float]) -> None:
    table = StepTable(None, first, every)
    table.add_column("loss", np.float64, ())
    values = np.ones(2)
    with pytest.raises(ValueError, match=r"steps are not|first step|not between"):
        table.load(np.array(steps), {"loss": values}, {"loss": np.array(low)}, {"loss": values})


def test_a_column_taken_out_goes_on_by_itself() -> None:
    table = filled(8, range(1, 31))
    alone = table.without("loss")
    assert (alone.every, alone.first, alone.steps.tolist()) == (table.every, 1, table.steps.tolist())
    np.testing.assert_array_equal(alone.low("loss"), filled(8, range(1, 31)).low("loss"))
    alone.extend(np.arange(31, 41), {"loss": values_of(range(31, 41))["loss"]})
    table.extend(np.arange(31, 41), {name: values_of(range(31, 41))[name] for name in ("norm", "epoch")})
    whole = filled(8, range(1, 41))
    np.testing.assert_array_equal(alone.high("loss"), whole.high("loss"))
    np.testing.assert_array_equal(table.high("norm"), whole.high("norm"))
