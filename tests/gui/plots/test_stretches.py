"""Stretches without a number are found as steps come in, however these are cut into portions."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.gui.plots.stretches import UNUSUAL, Stretches, gaps


@pytest.mark.parametrize("portion", [1, 3, 7, 40])
def test_stretches_are_those_of_a_plain_loop(portion: int) -> None:
    rng = np.random.default_rng(3)
    steps = np.cumsum(rng.integers(1, 4, 40))
    values = rng.choice([1.0, 0.0, np.nan, np.inf, -np.inf], (40, 3), p=[0.3, 0.1, 0.3, 0.2, 0.1])
    found = Stretches(3)
    for start in range(0, 40, portion):
        found.extend(steps[start : start + portion], values[start : start + portion])
    for row in range(3):
        for kind, stretches in ((np.isnan, found.nan), (np.isinf, found.infinite)):
            expected: list[tuple[int, int]] = []
            was = False
            for step, value in zip(steps.tolist(), values[:, row].tolist(), strict=True):
                if kind(value):
                    first = expected.pop()[0] if was else step
                    expected.append((first, step))
                was = bool(kind(value))
            assert stretches[row] == expected


def test_only_what_lies_unusually_far_apart_is_a_gap() -> None:
    steps = np.array([10, 20, 30, 40, 40 + 10 * UNUSUAL, 130, 140])
    assert gaps(steps, 1, 149) == [], "the usual distance is 10, and nothing is more than so many times as far"
    steps = np.array([10, 20, 30, 40, 121, 131])
    assert gaps(steps, 1, 140) == [(41, 120)]
    assert gaps(steps - 1 + 200, 1, 700) == [(1, 208), (240, 319), (331, 700)]


def test_of_two_measurements_nobody_knows_what_is_usual() -> None:
    assert gaps(np.array([1, 5000]), 1, 9000) == []
    assert gaps(np.array([], np.int64), 1, 9000) == []


def test_nothing_is_known_of_what_was_before_the_first_measurement() -> None:
    """Where one chooses another quantity after step 5, say, which is measured at every step from then on."""
    for last in (6, 7, 8, 50):
        assert gaps(np.arange(6, last + 1), 1, last) == [(1, 5)]
        assert gaps(np.arange(1, last + 1), 1, last) == []
    assert gaps(np.arange(10, 100, 10), 1, 99) == [], "measured at every tenth step from the first on"
    assert gaps(np.arange(11, 100, 10), 1, 99) == [(1, 10)]
