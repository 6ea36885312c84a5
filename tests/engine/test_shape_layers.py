"""Layers that move numbers without computing much: shapes, borders, enlarging, looking up, positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.gradcheck import check_network
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.layers.positional_encoding import waves
from deepviz.engine.layers.up_sample2d import line_weights
from deepviz.engine.losses import registry as losses
from deepviz.engine.ops import lookup
from deepviz.engine.shapes import Shape, ShapeError
from deepviz.registry import DefinitionError


def output_of(layer: Layer, x: np.ndarray, **parameters: np.ndarray) -> np.ndarray:
    run = LayerRun(layer, [x.shape[1:]], len(x))
    run.inputs[0][...] = x
    for name, values in parameters.items():
        run.parameters[name][...] = values
    return run.forward()


COUNTED = np.arange(48.0).reshape(2, 4, 3, 2)


@pytest.mark.parametrize(
    ("target", "shape"), [((24,), (24,)), ((2, -1), (2, 12)), ((-1, 1, 3), (8, 1, 3)), ((4, 3, 2), (4, 3, 2))]
)
def test_reshape_keeps_the_order(target: Shape, shape: Shape) -> None:
    layer = layers.Reshape(target_shape=target)
    assert layer.output_shape([(4, 3, 2)]) == shape
    assert np.array_equal(output_of(layer, COUNTED), COUNTED.reshape(2, *shape))


@pytest.mark.parametrize("dims", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1)])
def test_permute_puts_axes_in_order(dims: Shape) -> None:
    layer = layers.Permute(dims=dims)
    wanted = COUNTED.transpose(0, *dims)
    assert layer.output_shape([(4, 3, 2)]) == wanted.shape[1:]
    assert np.array_equal(output_of(layer, COUNTED), wanted)


@pytest.mark.parametrize("padding", [3, (1, 2), ((1, 0), (0, 2)), (0, 0, 0, 0), (2, 1, 0, 3)])
def test_zero_pad_takes_what_keras_takes(padding: Any) -> None:
    layer = layers.ZeroPad2D(padding=padding)
    if isinstance(padding, int):
        borders = ((padding, padding), (padding, padding))
    elif len(padding) == 4:
        borders = (padding[:2], padding[2:])
    else:
        borders = tuple(pair if isinstance(pair, tuple) else (pair, pair) for pair in padding)
    wanted = np.pad(COUNTED, ((0, 0), *borders, (0, 0)))
    assert np.array_equal(output_of(layer, COUNTED), wanted)
    assert layer.output_shape([(4, 3, 2)]) == wanted.shape[1:]


def test_up_sample_repeats_pixels() -> None:
    x = np.array([[1.0, 2], [3, 4]])[None, :, :, None]
    wanted = np.array([[1, 1, 1, 2, 2, 2], [1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4], [3, 3, 3, 4, 4, 4]])
    assert np.array_equal(output_of(layers.UpSample2D(size=(2, 3)), x)[0, :, :, 0], wanted)


def test_bilinear_draws_straight_lines_between_centres() -> None:
    x = np.array([0.0, 4, 8])[None, None, :, None]
    y = output_of(layers.UpSample2D(size=(1, 2), interpolation="bilinear"), x)
    assert y[0, 0, :, 0] == pytest.approx([0, 1, 3, 5, 7, 8])
    assert line_weights(5, 3).sum(1) == pytest.approx(np.ones(15))


def test_embedding_looks_rows_up() -> None:
    table = np.arange(12.0).reshape(4, 3)
    y = output_of(layers.Embedding(input_dim=4, output_dim=3), np.array([[3.0, 0], [1, 1]]), embeddings=table)
    assert np.array_equal(y, table[[[3, 0], [1, 1]]])


@pytest.mark.parametrize("number", [-1.0, 4.0, 1.5, 1e30, float("nan"), float("inf")])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_embedding_refuses_what_is_no_index(number: float, dtype: str) -> None:
    net = Network.sequential([layers.Input(shape=(2,)), layers.Embedding(input_dim=4, output_dim=3)], dtype=dtype)
    net.forward(np.array([[0.0, 3.0]]))
    words = f"takes whole numbers from 0 to 3; the batch holds {number:g}"
    if np.isfinite(number):
        with pytest.raises(ValueError, match=f"embedding_1 {words}".replace("+", r"\+")):
            net.forward(np.array([[0.0, number]]))
    else:
        run = LayerRun(layers.Embedding(input_dim=4, output_dim=3), [(1,)], 1, dtype)
        run.inputs[0][...] = number
        with pytest.raises(ValueError, match=words):
            run.forward()


@pytest.mark.parametrize("count", [1, 3, 40, 70_000])
@pytest.mark.parametrize("size", [1, 4, 5, 300])
def test_gradients_of_one_row_are_added_up(count: int, size: int) -> None:
    rng = np.random.default_rng(0)
    indices = np.minimum(rng.geometric(0.1, size), count) - 1  # some often, most seldom, as words are
    gradients, out, wanted = rng.standard_normal((size, 3)), np.full((count, 3), np.nan), np.zeros((count, 3))
    np.add.at(wanted, indices, gradients)
    lookup._add_up(indices, gradients, out)
    np.testing.assert_allclose(out, wanted, rtol=0, atol=1e-12)


def test_the_gradient_check_of_a_network_leaves_indices_where_they_are() -> None:
    chain = [layers.Input(shape=(5,)), layers.Embedding(input_dim=6, output_dim=3), layers.GlobalAveragePool()]
    net = Network.sequential(chain, dtype="float64")
    rng = np.random.default_rng(0)
    x, targets = rng.integers(6, size=(4, 5)), rng.standard_normal((4, 3))
    report = check_network(net, losses["MeanSquaredError"](), x, targets)
    assert [tensor.name for tensor in report.tensors] == ["embedding_1/embeddings"]
    assert report.passes()


def test_positions_are_the_waves_of_the_paper() -> None:
    positions = waves(50, 6)
    for step in (0, 1, 49):
        for i in range(3):
            angle = step / 10_000 ** (2 * i / 6)
            assert positions[step, 2 * i] == pytest.approx(np.sin(angle), abs=1e-15)
            assert positions[step, 2 * i + 1] == pytest.approx(np.cos(angle), abs=1e-15)
    assert waves(3, 5).shape == (3, 5)
    x = np.random.default_rng(0).standard_normal((2, 50, 6))
    assert np.array_equal(output_of(layers.PositionalEncoding(), x), x + positions)


def test_learned_positions_are_parameters() -> None:
    layer, x = layers.PositionalEncoding(learned=True), np.ones((2, 3, 4))
    assert layer.parameter_shapes([(3, 4)]) == {"positions": (3, 4)}
    assert layers.PositionalEncoding().parameter_shapes([(3, 4)]) == {}
    table = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(output_of(layer, x, positions=table), x + table)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.Reshape(target_shape=(5, 5)), (4, 6), "Reshape cannot make 5 × 5 out of 4 × 6, which has 24 numbers"),
        (layers.Reshape(target_shape=(5, -1)), (4, 6), "Reshape cannot make 5 × -1 out of 4 × 6"),
        (layers.Permute(), (5,), "Permute needs an input of 2 axes, as many as it puts in order; it gets 5"),
        (layers.ZeroPad2D(), (5, 5), "ZeroPad2D needs an image of rows × columns × channels; it gets 5 × 5"),
        (layers.UpSample2D(), (5,), "UpSample2D needs an image of rows × columns × channels; it gets 5"),
        (layers.Embedding(), (5, 2), "Embedding needs a flat row of whole numbers; it gets 5 × 2. Insert Flatten"),
        (layers.PositionalEncoding(), (5,), "PositionalEncoding needs a sequence of steps × features; it gets 5"),
    ],
)
def test_what_does_not_fit_is_refused(layer: Layer, shape: Shape, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        layer.output_shape([shape])


def test_a_reshape_is_offered_to_tell_steps_apart() -> None:
    with pytest.raises(ShapeError, match="Insert Reshape to make it 5 × 1") as caught:
        layers.PositionalEncoding().output_shape([(5,)])
    assert caught.value.insert == "Reshape"
    with pytest.raises(ShapeError, match="Insert Reshape to make it 5 × 12") as caught:
        layers.PositionalEncoding().output_shape([(5, 4, 3)])
    assert caught.value.insert == "Reshape"


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (layers.Reshape, {"target_shape": (-1, -1)}),
        (layers.Reshape, {"target_shape": (0, 2)}),
        (layers.Permute, {"dims": (1, 1)}),
        (layers.Permute, {"dims": (2, 3)}),
        (layers.ZeroPad2D, {"padding": -1}),
        (layers.UpSample2D, {"size": 0}),
    ],
)
def test_values_that_make_no_sense_are_refused(kind: type[Layer], values: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=next(iter(values))):
        kind.checked(values)
