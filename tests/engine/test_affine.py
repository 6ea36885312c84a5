"""Products with a bias: few calls where layers are small, and the same numbers everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.tape import CompiledTape, Tape, Tensor

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def chain(*middle: Layer, inputs: int = 3, dtype: str = "float64") -> Network:
    network = Network.sequential([layers.Input(shape=(inputs,)), *middle], seed=3, dtype=dtype)
    network.parameters.vector[:] += 0.125  # so that no bias is 0
    return network


def compiled_step(network: Network, batch: int) -> tuple[CompiledTape, Tensor, Tensor]:
    """Forward, loss and backward on one tape, its data and its output."""
    tape = Tape(network.dtype, training=True)
    x, targets = tape.input((batch, *network.input_shape)), tape.input((batch, *network.output_shape))
    recording = network.record_forward(tape, x)
    tape.phase = "loss"
    value, grad = losses.MeanSquaredError().record(tape, recording.output, targets)
    recording.record_backward(grad)
    return tape.compile([value, recording.output]), x, recording.output


def by_hand(network: Network, x: np.ndarray, grad: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Output, gradients and input gradient of dense layers with tanh between them, straight from the formulas."""
    p, names = network.parameters, [node.id for node in network.trained_nodes]
    inputs = [x]
    for name in names:
        y = inputs[-1] @ p[f"{name}/W"] + p.get(f"{name}/b", 0.0)
        inputs.append(np.tanh(y) if name != names[-1] else y)
    grads = {}
    for number in reversed(range(len(names))):
        name = names[number]
        grads[f"{name}/W"] = inputs[number].T @ grad
        if f"{name}/b" in p:
            grads[f"{name}/b"] = grad.sum(axis=0)
        grad = grad @ p[f"{name}/W"].T
        if number:
            grad = grad * (1 - inputs[number] ** 2)
    return inputs[-1], grads, grad


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize(
    ("batch", "widths"), [(10, (2, 4, 2, 1)), (1, (5, 1, 3)), (64, (64, 64, 64, 10)), (128, (100, 90, 3))]
)
def test_small_and_large_layers_are_what_the_formula_says(batch: int, widths: Sequence[int], use_bias: bool) -> None:
    dense = [layers.Dense(units=units, use_bias=use_bias) for units in widths[1:]]
    middle = [layer for each in dense for layer in (each, layers.Tanh())][:-1]
    network, rng = chain(*middle, inputs=widths[0]), np.random.default_rng(0)
    x, grad = rng.standard_normal((batch, widths[0])), rng.standard_normal((batch, widths[-1]))
    output, grads, input_grad = by_hand(network, x, grad)
    for _ in range(2):
        np.testing.assert_allclose(network.forward(x, training=True), output, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(network.backward(grad), input_grad, rtol=1e-12, atol=1e-12)
        assert network.gradients.keys() == grads.keys()
        for name, wanted in grads.items():
            np.testing.assert_allclose(network.gradients[name], wanted, rtol=1e-12, atol=1e-12)


def test_a_small_layer_takes_one_product_forward_and_two_backward() -> None:
    network = chain(layers.Dense(units=4), layers.Tanh(), layers.Dense(units=2), layers.Tanh(), layers.Dense(units=1))
    compiled, _, _ = compiled_step(network, 10)
    for name, forward, backward in (("dense_1", 2, 1), ("dense_2", 1, 2), ("dense_3", 1, 2)):
        calls = [record.phase for record in compiled.records if record.node == name]
        assert calls.count("forward") == forward, "the first turns the samples"
        assert calls.count("backward") == backward, "the first gives no gradient to the data"


def test_a_frozen_layer_computes_no_gradients_of_its_own_but_passes_them_on() -> None:
    network = chain(layers.Dense(units=4), layers.Tanh(), layers.Dense(units=2, trainable=False), layers.Tanh())
    compiled, x, _ = compiled_step(network, 10)
    x.array()[...] = np.random.default_rng(0).standard_normal(x.shape)
    compiled.replay()
    filled = {name: bool(gradient.all()) for name, gradient in network.gradients.items()}
    assert filled == {"dense_1/W": True, "dense_1/b": True, "dense_2/W": False, "dense_2/b": False}
    assert not network.gradients["dense_2/W"].any()


def test_parameters_that_lie_apart_give_the_same_numbers() -> None:
    """A layer may be given arrays from anywhere, not only from an arena."""
    layer, rng, found = layers.Dense(units=4), np.random.default_rng(0), []
    weights, bias, values = rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal((6, 3))
    block = np.concatenate([weights, bias[None]])
    for w, b in ((weights, bias), (block[:3], block[3])):
        tape = Tape(FLOAT64)
        params = {"W": tape.external(w), "b": tape.external(b)}
        grads = {name: tape.external(np.zeros(tensor.shape)) for name, tensor in params.items()}
        x = tape.external(values)
        y, kept = layer.forward(tape, params, [x])
        (input_grad,) = layer.backward(tape, params, grads, kept, tape.unary(np.sin, y))
        compiled = tape.compile([y, input_grad])
        compiled.replay()
        found.append([compiled[y], compiled[input_grad], grads["W"].array(), grads["b"].array()])
    for apart, together in zip(*found, strict=True):
        np.testing.assert_allclose(together, apart, rtol=1e-13)


def test_every_replay_gives_the_same_bits() -> None:
    dense = [layer for _ in range(5) for layer in (layers.Dense(units=64), layers.ReLU())]
    network = chain(*dense, inputs=64, dtype="float32")
    compiled, x, output = compiled_step(network, 64)
    x.array()[...] = np.random.default_rng(1).standard_normal(x.shape)
    seen = []
    for _ in range(3):
        compiled.replay()
        seen.append((compiled[output].tobytes(), network.gradients.vector.tobytes()))
    assert seen[0] == seen[1] == seen[2]


def test_layers_in_a_chain_share_the_memory_that_gradients_need() -> None:
    """What is kept of a layer is its output with the ones; everything else lives in a few places of that size."""
    sizes = []
    for depth in (10, 30):
        middle = [layer for _ in range(depth) for layer in (layers.Dense(units=64), layers.ReLU())]
        compiled, _, _ = compiled_step(chain(*middle, inputs=64, dtype="float32"), 64)
        sizes.append(compiled.nbytes)
    assert sizes[1] - sizes[0] == 20 * 65 * 64 * 4


def test_ones_stay_where_they_are_although_everything_around_them_changes() -> None:
    tape = Tape(FLOAT32)
    x = tape.external(np.arange(12, dtype=np.float32).reshape(4, 3))
    before = tape.unary(np.sqrt, tape.add(x, 1.0))  # this place is free again when the next tensor needs one
    y = tape.copy(tape.multiply(before, 2.0), tape.empty((3, 4)).T)
    ones = tape.with_ones(y)
    assert ones is not None
    assert ones.shape == (4, 4)
    after = tape.unary(np.exp, tape.multiply(ones, 0.5))
    more = tape.unary(np.sin, tape.matmul(after, after))
    compiled = tape.compile([more])
    for _ in range(3):
        compiled.replay()
        np.testing.assert_array_equal(ones.array()[:, 3], 1)
        np.testing.assert_array_equal(ones.array()[:, :3], y.array())
        np.testing.assert_allclose(y.array(), 2 * np.sqrt(x.array() + 1), rtol=1e-6)


def test_there_are_no_ones_where_somebody_else_may_write_them() -> None:
    tape = Tape(FLOAT32)
    outside = tape.external(np.zeros((3, 4), np.float32))
    in_rows = tape.add(outside, 1.0)
    in_columns = tape.copy(in_rows, tape.empty((4, 3)).T)
    integers = tape.call(np.sign, (in_columns.as_integers(),), (3, 4), elementwise=True, dtype=np.dtype(np.int32))
    assert tape.with_ones(outside.T) is None
    assert tape.with_ones(in_rows) is None
    assert tape.with_ones(in_columns[:, 1:]) is None
    assert tape.with_ones(integers.as_type(FLOAT32)) is None, "they would be ones of another type"
    assert tape.with_ones(tape.constant(2.0, (4, 3)).T) is None
    assert tape.with_ones(in_columns) is not None


def test_ones_stay_for_all_views_of_a_storage() -> None:
    tape = Tape(np.dtype(np.float64))
    row = tape.multiply(tape.external(np.arange(6.0).reshape(1, 6)), 1.0)
    tall, flat = tape.with_ones(row.reshape(6, 1)), tape.with_ones(row)
    assert tall is not None
    assert flat is not None
    seen = tape.multiply(tall, 2.0), tape.multiply(flat, 2.0)
    compiled = tape.compile(seen)
    compiled.forget()
    compiled.replay()
    assert np.array_equal(compiled[seen[0]], 2 * np.column_stack([np.arange(6.0), np.ones(6)]))
    assert np.array_equal(compiled[seen[1]], 2 * np.array([[0.0, 1, 2, 3, 4, 5, 1]]))
