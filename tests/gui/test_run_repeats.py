"""What is said of a run that was trained again: the same bits or not, how many numbers differ, and by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from deepviz.engine.trainer_state import TrainerState
from deepviz.gui.run_repeats import verdict
from tests.training.run_made import project, trained


@pytest.fixture(scope="module")
def state() -> TrainerState:
    return trained(project(units=3, epochs=1)).state


def other(state: TrainerState, change: Callable[[dict[str, npt.NDArray[np.float32]]], None]) -> TrainerState:
    """A copy with other weights."""
    weights = {name: array.copy() for name, array in state.weights.items()}
    change(weights)
    return replace(state, parameters={name: weights.get(name, array) for name, array in state.parameters.items()})


def test_a_copy_is_the_same_to_the_bit_even_where_it_is_not_a_number(state: TrainerState) -> None:
    same, words = verdict("spirals 1", state, other(state, lambda weights: None))
    assert same
    assert words == f"spirals 1 was trained again: after step {state.step} all weights are the same, to the bit."

    def spoil(weights: dict[str, npt.NDArray[np.float32]]) -> None:
        weights["dense_1/W"][0, 0] = np.nan

    broken = other(state, spoil)
    assert verdict("spirals 1", broken, other(state, spoil))[0], "the same NaN is the same"
    same, words = verdict("spirals 1", state, broken)
    assert not same
    assert "by up to inf, most in dense_1/W" in words


def test_every_number_that_differs_is_counted_and_the_farthest_told(state: TrainerState) -> None:

    def change(weights: dict[str, npt.NDArray[np.float32]]) -> None:
        weights["dense_1/W"][0, :2] += np.float32(0.25)
        weights["dense_2/b"][1] -= np.float32(0.5)

    changed = other(state, change)
    pairs = [(state.weights[name], changed.weights[name]) for name in state.weights]
    count = sum(int((one != two).sum()) for one, two in pairs)
    total = sum(one.size for one, _ in pairs)
    same, words = verdict("a", state, changed)
    assert not same
    assert (count, total) == (3, 2 * 3 + 3 + 3 * 2 + 2)
    assert f"{count} of {total} weights are not the same, by up to 0.5, most in dense_2/b. Another processor" in words


def test_one_bit_and_the_sign_of_zero_are_differences(state: TrainerState) -> None:

    def one_bit(weights: dict[str, npt.NDArray[np.float32]]) -> None:
        weights["dense_1/b"][0] = np.nextafter(weights["dense_1/b"][0], np.float32(9))

    def zero(weights: dict[str, npt.NDArray[np.float32]]) -> None:
        weights["dense_1/b"][0] = 0.0

    def negative_zero(weights: dict[str, npt.NDArray[np.float32]]) -> None:
        weights["dense_1/b"][0] = -0.0

    assert "1 of 17 weights are not the same" in verdict("a", state, other(state, one_bit))[1]
    assert not verdict("a", other(state, zero), other(state, negative_zero))[0]


def test_a_run_that_ended_elsewhere_is_not_the_same(state: TrainerState) -> None:
    same, words = verdict("a", state, replace(state, step=state.step - 2))
    assert not same
    assert f"ended after step {state.step - 2} and not after step {state.step}" in words
