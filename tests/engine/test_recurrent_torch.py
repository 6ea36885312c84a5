"""Recurrent layers against PyTorch in float64: outputs and all gradients, with random weights.

PyTorch keeps weights as (gates units, in) and has two biases, of which the second is 0 here but for GRU; its GRU has
the gates in the order r, z, n, Keras's has z, r, n.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.families.recurrence import Recurrent
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.ops import shared_weights

torch = pytest.importorskip("torch")

SHAPES = [(1, 1, 1, 1), (7, 5, 4, 3), (12, 3, 6, 9), (3, 16, 33, 5)]
"""Steps, features, units, samples."""


def torch_layer(layer: Recurrent, features: int) -> Any:
    kind = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[layer.key]
    more = {"nonlinearity": layer.activation} if isinstance(layer, layers.SimpleRNN) else {}
    size = {"bias": layer.use_bias, "bidirectional": layer.bidirectional, "batch_first": True}
    return kind(features, layer.units, **size, **more).double()


def to_torch(layer: Recurrent, array: np.ndarray) -> np.ndarray:
    """An array with its gates along the last axis as PyTorch has it."""
    gates = np.split(array, layer.gates, axis=-1)
    if layer.key == "GRU":
        gates = [gates[1], gates[0], gates[2]]
    return np.concatenate(gates, axis=-1).T


def pairs(layer: Recurrent, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of a layer by PyTorch's names."""
    result = {}
    for ours, theirs in (("", ""), ("_backward", "_reverse"))[: 1 + layer.bidirectional]:
        result[f"weight_ih_l0{theirs}"] = to_torch(layer, arrays[f"W{ours}"])
        result[f"weight_hh_l0{theirs}"] = to_torch(layer, arrays[f"U{ours}"])
        if layer.use_bias:
            b = arrays[f"b{ours}"]
            first, second = b if layer.key == "GRU" else (b, np.zeros_like(b))
            result[f"bias_ih_l0{theirs}"], result[f"bias_hh_l0{theirs}"] = (
                to_torch(layer, first),
                to_torch(layer, second),
            )
    return result


def same(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert ours.shape == theirs.shape
    assert np.all(np.abs(ours - theirs) <= 1e-9 * np.maximum(1, np.abs(theirs)))


def compare(layer: Recurrent, sizes: tuple[int, int, int, int]) -> None:
    """Run both libraries on the same weights, inputs and the same gradient."""
    steps, features, _, batch = sizes
    rng = np.random.default_rng(4)
    run = LayerRun(layer, [(steps, features)], batch)
    for array in (*run.inputs, *run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape) / 2
    module = torch_layer(layer, features)
    parameters = dict(module.named_parameters())
    weights = pairs(layer, run.parameters)
    assert weights.keys() == parameters.keys()
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.tensor(weights[name].copy()))
    x = torch.tensor(run.inputs[0], requires_grad=True)
    every, last = module(x)
    if layer.return_sequences:
        expected = every
    else:
        hidden = last[0] if layer.key == "LSTM" else last
        expected = torch.cat(list(hidden), dim=-1)
    expected.backward(torch.tensor(run.output_grad))
    same(run.forward(), expected.detach().numpy())
    run.backward()
    same(run.input_grads[0], x.grad.numpy())
    for name, grad in pairs(layer, run.parameter_grads).items():
        if "bias_hh" not in name or layer.key == "GRU":
            same(grad, parameters[name].grad.numpy())


@pytest.mark.parametrize("return_sequences", [False, True], ids=["last", "all"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize(
    "layer",
    [layers.SimpleRNN(), layers.SimpleRNN(activation="relu"), layers.LSTM(), layers.GRU(), layers.LSTM(use_bias=False)],
    ids=lambda layer: "-".join(str(value) for value in (layer.key, *layer.model_dump(exclude_defaults=True).values())),
)
def test_it_is_as_in_torch(
    layer: Recurrent, sizes: tuple[int, int, int, int], bidirectional: bool, return_sequences: bool
) -> None:
    changes = {"units": sizes[2], "bidirectional": bidirectional, "return_sequences": return_sequences}
    compare(layer.changed(**changes), sizes)


@pytest.mark.parametrize("small_product", [0, shared_weights.SMALL_PRODUCT], ids=["one product", "small products"])
@pytest.mark.parametrize("length", [1, 3, 7])
@pytest.mark.parametrize(
    "layer",
    [layers.SimpleRNN(), layers.SimpleRNN(activation="relu"), layers.LSTM(), layers.GRU()],
    ids=lambda layer: f"{layer.key}-{getattr(layer, 'activation', '')}",
)
def test_the_way_back_may_be_divided_into_stretches(
    layer: Recurrent, length: int, small_product: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, batch = 7, 4
    monkeypatch.setattr(shared_weights, "STRETCH", 1)
    monkeypatch.setattr(shared_weights, "COLUMNS", length * batch)
    monkeypatch.setattr(shared_weights, "SMALL_PRODUCT", small_product)
    assert [stretch.stop - stretch.start for stretch in shared_weights.stretches(steps, 5, batch)] == {
        1: [1] * 7,
        3: [3, 3, 1],
        7: [7],
    }[length]
    for return_sequences in (False, True):
        compare(layer.changed(units=5, return_sequences=return_sequences, bidirectional=True), (steps, 3, 5, batch))


@pytest.mark.parametrize("length", [1, 6])
@pytest.mark.parametrize("return_sequences", [False, True], ids=["last", "all"])
def test_a_gru_with_the_reset_before_the_product(
    return_sequences: bool, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PyTorch does not have it, but differentiates the formula.
    monkeypatch.setattr(shared_weights, "STRETCH", 1)
    monkeypatch.setattr(shared_weights, "COLUMNS", length * 5)
    layer = layers.GRU(units=4, reset_after=False, return_sequences=return_sequences)
    rng = np.random.default_rng(4)
    run = LayerRun(layer, [(6, 3)], 5)
    for array in (*run.inputs, *run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    x = torch.tensor(run.inputs[0], requires_grad=True)
    W, U, b = (torch.tensor(run.parameters[name], requires_grad=True) for name in ("W", "U", "b"))
    h, outputs = torch.zeros(5, 4, dtype=torch.float64), []
    for t in range(6):
        from_x = (x[:, t] @ W + b).split(4, dim=1)
        Uz, Ur, Un = U.split(4, dim=1)
        z, r = torch.sigmoid(from_x[0] + h @ Uz), torch.sigmoid(from_x[1] + h @ Ur)
        h = z * h + (1 - z) * torch.tanh(from_x[2] + (r * h) @ Un)
        outputs.append(h)
    expected = torch.stack(outputs, 1) if return_sequences else h
    expected.backward(torch.tensor(run.output_grad))
    same(run.forward(), expected.detach().numpy())
    run.backward()
    for ours, theirs in (
        (run.input_grads[0], x),
        *((run.parameter_grads[n], p) for n, p in zip("WUb", (W, U, b), strict=True)),
    ):
        same(ours, theirs.grad.numpy())
