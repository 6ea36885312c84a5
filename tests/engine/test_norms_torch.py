"""Normalising layers and Embedding against PyTorch in float64: outputs, gradients, moving statistics, large means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.ops import channels

torch = pytest.importorskip("torch")

SHAPES = [(6,), (7, 6), (5, 4, 6), (16, 16, 6)]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_mean = pytest.mark.parametrize("mean", [0.0, 1e3])


def same(ours: np.ndarray, theirs: Any, size: float = 1.0) -> None:
    """Equal to 1e-9, of the largest number where that is larger than 1."""
    wanted = theirs.detach().numpy()
    assert ours.shape == wanted.shape
    assert np.abs(ours - wanted).max() <= 1e-9 * max(size, float(np.abs(wanted).max()))


def run_of(layer: Layer, x: np.ndarray, seed: int = 3) -> LayerRun:
    """A layer with random parameters, a batch and a gradient that arrives."""
    rng = np.random.default_rng(seed)
    run = LayerRun(layer, [x.shape[1:]], len(x))
    run.inputs[0][...] = x
    for array in (*run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    return run


def compare(run: LayerRun, module: Any, channels_last: bool) -> None:
    """Give a torch module the same parameters, and compare all that both compute."""
    with torch.no_grad():
        module.weight.copy_(torch.tensor(run.parameters["gamma"]))
        if "beta" in run.parameters:
            module.bias.copy_(torch.tensor(run.parameters["beta"]))
    x = torch.tensor(run.inputs[0], requires_grad=True)
    wanted = module(x) if channels_last else module(x.movedim(-1, 1)).movedim(1, -1)
    wanted.backward(torch.tensor(run.output_grad))
    same(run.forward(), wanted)
    run.backward()
    same(run.input_grads[0], x.grad)
    same(run.parameter_grads["gamma"], module.weight.grad)
    if "beta" in run.parameters:
        same(run.parameter_grads["beta"], module.bias.grad)


def batch(shape: tuple[int, ...], mean: float, samples: int = 8, seed: int = 0) -> np.ndarray:
    """Numbers whose mean and deviation differ from channel to channel."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((samples, *shape)) * np.linspace(0.5, 3, shape[-1]) + mean * np.arange(1, shape[-1] + 1)


def torch_batch_norm(shape: tuple[int, ...], **options: Any) -> Any:
    kind = {1: torch.nn.BatchNorm1d, 2: torch.nn.BatchNorm1d, 3: torch.nn.BatchNorm2d}[len(shape)]
    return kind(shape[-1], eps=1e-3, momentum=0.01, dtype=torch.float64, **options)


@every_mean
@every_shape
@pytest.mark.parametrize("block", [16, channels.BLOCK], ids=["many matrices", "one matrix"])
def test_batch_norm(shape: tuple[int, ...], mean: float, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "BLOCK", block)
    compare(run_of(layers.BatchNorm(), batch(shape, mean)), torch_batch_norm(shape), channels_last=False)


@every_shape
def test_batch_norm_follows_the_batches(shape: tuple[int, ...]) -> None:
    run, module = run_of(layers.BatchNorm(), batch(shape, 5.0)), torch_batch_norm(shape)
    variance = np.ones(shape[-1])
    for seed in range(5):
        run.inputs[0][...] = batch(shape, 5.0, seed=seed)
        run.forward()
        run.update_state()
        before = module.running_var.numpy().copy()
        module(torch.tensor(run.inputs[0]).movedim(-1, 1))
        # Torch follows the unbiased variance, Keras and we the biased one.
        unbiased = (module.running_var.numpy() - 0.99 * before) / 0.01
        count = run.inputs[0].size // shape[-1]
        variance = 0.99 * variance + 0.01 * unbiased * (count - 1) / count
    same(run.state["moving_mean"], module.running_mean)
    same(run.state["moving_variance"], torch.tensor(variance))


@pytest.mark.parametrize("frozen", [False, True], ids=["not training", "frozen"])
def test_batch_norm_with_moving_statistics(frozen: bool) -> None:
    layer, x, rng = layers.BatchNorm(trainable=not frozen), batch((5, 4, 6), 5.0), np.random.default_rng(1)
    run = LayerRun(layer, [x.shape[1:]], len(x), training=frozen)
    run.inputs[0][...] = x
    for array in (*run.parameters.values(), *run.state.values(), run.output_grad):
        array[...] = rng.uniform(0.5, 2, array.shape)
    module = torch_batch_norm((5, 4, 6)).eval()
    with torch.no_grad():
        module.running_mean.copy_(torch.tensor(run.state["moving_mean"]))
        module.running_var.copy_(torch.tensor(run.state["moving_variance"]))
    compare(run, module, channels_last=False)


@every_mean
@every_shape
def test_layer_norm(shape: tuple[int, ...], mean: float) -> None:
    module = torch.nn.LayerNorm(shape[-1], eps=1e-3, dtype=torch.float64)
    compare(run_of(layers.LayerNorm(), batch(shape, mean)), module, channels_last=True)


class GroupNorm(torch.nn.GroupNorm):
    """The formula. Torch takes the mean of squares less the squared mean, which is off by 1e-8 for large means."""

    def forward(self, x: Any) -> Any:
        grouped = x.reshape(len(x), self.num_groups, -1)
        variance = grouped.var(-1, correction=0, keepdim=True)
        z = ((grouped - grouped.mean(-1, keepdim=True)) / (variance + self.eps).sqrt()).reshape(x.shape)
        channels = (-1, *(1 for _ in x.shape[2:]))
        return z * self.weight.reshape(channels) + self.bias.reshape(channels)


@every_shape
@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize(("mean", "module"), [(0.0, torch.nn.GroupNorm), (0.0, GroupNorm), (1e3, GroupNorm)])
def test_group_norm(shape: tuple[int, ...], mean: float, groups: int, module: Any) -> None:
    theirs = module(groups, shape[-1], eps=1e-3, dtype=torch.float64)
    compare(run_of(layers.GroupNorm(groups=groups), batch(shape, mean)), theirs, channels_last=False)


@every_mean
@every_shape
def test_rms_norm(shape: tuple[int, ...], mean: float) -> None:
    module = torch.nn.RMSNorm(shape[-1], eps=1e-6, dtype=torch.float64)
    compare(run_of(layers.RMSNorm(), batch(shape, mean)), module, channels_last=True)


@pytest.mark.parametrize("count", [1, 7, 256, 257, 5000])
@pytest.mark.parametrize("steps", [1, 30])
def test_embedding(count: int, steps: int) -> None:
    rng = np.random.default_rng(0)
    run = run_of(layers.Embedding(input_dim=count, output_dim=5), rng.integers(count, size=(6, steps)).astype(float))
    table = torch.tensor(run.parameters["embeddings"], requires_grad=True)
    wanted = torch.nn.functional.embedding(torch.tensor(run.inputs[0]).long(), table)
    wanted.backward(torch.tensor(run.output_grad))
    same(run.forward(), wanted)
    run.backward()
    same(run.parameter_grads["embeddings"], table.grad)
    assert not run.input_grads[0].any()
