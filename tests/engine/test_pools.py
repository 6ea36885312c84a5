"""What pooling layers compute, written out; where windows go; and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.families.pooling import windows_over
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.ops import pooling
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import Tape


def run_of(layer: Layer, x: np.ndarray, grad: np.ndarray | None = None) -> LayerRun:
    run = LayerRun(layer, [x.shape[1:]], len(x))
    run.inputs[0][...] = x
    run.output_grad[...] = 1.0 if grad is None else grad
    run.forward()
    run.backward()
    return run


def image(*rows: list[float]) -> np.ndarray:
    """One image with one channel."""
    return np.array(rows, float)[None, :, :, None]


def test_max_pool_takes_the_largest_and_gives_it_the_gradient() -> None:
    x = image([1, 2, 0, 5], [3, 0, -1, -2], [-4, -3, 7, 7], [-2, -1, 7, 8])
    run = run_of(layers.MaxPool2D(), x, image([10, 20], [30, 40]))
    assert np.array_equal(run.output, image([3, 5], [-1, 8]))
    assert np.array_equal(run.input_grads[0], image([0, 0, 0, 20], [10, 0, 0, 0], [0, 0, 0, 0], [0, 30, 0, 40]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_equal_numbers_the_first_row_by_row_wins(dtype: str) -> None:
    # In the second window the first of the largest stands right in row 0 and another one left in row 1.
    x = image([4, 4, 1, 2], [4, 4, 2, 2])
    run = LayerRun(layers.MaxPool2D(), [(2, 4, 1)], 1, dtype)
    run.inputs[0][...], run.output_grad[...] = x, 1
    run.forward()
    run.backward()
    assert np.array_equal(run.input_grads[0], image([1, 0, 0, 1], [0, 0, 0, 0]))


def test_gradients_of_windows_that_overlap_are_summed() -> None:
    x = np.array([[[0.0], [3.0], [1.0], [2.0]]])
    run = run_of(layers.MaxPool1D(pool_size=2, strides=1), x, np.array([[[1.0], [10.0], [100.0]]]))
    assert np.array_equal(run.input_grads[0], [[[0], [11], [0], [100]]])
    run = run_of(layers.AveragePool1D(pool_size=2, strides=1), x, np.array([[[2.0], [4.0], [8.0]]]))
    assert np.array_equal(run.output, [[[1.5], [2], [1.5]]])
    assert np.array_equal(run.input_grads[0], [[[1], [3], [6], [4]]])


def test_numbers_between_windows_get_no_gradient() -> None:
    x = np.arange(7.0).reshape(1, 7, 1)
    for layer in (layers.MaxPool1D(pool_size=1, strides=3), layers.AveragePool1D(pool_size=1, strides=3)):
        run = run_of(layer, x)
        assert np.array_equal(run.output[0, :, 0], [0, 3, 6])
        assert np.array_equal(run.input_grads[0][0, :, 0], [1, 0, 0, 1, 0, 0, 1])


def test_same_padding_has_neither_zeros_for_the_largest_nor_for_the_mean() -> None:
    x = image([-1, -2, -3], [-4, -5, -6], [-7, -8, -9])
    assert np.array_equal(run_of(layers.MaxPool2D(padding="same"), x).output, image([-1, -3], [-7, -9]))
    assert np.array_equal(run_of(layers.AveragePool2D(padding="same"), x).output, image([-3, -4.5], [-7.5, -9]))


@pytest.mark.parametrize("kind", [layers.MaxPool2D, layers.AveragePool2D])
@pytest.mark.parametrize("block", [1, 20, 10**6])
@pytest.mark.parametrize("backwards", [False, True])
def test_how_the_batch_is_cut_makes_no_difference(
    kind: type[Layer], block: int, backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(0).integers(0, 5, (7, 5, 6, 3)).astype(float)
    grad = np.random.default_rng(1).standard_normal((7, 3, 3, 3))
    wanted = run_of(kind(padding="same"), x, grad)
    monkeypatch.setattr(pooling, "BLOCK", block)
    run = LayerRun(kind(padding="same"), [(5, 6, 3)], 7, backwards=backwards)
    run.inputs[0][...], run.output_grad[...] = x, grad
    assert np.array_equal(run.forward(), wanted.output)
    run.backward()
    assert np.array_equal(run.input_grads[0], wanted.input_grads[0])


def test_what_is_pooled_lies_in_memory_as_the_input_does() -> None:
    tape = Tape(np.dtype(np.float32))
    x = tape.input((3, 4, 6, 10)).transpose(3, 1, 2, 0)  # channel by channel, the batch innermost
    layer = layers.MaxPool2D()
    y, kept = layer.forward(tape, {}, [x])
    (grad,) = layer.backward(tape, {}, {}, kept, y)
    assert y.memory_axes == grad.memory_axes == x.memory_axes == (3, 1, 2, 0)


@pytest.mark.parametrize(
    ("length", "size", "stride", "starts"),
    [(4, 2, 2, [0, 2]), (5, 2, 2, [0, 2, 4]), (5, 3, 2, [-1, 1, 3]), (6, 3, 1, [-1, 0, 1, 2, 3, 4]), (1, 4, 1, [-1])],
)
def test_windows_lie_where_keras_has_them(length: int, size: int, stride: int, starts: list[int]) -> None:
    (windows,) = windows_over("Layer", (length, 1), (size,), (stride,), "same")
    assert [number * windows.stride - windows.before for number in range(windows.count)] == starts
    inside = [sum(0 <= place < length for place in range(start, start + size)) for start in starts]
    assert windows.filled().tolist() == inside
    assert windows.least_filled == min(inside)


@pytest.mark.parametrize(
    ("layer", "shape", "wanted"),
    [
        (layers.MaxPool2D(), (7, 9, 3), (3, 4, 3)),
        (layers.MaxPool2D(padding="same"), (7, 9, 3), (4, 5, 3)),
        (layers.AveragePool2D(pool_size=3, strides=(1, 2)), (7, 9, 3), (5, 4, 3)),
        (layers.MaxPool1D(pool_size=3), (10, 4), (3, 4)),
        (layers.GlobalAveragePool(), (7, 9, 3), (3,)),
        (layers.GlobalMaxPool(), (10, 4), (4,)),
    ],
)
def test_output_shapes(layer: Layer, shape: Shape, wanted: Shape) -> None:
    assert layer.output_shape([shape]) == wanted


def test_one_number_stands_for_rows_and_columns() -> None:
    assert layers.MaxPool2D(pool_size=3).pool_size == (3, 3)
    assert layers.MaxPool2D(strides=2).strides == (2, 2)
    assert layers.MaxPool2D().strides is None


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.MaxPool2D(), (5,), "MaxPool2D needs an image of rows × columns × channels; it gets 5"),
        (layers.MaxPool1D(), (5, 4, 3), "MaxPool1D needs a sequence of steps × features; it gets 5 × 4 × 3"),
        (layers.AveragePool2D(pool_size=4), (3, 5, 2), "AveragePool2D: a window of 4 × 4 does not fit into 3 × 5 × 2"),
        (
            layers.MaxPool1D(pool_size=2, padding="explicit", explicit_padding=(2, 0)),
            (5, 1),
            "MaxPool1D: with a padding of 2, 0 a window of 2 would see nothing of 5 × 1. Make the padding smaller",
        ),
        (
            layers.AveragePool2D(pool_size=(3, 2), strides=1, padding="explicit", explicit_padding=(0, 0, 1, 2)),
            (5, 4, 1),
            "AveragePool2D: with a padding of 0, 0, 1, 2 a window of 3 × 2 would see nothing of 5 × 4 × 1",
        ),
        (layers.GlobalAveragePool(), (5,), "GlobalAveragePool needs an image or a sequence; it gets 5"),
        (layers.GlobalMaxPool(), (5,), "GlobalMaxPool needs an image or a sequence; it gets 5"),
    ],
)
def test_what_cannot_be_pooled_is_refused(layer: Layer, shape: Shape, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        layer.output_shape([shape])


@pytest.mark.parametrize(
    ("layer", "shape", "makes"),
    [
        (layers.MaxPool1D(), (6,), (6, 1)),
        (layers.AveragePool1D(), (6, 4, 3), (6, 12)),
        (layers.GlobalAveragePool(), (6,), (6, 1)),
        (layers.GlobalMaxPool(), (6,), (6, 1)),
    ],
)
def test_where_a_reshape_helps_it_is_offered(layer: Layer, shape: Shape, makes: Shape) -> None:
    with pytest.raises(ShapeError, match=f"Insert Reshape to make it {shape_text(makes)}") as caught:
        layer.output_shape([shape])
    assert caught.value.insert == "Reshape"
    layer.output_shape([layers.Reshape(target_shape=makes).output_shape([shape])])


def test_a_window_that_is_too_large_can_be_mended() -> None:
    layer = layers.MaxPool2D(pool_size=4)
    with pytest.raises(ShapeError) as caught:
        layer.output_shape([(3, 5, 2)])
    assert layer.changed(**caught.value.change).output_shape([(3, 5, 2)]) == (1, 2, 2)
