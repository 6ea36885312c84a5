"""Sums of squares of long vectors, against sums in double precision."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, ops, optimizers
from deepviz.engine.ops.squares import ROW
from deepviz.engine.tape import Tape


def squared(x: np.ndarray) -> np.ndarray:
    """What a tape makes of an array, replayed twice."""
    tape = Tape(x.dtype)
    out = tape.input(())
    ops.squared_norm(tape, tape.external(x), out=out)
    compiled = tape.compile()
    compiled.replay()
    first = out.array().copy()
    out.array()[()] = -1
    compiled.replay()
    assert out.array() == first or math.isnan(first), "to the bit"
    return first


@pytest.mark.parametrize("size", [1, 2 * ROW - 1, 2 * ROW, 3 * ROW + 7, 1_000_001])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_sum_of_squares_is_exact_to_all_digits_that_are_shown(size: int, dtype: type) -> None:
    for x in (np.full(size, 1e-3, dtype), np.random.default_rng(size).standard_normal(size).astype(dtype)):
        exact = math.fsum((x.astype(np.float64) ** 2).tolist())
        assert squared(x) == pytest.approx(exact, rel=1e-5)


def test_what_is_no_number_or_has_no_square_is_passed_on_without_a_warning() -> None:
    for value, square in ((1e30, math.inf), (math.inf, math.inf), (math.nan, math.nan), (1e-30, 0.0)):
        assert squared(np.full(3 * ROW, value, np.float32)) == pytest.approx(square, nan_ok=True)


def test_what_is_in_any_order_in_memory_is_squared_as_a_whole() -> None:
    x = np.random.default_rng(0).standard_normal((100, 90)).astype(np.float32)
    tape = Tape(x.dtype)
    out = tape.input(())
    ops.squared_norm(tape, tape.external(x).T, out=out)
    tape.compile().replay()
    assert out.array() == pytest.approx((x.astype(np.float64) ** 2).sum(), rel=1e-6)


def test_a_clipped_gradient_of_millions_of_parameters_has_the_norm_of_the_limit() -> None:
    wide = [layers.Input(shape=(1500,)), layers.Dense(units=1500, kernel_initializer="zeros"), layers.Dense(units=2)]
    network = Network.sequential(wide, seed=0, dtype="float32")
    x, y = np.ones((4, 1500), np.float32), np.zeros(4, np.intp)
    trainer = Trainer(
        network,
        losses.SoftmaxCrossEntropy(),
        optimizers.SGD(learning_rate=0.1, global_clipnorm=0.01),
        (x, y),
        batch_size=4,
        epochs=1,
        probes=("clipped_gradients", "gradient_norm"),
    )
    (record,) = trainer.steps()
    assert math.hypot(*record.values["gradient_norm"]) > 0.1
    assert np.linalg.norm(network.gradients.vector.astype(np.float64)) == pytest.approx(0.01, rel=2e-6)
