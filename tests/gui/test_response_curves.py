"""The ends of the vertical axes of curves: round, wide enough, and the same for small changes."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.gui.response_curves import Heights, heights_in_words, heights_of, round_up


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((0.0, 1.0), (1.0, 1.0), (1.0000001, 1.0), (1.01, 1.5), (1.6, 2.0), (2.0, 2.0), (2.1, 3.0), (5.1, 7.0)),
        *((123.0, 150.0), (9.99, 10.0), (0.09999, 0.1), (1e-30, 1e-30), (4e30, 5e30), (0.0049, 0.005), (0.004, 0.005)),
    ],
)
def test_ends_are_round_and_not_much_larger(value: float, expected: float):
    assert round_up(value) == expected


def test_each_has_its_own_or_all_that_of_the_layer():
    curves = np.array([[-0.3, 0.1], [-2.0, 4.5], [0.0, 0.0]])
    assert heights_of(curves, True) == [Heights(-0.3, 0.3), Heights(-5.0, 5.0), Heights(-1.0, 1.0)]
    assert heights_of(curves, False) == [Heights(-5.0, 5.0)] * 3


def test_a_side_of_zero_that_no_unit_of_the_layer_has_is_left_out():
    assert heights_of(np.array([[0.0, 4.0], [0.0, 0.0]]), True) == [Heights(0.0, 5.0), Heights(0.0, 1.0)]
    assert heights_of(np.array([[0.0, -4.0]]), True) == [Heights(-5.0, 0.0)]
    assert heights_of(np.zeros((2, 3)), True) == [Heights(-1.0, 1.0)] * 2


def test_a_side_with_hardly_anything_is_small_and_holds_it_all():
    """As below zero with a leaky ReLU."""
    curves = np.array([[-0.02, 4.0], [-0.02, 0.01]])
    assert heights_of(curves, True) == [Heights(-1.25, 5.0), Heights(-0.025, 0.1)]
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1.0, 1e4):
        values = rng.normal(size=(8, 30)) * scale
        values = np.where(values < 0, 0.01 * values, values)
        for own in (True, False):
            for (low, high), curve in zip(heights_of(values, own), values, strict=True):
                assert low * 1.000001 <= curve.min()
                assert high * 1.000001 >= curve.max()


def test_what_is_not_finite_has_no_say():
    assert heights_of(np.array([[np.nan, np.inf, -0.4, 0.3]]), True) == [Heights(-0.5, 0.5)]


def test_the_ends_of_an_axis_in_words():
    assert heights_in_words(Heights(-0.5, 0.5)) == "±0.5"
    assert heights_in_words(Heights(-0.25, 1.0)) == "-0.25 … 1"
    assert heights_in_words(Heights(0.0, 200.0)) == "0 … 200"
