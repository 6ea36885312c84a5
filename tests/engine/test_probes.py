"""Probes of every step against computations by hand, with gradients that have all but faded among them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers, probes
from deepviz.engine.reading import norm
from tests.engine.graphs import skip_graph

RATE = optimizers.SGD(learning_rate=1e-3)


def first_record(net: Network, x: np.ndarray, targets: np.ndarray, *keys: str) -> dict[str, object]:
    """What the probes read from one step over all samples, in the order in which they are given."""
    loss = losses.SoftmaxCrossEntropy() if targets.ndim == 1 else losses.MeanSquaredError()
    return next(Trainer(net, loss, RATE, (x, targets), batch_size=len(x), probes=keys).steps()).values


def chain(dtype: str = "float64") -> Network:
    drawn = [layers.Input(shape=(4,)), layers.Dense(units=5), layers.Tanh(), layers.Dense(units=3)]
    return Network.sequential(drawn, seed=2, dtype=dtype)


def by_hand(net: Network, x: np.ndarray, targets: np.ndarray) -> dict[str, np.ndarray]:
    """Loss, and gradients with respect to parameters and to what goes over each edge, of `chain` with cross-entropy."""
    W1, b1, W2, b2 = (net.parameters[name].astype(np.float64) for name in net.parameters)
    hidden = np.tanh(x @ W1 + b1)
    logits = hidden @ W2 + b2
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    grad = (p - np.eye(3)[targets]) / len(x)
    to_tanh = grad @ W2.T
    to_dense = to_tanh * (1 - hidden**2)
    return {
        "loss": -np.mean(np.log(p[np.arange(len(x)), targets])),
        "accuracy": np.mean(logits.argmax(axis=1) == targets),
        "dense_1": np.concatenate([(x.T @ to_dense).ravel(), to_dense.sum(axis=0)]),
        "dense_2": np.concatenate([(hidden.T @ grad).ravel(), grad.sum(axis=0)]),
        "edges": [to_dense @ W1.T, to_dense, to_tanh, grad],
    }


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_they_agree_with_hand_computation(dtype: str, tolerance: float) -> None:
    net, rng = chain(dtype), np.random.default_rng(0)
    x, targets = rng.standard_normal((50, 4)), rng.integers(0, 3, 50)
    wanted = by_hand(net, x, targets)
    keys = ("loss", "accuracy", "gradient_norm", "gradient_flow", "learning_rate")
    values = first_record(net, x, targets, *keys)
    assert set(values) == set(keys)
    assert values["loss"] == pytest.approx(wanted["loss"], rel=tolerance)
    assert values["accuracy"] == wanted["accuracy"]
    assert values["learning_rate"] == RATE.learning_rate
    norms = [np.linalg.norm(wanted["dense_1"]), np.linalg.norm(wanted["dense_2"])]
    assert values["gradient_norm"] == pytest.approx(norms, rel=tolerance)
    # One per edge, in the order of Network.edges, and then the gradient of the loss itself.
    flows = [np.linalg.norm(grad) for grad in wanted["edges"]]
    assert len(net.edges) == 3
    assert values["gradient_flow"] == pytest.approx(flows, rel=tolerance)


def test_gradient_norms_have_one_entry_for_each_layer_that_learns() -> None:
    net, rng = Network.from_graph(skip_graph(), dtype="float64"), np.random.default_rng(0)
    x, targets = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    output = net.forward(x, training=True)
    net.backward(losses.MeanSquaredError().value_and_grad(output, targets)[1])
    wanted = [
        math.hypot(*(np.linalg.norm(net.gradients[f"{node.id}/{name}"]) for name in ("W", "b")))
        for node in net.trained_nodes
    ]
    values = first_record(net, x, targets, "gradient_norm", "gradient_flow")
    assert [node.id for node in net.trained_nodes] == ["left", "output"]
    assert values["gradient_norm"] == pytest.approx(wanted, rel=1e-12)
    assert values["gradient_flow"].shape == (len(net.edges) + 1,)


def test_gradients_on_edges_that_meet_in_an_add_are_equal() -> None:
    net, rng = Network.from_graph(skip_graph()), np.random.default_rng(0)
    x, targets = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    flow = dict(zip(net.edges, first_record(net, x, targets, "gradient_flow")["gradient_flow"], strict=False))
    merged = [value for (_, target, _), value in flow.items() if target == "add"]
    assert len(merged) == 3
    assert merged[0] == merged[1] == merged[2] == pytest.approx(flow["add", "output", 0], rel=1e-6)


@pytest.mark.parametrize("size", [0.0, 1e-38, 1e-30, 1e-22, 1e-15, 1.0, 1e15, 1e19, 1e25, 1e38])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms_of_any_size_are_right(size: float, dtype: type) -> None:
    vector = np.array([3 * size / 5, -4 * size / 5], dtype)
    with np.errstate(over="ignore"):  # as steps are run
        assert norm(vector) == pytest.approx(size, rel=1e-6)


@pytest.mark.parametrize("length", [1, 4095, 8192, 8193, 100_000, 3_000_000])
def test_norms_of_long_vectors_lose_no_digits(length: int) -> None:
    equal = np.full(length, 0.1, np.float32)  # each addition to a large sum is rounded to the same side
    assert norm(equal) == pytest.approx(float(equal[0]) * np.sqrt(length), rel=1e-6)
    different = np.random.default_rng(length).standard_normal(length, np.float32)
    assert norm(different) == pytest.approx(np.linalg.norm(different.astype(np.float64)), rel=1e-6)


def test_norms_beyond_float64_squares_are_honest() -> None:
    assert norm(np.zeros(0)) == 0
    assert norm(np.array([np.inf, 1.0])) == np.inf
    assert np.isnan(norm(np.array([np.nan, 1.0])))


def test_a_fading_gradient_is_shown_as_it_is() -> None:
    # Twelve sigmoids in a row with weights of 1/100: the first layer's gradient is far below where float32 squares go.
    drawn = [layers.Input(shape=(2,))]
    for _ in range(12):
        drawn += [layers.Dense(units=2), layers.Sigmoid()]
    rng = np.random.default_rng(0)
    x, targets = rng.standard_normal((5, 2)), rng.standard_normal((5, 2))
    norms = {}
    for dtype in ("float32", "float64"):
        net = Network.sequential(drawn, dtype=dtype)
        for name, view in net.parameters.items():
            view[...] = 0.01 * np.random.default_rng(len(name)).standard_normal(view.shape)
        norms[dtype] = first_record(net, x, targets, "gradient_norm")["gradient_norm"]
    assert 0 < norms["float64"][0] < 1e-22
    assert norms["float32"] == pytest.approx(norms["float64"], rel=1e-3)


def test_values_of_a_record_are_its_own() -> None:
    net, rng = chain(), np.random.default_rng(0)
    data = rng.standard_normal((9, 4)), rng.integers(0, 3, 9)
    made = Trainer(net, losses.SoftmaxCrossEntropy(), RATE, data, probes=tuple(probes.registry), epochs=3)
    records = list(made.steps())
    for key in ("gradient_norm", "gradient_flow", "gradients/max", "updates/ratio"):
        assert not np.array_equal(records[0].values[key], records[1].values[key])
        assert isinstance(records[0].values[key], np.ndarray)
    assert isinstance(records[0].values["loss"], float)
    assert isinstance(records[0].values["accuracy"], float)


def test_accuracy_only_where_there_are_classes() -> None:
    net, rng = chain(), np.random.default_rng(0)
    assert "accuracy" not in first_record(net, rng.standard_normal((4, 4)), rng.standard_normal((4, 3)), "accuracy")
    assert "accuracy" in first_record(net, rng.standard_normal((4, 4)), rng.integers(0, 3, 4), "accuracy")
