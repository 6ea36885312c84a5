"""Attention against PyTorch in float64: outputs and all gradients, with random weights, and its own module."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.ops import attention
from deepviz.engine.shapes import Shape

torch = pytest.importorskip("torch")
attend = torch.nn.functional.scaled_dot_product_attention

BATCH = 5
SELF, CROSS, KEYED = [(9, 8)], [(9, 8), (6, 5)], [(9, 8), (6, 5), (6, 7)]
Attention = layers.MultiHeadAttention


def filled(layer: Attention, shapes: list[Shape]) -> LayerRun:
    rng = np.random.default_rng(4)
    run = LayerRun(layer, shapes, BATCH)
    for array in (*run.inputs, *run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    return run


def same(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert ours.shape == theirs.shape
    assert np.all(np.abs(ours - theirs) <= 1e-9 * np.maximum(1, np.abs(theirs)))


@pytest.mark.parametrize("shapes", [SELF, CROSS, KEYED], ids=["self", "cross", "with keys"])
@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize(("value_dim", "use_bias"), [(None, True), (5, True), (1, False)])
@pytest.mark.parametrize("scores", [1, 500, attention.GROUP])
def test_it_is_scaled_dot_product_attention(
    shapes: list[Shape],
    causal: bool,
    value_dim: int | None,
    use_bias: bool,
    scores: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attention, "GROUP", scores)  # a sample at a time, two, all
    run = filled(Attention(num_heads=3, key_dim=4, value_dim=value_dim, causal=causal, use_bias=use_bias), shapes)
    tensors = [torch.tensor(x, requires_grad=True) for x in run.inputs]
    query, value, key = (tensors[port] for port in {1: (0, 0, 0), 2: (0, 1, 1), 3: (0, 1, 2)}[len(tensors)])
    p = {name: torch.tensor(array, requires_grad=True) for name, array in run.parameters.items()}

    def heads(role: str, x: Any) -> Any:
        y = torch.einsum("ntf,fhd->nhtd", x, p[f"W_{role}"])
        return y + p[f"b_{role}"][:, None] if use_bias else y

    taken = attend(heads("query", query), heads("key", key), heads("value", value), is_causal=causal)
    expected = torch.einsum("nhtd,hdf->ntf", taken, p["W_output"])
    if use_bias:
        expected = expected + p["b_output"]
    expected.backward(torch.tensor(run.output_grad))
    same(run.forward(), expected.detach().numpy())
    run.backward()
    for ours, tensor in zip(run.input_grads, tensors, strict=True):
        same(ours, tensor.grad.numpy())
    for name, grad in run.parameter_grads.items():
        same(grad, p[name].grad.numpy())


def test_it_is_torchs_own_module() -> None:
    run = filled(Attention(num_heads=2, key_dim=4), KEYED)
    module = torch.nn.MultiheadAttention(8, 2, kdim=7, vdim=5, batch_first=True).double()
    p = {name: torch.tensor(array) for name, array in run.parameters.items()}
    with torch.no_grad():
        module.q_proj_weight.copy_(p["W_query"].reshape(8, 8).T)
        module.k_proj_weight.copy_(p["W_key"].reshape(7, 8).T)
        module.v_proj_weight.copy_(p["W_value"].reshape(5, 8).T)
        module.in_proj_bias.copy_(torch.cat([p[f"b_{role}"].reshape(-1) for role in ("query", "key", "value")]))
        module.out_proj.weight.copy_(p["W_output"].reshape(8, 8).T)
        module.out_proj.bias.copy_(p["b_output"])
    query, value, key = (torch.tensor(x, requires_grad=True) for x in run.inputs)
    expected, _ = module(query, key, value)
    expected.backward(torch.tensor(run.output_grad))
    same(run.forward(), expected.detach().numpy())
    run.backward()
    for ours, tensor in zip(run.input_grads, (query, value, key), strict=True):
        same(ours, tensor.grad.numpy())
    same(run.parameter_grads["W_query"], module.q_proj_weight.grad.numpy().T.reshape(8, 2, 4))
    same(run.parameter_grads["W_output"], module.out_proj.weight.grad.numpy().T.reshape(2, 4, 8))
