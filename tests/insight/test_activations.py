"""What layers give, against the forward pass of the part of the network that ends with them."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.layer import Layer
from deepviz.insight import activations as module
from deepviz.insight.activations import activations

CHAINS: dict[str, list[Layer]] = {
    "flat": [
        layers.Input(shape=(3,)),
        layers.Dense(units=5),
        layers.Dropout(rate=0.5),
        layers.Tanh(),
        layers.Dense(units=2),
    ],
    "image": [
        layers.Input(shape=(6, 5, 2)),
        layers.Conv2D(filters=3, kernel_size=3),
        layers.ReLU(),
        layers.MaxPool2D(pool_size=2),
        layers.Flatten(),
        layers.Dense(units=4),
    ],
    "sequence": [layers.Input(shape=(7, 2)), layers.LSTM(units=4, return_sequences=True), layers.GRU(units=3)],
}


def samples(chain: list[Layer], count: int) -> np.ndarray:
    return np.random.default_rng(count).standard_normal((count, *chain[0].shape)).astype(np.float32)  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 2, 7, 20])
@pytest.mark.parametrize("kind", CHAINS)
def test_every_layer_gives_what_the_network_cut_off_behind_it_gives(kind: str, count: int) -> None:
    chain = CHAINS[kind]
    network = Network.sequential(chain, seed=count)
    x, ids = samples(chain, count), [node.id for node in network.nodes]
    found = activations(network, x, ids, portion=6)
    np.testing.assert_array_equal(found[0], x)
    for length in range(2, len(chain) + 1):
        part = Network.sequential(chain[:length], seed=count)
        part.load_weights({name: network.parameters[name] for name in part.parameters})
        np.testing.assert_allclose(found[length - 1], part.forward(x), rtol=1e-5, atol=1e-6)
    (alone,) = activations(network, x, ids[-2:-1])
    np.testing.assert_allclose(alone, found[-2], rtol=1e-5, atol=1e-6)


def test_new_weights_count_and_what_was_given_stays() -> None:
    network = Network.sequential(CHAINS["flat"], seed=0)
    x = samples(CHAINS["flat"], 4)
    (before,) = activations(network, x, ["dense_2"])
    kept = before.copy()
    network.load_weights({name: 2 * array for name, array in network.weights().items()})
    (after,) = activations(network, x, ["dense_2"])
    np.testing.assert_array_equal(before, kept)
    np.testing.assert_array_equal(after, network.forward(x))
    assert not np.allclose(before, after)


def test_passes_are_kept_within_bounds_and_go_with_their_network(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network.sequential(CHAINS["image"], seed=0)
    x = samples(CHAINS["image"], 30)
    wanted = network.forward(x)
    for count in range(1, 31):
        activations(network, x[:count], ["dense_1"])
    kept = module._passes[network]
    assert [batch for batch, _ in kept] == list(range(31 - module.MOST_TAPES, 31))
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    (found,) = activations(network, x, ["dense_1"], portion=7)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    assert [batch for batch, _ in kept] == [2], "the newest is needed"
    gone, held = weakref.ref(network), len(module._passes)
    del network, kept
    gc.collect()
    assert gone() is None
    assert len(module._passes) < held


@pytest.mark.filterwarnings("error")
def test_weights_that_have_blown_up_give_what_they_give_without_a_warning() -> None:
    network = Network.sequential(CHAINS["flat"], seed=0)
    network.parameters["dense_1/W"][...] = 3e38
    (found,) = activations(network, np.full((2, 3), 1e10, np.float32), ["dense_1"])
    assert np.isinf(found).all()
