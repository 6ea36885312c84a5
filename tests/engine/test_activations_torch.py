"""Activations, merges, layers that reshape, and dropout after training against PyTorch in float64.

Outputs and all gradients are compared, for activations and merges from tiny numbers to huge ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun

torch = pytest.importorskip("torch")
F = torch.nn.functional

POINTS = (
    -1e4,
    -745.2,
    -100,
    -40,
    -20,
    -10,
    -5,
    -2.9,
    -1,
    -1e-3,
    -1e-12,
    0,
    1e-12,
    1e-3,
    1,
    2.9,
    5,
    10,
    20,
    40,
    100,
    1e4,
)
"""Numbers at which curves change their ways. Not -3 and 3: what the slope is in a corner is a matter of taste."""

ACTIVATIONS: list[tuple[Layer, Callable[[Any], Any]]] = [
    (layers.ReLU(), torch.relu),
    (layers.Tanh(), torch.tanh),
    (layers.Sigmoid(), torch.sigmoid),
    (layers.Identity(), lambda x: x * 1),
    (layers.LeakyReLU(), lambda x: F.leaky_relu(x, 0.3)),
    (layers.LeakyReLU(negative_slope=0.01), F.leaky_relu),
    (layers.ELU(), F.elu),
    (layers.ELU(alpha=0.3), lambda x: F.elu(x, 0.3)),
    (layers.ELU(alpha=2.5), lambda x: F.elu(x, 2.5)),
    (layers.SELU(), F.selu),
    (layers.CELU(), F.celu),
    # In their backward passes torch's celu and hardsigmoid round 1 / alpha and 1 / 6 to float32, for float64 as well,
    # and are off by 1e-8. So alpha is a power of two here, or torch is given the formula.
    (layers.CELU(alpha=0.25), lambda x: F.celu(x, 0.25)),
    (layers.CELU(alpha=0.3), lambda x: torch.relu(x) + 0.3 * torch.expm1(torch.clamp(x, max=0) / 0.3)),
    (layers.GELU(), F.gelu),
    (layers.GELU(approximate=True), lambda x: F.gelu(x, approximate="tanh")),
    (layers.SiLU(), F.silu),
    (layers.Mish(), F.mish),
    # From its threshold on torch says that y = x; at the usual 20 that is off by 2e-9.
    (layers.Softplus(), lambda x: F.softplus(x, threshold=50)),
    (layers.Softsign(), F.softsign),
    (layers.HardSigmoid(), lambda x: F.relu6(x + 3) / 6),
    (layers.HardSwish(), F.hardswish),
    (layers.Softmax(), lambda x: torch.softmax(x, -1)),
]

MERGES: list[tuple[Layer, int, Callable[..., Any]]] = [
    (layers.Add(), 3, lambda *inputs: sum(inputs)),
    (layers.Subtract(), 2, torch.sub),
    (layers.Multiply(), 2, torch.mul),
    (layers.Multiply(), 4, lambda *inputs: reduce(torch.mul, inputs)),
    (layers.Average(), 2, lambda *inputs: torch.stack(inputs).mean(0)),
    (layers.Average(), 3, lambda *inputs: torch.stack(inputs).mean(0)),
    (layers.Maximum(), 2, torch.maximum),
    (layers.Maximum(), 4, lambda *inputs: torch.stack(inputs).amax(0)),
    (layers.Concatenate(), 3, lambda *inputs: torch.cat(inputs, -1)),
]


SHAPED: list[tuple[Layer, Callable[[Any], Any]]] = [
    (layers.Flatten(), lambda x: torch.flatten(x, 1)),
    (layers.Reshape(target_shape=(2, -1, 3)), lambda x: torch.unflatten(torch.flatten(x, 1), 1, (2, -1, 3))),
    (layers.Permute(dims=(3, 1, 2)), lambda x: torch.permute(x, (0, 3, 1, 2))),
    (layers.Permute(dims=(2, 1, 3)), lambda x: torch.transpose(x, 1, 2)),
]

AFTER_TRAINING: list[tuple[Layer, Callable[[Any], Any]]] = [
    (layers.Dropout(rate=0.4), lambda x: F.dropout(x, 0.4, training=False)),
    (layers.SpatialDropout(rate=0.4), lambda x: F.dropout2d(x.movedim(-1, 1), 0.4, training=False).movedim(1, -1)),
]


def same(ours: np.ndarray, theirs: Any) -> None:
    """Equal to 1e-9, of the number where it is larger than 1."""
    wanted = theirs.detach().numpy()
    assert ours.shape == wanted.shape
    assert np.all(np.abs(ours - wanted) <= 1e-9 * np.maximum(1, np.abs(wanted)))


def compare(layer: Layer, function: Callable[..., Any], *inputs: np.ndarray, training: bool = True) -> None:
    """Run both libraries on the same inputs and the same gradient."""
    run = LayerRun(layer, [x.shape[1:] for x in inputs], len(inputs[0]), training=training)
    for array, values in zip(run.inputs, inputs, strict=True):
        array[...] = values
    run.output_grad[...] = np.random.default_rng(5).standard_normal(run.output_grad.shape)
    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    wanted = function(*tensors)
    wanted.backward(torch.tensor(run.output_grad))
    same(run.forward(), wanted)
    run.backward()
    for ours, tensor in zip(run.input_grads, tensors, strict=True):
        same(ours, tensor.grad)


def name_of(case: object) -> str | None:
    return case.key + "".join(f"-{value}" for value in case.model_dump().values()) if isinstance(case, Layer) else None


@pytest.mark.parametrize("scale", [1e-3, 1, 10, 1e4])
@pytest.mark.parametrize(("layer", "function"), ACTIVATIONS, ids=name_of)
def test_activation(layer: Layer, function: Callable[[Any], Any], scale: float) -> None:
    compare(layer, function, scale * np.random.default_rng(0).standard_normal((6, 7, 5, 3)))


@pytest.mark.parametrize(("layer", "function"), ACTIVATIONS, ids=name_of)
def test_activation_where_curves_change(layer: Layer, function: Callable[[Any], Any]) -> None:
    compare(layer, function, np.array([POINTS, POINTS[::-1]], np.float64))


@pytest.mark.parametrize("scale", [1, 1e4])
@pytest.mark.parametrize("shared", [False, True], ids=["a slope each", "a slope per channel"])
def test_prelu(shared: bool, scale: float) -> None:
    # Torch keeps channels second and has one slope per channel; a slope each is a channel each.
    rng = np.random.default_rng(0)
    run = LayerRun(layers.PReLU(shared_axes=(1, 2) if shared else None), [(4, 3, 2)], 5)
    for array in (run.inputs[0], run.parameters["alpha"], run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    run.inputs[0][...] *= scale
    x = torch.tensor(run.inputs[0], requires_grad=True)
    alpha = torch.tensor(run.parameters["alpha"], requires_grad=True)
    if shared:
        wanted = F.prelu(x.movedim(-1, 1), alpha.reshape(-1)).movedim(1, -1)
    else:
        wanted = F.prelu(x.reshape(5, -1), alpha.reshape(-1)).reshape(x.shape)
    wanted.backward(torch.tensor(run.output_grad))
    same(run.forward(), wanted)
    run.backward()
    same(run.input_grads[0], x.grad)
    same(run.parameter_grads["alpha"], alpha.grad)


@pytest.mark.parametrize("scale", [1, 1e4])
@pytest.mark.parametrize("shape", [(8,), (3, 4, 2)])
@pytest.mark.parametrize(("layer", "count", "function"), MERGES, ids=name_of)
def test_merge(layer: Layer, count: int, function: Callable[..., Any], shape: tuple[int, ...], scale: float) -> None:
    rng = np.random.default_rng(0)
    compare(layer, function, *(scale * rng.standard_normal((5, *shape)) for _ in range(count)))


@pytest.mark.parametrize(("layer", "function"), SHAPED, ids=name_of)
def test_shape(layer: Layer, function: Callable[[Any], Any]) -> None:
    compare(layer, function, np.random.default_rng(0).standard_normal((5, 4, 3, 6)))


@pytest.mark.parametrize(("layer", "function"), AFTER_TRAINING, ids=name_of)
def test_dropout_after_training(layer: Layer, function: Callable[[Any], Any]) -> None:
    compare(layer, function, np.random.default_rng(0).standard_normal((5, 4, 3, 6)), training=False)


def test_concatenate_of_unequal_parts() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.standard_normal((5, 3, 4, channels)) for channels in (1, 7, 2)]
    compare(layers.Concatenate(), lambda *inputs: torch.cat(inputs, -1), *parts)
