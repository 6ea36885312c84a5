"""Convolution layers against PyTorch in float64: outputs and all gradients, with random weights, on every path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.shapes import Shape

torch = pytest.importorskip("torch")
F = torch.nn.functional

IMAGES: list[tuple[dict[str, Any], Shape]] = [
    ({}, (7, 6, 3)),
    ({"filters": 5, "kernel_size": 5}, (12, 12, 8)),
    ({"filters": 8, "kernel_size": 5}, (28, 28, 1)),
    ({"kernel_size": 3, "padding": "same"}, (8, 8, 16)),
    ({"filters": 16, "kernel_size": 3, "padding": "same"}, (9, 16, 3)),
    ({"filters": 32, "kernel_size": 3, "padding": "same"}, (16, 16, 32)),
    ({"filters": 64, "kernel_size": 3, "padding": "same"}, (8, 8, 64)),
    ({"filters": 64, "kernel_size": 3}, (38, 65, 48)),
    ({"filters": 7, "kernel_size": (3, 2), "padding": "same"}, (6, 5, 4)),
    ({"kernel_size": (2, 4), "strides": (3, 2), "padding": "same"}, (10, 9, 5)),
    ({"kernel_size": (1, 3), "strides": (2, 1)}, (5, 8, 2)),
    ({"kernel_size": (4, 1), "padding": "explicit", "explicit_padding": (2, 0, 0, 1)}, (6, 4, 3)),
    ({"kernel_size": 3, "padding": "explicit", "explicit_padding": (0, 3, 1, 2), "strides": (2, 3)}, (7, 7, 4)),
    ({"kernel_size": 3, "dilation_rate": (2, 3), "padding": "same"}, (9, 8, 3)),
    ({"kernel_size": (2, 3), "dilation_rate": (3, 1), "strides": (1, 2)}, (9, 8, 3)),
    ({"filters": 6, "groups": 3}, (6, 7, 9)),
    ({"filters": 12, "groups": 6, "padding": "same", "strides": 2}, (6, 7, 6)),
    ({"filters": 9, "kernel_size": 1}, (6, 5, 4)),
    ({"filters": 9, "kernel_size": 1, "strides": 2}, (6, 5, 4)),
    ({"filters": 4, "kernel_size": 6}, (6, 6, 2)),
    ({"filters": 1, "use_bias": False}, (5, 5, 1)),
    ({"kernel_size": (2, 3), "padding": "explicit", "explicit_padding": (5, 4, 6, 3)}, (3, 3, 2)),
]


def compare(layer: Layer, shape: Shape, batch: int, function: Callable[..., Any]) -> None:
    """Run both libraries on the same inputs, parameters and gradient; the inputs lie in memory in both orders."""
    for backwards in (False, True):
        rng = np.random.default_rng(0)
        run = LayerRun(layer, [shape], batch, backwards=backwards)
        for array in (run.inputs[0], *run.parameters.values(), run.output_grad):
            array[...] = rng.standard_normal(array.shape)
        x = torch.tensor(run.inputs[0].copy(), requires_grad=True)
        parameters = {name: torch.tensor(array, requires_grad=True) for name, array in run.parameters.items()}
        wanted = function(x, **parameters)
        wanted.backward(torch.tensor(run.output_grad.copy()))
        same(run.forward(), wanted)
        run.backward()
        same(run.input_grads[0], x.grad)
        for name, tensor in parameters.items():
            same(run.parameter_grads[name], tensor.grad)


def same(ours: np.ndarray, theirs: Any) -> None:
    """Equal to 1e-9, of the number where it is larger than 1."""
    wanted = theirs.detach().numpy()
    assert ours.shape == wanted.shape
    assert np.all(np.abs(ours - wanted) <= 1e-9 * np.maximum(1, np.abs(wanted)))


def padded(layer: Any, x: Any) -> Any:
    """Images, channels first, with the zeros that the layer adds, counted as TensorFlow documents it."""
    if layer.padding == "valid":
        return x
    if layer.padding == "explicit":
        top, bottom, left, right = layer.explicit_padding
        return F.pad(x, (left, right, top, bottom))
    sides = []
    for length, kernel, stride, rate in zip(
        x.shape[2:], layer.kernel_size, layer.strides, layer.dilation_rate, strict=True
    ):
        extent = (kernel - 1) * rate + 1
        total = max(extent - stride, 0) if length % stride == 0 else max(extent - length % stride, 0)
        sides += [(total // 2, total - total // 2)]
    return F.pad(x, (*sides[1], *sides[0]))


@pytest.mark.parametrize("batch", [1, 5, 16])
@pytest.mark.parametrize(("settings", "shape"), IMAGES)
def test_conv2d(settings: dict[str, Any], shape: Shape, batch: int) -> None:
    layer = layers.Conv2D(**settings)

    def convolution(x: Any, W: Any, b: Any = None) -> Any:
        result = F.conv2d(
            padded(layer, x.permute(0, 3, 1, 2)),
            W.permute(3, 2, 0, 1),
            b,
            layer.strides,
            dilation=layer.dilation_rate,
            groups=layer.groups,
        )
        return result.permute(0, 2, 3, 1)

    compare(layer, shape, batch, convolution)


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"depth_multiplier": 3},
        {"kernel_size": (2, 5), "strides": (3, 1), "padding": "same", "use_bias": False},
        {"kernel_size": (4, 3), "padding": "explicit", "explicit_padding": (0, 2, 3, 1), "depth_multiplier": 2},
        {"kernel_size": (2, 3), "dilation_rate": (3, 2), "strides": 2, "padding": "same", "depth_multiplier": 2},
        {"kernel_size": 1},
    ],
)
@pytest.mark.parametrize("shape", [(8, 7, 4), (9, 6, 1), (32, 33, 17)])
def test_depthwise_conv2d(settings: dict[str, Any], shape: Shape, batch: int) -> None:
    layer = layers.DepthwiseConv2D(**settings)

    def convolution(x: Any, W: Any, b: Any = None) -> Any:
        kernels = W.permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)
        result = F.conv2d(
            padded(layer, x.permute(0, 3, 1, 2)),
            kernels,
            b,
            layer.strides,
            dilation=layer.dilation_rate,
            groups=shape[2],
        )
        return result.permute(0, 2, 3, 1)

    compare(layer, shape, batch, convolution)


@pytest.mark.parametrize("batch", [1, 5, 16])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"kernel_size": 4, "padding": "same"},
        {"kernel_size": 5, "strides": 2, "dilation_rate": 1},
        {"kernel_size": 3, "strides": 2, "padding": "same"},
        {"kernel_size": 7, "strides": 4, "padding": "same", "use_bias": False},
        {"padding": "causal"},
        {"kernel_size": 2, "padding": "causal", "dilation_rate": 4},
        {"padding": "explicit", "explicit_padding": (0, 5)},
        {"filters": 4, "groups": 2, "padding": "explicit", "explicit_padding": (2, 1), "strides": 3},
        {"kernel_size": 1},
    ],
)
@pytest.mark.parametrize("shape", [(13, 2), (20, 6)])
def test_conv1d(settings: dict[str, Any], shape: Shape, batch: int) -> None:
    layer = layers.Conv1D(**settings)
    extent = (layer.kernel_size - 1) * layer.dilation_rate + 1
    total = max((-(-shape[0] // layer.strides) - 1) * layer.strides + extent - shape[0], 0)
    ends = {
        "valid": (0, 0),
        "same": (total // 2, total - total // 2),
        "causal": (extent - 1, 0),
        "explicit": layer.explicit_padding,
    }

    def convolution(x: Any, W: Any, b: Any = None) -> Any:
        result = F.conv1d(
            F.pad(x.permute(0, 2, 1), ends[layer.padding]),
            W.permute(2, 1, 0),
            b,
            layer.strides,
            dilation=layer.dilation_rate,
            groups=layer.groups,
        )
        return result.permute(0, 2, 1)

    compare(layer, shape, batch, convolution)


@pytest.mark.parametrize("batch", [1, 5, 16])
@pytest.mark.parametrize("shape", [(4, 3, 2), (7, 8, 16)])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"kernel_size": 5, "filters": 1, "use_bias": False},
        {"kernel_size": 2, "strides": 2},
        {"kernel_size": (3, 4), "strides": (2, 3)},
        {"kernel_size": 2, "strides": (3, 4)},
        {"kernel_size": (3, 2), "strides": (4, 3), "output_padding": (2, 1)},
        {"kernel_size": 3, "padding": "same"},
        {"kernel_size": 4, "padding": "same"},
        {"kernel_size": (4, 5), "strides": 2, "padding": "same"},
        {"kernel_size": (2, 1), "strides": (4, 3), "padding": "same"},
        {"kernel_size": (3, 5), "strides": (2, 3), "padding": "same", "output_padding": (1, 2)},
        {"kernel_size": (2, 3), "dilation_rate": (3, 2), "strides": (2, 1)},
        {"kernel_size": 1},
    ],
)
def test_conv_transpose2d(settings: dict[str, Any], shape: Shape, batch: int) -> None:
    layer = layers.ConvTranspose2D(**settings)
    sizes = layer.output_shape([shape])[:2]

    def convolution(x: Any, W: Any, b: Any = None) -> Any:
        whole = F.conv_transpose2d(
            x.permute(0, 3, 1, 2), W.permute(3, 2, 0, 1), None, layer.strides, dilation=layer.dilation_rate
        )
        extra = [max(size - length, 0) for size, length in zip(sizes, whole.shape[2:], strict=True)]
        whole = F.pad(whole, (0, extra[1], 0, extra[0]))
        starts = [(length - size) // 2 for size, length in zip(sizes, whole.shape[2:], strict=True)]
        rows, columns = (slice(start, start + size) for start, size in zip(starts, sizes, strict=True))
        result = whole[:, :, rows, columns].permute(0, 2, 3, 1)
        return result if b is None else result + b

    compare(layer, shape, batch, convolution)


@pytest.mark.parametrize("cropped", [(1, 0), (0, 2), (2, 1), (3, 3)])
@pytest.mark.parametrize(("strides", "extra"), [((1, 1), (0, 0)), ((2, 3), (0, 0)), ((2, 3), (1, 2))])
def test_conv_transpose2d_cropped_by_any_number(
    cropped: tuple[int, int], strides: tuple[int, int], extra: tuple[int, int]
) -> None:
    (rows, columns), kernel = cropped, (4, 3)
    layer = layers.ConvTranspose2D(
        filters=3, kernel_size=kernel, strides=strides, padding="explicit",
        explicit_padding=(rows, rows, columns, columns), output_padding=extra,
    )  # fmt: skip

    def convolution(x: Any, W: Any, b: Any) -> Any:
        turned = x.permute(0, 3, 1, 2), W.permute(3, 2, 0, 1)
        return F.conv_transpose2d(*turned, b, strides, cropped, extra).permute(0, 2, 3, 1)

    compare(layer, (5, 6, 2), 3, convolution)


def test_conv_transpose2d_cropped_on_one_side() -> None:
    layer = layers.ConvTranspose2D(filters=2, strides=2, padding="explicit", explicit_padding=(2, 0, 1, 3))

    def convolution(x: Any, W: Any, b: Any) -> Any:
        whole = F.conv_transpose2d(x.permute(0, 3, 1, 2), W.permute(3, 2, 0, 1), b, 2)
        return whole[:, :, 2:, 1:-3].permute(0, 2, 3, 1)

    compare(layer, (3, 4, 2), 3, convolution)
