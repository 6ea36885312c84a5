"""Clipped descent against PyTorch: the weights of a small network after each of 100 steps, in float64."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers

torch = pytest.importorskip("torch")

STEPS = 100


@pytest.mark.parametrize("limit", [{"clipvalue": 0.02}, {"global_clipnorm": 0.1}], ids=lambda limit: next(iter(limit)))
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_hundred_clipped_steps_are_those_of_torch(limit: dict[str, float], momentum: float) -> None:
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((16, 3)), rng.standard_normal((16, 2))
    chain = [layers.Input(shape=(3,)), layers.Dense(units=5), layers.Tanh(), layers.Dense(units=2)]
    network = Network.sequential(chain, seed=1, dtype="float64")
    twins = {name: torch.tensor(array, requires_grad=True) for name, array in network.parameters.copied().items()}
    theirs = torch.optim.SGD(list(twins.values()), lr=0.05, momentum=momentum)
    optimizer = optimizers.SGD(learning_rate=0.05, momentum=momentum, **limit)
    trainer = Trainer(network, losses.MeanSquaredError(), optimizer, (x, t), batch_size=16, epochs=STEPS)
    hit = 0
    for record in trainer.steps():
        hidden = torch.tanh(torch.tensor(x) @ twins["dense_1/W"] + twins["dense_1/b"])
        outputs = hidden @ twins["dense_2/W"] + twins["dense_2/b"]
        theirs.zero_grad()
        torch.nn.functional.mse_loss(outputs, torch.tensor(t)).backward()
        if "clipvalue" in limit:
            torch.nn.utils.clip_grad_value_(list(twins.values()), limit["clipvalue"])
        else:
            # PyTorch's own adds 1e-6 to the norm, which Keras does not; so only the norm is taken from it.
            norm = torch.nn.utils.clip_grad_norm_(list(twins.values()), float("inf"))
            for twin in twins.values():
                twin.grad *= min(1.0, limit["global_clipnorm"] / float(norm))
            hit += float(norm) > limit["global_clipnorm"]
        theirs.step()
        for name, twin in twins.items():
            error = np.abs(network.parameters[name] - twin.detach().numpy()).max()
            assert error <= 1e-9, (record.step, name, error)
    assert "clipvalue" in limit or hit > 0
