"""Histograms keep their counts when they are brought onto another axis."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.engine.histogram import BINS
from deepviz.gui.plots.rebinning import bin_at, bin_edges, bin_number, full_range, rebinned


def by_hand(counts: list[int], low: float, high: float, edges: list[float]) -> list[float]:
    """Each bin laid over each new one, in exact fractions: what they share of its width they share of its count."""
    width = (Fraction(high) - Fraction(low)) / len(counts)
    found = []
    for left, right in pairwise(edges):
        total = Fraction(0)
        for number, count in enumerate(counts):
            begin, end = Fraction(low) + number * width, Fraction(low) + (number + 1) * width
            total += max(min(end, Fraction(right)) - max(begin, Fraction(left)), Fraction(0)) / width * count
        found.append(float(total))
    return found


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9),
    low=st.floats(-1e6, 1e6),
    span=st.floats(1e-6, 1e6),
    shifts=st.lists(st.floats(-0.5, 1.5), min_size=2, max_size=8, unique=True),
)
def test_against_every_bin_laid_over_every_other(counts: list[int], low: float, span: float, shifts: list[float]):
    high = low + span
    edges = sorted({low + shift * span for shift in shifts})
    if len(edges) < 2:
        return
    found = rebinned(np.array([counts], np.uint32), np.array([[low, high]]), np.array(edges))
    wanted = by_hand(counts, low, high, edges)
    # What is lost where the axis is far from 0 and the range is narrow is the precision of the edges themselves.
    slack = sum(counts) * (1e-9 + 64 * len(counts) * np.spacing(max(abs(low), abs(high))) / span)
    np.testing.assert_allclose(found[0], wanted, rtol=1e-9, atol=slack)


def test_no_number_is_lost_or_made_up() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 5000, (50, BINS)).astype(np.uint32)
    ends = np.sort(rng.standard_normal((50, 2)) * 10.0 ** rng.integers(-6, 3, (50, 1)), axis=1)
    low, high = full_range(ends) or (0.0, 1.0)
    assert (low, high) == (ends[:, 0].min(), ends[:, 1].max())
    found = rebinned(counts, ends, np.linspace(low, high, 97))
    np.testing.assert_allclose(found.sum(axis=1), counts.sum(axis=1), rtol=1e-12)
    assert (found >= 0).all()


def test_onto_its_own_bins_nothing_changes() -> None:
    counts = np.arange(BINS, dtype=np.uint32)[None]
    span = np.array([[-0.3, 0.7]])
    np.testing.assert_allclose(rebinned(counts, span, bin_edges(span[0], BINS)), counts, atol=1e-9)


def test_numbers_put_in_their_bins_directly_agree_where_bins_coincide() -> None:
    numbers = np.random.default_rng(1).standard_normal(10_000)
    span = np.array([[numbers.min(), numbers.max()]])
    counts, _ = np.histogram(numbers, BINS, tuple(span[0]))
    wider = bin_edges(span[0], 16)
    wanted, _ = np.histogram(numbers, 16, tuple(span[0]))
    np.testing.assert_allclose(rebinned(counts[None].astype(np.uint32), span, wider)[0], wanted, atol=1e-8)


def test_what_was_not_measured_is_empty_and_disturbs_no_other() -> None:
    counts = np.array([[0, 0], [3, 1]], np.uint32)
    ranges = np.array([[np.nan, np.nan], [0.0, 2.0]])
    np.testing.assert_array_equal(rebinned(counts, ranges, np.array([0.0, 1.0, 2.0])), [[0, 0], [3, 1]])
    assert full_range(ranges) == (0, 2)
    assert full_range(ranges[:1]) is None


def test_the_largest_number_is_counted_whatever_the_rounding() -> None:
    rng = np.random.default_rng(2)
    for low, span in rng.standard_normal((300, 2)):
        ends = np.array([[low, low + abs(span)]])
        found = rebinned(np.full((1, BINS), 1, np.uint32), ends, ends[0])
        assert found[0, 0] == BINS


@pytest.mark.parametrize(("value", "number"), [(-1.0, 0), (-0.51, 0), (-0.5, 1), (0.99, 3), (1.0, 3)])
def test_the_bin_that_holds_a_value(value: float, number: int) -> None:
    found = bin_at(np.array([1, 2, 3, 4], np.uint32), np.array([-1.0, 1.0]), value)
    assert found is not None
    assert (found.number, found.count, found.total, found.share) == (number, number + 1, 10, (number + 1) / 10)
    assert (found.low, found.high) == (-1 + number / 2, -0.5 + number / 2)
    assert found == bin_number(np.array([1, 2, 3, 4], np.uint32), np.array([-1.0, 1.0]), number)


@pytest.mark.parametrize("value", [-1.001, 1.001, float("nan")])
def test_no_bin_holds_what_lies_beyond_all(value: float) -> None:
    assert bin_at(np.array([1, 2, 3, 4], np.uint32), np.array([-1.0, 1.0]), value) is None
    assert bin_at(np.zeros(4, np.uint32), np.array([np.nan, np.nan]), value) is None
