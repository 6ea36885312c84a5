"""Each dot of a picture is the weight that it says it is, whatever the layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from deepviz.engine import layers as layer_package
from deepviz.engine.layer import Layer
from deepviz.engine.layers.conv1d import Conv1D
from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.conv_transpose2d import ConvTranspose2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.depthwise_conv2d import DepthwiseConv2D
from deepviz.engine.layers.dropout import Dropout
from deepviz.engine.layers.embedding import Embedding
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.gru import GRU
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.lstm import LSTM
from deepviz.engine.layers.multi_head_attention import MultiHeadAttention
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.simple_rnn import SimpleRNN
from deepviz.engine.network import Network
from deepviz.engine.shapes import Shape
from deepviz.engine.wiring import WiredNode
from deepviz.insight import filters
from deepviz.insight.filters import ALL_CHANNELS, COLORS, Filters, Weights, cut
from deepviz.insight.subject import UnanswerableError
from tests.insight.looked_at import classes, no_progress, subject


def looked_at(layers: Sequence[Layer], question: Filters) -> tuple[Weights, Network]:
    asked = subject(layers, classes(layers[0].output_shape(())))
    return question.answer(asked, no_progress), asked.network


def test_kernels_that_see_colours_are_shown_in_colours() -> None:
    found, network = looked_at([Input(shape=(6, 6, 3)), Conv2D(filters=4, kernel_size=(3, 2))], Filters("conv2d_1"))
    W = network.parameters["conv2d_1/W"]
    assert (found.channel, found.channels, found.total, found.names) == (COLORS, 3, 4, ("W", "b"))
    assert [tile.title for tile in found.tiles] == ["filter 0", "filter 1", "filter 2", "filter 3"]
    for number, tile in enumerate(found.tiles):
        np.testing.assert_array_equal(found.picture(tile), W[:, :, :, number])
    assert found.place(int(found.tiles[3].places[2, 1, 0])) == (2, 1, 0, 3)
    assert found.largest == np.abs(W).max()


def test_kernels_of_many_channels_stand_beside_each_other_or_one_is_chosen() -> None:
    layers = [Input(shape=(6, 6, 5)), Conv2D(filters=2, kernel_size=(2, 2))]
    found, network = looked_at(layers, Filters("conv2d_1"))
    W = network.parameters["conv2d_1/W"]
    assert found.channel == ALL_CHANNELS
    picture = found.picture(found.tiles[1])
    assert picture.shape == (5, 8)  # three kernels across and two down, with gaps of one dot
    np.testing.assert_array_equal(picture[3:5, 3:5], W[:, :, 4, 1])
    assert np.isnan(picture[2]).all()
    assert np.isnan(picture[3:, 6:]).all()
    assert np.isfinite(picture).sum() == 20
    chosen, _ = looked_at(layers, Filters("conv2d_1", channel=4))
    np.testing.assert_array_equal(chosen.picture(chosen.tiles[0]), W[:, :, 4, 0])
    gone, _ = looked_at(layers, Filters("conv2d_1", channel=5))
    assert gone.channel == ALL_CHANNELS


def test_a_transposed_convolution_and_one_in_groups_are_cut_by_filters() -> None:
    found, network = looked_at(
        [Input(shape=(3, 3, 2)), ConvTranspose2D(filters=4, kernel_size=(2, 2))],
        Filters("convtranspose2d_1", channel=1),
    )
    np.testing.assert_array_equal(found.picture(found.tiles[3]), network.parameters["convtranspose2d_1/W"][:, :, 3, 1])
    grouped, network = looked_at(
        [Input(shape=(4, 4, 6)), Conv2D(filters=4, kernel_size=(2, 2), groups=2)], Filters("conv2d_1", channel=2)
    )
    assert (grouped.channels, grouped.total) == (3, 4)
    np.testing.assert_array_equal(grouped.picture(grouped.tiles[1]), network.parameters["conv2d_1/W"][:, :, 2, 1])


def test_a_depthwise_convolution_has_kernels_for_each_channel() -> None:
    found, network = looked_at(
        [Input(shape=(5, 5, 3)), DepthwiseConv2D(kernel_size=(2, 3), depth_multiplier=2)], Filters("depthwiseconv2d_1")
    )
    assert found.total == 6
    assert found.tiles[5].title == "channel 2, 1"
    np.testing.assert_array_equal(found.picture(found.tiles[5]), network.parameters["depthwiseconv2d_1/W"][:, :, 2, 1])


def test_a_convolution_of_sequences_has_inputs_down_and_steps_across() -> None:
    found, network = looked_at([Input(shape=(8, 3)), Conv1D(filters=2, kernel_size=4)], Filters("conv1d_1"))
    np.testing.assert_array_equal(found.picture(found.tiles[1]), network.parameters["conv1d_1/W"][:, :, 1].T)
    assert (found.rows, found.columns) == ("input", "step")


def test_a_unit_that_sees_an_image_shows_it() -> None:
    layers = [Input(shape=(3, 4, 1)), Flatten(), Dropout(), Dense(units=5), Dense(units=3)]
    found, network = looked_at(layers, Filters("dense_1"))
    W = network.parameters["dense_1/W"]
    assert found.total == 5
    picture = found.picture(found.tiles[2])
    for row in range(3):
        for column in range(4):
            assert picture[row, column] == W[4 * row + column, 2]
    matrix, _ = looked_at(layers, Filters("dense_1", as_matrix=True))
    np.testing.assert_array_equal(matrix.picture(matrix.tiles[0]), W)
    behind, network = looked_at(layers, Filters("dense_2"))
    np.testing.assert_array_equal(behind.picture(behind.tiles[0]), network.parameters["dense_2/W"])


def test_gates_and_heads_are_pictures_of_their_own() -> None:
    found, network = looked_at([Input(shape=(5, 3)), LSTM(units=4)], Filters("lstm_1", "U"))
    assert [tile.title for tile in found.tiles] == ["gate i", "gate f", "gate g", "gate o"]
    np.testing.assert_array_equal(found.picture(found.tiles[2]), network.parameters["lstm_1/U"][:, 8:12])
    gru, _ = looked_at([Input(shape=(5, 3)), GRU(units=4)], Filters("gru_1"))
    assert [tile.title for tile in gru.tiles] == ["gate z", "gate r", "gate n"]
    rnn, _ = looked_at([Input(shape=(5, 3)), SimpleRNN(units=4)], Filters("simplernn_1"))
    assert [tile.title for tile in rnn.tiles] == ["weights"]
    layers = [Input(shape=(5, 6)), MultiHeadAttention(num_heads=2, key_dim=3)]
    heads, network = looked_at(layers, Filters("multiheadattention_1", "W_key"))
    np.testing.assert_array_equal(heads.picture(heads.tiles[1]), network.parameters["multiheadattention_1/W_key"][:, 1])
    output, network = looked_at(layers, Filters("multiheadattention_1", "W_output"))
    np.testing.assert_array_equal(
        output.picture(output.tiles[1]), network.parameters["multiheadattention_1/W_output"][1]
    )


def test_an_embedding_has_an_entry_in_each_row() -> None:
    found, network = looked_at([Input(shape=(5,)), Embedding(input_dim=7, output_dim=3)], Filters("embedding_1"))
    np.testing.assert_array_equal(found.picture(found.tiles[0]), network.parameters["embedding_1/embeddings"])
    assert (found.rows, found.columns) == ("entry", "feature")


def test_a_layer_without_weights_says_so() -> None:
    with pytest.raises(UnanswerableError, match="ReLU has no weights"):
        looked_at([Input(shape=(4,)), ReLU(), Dense(units=3)], Filters("relu_1"))
    with pytest.raises(UnanswerableError, match="no layer called lost"):
        looked_at([Input(shape=(4,)), Dense(units=3)], Filters("lost"))


def test_the_largest_leaves_out_what_is_not_finite(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    asked.network.parameters["dense_1/W"][0, 0] = np.inf
    asked.network.parameters["dense_1/W"][1, 1] = -9
    found = Filters("dense_1").answer(asked, no_progress)
    assert found.largest == 9
    monkeypatch.setattr(filters, "MOST_TILES", 2)
    conv, _ = looked_at([Input(shape=(6, 6, 1)), Conv2D(filters=4, kernel_size=(3, 3))], Filters("conv2d_1"))
    assert (len(conv.tiles), conv.total) == (2, 4)


EXAMPLES = [
    (layer, tuple(inputs))
    for kind in layer_package.registry.values()
    for layer, inputs in kind.examples()
    if layer.parameter_shapes(inputs)
]


@pytest.mark.parametrize(("layer", "inputs"), EXAMPLES, ids=lambda each: getattr(each, "key", ""))
def test_every_kind_of_layer_shows_each_of_its_weights_once(layer: Layer, inputs: tuple[Shape, ...]) -> None:
    node = WiredNode("it", layer, ("x",) * len(inputs), inputs, layer.output_shape(inputs))
    before = WiredNode("x", Input(shape=inputs[0]), (), (), inputs[0])
    network = Network.sequential([Input(shape=(1,))])
    network.nodes = (before, node)
    for name, shape in layer.parameter_shapes(inputs).items():
        values = np.arange(float(np.prod(shape))).reshape(shape)
        found = cut(network, node, name, values, None, False)
        shown = np.concatenate([found.picture(tile).reshape(-1) for tile in found.tiles])
        np.testing.assert_array_equal(np.sort(shown[np.isfinite(shown)]), np.arange(values.size))
        assert all(tile.places.ndim == 2 or tile.places.shape[2] == 3 for tile in found.tiles)
