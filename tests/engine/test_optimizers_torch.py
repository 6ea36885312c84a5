"""Optimizers against PyTorch: the weights of a small network after each of 100 steps, in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.optimizer import Optimizer

torch = pytest.importorskip("torch")

STEPS = 100
SETTINGS = {"learning_rate": 0.005, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-4}
THEIRS = {"lr": 0.005, "betas": (0.8, 0.95), "eps": 1e-4}
KERAS = {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-7}

Make = Callable[[list[Any]], Any]
CASES: list[tuple[Optimizer, Make]] = [
    (optimizers.SGD(learning_rate=0.05), lambda p: torch.optim.SGD(p, lr=0.05)),
    (optimizers.SGD(learning_rate=0.05, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    (
        optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    (
        optimizers.SGD(learning_rate=0.05, weight_decay=0.3),
        lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=0.3),
    ),
    (
        optimizers.SGD(learning_rate=0.05, momentum=0.9, weight_decay=0.1),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1),
    ),
    (
        optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
    ),
    (optimizers.Adam(), lambda p: torch.optim.Adam(p, **KERAS)),
    (optimizers.Adam(**SETTINGS), lambda p: torch.optim.Adam(p, **THEIRS)),
    (optimizers.AMSGrad(), lambda p: torch.optim.Adam(p, amsgrad=True, **KERAS)),
    (optimizers.AMSGrad(**SETTINGS), lambda p: torch.optim.Adam(p, amsgrad=True, **THEIRS)),
    (optimizers.AdamW(), lambda p: torch.optim.AdamW(p, weight_decay=0.004, **KERAS)),
    (optimizers.AdamW(weight_decay=0.3, **SETTINGS), lambda p: torch.optim.AdamW(p, weight_decay=0.3, **THEIRS)),
    (optimizers.NAdam(), lambda p: torch.optim.NAdam(p, **KERAS)),
    (optimizers.NAdam(momentum_decay=1.0, **SETTINGS), lambda p: torch.optim.NAdam(p, momentum_decay=1.0, **THEIRS)),
    (optimizers.RAdam(), lambda p: torch.optim.RAdam(p, **KERAS)),
    (optimizers.RAdam(**SETTINGS), lambda p: torch.optim.RAdam(p, **THEIRS)),
    (optimizers.RAdam(learning_rate=0.02, beta_2=0.5), lambda p: torch.optim.RAdam(p, lr=0.02, betas=(0.9, 0.5))),
    (optimizers.AdaGrad(), lambda p: torch.optim.Adagrad(p, lr=0.001, eps=1e-7, initial_accumulator_value=0.1)),
    (
        optimizers.AdaGrad(learning_rate=0.1, initial_accumulator_value=0.0, epsilon=1e-4),
        lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-4),
    ),
    (optimizers.RMSProp(), lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.9, eps=1e-7)),
    (
        optimizers.RMSProp(learning_rate=0.01, rho=0.8, momentum=0.7, epsilon=1e-4),
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.8, momentum=0.7, eps=1e-4),
    ),
    (
        optimizers.RMSProp(rho=0.8, momentum=0.7, epsilon=1e-4, centered=True),
        lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.8, momentum=0.7, eps=1e-4, centered=True),
    ),
    (optimizers.AdaDelta(), lambda p: torch.optim.Adadelta(p, lr=0.001, rho=0.95, eps=1e-7)),
    (
        optimizers.AdaDelta(learning_rate=0.3, rho=0.8, epsilon=1e-4),
        lambda p: torch.optim.Adadelta(p, lr=0.3, rho=0.8, eps=1e-4),
    ),
]  # fmt: skip
WITHOUT_TORCH = {"Lion"}
"""What torch lacks; it is held against a plain loop in `test_optimizers.py`."""


@pytest.fixture(autouse=True)
def float64_scalars() -> Iterator[None]:
    """PyTorch keeps NAdam's product of momenta in its default type."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def test_every_optimizer_is_compared() -> None:
    assert {optimizer.key for optimizer, _ in CASES} | WITHOUT_TORCH == set(optimizers.registry)


# All runs are stable ones: in an unstable one (NAdam with a learning rate of 0.02, say) every rounding grows.
@pytest.mark.parametrize(("optimizer", "make"), CASES, ids=[str(optimizer) + optimizer.key for optimizer, _ in CASES])
def test_a_hundred_steps_of_a_network_are_those_of_torch(optimizer: Optimizer, make: Make) -> None:
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((16, 3)), rng.standard_normal((16, 2))
    network = Network.sequential(
        [layers.Input(shape=(3,)), layers.Dense(units=5), layers.Tanh(), layers.Dense(units=2)], seed=4, dtype="float64"
    )
    twins = {name: torch.tensor(array, requires_grad=True) for name, array in network.parameters.copied().items()}
    theirs = make(list(twins.values()))
    trainer = Trainer(network, losses.MeanSquaredError(), optimizer, (x, t), batch_size=16, epochs=STEPS)
    start = network.parameters.copied()
    for record in trainer.steps():
        hidden = torch.tanh(torch.tensor(x) @ twins["dense_1/W"] + twins["dense_1/b"])
        outputs = hidden @ twins["dense_2/W"] + twins["dense_2/b"]
        theirs.zero_grad()
        torch.nn.functional.mse_loss(outputs, torch.tensor(t)).backward()
        theirs.step()
        for name, twin in twins.items():
            error = np.abs(network.parameters[name] - twin.detach().numpy()).max()
            assert error <= 1e-9, (record.step, name, error)
    assert record.step == STEPS
    assert all(np.abs(network.parameters[name] - array).max() > 1e-5 for name, array in start.items()), "it moved"
