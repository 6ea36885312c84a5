"""Pooling layers against PyTorch in float64: outputs and gradients, ties and odd windows included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun

torch = pytest.importorskip("torch")
F = torch.nn.functional


def same(ours: np.ndarray, theirs: Any) -> None:
    wanted = theirs.detach().numpy()
    assert ours.shape == wanted.shape
    assert np.abs(ours - wanted).max() <= 1e-9


def compare(layer: Layer, function: Callable[[Any], Any], x: np.ndarray, backwards: bool = False) -> None:
    """Run both libraries on the same batch and gradient. `function` takes and gives channels second, as torch does."""
    run = LayerRun(layer, [x.shape[1:]], len(x), backwards=backwards)
    run.inputs[0][...] = x
    run.output_grad[...] = np.random.default_rng(5).standard_normal(run.output_grad.shape)
    theirs = torch.tensor(x, requires_grad=True)
    wanted = function(theirs.movedim(-1, 1))
    wanted = wanted.movedim(1, -1) if wanted.ndim > 2 else wanted
    wanted.backward(torch.tensor(run.output_grad))
    same(run.forward(), wanted)
    run.backward()
    same(run.input_grads[0], theirs.grad)


def batch(*shape: int, ties: bool = False) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 2, shape).astype(float) if ties else rng.standard_normal(shape)


WINDOWS_2D = [
    ((2, 2), (2, 2)),
    ((3, 3), (2, 2)),
    ((2, 3), (1, 2)),
    ((3, 2), (4, 3)),
    ((1, 1), (1, 1)),
    ((1, 2), (2, 1)),
]
WINDOWS_1D = [(2, 2), (3, 2), (3, 1), (2, 3), (1, 1), (1, 2), (4, 4)]
ties = pytest.mark.parametrize("ties", [False, True], ids=["", "ties"])
backwards = pytest.mark.parametrize("backwards", [False, True], ids=["", "backwards in memory"])


@ties
@backwards
@pytest.mark.parametrize(("size", "strides"), WINDOWS_2D)
def test_max_pool_2d(size: tuple[int, int], strides: tuple[int, int], ties: bool, backwards: bool) -> None:
    layer = layers.MaxPool2D(pool_size=size, strides=strides)
    compare(layer, lambda x: F.max_pool2d(x, size, strides), batch(3, 7, 8, 2, ties=ties), backwards)


@backwards
@pytest.mark.parametrize(("size", "strides"), WINDOWS_2D)
def test_average_pool_2d(size: tuple[int, int], strides: tuple[int, int], backwards: bool) -> None:
    layer = layers.AveragePool2D(pool_size=size, strides=strides)
    compare(layer, lambda x: F.avg_pool2d(x, size, strides), batch(3, 7, 8, 2), backwards)


@ties
@pytest.mark.parametrize(("size", "stride"), WINDOWS_1D)
def test_max_pool_1d(size: int, stride: int, ties: bool) -> None:
    layer = layers.MaxPool1D(pool_size=size, strides=stride)
    compare(layer, lambda x: F.max_pool1d(x, size, stride), batch(3, 9, 2, ties=ties))


@pytest.mark.parametrize(("size", "stride"), WINDOWS_1D)
def test_average_pool_1d(size: int, stride: int) -> None:
    layer = layers.AveragePool1D(pool_size=size, strides=stride)
    compare(layer, lambda x: F.avg_pool1d(x, size, stride), batch(3, 9, 2))


@ties
@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
@pytest.mark.parametrize("beyond", [(1, 0), (0, 2), (2, 1)])
def test_pools_with_a_padding_of_their_own(beyond: tuple[int, int], strides: tuple[int, int], ties: bool) -> None:
    size, (rows, columns) = (4, 5), beyond
    settings = {"pool_size": size, "strides": strides, "padding": "explicit"}
    settings["explicit_padding"] = (rows, rows, columns, columns)
    x = batch(3, 7, 8, 2, ties=ties)
    compare(layers.MaxPool2D(**settings), lambda x: F.max_pool2d(x, size, strides, beyond), x)
    compare(layers.AveragePool2D(**settings), lambda x: F.avg_pool2d(x, size, strides, beyond, False, False), x)


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_sequences_are_padded_at_one_end_only(stride: int) -> None:
    settings = {"pool_size": 3, "strides": stride, "padding": "explicit", "explicit_padding": (2, 0)}
    x = batch(3, 7, 2)
    compare(layers.MaxPool1D(**settings), lambda x: F.max_pool1d(F.pad(x, (2, 0), value=-np.inf), 3, stride), x)

    def mean(x: Any) -> Any:
        counted = F.pad(torch.ones_like(x), (2, 0))
        return F.avg_pool1d(F.pad(x, (2, 0)), 3, stride) / F.avg_pool1d(counted, 3, stride)

    compare(layers.AveragePool1D(**settings), mean, x)


@ties
@pytest.mark.parametrize("image", [(6, 8), (7, 8), (5, 9), (2, 2), (1, 1)])
@pytest.mark.parametrize(("size", "strides"), WINDOWS_2D)
def test_max_pool_same(image: tuple[int, int], size: tuple[int, int], strides: tuple[int, int], ties: bool) -> None:
    borders = same_borders(image, size, strides)

    def function(x: Any) -> Any:
        return F.max_pool2d(F.pad(x, borders, value=-np.inf), size, strides)

    compare(layers.MaxPool2D(pool_size=size, strides=strides, padding="same"), function, batch(2, *image, 3, ties=ties))


@pytest.mark.parametrize("image", [(6, 8), (7, 8), (5, 9), (2, 2), (1, 1)])
@pytest.mark.parametrize(("size", "strides"), WINDOWS_2D)
def test_average_pool_same(image: tuple[int, int], size: tuple[int, int], strides: tuple[int, int]) -> None:
    borders = same_borders(image, size, strides)

    def function(x: Any) -> Any:  # the mean with the padding, divided by how much of a window is none
        there = F.avg_pool2d(F.pad(torch.ones_like(x), borders), size, strides)
        return F.avg_pool2d(F.pad(x, borders), size, strides) / there

    compare(layers.AveragePool2D(pool_size=size, strides=strides, padding="same"), function, batch(2, *image, 3))


def same_borders(image: tuple[int, int], size: tuple[int, int], strides: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, right, above, below, as TensorFlow documents it."""
    sides = []
    for length, window, stride in zip(image, size, strides, strict=True):
        total = max(window - (stride if length % stride == 0 else length % stride), 0)
        sides.append((total // 2, total - total // 2))
    (above, below), (left, right) = sides
    return left, right, above, below


@ties
@backwards
@pytest.mark.parametrize("shape", [(4, 5, 3), (7, 2), (2, 3, 2, 4)])
def test_global_max_pool(shape: tuple[int, ...], ties: bool, backwards: bool) -> None:
    def function(x: Any) -> Any:
        return F.adaptive_max_pool1d(x.flatten(2), 1).flatten(1)

    compare(layers.GlobalMaxPool(), function, batch(3, *shape, ties=ties), backwards)


@backwards
@pytest.mark.parametrize("shape", [(4, 5, 3), (7, 2), (2, 3, 2, 4)])
def test_global_average_pool(shape: tuple[int, ...], backwards: bool) -> None:
    compare(layers.GlobalAveragePool(), lambda x: x.flatten(2).mean(2), batch(3, *shape), backwards)


@pytest.mark.parametrize("size", [(2, 2), (1, 3), (3, 2), (1, 1)])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_up_sample(size: tuple[int, int], interpolation: Any) -> None:
    options = {"align_corners": False} if interpolation == "bilinear" else {}

    def function(x: Any) -> Any:
        return F.interpolate(x, scale_factor=size, mode=interpolation, **options)

    compare(layers.UpSample2D(size=size, interpolation=interpolation), function, batch(2, 4, 3, 2))


@pytest.mark.parametrize("padding", [(1, 1, 1, 1), (0, 2, 3, 1), (2, 0, 0, 0), (0, 0, 0, 0)])
def test_zero_pad(padding: tuple[int, int, int, int]) -> None:
    top, bottom, left, right = padding
    compare(layers.ZeroPad2D(padding=padding), lambda x: F.pad(x, (left, right, top, bottom)), batch(2, 4, 3, 2))
