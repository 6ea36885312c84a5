"""Histograms: against NumPy's own, exact to the count, whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import optimizers
from deepviz.engine.histogram import BINS, Histograms, histograms
from deepviz.engine.tape import Tape
from tests.engine.probe_formulas import HISTOGRAMS, ByHand, data, first_values, network

SGD = optimizers.SGD(learning_rate=0.05)


def of(*arrays: np.ndarray) -> Histograms:
    """The histograms of some arrays, by way of a tape."""
    tape = Tape(arrays[0].dtype)
    read = histograms(tape, [tape.external(array) for array in arrays])
    tape.compile().replay()
    found: Histograms = read()
    return found


def assert_like_numpy(found: Histograms, arrays: list[np.ndarray]) -> None:
    assert found.counts.shape == (len(arrays), BINS)
    for row, array in enumerate(arrays):
        counts, edges = np.histogram(array.astype(np.float64), BINS)
        assert found.ranges[row] == pytest.approx([edges[0], edges[-1]], rel=1e-12)
        assert found.counts[row].tolist() == counts.tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1000, 32768, 100_001])
def test_counts_are_those_of_numpy(dtype: str, size: int) -> None:
    rng = np.random.default_rng(0)
    arrays = [(rng.standard_normal(size) * scale + 3 * scale).astype(dtype) for scale in (1, 1e-20, 1e15)]
    assert_like_numpy(of(*arrays), arrays)


def test_each_kind_is_of_what_it_says() -> None:
    net, given = network(), data()
    hand = ByHand(net, given)
    values = first_values(net, given, optimizers.SGD(learning_rate=0.05, clipvalue=1e-3), *HISTOGRAMS)
    # Gradients and outputs are those of the batch; weights are those that the update has left.
    pairs = zip(hand.weights, hand.gradients, strict=True)
    after = [weights - 0.05 * np.clip(gradient, -1e-3, 1e-3) for weights, gradient in pairs]
    wanted = dict(zip(HISTOGRAMS, (after, hand.gradients, hand.outputs), strict=True))
    for key, arrays in wanted.items():
        found = values[key]
        assert found.counts.sum(axis=1).tolist() == [array.size for array in arrays]
        for row, array in enumerate(arrays):
            assert found.ranges[row] == pytest.approx([array.min(), array.max()], rel=1e-9)
            moved = np.abs(found.counts[row] - np.histogram(array, BINS, tuple(found.ranges[row]))[0]).sum()
            assert moved <= 2, "at most one number at the border of two bins"


def test_frozen_layers_have_weights_but_no_gradients() -> None:
    values = first_values(network(trainable=False), data(), SGD, *HISTOGRAMS)
    assert values["weight_histogram"].counts.sum(axis=1).tolist() == [30, 35, 18]
    assert values["gradient_histogram"].counts.sum(axis=1).tolist() == [30, 0, 18]
    assert np.isnan(values["gradient_histogram"].ranges[1]).all()


@pytest.mark.parametrize("value", [0.0, 3.0, -2e-30, 1e20, -1e38])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equal_numbers_lie_in_the_middle(value: float, dtype: str) -> None:
    found = of(np.full(10, value, dtype))
    assert 10 in found.counts[0, BINS // 2 - 1 : BINS // 2 + 1]
    assert found.ranges[0, 0] < value < found.ranges[0, 1]


def test_what_is_not_finite_is_in_no_bin_and_disturbs_nobody() -> None:
    array = np.array([0.0, np.nan, 1.0, np.inf, -np.inf, 0.5], np.float32)
    nothing = np.full(3, np.nan, np.float32)
    found = of(array, nothing)
    assert found.counts.sum(axis=1).tolist() == [3, 0]
    assert found.ranges[0].tolist() == [0, 1]
    assert np.isnan(found.ranges[1]).all()


@pytest.mark.parametrize("array", [[-1e308, 1e308, 1.0], [0.0, 5e-324, 1e-310], [1e300, -1e300, 0.0]])
def test_numbers_at_the_ends_of_the_type(array: list[float]) -> None:
    with np.errstate(all="ignore"):
        found = of(np.array(array))
    assert found.counts.sum() == sum(abs(value) <= 1e300 for value in array)


def test_what_lies_in_another_order_counts_once() -> None:
    tape = Tape(np.dtype(np.float64))
    array = np.random.default_rng(0).standard_normal((7, 5, 3))
    x = tape.external(array)
    read = histograms(tape, [x, x.transpose(2, 0, 1), x[:, 1:3]])
    tape.compile().replay()
    assert_like_numpy(read(), [array, array, array[:, 1:3]])


def test_what_was_read_stays_as_it_was() -> None:
    tape, array = Tape(np.dtype(np.float64)), np.arange(10.0)
    read = histograms(tape, [tape.external(array)])
    tape_of = tape.compile()
    tape_of.replay()
    before = read()
    counts, ranges = before.counts.copy(), before.ranges.copy()
    array[:] = 0
    tape_of.replay()
    assert np.array_equal(before.counts, counts)
    assert np.array_equal(before.ranges, ranges)
