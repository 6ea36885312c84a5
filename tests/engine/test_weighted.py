"""What layers with parameters share: penalties on weights, a largest norm, and being frozen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.evaluation import evaluate
from deepviz.engine.gradcheck import check_network
from deepviz.engine.layer import Layer
from deepviz.engine.trainer import Diverged

X = np.random.default_rng(0).standard_normal((6, 3))
T = np.random.default_rng(1).standard_normal((6, 2))


def network(*, seed: int = 0, dtype: str = "float64", **first: object) -> Network:
    """Two Dense layers, the first with some settings."""
    chain = [layers.Input(shape=(3,)), layers.Dense(units=4).changed(**first), layers.Tanh(), layers.Dense(units=2)]
    return Network.sequential(chain, seed, dtype)


def trained(net: Network, steps: int, optimizer: optimizers.Optimizer | None = None) -> list[float]:
    """The loss of each step, the whole data a batch."""
    trainer = Trainer(
        net,
        losses.MeanSquaredError(),
        optimizer or optimizers.SGD(learning_rate=0.1),
        (X, T),
        batch_size=6,
        epochs=steps,
    )
    return [record.values["loss"] for record in trainer.steps()]


@pytest.mark.parametrize("first", [{"l1": 0.3}, {"l2": 0.2}, {"l1": 0.1, "l2": 0.4}])
def test_penalties_are_part_of_the_loss_and_of_its_gradient(first: dict[str, float]) -> None:
    net, plain = network(**first), network()
    W = net.parameters["dense_1/W"].copy()
    penalty = first.get("l1", 0) * np.abs(W).sum() + first.get("l2", 0) * (W**2).sum()
    assert net.penalty == pytest.approx(penalty, rel=1e-14)
    assert check_network(net, losses.MeanSquaredError(), X, T).passes()
    assert evaluate(net, losses.MeanSquaredError(), X, T).loss == pytest.approx(
        evaluate(plain, losses.MeanSquaredError(), X, T).loss + penalty, rel=1e-12
    )
    with_penalty, without = trained(net, 1)[0], trained(plain, 1)[0]
    assert with_penalty == pytest.approx(without + penalty, rel=1e-12)
    pull = first.get("l1", 0) * np.sign(W) + 2 * first.get("l2", 0) * W
    step = plain.parameters["dense_1/W"] - net.parameters["dense_1/W"]
    assert step == pytest.approx(0.1 * pull, rel=1e-9), "one step of gradient descent on the penalty"
    assert np.array_equal(net.parameters["dense_1/b"], plain.parameters["dense_1/b"]), "biases are left in peace"


def test_no_unit_grows_beyond_the_largest_norm() -> None:
    net = network(max_norm=0.5)
    free = network()
    trained(net, 1), trained(free, 1)
    wanted = free.parameters["dense_1/W"].copy()
    wanted *= np.minimum(1, 0.5 / np.linalg.norm(wanted, axis=0))
    assert np.linalg.norm(free.parameters["dense_1/W"], axis=0).max() > 0.5
    assert net.parameters["dense_1/W"] == pytest.approx(wanted, rel=1e-12)
    trained(net, 20)
    assert np.linalg.norm(net.parameters["dense_1/W"], axis=0).max() <= 0.5 * (1 + 1e-12)


@pytest.mark.parametrize("kind", optimizers.registry.values(), ids=lambda kind: kind.key)
def test_a_frozen_layer_stays_to_the_bit_and_the_others_learn(kind: type[optimizers.Optimizer]) -> None:
    for settings in ({"trainable": False}, {"trainable": False, "l2": 0.1, "max_norm": 0.01}):
        net = network(**settings)
        before = net.parameters.copied()
        net.gradients["dense_1/W"][...] = 7.0
        trained(net, 3, kind())
        for name, values in before.items():
            assert np.array_equal(net.parameters[name], values) == name.startswith("dense_1"), name
        assert net.penalty == 0


def test_a_frozen_layer_passes_gradients_on() -> None:
    frozen, free = network(trainable=False), network()
    grad = np.ones((6, 2))
    for net in (frozen, free):
        net.forward(X, training=True)
    assert np.array_equal(frozen.backward(grad), free.backward(grad))
    assert np.array_equal(frozen.gradients["dense_2/W"], free.gradients["dense_2/W"])
    assert not frozen.gradients["dense_1/W"].any()


def test_the_gradient_check_leaves_frozen_layers_out() -> None:
    report = check_network(network(trainable=False), losses.MeanSquaredError(), X, T)
    assert report.passes()
    assert [tensor.name for tensor in report.tensors] == ["dense_2/W", "dense_2/b", "input"]


def test_the_gradient_norm_of_a_frozen_layer_is_no_number() -> None:
    for frozen, wanted in ((True, [True, False]), (False, [False, False])):
        net = network(trainable=not frozen)
        net.gradients["dense_1/W"][...] = 7.0
        trainer = Trainer(net, losses.MeanSquaredError(), optimizers.SGD(), (X, T), probes=("gradient_norm",))
        (record,) = trainer.steps()
        assert np.isnan(record.values["gradient_norm"]).tolist() == wanted


def test_a_network_that_is_frozen_as_a_whole_can_be_run() -> None:
    chain = [layers.Input(shape=(3,)), layers.Dense(units=2, trainable=False)]
    net = Network.sequential(chain, 0, "float64")
    before = net.parameters.vector.copy()
    probes = ("loss", "gradient_norm")
    trainer = Trainer(net, losses.MeanSquaredError(), optimizers.Adam(), (X, T), epochs=3, probes=probes)
    assert all(np.isnan(record.values["gradient_norm"]).all() for record in trainer.steps())
    assert np.array_equal(net.parameters.vector, before)


UNITS: list[tuple[Layer, tuple[int, ...], dict[str, tuple[int, ...]]]] = [
    (layers.Conv2D(filters=3, kernel_size=2), (4, 4, 2), {"W": (3,)}),
    (layers.ConvTranspose2D(filters=3, kernel_size=2), (3, 3, 2), {"W": (2,)}),
    (layers.DepthwiseConv2D(kernel_size=2, depth_multiplier=2), (4, 4, 3), {"W": (2, 3)}),
    (
        layers.MultiHeadAttention(num_heads=2, key_dim=3),
        (4, 5),
        {"W_query": (1, 2), "W_key": (1, 2), "W_value": (1, 2), "W_output": (2,)},
    ),
    (layers.LSTM(units=2), (3, 2), {"W": (1,), "U": (1,)}),
]


@pytest.mark.parametrize(("layer", "shape", "units"), UNITS, ids=lambda case: getattr(case, "key", None))
def test_what_a_unit_is_depends_on_the_layer(layer: Layer, shape: tuple[int, ...], units: dict[str, Any]) -> None:
    rng, limit = np.random.default_rng(3), 0.4
    net = Network.sequential([layers.Input(shape=shape), layer.changed(max_norm=limit)], 0, "float64")
    name = net.trained_nodes[0].id
    before = {short: net.parameters[f"{name}/{short}"].copy() for short in units}
    data = rng.standard_normal((4, *shape)), np.zeros((4, *net.output_shape))
    for _ in Trainer(net, losses.MeanSquaredError(), optimizers.SGD(learning_rate=1e-12), data).steps():
        pass
    for short, axes in units.items():
        own = tuple(axis for axis in range(before[short].ndim) if axis not in axes)
        lengths = np.sqrt((before[short] ** 2).sum(axis=own, keepdims=True))
        assert lengths.max() > limit
        wanted = before[short] * np.minimum(1, limit / lengths)
        assert net.parameters[f"{name}/{short}"] == pytest.approx(wanted, abs=1e-9), short


def test_a_batch_whose_variance_is_infinite_leaves_no_trace() -> None:
    chain = [layers.Input(shape=(2,)), layers.BatchNorm(), layers.Dense(units=1)]
    net = Network.sequential(chain, 0, "float32")
    before = net.weights()
    x = np.array([[1e20, 1.0], [-1e20, 2.0], [3e19, 3.0], [0, 4.0]], np.float32)
    with pytest.raises(Diverged, match="moving_variance"):
        for _ in Trainer(net, losses.MeanSquaredError(), optimizers.SGD(), (x, np.zeros((4, 1)))).steps():
            pass
    assert all(np.array_equal(array, before[name]) for name, array in net.weights().items())
