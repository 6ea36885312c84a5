"""Optimizers against plain NumPy loops, one number after the other as in the papers, over 100 steps in float64."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from deepviz.engine import losses, optimizers
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizer_state import CHUNK, OptimizerState, Span, chunks
from deepviz.engine.tape import Tape
from deepviz.engine.trainer import Trainer

STEPS = 100
KINDS = [pytest.param(kind, id=kind.key) for kind in optimizers.registry.values()]
every_kind = pytest.mark.parametrize("kind", KINDS)


def sgd(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    velocity = np.zeros_like(p)
    for g, rate in zip(grads, rates, strict=True):
        g = g + o.weight_decay * p
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


def adamw(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    m, v = np.zeros_like(p), np.zeros_like(p)
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        step = (m / (1 - o.beta_1**t)) / (np.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)
        p = p - rate * o.weight_decay * p - rate * step
    return p


def amsgrad(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    m, v, largest = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        largest = np.maximum(largest, v)
        p = p - rate * (m / (1 - o.beta_1**t)) / (np.sqrt(largest / (1 - o.beta_2**t)) + o.epsilon)
    return p


def nadam(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    m, v = np.zeros_like(p), np.zeros_like(p)
    u = [o.beta_1 * (1 - 0.5 * 0.96 ** (t * o.momentum_decay)) for t in range(STEPS + 2)]
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        ahead = u[t + 1] * m / (1 - np.prod(u[1 : t + 2])) + (1 - u[t]) * g / (1 - np.prod(u[1 : t + 1]))
        p = p - rate * ahead / (np.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)
    return p


def radam(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    m, v = np.zeros_like(p), np.zeros_like(p)
    longest = 2 / (1 - o.beta_2) - 1
    for t, (g, rate) in enumerate(zip(grads, rates, strict=True), start=1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        length = longest - 2 * t * o.beta_2**t / (1 - o.beta_2**t)
        step = m / (1 - o.beta_1**t)
        if length > 5:
            r = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            step = step * np.sqrt(r) * np.sqrt(1 - o.beta_2**t) / (np.sqrt(v) + o.epsilon)
        p = p - rate * step
    return p


def adagrad(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    total = np.full_like(p, o.initial_accumulator_value)
    for g, rate in zip(grads, rates, strict=True):
        total = total + g**2
        p = p - rate * g / (np.sqrt(total) + o.epsilon)
    return p


def rmsprop(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    v, mean, velocity = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    for g, rate in zip(grads, rates, strict=True):
        v = o.rho * v + (1 - o.rho) * g**2
        mean = o.rho * mean + (1 - o.rho) * g
        velocity = o.momentum * velocity + g / (np.sqrt(v - mean**2 if o.centered else v) + o.epsilon)
        p = p - rate * velocity
    return p


def adadelta(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    squares, steps = np.zeros_like(p), np.zeros_like(p)
    for g, rate in zip(grads, rates, strict=True):
        squares = o.rho * squares + (1 - o.rho) * g**2
        step = g * np.sqrt(steps + o.epsilon) / np.sqrt(squares + o.epsilon)
        steps = o.rho * steps + (1 - o.rho) * step**2
        p = p - rate * step
    return p


def lion(p: np.ndarray, grads: Iterable[np.ndarray], rates: Iterable[float], o: Optimizer) -> np.ndarray:
    """Algorithm 2 of Chen et al. 2023."""
    m = np.zeros_like(p)
    for g, rate in zip(grads, rates, strict=True):
        c = o.beta_1 * m + (1 - o.beta_1) * g
        p = p - rate * (np.sign(c) + o.weight_decay * p)
        m = o.beta_2 * m + (1 - o.beta_2) * g
    return p


LOOPS: dict[str, Callable[..., np.ndarray]] = {
    "SGD": sgd,
    "AdaDelta": adadelta,
    "AdaGrad": adagrad,
    "Adam": adam,
    "AdamW": adamw,
    "AMSGrad": amsgrad,
    "Lion": lion,
    "NAdam": nadam,
    "RAdam": radam,
    "RMSProp": rmsprop,
}
CASES = [
    optimizers.SGD(learning_rate=0.1),
    optimizers.SGD(learning_rate=0.05, momentum=0.9),
    optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    optimizers.SGD(learning_rate=0.05, nesterov=True),
    optimizers.SGD(learning_rate=0.1, weight_decay=0.2),
    optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True, weight_decay=0.2),
    optimizers.Adam(),
    optimizers.Adam(learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    optimizers.Adam(beta_1=0.0, beta_2=0.0),
    optimizers.AdamW(),
    optimizers.AdamW(learning_rate=0.02, weight_decay=0.5, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    optimizers.AMSGrad(),
    optimizers.AMSGrad(learning_rate=0.02, beta_1=0.8, beta_2=0.7, epsilon=1e-3),
    optimizers.NAdam(),
    optimizers.NAdam(learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3, momentum_decay=1.0),
    optimizers.NAdam(beta_1=0.0, beta_2=0.0),
    optimizers.RAdam(),
    optimizers.RAdam(learning_rate=0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    optimizers.RAdam(learning_rate=1e-4, beta_2=0.5),
    optimizers.AdaGrad(),
    optimizers.AdaGrad(learning_rate=0.1, initial_accumulator_value=0.0, epsilon=1e-3),
    optimizers.RMSProp(),
    optimizers.RMSProp(rho=0.0, epsilon=1e-3),
    optimizers.RMSProp(learning_rate=0.002, rho=0.8, momentum=0.9, epsilon=1e-3),
    optimizers.RMSProp(momentum=0.5, centered=True, epsilon=1e-3),
    optimizers.AdaDelta(),
    optimizers.AdaDelta(learning_rate=1.0, rho=0.8, epsilon=1e-3),
    optimizers.Lion(),
    optimizers.Lion(learning_rate=0.01, beta_1=0.5, beta_2=0.9, weight_decay=0.5),
    optimizers.Lion(beta_1=0.0, beta_2=0.0),
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
    if getattr(optimizer, "momentum", 0) and getattr(optimizer, "weight_decay", 0):
        return  # the parameters themselves give the velocity
    for _ in range(3):
        descent.step(np.zeros(5, np.float32))
    share = 1 - optimizer.learning_rate * getattr(optimizer, "weight_decay", 0.0)
    assert descent.p == pytest.approx(np.full(5, share**3), rel=1e-6 if share < 1 else 0, abs=0)


def calls(optimizer: Optimizer) -> list[str]:
    """What a step of it does, in order, but for what it reckons with plain numbers."""
    vector = np.ones(3)
    tape = Tape(vector.dtype)
    optimizer.record(tape, vector, np.ones(3), optimizer.start(vector))
    return [getattr(function, "__name__", "") for function, _ in tape.compile().calls]


def test_without_weight_decay_plain_descent_does_nothing_for_it() -> None:
    plain = ["multiply", "subtract"]
    assert calls(optimizers.SGD())[1:] == plain
    assert calls(optimizers.SGD(weight_decay=0.1))[1:] == ["multiply", "add", *plain]
    momentum = ["multiply", "multiply", "subtract"]
    assert calls(optimizers.SGD(momentum=0.9))[1:] == [*momentum, "add"]
    assert calls(optimizers.SGD(momentum=0.9, nesterov=True))[1:] == [*momentum, "multiply", "add", "subtract"]


def test_parameters_that_shrink_too_fast_are_found_out() -> None:
    """With a decay of more than the whole of a parameter in each step it grows without bounds, without a gradient."""
    assert optimizers.SGD().tame_square > 0
    assert optimizers.SGD(weight_decay=100.0).tame_square == 0, "so that every step is checked"


def test_the_formula_is_that_of_the_settings() -> None:
    assert optimizers.SGD().written == "p ← p − η g"
    assert optimizers.SGD(nesterov=True).written == "p ← p − η g"
    assert optimizers.SGD(momentum=0.9).written == "v ← μ v − η g\np ← p + v"
    assert optimizers.SGD(momentum=0.9, nesterov=True).written == "v ← μ v − η g\np ← p + μ v − η g"
    assert optimizers.SGD(weight_decay=0.1).written == "p ← p − η (g + λ p)"
    assert optimizers.RMSProp(momentum=0.5, centered=True).written == "u ← μ u + g / (√(v − a²) + ε)\np ← p − η u"
    assert optimizers.AdamW(weight_decay=0.0).written == optimizers.Adam().written == optimizers.Adam.formula
    assert optimizers.AdamW().written == optimizers.AdamW.formula
    assert "λ" not in optimizers.Lion().written
    assert optimizers.Lion(weight_decay=0.1).written == optimizers.Lion.formula


def test_adam_in_float32_copes_with_fading_gradients() -> None:
    # The square of 1e-30 is 0 in float32; the step must stay finite and no longer than the learning rate.
    descent = Descent(optimizers.Adam(), np.zeros(3, np.float32))
    descent.step(np.array([1e-30, -1e-12, 1e-3], np.float32))
    assert np.isfinite(descent.p).all()
    assert (np.abs(descent.p) <= 0.00101).all()
    assert descent.p[2] == pytest.approx(-0.001, rel=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lion_tells_positive_zero_and_negative_apart(dtype: type) -> None:
    descent = Descent(optimizers.Lion(learning_rate=1.0), np.zeros(8, dtype))
    descent.step(np.array([0.0, -0.0, 1e-30, -1e-30, 1e15, -1e15, np.finfo(dtype).tiny, -np.finfo(dtype).tiny], dtype))
    assert descent.p.tolist() == [0, 0, -1, 1, -1, 1, -1, 1]


def test_only_momentum_keeps_a_vector() -> None:
    assert optimizers.SGD().start(np.zeros(3)).vectors == {}
    assert set(optimizers.SGD(momentum=0.5).start(np.zeros(3)).vectors) == {"velocity"}
    assert set(optimizers.Adam().start(np.zeros(3)).vectors) == {"m", "v"}


def test_rmsprop_keeps_no_more_vectors_than_it_needs() -> None:
    assert set(optimizers.RMSProp().start(np.zeros(3)).vectors) == {"v"}
    assert set(optimizers.RMSProp(momentum=0.5).start(np.zeros(3)).vectors) == {"v", "velocity"}
    assert set(optimizers.RMSProp(centered=True).start(np.zeros(3)).vectors) == {"v", "mean"}


@pytest.mark.parametrize("optimizer", CASES, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_that_never_changes_stays_finite(optimizer: Optimizer, dtype: type) -> None:
    # Its spread is zero, and rounding must not make it negative under a root.
    descent = Descent(optimizer, np.zeros(40, dtype))
    for _ in range(300):
        descent.step(np.geomspace(1e-15, 1e15, 40, dtype=dtype))
    assert np.isfinite(descent.p).all()
    assert all(np.isfinite(vector).all() for vector in descent.state.vectors.values())


@pytest.mark.parametrize("optimizer", [optimizers.AdamW(weight_decay=10.0), optimizers.Lion(weight_decay=10.0)])
def test_decay_takes_no_more_than_all(optimizer: Optimizer) -> None:
    descent = Descent(optimizer, np.ones(3))
    descent.state.learning_rate = 50.0
    descent.step(np.zeros(3))
    assert not descent.p.any()


@pytest.mark.parametrize("optimizer", CASES, ids=str)
@pytest.mark.parametrize("stop", [1, 7, 8, 11])
def test_a_run_that_is_resumed_is_the_same_run(optimizer: Optimizer, stop: int) -> None:
    rng = np.random.default_rng(3)
    data = rng.standard_normal((30, 3)), rng.standard_normal((30, 2))

    def trainer() -> Trainer:
        network = Network.sequential([Input(shape=(3,)), Dense(units=4), Tanh(), Dense(units=2)], seed=1)
        # An epoch is four steps; the last batch is smaller and has a recording of its own.
        return Trainer(network, losses.Huber(), optimizer, data, batch_size=8, epochs=5, seed=2)

    straight, stopped, resumed = trainer(), trainer(), trainer()
    steps = straight.steps()
    for _ in range(20):
        next(steps)
    for _ in zip(range(stop), stopped.steps(), strict=False):
        pass
    resumed.restore(stopped.state())
    remaining = [record.step for record in resumed.steps()]
    assert remaining == list(range(resumed.step - len(remaining) + 1, 21))
    first, second = straight.state(), resumed.state()
    assert first.step == second.step == 20
    for name, array in first.parameters.items():
        assert np.array_equal(second.parameters[name], array), name
    for vector, arrays in first.optimizer_vectors.items():
        for name, array in arrays.items():
            assert np.array_equal(second.optimizer_vectors[vector][name], array), (vector, name)


@pytest.mark.parametrize("optimizer", [optimizers.NAdam(), optimizers.RAdam()], ids=str)
def test_going_back_to_an_earlier_state_is_that_state(optimizer: Optimizer) -> None:
    grads = np.random.default_rng(4).standard_normal((12, 6))
    once, twice = Descent(optimizer, np.ones(6)), Descent(optimizer, np.ones(6))
    for grad in grads:
        once.step(grad)
    for grad in grads[::-1]:
        twice.step(grad)
    twice.p[:], twice.state.step = 1.0, 0
    for vector in twice.state.vectors.values():
        vector[:] = 0
    for grad in grads:
        twice.step(grad)
    assert np.array_equal(once.p, twice.p)


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_chunks_cover_everything_once(length: int) -> None:
    covered = np.zeros(length, int)
    for portion in chunks([Span(0, length)]):
        covered[portion] += 1
        assert 0 < portion.stop - portion.start <= CHUNK
    assert (covered == 1).all()


def test_chunks_keep_to_their_spans() -> None:
    spans = [Span(3, 5), Span(10, 10 + 2 * CHUNK + 1), Span(3 * CHUNK, 3 * CHUNK)]
    wanted = [(3, 5), (10, 10 + CHUNK), (10 + CHUNK, 10 + 2 * CHUNK), (10 + 2 * CHUNK, 11 + 2 * CHUNK)]
    assert [(portion.start, portion.stop) for portion in chunks(spans)] == wanted


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
