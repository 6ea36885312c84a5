"""Attention against its formula, written as plain loops over samples, heads and steps; and what it must not see."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.gradcheck import check_layer, check_network
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.shapes import Shape, ShapeError

BATCH = 3
SELF, CROSS, KEYED = [(5, 4)], [(5, 4), (7, 3)], [(5, 4), (7, 3), (7, 2)]
"""Shapes of the inputs: a sequence for itself; queries and values; queries, values and keys."""
Attention = layers.MultiHeadAttention


def filled(layer: Attention, shapes: list[Shape], training: bool = False, dtype: str = "float64") -> LayerRun:
    """The layer on a tape, with random weights and data."""
    rng = np.random.default_rng(3)
    run = LayerRun(layer, shapes, BATCH, dtype, training)
    for array in (*run.inputs, *run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    return run


def wanted(layer: Attention, run: LayerRun) -> np.ndarray:
    """What the layer should give, step by step."""
    query, value, key = (run.inputs[port] for port in {1: (0, 0, 0), 2: (0, 1, 1), 3: (0, 1, 2)}[len(run.inputs)])
    p = run.parameters
    b = {role: p.get(f"b_{role}", np.zeros((layer.num_heads, 1))) for role in ("query", "key", "value")}
    outputs = np.zeros_like(query)
    for n, head, step in product(range(len(query)), range(layer.num_heads), range(query.shape[1])):
        q = query[n, step] @ p["W_query"][:, head] + b["query"][head]
        seen = step + 1 if layer.causal else value.shape[1]
        k = key[n, :seen] @ p["W_key"][:, head] + b["key"][head]
        v = value[n, :seen] @ p["W_value"][:, head] + b["value"][head]
        weights = np.exp(k @ q / np.sqrt(layer.key_dim))
        outputs[n, step] += weights @ v / weights.sum() @ p["W_output"][head]
    return outputs + p.get("b_output", 0)


@pytest.mark.parametrize("shapes", [SELF, CROSS, KEYED], ids=["self", "cross", "with keys"])
@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize(("value_dim", "use_bias"), [(None, True), (6, True), (1, False)])
def test_it_computes_its_formula(shapes: list[Shape], causal: bool, value_dim: int | None, use_bias: bool) -> None:
    layer = Attention(num_heads=2, key_dim=3, value_dim=value_dim, causal=causal, use_bias=use_bias)
    run = filled(layer, shapes)
    assert run.forward() == pytest.approx(wanted(layer, run), abs=1e-13)


@pytest.mark.parametrize("shapes", [SELF, CROSS, KEYED], ids=["self", "cross", "with keys"])
@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
def test_gradients_with_biases_are_the_slopes(shapes: list[Shape], causal: bool) -> None:
    layer = Attention(num_heads=2, key_dim=3, value_dim=2, causal=causal)
    report = check_layer(layer, shapes, np.random.default_rng(3))
    errors = {tensor.name: tensor.error for tensor in report.tensors}
    assert len(errors) == len(shapes) + 8
    assert max(errors.values()) <= 1e-7
    # What is added to a key adds to all scores of a query alike, so the outputs do not depend on it.
    run = filled(layer, shapes, training=True)
    before = run.forward()
    run.backward()
    assert not run.parameter_grads["b_key"].any()
    run.parameters["b_key"] += 1
    assert run.forward() == pytest.approx(before, abs=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_scores_choose_one_step_and_stay_finite(dtype: str) -> None:
    for causal in (False, True):
        run = filled(Attention(num_heads=2, key_dim=3, causal=causal), SELF, dtype=dtype)
        run.inputs[0][...] *= 1e4
        assert np.isfinite(run.forward()).all()
        run.backward()
        assert all(np.isfinite(grad).all() for grad in (*run.input_grads, *run.parameter_grads.values()))


def test_causal_attention_sees_nothing_later_however_loud_it_is() -> None:
    run = filled(Attention(num_heads=2, key_dim=3, causal=True), SELF)
    before = run.forward()
    run.inputs[0][:, 3:] *= 1e6
    assert np.array_equal(run.forward()[:, :3], before[:, :3])
    run.output_grad[:, 2:] = 0
    run.backward()
    assert not run.input_grads[0][:, 2:].any()
    assert run.input_grads[0][:, :2].all()


def test_the_first_step_of_causal_attention_sees_only_itself() -> None:
    run = filled(Attention(num_heads=1, key_dim=2, causal=True), SELF)
    p, x = run.parameters, run.inputs[0][:, 0]
    value = x @ p["W_value"][:, 0] + p["b_value"][0]
    assert run.forward()[:, 0] == pytest.approx(value @ p["W_output"][0] + p["b_output"], abs=1e-13)


def test_without_causal_the_order_of_values_makes_no_difference() -> None:
    run = filled(Attention(num_heads=2, key_dim=3), CROSS)
    before = run.forward()
    run.inputs[1][...] = run.inputs[1][:, ::-1].copy()
    assert run.forward() == pytest.approx(before, abs=1e-13)


def test_dropout_drops_while_training_only() -> None:
    layer = Attention(num_heads=2, key_dim=3, dropout=0.5)
    assert np.array_equal(filled(layer, SELF).forward(), filled(layer.changed(dropout=0), SELF).forward())
    run = filled(layer, SELF, training=True)
    first = run.forward()
    assert not np.allclose(first, filled(layer, SELF).forward())
    assert np.array_equal(run.forward(), first)
    report = check_layer(layer, SELF, np.random.default_rng(3))
    assert all(tensor.error <= 1e-7 for tensor in report.tensors if tensor.name != "b_key")


def test_dropout_leaves_the_mean_as_it_is() -> None:
    layer = Attention(num_heads=1, key_dim=1, dropout=0.25, use_bias=False)
    run = LayerRun(layer, [(64, 1)], 64)
    run.inputs[0][...] = 1
    run.parameters["W_value"][...] = run.parameters["W_output"][...] = 1
    output = run.forward()  # each step takes the mean of 64 ones, of which a quarter is missing and the rest is larger
    assert output.mean() == pytest.approx(1, abs=0.01)
    assert output.std() == pytest.approx(np.sqrt(0.25 / 0.75 / 64), rel=0.1)


def test_parameters_are_shaped_as_in_keras() -> None:
    layer = Attention(num_heads=2, key_dim=3, value_dim=5)
    assert layer.parameter_shapes(KEYED) == {
        "W_query": (4, 2, 3),
        "b_query": (2, 3),
        "W_key": (2, 2, 3),
        "b_key": (2, 3),
        "W_value": (3, 2, 5),
        "b_value": (2, 5),
        "W_output": (2, 5, 4),
        "b_output": (4,),
    }
    assert layer.output_shape(KEYED) == (5, 4)
    assert layer.headline() == "2 heads × 3"


def test_first_weights_are_those_of_one_matrix_for_all_heads() -> None:
    first = Attention(num_heads=4, key_dim=16).init_params([(32, 64)], np.random.default_rng(0))
    for name in ("W_query", "W_key", "W_value", "W_output"):
        assert np.abs(first[name]).max() == pytest.approx(np.sqrt(6 / (64 + 64)), rel=0.01)
    assert not any(first[name].any() for name in first if name.startswith("b"))
    orthogonal = Attention(num_heads=4, key_dim=16, kernel_initializer="orthogonal")
    W = orthogonal.init_params([(32, 64)], np.random.default_rng(0))["W_output"].reshape(64, 64)
    assert W.T @ W == pytest.approx(np.eye(64), abs=1e-12)  # noqa: SIM300


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="Multi-head attention needs a sequence of steps × features; it gets 8"):
        Attention().output_shape([(5, 4), (8,)])
    with pytest.raises(ShapeError, match="a key for each value; it gets values of 7 × 3 and keys of 6 × 3"):
        Attention().output_shape([(5, 4), (7, 3), (6, 3)])


def test_in_a_network() -> None:
    chain = [
        layers.Input(shape=(4, 6)),
        Attention(num_heads=2, key_dim=3, causal=True, l2=0.01, max_norm=3.0),
        layers.Flatten(),
        layers.Dense(units=2),
    ]
    network = Network.sequential(chain, seed=1)
    x = np.random.default_rng(0).standard_normal((3, 4, 6))
    report = check_network(network, losses.SoftmaxCrossEntropy(), x, np.array([0, 1, 1]))
    assert report.passes(), report.worst
