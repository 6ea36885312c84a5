"""Optimizers against plain NumPy loops, one number after the other as in the papers, over 100 steps in float64."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from deepviz.engine import optimizers
from deepviz.engine.optimizer import CHUNK, Optimizer, OptimizerState, chunks
from deepviz.engine.tape import Tape

STEPS = 100
KINDS = [pytest.param(kind, id=kind.key) for kind in optimizers.registry.values()]
every_kind = pytest.mark.parametrize("kind", KINDS)


def sgd(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    velocity = np.zeros_like(p)
    for g, rate in zip(grads, rates, strict=True):
        velocity = o.momentum * velocity - rate * g
        p = p + (o.momentum * velocity - rate * g if o.nesterov and o.momentum else velocity)
    return p


def adam(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        p = p - rate * (m / (1 - o.beta_1**t)) / (np.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)
    return p


LOOPS: dict[str, Callable[..., np.ndarray]] = {"SGD": sgd, "Adam": adam}
CASES = [
    optimizers.SGD(learning_rate=0.1),
    optimizers.SGD(learning_rate=0.05, momentum=0.9),
    optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    optimizers.SGD(learning_rate=0.05, nesterov=True),
    optimizers.Adam(),
    optimizers.Adam(learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    optimizers.Adam(beta_1=0.0, beta_2=0.0),
]


class Descent:
    """An optimizer on a tape of its own."""

    def __init__(self, optimizer: Optimizer, start: np.ndarray) -> None:
        self.p, self.g = start.copy(), np.zeros_like(start)
        self.state: OptimizerState = optimizer.start(self.p)
        tape = Tape(start.dtype)
        optimizer.record(tape, self.p, self.g, self.state)
        self._tape = tape.compile()

    def step(self, grad: np.ndarray) -> None:
        self.g[...] = grad
        self._tape.replay()


def test_every_optimizer_has_its_loop_here() -> None:
    assert set(LOOPS) == set(optimizers.registry)
    assert {case.key for case in CASES} == set(LOOPS)


@pytest.mark.parametrize("optimizer", CASES, ids=str)
@pytest.mark.parametrize("length", [7, CHUNK + 5])
def test_a_hundred_steps_are_those_of_the_loop(optimizer: Optimizer, length: int) -> None:
    rng = np.random.default_rng(1)
    start = rng.standard_normal(length)
    scales = 10.0 ** rng.integers(-6, 3, length)  # gradients of very different sizes
    grads = [scales * rng.standard_normal(length) for _ in range(STEPS)]
    rates = [optimizer.learning_rate * (0.5 if t > 60 else 1.0) for t in range(STEPS)]
    descent = Descent(optimizer, start)
    for rate, grad in zip(rates, grads, strict=True):
        descent.state.learning_rate = rate
        descent.step(grad)
    wanted = LOOPS[optimizer.key](start, grads, rates, optimizer)
    assert np.abs(descent.p - wanted).max() <= 1e-12 * max(1.0, np.abs(wanted).max())
    assert descent.state.step == STEPS


@pytest.mark.parametrize("optimizer", CASES, ids=str)
def test_gradients_are_read_and_not_changed(optimizer: Optimizer) -> None:
    descent, grad = Descent(optimizer, np.ones(5)), np.arange(5.0)
    descent.step(grad)
    assert np.array_equal(descent.g, grad)


@pytest.mark.parametrize("optimizer", CASES, ids=str)
def test_zero_gradients_move_nothing(optimizer: Optimizer) -> None:
    descent = Descent(optimizer, np.ones(5, np.float32))
    for _ in range(3):
        descent.step(np.zeros(5, np.float32))
    assert np.array_equal(descent.p, np.ones(5))


def test_adam_in_float32_copes_with_fading_gradients() -> None:
    # The square of 1e-30 is 0 in float32; the step must stay finite and no longer than the learning rate.
    descent = Descent(optimizers.Adam(), np.zeros(3, np.float32))
    descent.step(np.array([1e-30, -1e-12, 1e-3], np.float32))
    assert np.isfinite(descent.p).all()
    assert (np.abs(descent.p) <= 0.00101).all()
    assert descent.p[2] == pytest.approx(-0.001, rel=1e-3)


def test_only_momentum_keeps_a_vector() -> None:
    assert optimizers.SGD().start(np.zeros(3)).vectors == {}
    assert set(optimizers.SGD(momentum=0.5).start(np.zeros(3)).vectors) == {"velocity"}
    assert set(optimizers.Adam().start(np.zeros(3)).vectors) == {"m", "v"}


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_chunks_cover_everything_once(length: int) -> None:
    covered = np.zeros(length, int)
    for portion in chunks(length):
        covered[portion] += 1
        assert 0 < portion.stop - portion.start <= CHUNK
    assert (covered == 1).all()


@every_kind
def test_it_can_be_shown_to_people(kind: type[Optimizer]) -> None:
    assert kind.summary().endswith(".")
    assert kind.formula
    assert kind.category == "Optimizer"
    for hyperparameter in kind.hyperparameters():
        assert kind.model_fields[hyperparameter.name].title
        assert hyperparameter.help.endswith(".")
        if hyperparameter.kind in ("integer", "number"):
            assert hyperparameter.minimum is not None
            assert hyperparameter.maximum is not None
    assert optimizers.registry.from_json(json.loads(json.dumps(kind().to_json()))) == kind()
