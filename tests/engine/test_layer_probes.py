"""Probes that tell something of every layer, against computations by hand in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers, probes
from deepviz.engine.layer import Layer
from tests.engine.graphs import graph
from tests.engine.probe_formulas import TABLES, ByHand, data, first_values, magnitudes, network

PRECISION = [("float64", 1e-9), ("float32", 1e-4)]
SGD = optimizers.SGD(learning_rate=0.05)


def assert_rows(values: dict[str, np.ndarray], key: str, wanted: dict[str, list[float]], tolerance: float) -> None:
    for statistic, row in wanted.items():
        got = values[f"{key}/{statistic}"]
        assert got.dtype == np.float64
        assert got == pytest.approx(row, rel=tolerance, nan_ok=True), (key, statistic)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_magnitudes_of_gradients_before_clipping(dtype: str, tolerance: float) -> None:
    net, given = network(dtype), data()
    wanted = ByHand(net, given).gradients
    values = first_values(net, given, optimizers.SGD(learning_rate=0.05, global_clipnorm=1e-3), "gradients")
    assert_rows(values, "gradients", magnitudes(wanted), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
@pytest.mark.parametrize("limit", [0.05, 1e9])
def test_magnitudes_after_clipping_by_norm(dtype: str, tolerance: float, limit: float) -> None:
    net, given = network(dtype), data()
    gradients = ByHand(net, given).gradients
    whole = np.linalg.norm(np.concatenate(gradients))
    clipped = [gradient * limit / max(whole, limit) for gradient in gradients]
    optimizer = optimizers.Adam(learning_rate=0.05, global_clipnorm=limit)
    values = first_values(net, given, optimizer, "clipped_gradients", "gradients")
    assert_rows(values, "clipped_gradients", magnitudes(clipped), tolerance)
    assert_rows(values, "gradients", magnitudes(gradients), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_magnitudes_after_clipping_by_value(dtype: str, tolerance: float) -> None:
    net, given = network(dtype), data()
    clipped = [np.clip(gradient, -0.01, 0.01) for gradient in ByHand(net, given).gradients]
    values = first_values(net, given, optimizers.SGD(clipvalue=0.01), "clipped_gradients")
    assert_rows(values, "clipped_gradients", magnitudes(clipped), tolerance)


def test_nothing_is_told_of_clipping_where_there_is_none() -> None:
    assert not any(name.startswith("clipped") for name in first_values(network(), data(), SGD, "clipped_gradients"))


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_magnitudes_of_activation_gradients(dtype: str, tolerance: float) -> None:
    net, given = network(dtype), data()
    wanted = magnitudes(ByHand(net, given).output_grads)
    values = first_values(net, given, SGD, "activation_gradients")
    assert len(wanted["l2"]) == len(network(dtype).nodes), "that with respect to the data as well"
    assert_rows(values, "activation_gradients", wanted, tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_of_nodes_that_lead_to_several_others_the_norm_of_the_sum_is_measured(dtype: str, tolerance: float) -> None:
    """Input and z lead to two nodes each, and square to one of them twice."""
    kinds = {"in": layers.Input(shape=(3,)), "z": layers.Dense(units=3), "tanh": layers.Tanh(), "add": layers.Add()}
    kinds |= {"twice": layers.Multiply(), "sum": layers.Add()}
    edges = "in>z", "z>tanh", "tanh>add:0", "z>add:1", "add>twice:0", "add>twice:1", "twice>sum:0", "in>sum:1"
    net = Network.from_graph(graph(kinds, *edges), dtype=dtype)
    rng = np.random.default_rng(1)
    x, targets = rng.standard_normal((7, 3)), rng.standard_normal((7, 3))
    w, b = net.parameters["z/W"].astype(float), net.parameters["z/b"].astype(float)
    z = x @ w + b
    added = z + np.tanh(z)
    back = 2 * (added**2 + x - targets) / targets.size
    of_add = 2 * added * back
    of_z = of_add * (2 - np.tanh(z) ** 2)
    wanted = {"in": back + of_z @ w.T, "z": of_z, "tanh": None, "add": of_add, "twice": None, "sum": None}
    made = Trainer(net, losses.MeanSquaredError(), SGD, (x, targets), batch_size=7)
    made.watch_next = ("branch_gradient", "gradient_flow")
    values = next(made.steps()).values
    norms = [np.nan if (grad := wanted[node.id]) is None else np.linalg.norm(grad) for node in net.nodes]
    assert values["branch_gradient"] == pytest.approx(norms, rel=tolerance, nan_ok=True)
    # It is no sum of what goes over the edges, neither of the norms nor of their squares.
    flow = dict(zip(net.edges, values["gradient_flow"], strict=False))
    parts = [norm for (source, _, _), norm in flow.items() if source == "z"]
    assert min(abs(sum(parts) - norms[1]), abs(np.hypot(*parts) - norms[1])) > 1e-3 * norms[1]


def test_looking_at_branches_changes_no_bit_of_the_training() -> None:
    kinds = {"in": layers.Input(shape=(4,)), "z": layers.Dense(units=4), "relu": layers.ReLU(), "add": layers.Add()}

    def trained(*keys: str) -> dict[str, np.ndarray]:
        net = Network.from_graph(graph(kinds, "in>z", "z>relu", "z>add:0", "relu>add:1"), seed=3)
        rng = np.random.default_rng(0)
        given = rng.standard_normal((32, 4)), rng.standard_normal((32, 4))
        made = Trainer(net, losses.MeanSquaredError(), SGD, given, batch_size=8, epochs=5)
        for record in made.steps():
            made.watch_next = keys if record.step % 2 else ()
        return net.weights()

    bare, watched = trained(), trained("gradient_flow", "branch_gradient")
    assert all(np.array_equal(bare[name], watched[name]) for name in bare)


def test_without_branches_there_is_no_gradient_of_branches() -> None:
    assert not any(name.startswith("branch") for name in first_values(network(), data(), SGD, "branch_gradient"))


def test_the_gradient_of_an_output_that_feeds_several_nodes_is_their_sum() -> None:
    given = {"in": layers.Input(shape=(4,)), "z": layers.Dense(units=3), "relu": layers.ReLU(), "add": layers.Add()}
    net = Network.from_graph(graph(given, "in>z", "z>relu", "z>add:0", "relu>add:1"), dtype="float64")
    rng = np.random.default_rng(0)
    x, targets = rng.standard_normal((6, 4)), rng.standard_normal((6, 3))
    weights = net.parameters["z/W"].copy()
    z = x @ weights + net.parameters["z/b"]
    grad = 2 * (z + np.maximum(z, 0) - targets) / targets.size
    made = Trainer(net, losses.MeanSquaredError(), SGD, (x, targets), batch_size=6)
    made.watch_next = ("activation_gradients",)
    values = next(made.steps()).values
    of_z = grad * (1.0 + (z > 0))
    of_data = of_z @ weights.T
    wanted = {name: np.linalg.norm(each) for name, each in (("in", of_data), ("z", of_z), ("add", grad))}
    got = dict(zip([node.id for node in net.nodes], values["activation_gradients/l2"], strict=True))
    assert {name: got[name] for name in wanted} == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 2e-4)])
@pytest.mark.parametrize("optimizer", [SGD, optimizers.Adam(learning_rate=0.01, clipvalue=0.01)])
def test_updates_are_what_the_weights_have_moved_by(
    dtype: str, tolerance: float, optimizer: optimizers.Optimizer
) -> None:
    net, given = network(dtype), data()
    before = ByHand(net, given).weights
    values = first_values(net, given, optimizer, "updates")
    after = ByHand(net, given).weights
    update = [float(np.linalg.norm(new - old)) for new, old in zip(after, before, strict=True)]
    weights = [float(np.linalg.norm(old)) for old in before]
    ratio = [moved / size for moved, size in zip(update, weights, strict=True)]
    assert_rows(values, "updates", {"update": update, "weights": weights, "ratio": ratio}, tolerance)
    assert min(update) > 0


def test_updates_include_limits_on_weights() -> None:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=3, max_norm=0.1)]
    net = Network.sequential(chain, dtype="float64")
    before = net.parameters.vector.copy()
    values = first_values(net, data(), optimizers.SGD(learning_rate=1e-12), "updates")
    moved = np.linalg.norm(net.parameters.vector - before)
    assert moved > 0.1
    assert values["updates/update"] == pytest.approx([moved], rel=1e-12)


def test_a_layer_whose_weights_are_all_zero_has_an_infinite_ratio_and_one_that_stays_has_zero() -> None:
    net, given = network(), data()
    for name in ("dense_3/W", "dense_3/b"):
        net.parameters[name][...] = 0
    values = first_values(net, given, SGD, "updates")
    # No gradient gets past weights of zero, so the layers before stay where they are.
    assert values["updates/ratio"].tolist() == [0, 0, np.inf]
    assert values["updates/weights"][2] == 0
    assert values["updates/update"][2] > 0


def test_frozen_layers_are_not_zero_but_not_a_number() -> None:
    net, given = network(trainable=False), data()
    optimizer = optimizers.SGD(learning_rate=0.05, clipvalue=0.01)
    values = first_values(net, given, optimizer, *TABLES)
    for name in (f"{key}/{each}" for key in TABLES[:2] for each in ("l2", "mean", "max")):
        assert np.isnan(values[name]).tolist() == [False, True, False], name
    assert np.isnan(values["updates/ratio"]).tolist() == [False, True, False]
    # What flows through a frozen layer is computed all the same.
    assert np.isfinite(values["activation_gradients/l2"]).all()


def test_a_network_in_which_all_is_frozen() -> None:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=3, trainable=False)]
    values = first_values(Network.sequential(chain), data(), SGD, *probes.registry)
    assert np.isnan(values["updates/ratio"]).all()
    assert np.isnan(values["gradients/max"]).all()
    assert values["gradient_histogram"].counts.sum() == 0
    assert np.isnan(values["gradient_histogram"].ranges).all()
    assert values["weight_histogram"].counts.sum() == 15


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISION)
def test_statistics_of_activations(dtype: str, tolerance: float) -> None:
    net, given = network(dtype), data()
    outputs = ByHand(net, given).outputs
    values = first_values(net, given, SGD, "activations")
    wanted = {
        "mean": [output.mean() for output in outputs],
        "deviation": [output.std() for output in outputs],
        "zeros": [float((output == 0).mean()) for output in outputs],
        "saturated": [np.nan, np.nan, float((np.abs(outputs[2]) > 0.96).mean()), np.nan, np.nan, np.nan],
        "dead": [0, 0, 0, 0, float((outputs[4] == 0).all(axis=0).sum()), 0],
        "units": [float(output.shape[-1]) for output in outputs],
    }
    assert wanted["dead"][4] >= 1
    assert wanted["zeros"][4] > 0.2
    assert 0.01 < wanted["saturated"][2] < 0.9
    assert_rows(values, "activations", wanted, tolerance)


@pytest.mark.parametrize(
    ("layer", "low", "high"),
    [
        (layers.Sigmoid(), 0.02, 0.98),
        (layers.HardSigmoid(), 0.02, 0.98),
        (layers.Tanh(), -0.96, 0.96),
        (layers.Softsign(), -0.96, 0.96),
    ],
    ids=lambda value: getattr(value, "key", None),
)
def test_saturation_by_the_range_of_the_activation(layer: Layer, low: float, high: float) -> None:
    net = Network.sequential([layers.Input(shape=(4,)), layer, layers.Dense(units=3)], dtype="float64")
    x, targets = data(500)
    x = 40 * x
    output = Network.sequential([layers.Input(shape=(4,)), layer], dtype="float64").forward(x)
    share = ((output < low) | (output > high)).mean()
    assert 0.01 < share < 0.99
    assert first_values(net, (x, targets), SGD, "activations")["activations/saturated"][1] == pytest.approx(share)


def test_a_recurrent_layer_saturates_by_its_activation() -> None:
    assert layers.SimpleRNN(units=2).output_range == (-1, 1)
    assert layers.SimpleRNN(units=2, activation="relu").output_range is None


def test_a_dead_channel_is_zero_at_all_positions_of_all_samples() -> None:
    chain = [
        layers.Input(shape=(6, 6, 1)),
        layers.Conv2D(filters=4, kernel_size=3),
        layers.ReLU(),
        layers.MaxPool2D(pool_size=2),
        layers.Flatten(),
        layers.Dense(units=3),
    ]
    net = Network.sequential(chain, dtype="float64")
    net.parameters["conv2d_1/b"][1:3] = -100
    x, targets = np.random.default_rng(0).standard_normal((20, 6, 6, 1)), np.arange(20) % 3
    values = first_values(net, (x, targets), SGD, "activations")
    part = Network.sequential(chain[:3], dtype="float64")
    part.load_weights({name: array for name, array in net.weights().items() if name.startswith("conv")})
    rectified = part.forward(x)
    assert values["activations/dead"][2] == 2
    assert values["activations/dead"][3] == 2
    assert values["activations/dead"][4] == 2 * 4, "of what is flattened each place is a unit of its own"
    # The first step has moved the weights a little; dead channels get no gradient.
    assert values["activations/zeros"][2] == pytest.approx((rectified == 0).mean(), abs=0.02)


def test_small_spreads_about_large_means_are_right_in_float32() -> None:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=3)]
    net = Network.sequential(chain)
    x, targets = data(1000)
    x = (x * 0.01 + 300).astype(np.float32)
    values = first_values(net, (x, targets), SGD, "activations")
    assert values["activations/deviation"][0] == pytest.approx(x.astype(np.float64).std(), rel=1e-4)
    assert values["activations/mean"][0] == pytest.approx(x.astype(np.float64).mean(), rel=1e-6)


@pytest.mark.parametrize("value", [0.1, 7.3, -1234.56, 3e37])
def test_what_is_the_same_everywhere_has_no_spread_and_any_mean(value: float) -> None:
    net = Network.sequential([layers.Input(shape=(4,)), layers.Dense(units=3)])
    x, targets = data(9000)
    values = first_values(net, (np.full_like(x, value), targets), SGD, "activations")
    assert values["activations/mean"][0] == np.float32(value)
    assert values["activations/deviation"][0] == 0


def test_spreads_that_single_precision_can_just_tell_are_right() -> None:
    net = Network.sequential([layers.Input(shape=(4,)), layers.Dense(units=3)])
    x, targets = data(3000)
    for middle, spread in ((1, 1e-5), (1e4, 1e-2), (-100, 2e-5)):
        given = (middle + spread * x).astype(np.float32)
        exact = given.astype(np.float64)
        values = first_values(net, (given, targets), SGD, "activations")
        assert values["activations/mean"][0] == pytest.approx(exact.mean(), rel=1e-12)
        assert values["activations/deviation"][0] == pytest.approx(exact.std(), rel=1e-9)


def test_gradients_that_have_all_but_faded_are_shown_as_they_are() -> None:
    net, given = network("float32"), data()
    net.parameters["dense_3/W"][...] *= 1e-25
    wanted = magnitudes(ByHand(net, given).gradients)
    values = first_values(net, given, SGD, "gradients")
    assert 0 < wanted["l2"][0] < 1e-22
    assert_rows(values, "gradients", wanted, 1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_too_large_for_their_squares(dtype: str) -> None:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=2)]
    net = Network.sequential(chain, dtype=dtype)
    net.parameters["dense_1/b"][...] = 1e35 if dtype == "float32" else 1e290
    made = Trainer(net, losses.Huber(), SGD, (data()[0], np.zeros((37, 2))), batch_size=37)
    made.watch_next = tuple(probes.registry)
    values = next(made.steps()).values
    assert values["activations/mean"][1] == pytest.approx(net.parameters["dense_1/b"][0], rel=1e-5)
    assert values["activation_histogram"].counts.sum(axis=1).tolist() == [148, 74]
