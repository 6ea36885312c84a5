"""Bins hold exactly the counts, means and extremes of what was put in, in whatever portions it came."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from deepviz.gui.plots.time_bins import TimeBins


def filled(values: npt.ArrayLike, capacity: int = 4, logarithmic: bool = False, first: int = 1) -> TimeBins:
    table = np.asarray(values, np.float64)
    bins = TimeBins(1 if table.ndim == 1 else table.shape[1], capacity, logarithmic)
    bins.extend(np.arange(first, first + len(table)), table)
    return bins


def test_no_more_values_than_bins_are_kept_as_they_are():
    bins = filled([3.0, 1.0, 2.0])
    assert bins.width == 1
    assert bins.mean[:, 0].tolist() == [3.0, 1.0, 2.0]
    assert bins.starts.tolist() == [1, 2, 3]
    assert bins.positions.tolist() == [1, 2, 3]


def test_one_value_too_many_doubles_the_width():
    bins = filled([1.0, 3.0, 5.0, 9.0, 10.0])
    assert bins.width == 2
    assert bins.mean[:, 0].tolist() == [2.0, 7.0, 10.0]
    assert bins.low[:, 0].tolist() == [1.0, 5.0, 10.0]
    assert bins.high[:, 0].tolist() == [3.0, 9.0, 10.0]
    assert bins.starts.tolist() == [1, 3, 5]
    assert bins.positions.tolist() == [1.5, 3.5, 5.0]


def test_logarithms_by_hand():
    bins = filled([1e-4, 1e-2, 1.0, 100.0, 10.0], logarithmic=True)
    np.testing.assert_allclose(bins.mean[:, 0], [-3.0, 1.0, 1.0])
    np.testing.assert_allclose(bins.low[:, 0], [-4.0, 0.0, 1.0])


def test_zeros_and_what_is_no_number_are_counted_apart():
    bins = filled([0.0, 0.0, 0.0, 10.0, np.nan, np.inf, np.nan, 100.0, 5.0], capacity=8, logarithmic=True)
    assert bins.width == 2
    assert bins.count[:, 0].tolist() == [0, 1, 0, 1, 1]
    assert bins.zeros[:, 0].tolist() == [2, 1, 0, 0, 0]
    assert bins.bad[:, 0].tolist() == [0, 0, 2, 1, 0]
    assert np.isnan(bins.mean[[0, 2], 0]).all()
    assert bins.mean[[1, 3], 0].tolist() == [1.0, 2.0]


def test_what_is_no_number_may_also_be_missing():
    bins = TimeBins(1, 8, logarithmic=True, nan_is_missing=True)
    values = [np.nan, np.nan, 10.0, np.nan, np.inf, np.nan, np.nan, 0.0, 5.0]
    bins.extend(np.arange(1, 10), np.array(values))
    assert bins.width == 2
    assert bins.count[:, 0].tolist() == [0, 1, 0, 0, 1]
    assert bins.zeros[:, 0].tolist() == [0, 0, 0, 1, 0]
    assert bins.bad[:, 0].tolist() == [0, 0, 1, 0, 0]
    assert bins.coarser(2).nan_is_missing


def test_on_an_even_axis_zero_is_a_value_like_others():
    bins = filled([0.0, 2.0, -4.0])
    assert bins.mean[:, 0].tolist() == [0.0, 2.0, -4.0]
    assert bins.count[:, 0].tolist() == [1, 1, 1]


def test_steps_that_were_not_measured_leave_bins_empty():
    bins = TimeBins(1, 8)
    bins.extend(np.array([5, 6, 9]), np.array([1.0, 2.0, 3.0]))
    assert bins.starts.tolist() == [5, 6, 7, 8, 9]
    assert bins.rows.tolist() == [1, 1, 0, 0, 1]
    assert np.isnan(bins.positions[2])


def test_coarser_bins_are_the_pairwise_means():
    bins = filled([1.0, 3.0, 5.0, 7.0, 9.0], capacity=8)
    coarse = bins.coarser(3)
    assert coarse.width == 2
    assert coarse.mean[:, 0].tolist() == [2.0, 6.0, 9.0]
    assert bins.width == 1
    assert bins.coarser(5) is bins


def test_a_far_jump_ahead_widens_at_once():
    bins = TimeBins(1, 4)
    bins.extend(np.array([1, 2]), np.array([1.0, 3.0]))
    bins.extend(np.array([1_000_000]), np.array([7.0]))
    assert len(bins) <= 4
    assert bins.mean[0, 0] == 2.0
    assert bins.mean[-1, 0] == 7.0


def test_smoothing_is_the_decaying_mean_over_the_steps_before():
    values = np.array([1.0, 5.0, 2.0, 8.0, 3.0])
    smooth = filled(values, capacity=8).smoothed(2.0)[:, 0]
    decay = math.exp(-1 / 2.0)
    for last in range(5):
        weights = decay ** np.arange(last, -1, -1)
        assert smooth[last] == pytest.approx((weights * values[: last + 1]).sum() / weights.sum())


def test_smoothing_passes_over_what_is_no_number():
    smooth = filled([1.0, np.nan, 1.0], capacity=4).smoothed(3.0)[:, 0]
    np.testing.assert_allclose(smooth, [1.0, 1.0, 1.0])


numbers = st.one_of(st.floats(1e-6, 1e6), st.sampled_from([0.0, math.nan, math.inf, -math.inf, -1.0]))
tables = hnp.arrays(np.float64, st.tuples(st.integers(1, 60), st.integers(1, 3)), elements=numbers)


def by_hand(values: npt.NDArray[np.float64], width: int, logarithmic: bool) -> dict[str, Any]:
    """Counts, means and extremes of each bin of one column, computed one value at a time."""
    found: dict[str, list[float]] = {name: [] for name in ("count", "zeros", "bad", "mean", "low", "high")}
    for start in range(0, len(values), width):
        part = values[start : start + width]
        finite = [float(value) for value in part if math.isfinite(value)]
        used = [math.log10(value) for value in finite if value > 0] if logarithmic else finite
        found["count"].append(len(used))
        found["zeros"].append(sum(value <= 0 if logarithmic else value == 0 for value in finite))
        found["bad"].append(len(part) - len(finite))
        found["mean"].append(sum(used) / len(used) if used else math.nan)
        found["low"].append(min(used, default=math.inf))
        found["high"].append(max(used, default=-math.inf))
    return found


@settings(deadline=None)
@given(tables, st.booleans(), st.lists(st.integers(1, 20), min_size=1, max_size=5), st.sampled_from([2, 4, 8]))
def test_bins_equal_a_computation_by_hand(
    values: npt.NDArray[np.float64], logarithmic: bool, portions: list[int], capacity: int
):
    bins = TimeBins(values.shape[1], capacity, logarithmic)
    start = 0
    while start < len(values):
        portions = portions[1:] + portions[:1]
        part = values[start : start + portions[0]]
        bins.extend(np.arange(3 + start, 3 + start + len(part)), part)
        start += len(part)
    assert len(bins) <= capacity
    assert bins.rows.sum() == len(values)
    for column in range(values.shape[1]):
        for name, expected in by_hand(values[:, column], bins.width, logarithmic).items():
            np.testing.assert_allclose(getattr(bins, name)[:, column], expected, rtol=1e-9, atol=1e-9, err_msg=name)


@settings(deadline=None)
@given(tables, st.booleans(), st.sampled_from([2, 4, 8]))
def test_extremes_widen_a_bin_as_if_every_step_had_been_given(
    values: npt.NDArray[np.float64], logarithmic: bool, every: int
):
    """Each of the kept steps is the last of so many; extremes leave out what is no number, as the history does."""
    ends = np.minimum(np.arange(every, len(values) + every, every), len(values)) - 1
    parts = np.split(values, ends[:-1] + 1)
    low, high = (np.array([function.reduce(part) for part in parts]) for function in (np.fmin, np.fmax))
    bins = TimeBins(values.shape[1], 64, logarithmic, nan_is_missing=True, width=every)
    bins.extend(ends + 1, values[ends], low, high)
    assert (bins.width, bins.origin, len(bins)) == (every, 1, len(parts))
    numbers = (
        (lambda part: [math.log10(value) for value in part if 0 < value < math.inf])
        if logarithmic
        else (lambda part: [value for value in part if math.isfinite(value)])
    )
    for row, part in enumerate(parts):
        for column in range(values.shape[1]):
            kept, least, most = values[ends[row], column], low[row, column], high[row, column]
            seen = numbers(np.array([kept, least, most]))
            assert bins.low[row, column] == pytest.approx(min(seen, default=math.inf))
            assert bins.high[row, column] == pytest.approx(max(seen, default=-math.inf))
            assert bool(bins.bad[row, column]) == bool(np.isinf(part[:, column]).any())
            assert bins.count[row, column] == len(numbers([kept]))
            if logarithmic and math.isfinite(least):
                assert bool(bins.zeros[row, column]) == (least <= 0)


def test_the_first_bin_holds_the_whole_stretch_of_the_first_measurement():
    bins = TimeBins(1, 4, width=8)
    bins.extend(np.array([24, 32, 40]), np.array([1.0, 2, 3]))
    assert bins.starts.tolist() == [17, 25, 33]
    bins.extend(np.array([48, 56]), np.array([4.0, 5]))
    assert (bins.width, bins.starts.tolist()) == (16, [17, 33, 49])
    assert bins.mean[:, 0].tolist() == [1.5, 3.5, 5.0]
