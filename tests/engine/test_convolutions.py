"""Convolution layers against the sum written out in loops, against each other, and what they say to wrong input."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.gradcheck import check_layer
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.ops import batch_last, flat_images, window_copies
from deepviz.engine.ops.convolution_window import Window, same_border
from deepviz.engine.shapes import Shape, ShapeError
from deepviz.engine.tape import Tape
from deepviz.registry import DefinitionError

Results = tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]


def passed(layer: Layer, shape: Shape, batch: int = 2, dtype: str = "float64") -> tuple[LayerRun, Results]:
    """A layer after one pass of random numbers; its output, input gradient and parameter gradients."""
    rng = np.random.default_rng(1)
    run = LayerRun(layer, [shape], batch, dtype)
    for array in (run.inputs[0], *run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    output = run.forward()
    run.backward()
    return run, (output, run.input_grads[0].copy(), {name: a.copy() for name, a in run.parameter_grads.items()})


def in_loops(layer: Any, run: LayerRun, borders: tuple[int, int]) -> Results:
    """Conv2D as its docstring has it, one product after the other; `borders` are the zeros above and to the left."""
    x, W, grad = run.inputs[0], run.parameters["W"], run.output_grad
    y = np.zeros(grad.shape)
    dx, dW = np.zeros(x.shape), np.zeros(W.shape)
    channels, filters = W.shape[2], W.shape[3] // layer.groups
    for (n, r, c, f), (i, j, k) in product(np.ndindex(y.shape), np.ndindex(W.shape[:3])):
        p = r * layer.strides[0] + i * layer.dilation_rate[0] - borders[0]
        q = c * layer.strides[1] + j * layer.dilation_rate[1] - borders[1]
        if 0 <= p < x.shape[1] and 0 <= q < x.shape[2]:
            channel = f // filters * channels + k
            y[n, r, c, f] += x[n, p, q, channel] * W[i, j, k, f]
            dW[i, j, k, f] += x[n, p, q, channel] * grad[n, r, c, f]
            dx[n, p, q, channel] += grad[n, r, c, f] * W[i, j, k, f]
    gradients = {"W": dW}
    if layer.use_bias:
        y += run.parameters["b"]
        gradients["b"] = grad.sum((0, 1, 2))
    return y, dx, gradients


def assert_same(ours: Results, wanted: Results) -> None:
    np.testing.assert_allclose(ours[0], wanted[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(ours[1], wanted[1], rtol=0, atol=1e-12)
    assert ours[2].keys() == wanted[2].keys()
    for name, array in ours[2].items():
        np.testing.assert_allclose(array, wanted[2][name], rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("batch", [1, 3, 16])
@pytest.mark.parametrize(
    ("settings", "shape", "borders"),
    [
        ({"filters": 3}, (4, 5, 2), (0, 0)),
        ({"filters": 2, "padding": "same"}, (4, 3, 6), (1, 1)),
        ({"filters": 2, "kernel_size": (2, 4), "padding": "same"}, (4, 3, 4), (0, 1)),
        ({"filters": 2, "kernel_size": 4, "strides": (1, 2), "padding": "same"}, (3, 5, 1), (1, 1)),
        ({"filters": 2, "padding": "explicit", "explicit_padding": (2, 0, 1, 3)}, (3, 4, 5), (2, 1)),
        ({"filters": 1, "padding": "explicit", "explicit_padding": (4, 5, 3, 4)}, (2, 2, 1), (4, 3)),
        ({"filters": 2, "kernel_size": (3, 2), "dilation_rate": (1, 3), "strides": (2, 1)}, (5, 6, 2), (0, 0)),
        ({"filters": 4, "groups": 2, "kernel_size": 2, "use_bias": False}, (3, 3, 4), (0, 0)),
        ({"filters": 6, "groups": 3, "kernel_size": 2, "strides": 2}, (4, 4, 3), (0, 0)),
        ({"filters": 3, "kernel_size": 1}, (2, 3, 2), (0, 0)),
        ({"filters": 3, "kernel_size": (3, 4)}, (3, 4, 2), (0, 0)),
    ],
)
def test_conv2d_is_the_sum_of_its_docstring(
    settings: dict[str, Any], shape: Shape, borders: tuple[int, int], batch: int
) -> None:
    layer = layers.Conv2D(**settings)
    run, ours = passed(layer, shape, batch)
    assert_same(ours, in_loops(layer, run, borders))


WINDOWS = [
    Window((6, 7), (3, 3)),
    Window((5, 4), (3, 3), borders=((1, 1), (1, 1))),
    Window((7, 5), (2, 4), borders=((1, 0), (2, 3))),
    Window((6, 9), (5, 3), borders=((4, 2), (0, 1))),
    Window((1, 20), (1, 5), borders=((0, 0), (4, 0))),
    Window((9, 1), (4, 1), borders=((3, 3), (0, 0))),
    Window((3, 3), (3, 3), borders=((2, 2), (2, 2))),
]


def computed(way: Any, window: Window, channels: int, filters: int, batch: int) -> Results:
    """What one of the ways to convolve gives for random numbers."""
    rng = np.random.default_rng(2)
    tape = Tape(np.dtype(np.float64))
    x, kernel = tape.input((batch, *window.image, channels)), tape.input((*window.kernel, channels, filters))
    bias, grad = tape.input((filters,)), tape.input((batch, *window.stops, filters))
    kernel_grad = tape.external(np.full(kernel.shape, np.nan))
    y = way.convolve(tape, window, x, kernel, bias)
    way.kernel_grad(tape, window, x, grad, kernel_grad)
    compiled = tape.compile(keep=[y])
    for tensor in (x, kernel, bias, grad):
        compiled[tensor][...] = rng.standard_normal(tensor.shape)
    results = []
    for _ in range(2):
        compiled.replay()
        results.append((compiled[y].copy(), np.zeros(0), {"W": compiled[kernel_grad].copy()}))
    assert_same(*results)  # a replay leaves nothing behind that the next one would see
    return results[0]


@pytest.mark.parametrize("memory", [1, 300, 100_000])
@pytest.mark.parametrize(("channels", "filters", "batch"), [(1, 3, 5), (3, 2, 1), (16, 5, 7)])
@pytest.mark.parametrize("window", WINDOWS)
def test_every_way_gives_the_same_numbers(
    monkeypatch: pytest.MonkeyPatch, window: Window, channels: int, filters: int, batch: int, memory: int
) -> None:
    # With little memory for a block, images are cut into strips; with much, several are computed at a time.
    for module, names in (
        (flat_images, ("BUFFER", "FEWEST_PIXELS")),
        (batch_last, ("STRIPS", "MOST_SAMPLES")),
        (window_copies, ("COPIES", "FEWEST_STOPS")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, memory)
    wanted = computed(window_copies, window, channels, filters, batch)
    assert flat_images.suits(window)
    assert_same(computed(flat_images, window, channels, filters, batch), wanted)
    assert_same(computed(batch_last, window, channels, filters, batch), wanted)


@pytest.mark.parametrize("strides", [(1, 1), (2, 3), (3, 1)])
def test_the_batch_last_takes_strides(strides: tuple[int, int]) -> None:
    window = Window((9, 8), (3, 4), strides, borders=((1, 2), (3, 0)))
    assert_same(computed(batch_last, window, 2, 3, 4), computed(window_copies, window, 2, 3, 4))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Conv2D(filters=2, kernel_size=(3, 2), padding="same"), (4, 3, 2)),
        (layers.Conv2D(filters=2, kernel_size=2, strides=2), (4, 4, 1)),
        (layers.Conv1D(filters=2, kernel_size=3, padding="causal"), (5, 2)),
        (layers.ConvTranspose2D(filters=2, kernel_size=2), (3, 2, 2)),
        (layers.DepthwiseConv2D(depth_multiplier=2), (4, 3, 2)),
    ],
)
def test_gradients_are_the_slopes_with_a_larger_batch(layer: Layer, shape: Shape) -> None:
    assert check_layer(layer, [shape], np.random.default_rng(0), batch=16).worst <= 1e-7


@pytest.mark.parametrize("shape", [(12, 12, 8), (16, 16, 32), (8, 8, 3)])
def test_float32_is_as_exact_as_it_can_be(shape: Shape) -> None:
    layer = layers.Conv2D(filters=16, kernel_size=5, padding="same")
    results = {}
    for dtype in ("float32", "float64"):
        rng = np.random.default_rng(0)
        run = LayerRun(layer, [shape], 32, dtype)
        for array in (run.inputs[0], *run.parameters.values(), run.output_grad):
            array[...] = rng.standard_normal(array.shape, np.float32)
        results[dtype] = [run.forward()]
        run.backward()
        results[dtype] += [run.input_grads[0], *run.parameter_grads.values()]
    for single, double in zip(results["float32"], results["float64"], strict=True):
        assert np.linalg.norm(single - double) <= 1e-6 * np.linalg.norm(double)


# The layers against each other.


@pytest.mark.parametrize("multiplier", [1, 3])
def test_depthwise_is_a_convolution_with_a_group_for_each_channel(multiplier: int) -> None:
    settings = {"kernel_size": (2, 3), "strides": (2, 1), "padding": "same"}
    one, (y, dx, gradients) = passed(layers.DepthwiseConv2D(depth_multiplier=multiplier, **settings), (5, 4, 4))
    other = LayerRun(layers.Conv2D(filters=4 * multiplier, groups=4, **settings), [(5, 4, 4)], 2)
    other.inputs[0][...], other.output_grad[...] = one.inputs[0], one.output_grad
    other.parameters["W"][...] = one.parameters["W"].reshape(2, 3, 1, 4 * multiplier)
    other.parameters["b"][...] = one.parameters["b"]
    output = other.forward()
    other.backward()
    dW = other.parameter_grads["W"].reshape(2, 3, 4, multiplier)
    assert_same((y, dx, gradients), (output, other.input_grads[0], {"W": dW, "b": other.parameter_grads["b"]}))


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_conv1d_is_conv2d_on_one_row(padding: str) -> None:
    one, ours = passed(layers.Conv1D(filters=3, kernel_size=4, strides=2, padding=padding), (9, 2))
    other = LayerRun(layers.Conv2D(filters=3, kernel_size=(1, 4), strides=(1, 2), padding=padding), [(1, 9, 2)], 2)
    other.inputs[0][...], other.output_grad[...] = one.inputs[0][:, None], one.output_grad[:, None]
    other.parameters["W"][...], other.parameters["b"][...] = one.parameters["W"][None], one.parameters["b"]
    output = other.forward()
    other.backward()
    gradients = {"W": other.parameter_grads["W"][0], "b": other.parameter_grads["b"]}
    assert_same(ours, (output[:, 0], other.input_grads[0][:, 0], gradients))


@pytest.mark.parametrize("strides", [1, 2, (3, 2)])
def test_transposed_is_the_gradient_of_conv2d(strides: Any) -> None:
    settings = {"kernel_size": (3, 4), "strides": strides, "use_bias": False}
    conv, (y, dx, gradients) = passed(layers.Conv2D(filters=5, **settings), (9, 10, 2))
    transposed = LayerRun(layers.ConvTranspose2D(filters=2, **settings), [y.shape[1:]], 2)
    transposed.inputs[0][...] = conv.output_grad
    transposed.parameters["W"][...] = conv.parameters["W"]
    output = transposed.forward()
    rows, columns = output.shape[1:3]
    assert output == pytest.approx(dx[:, :rows, :columns], abs=1e-12)
    assert not dx[:, rows:].any()
    assert not dx[:, :, columns:].any()
    transposed.output_grad[...] = conv.inputs[0][:, :rows, :columns]
    transposed.backward()
    assert transposed.parameter_grads["W"] == pytest.approx(gradients["W"], abs=1e-12)
    assert transposed.input_grads[0] == pytest.approx(y, abs=1e-12)


def test_a_causal_output_sees_no_later_step() -> None:
    run, (before, _, _) = passed(layers.Conv1D(kernel_size=3, padding="causal", dilation_rate=2), (8, 2))
    run.inputs[0][:, 5] += 1
    changed = np.flatnonzero((run.forward() != before).any(axis=(0, 2)))
    assert changed.tolist() == [5, 7]


# Sizes, as Keras has them.


@pytest.mark.parametrize(
    ("length", "extent", "stride", "border"),
    [
        (28, 5, 1, (2, 2)),
        (28, 4, 1, (1, 2)),
        (7, 3, 2, (1, 1)),
        (8, 3, 2, (0, 1)),
        (5, 1, 3, (0, 0)),
        (5, 2, 4, (0, 1)),
    ],
)
def test_same_adds_the_odd_zero_at_the_end(length: int, extent: int, stride: int, border: tuple[int, int]) -> None:
    assert same_border(length, extent, stride) == border


@pytest.mark.parametrize(
    ("layer", "shape", "wanted"),
    [
        (layers.Conv2D(filters=8, kernel_size=5), (28, 28, 1), (24, 24, 8)),
        (layers.Conv2D(filters=4, strides=(2, 3), padding="same"), (9, 10, 3), (5, 4, 4)),
        (layers.Conv2D(filters=4, dilation_rate=3), (9, 10, 3), (3, 4, 4)),
        (layers.Conv2D(padding="explicit", explicit_padding=(1, 2, 3, 4)), (5, 5, 3), (6, 10, 8)),
        (layers.Conv1D(filters=4, kernel_size=3, strides=2), (10, 3), (4, 4)),
        (layers.Conv1D(filters=4, kernel_size=3, padding="causal"), (10, 3), (10, 4)),
        (layers.DepthwiseConv2D(depth_multiplier=3), (5, 6, 2), (3, 4, 6)),
        (layers.ConvTranspose2D(filters=4, strides=2), (5, 6, 2), (11, 13, 4)),
        (layers.ConvTranspose2D(filters=4, kernel_size=2, strides=3), (5, 6, 2), (15, 18, 4)),
        (layers.ConvTranspose2D(filters=4, strides=2, padding="same"), (5, 6, 2), (10, 12, 4)),
        (layers.ConvTranspose2D(filters=4, strides=3, output_padding=(0, 2)), (5, 6, 2), (15, 20, 4)),
        (layers.ConvTranspose2D(filters=4, strides=2, padding="same", output_padding=0), (5, 6, 2), (9, 11, 4)),
    ],
)
def test_output_shapes(layer: Layer, shape: Shape, wanted: Shape) -> None:
    assert layer.output_shape([shape]) == wanted
    assert LayerRun(layer, [shape], 2).forward().shape == (2, *wanted)


def test_parameter_shapes_are_those_of_keras() -> None:
    assert layers.Conv2D(filters=6, kernel_size=(3, 5), groups=2).parameter_shapes([(9, 9, 4)]) == {
        "W": (3, 5, 2, 6),
        "b": (6,),
    }
    assert layers.Conv1D(filters=6, kernel_size=5, use_bias=False).parameter_shapes([(9, 4)]) == {"W": (5, 4, 6)}
    assert layers.DepthwiseConv2D(depth_multiplier=2).parameter_shapes([(9, 9, 4)]) == {"W": (3, 3, 4, 2), "b": (8,)}
    assert layers.ConvTranspose2D(filters=6).parameter_shapes([(9, 9, 4)]) == {"W": (3, 3, 6, 4), "b": (6,)}


def test_first_weights_count_every_place_of_the_window() -> None:
    layer = layers.Conv2D(filters=64, kernel_size=3, kernel_initializer="he_normal")
    W = layer.init_params([(8, 8, 32)], np.random.default_rng(0))["W"]
    assert W.std() == pytest.approx(np.sqrt(2 / (3 * 3 * 32)), rel=0.02)


# What people give and get.


def test_one_number_stands_for_both_directions() -> None:
    assert layers.Conv2D(kernel_size=5, strides=2) == layers.Conv2D(kernel_size=(5, 5), strides=(2, 2))
    assert layers.Conv2D(explicit_padding=1).explicit_padding == (1, 1, 1, 1)
    assert layers.Conv2D(explicit_padding=(1, 2)).explicit_padding == (1, 1, 2, 2)
    kinds = {hyperparameter.name: hyperparameter.kind for hyperparameter in layers.Conv2D.hyperparameters()}
    assert kinds["kernel_size"] == kinds["strides"] == "shape"
    assert kinds["explicit_padding"] == "sides"
    for wrong in (0, -1, True, (1, 2, 3), 1.5, "three", (3, 0)):
        with pytest.raises(DefinitionError, match="kernel_size"):
            layers.Conv2D().changed(kernel_size=wrong)


@pytest.mark.parametrize(
    ("layer", "headline"),
    [
        (layers.Conv2D(strides=2), "8 · 3×3 / 2"),
        (layers.Conv2D(filters=16, kernel_size=(5, 1)), "16 · 5×1"),
        (layers.Conv2D(strides=(1, 2)), "8 · 3×3 / 1×2"),
        (layers.Conv1D(filters=4, strides=3), "4 · 3 / 3"),
        (layers.DepthwiseConv2D(), "3×3"),
        (layers.DepthwiseConv2D(depth_multiplier=2, strides=2), "2 · 3×3 / 2"),
        (layers.ConvTranspose2D(filters=3, strides=2), "3 · 3×3 / 2"),
    ],
)
def test_cards_say_what_matters(layer: Layer, headline: str) -> None:
    assert layer.headline() == headline


@pytest.mark.parametrize(
    ("layer", "shape", "message", "insert"),
    [
        (
            layers.Conv2D(),
            (64,),
            "image of rows × columns × channels; it gets 64. Insert Reshape .* 8 × 8 × 1",
            "Reshape",
        ),
        (layers.Conv2D(), (7,), "it gets 7. Insert Reshape to make it an image", "Reshape"),
        (layers.DepthwiseConv2D(), (28, 28), "it gets 28 × 28. Insert Reshape to make it 28 × 28 × 1", "Reshape"),
        (layers.ConvTranspose2D(), (2, 2, 2, 2), "it gets 2 × 2 × 2 × 2", ""),
        (
            layers.ConvTranspose2D(padding="explicit", explicit_padding=(2, 2, 0, 0)),
            (2, 3, 1),
            "gives no pixel: cropped by 2, 2, 0, 0, 3 × 3 leaves nothing of 2 × 3 × 1. Crop less",
            "",
        ),
        (layers.Conv1D(), (9,), "sequence of steps × channels; it gets 9. Insert Reshape to make it 9 × 1", "Reshape"),
        (
            layers.Conv1D(),
            (4, 4, 3),
            "sequence of steps × channels; it gets 4 × 4 × 3. Insert Reshape to make it 4 × 12",
            "Reshape",
        ),
        (layers.Conv2D(kernel_size=5), (4, 9, 1), "kernel of 5 × 5 does not fit into an image of 4 × 9", ""),
        (layers.Conv2D(dilation_rate=4), (8, 9, 1), "3 × 3, dilated to 9 × 9, does not fit .* 8 × 9", ""),
        (
            layers.Conv2D(kernel_size=7, padding="explicit", explicit_padding=1),
            (4, 9, 1),
            r"image of 4 × 9 \(with its padding 6 × 11\)",
            "",
        ),
        (layers.Conv1D(kernel_size=5), (4, 1), "kernel of 5 does not fit into a sequence of 4", ""),
        (layers.Conv2D(groups=4), (8, 8, 6), "into 4 groups; 8 × 8 × 6 has 6 channels, and there are 8 filters", ""),
        (layers.Conv1D(filters=9, groups=2), (8, 6), "has 6 channels, and there are 9 filters", ""),
        (layers.ConvTranspose2D(strides=2, output_padding=2), (8, 8, 6), "output padding below its strides", ""),
        (
            layers.ConvTranspose2D(kernel_size=2, padding="same", output_padding=0),
            (1, 1, 1),
            "leaves nothing of 1 × 1 × 1. Choose a larger output padding",
            "",
        ),
    ],
)
def test_wrong_input_is_refused_in_words(layer: Layer, shape: Shape, message: str, insert: str) -> None:
    with pytest.raises(ShapeError, match=message) as caught:
        layer.output_shape([shape])
    assert str(caught.value).startswith(layer.label)
    assert caught.value.insert == insert
