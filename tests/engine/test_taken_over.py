"""What an optimizer keeps, under settings that change on the way: each optimizer against its plain loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from deepviz.engine import optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.tape import Tape
from tests.engine.test_optimizers import LOOPS

STEPS, LENGTH = 40, 9

CHANGES: list[tuple[Optimizer, dict[int, dict[str, Any]]]] = [
    (optimizers.SGD(momentum=0.5), {7: {"momentum": 0.9}, 15: {"nesterov": True}, 30: {"momentum": 0.1}}),
    (optimizers.AdaDelta(learning_rate=1.0), {8: {"rho": 0.5}, 20: {"rho": 0.99, "epsilon": 1e-4}}),
    (optimizers.AdaGrad(), {8: {"epsilon": 1e-2}, 20: {"initial_accumulator_value": 5.0}}),
    (optimizers.Adam(), {8: {"beta_1": 0.5, "beta_2": 0.9}, 20: {"beta_1": 0.95, "epsilon": 1e-3}}),
    (optimizers.AdamW(), {8: {"weight_decay": 0.5}, 20: {"beta_2": 0.5}, 25: {"weight_decay": 0.0}}),
    (optimizers.AMSGrad(), {8: {"beta_1": 0.5, "beta_2": 0.9}, 20: {"beta_2": 0.99}}),
    (optimizers.Lion(), {8: {"beta_2": 0.5}, 20: {"beta_1": 0.3, "weight_decay": 0.1}, 30: {"beta_2": 0.99}}),
    # Their plain loops read beta 1 and beta 2 before the first step.
    (optimizers.NAdam(), {8: {"beta_2": 0.9}, 20: {"epsilon": 1e-3}}),
    (optimizers.RAdam(), {8: {"beta_1": 0.5}, 20: {"epsilon": 1e-3}}),
    (
        optimizers.RMSProp(momentum=0.5, centered=True),
        {8: {"rho": 0.5}, 15: {"momentum": 0.9}, 20: {"rho": 0.95, "epsilon": 1e-3}},
    ),
]


class Changing:
    """Settings as they are at a step."""

    def __init__(self, first: Optimizer, changes: dict[int, dict[str, Any]]) -> None:
        self.now, self._changes = first, changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self.now, name)

    def rates(self) -> Iterator[float]:
        """The learning rates of all steps; each is asked for before its step is made."""
        for step in range(STEPS):
            self.now = self.now.changed(**self._changes.get(step, {}))
            yield self.now.learning_rate


def test_every_optimizer_is_here() -> None:
    assert {optimizer.key for optimizer, _ in CHANGES} == set(optimizers.registry)


@pytest.mark.parametrize(("first", "changes"), CHANGES, ids=lambda value: getattr(value, "key", ""))
def test_all_steps_are_those_of_the_loop(first: Optimizer, changes: dict[int, dict[str, Any]]) -> None:
    rng = np.random.default_rng(2)
    start = rng.standard_normal(LENGTH)
    grads = [10.0 ** rng.integers(-3, 3, LENGTH) * rng.standard_normal(LENGTH) for _ in range(STEPS)]
    settings = Changing(first, changes)
    wanted = LOOPS[first.key](start, grads, settings.rates(), settings)

    parameters, gradients = start.copy(), np.zeros(LENGTH)
    optimizer, state = first, first.start(parameters)
    for step, grad in enumerate(grads):
        after = optimizer.changed(**changes.get(step, {}))
        kept = {name: vector.copy() for name, vector in state.vectors.items()}
        state.vectors, before = after.taken_over(state.vectors, optimizer, parameters), state.vectors
        assert all(np.array_equal(before[name], vector) for name, vector in kept.items()), "they are left alone"
        optimizer = after
        tape = Tape(parameters.dtype)
        optimizer.record(tape, parameters, gradients, state)
        gradients[...] = grad
        tape.compile().replay()
    assert parameters == pytest.approx(wanted, rel=1e-11, abs=1e-13)


def test_vectors_come_and_go_with_the_settings_that_need_them() -> None:
    plain, parameters = optimizers.RMSProp(), np.zeros(4)
    full = optimizers.RMSProp(momentum=0.5, centered=True)
    state = plain.start(parameters)
    state.vectors["v"][:] = 3.0
    more = full.taken_over(state.vectors, plain, parameters)
    assert {name: vector.tolist() for name, vector in more.items()} == {
        "v": [3.0] * 4, "mean": [0.0] * 4, "velocity": [0.0] * 4,
    }  # fmt: skip
    assert more["v"] is state.vectors["v"], "what stays is not copied"
    more["velocity"][:] = 7.0
    fewer = optimizers.RMSProp(momentum=0.5).taken_over(more, full, parameters)
    assert list(fewer) == ["v", "velocity"]
    assert fewer["velocity"].tolist() == [7.0] * 4


@pytest.mark.parametrize("kind", optimizers.registry.values(), ids=lambda kind: kind.key)
def test_nothing_is_taken_over_from_another_kind(kind: type[Optimizer]) -> None:
    parameters = np.ones(4)
    other = optimizers.Lion() if kind is not optimizers.Lion else optimizers.Adam()
    state = other.start(parameters)
    state.vectors["m"][:] = 9.0
    found, fresh = kind().taken_over(state.vectors, other, parameters), kind().start(parameters).vectors
    assert list(found) == list(fresh)
    assert all(np.array_equal(found[name], vector) for name, vector in fresh.items())
