"""Columns of what is looked at now and then: a bounded number is kept, spread evenly, with the newest among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepviz.training.column import MOST_BYTES, MOST_KEPT, ThinnedColumn, is_watched, limit_of, watched_column
from deepviz.training.run_plan import PROBES


def filled(limit: int, count: int) -> ThinnedColumn:
    """A column to which `count` rows came, at steps 10, 20, 30 ..., each with its step in it."""
    column = ThinnedColumn(limit, np.float64, (2,))
    for number in range(1, count + 1):
        column.extend(np.array([10 * number]), np.array([[10.0 * number, -1]]))
    return column


@given(st.sampled_from([2, 4, 6, 16]), st.integers(0, 300))
def test_what_is_kept_is_spread_evenly_with_the_newest(limit: int, count: int) -> None:
    column = filled(limit, count)
    numbers = column.steps // 10 - 1
    expected = list(range(0, count, column.every))
    if count and (count - 1) % column.every:
        expected.append(count - 1)
    assert numbers.tolist() == expected
    assert len(numbers) <= limit
    assert len(numbers) >= min(count, limit // 2)
    assert column.view[:, 0].tolist() == column.steps.tolist()


def test_nothing_is_thinned_before_it_is_full() -> None:
    assert len(filled(100, 100).steps) == 100
    assert filled(100, 100).every == 1
    assert filled(100, 101).every == 2
    assert len(filled(100, 101).steps) == 51


def test_memory_stops_growing() -> None:
    assert filled(64, 10_000).nbytes == filled(64, 200).nbytes


def test_views_are_read_only_and_survive_thinning() -> None:
    column = filled(8, 8)
    steps, values = column.steps, column.view
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 0
    column.extend(np.array([90]), np.array([[90.0, -1]]))
    assert column.every == 2
    assert steps.tolist() == [10, 20, 30, 40, 50, 60, 70, 80]
    assert values[:, 0].tolist() == steps.tolist()


@pytest.mark.parametrize("count", [0, 1, 8, 9, 30, 33])
def test_a_column_that_is_resumed_goes_on_as_the_first_would_have(count: int) -> None:
    first, second = filled(8, count), ThinnedColumn(8, np.float64, (2,))
    second.resume(first.every, first.count, first.steps, first.view)
    for column in (first, second):
        for number in range(count + 1, count + 40):
            column.extend(np.array([10 * number]), np.array([[10.0 * number, -1]]))
    assert second.steps.tolist() == first.steps.tolist()
    assert second.view.tolist() == first.view.tolist()


@pytest.mark.parametrize(
    ("every", "count", "length"), [(0, 3, 3), (3, 3, 1), (1, 3, 2), (2, 3, 3), (1, 9, 9), (-1, 1, 1)]
)
def test_what_no_column_can_have_kept_is_refused(every: int, count: int, length: int) -> None:
    column = ThinnedColumn(8, np.float64, ())
    with pytest.raises(ValueError, match="cannot be"):
        column.resume(every, count, np.arange(1, length + 1), np.zeros(length))


@pytest.mark.parametrize("name", ["gradients/l2", "activations/mean", "gradient_flow", "updates/ratio", "an/other"])
def test_what_is_looked_at_now_and_then_is_thinned(name: str) -> None:
    assert is_watched(name)


@pytest.mark.parametrize("name", [*PROBES, "validation_loss", "validation_F1", "something"])
def test_what_is_measured_at_every_step_is_not(name: str) -> None:
    assert not is_watched(name)


def test_a_watched_column_has_the_shape_of_its_values() -> None:
    assert watched_column(np.zeros((1, 3), np.float32)).view.shape == (0, 3)
    assert watched_column(np.zeros((1, 3), np.float32)).view.dtype == np.float32


def test_wide_rows_are_kept_at_fewer_steps() -> None:
    assert limit_of(80, MOST_KEPT, 256, MOST_BYTES) == MOST_KEPT
    assert limit_of(8 * 1024, MOST_KEPT, 256, MOST_BYTES) == 1024
    assert limit_of(1 << 30, MOST_KEPT, 256, MOST_BYTES) == 256
